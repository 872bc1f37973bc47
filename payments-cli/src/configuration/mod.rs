//! Reads a configuration file in TOML. What is wrong with it is named by its place, never by its
//! text, which may be a secret.

mod shape;

use std::fs;
use std::path::Path;

use payments::config::{ConfigProblem, PaymentsConfig};
use toml::de::DeTable;

use crate::exit::Failure;

/// A configuration as far as it could be read, and what is wrong with the rest.
pub(crate) struct Configuration {
    /// What could be read.
    pub(crate) config: PaymentsConfig,
    /// What could not.
    pub(crate) problems: Vec<ConfigProblem>,
}

/// Reads the file given with `--config`.
pub(crate) fn read(path: &Path) -> Result<Configuration, Failure> {
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::usage("--config", format!("{} cannot be read: {error}", path.display()))
    })?;
    Ok(parse(&text, &path.display().to_string()))
}

/// Reads the text of a file of this name.
pub(crate) fn parse(text: &str, name: &str) -> Configuration {
    let (document, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return shape::check(document.get_ref());
    }
    // A broken line hides its keys: looking further would report them as missing.
    let problems = errors.iter().map(|error| syntax(text, name, error)).collect();
    Configuration { config: PaymentsConfig::default(), problems }
}

/// Where and why a file is no TOML. The error's own text repeats the line.
fn syntax(text: &str, name: &str, error: &toml::de::Error) -> ConfigProblem {
    let start = error.span().map_or(text.len(), |span| span.start);
    let before = text.get(..start).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    ConfigProblem::new(format!("{name}:{line}:{column}"), error.message())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_broken_line_is_named_by_its_place_and_not_repeated() {
        let text = "[providers.a]\nkind = \"hpay\"\npasscode = hunter2\nkey = 'sesame\n";
        let problems = parse(text, "payments.toml").problems;
        let places: Vec<_> = problems.iter().map(ConfigProblem::path).collect();
        assert!(places.contains(&"payments.toml:3:12"), "{problems:?}");
        assert!(places.iter().any(|place| place.starts_with("payments.toml:4:")), "{problems:?}");
        let said = format!("{problems:?}");
        assert!(!said.contains("hunter2") && !said.contains("sesame"), "{said}");
    }
}
