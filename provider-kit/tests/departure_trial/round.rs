//! One round: a child that is interrupted in a window, and what the gateway saw of it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use payments_core::transport::BootInstant;
use rustix::process::{Pid, Signal, kill_process};

use crate::child::{self, BODY, Window};
use crate::gateway::{Gateway, PATIENCE};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interruption {
    /// Stopped, and continued after `not_after`.
    Stopped,
    Killed,
}

/// The last report of the child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    NothingLeft,
    MayHaveLeft,
    /// It was killed.
    Nothing,
}

/// A round in which the child was seen in the window.
#[derive(Debug)]
pub(crate) struct Round {
    pub(crate) outcome: Outcome,
    /// Bytes of the connection that the child wrote after `not_after`.
    pub(crate) bytes_too_late: u64,
    /// Bytes of the request that the gateway read.
    pub(crate) read: u64,
    /// Whether the gateway read the whole request.
    pub(crate) whole_request: bool,
}

impl Round {
    /// Runs one round. Returns `None` if the child was not seen in the window.
    pub(crate) fn run(
        gateway: &Gateway,
        window: Window,
        interruption: Interruption,
    ) -> Option<Self> {
        let mut process = Process::start(gateway, window);
        let mut connection = gateway.accept()?;
        let not_after = process.reach(window)?;
        match interruption {
            Interruption::Killed => {
                process.child.kill().unwrap();
                process.child.wait().unwrap();
            }
            Interruption::Stopped => process.stop(),
        }
        let in_time = BootInstant::now() <= not_after;
        if !in_time || !process.is_still_in(window) {
            return None;
        }
        if interruption == Interruption::Killed {
            let before = connection.request();
            assert_eq!(before, 0, "the gateway read before it was asked to");
            connection.drain();
            return Some(Self {
                outcome: Outcome::Nothing,
                bytes_too_late: 0,
                read: connection.request(),
                whole_request: connection.whole_request(),
            });
        }
        while BootInstant::now() <= not_after {
            std::thread::sleep(BootInstant::now().until(not_after) + Duration::from_millis(1));
        }
        let before = connection.drain_stopped();
        process.go_on(window);
        let after = connection.drain();
        Some(Self {
            outcome: process.outcome(),
            bytes_too_late: after - before,
            read: connection.request(),
            whole_request: connection.whole_request(),
        })
    }
}

/// The child, killed when it is dropped.
struct Process {
    child: Child,
    lines: Receiver<String>,
    /// The number of bytes that it reported as written.
    wrote: u64,
    outcome: Option<Outcome>,
}

impl Process {
    fn start(gateway: &Gateway, window: Window) -> Self {
        let mut command = child::command(&gateway.url(), gateway.root(), gateway.machine(), window);
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let _ = send.send(line);
            }
        });
        Self { child, lines, wrote: 0, outcome: None }
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Waits until the child is in the window, and returns its `not_after`.
    fn reach(&mut self, window: Window) -> Option<BootInstant> {
        let (mut not_after, marker) = (None, format!("in {window:?}"));
        loop {
            let line = self.lines.recv_timeout(PATIENCE).ok()?;
            if let Some(nanoseconds) = line.strip_prefix("not-after ") {
                let time = Duration::from_nanos(nanoseconds.parse().unwrap());
                not_after = Some(BootInstant::from_since_boot(time));
            }
            self.note(&line);
            let written = !window.holds() && self.wrote > 0;
            if line == marker || written {
                return not_after;
            }
        }
    }

    fn note(&mut self, line: &str) {
        if let Some(sum) = line.strip_prefix("wrote ") {
            self.wrote = sum.parse().unwrap();
        }
        match line {
            "outcome nothing-left" => self.outcome = Some(Outcome::NothingLeft),
            "outcome may-have-left" => self.outcome = Some(Outcome::MayHaveLeft),
            _ => {}
        }
    }

    /// Stops the child, and waits until the system reports that it is stopped.
    fn stop(&self) {
        kill_process(self.pid(), Signal::STOP).unwrap();
        let path = format!("/proc/{}/stat", self.child.id());
        let until = Instant::now() + PATIENCE;
        loop {
            let stat = std::fs::read_to_string(&path).unwrap();
            let (_, state) = stat.rsplit_once(") ").unwrap();
            if state.starts_with('T') {
                return;
            }
            assert!(Instant::now() < until, "the child is not stopped: {state}");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Returns whether the child, which is stopped or dead, is still in the window.
    fn is_still_in(&mut self, window: Window) -> bool {
        // Its lines are in the pipe before it is stopped, but the thread that reads them may be
        // late.
        while let Ok(line) = self.lines.recv_timeout(Duration::from_millis(5)) {
            self.note(&line);
        }
        let ended = self.outcome.is_some();
        match window.holds() {
            true => self.wrote == 0 && !ended,
            false => self.wrote > 0 && self.wrote < BODY as u64 && !ended,
        }
    }

    fn go_on(&mut self, window: Window) {
        if window.holds() {
            // The line stays in the pipe until the child continues.
            self.child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
        }
        kill_process(self.pid(), Signal::CONT).unwrap();
    }

    fn outcome(&mut self) -> Outcome {
        while self.outcome.is_none() {
            let line = self.lines.recv_timeout(PATIENCE).expect("the child says how it ended");
            self.note(&line);
        }
        self.outcome.unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
