//! Reads secrets, keys and files, from environment variables, files or the configuration itself.

use std::collections::BTreeMap;

use payments_core::{Environment, Secret, SecretBytes, printable};

use super::{Reader, Source, Value};
use crate::signature::Keys;

impl Reader<'_> {
    /// Reads a required secret: `{ env = "…" }`, `{ file = "…" }`, or in the sandbox a literal.
    pub fn secret(&mut self, key: &'static str) -> Option<Secret> {
        match self.value(key) {
            None => self.note(key, "is missing; give { env = \"…\" } or { file = \"…\" }"),
            Some(value) => self.secret_of(key, value),
        }
    }

    /// Reads an optional secret, as [`secret`](Self::secret) does.
    pub fn optional_secret(&mut self, key: &'static str) -> Option<Secret> {
        let value = self.value(key)?;
        self.secret_of(key, value)
    }

    /// Reads an optional secret file that need not be text, such as a private key. It is given as
    /// for [`secret`](Self::secret).
    pub fn optional_secret_bytes(&mut self, key: &'static str) -> Option<SecretBytes> {
        let value = self.value(key)?;
        self.secret_source(key, value).map(SecretBytes::new)
    }

    /// Reads one required secret or a list of them, newest first, so that keys can be rotated.
    pub fn keys(&mut self, key: &'static str) -> Option<Keys> {
        if self.value(key).is_none() {
            return self.note(key, "is missing; give { env = \"…\" } or { file = \"…\" }");
        }
        self.optional_keys(key)
    }

    /// Reads optional secrets, as [`keys`](Self::keys) does.
    pub fn optional_keys(&mut self, key: &'static str) -> Option<Keys> {
        let value = self.value(key)?;
        self.keys_of(key, value)
    }

    /// Reads secrets as [`keys`](Self::keys) does, from a source that was read already.
    pub fn given_keys(&mut self, key: &'static str, given: &Source) -> Option<Keys> {
        self.keys_of(key, given.value())
    }

    /// Reads secrets as [`given_keys`](Self::given_keys) does. They must be printable ASCII,
    /// because they are sent in an HTTP header.
    pub fn given_header_keys(&mut self, key: &'static str, given: &Source) -> Option<Keys> {
        let keys = self.given_keys(key, given)?;
        if keys.iter().all(fits_a_header) { Some(keys) } else { self.note(key, NO_HEADER) }
    }

    /// Reads a secret as [`secret`](Self::secret) does, from a source that was read already.
    pub fn given_secret(&mut self, key: &'static str, given: &Source) -> Option<Secret> {
        self.secret_of(key, given.value())
    }

    /// Reads a secret as [`given_secret`](Self::given_secret) does. It must be printable ASCII,
    /// because it is sent in an HTTP header.
    pub fn given_header_secret(&mut self, key: &'static str, given: &Source) -> Option<Secret> {
        let secret = self.given_secret(key, given)?;
        if fits_a_header(&secret) { Some(secret) } else { self.note(key, NO_HEADER) }
    }

    /// Reads a secret file as [`optional_secret_bytes`](Self::optional_secret_bytes) does, from a
    /// source that was read already.
    pub fn given_secret_bytes(&mut self, key: &'static str, given: &Source) -> Option<SecretBytes> {
        self.secret_source(key, given.value()).map(SecretBytes::new)
    }

    /// Reads a file as [`bytes`](Self::bytes) does, from a source that was read already.
    pub fn given_bytes(&mut self, key: &'static str, given: &Source) -> Option<Vec<u8>> {
        self.bytes_of(key, given.value())
    }

    fn keys_of(&mut self, key: &'static str, value: &Value) -> Option<Keys> {
        let Value::List(values) = value else {
            return self.secret_of(key, value).map(Keys::one);
        };
        let mut keys: Option<Keys> = None;
        for value in values {
            let secret = self.secret_of(key, value)?;
            keys = Some(match keys {
                None => Keys::one(secret),
                Some(keys) => keys.or(secret),
            });
        }
        match keys {
            Some(keys) => Some(keys),
            None => self.note(key, "is an empty list"),
        }
    }

    /// Reads a required file that need not be secret, such as a certificate: `{ file = "…" }`, `{
    /// env = "…" }`, or its text.
    pub fn bytes(&mut self, key: &'static str) -> Option<Vec<u8>> {
        match self.value(key) {
            None => self.note(key, "is missing; give { file = \"…\" }"),
            Some(value) => self.bytes_of(key, value),
        }
    }

    fn bytes_of(&mut self, key: &'static str, value: &Value) -> Option<Vec<u8>> {
        match value {
            Value::Text(text) => Some(text.clone().into_bytes()),
            Value::Table(source) => self.read_source(key, source),
            _ => self.note(key, "is neither text nor { file = \"…\" }"),
        }
    }

    fn secret_of(&mut self, key: &'static str, value: &Value) -> Option<Secret> {
        let bytes = self.secret_source(key, value)?;
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.contains(&0) {
            return self.note(
                key,
                "holds bytes that are zero, or begins as UTF-16 does, which Windows and PowerShell \
                 write: save it as UTF-8",
            );
        }
        let Ok(mut text) = String::from_utf8(bytes) else {
            return self.note(key, "is not UTF-8 text");
        };
        if matches!(value, Value::Table(_)) {
            // The line ending at the end of a file is not part of the secret.
            text.truncate(text.trim_end_matches(['\r', '\n']).len());
        }
        match Secret::new(text) {
            Ok(secret) => {
                self.warn_of_wrapping(key, &secret);
                Some(secret)
            }
            Err(error) => self.note(key, error.to_string()),
        }
    }

    /// Warns about text that is often copied together with a secret.
    fn warn_of_wrapping(&mut self, key: &'static str, secret: &Secret) {
        let text = secret.expose();
        // In JSON a comma may follow a value.
        let quoted = text.trim_end_matches([',', ';', ' ']);
        if quoted.starts_with(is_quote) && quoted.ends_with(is_quote) && text.chars().count() > 1 {
            self.warn(key, "is in quotes, which count as part of it; leave them out");
        }
        if is_assignment(text.trim_matches(is_quote)) {
            self.warn(
                key,
                "looks like NAME=value, all of which counts as the secret; give the value alone",
            );
        }
    }

    fn secret_source(&mut self, key: &'static str, value: &Value) -> Option<Vec<u8>> {
        match value {
            Value::Text(text) if self.config.environment == Environment::Sandbox => {
                Some(text.clone().into_bytes())
            }
            Value::Text(_) => self.note(
                key,
                "is in plain text; outside the sandbox give { env = \"…\" } or { file = \"…\" }",
            ),
            Value::Table(source) => self.read_source(key, source),
            _ => self.note(key, "is neither { env = \"…\" } nor { file = \"…\" }"),
        }
    }

    fn read_source(
        &mut self,
        key: &'static str,
        source: &BTreeMap<String, Value>,
    ) -> Option<Vec<u8>> {
        let mut entries = source.iter();
        match (entries.next(), entries.next()) {
            (Some((from, Value::Text(name))), None) if from == "env" => {
                if !is_variable(name) {
                    // It may be the secret itself, written in place of its variable.
                    return self.note(
                        key,
                        "is not the name of an environment variable: a name has letters, digits and \
                         _ only, and the variable contains the secret",
                    );
                }
                match self.environ.get(name) {
                    Some(text) => Some(text.into_bytes()),
                    None if is_no_secret(name) => {
                        self.note(key, format!("the environment variable {name} is not set"))
                    }
                    None => self.note(key, "its environment variable is not set"),
                }
            }
            (Some((from, Value::Text(path))), None) if from == "file" => {
                match std::fs::read(path) {
                    Ok(bytes) => Some(bytes),
                    // The name of the file is not repeated, because it may be the secret itself.
                    Err(error) => self.note(
                        key,
                        format!("its file cannot be read: {}", printable(&error.to_string())),
                    ),
                }
            }
            _ => self.note(key, "is neither { env = \"…\" } nor { file = \"…\" }"),
        }
    }
}

