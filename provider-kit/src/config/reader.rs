//! Reads a provider's configuration and collects all of its problems.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use payments_core::{Environment, Secret, check_page_address, check_web_address};
use serde::de::DeserializeOwned;
use url::{Host, Url};

use super::{ConfigProblem, Environ, ProviderConfig, Source, Value, typed};

mod secrets;

/// Reads the keys of one provider's configuration, collects every problem, and reports the keys
/// that were not read.
///
/// Each method returns `None` after it has recorded a problem, so that a provider reads all of its
/// keys first and builds itself only if there was no problem:
///
/// ```
/// # use payments_core::Provider;
/// # use provider_kit::{config::{ConfigProblem, ProviderConfig, Reader}, registry::Context};
/// fn build(config: &ProviderConfig, context: &Context) -> Result<Provider, Vec<ConfigProblem>> {
///     let mut read = Reader::new(config, &context.environ);
///     let merchant = read.text("merchant_id");
///     let keys = read.keys("passcode");
///     match (merchant, keys, read.finish()) {
///         (Some(_merchant), Some(_keys), problems) if problems.is_empty() => {
///             Ok(Provider::new(config.id.clone(), config.kind.clone(), config.environment))
///         }
///         (_, _, problems) => Err(problems),
///     }
/// }
/// # let _ = build;
/// ```
#[derive(Debug)]
pub struct Reader<'a> {
    config: &'a ProviderConfig,
    environ: &'a Environ,
    asked: BTreeSet<&'static str>,
    problems: Vec<ConfigProblem>,
    /// The paths with a type error. No second problem is recorded for them.
    refused: BTreeSet<String>,
    is_typed: bool,
}

impl<'a> Reader<'a> {
    /// Creates a reader of `config`, with secrets from `environ`.
    pub fn new(config: &'a ProviderConfig, environ: &'a Environ) -> Self {
        Self {
            config,
            environ,
            asked: BTreeSet::from(["kind", "environment"]),
            problems: Vec::new(),
            refused: BTreeSet::new(),
            is_typed: false,
        }
    }

    /// Records a problem with a key.
    pub fn problem(&mut self, key: &str, message: impl Into<String>) {
        if self.refused.contains(key) {
            return;
        }
        self.problems.push(ConfigProblem::new(self.config.path(key), message));
    }

    /// Reads the whole table, except the key `kind`, into a type of the provider. It records every
    /// type error, every missing key and every unknown key, with the nearest known key. It still
    /// returns what it could read, so that the other checks find their problems as well.
    ///
    /// Returns `None` after a problem that prevents reading.
    pub fn typed<T: DeserializeOwned>(&mut self) -> Option<T> {
        self.is_typed = true;
        let mut table = self.config.table.clone();
        table.remove("kind");
        loop {
            let problem = match typed::read(&table) {
                Ok(typed) => return Some(typed),
                Err(problem) => problem,
            };
            let path = problem.path.join(".");
            let is_new = !self.refused.contains(&path);
            self.problem(&path, problem.message);
            self.refused.insert(path);
            let (last, parents) = problem.path.split_last()?;
            let parent =
                parents.iter().try_fold(&mut table, |table, key| match table.get_mut(key) {
                    Some(Value::Table(table)) => Some(table),
                    _ => None,
                })?;
            match problem.is_missing {
                // A placeholder, so that the other keys are read.
                true if is_new => parent.insert(last.clone(), Value::Text("-".to_owned())),
                true => return None,
                false => Some(parent.remove(last)?),
            };
        }
    }

    /// Returns the environment of the provider.
    pub fn environment(&self) -> Environment {
        self.config.environment
    }

    /// Records a warning about a value that works but is unwise. `payments doctor` and
    /// [`Provider::warnings`](payments_core::Provider::warnings) list it. `message` must not contain the
    /// value.
    pub fn warn(&mut self, key: &str, message: impl fmt::Display) {
        self.config.warnings.add(format!("{key}: {message}"));
    }

    /// Records a warning if a secret is so short that it can be guessed from what it signed.
    /// `seen_in` is where a signature can be seen, such as `one link or notification`.
    pub fn warn_if_short(&mut self, key: &str, secret: &Secret, seen_in: &str, advice: &str) {
        const ENOUGH: usize = 20;
        if secret.expose().chars().count() < ENOUGH {
            self.warn(
                key,
                format_args!(
                    "has fewer than {ENOUGH} characters, and can be guessed from {seen_in}; {advice}"
                ),
            );
        }
    }

