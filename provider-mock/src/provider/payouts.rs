//! The role of payouts.

use std::sync::Arc;

use async_trait::async_trait;
use payments_core::{
    Error, ErrorKind, Lookup, PayoutProvider, PayoutRef, Result, Submission, Uncertain,
    UncertainCause,
    bank::BankAccount,
    payout::{Balance, Beneficiary, CreatePayout, Payout, PayoutCapabilities, PayoutState},
    rules::{AbsenceRule, Repeat},
};

use super::{
    client::Client,
    map,
    payments::unknown_word,
    response::{Decoded, malformed, mismatch, unknown},
};
use crate::{
    rules::{HOLDER, REFERENCE, TEXT, limits},
    wire::{self, Operation},
};

/// The role of payouts.
pub(super) struct Payouts {
    client: Arc<Client>,
    capabilities: PayoutCapabilities,
}

impl Payouts {
    pub(super) fn new(client: Arc<Client>, repeat: Repeat, absence: AbsenceRule) -> Self {
        Self { client, capabilities: capabilities(repeat, absence) }
    }
}

fn capabilities(repeat: Repeat, absence: AbsenceRule) -> PayoutCapabilities {
    PayoutCapabilities::new(limits(), repeat)
        .with_reference(REFERENCE)
        .with_name(HOLDER)
        .with_note(TEXT)
        .with_find(None, absence)
        .with_name_check(false)
        .with_balance()
}

#[async_trait]
impl PayoutProvider for Payouts {
    fn capabilities(&self) -> &PayoutCapabilities {
        &self.capabilities
    }

    async fn create_payout(&self, request: &CreatePayout) -> Result<Submission<Payout>> {
        let account = &request.beneficiary.account;
        let body = wire::SendMoney {
            payout: request.payout.clone(),
            amount: request.amount,
            bank: account.bin,
            account: account.number.clone(),
            name: request.beneficiary.name.clone(),
            note: request.note.clone(),
        };
        let accept = |decoded: Decoded<wire::Payout>| {
            let content = &decoded.content;
            if content.payout != request.payout {
                return Ok(mismatch("payout"));
            }
            if content.amount != request.amount {
                return Ok(mismatch("amount"));
            }
            if content.bank != account.bin || content.account != account.number {
                return Ok(mismatch("account"));
            }
            Ok(known(map::payout(decoded.content, decoded.raw)?))
        };
        self.client.instruct(Operation::CreatePayout, &[], &request.payout, &body, accept).await
    }

    async fn find_payout(&self, payout: &PayoutRef) -> Result<Lookup<Payout>> {
        REFERENCE.check("payout", payout.as_str())?;
        let found = self.client.inquire(Operation::FindPayout, &[payout.as_str()], "").await?;
        let Some(Decoded::<wire::FoundPayout> { content, raw }) = found else {
            return Ok(Lookup::Absent(unknown()));
        };
        let all = std::iter::once(content.payout).chain(content.again);
        let all = all.map(|payout| map::payout(payout, raw.clone()));
        let all = all.collect::<Result<Vec<_>, _>>().map_err(malformed)?;
        Ok(Lookup::from_vec(all, unknown()))
    }

    async fn verify_beneficiary(&self, account: &BankAccount) -> Result<Beneficiary> {
        let names = [account.bin.as_str(), account.number.as_str()];
        let found = self.client.inquire(Operation::VerifyBeneficiary, &names, "").await?;
        let Some(decoded) = found else {
            return Err(Error::new(ErrorKind::NotFound, "the gateway does not know the account")
                .with_operation(Operation::VerifyBeneficiary.name()));
        };
        Ok(map::holder(decoded.content).map_err(malformed)?.with_raw(decoded.raw))
    }

    async fn balance(&self) -> Result<Balance> {
        let found = self.client.inquire(Operation::Balance, &[], "").await?;
        let Some(Decoded::<wire::Balance> { content, raw }) = found else {
            return Err(Error::new(ErrorKind::NotFound, "the gateway knows no balance"));
        };
        Ok(Balance::new(content.amount, content.at).with_raw(raw))
    }
}

/// Accepts a payout, unless its state is undocumented or undecided.
fn known(payout: Payout) -> Submission<Payout> {
    match (payout.state, payout.provider_state.as_deref().unwrap_or_default()) {
        (PayoutState::Uncertain, "undecided") => {
            let message = "the gateway itself has not decided yet";
            Submission::Uncertain(Uncertain::new(UncertainCause::ProviderUndecided, message))
        }
        (PayoutState::Uncertain, word) => unknown_word(word),
        _ => Submission::Accepted(payout),
    }
}

#[cfg(test)]
mod tests {
    use payments_core::money::Money;

    use super::*;

    #[test]
    fn a_payout_in_an_invented_state_is_not_accepted() {
        let reference = PayoutRef::new("P1").unwrap();
        let payout = Payout::new(reference, Money::vnd(1), PayoutState::Uncertain)
            .with_provider_state("teleported");
        let Submission::Uncertain(uncertain) = known(payout) else { panic!("accepted") };
        assert_eq!(uncertain.cause, UncertainCause::UnknownCode);
        assert_eq!(uncertain.code.as_deref(), Some("teleported"));
    }
}
