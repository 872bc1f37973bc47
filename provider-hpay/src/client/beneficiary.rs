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
use crate::{map, request::Fields};

/// How long a name is believed without paying for it again.
const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);

/// How many names are kept; then all are forgotten.
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
    let bank = code_of_bank(account)?;
    let now = hpay.clock.now();
    if let Some(known) = names.recall(account, now) {
        return Ok(known);
    }
    let fields = Fields::new()
        .with("merchant_id", hpay.merchant_id())
        .with("bank_name", bank)
        .with("bank_account_number", account.number.as_str());
    let fields = hpay.sign(fields, "secure_code", &hpay.formulas.name_check)?;
    let request = fields.get(&format!("{}/api/ibft/CheckUserBank", hpay.gateway.account))?;
    let response = hpay.ask(Call::paid_inquiry(OPERATION, request)).await?;
    let envelope = answer::inquired(OPERATION, &response)?;
    let found = map::name(OPERATION, account, bank, &envelope)?;
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
            names.clear();
        }
        names.insert((account.bin, account.number.clone()), (name, now));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(Bin, AccountNumber), (Beneficiary, Timestamp)>> {
        // No code that can panic runs under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
