//! The merchant's bank accounts, as the User API lists them.

use payments_core::{
    AccountId, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    payout::Balance,
    statement::StatementAccount,
};

use crate::{
    bank::wire,
    field::{Unclear, balance, said, time},
};

/// Reads a bank account. The balance has the time of the last transaction, because SePay learns a
/// balance with each transaction; if there was none, it has the time `asked_at`.
pub(crate) fn account(
    row: &wire::BankAccount<'_>,
    asked_at: Timestamp,
) -> Result<StatementAccount, Unclear> {
    let id = AccountId::new(row.id.as_str())
        .map_err(|_| Unclear::new("the id of a bank account cannot be one"))?;
    let mut account = StatementAccount::new(id);
    if let Some(known) = bank_account(row) {
        account = account.with_account(known);
    }
    if let Some(amount) = balance(row.accumulated) {
        let at = time(&row.last_transaction).unwrap_or(asked_at);
        account = account.with_balance(Balance::new(amount, at));
    }
    Ok(match said(&row.label) {
        Some(label) => account.with_label(label),
        None => account,
    })
}

/// Returns the bank account, if SePay reports the BIN of its bank.
fn bank_account(row: &wire::BankAccount<'_>) -> Option<BankAccount> {
    let bin = Bin::new(said(&row.bank_bin)?).ok()?;
    let number = AccountNumber::new(said(&row.account_number)?).ok()?;
    let account = BankAccount::new(bin, number);
    Some(match said(&row.account_holder_name) {
        Some(holder) => account.with_holder(holder),
        None => account,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use payments_core::money::Money;

    fn read(json: &str) -> StatementAccount {
        account(&serde_json::from_str(json).unwrap(), Timestamp::from_unix(1_700_000_000)).unwrap()
    }

    #[test]
    fn an_account_has_its_bank_its_holder_and_its_balance_with_its_time() {
        let account = read(
            r#"{"id":"0b7e","account_holder_name":"NGUYEN VAN A","account_number":"0123456789",
                "accumulated":50000000,"last_transaction":"2025-01-13 10:30:00","label":"Shop",
                "account_type":"personal","active":1,"bank_short_name":"VietinBank",
                "bank_bin":"970415","bank_code":"ICB"}"#,
        );
        assert_eq!(account.id.as_str(), "0b7e");
        let known = account.account.unwrap();
        assert_eq!((known.bin.as_str(), known.number.as_str()), ("970415", "0123456789"));
        assert_eq!(known.holder.as_deref(), Some("NGUYEN VAN A"));
        let balance = account.balance.unwrap();
        assert_eq!(balance.amount, Money::vnd(50_000_000));
        assert_eq!(balance.at.to_string(), "2025-01-13T03:30:00Z");
        assert_eq!(account.label.as_deref(), Some("Shop"));
    }

    #[test]
    fn an_account_without_a_transaction_has_the_balance_of_now() {
        let account = read(r#"{"id":"x","accumulated":5,"last_transaction":null,"label":""}"#);
        assert_eq!(account.balance.unwrap().at, Timestamp::from_unix(1_700_000_000));
        assert_eq!((account.account, account.label), (None, None));
    }

    #[test]
    fn a_balance_of_zero_or_of_another_kind_is_not_known() {
        for accumulated in ["0", "\"0.00\"", "5.5", "\"\"", "1e3", "false", "{}", "null"] {
            let account = read(&format!(r#"{{"id":"x","accumulated":{accumulated}}}"#));
            assert_eq!(account.balance, None, "{accumulated}");
        }
    }
}
