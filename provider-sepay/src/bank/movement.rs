//! Reads money that arrived or left, from a line of the statement or from a webhook.

use payments_core::{
    Direction, Movement, StatedKey, bank::AccountNumber, money::Money, notification::EventData,
};
use provider_kit::wire::Number;

use serde_json::value::RawValue;

use super::{
    payment_code::{Matching, Reported},
    status::direction,
    webhook::wire::Webhook,
    wire,
};
use crate::{
    dedupe_scope::{self, key},
    field::{Deferred, Shown, Unclear, balance, moved, read_amount, said, time},
};

/// The content of a line of the statement.
#[derive(Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and nearly always the large one")]
pub(crate) enum Booked {
    /// Money moved.
    Movement(Movement),
    /// No money moved.
    Nothing,
    /// A direction that SePay does not document.
    Unknown(String),
}

/// Reads a line of the statement in either version (source: developer.sepay.vn, SePay API v2:
/// transactions; SePay API v1: transactions). Its key is SePay's id of it in the version whose
/// `scope` is given: a UUID in v2 and a number in v1. Webhooks contain neither.
pub(crate) fn booked(
    scope: &str,
    line: &wire::Transaction<'_>,
    matching: Option<&Matching>,
) -> Result<Booked, Unclear> {
    let key = || key(scope, line.id.as_str());
    let (direction, amount) = match amount(line)? {
        Moved::One(direction, amount) => (direction, amount),
        Moved::Nothing => return key().map(|_| Booked::Nothing),
        Moved::Unknown(word) => return Ok(Booked::Unknown(word)),
    };
    let mut movement = Movement::new(key()?, direction, amount);
    Details {
        account: said(&line.account_number),
        virtual_account: said(&line.va).or(said(&line.sub_account)),
        at: &line.transaction_date,
        reference: reference(&line.reference_number),
        memo: said(&line.transaction_content).or(said(&line.content)),
        balance: balance(line.accumulated),
    }
    .add_to(&mut movement);
    if let Some(matching) = matching {
        matching.add_to(&mut movement, Reported { code: said(&line.code), description: None });
    }
    Ok(Booked::Movement(movement))
}

/// Returns the movement of a line of the statement. `None` if no money moved.
///
/// An undocumented direction is an error, because money may have moved, and a statement without
/// that line would be wrong.
pub(crate) fn moved_by(
    scope: &str,
    line: &wire::Transaction<'_>,
    matching: Option<&Matching>,
) -> Result<Option<Movement>, Unclear> {
    match booked(scope, line, matching)? {
        Booked::Movement(movement) => Ok(Some(movement)),
        Booked::Nothing => Ok(None),
        Booked::Unknown(word) => {
            Err(Unclear::new(format!("a line has the transfer_type {word:?}")))
        }
    }
}

/// The amount that moved according to a line.
#[derive(Debug, PartialEq, Eq)]
enum Moved {
    One(Direction, Money),
    Nothing,
    /// A direction that SePay does not document.
    Unknown(String),
}

/// Returns the amount. v2 names the direction; in v1 the amount of the other direction is zero.
fn amount(line: &wire::Transaction<'_>) -> Result<Moved, Unclear> {
    let (arrived, left) = (&line.amount_in, &line.amount_out);
    let (direction, field, amount, other) = match said(&line.transfer_type) {
        Some(word) => match direction(word) {
            Some(Direction::In) => (Direction::In, "amount_in", arrived, left),
            Some(Direction::Out) => (Direction::Out, "amount_out", left, arrived),
            None => return Ok(Moved::Unknown(word.to_owned())),
        },
        None => {
            let read = |field, amount: &Option<Deferred<'_, Number>>| {
                read_amount(field, amount.as_ref())?.map(|amount| moved(field, amount)).transpose()
            };
            let arrived = read("amount_in", &line.amount_in)?;
            let left = read("amount_out", &line.amount_out)?;
            return match (arrived, left) {
                (Some(Some(_)), Some(Some(_))) => {
                    Err(Unclear::new("money arrived and left in one line"))
                }
                (Some(Some(amount)), _) => Ok(Moved::One(Direction::In, amount)),
                (_, Some(Some(amount))) => Ok(Moved::One(Direction::Out, amount)),
                (None, None) => Err(Unclear::new("amount_in and amount_out are missing")),
                _ => Ok(Moved::Nothing),
            };
        }
    };
    let amount = read_amount(field, amount.as_ref().or(line.transfer_amount.as_ref()))?
        .ok_or_else(|| Unclear::in_field(field, "is missing"))?;
    match moved(field, amount)? {
        Some(amount) => Ok(Moved::One(direction, amount)),
        // Money in the column of the other direction must not be lost.
        None if may_have_moved(other.as_ref()) => {
            Err(Unclear::in_field(field, "is zero, and the other direction has an amount"))
        }
        None => Ok(Moved::Nothing),
    }
}

