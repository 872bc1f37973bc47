//! A child process of a trial: an ignored test of the same test binary, which prints what it does.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use payments_engine::{Seeded, Store};
use rustix::process::{Pid, Signal, kill_process};

use crate::database::SILENCE;
use crate::world::PATIENCE;

/// The variable with the instructions of the child, one a line.
const PLAN: &str = "ENGINE_TRIAL_CHILD";

/// How long the last line of a stopped child may be on its way.
const SILENT: Duration = Duration::from_millis(100);

/// A running child. It is killed when this value is dropped.
#[derive(Debug)]
pub struct ChildProcess {
    process: Child,
    lines: Receiver<String>,
}

impl ChildProcess {
    /// Starts the ignored test of this name with its instructions.
    pub fn start(test: &str, plan: &[&str]) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            // With two threads, a test's name is not printed before its first line.
            .args(["--ignored", "--exact", test, "--nocapture", "--test-threads=2"])
            .env(PLAN, plan.join("\n"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                // The parent may have given up.
                let _ = send.send(line);
            }
        });
        Self { process, lines }
    }

    /// Passes each line to `hear` until one equals `last`. Returns false if the child ended before,
    /// or was silent for too long.
    pub fn hear_until(&self, last: &str, mut hear: impl FnMut(&str)) -> bool {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) if line == last => return true,
                Ok(line) => hear(&line),
                Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => panic!("the child did not print {last:?}"),
            }
        }
    }

    /// Passes this many lines to `hear`, or fewer if the child ends before.
    pub fn hear(&self, lines: u64, mut hear: impl FnMut(&str)) {
        for _ in 0..lines {
            let Some(line) = self.next_line() else { return };
            hear(&line);
        }
    }

    /// Passes the lines that a stopped child has printed to `hear`, until none arrives for a while.
    pub fn hear_until_silent(&self, mut hear: impl FnMut(&str)) {
        while let Ok(line) = self.lines.recv_timeout(SILENT) {
            hear(&line);
        }
    }

    /// Returns the next line, or `None` if the child has ended.
    pub fn next_line(&self) -> Option<String> {
        match self.lines.recv_timeout(20 * PATIENCE) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("the child is silent"),
        }
    }

    /// Kills the child, and passes its last lines to `hear`.
    pub fn kill(&mut self, mut hear: impl FnMut(&str)) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        while let Some(line) = self.next_line() {
            hear(&line);
        }
    }

    /// Stops the child. It does nothing until it is resumed.
    pub fn stop(&self) {
        self.signal(Signal::STOP);
    }

    /// Resumes the child after it was stopped.
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }

    /// Passes the lines that are left to `hear`, and waits for the end. Returns whether the child
    /// ended well.
    pub fn finish(mut self, mut hear: impl FnMut(&str)) -> bool {
        while let Some(line) = self.next_line() {
            hear(&line);
        }
        self.process.wait().unwrap().success()
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        // The child may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns the instructions of this process, which is a child.
pub fn plan<const PARTS: usize>() -> [String; PARTS] {
    let plan = std::env::var(PLAN).unwrap();
    let parts: Vec<_> = plan.split('\n').map(ToOwned::to_owned).collect();
    parts.try_into().unwrap_or_else(|parts| panic!("{PARTS} instructions, and not {parts:?}"))
}

/// Prints a line for the parent at once.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // The parent may have ended.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Returns the name of a mistake as an instruction of a child.
pub fn name_of(seeded: Option<Seeded>) -> String {
    seeded.map(|seeded| format!("{seeded:?}")).unwrap_or_default()
}

/// Returns the mistake of this name.
pub fn seeded(name: &str) -> Option<Seeded> {
    Seeded::ALL.into_iter().find(|seeded| format!("{seeded:?}") == name)
}

/// Opens the store at a place: the URL of a database, or a file.
pub fn store_at(place: &str) -> Store {
    if place.starts_with("postgres:") {
        Store::postgres(place).with_silence(SILENCE)
    } else {
        Store::sqlite(place)
    }
}
