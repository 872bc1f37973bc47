use crate::{FieldPath, Flaw, ParseError, Problem, rules};

/// Iterates over the objects of a payload or of a template, up to the last character.
pub(super) struct Objects<'a> {
    template: FieldPath,
    rest: &'a str,
    offset: usize,
    seen: u128,
}

/// An object of a payload: its path and its value.
#[derive(Clone, Copy)]
pub(super) struct Object<'a> {
    pub(super) field: FieldPath,
    pub(super) value: &'a str,
    /// The position in the payload at which the value begins.
    offset: usize,
}

impl<'a> Objects<'a> {
    pub(super) const fn of_payload(payload: &'a str) -> Self {
        Self { template: FieldPath::ROOT, rest: payload, offset: 0, seen: 0 }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Returns the next object, or `None` if the last one ended at the end of the template.
    pub(super) fn next(&mut self) -> Result<Option<Object<'a>>, ParseError> {
        if self.is_empty() {
            return Ok(None);
        }
        let (id, stated) = self.header()?;
        let field = self.template.child(id);
        let start = self.offset;
        let fail = |problem| ParseError::new(field, start, problem);

        let body = self.rest.get(4..).unwrap_or_default();
        if stated == 0 {
            return Err(fail(Problem::Value(Flaw::Empty)));
        }
        let end = end_of(body, stated)
            .ok_or_else(|| fail(Problem::Truncated { stated, left: body.chars().count() }))?;
        let (value, rest) = body.split_at_checked(end).unwrap_or((body, ""));
        let bit = 1_u128 << id;
        if self.seen & bit != 0 {
            return Err(fail(Problem::Duplicate));
        }

        self.seen |= bit;
        self.rest = rest;
        self.offset = start + 4 + value.len();
        Ok(Some(Object { field, value, offset: start + 4 }))
    }

    /// Checks that an object occurred.
    pub(super) fn require(&self, field: FieldPath) -> Result<(), ParseError> {
        match self.seen & (1 << field.id()) {
            0 => Err(self.missing(field)),
            _ => Ok(()),
        }
    }

    /// Returns the error for an object that is missing.
    pub(super) const fn missing(&self, field: FieldPath) -> ParseError {
        ParseError::new(field, self.offset, Problem::Missing)
    }

    /// Returns the ID and the length of the next object.
    fn header(&self) -> Result<(u8, usize), ParseError> {
        let fail = |problem| ParseError::new(self.template, self.offset, problem);
        match self.rest.as_bytes() {
            [a, b, c, d, ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()) => {
                let number = |tens: u8, ones: u8| (tens & 0x0F) * 10 + (ones & 0x0F);
                Ok((number(*a, *b), usize::from(number(*c, *d))))
            }
            [_, _, _, _, ..] => Err(fail(Problem::NoHeader)),
            _ => Err(fail(Problem::LeftOver { count: self.rest.chars().count() })),
        }
    }
}

impl<'a> Object<'a> {
    /// Returns the objects of a template.
    pub(super) const fn objects(&self) -> Objects<'a> {
        Objects { template: self.field, rest: self.value, offset: self.offset, seen: 0 }
    }

    /// Returns the value, checked against the rule of its field.
    pub(super) fn text(&self) -> Result<&'a str, ParseError> {
        match rules::check_text(self.field, self.value) {
            Ok(()) => Ok(self.value),
            Err(flaw) => Err(self.error(flaw)),
        }
    }

    /// Checks that the value is `expected`.
    pub(super) fn expect(&self, expected: &'static str) -> Result<(), ParseError> {
        if self.value == expected {
            Ok(())
        } else {
            Err(self.error(Problem::Unexpected { expected }))
        }
    }

    /// Returns an error about the value.
    pub(super) fn error(&self, problem: impl Into<Problem>) -> ParseError {
        ParseError::new(self.field, self.offset, problem.into())
    }
}

/// Returns the byte at which a number of characters ends. Lengths count characters (NAPAS VietQR
/// format 1.0, section on encoding), which nearly always are single bytes.
fn end_of(text: &str, characters: usize) -> Option<usize> {
    match text.get(..characters) {
        Some(start) if start.is_ascii() => Some(characters),
        _ => text.char_indices().map(|(start, _)| start).chain([text.len()]).nth(characters),
    }
}
