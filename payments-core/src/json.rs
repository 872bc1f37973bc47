//! JSON whose errors give the position and never the content.

use std::fmt;

use serde::Deserialize;
use serde_json::error::Category;

/// The position at which a text is not the expected JSON: its line and column, without any of the
/// text.
///
/// The error of `serde_json` quotes its input, as in `invalid type: string "NGUYEN VAN A"`, and so
/// puts personal data and secrets into error chains and logs. Every JSON error in this project is
/// converted to this type: by [`read`], and by each `with_source` of the core's errors.
///
/// ```
/// use payments_core::json;
///
/// #[derive(Debug, serde::Deserialize)]
/// struct Line {
///     #[expect(dead_code)]
///     amount: u64,
/// }
///
/// let error = json::read::<Line>(br#"{"amount": "NGUYEN VAN A"}"#).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "a member is missing or of another kind than documented, at line 1, column 25"
/// );
/// assert_eq!(error.member(), Some("amount"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    kind: JsonErrorKind,
    line: usize,
    column: usize,
    member: Option<String>,
}

/// The way in which a text is not the expected JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// The text is not JSON.
    Syntax,
    /// The text ends before the JSON is complete.
    Truncated,
    /// The text is JSON, but a member is missing, occurs twice or has the wrong type.
    Content,
}

/// Deserialises JSON.
///
/// # Errors
/// Returns [`JsonError`], with the name of the member if it can be determined.
pub fn read<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, JsonError> {
    serde_json::from_slice(text)
        .map_err(|error| JsonError { member: member::<T>(text), ..JsonError::without_text(&error) })
}

/// Returns the member at which deserialising fails, as in `order.amount` or `rows[3].id`.
fn member<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Option<String> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    // This is slower than plain deserialising and needed only after that has failed.
    let error = serde_path_to_error::deserialize::<_, T>(&mut reader).err()?;
    let path = error.path().to_string();
    is_readable(&path).then_some(path)
}

/// Returns whether a path may be shown. A key of a map is the sender's own text and may contain
/// anything.
fn is_readable(path: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_.[]".contains(&byte);
    path.len() <= 100 && path != "." && path.bytes().all(is_name)
}

impl JsonError {
    /// Creates an error without a position.
    #[must_use]
    pub const fn new(kind: JsonErrorKind) -> Self {
        Self { kind, line: 0, column: 0, member: None }
    }

    fn without_text(error: &serde_json::Error) -> Self {
        let kind = match error.classify() {
            Category::Data => JsonErrorKind::Content,
            Category::Eof => JsonErrorKind::Truncated,
            Category::Io | Category::Syntax => JsonErrorKind::Syntax,
        };
        Self { line: error.line(), column: error.column(), ..Self::new(kind) }
    }

    /// Returns the way in which the text is not the expected JSON.
    #[must_use]
    pub const fn kind(&self) -> JsonErrorKind {
        self.kind
    }

    /// Returns this error as one inside the value of a member, whose position in the whole text is
    /// not known.
    #[must_use]
    pub fn in_member(self, name: &str) -> Self {
        Self { line: 0, column: 0, member: is_readable(name).then(|| name.to_owned()), ..self }
    }

    /// Returns the line, counted from 1, or 0 if it is not known.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// Returns the column in bytes, counted from 1, or 0 if it is not known.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }

    /// Returns the member at which [`read`] failed, as in `order.amount`, if it is known. For a
    /// missing member it is the object that should contain it.
    #[must_use]
    pub fn member(&self) -> Option<&str> {
        self.member.as_deref()
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            JsonErrorKind::Syntax => "the text is not JSON",
            JsonErrorKind::Truncated => "the JSON ends too early",
            JsonErrorKind::Content => "a member is missing or of another kind than documented",
        })?;
        match self.line {
            // A value that was not read from text has no position.
            0 => Ok(()),
            line => write!(f, ", at line {line}, column {}", self.column),
        }
    }
}

impl std::error::Error for JsonError {}

