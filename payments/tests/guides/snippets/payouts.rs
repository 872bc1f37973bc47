use std::collections::HashSet;

use payments::{
    Lookup, PayoutRef, Provider, Submission,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    payout::{CreatePayout, PayoutState},
};

/// What is known about a payout.
#[derive(Debug)]
pub enum Outcome {
    /// The provider reports the payout in this state. Ask again until it is final.
    Reported(PayoutState),
    /// The provider refused the payout, and it is certain that no money left. To pay all the same,
    /// make a new payout with a new reference.
    Refused(String),
    /// The money may have left. Ask again later.
    Unknown(String),
    /// A person has to look. Until then, do not pay in any other way.
    ForAPerson(String),
}

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
/// which the request is stored before the payout is sent.
pub async fn pay(
    provider: &Provider,
    sent: &mut HashSet<PayoutRef>,
    request: &CreatePayout,
) -> payments::Result<Outcome> {
    let role = provider.payouts()?;
    if !sent.insert(request.payout.clone()) {
        return find(provider, request).await;
    }
    match role.create_payout(request).await {
        Ok(Submission::Accepted(payout)) => Ok(Outcome::Reported(payout.state)),
        Ok(Submission::Declined(decline)) if decline.is_confirmed() => {
            Ok(Outcome::Refused(decline.to_string()))
        }
        // Nothing proves this refusal, so the payout may have been carried out.
        Ok(Submission::Declined(decline)) => Ok(Outcome::Unknown(decline.to_string())),
        Ok(Submission::Uncertain(uncertain)) => Ok(Outcome::Unknown(uncertain.to_string())),
        // Nothing was sent, so the same payout may be sent later.
        Err(error) => {
            sent.remove(&request.payout);
            Err(error)
        }
    }
}

async fn find(provider: &Provider, request: &CreatePayout) -> payments::Result<Outcome> {
    Ok(match provider.payouts()?.find_payout(&request.payout).await? {
        Lookup::Found(payout) => match payout.differs_from(request) {
            Some(field) => Outcome::ForAPerson(format!("another {field} than instructed")),
            None if payout.needs_attention => Outcome::ForAPerson(format!("{payout:?}")),
            None => Outcome::Reported(payout.state),
        },
        Lookup::Several(found) => Outcome::ForAPerson(format!("paid {} times", found.len())),
        Lookup::Absent(absence) => Outcome::Unknown(format!("not known: {absence:?}")),
    })
}
