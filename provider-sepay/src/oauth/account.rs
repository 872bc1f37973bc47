//! Bank accounts and transactions of the partner API.

use payments_core::{
    Direction, Movement, Timestamp, bank::AccountNumber, money::Money, payout::Balance,
};

use super::wire;
use crate::{
    bank::{Matching, Reported},
    dedupe_scope::{self, key},
    field::{Unclear, balance, moved, on, owned, read_amount, said, time},
};

/// A bank account that the merchant linked to SePay (source: developer.sepay.vn, SePay OAuth2: bank
/// accounts).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkedAccount {
    /// SePay's number of the account.
    pub id: u64,
    /// The account number at the bank.
    pub number: AccountNumber,
    /// The holder of the account.
    pub holder: Option<String>,
    /// The merchant's own name for the account.
    pub label: Option<String>,
    /// The bank of the account.
    pub bank: LinkedBank,
    /// The balance, with the time of the request to SePay.
    pub balance: Option<Balance>,
    /// Whether SePay reads the transactions of the account.
    pub active: Option<bool>,
    /// The time at which the account was linked.
    pub created_at: Option<Timestamp>,
}

/// A bank, with SePay's names for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkedBank {
    /// The name in statements, webhooks and QR images, such as `Vietcombank`.
    pub short_name: Option<String>,
    /// The registered name.
    pub full_name: Option<String>,
    /// The short code, such as `VCB`.
    pub code: Option<String>,
    /// The BIN.
    pub bin: Option<String>,
    /// The address of its icon.
    pub icon_url: Option<String>,
    /// The address of its logo.
    pub logo_url: Option<String>,
}

/// A virtual account that belongs to a bank account. SePay publishes no sample of its fields, so
/// each is read under all names that SePay's other APIs use.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubAccount {
    /// SePay's number of the virtual account.
    pub id: u64,
    /// The account number at the bank.
    pub number: Option<AccountNumber>,
    /// The name that buyers see.
    pub holder: Option<String>,
    /// The merchant's own name for the account.
    pub label: Option<String>,
    /// Whether the account accepts money.
    pub active: Option<bool>,
}

/// A filter of the transactions to list (source: developer.sepay.vn, SePay OAuth2: transactions).
/// Dates are days in Vietnamese time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransactionFilter {
    /// Selects transactions of this account, by SePay's number.
    pub bank_account_id: Option<u64>,
    /// Selects transactions of this account, by the bank's number.
    pub account_number: Option<AccountNumber>,
    /// Selects transactions with this reference of the bank.
    pub reference_number: Option<String>,
    /// Selects transactions on the day of this time or later.
    pub from: Option<Timestamp>,
    /// Selects transactions on the day of this time or earlier.
    pub until: Option<Timestamp>,
    /// Selects credits of exactly this amount.
    pub amount_in: Option<Money>,
    /// Selects debits of exactly this amount.
    pub amount_out: Option<Money>,
}

impl TransactionFilter {
    /// Creates a filter that matches every transaction.
    pub fn new() -> Self {
        Self::default()
    }

    /// Selects transactions of this account, by SePay's number.
    #[must_use]
    pub fn with_bank_account_id(mut self, id: u64) -> Self {
        self.bank_account_id = Some(id);
        self
    }

    /// Selects transactions of this account, by the bank's number.
    #[must_use]
    pub fn with_account_number(mut self, number: AccountNumber) -> Self {
        self.account_number = Some(number);
        self
    }

    /// Selects transactions with this reference of the bank.
    #[must_use]
    pub fn with_reference_number(mut self, reference: impl Into<String>) -> Self {
        self.reference_number = Some(reference.into());
        self
    }

    /// Selects transactions on the day of this time or later.
    #[must_use]
    pub fn with_from(mut self, from: Timestamp) -> Self {
        self.from = Some(from);
        self
    }

    /// Selects transactions on the day of this time or earlier.
    #[must_use]
    pub fn with_until(mut self, until: Timestamp) -> Self {
        self.until = Some(until);
        self
    }

    /// Selects credits of exactly this amount.
    #[must_use]
    pub fn with_amount_in(mut self, amount: Money) -> Self {
        self.amount_in = Some(amount);
        self
    }

    /// Selects debits of exactly this amount.
    #[must_use]
    pub fn with_amount_out(mut self, amount: Money) -> Self {
        self.amount_out = Some(amount);
        self
    }
}

/// Reads a bank account, whose balance has the time `asked_at`.
pub(crate) fn linked_account(
    row: &wire::Account<'_>,
    asked_at: Timestamp,
) -> Result<LinkedAccount, Unclear> {
    let number = AccountNumber::new(row.account_number.as_str())
        .map_err(|_| Unclear::new("account_number cannot be one"))?;
    let balance = balance(row.accumulated);
    let bank = row.bank.as_ref().map(|bank| LinkedBank {
        short_name: owned(&bank.short_name),
        full_name: owned(&bank.full_name),
        code: owned(&bank.code),
        bin: owned(&bank.bin),
        icon_url: owned(&bank.icon_url),
        logo_url: owned(&bank.logo_url),
    });
    Ok(LinkedAccount {
        id: row.id,
        number,
        holder: owned(&row.account_holder_name),
        label: owned(&row.label),
        bank: bank.unwrap_or_default(),
        balance: balance.map(|amount| Balance::new(amount, asked_at)),
        active: on(row.active),
        created_at: time(&row.created_at),
    })
}

pub(crate) fn sub_account(row: &wire::SubAccount<'_>) -> Result<SubAccount, Unclear> {
    Ok(SubAccount {
        id: row.id,
        number: said(&row.account_number).and_then(|number| AccountNumber::new(number).ok()),
        holder: owned(&row.account_holder_name),
        label: owned(&row.label),
        active: on(row.active),
    })
}

