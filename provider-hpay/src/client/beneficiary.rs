//! Whose account it is (HPay API reference 1.0.0, Bank Account Inquiry): each question costs a
//! fee, so answers are kept for a day.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};
use payments_core::{
    Result, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    payout::Beneficiary,
    transport::Call,
};

use super::{HPay, answer, payouts::code_of_bank};
use crate::{
    formula::{F21, F22},
    map,
    request::Fields,
    tables::Service,
};

/// How long a name is believed without paying for it again.
const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);

/// How many names are kept; beyond that the oldest is forgotten.
const MOST: usize = 10_000;

type Key = (Bin, AccountNumber);
type Check = BoxFuture<'static, Result<Beneficiary>>;

/// The names that HPay told lately, and those that it is being asked for.
#[derive(Default)]
pub(super) struct KnownNames(Mutex<Names>);

#[derive(Default)]
struct Names {
    told: HashMap<Key, (Beneficiary, Timestamp)>,
    /// A check is dropped with the last who waits for it.
    asked: HashMap<Key, WeakShared<Check>>,
}

/// Tells the name on an account: the one that was told within a day, or else what HPay says now.
/// Who asks for a name that is being asked for waits for the same answer.
pub(super) async fn verify(
    hpay: &Arc<HPay>,
    names: &Arc<KnownNames>,
    account: &BankAccount,
) -> Result<Beneficiary> {
    code_of_bank(hpay, account)?;
    let check: Shared<Check> = {
        let mut known = names.lock();
        if let Some(name) = known.recall(account, hpay.clock.now()) {
            return Ok(name);
        }
        known.asked.retain(|_, check| check.upgrade().is_some());
        match known.asked.get(&key(account)).and_then(WeakShared::upgrade) {
            Some(check) => check,
            None => {
                let (hpay, names) = (Arc::clone(hpay), Arc::clone(names));
                let check = pay(hpay, names, account.clone()).boxed().shared();
                if let Some(weak) = check.downgrade() {
                    known.asked.insert(key(account), weak);
                }
                check
            }
        }
    };
    check.await
}

/// Asks and pays for a name, and keeps it.
async fn pay(hpay: Arc<HPay>, names: Arc<KnownNames>, account: BankAccount) -> Result<Beneficiary> {
    let now = hpay.clock.now();
    let answer = ask(&hpay, &account).await;
    let mut names = names.lock();
    if let Ok(name) = &answer {
        names.keep(&account, name.clone(), now);
    }
    names.asked.remove(&key(&account));
    answer
}

async fn ask(hpay: &HPay, account: &BankAccount) -> Result<Beneficiary> {
    const OPERATION: &str = "verify_beneficiary";
    let bank = code_of_bank(hpay, account)?;
    let fields = Fields::new()
        .with("merchant_id", hpay.merchant_id())
        .with("bank_name", bank.as_ref())
        .with("bank_account_number", account.number.as_str());
    let fields = hpay.sign(fields, "secure_code", &F21)?;
    let request = fields.get(&format!("{}/api/ibft/CheckUserBank", hpay.gateway.account))?;
    let response = hpay.ask(Call::paid_inquiry(OPERATION, request)).await?;
    let envelope = answer::inquired(OPERATION, &response)?;
    let worked = map::is_success(Service::Payout, &envelope.error_code);
    let raw = hpay.weigh_inquiry(OPERATION, worked, &F22, "checksum", &response)?;
    let name = map::name(OPERATION, account, &bank, &envelope, hpay.formulas.get(&F21))?;
    Ok(name.with_raw(raw))
}

fn key(account: &BankAccount) -> Key {
    (account.bin, account.number.clone())
}

impl KnownNames {
    fn lock(&self) -> MutexGuard<'_, Names> {
        // No code that can panic runs under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
