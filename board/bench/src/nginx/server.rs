// SPDX-License-Identifier: GPL-2.0

//! Starts and ends an nginx of our own.

use crate::system::machine::{child_of, read};
use crate::system::memory_folder::MemoryFolder;
use crate::system::program::{all_output_of, sleep};
use crate::system::signals::{self, Signal};
use crate::system::stop::{fail, About, Result};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

/// Bytes of the page that is served.
pub const PAGE_BYTES: u64 = 10_240;

/// The page that ab requests.
pub const URL: &str = "http://127.0.0.1:8099/page";
const ADDRESS: &str = "127.0.0.1:8099";

const START_SECONDS: u64 = 20;

/// A server that ends when this is dropped.
pub struct Server {
    pid: u32,
}

impl Server {
    /// Starts nginx in `folder`.
    pub fn start(folder: &MemoryFolder, concurrency: u64) -> Result<Self> {
        fs::create_dir(folder.file("www")).about("www")?;
        fs::write(folder.file("www/page"), "x".repeat(PAGE_BYTES as usize)).about("www/page")?;
        let built = all_output_of(Command::new("nginx").arg("-V"))?.1;
        let configuration = folder.file("nginx.conf");
        fs::write(&configuration, configure(folder.path(), &built, concurrency)).about("nginx.conf")?;
        let mut nginx = Command::new("nginx");
        nginx.arg("-p").arg(folder.path()).arg("-e").arg(folder.file("log")).arg("-c").arg(&configuration);
        // It goes to the background, and keeps what it has as standard output.
        let said = folder.file("said");
        let output = fs::File::create(&said).about("said")?;
        let status = nginx.stdout(output.try_clone().about("said")?).stderr(output).status().about("nginx")?;
        if !status.success() {
            return fail(format!("nginx does not start: {}", read(&said)?));
        }
        Ok(Self { pid: wait_for_pid(folder)? })
    }

    /// The process that serves.
    pub fn worker(&self) -> Result<u32> {
        child_of(self.pid).ok_or("no process of nginx serves").about("nginx")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = signals::send(self.pid, Signal::Terminate);
        while Path::new(&format!("/proc/{}", self.pid)).exists() {
            thread::sleep(Duration::from_secs(1));
        }
    }
}

/// nginx's process id, which it writes once it is in the background.
fn wait_for_pid(folder: &MemoryFolder) -> Result<u32> {
    for _ in 0..START_SECONDS {
        if let Some(pid) = read(folder.file("pid")).ok().and_then(|text| text.trim().parse().ok()) {
            return Ok(pid);
        }
        sleep(1)?;
    }
    fail(format!("nginx does not write its process id: {}", read(folder.file("log"))?))
}

/// A configuration, for an nginx that `nginx -V` describes as `built`.
fn configure(folder: &Path, built: &str, concurrency: u64) -> String {
    let folder = folder.display();
    let connections = concurrency + 64;
    // Otherwise it would take over the folders of the system's nginx.
    let mut folders = format!("client_body_temp_path {folder}/body;");
    for part in ["proxy", "fastcgi", "uwsgi", "scgi"] {
        if !built.contains(&format!("--without-http_{part}_module")) {
            folders += &format!(" {part}_temp_path {folder}/{part};");
        }
    }
    format!(
        "user root root;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/log;
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    sendfile on;
    {folders}
    server {{ listen {ADDRESS} backlog=511; root {folder}/www; }}
}}
"
    )
}

/// nginx's name and version, from what `nginx -v` says.
pub fn version_in(text: &str) -> &str {
    text.lines().next().and_then(|line| line.rsplit_once(": ")).map_or("nginx", |(_, version)| version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_modules_that_are_not_built_are_not_configured() {
        let text = configure(Path::new("/run/b"), "nginx version\n--with-threads --without-http_uwsgi_module", 50);
        assert!(text.contains("    client_body_temp_path /run/b/body; proxy_temp_path /run/b/proxy;"), "{text}");
        assert!(!text.contains("uwsgi") && text.contains("worker_connections 114;"), "{text}");
        assert!(text.contains("server { listen 127.0.0.1:8099 backlog=511; root /run/b/www; }"), "{text}");
    }

    #[test]
    fn version_is_behind_the_colon() {
        assert_eq!(version_in("nginx version: nginx/1.26.3\n"), "nginx/1.26.3");
    }

    #[test]
    fn url_is_the_servers() {
        assert_eq!(URL, format!("http://{ADDRESS}/page"));
    }
}