const NO_HEADER: &str = "contains a character that HTTP headers do not allow: use letters, digits \
                         and ASCII punctuation";

/// Returns whether an HTTP header can contain the secret: it is printable ASCII.
fn fits_a_header(secret: &Secret) -> bool {
    secret.expose().bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Returns whether a character is a quotation mark of any kind.
fn is_quote(character: char) -> bool {
    matches!(character, '"' | '\'' | '`' | '´' | '«' | '»' | '‹' | '›' | '\u{2018}'..='\u{201f}')
}

/// Returns whether a text is a line of an environment file or of a script, or a pair of YAML or
/// JSON.
fn is_assignment(text: &str) -> bool {
    let commands = ["export ", "set ", "setx ", "SET ", "declare -x ", "$env:", "ENV "];
    let rest = commands.iter().find_map(|command| text.strip_prefix(command)).unwrap_or(text);
    let Some((name, value)) = rest.split_once('=') else {
        // Many secrets contain a colon. Before a space, a colon follows a name.
        return rest
            .split_once(": ")
            .is_some_and(|(name, _)| is_variable(name.trim().trim_matches(is_quote)));
    };
    // Base64 ends in equals signs, with nothing after them.
    let is_padding = value.trim_start_matches('=').trim().is_empty();
    let name = name.trim();
    is_variable(name) && (!is_padding || is_no_secret(name) || rest.len() != text.len())
}

/// Returns whether an environment variable can have this name (POSIX.1-2024, section 8.1).
fn is_variable(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Returns whether a text is certainly the name of a variable and not a secret, so that it may be
/// repeated: words of capital letters with underscores between them, with a few digits only at the
/// end of a word. No gateway issues secrets of this form.
fn is_no_secret(name: &str) -> bool {
    let is_word = |word: &str| {
        let letters = word.trim_end_matches(|last: char| last.is_ascii_digit());
        let digits = word.len() - letters.len();
        letters.bytes().all(|byte| byte.is_ascii_uppercase())
            && letters.len() <= 16
            && digits <= if letters.is_empty() { 4 } else { 2 }
    };
    name.contains('_') && name.len() <= 64 && name.split('_').all(is_word)
}
