//! A running `payments sandbox`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// A running sandbox on free ports. Dropping it stops it.
pub(crate) struct Sandbox {
    process: Child,
    /// The address of its page.
    pub(crate) page: String,
}

impl Sandbox {
    pub(crate) fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_payments"))
            .args(["sandbox", "--port", "0"])
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        let lines = out.lines().map_while(Result::ok);
        // The last line names Ctrl-C.
        let lines: Vec<_> = lines.take_while(|line| !line.contains("Ctrl-C")).collect();
        let page = lines.iter().find_map(|line| line.strip_prefix("# http://"));
        let page = format!("http://{}", page.expect("the address of the page"));
        Self { process, page }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
