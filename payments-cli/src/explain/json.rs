//! A JSON text in the style of another JSON writer.
//!
//! A signature over a body is made from its bytes, and the most common mistake is to sign or check
//! a body that was parsed and written again. The writers of PHP, Python, JavaScript, Go, Java and
//! .NET differ in white space, in the characters that they escape, and in the order of names;
//! numbers keep their digits.

use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization as _;

/// The style of a JSON writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JsonWriter {
    /// The white space between tokens.
    pub spacing: Spacing,
    /// The characters that are escaped in strings besides quotation marks, backslashes and control
    /// characters.
    pub escapes: Escapes,
    /// Whether the names of every object are sorted.
    pub sorted: bool,
    /// The Unicode form of strings.
    pub unicode: UnicodeForm,
    /// How lines end.
    pub line_ends: LineEnds,
}

/// The white space that a JSON writer puts between tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// None.
    Compact,
    /// A space after commas and colons, like Python.
    Spaced,
    /// A line for each value, indented by two spaces.
    TwoSpaces,
    /// A line for each value, indented by four spaces.
    FourSpaces,
    /// A line for each value, indented by a tab.
    Tabs,
}

/// The characters that a JSON writer escapes in strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escapes {
    /// No other characters.
    Nothing,
    /// Letters beyond ASCII, like Python and PHP (`\u1ea1`).
    Unicode,
    /// Slashes (`\/`).
    Slashes,
    /// Letters beyond ASCII, and slashes: PHP's default.
    UnicodeAndSlashes,
    /// `<`, `>` and `&`, like Go (`\u003c`).
    GoHtml,
    /// `<`, `>`, `&`, `=` and `'`, like Gson.
    GsonHtml,
    /// Letters beyond ASCII and `<`, `>`, `&`, `'`, `"`, `+`, `` ` ``, in upper case, like .NET.
    DotNet,
}

/// The Unicode form of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnicodeForm {
    /// Unchanged.
    Kept,
    /// Composed: one character for a letter with its diacritics (NFC).
    Composed,
    /// Decomposed: a letter and its diacritics as separate characters (NFD).
    Decomposed,
}

/// The line ends of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnds {
    /// A line feed after each line but the last.
    Bare,
    /// A line feed after each line.
    Trailing,
    /// A carriage return and a line feed after each line but the last.
    Windows,
    /// A carriage return and a line feed after each line.
    WindowsTrailing,
}

const SPACINGS: [Spacing; 5] =
    [Spacing::Compact, Spacing::Spaced, Spacing::TwoSpaces, Spacing::FourSpaces, Spacing::Tabs];
const ESCAPES: [Escapes; 7] = [
    Escapes::Nothing,
    Escapes::Unicode,
    Escapes::UnicodeAndSlashes,
    Escapes::Slashes,
    Escapes::GoHtml,
    Escapes::GsonHtml,
    Escapes::DotNet,
];
const FORMS: [UnicodeForm; 3] = [UnicodeForm::Kept, UnicodeForm::Composed, UnicodeForm::Decomposed];
const LINE_ENDS: [LineEnds; 4] =
    [LineEnds::Bare, LineEnds::Trailing, LineEnds::Windows, LineEnds::WindowsTrailing];

/// The deepest nesting of a text.
const DEEPEST: usize = 64;

impl JsonWriter {
    /// Returns the writers that differ for this text, the simplest first. It is empty if the text
    /// is not JSON.
    pub(super) fn for_text(text: &str) -> Vec<Self> {
        let Some(json) = Json::read(text) else { return Vec::new() };
        let traits = Traits::of(&json);
        let mut writers = Vec::new();
        for line_ends in LINE_ENDS {
            for unicode in FORMS {
                for sorted in [false, true] {
                    for escapes in ESCAPES {
                        for spacing in SPACINGS {
                            let writer = Self { spacing, escapes, sorted, unicode, line_ends };
                            if writer.matters(&traits) {
                                writers.push(writer);
                            }
                        }
                    }
                }
            }
        }
        writers.sort_by_key(|writer| writer.oddities());
        writers
    }

    /// Writes the text in this style. Returns `None` if it is not JSON.
    pub(super) fn write(self, text: &str) -> Option<String> {
        let json = Json::read(text)?;
        let mut written = String::with_capacity(text.len());
        self.value(&json, 0, &mut written);
        if matches!(self.line_ends, LineEnds::Trailing | LineEnds::WindowsTrailing) {
            written.push('\n');
        }
        Some(match self.line_ends {
            LineEnds::Windows | LineEnds::WindowsTrailing => written.replace('\n', "\r\n"),
            LineEnds::Bare | LineEnds::Trailing => written,
        })
    }

