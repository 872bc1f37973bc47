//! Whose account it is (HPay API reference 1.0.0, Bank Account Inquiry): each check costs a fee,
//! so names are kept for a day.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use payments_core::{
    Error, ErrorKind, Result, SingleFlight, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    payout::Beneficiary,
    signature::Formula,
};

use super::{api::NAME_CHECK, status::CODES, wire};
use crate::{client::HPay, envelope::Envelope, error_codes::Code, fields::Fields};

/// How long a name is believed without paying for it again.
const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);

/// How many names are kept; beyond that the oldest is forgotten.
const MOST: usize = 10_000;

type Key = (Bin, AccountNumber);

/// The names that HPay reported lately, and the checks that are under way.
#[derive(Default)]
pub(super) struct KnownNames {
    names: Mutex<Names>,
    /// A check is paid for once it is sent, so it ends and its name is kept although its callers
    /// leave.
    checks: SingleFlight<Key, Beneficiary>,
}

#[derive(Default)]
struct Names {
    reported: HashMap<Key, (Beneficiary, Timestamp)>,
}

/// The name on an account: the one that was reported within a day, or else what HPay says now. Two
/// callers who ask for one name at a time wait for the same response.
pub(super) async fn verify(
    hpay: &Arc<HPay>,
    names: &Arc<KnownNames>,
    account: &BankAccount,
) -> Result<Beneficiary> {
    hpay.banks.code_of(account)?;
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
    let bank = hpay.banks.code_of(account)?;
    let fields = Fields::new()
        .with("merchant_id", hpay.merchant_id())
        .with("bank_name", bank.as_ref())
        .with("bank_account_number", account.number.as_str());
    hpay.inquire(&NAME_CHECK, fields, |reply| {
        let raw = reply.verify_success()?;
        let formula = reply.request_formula();
        let name = read(NAME_CHECK.name, account, &bank, &reply.envelope, formula)?;
        Ok(name.with_raw(raw))
    })
    .await
}

/// Reads the name on a bank account.
fn read(
    operation: &'static str,
    account: &BankAccount,
    bank: &str,
    envelope: &Envelope<'_>,
    formula: &Formula,
) -> Result<Beneficiary> {
    if !CODES.is_success(&envelope.error_code) {
        return Err(Code::of(&CODES, envelope).failed_inquiry(operation, formula));
    }
    let data: wire::Name = envelope.data(operation, "a name")?;
    if data.bank_account_number.text() != account.number.as_str()
        || data.bank_name.is_some_and(|name| name.text() != bank)
    {
        return Err(malformed(operation, "HPay answered about another account"));
    }
    Beneficiary::new(account.clone().with_holder(&data.bank_account_name), data.bank_account_name)
        .map_err(|_| malformed(operation, "HPay answered with an empty name"))
}

fn malformed(operation: &'static str, what: &'static str) -> Error {
    Error::new(ErrorKind::Malformed, what).with_operation(operation)
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
        let (name, reported_at) = self.reported.get(&key(account))?;
        (now.since(*reported_at) < KEPT_FOR).then(|| name.clone())
    }

    fn keep(&mut self, account: &BankAccount, name: Beneficiary, now: Timestamp) {
        if self.reported.len() >= MOST {
            self.reported.retain(|_, (_, reported_at)| now.since(*reported_at) < KEPT_FOR);
        }
        if self.reported.len() >= MOST {
            let oldest = self.reported.iter().min_by_key(|(_, (_, reported_at))| *reported_at);
            if let Some(account) = oldest.map(|(account, _)| account.clone()) {
                self.reported.remove(&account);
            }
        }
        self.reported.insert(key(account), (name, now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulas::NAME_CHECK_REQUEST;

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
        assert_eq!(names.reported.len(), MOST);
        let is_known =
            |number, at| names.recall(&account(number), Timestamp::from_unix(at)).is_some();
        assert!(!is_known(0, 2) && is_known(1, 2) && is_known(MOST, 2));
        assert!(is_known(1, 24 * 3600) && !is_known(1, 24 * 3600 + 1));

        kept(&mut names, MOST + 1, 24 * 3600 + 1);
        assert_eq!(names.reported.len(), 2, "what is a day old is forgotten first");
    }

    fn bidv() -> BankAccount {
        BankAccount::new(
            Bin::new("970418").unwrap(),
            AccountNumber::new("9704180000042134197").unwrap(),
        )
    }

    #[test]
    fn a_name_is_of_the_account_that_was_asked_about() {
        let good = r#"{"error_code":"000","data":{"request_id":"20220912052918","merchant_id":"1234",
            "bank_account_number":"9704180000042134197","bank_name":"BIDV",
            "bank_account_name":"NGUYEN THI B"},"checksum":"c2b8"}"#;
        let read = |json: &str| {
            let envelope: Envelope<'_> = serde_json::from_str(json).unwrap();
            super::read("verify_beneficiary", &bidv(), "BIDV", &envelope, &NAME_CHECK_REQUEST)
                .map_err(|error| error.kind())
        };
        assert_eq!(read(good).unwrap().name, "NGUYEN THI B");
        for (ours, theirs) in [("197\"", "198\""), ("BIDV", "VCB"), ("NGUYEN THI B", "")] {
            assert_eq!(read(&good.replace(ours, theirs)).unwrap_err(), ErrorKind::Malformed);
        }
        assert_eq!(
            read(r#"{"error_code":"115","data":[]}"#).unwrap_err(),
            ErrorKind::NotFound,
            "an account that does not exist"
        );
    }
}
