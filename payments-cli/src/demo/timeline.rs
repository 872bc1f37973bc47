//! The output of the tour: a timeline for people, or one JSON object per step.

use std::fmt::Write as _;
use std::time::Instant;

use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value, json};

/// Prints the steps of the tour, and counts those that ended as expected.
pub(super) struct Timeline {
    json: bool,
    started: Instant,
    provider: &'static str,
    steps: usize,
    wrong: usize,
}

/// The facts of a step: names and values, in order.
pub(super) type Facts = Vec<(&'static str, String)>;

const TITLE: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const FAINT: Style = Style::new().dimmed();

impl Timeline {
    pub(super) fn new(json: bool) -> Self {
        Self { json, started: Instant::now(), provider: "", steps: 0, wrong: 0 }
    }

    /// Starts the section of a provider.
    pub(super) fn section(&mut self, provider: &'static str, title: &str) {
        self.provider = provider;
        if !self.json {
            anstream::println!("\n{TITLE}{title}{TITLE:#}");
        }
    }

    /// Prints a step. `good` is `true` if the step ended as expected.
    pub(super) fn step(&mut self, step: &'static str, text: &str, good: bool, facts: Facts) {
        self.steps += 1;
        self.wrong += usize::from(!good);
        if self.json {
            let facts: Map<String, Value> =
                facts.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
            let line = json!({
                "provider": self.provider,
                "step": step,
                "text": text,
                "ok": good,
                "facts": facts,
            });
            anstream::println!("{line}");
            return;
        }
        let (mark, style) = if good { ("✓", GOOD) } else { ("✗", BAD) };
        let at = self.started.elapsed().as_millis();
        anstream::println!("  {style}{mark}{style:#} {FAINT}{at:>5} ms{FAINT:#}  {text}");
        for (name, value) in facts {
            anstream::println!("             {FAINT}{name:<12}{FAINT:#} {value}");
        }
    }

    /// Draws a QR code, only in the output for people.
    pub(super) fn qr(&self, payload: &str) {
        if self.json {
            return;
        }
        if let Ok(blocks) = payments::vietqr::render::terminal(payload) {
            let mut shown = String::with_capacity(blocks.len() + 1024);
            for line in blocks.lines() {
                let _ = writeln!(shown, "             {line}");
            }
            anstream::print!("{shown}");
        }
    }

    /// Reports an error of the tour itself.
    pub(super) fn broke(&mut self, error: &dyn std::error::Error) {
        let mut text = format!("the demo failed: {error}");
        let mut source = error.source();
        while let Some(cause) = source {
            let _ = write!(text, ": {cause}");
            source = cause.source();
        }
        self.step("broke", &text, false, Vec::new());
    }

    /// Prints the summary. Returns whether every step ended as expected.
    pub(super) fn end(self) -> bool {
        let good = self.wrong == 0;
        if self.json {
            let line =
                json!({ "step": "end", "ok": good, "steps": self.steps, "wrong": self.wrong });
            anstream::println!("{line}");
        } else {
            let style = if good { GOOD } else { BAD };
            let elapsed = self.started.elapsed().as_millis();
            anstream::println!(
                "\n{style}{} of {} steps ended as expected{style:#} {FAINT}in {elapsed} ms{FAINT:#}",
                self.steps - self.wrong,
                self.steps,
            );
        }
        good
    }
}
