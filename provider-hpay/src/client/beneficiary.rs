//! Whose account it is (HPay API reference 1.0.0, Bank Account Inquiry): each question costs a
//! fee, so answers are kept for a day.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use payments_core::{
    Result, SingleFlight, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    payout::Beneficiary,
    transport::Call,
};

use super::{HPay, answer, payouts::code_of_bank};
use crate::{
    formula::{NAME_CHECK_REQUEST, NAME_CHECK_RESPONSE},
    map,
    request::Fields,
    tables::Service,
};

/// How long a name is believed without paying for it again.
const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);

/// How many names are kept; beyond that the oldest is forgotten.
const MOST: usize = 10_000;

type Key = (Bin, AccountNumber);

/// The names that HPay told lately, and the checks that are under way.
#[derive(Default)]
pub(super) struct KnownNames {
    names: Mutex<Names>,
    /// A check is paid for once it is sent, so it ends and its name is kept although its callers
    /// leave.
    checks: SingleFlight<Key, Beneficiary>,
}

#[derive(Default)]
struct Names {
    told: HashMap<Key, (Beneficiary, Timestamp)>,
}

/// Tells the name on an account: the one that was told within a day, or else what HPay says now.
/// Who asks for a name that is being asked for waits for the same answer.
pub(super) async fn verify(
    hpay: &Arc<HPay>,
    names: &Arc<KnownNames>,
    account: &BankAccount,
) -> Result<Beneficiary> {
    code_of_bank(hpay, account)?;
    let check = || pay(Arc::clone(hpay), Arc::clone(names), account.clone());
    if let Some(name) = names.lock().recall(account, hpay.clock.now()) {
        return Ok(name);
    }
    names.checks.run(key(account), check).await
}

/// Asks and pays for a name, and keeps it.
async fn pay(hpay: Arc<HPay>, names: Arc<KnownNames>, account: BankAccount) -> Result<Beneficiary> {
    let now = hpay.clock.now();
    // Another check may have ended since the caller looked.
    if let Some(name) = names.lock().recall(&account, now) {
        return Ok(name);
    }
    let name = ask(&hpay, &account).await?;
    names.lock().keep(&account, name.clone(), now);
    Ok(name)
}

async fn ask(hpay: &HPay, account: &BankAccount) -> Result<Beneficiary> {
    const OPERATION: &str = "verify_beneficiary";
    let bank = code_of_bank(hpay, account)?;
    let fields = Fields::new()
        .with("merchant_id", hpay.merchant_id())
        .with("bank_name", bank.as_ref())
        .with("bank_account_number", account.number.as_str());
    let fields = hpay.sign(fields, "secure_code", &NAME_CHECK_REQUEST)?;
    let request = fields.get(&format!("{}/api/ibft/CheckUserBank", hpay.gateway.account))?;
    let response = hpay.ask(Call::paid_inquiry(OPERATION, request)).await?;
    let envelope = answer::inquired(OPERATION, &response)?;
    let worked = map::is_success(Service::Payout, &envelope.error_code);
    let raw = hpay.weigh_inquiry(OPERATION, worked, &NAME_CHECK_RESPONSE, "checksum", &response)?;
    let name =
        map::name(OPERATION, account, &bank, &envelope, hpay.formulas.get(&NAME_CHECK_REQUEST))?;
    Ok(name.with_raw(raw))
}

fn key(account: &BankAccount) -> Key {
    (account.bin, account.number.clone())
}

impl KnownNames {
    fn lock(&self) -> MutexGuard<'_, Names> {
        // No code that can panic runs under the lock.
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Names {
    fn recall(&self, account: &BankAccount, now: Timestamp) -> Option<Beneficiary> {
        let (name, told_at) = self.told.get(&key(account))?;
        (now.since(*told_at) < KEPT_FOR).then(|| name.clone())
    }

    fn keep(&mut self, account: &BankAccount, name: Beneficiary, now: Timestamp) {
        if self.told.len() >= MOST {
            self.told.retain(|_, (_, told_at)| now.since(*told_at) < KEPT_FOR);
        }
        if self.told.len() >= MOST {
            let oldest = self.told.iter().min_by_key(|(_, (_, told_at))| *told_at);
            if let Some(account) = oldest.map(|(account, _)| account.clone()) {
                self.told.remove(&account);
            }
        }
        self.told.insert(key(account), (name, now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: usize) -> BankAccount {
        let number = AccountNumber::new(format!("{number:010}")).unwrap();
        BankAccount::new(Bin::new("970418").unwrap(), number)
    }

    fn kept(names: &mut Names, number: usize, at: i64) {
        let name = Beneficiary::new(account(number), "NGUYEN VAN A").unwrap();
        names.keep(&account(number), name, Timestamp::from_unix(at));
    }

    #[test]
    fn a_name_is_believed_for_a_day_and_the_oldest_makes_room() {
        let mut names = Names::default();
        for number in 0..MOST {
            kept(&mut names, number, i64::from(number > 0));
        }
        kept(&mut names, MOST, 2);
        assert_eq!(names.told.len(), MOST);
        let is_known =
            |number, at| names.recall(&account(number), Timestamp::from_unix(at)).is_some();
        assert!(!is_known(0, 2) && is_known(1, 2) && is_known(MOST, 2));
        assert!(is_known(1, 24 * 3600) && !is_known(1, 24 * 3600 + 1));

        kept(&mut names, MOST + 1, 24 * 3600 + 1);
        assert_eq!(names.told.len(), 2, "what is a day old is forgotten first");
    }
}
