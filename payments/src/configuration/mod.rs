//! Configuration in TOML. Each problem names its place and never quotes the text, which may be a
//! secret.

mod shape;

use provider_kit::config::{ConfigProblem, PaymentsConfig};
use toml::de::DeTable;

/// The part of a configuration that could be read, and the problems of the rest.
#[derive(Debug)]
#[non_exhaustive]
pub struct Configuration {
    /// The part that could be read.
    pub config: PaymentsConfig,
    /// The problems of the rest: each with its place, such as `payments.toml:3:12` or
    /// `providers.main.url`, and without its text.
    pub problems: Vec<ConfigProblem>,
}

/// Reads a configuration in TOML. `name` identifies the text in problems; pass the path of its
/// file, for example.
///
/// A problem never repeats the text, unlike the errors of `toml::from_str`, which quote the line.
pub fn read_toml(text: &str, name: &str) -> Configuration {
    // Editors on Windows write a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return shape::check(document.get_ref());
    }
    // After a syntax error the keys below it are unknown; they would be reported as missing.
    let problems = errors.iter().map(|error| syntax(text, name, error)).collect();
    Configuration { config: PaymentsConfig::default(), problems }
}

/// Returns the place and the reason of a syntax error. The error's own message would repeat the
/// line.
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
        let problems = read_toml(text, "payments.toml").problems;
        let places: Vec<_> = problems.iter().map(ConfigProblem::path).collect();
        assert!(places.contains(&"payments.toml:3:12"), "{problems:?}");
        assert!(places.iter().any(|place| place.starts_with("payments.toml:4:")), "{problems:?}");
        let said = format!("{problems:?}");
        assert!(!said.contains("hunter2") && !said.contains("sesame"), "{said}");
    }

    #[test]
    fn a_byte_order_mark_and_line_ends_of_windows_are_read() {
        let text = "\u{feff}expect = ['hpay']\r\n[providers.a]\r\nkind = 'hpay'\r\n";
        let read = read_toml(text, "payments.toml");
        assert!(read.problems.is_empty(), "{:?}", read.problems);
        assert_eq!(read.config.names().collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    #[cfg(all(feature = "reqwest", feature = "inventory"))]
    fn no_error_of_a_configuration_repeats_what_is_written_in_it() {
        for text in [
            "[providers.a]\npasscode = canary\n",
            "[providers.a]\npasscode = 'canary\n",
            "[providers.a]\npasscode = 'x'\npasscode = 'canary'\n",
            "expect = 'canary'\n",
            "prefer = [1, 'canary']\n",
            "providers = 'canary'\n",
            "[providers]\na = 'canary'\n",
            "[providers.a]\nkind = 1.5 # canary\npasscode = 'canary'\n",
            "[providers.a]\nkind = 'none'\nenvironment = 'canary'\n",
            "canary\n",
            "[providers.a]\npasscode = \"\\canary\"\n",
            "[providers.a]\npasscode = \"a\\u00canary\"\n",
            "[providers.a]\npasscode = 12canary\n",
            "[providers.a]\npasscode = 0xcanary\n",
            "[providers.a]\npasscode = truecanary\n",
            "[providers.a]\npasscode = 2026-13-45canary\n",
            "[providers.a]\npasscode = 'x' canary\n",
            "[providers.a]\npasscode = 'x''canary'\n",
            "[providers.a]\npasscode = \"\"\"canary\n",
            "[providers.a]\npasscode = { env = canary }\n",
            "[providers.a]\npasscode = { env = 'canary'\n",
            "[providers.a]\npasscode = { env = 'A', env = 'canary' }\n",
            "[providers.a]\npasscode = ['canary', 1.5]\n",
            "[providers.a]\npasscode: canary\n",
            "[providers.a]\npasscode = “canary”\n",
            "[providers.a]\npasscode = 'can\0ary'\n",
            "[providers.a] canary\n",
            "providers = ['canary']\n",
            "[[providers]]\nkind = 'canary'\n",
            "expect = [['canary']]\n",
            "[providers.a]\nkind = 'canary' 'hpay'\n",
            "[providers.a]\nkind = ['canary']\n",
            "[providers.a]\nenvironment = { x = 'canary' }\n",
            "\u{feff}\u{feff}canary\n",
        ] {
            let error = crate::Payments::from_toml(text).err().unwrap();
            let source = std::error::Error::source(&error).map(ToString::to_string);
            let shown = format!("{error} {error:?} {source:?}");
            assert!(!shown.contains("canary"), "{text:?}: {shown}");
            assert_eq!(error.kind(), payments_core::ErrorKind::Configuration, "{shown}");
        }
    }
}