    /// Returns whether a key is present.
    pub fn has(&mut self, key: &'static str) -> bool {
        self.value(key).is_some()
    }

    /// Reads required text.
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        if self.value(key).is_none() {
            self.problem(key, "is missing");
            return None;
        }
        self.optional_text(key)
    }

    /// Reads optional text.
    pub fn optional_text(&mut self, key: &'static str) -> Option<String> {
        match self.value(key)? {
            Value::Text(text) if text.trim().is_empty() => self.note(key, "is empty"),
            Value::Text(text) => Some(text.clone()),
            // Merchant numbers are often written without quotes.
            Value::Integer(number) => Some(number.to_string()),
            _ => self.note(key, "is not text"),
        }
    }

    /// Reads required text and parses it, such as a name or the number of a bank account.
    pub fn parsed<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(key)?;
        self.parse(key, &text, parse)
    }

    /// Reads optional text and parses it, as [`parsed`](Self::parsed) does.
    pub fn optional_parsed<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.optional_text(key)?;
        self.parse(key, &text, parse)
    }

    /// Reads an optional text or list of texts and parses each.
    pub fn optional_list<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let values = match self.value(key)? {
            Value::List(values) => values.as_slice(),
            one => std::slice::from_ref(one),
        };
        if values.is_empty() {
            return self.note(key, "is an empty list");
        }
        values
            .iter()
            .map(|value| match value {
                Value::Text(text) => self.parse(key, text, &parse),
                _ => self.note(key, "is neither text nor a list of texts"),
            })
            .collect()
    }

    /// Reads a whole number in a range. `default` applies if it is absent.
    pub fn integer(
        &mut self,
        key: &'static str,
        default: i64,
        range: std::ops::RangeInclusive<i64>,
    ) -> Option<i64> {
        match self.value(key) {
            None => Some(default),
            Some(Value::Integer(number)) if range.contains(number) => Some(*number),
            Some(Value::Integer(_)) => {
                self.note(key, format!("is not between {} and {}", range.start(), range.end()))
            }
            Some(_) => self.note(key, "is not a whole number"),
        }
    }

    /// Reads `true` or `false`. `default` applies if it is absent.
    pub fn flag(&mut self, key: &'static str, default: bool) -> Option<bool> {
        match self.value(key) {
            None => Some(default),
            Some(Value::Flag(flag)) => Some(*flag),
            Some(_) => self.note(key, "is neither true nor false"),
        }
    }

    /// Reads one of several words. The first is the default.
    pub fn choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let Some(value) = self.value(key) else {
            return choices.first().map(|(_, choice)| *choice);
        };
        let chosen = match value {
            Value::Text(text) => choices.iter().find(|(word, _)| word == text),
            _ => None,
        };
        match chosen {
            Some((_, choice)) => Some(*choice),
            None => {
                let words: Vec<_> = choices.iter().map(|(word, _)| format!("{word:?}")).collect();
                self.note(key, format!("is not one of {}", words.join(", ")))
            }
        }
    }

    /// Reads an address of the gateway, without a slash at the end. `default` applies if it is
    /// absent.
    ///
    /// It must be `https`, except for a loopback address in the sandbox. In the sandbox of a
    /// gateway [without a test system](crate::registry::Registration::without_sandbox) it must be a
    /// loopback address, and there is no default.
    pub fn url(&mut self, key: &'static str, default: &str) -> Option<String> {
        let given = match self.value(key) {
            None => None,
            Some(_) => Some(self.text(key)?),
        };
        self.given_url(key, given.as_deref(), default)
    }

    /// Checks an address as [`url`](Self::url) does, if it was read already.
    pub fn given_url(
        &mut self,
        key: &'static str,
        given: Option<&str>,
        default: &str,
    ) -> Option<String> {
        const NO_SANDBOX: &str = "the gateway has no sandbox: give the loopback address of a \
                                  simulator, or say environment = \"production\"";

        let sandbox = self.config.environment == Environment::Sandbox;
        let only_loopback = sandbox && !self.config.has_sandbox;
        let Some(text) = given else {
            if only_loopback {
                return self.note(key, format!("is missing, and {NO_SANDBOX}"));
            }
            return Some(default.to_owned());
        };
        self.parse(key, text, |text| {
            check_web_address(text)?;
            let url = Url::parse(text).map_err(|error| error.to_string())?;
            match url.scheme() {
                _ if only_loopback && !is_loopback(&url) => {
                    return Err(format!("is not a loopback address, and {NO_SANDBOX}"));
                }
                "https" => {}
                _ if sandbox && is_loopback(&url) => {}
                _ => {
                    return Err(
                        "is not https; http is for loopback addresses in the sandbox only".into()
                    );
                }
            }
            if url.query().is_some() {
                return Err("has a query; give the address alone".to_owned());
            }
            if !text.is_ascii() || text.parse::<http::Uri>().is_err() {
                return Err(
                    "contains a character that is not allowed in an address: percent-encode it"
                        .to_owned(),
                );
            }
            Ok(text.trim_end_matches('/').to_owned())
        })
    }

    /// Reads the optional address of one of the app's pages, such as the page to which a buyer
    /// returns. It may have a fragment.
    pub fn optional_page_address(&mut self, key: &'static str) -> Option<String> {
        self.optional_parsed(key, |text| match check_page_address(text) {
            Ok(()) => Ok(text.to_owned()),
            Err(problem) => Err(problem.to_owned()),
        })
    }

    /// Reads an optional address of the app, without a fragment.
    pub fn optional_web_address(&mut self, key: &'static str) -> Option<String> {
        self.optional_parsed(key, |text| match check_web_address(text) {
            Ok(()) => Ok(text.to_owned()),
            Err(problem) => Err(problem.to_owned()),
        })
    }

    /// Returns whether the table has a key, even if it could not be read into the
    /// [type](Self::typed).
    pub fn is_given<T>(&self, key: &str, read: &Option<T>) -> bool {
        read.is_some() || self.refused.contains(key)
    }

    /// Reads an optional table of texts with names of its own, such as `{ 970436 = "VCB" }`. It is
    /// empty if it is absent.
    pub fn texts(&mut self, key: &'static str) -> Option<BTreeMap<String, String>> {
        let Some(value) = self.value(key) else { return Some(BTreeMap::new()) };
        let Value::Table(table) = value else { return self.note(key, "is not a table") };
        let mut texts = BTreeMap::new();
        for (name, value) in table {
            match value {
                Value::Text(text) => texts.insert(name.clone(), text.clone()),
                _ => {
                    return self.note(key, format!("has a value for {name:?} that is not text"));
                }
            };
        }
        Some(texts)
    }

    /// Returns the problems, including one for each key that was not read.
    pub fn finish(mut self) -> Vec<ConfigProblem> {
        for key in self.config.table.keys() {
            if !self.is_typed && !self.asked.contains(key.as_str()) {
                let hint = did_you_mean(key, self.asked.iter().copied());
                self.problems.push(ConfigProblem::new(
                    self.config.path(key),
                    format!("is not a known key{hint}"),
                ));
            }
        }
        self.problems
    }

    fn value(&mut self, key: &'static str) -> Option<&'a Value> {
        self.asked.insert(key);
        self.config.table.get(key)
    }

    fn note<T>(&mut self, key: &str, message: impl Into<String>) -> Option<T> {
        self.problem(key, message);
        None
    }

    fn parse<T>(
        &mut self,
        key: &'static str,
        text: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        match parse(text) {
            Ok(parsed) => Some(parsed),
            Err(message) => self.note(key, message),
        }
    }
}

/// Returns whether an address leads to this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Returns the known key that is nearest to a misspelt one, or all known keys, as the end of a
/// message.
pub(super) fn did_you_mean<'a>(key: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let distances = known.clone().map(|known| (strsim::damerau_levenshtein(known, key), known));
    match distances.min().filter(|(distance, _)| *distance <= 3) {
        Some((_, nearest)) => format!("; did you mean {nearest:?}?"),
        None => {
            let known: Vec<_> = known.collect();
            format!("; known keys: {}", known.join(", "))
        }
    }
}

#[cfg(test)]
mod tests;
