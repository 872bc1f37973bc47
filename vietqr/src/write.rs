//! Writes a code: objects in ascending order, as every bank app writes them, and the CRC.

use std::collections::btree_map::Iter;
use std::fmt::{Display, Write};
use std::iter::Peekable;

use crate::crc::checksum;
use crate::{FieldPath, Tip, VietQr};

/// A capacity that is enough for nearly all codes. A longer code grows the text once.
const USUAL_LENGTH: usize = 256;

impl VietQr {
    /// Returns the text of the code, to be drawn as a QR code or sent unchanged.
    #[must_use]
    pub fn payload(&self) -> String {
        let out = String::with_capacity(USUAL_LENGTH);
        let mut writer = Writer { out, texts: self.texts.iter().peekable() };
        writer.object(FieldPath::FORMAT, "01");
        writer.object(FieldPath::INITIATION, self.initiation().code());
        writer.template(FieldPath::BENEFICIARY, |writer| {
            writer.object(FieldPath::SCHEME, "A000000727");
            writer.template(FieldPath::MEMBER, |writer| {
                writer.object(FieldPath::BIN, &self.bin);
                writer.object(FieldPath::NUMBER, &self.number);
            });
            writer.object(FieldPath::SERVICE, self.service.code());
        });
        writer.object(FieldPath::CURRENCY, "704");
        if let Some(amount) = self.amount {
            writer.formatted(FieldPath::AMOUNT, amount);
        }
        if let Some(tip) = self.tip {
            writer.object(FieldPath::TIP, tip.indicator());
            match tip {
                Tip::AskPayer => {}
                Tip::Fixed(fee) => writer.formatted(FieldPath::TIP_FIXED, fee),
                Tip::Percent(hundredths) => {
                    let (whole, decimals) = (hundredths / 100, hundredths % 100);
                    writer.formatted(
                        FieldPath::TIP_PERCENT,
                        format_args!("{whole:02}.{decimals:02}"),
                    );
                }
            }
        }
        writer.object(FieldPath::COUNTRY, "VN");
        writer.template_of_texts(FieldPath::ADDITIONAL_DATA);
        writer.template_of_texts(FieldPath::OTHER_LANGUAGE);
        writer.texts_while(|_| true);
        writer.finish()
    }

    /// Returns the length of the value of a template of texts.
    pub(super) fn template_length(&self, template: FieldPath) -> usize {
        let within = self.texts.iter().filter(|(field, _)| field.is_within(template));
        within.map(|(_, text)| 4 + text.chars().count()).sum()
    }
}

/// A payload in progress, and the texts that are not written yet.
struct Writer<'a> {
    out: String,
    texts: Peekable<Iter<'a, FieldPath, String>>,
}

impl Writer<'_> {
    /// Writes an object, after the texts that come before it.
    fn object(&mut self, field: FieldPath, value: &str) {
        self.texts_while(|waiting| waiting < field);
        self.put(field, value);
    }

    /// Writes an object whose value is formatted.
    fn formatted(&mut self, field: FieldPath, value: impl Display) {
        self.nested(field, |writer| {
            // Formatting into a `String` cannot fail.
            let _ = write!(writer.out, "{value}");
        });
    }

    /// Writes a template with what `body` writes and the texts that belong to it.
    fn template(&mut self, field: FieldPath, body: impl FnOnce(&mut Self)) {
        self.nested(field, |writer| {
            body(writer);
            writer.texts_while(|waiting| waiting.is_within(field));
        });
    }

    /// Writes a template that contains only texts, if there are any.
    fn template_of_texts(&mut self, field: FieldPath) {
        self.texts_while(|waiting| waiting < field);
        if self.texts.peek().is_some_and(|(waiting, _)| waiting.is_within(field)) {
            self.template(field, |_| {});
        }
    }

    /// Writes the next texts, as long as the condition is true.
    fn texts_while(&mut self, condition: impl Fn(FieldPath) -> bool) {
        while let Some((field, text)) = self.texts.next_if(|(waiting, _)| condition(**waiting)) {
            self.put(*field, text);
        }
    }

    /// Writes an object whose length is known only after its value is written.
    fn nested(&mut self, field: FieldPath, body: impl FnOnce(&mut Self)) {
        self.texts_while(|waiting| waiting < field);
        self.put(field, "");
        let start = self.out.len();
        body(self);
        let length = self.out.get(start..).map_or(0, length_of);
        self.out.replace_range(start - 2..start, two_digits(length));
    }

    fn put(&mut self, field: FieldPath, value: &str) {
        self.out.push_str(two_digits(field.id()));
        self.out.push_str(two_digits(length_of(value)));
        self.out.push_str(value);
    }

    fn finish(mut self) -> String {
        self.out.push_str("6304");
        let checksum = checksum(&self.out);
        let _ = write!(self.out, "{checksum:04X}");
        self.out
    }
}

/// Returns the length of a value as the format counts it, in characters. No accepted value is
/// longer than 99.
fn length_of(value: &str) -> u8 {
    // Only one template may contain other characters, and counting them is slower than this check.
    let length = if value.is_ascii() { value.len() } else { value.chars().count() };
    u8::try_from(length).unwrap_or(u8::MAX)
}

/// Returns the digits of a number below 100, as all IDs and lengths are.
fn two_digits(number: u8) -> &'static str {
    const DIGITS: &str = "0001020304050607080910111213141516171819\
                          2021222324252627282930313233343536373839\
                          4041424344454647484950515253545556575859\
                          6061626364656667686970717273747576777879\
                          8081828384858687888990919293949596979899";
    let start = 2 * usize::from(number);
    DIGITS.get(start..start + 2).unwrap_or_default()
}
