// SPDX-License-Identifier: GPL-2.0

//! Writes the reader's man page and completions to `FOLDER/man/` and `FOLDER/completions/`.

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| io::Error::other("usage: docs FOLDER"))?;
    let (man, completions) = (folder.join("man"), folder.join("completions"));
    fs::create_dir_all(&man)?;
    fs::create_dir_all(&completions)?;
    fs::write(man.join("syscall-record.1"), docs::man_page()?)?;
    for (shell, name) in docs::SHELLS {
        fs::write(completions.join(name), docs::completions(shell))?;
    }
    Ok(())
}