    /// Describes the style for a person.
    pub(super) fn words(self) -> String {
        let mut words = match self.spacing {
            Spacing::Compact => "as compact JSON",
            Spacing::Spaced => "as JSON with a space behind commas and colons",
            Spacing::TwoSpaces => "as JSON indented by two spaces",
            Spacing::FourSpaces => "as JSON indented by four spaces",
            Spacing::Tabs => "as JSON indented by tabs",
        }
        .to_owned();
        words.push_str(match self.escapes {
            Escapes::Nothing => "",
            Escapes::Unicode => ", letters beyond ASCII as \\u",
            Escapes::Slashes => ", slashes as \\/",
            Escapes::UnicodeAndSlashes => ", letters beyond ASCII as \\u and slashes as \\/",
            Escapes::GoHtml => ", <, > and & as \\u003c and so on",
            Escapes::GsonHtml => ", <, >, &, = and ' as \\u003c and so on",
            Escapes::DotNet => ", letters beyond ASCII, quotation marks and <, >, &, + as \\u00XX",
        });
        if self.sorted {
            words.push_str(", names sorted");
        }
        words.push_str(match self.unicode {
            UnicodeForm::Kept => "",
            UnicodeForm::Composed => ", letters composed (NFC)",
            UnicodeForm::Decomposed => ", letters decomposed (NFD)",
        });
        words.push_str(match self.line_ends {
            LineEnds::Bare => "",
            LineEnds::Trailing => ", with a line end behind it",
            LineEnds::Windows => ", lines ended by CR and LF",
            LineEnds::WindowsTrailing => ", lines and the last one ended by CR and LF",
        });
        words
    }

    /// Returns whether this writer may write a text that no simpler one writes.
    fn matters(self, traits: &Traits) -> bool {
        let escapes = match self.escapes {
            Escapes::Nothing => true,
            Escapes::Unicode => traits.beyond_ascii,
            Escapes::Slashes => traits.slashes,
            Escapes::UnicodeAndSlashes => traits.beyond_ascii && traits.slashes,
            Escapes::GoHtml => traits.html,
            Escapes::GsonHtml => traits.gson,
            Escapes::DotNet => traits.dot_net,
        };
        let has_lines =
            matches!(self.spacing, Spacing::TwoSpaces | Spacing::FourSpaces | Spacing::Tabs);
        escapes
            && (!self.sorted || traits.unsorted)
            && (self.unicode == UnicodeForm::Kept || traits.beyond_ascii)
            && (self.line_ends != LineEnds::Windows || has_lines)
    }

    fn oddities(self) -> usize {
        usize::from(self.sorted)
            + usize::from(self.unicode != UnicodeForm::Kept)
            + usize::from(self.line_ends != LineEnds::Bare)
            + usize::from(matches!(self.escapes, Escapes::GsonHtml | Escapes::DotNet))
    }

    fn value(self, json: &Json, depth: usize, to: &mut String) {
        match json {
            Json::Literal(text) => to.push_str(text),
            Json::Text(text) => self.string(text, to),
            Json::List(values) => {
                self.members('[', ']', values.len(), depth, to, |index, to| {
                    if let Some(value) = values.get(index) {
                        self.value(value, depth + 1, to);
                    }
                });
            }
            Json::Object(members) => {
                let mut members: Vec<&(String, Json)> = members.iter().collect();
                if self.sorted {
                    members.sort_by(|one, other| one.0.cmp(&other.0));
                }
                self.members('{', '}', members.len(), depth, to, |index, to| {
                    if let Some((name, value)) = members.get(index) {
                        self.string(name, to);
                        to.push_str(if self.spacing == Spacing::Compact { ":" } else { ": " });
                        self.value(value, depth + 1, to);
                    }
                });
            }
        }
    }

    fn members(
        self,
        open: char,
        close: char,
        count: usize,
        depth: usize,
        to: &mut String,
        member: impl Fn(usize, &mut String),
    ) {
        to.push(open);
        for index in 0..count {
            if index > 0 {
                to.push(',');
            }
            match self.indent() {
                Some(_) => self.line(depth + 1, to),
                None if index > 0 && self.spacing == Spacing::Spaced => to.push(' '),
                None => {}
            }
            member(index, to);
        }
        if count > 0 && self.indent().is_some() {
            self.line(depth, to);
        }
        to.push(close);
    }

