// SPDX-License-Identifier: GPL-2.0

//! `scripts/generate-calls`, run over an excerpt of a kernel's source. The excerpt in `generate-calls/source` is our
//! own, in the syntax of the kernel's files. What the script writes must equal the files in `generate-calls/expected`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of this test's own, with a copy of the excerpt and of its kinds.
struct Excerpt(PathBuf);

impl Excerpt {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("generate-calls-{name}"));
        fs::remove_dir_all(&folder).ok();
        copy(&committed(), &folder);
        Self(folder)
    }

    /// Replaces `from`, which must be there once, in a file of the copy.
    #[track_caller]
    fn replace(&self, file: &str, from: &str, to: &str) {
        let file = self.0.join(file);
        let text = fs::read_to_string(&file).expect("the file is text");
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {}", file.display());
        fs::write(file, text.replace(from, to)).expect("the folder is writable");
    }

    fn generate(&self) -> Output {
        let output = self.0.join("output");
        fs::create_dir_all(&output).expect("the folder is writable");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/generate-calls");
        let mut command = Command::new("python3");
        command.arg(script).arg("--kinds").arg(self.0.join("kinds.conf")).arg("--output").arg(output);
        command.arg(self.0.join("source")).output().expect("python3 is installed")
    }
}

/// The excerpt, its kinds, and what the script is expected to write.
fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/generate-calls")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder is writable");
    for entry in fs::read_dir(from).expect("the folder is readable") {
        let entry = entry.expect("the folder is readable");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("the file is readable");
        }
    }
}

#[track_caller]
fn assert_equal_lines(written: &Path, expected: &Path) {
    let [written, expected] = [written, expected].map(|file| fs::read_to_string(file).expect("the file is text"));
    for (number, (written, expected)) in written.lines().zip(expected.lines()).enumerate() {
        assert_eq!(written, expected, "line {}", number + 1);
    }
    assert_eq!(written, expected);
}

#[test]
fn excerpt_gives_expected_tables() {
    let excerpt = Excerpt::new("expected");
    let output = excerpt.generate();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    for file in ["rows.rs", "categories.rs"] {
        assert_equal_lines(&excerpt.0.join("output").join(file), &committed().join("expected").join(file));
    }
    let expected = "arm: sys_uselib is declared but not defined\n\
                    i386: sys_uselib is declared but not defined\n\
                    arm64: 9 calls\narm: 11 calls\nx86_64: 8 calls\ni386: 7 calls\n\
                    25 rows, 1064 characters\n";
    assert_eq!(text, expected);
}

/// Where the source and the kinds leave a doubt, the script says what it is and writes nothing.
#[test]
fn doubts_are_errors() {
    // A file, what is replaced in it, and what the script says then.
    let doubts: [(&str, &str, &str, &str); 15] = [
        ("kinds.conf", "close\n", "", "has no category for close"),
        ("kinds.conf", "close\n", "close\nrenameat\n", "renameat is there already"),
        ("kinds.conf", "close\n", "close\nfrobnicate\n", "no architecture has a call frobnicate"),
        ("kinds.conf", "close\n", "close(fildes: fd)\n", "close has no parameter fildes"),
        ("kinds.conf", "close\n", "close(fd: IN)\n", "this is not `call(parameter: kind, …)`"),
        ("kinds.conf", "read(buf: out bytes[count])\n", "read\n", "must say what buf of read is"),
        ("kinds.conf", "read(buf: out bytes[count])", "read(buf: out bytes[size])", "but there is no size"),
        ("kinds.conf", "count: size, poslo", "count: size, pos: hex, poslo", "loff_t pos cannot be hex"),
        ("source/fs/open.c", "DEFINE1(close", "DEFINE2(close", "close has 2 parameters, but these were found"),
        ("source/fs/open.c", "DEFINE1(close,", "DEFINE1(read,", "fs/open.c:3 and fs/read_write.c:6 differ"),
        ("source/include/linux/syscalls.h", "sys_uselib(", "sys_use(", "sys_uselib is neither defined nor declared"),
        (
            "source/arch/arm64/kernel/sys32.c",
            "DEFINE4(aarch32_ftruncate64, unsigned int, fd, u32, __pad,",
            "DEFINE3(aarch32_ftruncate64, unsigned int, fd,",
            "takes 4 registers, but compat_sys_aarch32_ftruncate64 3",
        ),
        ("source/arch/arm64/tools/syscall_32.tbl", "sigreturn\tsys_", "rt_sigreturn\tsys_", "syscall_32.tbl differs"),
        ("source/scripts/syscall.tbl", "57\tcommon\tclose", "512\tcommon\tclose", "numbers are missing, out of order"),
        (
            "source/arch/arm/include/uapi/asm/unistd.h",
            "__ARM_NR_get_tls",
            "__ARM_NR_tls",
            "does not define __ARM_NR_get_tls",
        ),
    ];
    for (index, (file, from, to, expected)) in doubts.into_iter().enumerate() {
        let excerpt = Excerpt::new(&format!("doubt-{index}"));
        excerpt.replace(file, from, to);
        let output = excerpt.generate();
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.contains(expected), "{file}: {message}");
        assert_eq!(output.status.code(), Some(1), "{file}: {message}");
        assert_eq!(fs::read_dir(excerpt.0.join("output")).expect("is a folder").count(), 0, "{file}: {message}");
    }
}
