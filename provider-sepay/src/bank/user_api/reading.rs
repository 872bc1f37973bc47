//! Reads bank accounts, transactions and virtual accounts of the User API without interpreting
//! them.

use payments_core::{Direction, money::Money};
use provider_kit::wire::Number;

use super::record::{BankAccount, Prefix, Terminal, Transaction, VirtualAccount};
use crate::{
    bank::{rows::Row, status::direction, wire},
    field::{Count, Deferred, Text, Unclear, balance, dong, on, owned, read_amount, said, time},
};

/// A line of the statement.
impl Row for Transaction {
    type Wire<'a> = wire::Transaction<'a>;

    fn read(row: &Self::Wire<'_>) -> Result<Self, Unclear> {
        let word = said(&row.transfer_type);
        let named = word.and_then(direction);
        let of = |direction: Direction, field, amount: &Option<Deferred<'_, Number>>| {
            let transferred = row.transfer_amount.as_ref().filter(|_| named == Some(direction));
            let amount = read_amount(field, amount.as_ref().or(transferred))
                .and_then(|amount| amount.map_or(Ok(Money::vnd(0)), |amount| dong(field, amount)));
            match named {
                // The amount of the other direction does not matter.
                Some(named) if named != direction => Ok(amount.unwrap_or(Money::vnd(0))),
                _ => amount,
            }
        };
        let amount_in = of(Direction::In, "amount_in", &row.amount_in)?;
        let amount_out = of(Direction::Out, "amount_out", &row.amount_out)?;
        let direction = match word {
            Some(_) => named,
            None if amount_in.is_positive() && !amount_out.is_positive() => Some(Direction::In),
            None if amount_out.is_positive() && !amount_in.is_positive() => Some(Direction::Out),
            None => None,
        };
        Ok(Transaction {
            id: id(&row.id)?,
            at: time(&row.transaction_date),
            direction,
            amount_in,
            amount_out,
            accumulated: balance(row.accumulated),
            account_number: owned(&row.account_number),
            bank_account_id: owned(&row.bank_account_id),
            bank_brand_name: owned(&row.bank_brand_name).or(owned(&row.gateway)),
            virtual_account: owned(&row.va).or(owned(&row.sub_account)),
            virtual_account_id: owned(&row.va_id),
            content: owned(&row.transaction_content).or(owned(&row.content)),
            reference_number: owned(&row.reference_number),
            code: owned(&row.code),
            webhook_success: row
                .webhook_success
                .get()
                .and_then(|Count(count)| i64::try_from(count).ok()),
        })
    }
}

/// A bank account.
impl Row for BankAccount {
    type Wire<'a> = wire::BankAccount<'a>;

    fn read(row: &Self::Wire<'_>) -> Result<Self, Unclear> {
        Ok(BankAccount {
            id: id(&row.id)?,
            holder: owned(&row.account_holder_name),
            account_number: owned(&row.account_number),
            accumulated: balance(row.accumulated),
            last_transaction: time(&row.last_transaction),
            label: owned(&row.label),
            account_type: owned(&row.account_type),
            active: on(row.active),
            created_at: time(&row.created_at),
            bank_short_name: owned(&row.bank_short_name),
            bank_full_name: owned(&row.bank_full_name),
            bank_bin: owned(&row.bank_bin),
            bank_code: owned(&row.bank_code),
        })
    }
}

/// A virtual account.
impl Row for VirtualAccount {
    type Wire<'a> = wire::VirtualAccount<'a>;

    fn read(row: &Self::Wire<'_>) -> Result<Self, Unclear> {
        Ok(VirtualAccount {
            id: id(&row.id)?,
            number: owned(&row.va),
            holder: owned(&row.sub_holder_name),
            label: owned(&row.label),
            active: on(row.active),
            official: on(row.official),
            is_static: on(row.is_static),
            bank_account_id: owned(&row.bank_account_id),
            created_at: time(&row.created_at),
            updated_at: time(&row.updated_at),
        })
    }
}

/// A prefix of virtual account numbers.
impl Row for Prefix {
    type Wire<'a> = wire::Prefix<'a>;

    fn read(row: &Self::Wire<'_>) -> Result<Self, Unclear> {
        Ok(Prefix {
            va_prefix: id(&row.va_prefix)?,
            store_id: owned(&row.store_id),
            store_name: owned(&row.store_name),
            status: owned(&row.status),
            created_at: time(&row.created_at),
        })
    }
}

/// A terminal.
impl Row for Terminal {
    type Wire<'a> = wire::Terminal<'a>;

    fn read(row: &Self::Wire<'_>) -> Result<Self, Unclear> {
        Ok(Terminal {
            xid: owned(&row.xid),
            tid: id(&row.tid)?,
            name: owned(&row.name),
            created_at: time(&row.created_at),
        })
    }
}

/// Reads a count, which is written as a number, as a text or as a list with one of them.
pub(crate) fn count(raw: &str) -> Result<u64, Unclear> {
    let inner = raw.trim_matches(|c: char| c.is_ascii_whitespace() || "[]\"".contains(c));
    inner.parse().map_err(|_| Unclear::new("the count is not a whole number"))
}