    fn indent(self) -> Option<&'static str> {
        match self.spacing {
            Spacing::Compact | Spacing::Spaced => None,
            Spacing::TwoSpaces => Some("  "),
            Spacing::FourSpaces => Some("    "),
            Spacing::Tabs => Some("\t"),
        }
    }

    fn line(self, depth: usize, to: &mut String) {
        to.push('\n');
        for _ in 0..depth {
            to.push_str(self.indent().unwrap_or_default());
        }
    }

    fn string(self, text: &str, to: &mut String) {
        to.push('"');
        match self.unicode {
            UnicodeForm::Kept => text.chars().for_each(|c| self.character(c, to)),
            UnicodeForm::Composed => text.nfc().for_each(|c| self.character(c, to)),
            UnicodeForm::Decomposed => text.nfd().for_each(|c| self.character(c, to)),
        }
        to.push('"');
    }

    fn character(self, character: char, to: &mut String) {
        let is_escaped = match self.escapes {
            Escapes::Nothing | Escapes::Slashes => false,
            Escapes::Unicode | Escapes::UnicodeAndSlashes => !character.is_ascii(),
            Escapes::GoHtml => matches!(character, '<' | '>' | '&' | '\u{2028}' | '\u{2029}'),
            Escapes::GsonHtml => {
                matches!(character, '<' | '>' | '&' | '=' | '\'' | '\u{2028}' | '\u{2029}')
            }
            Escapes::DotNet => {
                !character.is_ascii()
                    || matches!(character, '<' | '>' | '&' | '\'' | '"' | '+' | '`')
            }
        };
        let slashes = matches!(self.escapes, Escapes::Slashes | Escapes::UnicodeAndSlashes);
        match character {
            _ if is_escaped => self.escape(character, to),
            '/' if slashes => to.push_str("\\/"),
            '"' => to.push_str("\\\""),
            '\\' => to.push_str("\\\\"),
            '\n' => to.push_str("\\n"),
            '\r' => to.push_str("\\r"),
            '\t' => to.push_str("\\t"),
            '\u{8}' => to.push_str("\\b"),
            '\u{c}' => to.push_str("\\f"),
            character if character < ' ' => self.escape(character, to),
            character => to.push(character),
        }
    }

    fn escape(self, character: char, to: &mut String) {
        let mut units = [0; 2];
        for unit in character.encode_utf16(&mut units) {
            // Writing into a string cannot fail.
            let _ = match self.escapes {
                Escapes::DotNet => write!(to, "\\u{unit:04X}"),
                _ => write!(to, "\\u{unit:04x}"),
            };
        }
    }
}

/// A JSON value that keeps the order and the repetitions of names, and the digits of numbers.
enum Json {
    Literal(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    fn read(text: &str) -> Option<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
        if !text.starts_with(['{', '[']) {
            return None;
        }
        let mut rest = text;
        let json = Self::value(&mut rest, DEEPEST)?;
        rest.trim_start().is_empty().then_some(json)
    }

    fn value(rest: &mut &str, depth: usize) -> Option<Self> {
        *rest = rest.trim_start();
        match rest.chars().next()? {
            '"' => Self::text(rest).map(Self::Text),
            '{' => {
                let mut members = Vec::new();
                Self::members(rest, '}', |rest| {
                    *rest = rest.trim_start();
                    let name = Self::text(rest)?;
                    *rest = rest.trim_start().strip_prefix(':')?;
                    members.push((name, Self::value(rest, depth.checked_sub(1)?)?));
                    Some(())
                })?;
                Some(Self::Object(members))
            }
            '[' => {
                let mut values = Vec::new();
                Self::members(rest, ']', |rest| {
                    values.push(Self::value(rest, depth.checked_sub(1)?)?);
                    Some(())
                })?;
                Some(Self::List(values))
            }
            _ => {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
                let (literal, after) = rest.split_at(end.unwrap_or(rest.len()));
                *rest = after;
                (!literal.is_empty()).then(|| Self::Literal(literal.to_owned()))
            }
        }
    }

    /// Parses the content between the opening bracket and `close`.
    fn members(
        rest: &mut &str,
        close: char,
        mut member: impl FnMut(&mut &str) -> Option<()>,
    ) -> Option<()> {
        *rest = rest.get(1..)?.trim_start();
        if let Some(after) = rest.strip_prefix(close) {
            *rest = after;
            return Some(());
        }
        loop {
            member(rest)?;
            *rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix(close) {
                *rest = after;
                return Some(());
            }
            *rest = rest.strip_prefix(',')?;
        }
    }