/// Replaces an error that quotes its input by one that does not.
pub fn without_content(
    source: Box<dyn std::error::Error + Send + Sync>,
) -> Box<dyn std::error::Error + Send + Sync> {
    let mut link: Option<&(dyn std::error::Error + 'static)> = Some(source.as_ref());
    while let Some(error) = link {
        // The errors around it repeat its text.
        if let Some(reduced) = reduced(error) {
            return Box::new(reduced);
        }
        link = error.source();
    }
    source
}

/// Returns the JSON error in a form without content. It also finds one inside errors that do not
/// return it as their source.
fn reduced(error: &(dyn std::error::Error + 'static)) -> Option<JsonError> {
    if let Some(error) = error.downcast_ref::<serde_json::Error>() {
        return Some(JsonError::without_text(error));
    }
    if let Some(error) = error.downcast_ref::<serde_path_to_error::Error<serde_json::Error>>() {
        return Some(JsonError::without_text(error.inner()));
    }
    reduced(error.downcast_ref::<std::io::Error>()?.get_ref()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Order {
        amount: u64,
        rows: Option<Vec<Row>>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Row {
        id: u64,
    }

    const CANARY: &str = "NGUYEN VAN A 0912345678";

    #[test]
    fn an_error_says_where_and_nothing_of_what_is_there() {
        for (json, kind, member) in [
            (r#"{"amount":"CANARY"}"#, JsonErrorKind::Content, Some("amount")),
            (r#"{"amount":{"CANARY":1}}"#, JsonErrorKind::Content, Some("amount")),
            (r#"{"amount":1,"rows":"CANARY"}"#, JsonErrorKind::Content, Some("rows")),
            (
                r#"{"amount":1,"rows":[{"id":1},{"id":"CANARY"}]}"#,
                JsonErrorKind::Content,
                Some("rows[1].id"),
            ),
            (r#"{"amount":1,"rows":[{"CANARY":1}]}"#, JsonErrorKind::Content, None),
            (r#""CANARY""#, JsonErrorKind::Content, None),
            (r#"{"amount":"CANARY"#, JsonErrorKind::Truncated, Some("amount")),
            (r#"CANARY"#, JsonErrorKind::Syntax, None),
        ] {
            let json = json.replace("CANARY", CANARY);
            let error = read::<Order>(json.as_bytes()).unwrap_err();
            assert_eq!((error.kind(), error.member()), (kind, member), "{json}");
            for shown in [format!("{error}"), format!("{error:?}")] {
                assert!(!shown.contains("NGUYEN"), "{shown} of {json}");
            }
            assert!(error.line() == 1 && error.column() > 0, "{error} of {json}");
        }
    }

    #[test]
    fn a_source_that_quotes_a_body_is_reduced() {
        let cause = serde_json::from_str::<u64>(&format!("{CANARY:?}")).unwrap_err();
        assert!(cause.to_string().contains(CANARY), "{cause}");
        let reduced = without_content(Box::new(cause));
        assert!(!format!("{reduced:?} {reduced}").contains("NGUYEN"), "{reduced:?}");
        let other = without_content(Box::new(std::fmt::Error));
        assert!(other.is::<std::fmt::Error>(), "{other:?}");
    }

    #[test]
    fn a_source_that_holds_an_error_which_quotes_a_body_is_reduced_too() {
        #[derive(Debug, thiserror::Error)]
        #[error("the answer cannot be read: {0}")]
        struct Wrapped(#[source] Box<dyn std::error::Error + Send + Sync>);

        let body = format!("{CANARY:?}");
        let cause = || serde_json::from_str::<u64>(&body).unwrap_err();
        let with_path = || {
            let mut reader = serde_json::Deserializer::from_str(&body);
            serde_path_to_error::deserialize::<_, u64>(&mut reader).unwrap_err()
        };
        let sources: [Box<dyn std::error::Error + Send + Sync>; 6] = [
            Box::new(std::io::Error::from(cause())),
            Box::new(std::io::Error::other(std::io::Error::other(cause()))),
            Box::new(with_path()),
            Box::new(std::io::Error::other(with_path())),
            Box::new(Wrapped(Box::new(cause()))),
            Box::new(Wrapped(Box::new(Wrapped(Box::new(std::io::Error::other(cause())))))),
        ];
        for source in sources {
            assert!(source.to_string().contains(CANARY), "{source}");
            let reduced = without_content(source);
            assert!(!format!("{reduced:?} {reduced}").contains("NGUYEN"), "{reduced:?}");
            assert!(reduced.to_string().contains("line 1, column"), "{reduced}");
        }
        let other = without_content(Box::new(std::io::Error::other("refused")));
        assert_eq!(other.to_string(), "refused");
    }
}
