// SPDX-License-Identifier: GPL-2.0

//! Compresses the reader's texts. Among them is the help that `--help` prints, which clap makes here from the grammar
//! of the command line.

use std::{env, fs};
use syscall_record_format::calls::ROWS;

#[path = "src/text/coding.rs"]
mod coding;
#[path = "src/text/compressor.rs"]
mod compressor;
#[path = "src/constants/errors.rs"]
mod errors;
#[allow(dead_code)]
#[path = "src/fields/table.rs"]
mod fields;
#[allow(dead_code)]
#[path = "src/options/grammar.rs"]
mod grammar;
#[path = "src/constants/ioctls.rs"]
mod ioctls;
#[path = "src/args/layout_rows.rs"]
mod layout_rows;
#[path = "src/constants/sets.rs"]
mod sets;
mod stub_unwind;

/// The grammar is wanted with its texts here.
mod texts {
    pub const HAS_TEXTS: bool = true;
}

fn main() {
    let folder = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src");
    let write = |name: &str, text: &str| {
        fs::write(format!("{folder}/{name}"), compressor::compress(text.as_bytes())).expect("OUT_DIR is writable");
    };
    write("help", &help_texts().join("\0"));
    write("sets", &join(sets::SETS));
    write("board_ioctls", &join(ioctls::BOARD));
    #[cfg(feature = "full")]
    write("rare_ioctls", &join(ioctls::RARE));
    write("layouts", &join(layout_rows::LAYOUTS));
    write("errors", errors::ERRORS);
    write("fields", fields::TEXT);
    write("prototypes", &ROWS.iter().map(|row| row.prototype).collect::<String>());
    stub_unwind::main();
}

/// The help of the reader and of its subcommands, in the order of the grammar.
fn help_texts() -> Vec<String> {
    let mut command = grammar::command_line();
    command.build();
    let mut texts = vec![command.render_help().to_string()];
    texts.extend(command.get_subcommands_mut().map(|subcommand| subcommand.render_help().to_string()));
    texts
}

/// The rows of a table of texts: name, blank, text.
fn join(rows: &[(&str, &str)]) -> String {
    rows.iter().map(|(name, text)| [name, " ", text].concat()).collect()
}