/// Returns `true` if a column that should be empty has an amount.
fn may_have_moved(amount: Option<&Deferred<'_, Number>>) -> bool {
    let amount = amount.and_then(|amount| amount.read().ok().flatten());
    amount.is_some_and(|amount| !matches!(moved("", amount), Ok(None)))
}

/// Reads a webhook (docs.sepay.vn/tich-hop-webhooks.html) and its key: SePay's number of the
/// transaction, which is the same each time SePay sends it.
///
/// A transaction with the amount zero moves no money and has no key, whatever its direction. An
/// amount with an undocumented direction is an error, because it may be money that arrived.
pub(crate) fn told(
    webhook: &Webhook<'_>,
    matching: Option<&Matching>,
) -> Result<(Option<StatedKey>, EventData), Unclear> {
    let key = key(dedupe_scope::WEBHOOK, id(webhook.id)?)?;
    let stated = Some(key.clone().made_of(&["id"]));
    let word = said(&webhook.transfer_type).unwrap_or_default();
    let amount =
        webhook.transfer_amount.ok_or_else(|| Unclear::in_field("transferAmount", "is missing"))?;
    let Some(amount) = moved("transferAmount", amount)? else {
        let name = format!("a transaction of nothing, transferType {word}");
        return Ok((None, EventData::Unrecognised { name }));
    };
    let direction = direction(word).ok_or_else(|| {
        Unclear::in_field(
            "transferType",
            format!("{word:?} is not a direction that SePay documents"),
        )
    })?;
    let mut movement = Movement::new(key, direction, amount);
    Details {
        account: said(&webhook.account_number),
        virtual_account: said(&webhook.sub_account),
        at: &webhook.transaction_date,
        reference: reference(&webhook.reference_code),
        memo: said(&webhook.content),
        balance: balance(webhook.accumulated),
    }
    .add_to(&mut movement);
    if let Some(matching) = matching {
        let reported =
            Reported { code: said(&webhook.code), description: said(&webhook.description) };
        matching.add_to(&mut movement, reported);
    }
    Ok((stated, EventData::Movement(movement)))
}

/// Returns the bank's reference unless it is blank. A search of the statement for a blank reference
/// would match everything, and two blank references do not identify the same money.
fn reference<T: AsRef<str>>(field: &Option<T>) -> Option<&str> {
    let is_blank = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
    };
    said(field)
        .map(|text| text.trim_matches(is_blank))
        .filter(|text| text.chars().any(char::is_alphanumeric))
}

/// Returns the id, which is a number or a text in JSON.
fn id(raw: &RawValue) -> Result<&str, Unclear> {
    let text = raw.get();
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let digits = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    quoted.or(digits).ok_or_else(|| Unclear::in_field("id", "is neither a number nor text"))
}

/// The fields that both sources have in addition to direction and amount.
struct Details<'a> {
    account: Option<&'a str>,
    virtual_account: Option<&'a str>,
    at: &'a Option<Shown<'a>>,
    reference: Option<&'a str>,
    memo: Option<&'a str>,
    balance: Option<Money>,
}

