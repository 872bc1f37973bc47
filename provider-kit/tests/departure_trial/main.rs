//! Stops and kills a process while it sends an instruction, and counts the bytes that are sent too
//! late.
//!
//! The process is a child. It is stopped by SIGSTOP and continued after `not_after`, or killed, in
//! three windows: during the decision of its departure, between that decision and the first byte,
//! and between two writes of the body; over plain HTTP and over TLS. A round counts only if the
//! child was seen in the window. In the first two windows it waits for a line on its standard
//! input. In the third the gateway does not read, so that the child cannot finish a body that is
//! larger than the buffers of the connection.
//!
//! `cargo test` runs a few rounds of each. The full trial:
//! `DEPARTURE_TRIAL_ROUNDS=100 cargo test -p payments-core --features reqwest --test departure_trial`

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[cfg(target_os = "linux")]
mod child;
#[cfg(target_os = "linux")]
mod gateway;
#[cfg(target_os = "linux")]
mod round;

/// Signals, and a boot clock that two processes share, are tested on Linux only.
#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    if child::is_child() {
        child::run();
        return std::process::ExitCode::SUCCESS;
    }
    let rounds = std::env::var("DEPARTURE_TRIAL_ROUNDS").ok();
    let rounds = rounds.map_or(2, |rounds| rounds.parse().expect("a number of rounds"));
    trial::run(rounds)
}

#[cfg(target_os = "linux")]
mod trial {
    use std::process::ExitCode;

    use crate::child::{Window, Wire};
    use crate::gateway::Gateway;
    use crate::round::{Interruption, Outcome, Round};

    /// A write of the body that was compared with the clock just before the stop is sent when the
    /// process continues: at most one in a row, and never the first one. This is its size with TLS
    /// around it; without the comparison some 70 MB are sent.
    const ONE_WRITE: u64 = 66_000;

    /// The sums of the rounds of one window.
    #[derive(Default)]
    struct Row {
        rounds: usize,
        missed: usize,
        bytes_too_late: u64,
        nothing_left: usize,
        nothing_left_but_read: usize,
        whole_requests: usize,
    }

    impl Row {
        fn add(&mut self, round: &Round) {
            self.rounds += 1;
            self.bytes_too_late += round.bytes_too_late;
            self.whole_requests += usize::from(round.whole_request);
            if round.outcome == Outcome::NothingLeft {
                self.nothing_left += 1;
                self.nothing_left_but_read += usize::from(round.read > 0);
            }
        }

        /// Returns the faults of the row.
        fn faults(&self, wanted: usize, window: Window, interruption: Interruption) -> Vec<String> {
            let mut faults = Vec::new();
            let mut zero = |what: &str, found: u64| {
                if found > 0 {
                    faults.push(format!("{what}: expected 0, found {found}"));
                }
            };
            let allowed = match window {
                Window::BetweenTwoWrites => ONE_WRITE,
                _ => 0,
            };
            zero("bytes written after not_after", self.bytes_too_late.saturating_sub(allowed));
            zero("nothing left, but read", self.nothing_left_but_read as u64);
            zero("whole requests", self.whole_requests as u64);
            let expected = match (interruption, window) {
                (Interruption::Killed, _) | (_, Window::BetweenTwoWrites) => 0,
                (Interruption::Stopped, _) => self.rounds,
            };
            if self.nothing_left != expected {
                let found = self.nothing_left;
                faults.push(format!("nothing left: expected {expected}, found {found}"));
            }
            if self.rounds != wanted {
                faults.push(format!("rounds: expected {wanted}, found {}", self.rounds));
            }
            faults
        }
    }

    /// Runs `wanted` rounds of every window and prints the table.
    pub(crate) fn run(wanted: usize) -> ExitCode {
        println!(
            "{:<6} {:<8} {:<34} {:>7} {:>7} {:>15} {:>13} {:>22}",
            "wire",
            "child",
            "window",
            "rounds",
            "missed",
            "bytes too late",
            "nothing left",
            "nothing left but read",
        );
        let mut faults = Vec::new();
        for wire in [Wire::Plain, Wire::Tls] {
            let gateway = Gateway::start(wire);
            for interruption in [Interruption::Stopped, Interruption::Killed] {
                for window in Window::ALL {
                    let mut row = Row::default();
                    while row.rounds < wanted && row.missed <= wanted + 5 {
                        match Round::run(&gateway, window, interruption) {
                            Some(round) => row.add(&round),
                            None => row.missed += 1,
                        }
                    }
                    println!(
                        "{:<6} {:<8} {:<34} {:>7} {:>7} {:>15} {:>13} {:>22}",
                        format!("{wire:?}").to_lowercase(),
                        format!("{interruption:?}").to_lowercase(),
                        window.describe(),
                        row.rounds,
                        row.missed,
                        row.bytes_too_late,
                        row.nothing_left,
                        row.nothing_left_but_read,
                    );
                    let place = format!("{wire:?}, {interruption:?}, {}", window.describe());
                    let found = row.faults(wanted, window, interruption);
                    faults.extend(found.into_iter().map(|fault| format!("{place}: {fault}")));
                }
            }
        }
        for fault in &faults {
            println!("FAILED {fault}");
        }
        if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
