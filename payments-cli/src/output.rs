//! The output of commands: text, aligned rows or JSON, with colours only on a terminal.

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use serde_json::Value;

use crate::exit::Failure;

/// Names and headings.
pub(crate) const STRONG: Style = Style::new().bold();
/// Secondary text.
pub(crate) const DIM: Style = Style::new().dimmed();
/// Good results.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Results that need attention.
pub(crate) const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
/// Wrong results.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();

/// The column at which the values of [`row`] begin.
const VALUE_COLUMN: usize = 14;
/// The line length of [`prose`].
const PROSE_WIDTH: usize = 80;

/// Prints `text` on standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // The reader closed the pipe, as `head` does after ten lines.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::Machine(format!("the output cannot be written: {error}"))),
        Ok(()) => Ok(()),
    }
}

/// Prints `value` as JSON.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let mut json = serde_json::to_string_pretty(value).map_err(|error| {
        Failure::Machine(format!("the result cannot be written as JSON: {error}"))
    })?;
    // JSON may contain this character, but the stream would drop it as a control character.
    json = json.replace('\u{7f}', "\\u007f");
    json.push('\n');
    print(&json)
}

/// Prints on standard error why a command could not complete.
pub(crate) fn complain(failure: &Failure) {
    // If standard error is closed, only the exit code reports the failure.
    let _ = writeln!(anstream::stderr(), "{} {failure}", styled(BAD.bold(), "error:"));
}

/// Prints a remark on standard error, which is not part of the result.
pub(crate) fn remark(text: impl fmt::Display) {
    let _ = writeln!(anstream::stderr(), "{} {text}", styled(DOUBTFUL, "note:"));
}

/// Appends a line with a dim label and its unchanged value. Further lines of the value are
/// indented.
pub(crate) fn row(out: &mut String, label: &str, value: impl fmt::Display) {
    let value = value.to_string();
    let mut lines = value.lines();
    let first = lines.next().unwrap_or_default();
    let pad = " ".repeat(VALUE_COLUMN.saturating_sub(label.chars().count()).max(1));
    let _ = writeln!(out, "  {}{pad}{first}", styled(DIM, label));
    for line in lines {
        let _ = writeln!(out, "  {}{line}", " ".repeat(VALUE_COLUMN));
    }
}

/// Appends a line like [`row`], with the value broken into lines that are easy to read.
pub(crate) fn prose(out: &mut String, label: &str, value: &str) {
    let mut lines = String::new();
    let mut length = 0;
    for word in value.split_whitespace() {
        let added = word.chars().count() + 1;
        if length + added > PROSE_WIDTH && length > 0 {
            lines.push('\n');
            length = 0;
        } else if length > 0 {
            lines.push(' ');
        }
        lines.push_str(word);
        length += added;
    }
    row(out, label, lines);
}

/// Returns `value` in a style.
pub(crate) fn styled(style: Style, value: impl fmt::Display) -> impl fmt::Display {
    format!("{style}{value}{style:#}")
}

/// Returns the name of a value in JSON, such as `bank_transfer`.
pub(crate) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        // For a variant with fields, the name is the key.
        Ok(Value::Object(fields)) => fields.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_lines_of_a_value_stand_below_the_first() {
        let mut out = String::new();
        row(&mut out, "roles", "payments\npayouts");
        let plain = anstream::adapter::strip_str(&out).to_string();
        assert_eq!(plain, "  roles         payments\n                payouts\n");
    }

    #[test]
    fn prose_is_broken_between_words() {
        let mut out = String::new();
        prose(&mut out, "source", &"word ".repeat(20));
        let plain = anstream::adapter::strip_str(&out).to_string();
        let words: Vec<_> = plain.lines().map(|line| line.matches("word").count()).collect();
        assert_eq!(words, [16, 4], "{plain}");
    }

    #[test]
    fn a_variant_with_fields_is_named_by_its_key() {
        #[derive(Serialize)]
        #[serde(rename_all = "snake_case")]
        enum Sample {
            Bare,
            WithFields { prefix: &'static str },
        }
        assert_eq!(word(&Sample::Bare), "bare");
        assert_eq!(word(&Sample::WithFields { prefix: "x" }), "with_fields");
    }
}