    fn text(rest: &mut &str) -> Option<String> {
        let mut is_escaped = false;
        let end = rest.char_indices().skip(1).find_map(|(at, character)| {
            let is_end = character == '"' && !is_escaped;
            is_escaped = character == '\\' && !is_escaped;
            is_end.then_some(at + 1)
        })?;
        let (text, after) = rest.split_at(end);
        *rest = after;
        serde_json::from_str(text).ok()
    }

    fn each_text(&self, take: &mut impl FnMut(&str)) {
        match self {
            Self::Literal(_) => {}
            Self::Text(text) => take(text),
            Self::List(values) => values.iter().for_each(|value| value.each_text(take)),
            Self::Object(members) => {
                for (name, value) in members {
                    take(name);
                    value.each_text(take);
                }
            }
        }
    }

    fn is_sorted(&self) -> bool {
        match self {
            Self::Literal(_) | Self::Text(_) => true,
            Self::List(values) => values.iter().all(Self::is_sorted),
            Self::Object(members) => {
                members.is_sorted_by(|one, next| one.0 <= next.0)
                    && members.iter().all(|(_, value)| value.is_sorted())
            }
        }
    }
}

/// The features of a text in which writers may differ.
struct Traits {
    beyond_ascii: bool,
    slashes: bool,
    html: bool,
    gson: bool,
    dot_net: bool,
    unsorted: bool,
}

impl Traits {
    fn of(json: &Json) -> Self {
        let mut traits = Self {
            beyond_ascii: false,
            slashes: false,
            html: false,
            gson: false,
            dot_net: false,
            unsorted: !json.is_sorted(),
        };
        json.each_text(&mut |text| {
            traits.beyond_ascii |= !text.is_ascii();
            traits.slashes |= text.contains('/');
            traits.html |= text.contains(['<', '>', '&']);
            traits.gson |= text.contains(['=', '\'']);
            traits.dot_net |= text.contains(['<', '>', '&', '\'', '"', '+', '`']);
        });
        traits.dot_net |= traits.beyond_ascii;
        traits.gson |= traits.html;
        traits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"b": "a/b <ạ>", "a": [1.50, {}, [], null, "\u1ea1\n"]}"#;

    const PLAIN: JsonWriter = JsonWriter {
        spacing: Spacing::Compact,
        escapes: Escapes::Nothing,
        sorted: false,
        unicode: UnicodeForm::Kept,
        line_ends: LineEnds::Bare,
    };

    #[test]
    fn each_writer_writes_as_its_language_does() {
        let written = |writer: JsonWriter| writer.write(TEXT).unwrap();
        assert_eq!(written(PLAIN), r#"{"b":"a/b <ạ>","a":[1.50,{},[],null,"ạ\n"]}"#);
        let php = JsonWriter { escapes: Escapes::UnicodeAndSlashes, ..PLAIN };
        assert_eq!(written(php), r#"{"b":"a\/b <\u1ea1>","a":[1.50,{},[],null,"\u1ea1\n"]}"#);
        let python = JsonWriter {
            spacing: Spacing::Spaced,
            escapes: Escapes::Unicode,
            sorted: true,
            ..PLAIN
        };
        assert_eq!(
            written(python),
            r#"{"a": [1.50, {}, [], null, "\u1ea1\n"], "b": "a/b <\u1ea1>"}"#
        );
        let go = JsonWriter { spacing: Spacing::TwoSpaces, escapes: Escapes::GoHtml, ..PLAIN };
        assert_eq!(
            written(go),
            "{\n  \"b\": \"a/b \\u003cạ\\u003e\",\n  \"a\": [\n    1.50,\n    {},\n    [],\n    \
             null,\n    \"ạ\\n\"\n  ]\n}"
        );
    }

    #[test]
    fn what_is_no_json_or_nests_too_deep_is_left_alone() {
        for text in ["", "1", "{", "{\"a\"}", "{\"a\":1} x", "[1,]", "{\"a\":\"\\x\"}"] {
            assert_eq!(PLAIN.write(text), None, "{text:?}");
        }
        assert_eq!(PLAIN.write(&"[".repeat(100_000)), None);
    }

    #[test]
    fn writers_that_cannot_differ_are_not_tried() {
        assert!(JsonWriter::for_text(r#"{"a":1}"#).len() <= 25);
        let all = JsonWriter::for_text(TEXT);
        assert!(all.len() > 500, "{}", all.len());
        assert_eq!(all[0], PLAIN);
    }
}