/// Reads a transaction. `None` if no money moved. Its key is SePay's number in this API; SePay does
/// not document whether the webhook about the same money has the same number.
pub(crate) fn transaction(
    row: &wire::Transaction<'_>,
    matching: Option<&Matching>,
) -> Result<Option<Movement>, Unclear> {
    let amount_in = read_amount("amount_in", row.amount_in.as_ref())?;
    let amount_out = read_amount("amount_out", row.amount_out.as_ref())?;
    let amount = |field, amount: Option<_>| match amount {
        Some(amount) => moved(field, amount),
        None => Ok(None),
    };
    let (direction, amount) =
        match (amount("amount_in", amount_in)?, amount("amount_out", amount_out)?) {
            (Some(arrived), None) => (Direction::In, arrived),
            (None, Some(left)) => (Direction::Out, left),
            (None, None) if amount_in.is_some() || amount_out.is_some() => return Ok(None),
            (None, None) => return Err(Unclear::new("amount_in and amount_out are missing")),
            (Some(_), Some(_)) => return Err(Unclear::new("money arrives and leaves in one line")),
        };
    let key = key(dedupe_scope::TRANSACTION_OAUTH, &row.id.to_string())?;
    let number = |text: &str| AccountNumber::new(text).ok();
    let mut movement = Movement::new(key, direction, amount);
    movement.account = said(&row.account_number).and_then(number);
    movement.virtual_account = said(&row.sub_account).and_then(number);
    movement.at = time(&row.transaction_date);
    movement.bank_reference = owned(&row.reference_number);
    movement.memo = owned(&row.transaction_content);
    movement.balance = balance(row.accumulated);
    if let Some(matching) = matching {
        matching.add_to(&mut movement, Reported { code: said(&row.code), description: None });
    }
    Ok(Some(movement))
}

#[cfg(test)]
mod tests {
    use super::*;
    use payments_core::money::Money;

    #[test]
    fn a_balance_with_decimals_is_read_from_its_digits() {
        let row = r#"{"id":19,"label":"Shop","account_holder_name":"NGUYEN VAN A",
            "account_number":"0071000888888","accumulated":1777283273.00,"active":true,
            "created_at":"2025-02-12 21:32:29","bank":{"short_name":"Vietcombank",
            "full_name":"Ngân hàng","code":"VCB","bin":"970436","icon_url":"i","logo_url":"l"}}"#;
        let at = Timestamp::from_unix(7);
        let account = linked_account(&serde_json::from_str(row).unwrap(), at).unwrap();
        let balance = account.balance.unwrap();
        assert_eq!((balance.amount, balance.at), (Money::vnd(1_777_283_273), at));
        assert_eq!((account.id, account.number.as_str()), (19, "0071000888888"));
        assert_eq!(account.bank.bin.as_deref(), Some("970436"));
        assert_eq!(account.active, Some(true));

        for other in ["1777283273.50", "0", "false", "\"\""] {
            let row = row.replace("1777283273.00", other);
            let account = linked_account(&serde_json::from_str(&row).unwrap(), at).unwrap();
            assert_eq!(account.balance, None, "{other}");
        }
    }

    #[test]
    fn a_sub_account_is_read_under_every_name_that_sepay_uses() {
        for row in [
            r#"{"id":3,"account_number":"VQRQ0001","account_holder_name":"A","active":1}"#,
            r#"{"id":3,"va":"VQRQ0001","sub_holder_name":"A","active":true}"#,
            r#"{"id":3,"sub_account":"VQRQ0001","account_holder_name":"A","active":true}"#,
        ] {
            let sub = sub_account(&serde_json::from_str(row).unwrap()).unwrap();
            assert_eq!(sub.number.unwrap().as_str(), "VQRQ0001");
            assert_eq!((sub.holder.as_deref(), sub.active), (Some("A"), Some(true)));
        }
    }

    fn told(amounts: &str) -> Result<Option<Movement>, Unclear> {
        let row = format!(
            r#"{{"id":49682,"bank_account_id":19,"bank_brand_name":"Vietcombank",
                "account_number":"0071000888888","transaction_date":"2025-02-25 19:59:48",
                {amounts}"accumulated":"19077000.00","transaction_content":"DH00042",
                "reference_number":"FT1","code":null,"sub_account":null}}"#
        );
        transaction(&serde_json::from_str(&row).unwrap(), None)
    }

    #[test]
    fn the_column_that_is_not_zero_says_which_way_money_went() {
        let arrived = told(r#""amount_in":"50000.00","amount_out":"0.00","#).unwrap().unwrap();
        assert_eq!((arrived.direction, arrived.amount), (Direction::In, Money::vnd(50_000)));
        assert_eq!(arrived.key.as_str(), "sepay.oauth:49682");
        assert_eq!(arrived.balance, Some(Money::vnd(19_077_000)));
        let left = told(r#""amount_in":0,"amount_out":700,"#).unwrap().unwrap();
        assert_eq!((left.direction, left.amount), (Direction::Out, Money::vnd(700)));
        for nothing in
            [r#""amount_in":0,"amount_out":0,"#, r#""amount_in":0,"#, r#""amount_out":0,"#]
        {
            assert_eq!(told(nothing).unwrap(), None, "{nothing}");
        }
        for unclear in ["", r#""amount_in":1,"amount_out":1,"#, r#""amount_in":-1,"#] {
            assert!(told(unclear).is_err(), "{unclear}");
        }
    }
}
