//! The inquiry for the name of an account's holder (source: HPay API reference 1.0.0, Bank Account
//! Inquiry). Each inquiry costs a fee, so names are cached for a day.

use std::sync::Arc;
use std::time::Duration;

use payments_core::{
    Clock, Error, ErrorKind, Result, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    payout::Beneficiary,
};
use provider_kit::signature::Formula;

use super::{api::NAME_CHECK, status::CODES, wire};
use crate::{
    api::Api, client::HPay, envelope::Envelope, error_codes::Code, fields::Fields, kept::Kept,
};

/// The time for which a name is cached before another check is paid for.
const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);

/// The maximum number of names to cache. Beyond that the oldest is dropped.
const MOST: usize = 10_000;

/// The names that HPay reported lately, and the checks in progress. A check is paid for when it is
/// sent, so it runs to its end, and its name is cached even if its callers drop their calls.
pub(super) type KnownNames = Kept<(Bin, AccountNumber), Beneficiary>;

pub(super) fn none_known(clock: Arc<dyn Clock>) -> KnownNames {
    Kept::new(clock, MOST)
}

/// Returns the name of an account's holder: the one reported within the last day, or else HPay's
/// current one. Concurrent callers for one account wait for the same response.
pub(super) async fn verify(
    hpay: &Arc<HPay>,
    names: &KnownNames,
    account: &BankAccount,
) -> Result<Beneficiary> {
    hpay.banks.code_of(account)?;
    let pay = || pay(Arc::clone(hpay), account.clone());
    names.get((account.bin, account.number.clone()), pay).await
}

/// Makes a paid inquiry for a name, which is then cached for a day.
async fn pay(hpay: Arc<HPay>, account: BankAccount) -> Result<(Beneficiary, Timestamp)> {
    let until = hpay.clock.now().plus(KEPT_FOR);
    let name = match hpay.apis.payouts {
        Api::Reference => ask(&hpay, &account).await?,
        Api::Openapi => hpay.ask_openapi_name(&account).await?,
    };
    Ok((name, until))
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

/// Reads the name of an account's holder.
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
    named(operation, account, bank, envelope.data(operation, "a name")?)
}

/// Returns the name in the data of a response.
///
/// # Errors
/// Returns an error if the data are about another account or contain no name.
pub(crate) fn named(
    operation: &'static str,
    account: &BankAccount,
    bank: &str,
    data: wire::Name,
) -> Result<Beneficiary> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulas::NAME_CHECK_REQUEST;

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
