//! Whose account it is (HPay API reference 1.0.0, Bank Account Inquiry): each question costs a
//! fee, so answers are kept for a day.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use payments_core::{
    Result, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    payout::Beneficiary,
    transport::Call,
};

use super::{HPay, answer, payouts::code_of_bank};
use crate::{map, request::Fields, tables::Service};

/// How long a name is believed without paying for it again.
const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);

/// How many names are kept; beyond that the oldest is forgotten.
const MOST: usize = 10_000;

/// The names that HPay told lately.
#[derive(Default)]
pub(super) struct KnownNames(Mutex<HashMap<(Bin, AccountNumber), (Beneficiary, Timestamp)>>);

/// Asks for the name on an account, unless it was asked for within a day.
pub(super) async fn verify(
    hpay: &HPay,
    names: &KnownNames,
    account: &BankAccount,
) -> Result<Beneficiary> {
    const OPERATION: &str = "verify_beneficiary";
    let bank = code_of_bank(hpay, account)?;
    let now = hpay.clock.now();
    if let Some(known) = names.recall(account, now) {
        return Ok(known);
    }
    let fields = Fields::new()
        .with("merchant_id", hpay.merchant_id())
        .with("bank_name", bank.as_ref())
        .with("bank_account_number", account.number.as_str());
    let fields = hpay.sign(fields, "secure_code", &hpay.formulas.name_check)?;
    let request = fields.get(&format!("{}/api/ibft/CheckUserBank", hpay.gateway.account))?;
    let response = hpay.ask(Call::paid_inquiry(OPERATION, request)).await?;
    let envelope = answer::inquired(OPERATION, &response)?;
    let worked = map::is_success(Service::Payout, &envelope.error_code);
    let answered_by = &hpay.formulas.name_answer;
    let raw = hpay.weigh_inquiry(OPERATION, worked, answered_by, "checksum", &response)?;
    let formula = &hpay.formulas.name_check;
    let found = map::name(OPERATION, account, &bank, &envelope, formula)?.with_raw(raw);
    names.keep(account, found.clone(), now);
    Ok(found)
}

impl KnownNames {
    fn recall(&self, account: &BankAccount, now: Timestamp) -> Option<Beneficiary> {
        let names = self.lock();
        let (name, asked_at) = names.get(&(account.bin, account.number.clone()))?;
        (now.since(*asked_at) < KEPT_FOR).then(|| name.clone())
    }

    fn keep(&self, account: &BankAccount, name: Beneficiary, now: Timestamp) {
        let mut names = self.lock();
        if names.len() >= MOST {
            names.retain(|_, (_, asked_at)| now.since(*asked_at) < KEPT_FOR);
        }
        if names.len() >= MOST {
            let oldest = names.iter().min_by_key(|(_, (_, asked_at))| *asked_at);
            if let Some(account) = oldest.map(|(account, _)| account.clone()) {
                names.remove(&account);
            }
        }
        names.insert((account.bin, account.number.clone()), (name, now));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(Bin, AccountNumber), (Beneficiary, Timestamp)>> {
        // No code that can panic runs under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: usize) -> BankAccount {
        let number = AccountNumber::new(format!("{number:010}")).unwrap();
        BankAccount::new(Bin::new("970418").unwrap(), number)
    }

    fn kept(names: &KnownNames, number: usize, at: i64) {
        let name = Beneficiary::new(account(number), "NGUYEN VAN A").unwrap();
        names.keep(&account(number), name, Timestamp::from_unix(at));
    }

    #[test]
    fn a_name_is_believed_for_a_day_and_the_oldest_makes_room() {
        let names = KnownNames::default();
        let is_known =
            |number, at| names.recall(&account(number), Timestamp::from_unix(at)).is_some();
        for number in 0..MOST {
            kept(&names, number, i64::from(number > 0));
        }
        kept(&names, MOST, 2);
        assert_eq!(names.lock().len(), MOST);
        assert!(!is_known(0, 2) && is_known(1, 2) && is_known(MOST, 2));
        assert!(is_known(1, 24 * 3600) && !is_known(1, 24 * 3600 + 1));

        kept(&names, MOST + 1, 24 * 3600 + 1);
        assert_eq!(names.lock().len(), 2, "what is a day old is forgotten first");
    }
}