impl Details<'_> {
    fn add_to(self, movement: &mut Movement) {
        // An invalid number is omitted: the movement then matches no account.
        let number = |text: &str| AccountNumber::new(text).ok();
        movement.account = self.account.and_then(number);
        movement.virtual_account = self.virtual_account.and_then(number);
        movement.at = time(self.at);
        movement.bank_reference = self.reference.map(str::to_owned);
        movement.memo = self.memo.map(str::to_owned);
        movement.balance = self.balance;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payments_core::OrderRef;
    use provider_kit::payment_code::CodeRules;

    const WEBHOOK: &str = r#"{"id":92704,"gateway":"Vietcombank",
        "transactionDate":"2023-03-25 14:02:37","accountNumber":"0123499999","code":null,
        "content":"DH00042 mua iphone","transferType":"in","transferAmount":2277000,
        "accumulated":19077000,"subAccount":null,"referenceCode":"MBVCB.3278907687",
        "description":""}"#;

    const LINE: &str = r#"{"id":"a1b2c3d4-e5f6-7890-abcd-ef1234567890",
        "transaction_date":"2023-03-25 14:02:37","account_number":"0123499999","va":"",
        "transfer_type":"in","amount_in":2277000,"amount_out":0,"accumulated":19077000,
        "transaction_content":"DH00042 mua iphone","reference_number":"MBVCB.3278907687",
        "code":null,"bank_brand_name":"Vietcombank","bank_account_id":"0b7e","va_id":null,
        "webhook_success":8}"#;

    fn matching() -> Matching {
        Matching::new(CodeRules::new("DH", 5, 5).unwrap(), 2, None)
    }

    fn webhook(json: &str) -> Result<Booked, Unclear> {
        let webhook = serde_json::from_str(json).unwrap();
        told(&webhook, Some(&matching())).map(|(_, news)| match news {
            EventData::Movement(movement) => Booked::Movement(movement),
            EventData::Unrecognised { .. } => Booked::Nothing,
            other => panic!("{other:?}"),
        })
    }

    fn line(json: &str) -> Result<Booked, Unclear> {
        booked(dedupe_scope::TRANSACTION, &serde_json::from_str(json).unwrap(), Some(&matching()))
    }

    fn movement(booked: Result<Booked, Unclear>) -> Movement {
        match booked {
            Ok(Booked::Movement(movement)) => movement,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_webhook_and_its_line_of_the_statement_are_the_same_money_under_two_keys() {
        let told = movement(webhook(WEBHOOK));
        let booked = movement(line(LINE));
        assert_eq!(told.key.as_str(), "sepay.webhook:92704");
        assert_eq!(booked.key.as_str(), "sepay.transaction:a1b2c3d4-e5f6-7890-abcd-ef1234567890");
        for movement in [&told, &booked] {
            assert_eq!(movement.direction, Direction::In);
            assert_eq!(movement.amount, Money::vnd(2_277_000));
            assert_eq!(movement.balance, Some(Money::vnd(19_077_000)));
            assert_eq!(movement.account.as_ref().unwrap().as_str(), "0123499999");
            assert_eq!(movement.virtual_account, None);
            assert_eq!(movement.at.unwrap().to_string(), "2023-03-25T07:02:37Z");
            assert_eq!(movement.bank_reference.as_deref(), Some("MBVCB.3278907687"));
            assert_eq!(movement.memo.as_deref(), Some("DH00042 mua iphone"));
            assert_eq!(movement.order, Some(OrderRef::new("00042").unwrap()));
        }
        assert_eq!(payments_core::same_credit(&told, &booked), payments_core::SameMoney::Same);
    }

    #[test]
    fn an_invented_direction_is_no_movement() {
        for word in ["back", "", "in,out"] {
            let replaced = |json: &str| json.replace(r#""in""#, &format!("{word:?}"));
            assert!(webhook(&replaced(WEBHOOK)).is_err(), "{word}");
            let nothing = replaced(WEBHOOK).replace(r#"Amount":2277000"#, r#"Amount":0"#);
            assert_eq!(webhook(&nothing), Ok(Booked::Nothing), "{word}");
        }
        let back = LINE.replace(r#""in""#, r#""back""#);
        assert_eq!(line(&back), Ok(Booked::Unknown("back".to_owned())));
    }

    #[test]
    fn money_that_leaves_is_counted_from_its_own_column() {
        let json = LINE
            .replace(r#""in""#, r#""out""#)
            .replace(r#""amount_in":2277000,"amount_out":0"#, r#""amount_in":0,"amount_out":700"#);
        let out = movement(line(&json));
        assert_eq!((out.direction, out.amount), (Direction::Out, Money::vnd(700)));
        let out = movement(webhook(&WEBHOOK.replace(r#""in""#, r#""out""#)));
        assert_eq!((out.direction, out.amount), (Direction::Out, Money::vnd(2_277_000)));
    }

    #[test]
    fn money_in_the_column_of_the_other_direction_is_not_taken_for_nothing() {
        let amounts = r#""amount_in":2277000,"amount_out":0"#;
        for (word, arrived, left, is_nothing) in [
            ("in", "0", "700", false),
            ("out", "2277000", "0", false),
            ("in", "0", "\"700.00\"", false),
            ("in", "0", "-700", false),
            ("in", "0", "0", true),
            ("out", "\"0.00\"", "0", true),
            ("in", "0", "\"\"", true),
            ("in", "0", "null", true),
        ] {
            let json = LINE
                .replace(r#""in""#, &format!("{word:?}"))
                .replace(amounts, &format!("\"amount_in\":{arrived},\"amount_out\":{left}"));
            let read = line(&json);
            assert_eq!(
                read == Ok(Booked::Nothing),
                is_nothing,
                "{word} {arrived} {left}: {read:?}"
            );
            assert!(is_nothing || read.is_err(), "{word} {arrived} {left}: {read:?}");
        }
    }

    #[test]
    fn amounts_are_taken_as_numbers_or_as_text_and_only_if_they_are_whole() {
        for amount in ["2277000", "2277000.0", "\"2277000\"", "\"2277000.00\""] {
            let json = WEBHOOK
                .replace(r#""transferAmount":2277000"#, &format!("\"transferAmount\":{amount}"));
            assert_eq!(movement(webhook(&json)).amount, Money::vnd(2_277_000), "{amount}");
        }
        let read =
            |amount: &str| {
                webhook(&WEBHOOK.replace(
                    r#""transferAmount":2277000"#,
                    &format!("\"transferAmount\":{amount}"),
                ))
            };
        assert!(read("2277000.5").is_err());
        assert!(read("-1").is_err());
        assert_eq!(read("0"), Ok(Booked::Nothing));
    }

    /// A line as the documentation of v1 prints it.
    const V1_LINE: &str = r#"{"id":"49682","bank_brand_name":"Vietcombank",
        "account_number":"0071000888888","transaction_date":"2023-05-05 19:59:48",
        "amount_out":"0.00","amount_in":"18067000.00","accumulated":"1200541768.00",
        "transaction_content":"DUONG THUY ANH chuyen tien...",
        "reference_number":"677760.050523.080001","code":null,"sub_account":"VCB0011ABC004",
        "bank_account_id":"19"}"#;

    #[test]
    fn a_line_of_v1_has_its_direction_by_the_amount_that_is_not_zero() {
        let told = movement(line(V1_LINE));
        assert_eq!(told.key.as_str(), "sepay.transaction:49682");
        assert_eq!((told.direction, told.amount), (Direction::In, Money::vnd(18_067_000)));
        assert_eq!(told.virtual_account.as_ref().unwrap().as_str(), "VCB0011ABC004");
        assert_eq!(told.balance, Some(Money::vnd(1_200_541_768)));
        let out = V1_LINE
            .replace(r#""amount_out":"0.00""#, r#""amount_out":"700.00""#)
            .replace("18067000.00", "0.00");
        let out = movement(line(&out));
        assert_eq!((out.direction, out.amount), (Direction::Out, Money::vnd(700)));
        assert_eq!(line(&V1_LINE.replace("18067000.00", "0.00")), Ok(Booked::Nothing));
        assert!(
            line(&V1_LINE.replace(r#""amount_out":"0.00""#, r#""amount_out":"1.00""#)).is_err()
        );
    }

    #[test]
    fn the_sample_of_v1_that_has_the_names_of_webhooks_is_read_too() {
        let sample = r#"{"id":92704,"gateway":"Vietcombank","transaction_date":"2023-03-25 14:02:37",
            "account_number":"0123499999","content":"payment content","transfer_type":"in",
            "transfer_amount":2277000,"accumulated":19077000,
            "reference_number":"MBVCB.3278907687","bank_account_id":123}"#;
        let told = movement(line(sample));
        assert_eq!((told.direction, told.amount), (Direction::In, Money::vnd(2_277_000)));
        assert_eq!(told.memo.as_deref(), Some("payment content"));
        assert_eq!(told.key.as_str(), "sepay.transaction:92704");
    }

    #[test]
    fn a_line_without_the_amount_of_its_direction_is_not_guessed() {
        assert!(line(&LINE.replace(r#""amount_in":2277000,"#, "")).is_err());
        let neither = V1_LINE.replace(r#""amount_out":"0.00","amount_in":"18067000.00","#, "");
        assert!(line(&neither).is_err());
    }
}
