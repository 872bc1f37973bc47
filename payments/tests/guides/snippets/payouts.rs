use std::collections::HashSet;

use payments::{
    Lookup, PayoutRef, Provider, Submission,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    payout::{CreatePayout, Payout},
};

/// Builds a payout of 150,000 đồng. If the provider can look up the name of the holder,
/// `verify_beneficiary` returns the beneficiary with the name that the bank has.
pub async fn request(
    provider: &Provider,
    reference: &str,
    bin: &str,
    number: &str,
) -> payments::Result<CreatePayout> {
    let account = BankAccount::new(Bin::new(bin)?, AccountNumber::new(number)?);
    let beneficiary = provider.payouts()?.verify_beneficiary(&account).await?;
    CreatePayout::new(PayoutRef::new(reference)?, Money::vnd(150_000), beneficiary)
}

/// Sends a payout once, and only inquires about it from then on. `sent` is a table in a shop, in
/// which the reference is stored before the payout is sent. Returns `None` while the outcome is
/// unknown.
pub async fn pay(
    provider: &Provider,
    sent: &mut HashSet<PayoutRef>,
    request: &CreatePayout,
) -> payments::Result<Option<Payout>> {
    let role = provider.payouts()?;
    if sent.insert(request.payout.clone()) {
        let submission = match role.create_payout(request).await {
            Ok(submission) => submission,
            // Nothing was sent, so the same payout may be sent later.
            Err(error) => {
                sent.remove(&request.payout);
                return Err(error);
            }
        };
        return Ok(match submission {
            Submission::Accepted(payout) => Some(payout),
            Submission::Declined(decline) => {
                println!("refused: {decline}");
                None
            }
            Submission::Uncertain(uncertain) => {
                println!("it may have been paid; ask, and never send it again: {uncertain}");
                None
            }
        });
    }
    Ok(match role.find_payout(&request.payout).await? {
        Lookup::Found(payout) => {
            if let Some(field) = payout.differs_from(request) {
                println!("another {field} than instructed: a person has to look");
            }
            Some(payout)
        }
        Lookup::Several(found) => {
            println!("paid {} times: a person has to look", found.len());
            None
        }
        Lookup::Absent(absence) => {
            println!("not known yet: {absence:?}");
            None
        }
    })
}