fn id(text: &Text<'_>) -> Result<String, Unclear> {
    match text.as_str() {
        "" => Err(Unclear::new("an id is empty")),
        id => Ok(id.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payments_core::Listed;
    use serde_json::value::RawValue;

    #[test]
    fn a_count_is_read_in_every_spelling_that_is_seen() {
        for (raw, expected) in [
            ("12", Some(12)),
            (r#""12""#, Some(12)),
            ("[12]", Some(12)),
            (r#"["12"]"#, Some(12)),
            ("0", Some(0)),
            ("[]", None),
            ("null", None),
            ("-1", None),
            ("1.5", None),
            (r#"{"count":1}"#, None),
        ] {
            assert_eq!(count(raw).ok(), expected, "{raw}");
        }
    }

    #[test]
    fn a_transaction_keeps_what_either_version_says() {
        let v1 = r#"{"id":"49682","bank_brand_name":"Vietcombank","account_number":"0071000888888",
            "transaction_date":"2023-05-05 19:59:48","amount_out":"0.00","amount_in":"18067000.00",
            "accumulated":"1200541768.00","transaction_content":"chuyen tien",
            "reference_number":"677760.050523.080001","code":null,"sub_account":"VCB0011ABC004",
            "bank_account_id":"19"}"#;
        let read = Transaction::read(&serde_json::from_str(v1).unwrap()).unwrap();
        assert_eq!((read.id.as_str(), read.direction), ("49682", Some(Direction::In)));
        assert_eq!(read.virtual_account.as_deref(), Some("VCB0011ABC004"));
        assert_eq!((read.amount_in, read.amount_out), (Money::vnd(18_067_000), Money::vnd(0)));
        let v2 = r#"{"id":"a1b2","transaction_date":"2023-03-25 14:02:37",
            "account_number":"0123499999","va":"963NQDORDZVTBPJ3Z7H","transfer_type":"out",
            "amount_in":0,"amount_out":700,"accumulated":1,"transaction_content":"x",
            "reference_number":"FT1","code":"DH000001","bank_brand_name":"BIDV",
            "bank_account_id":"0b7e","va_id":"1c","webhook_success":8}"#;
        let read = Transaction::read(&serde_json::from_str(v2).unwrap()).unwrap();
        assert_eq!((read.direction, read.webhook_success), (Some(Direction::Out), Some(8)));
        assert_eq!(read.virtual_account_id.as_deref(), Some("1c"));
        assert!(!format!("{read:?}").contains("963NQD"));
        for odd in [r#"{"id":""}"#, r#"{"id":"1","amount_in":1.5}"#] {
            assert!(Transaction::read(&serde_json::from_str(odd).unwrap()).is_err(), "{odd}");
        }
        let unknown = r#"{"id":"1","transfer_type":"back","amount_in":5}"#;
        assert_eq!(
            Transaction::read(&serde_json::from_str(unknown).unwrap()).unwrap().direction,
            None
        );
    }

    #[test]
    fn a_bank_account_is_read_with_numbers_and_with_text() {
        for json in [
            r#"{"id":"19","accumulated":"2525493.00","active":"1","bank_bin":"970415"}"#,
            r#"{"id":19,"accumulated":2525493,"active":1,"bank_bin":"970415"}"#,
        ] {
            let read = BankAccount::read(&serde_json::from_str(json).unwrap()).unwrap();
            assert_eq!((read.id.as_str(), read.active), ("19", Some(true)));
            assert_eq!(read.accumulated, Some(Money::vnd(2_525_493)));
        }
    }

    fn listed(rows: &[&str]) -> Vec<Listed<String>> {
        let json = format!("[{}]", rows.join(","));
        let list: Vec<&RawValue> = serde_json::from_str(&json).unwrap();
        crate::field::rows(&list, |row: &wire::Transaction<'_>| {
            Transaction::read(row).map(|row| row.id)
        })
    }

    #[test]
    fn one_malformed_row_hides_no_other_wherever_it_is() {
        let good = r#"{"id":"1","amount_in":5}"#;
        for (bad, id, field) in [
            (r#"{"id":"x","amount_in":"NGUYEN VAN A"}"#, Some("x"), Some("amount_in")),
            (r#"{"id":"x","amount_in":1.5}"#, Some("x"), Some("amount_in")),
            (r#"{"id":"x","account_number":["0912"]}"#, Some("x"), Some("account_number")),
            (r#"{"id":"x","id":"x"}"#, Some("x"), None),
            (r#"{"amount_in":5}"#, None, None),
            (r#"{"id":null,"amount_in":5}"#, None, Some("id")),
            (r#"{"id":"","amount_in":5}"#, None, None),
            ("null", None, None),
            ("[]", None, None),
            (r#""NGUYEN VAN A""#, None, None),
        ] {
            for place in 0..3 {
                let mut rows = vec![good; 3];
                rows[place] = bad;
                let listed = listed(&rows);
                for (number, row) in listed.iter().enumerate() {
                    match (row, number == place) {
                        (Listed::Read(id), false) => assert_eq!(id, "1", "{bad}"),
                        (Listed::Unreadable(row), true) => {
                            assert_eq!(row.id.as_deref(), id, "{bad}");
                            assert_eq!(row.raw.as_bytes(), bad.as_bytes());
                            assert!(!row.to_string().contains("NGUYEN"), "{row}");
                            assert!(!row.to_string().contains("0912"), "{row}");
                            if let Some(field) = field {
                                assert!(row.detail.contains(field), "{bad}: {row}");
                            }
                        }
                        (other, _) => panic!("{bad} at {place}: {other:?}"),
                    }
                }
                assert_eq!(listed.len(), 3);
            }
        }
    }
}
