//! The fields that identify a line of the statement. They are read even if the rest of the line
//! cannot be.

use payments_core::{AccountId, Listed, Movement, Timestamp, UnreadableRow};
use serde_json::value::RawValue;

use crate::{
    bank::wire::TransactionHead,
    field::{Shown, said, time},
};

/// The identifying fields of a line of the statement, in either version of the User API. A field of
/// an undocumented type is *unclear*: it may have any meaning.
#[derive(Default)]
pub(crate) struct Heading<'a> {
    fields: TransactionHead<'a>,
    /// Whether the line is a JSON object.
    readable: bool,
}

impl<'a> Heading<'a> {
    pub(crate) fn of(line: &'a RawValue) -> Self {
        match serde_json::from_str(line.get()) {
            Ok(fields) => Self { fields, readable: true },
            Err(_) => Self::default(),
        }
    }

    /// Returns SePay's id of the line.
    pub(crate) fn id(&self) -> Option<&str> {
        said(&self.fields.id)
    }

    /// Returns the time at which the bank booked the line.
    pub(crate) fn at(&self) -> Option<Timestamp> {
        time(&self.fields.transaction_date)
    }

    /// Returns `true` unless the line names another bank account.
    pub(crate) fn is_of(&self, account: &AccountId) -> bool {
        said(&self.fields.bank_account_id).is_none_or(|id| id == account.as_str())
    }

    /// Returns `true` if the line is, or may be, a credit on a virtual account of the order with
    /// this code.
    pub(crate) fn is_of_order_account(&self, code: &str) -> bool {
        let number = self.fields.va.as_ref().or(self.fields.sub_account.as_ref());
        self.may_say(self.fields.code.as_ref(), |said| said == code)
            && self.may_say(number, |_| true)
    }

    /// Returns `true` if the code or the memo contains, or may contain, this code. Only letters and
    /// digits are compared, without regard to case.
    pub(crate) fn may_name(&self, code: &str) -> bool {
        let plain = |text: &str| -> String {
            text.chars()
                .filter(char::is_ascii_alphanumeric)
                .collect::<String>()
                .to_ascii_uppercase()
        };
        let code = plain(code);
        [&self.fields.code, &self.fields.transaction_content, &self.fields.content]
            .into_iter()
            .any(|field| self.may_say(field.as_ref(), |said| plain(said).contains(&code)))
    }

    /// Returns `true` if a field has a value for which `fits` returns `true`, or if the field is
    /// unclear.
    fn may_say(&self, field: Option<&Shown<'a>>, fits: impl Fn(&str) -> bool) -> bool {
        match field.map(Shown::text) {
            None => !self.readable,
            Some(None) => true,
            Some(Some(text)) => !text.is_empty() && fits(text),
        }
    }
}

/// Returns the lines that can be read. An unreadable line that may contain `code` is an error,
/// because without it the credits for the code are not known.
#[expect(clippy::result_large_err, reason = "the caller keeps the row, so it is moved once")]
pub(crate) fn readable(
    lines: impl IntoIterator<Item = Listed<Movement>>,
    code: &str,
) -> Result<Vec<Movement>, UnreadableRow> {
    let may_name_it = |row: &UnreadableRow| match serde_json::from_slice(row.raw.as_bytes()) {
        Ok(line) => Heading::of(line).may_name(code),
        Err(_) => true,
    };
    lines
        .into_iter()
        .map(Listed::into_result)
        .filter(|line| line.as_ref().err().is_none_or(may_name_it))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(json: &str, check: impl Fn(&Heading<'_>)) {
        let line: Box<RawValue> = serde_json::from_str(json).unwrap();
        check(&Heading::of(&line));
    }

    #[test]
    fn a_line_of_an_order_account_has_its_code_and_a_number() {
        for (json, expected) in [
            (r#"{"code":"DH1","va":"963"}"#, true),
            (r#"{"code":"DH1","sub_account":"963"}"#, true),
            (r#"{"code":"DH12","va":"963"}"#, false),
            (r#"{"code":"DH1","va":""}"#, false),
            (r#"{"code":"DH1","va":null}"#, false),
            (r#"{"code":null,"va":"963"}"#, false),
            // An unclear field may belong to the queried order.
            (r#"{"code":["DH1"],"va":"963"}"#, true),
            (r#"{"code":"DH1","va":[1]}"#, true),
            ("[]", true),
        ] {
            heading(json, |heading| {
                assert_eq!(heading.is_of_order_account("DH1"), expected, "{json}");
            });
        }
    }

    #[test]
    fn a_memo_may_name_a_code_whatever_stands_between_its_letters() {
        for (json, expected) in [
            (r#"{"transaction_content":"tt dh 0-0042."}"#, true),
            (r#"{"transaction_content":"DH00043","code":null}"#, false),
            (r#"{"code":"DH00042","transaction_content":""}"#, true),
            (r#"{"transaction_content":[]}"#, true),
            (r#"{}"#, false),
            ("null", true),
        ] {
            heading(json, |heading| assert_eq!(heading.may_name("DH00042"), expected, "{json}"));
        }
    }
}
