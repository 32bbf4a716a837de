// SPDX-License-Identifier: GPL-2.0

//! Has ab request the page, and reads what it says.

use super::server::{PAGE_BYTES, URL};
use crate::system::program::all_output_of;
use crate::system::stop::{fail, Result};
use std::process::Command;

/// Has the server serve `requests` requests, `concurrency` at a time. Returns requests a second.
pub fn request(requests: u64, concurrency: u64) -> Result<f64> {
    let mut ab = Command::new("ab");
    ab.args(["-q", "-n", &requests.to_string(), "-c", &concurrency.to_string(), URL]);
    let (status, text) = all_output_of(&mut ab)?;
    match rate_in(&text, requests) {
        Some(rate) if status.success() => Ok(rate),
        _ => fail(format!("not all requests were served:\n{text}")),
    }
}

/// Requests a second, from what ab says; `None` if not all were served as they must be.
fn rate_in(text: &str, requests: u64) -> Option<f64> {
    let are_served = value_in(text, "Complete requests") == Some(requests as f64)
        && value_in(text, "Failed requests") == Some(0.0)
        && value_in(text, "Non-2xx responses").is_none()
        && value_in(text, "HTML transferred") == Some((requests * PAGE_BYTES) as f64);
    if are_served {
        value_in(text, "Requests per second")
    } else {
        None
    }
}

/// The number in the line `name`.
fn value_in(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

/// ab's version, from what `ab -V` says.
pub fn version_in(text: &str) -> &str {
    let version = text.lines().next().and_then(|line| line.split_once("Version ")).map_or("", |(_, version)| version);
    version.split(' ').next().unwrap_or(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
This is ApacheBench, Version 2.3 <$Revision: 1923142 $>
Server Software:        nginx/1.26.3
Document Length:        10240 bytes

Concurrency Level:      50
Time taken for tests:   0.207 seconds
Complete requests:      1000
Failed requests:        0
Total transferred:      10484000 bytes
HTML transferred:       10240000 bytes
Requests per second:    4835.12 [#/sec] (mean)
Time per request:       10.341 [ms] (mean)
";

    #[test]
    fn rate_is_read_if_all_were_served() {
        assert_eq!(rate_in(TEXT, 1000), Some(4835.12));
    }

    #[test]
    fn requests_that_were_not_served_make_no_rate() {
        for (line, other) in [
            ("Complete requests:      1000", "Complete requests:      999"),
            ("Failed requests:        0", "Failed requests:        3"),
            ("Failed requests:        0", "Failed requests:        0\nNon-2xx responses:      1000"),
            ("HTML transferred:       10240000", "HTML transferred:       10239999"),
            ("Complete requests:      1000\n", ""),
        ] {
            assert_eq!(rate_in(&TEXT.replace(line, other), 1000), None, "{other}");
        }
    }

    #[test]
    fn version_is_in_the_first_line() {
        assert_eq!(version_in(TEXT), "2.3");
    }
}
