//! Opens virtual accounts through the journal.

use std::sync::Arc;

use payments_core::{
    Error, ErrorKind, ProviderId, Result, Submission,
    virtual_account::{OpenVirtualAccount, ResolveOpen, VirtualAccount},
};
use tokio::time::{Instant, timeout_at};

use super::{AccountMember, submission};
use crate::{
    journal::payments::{Prepared, under_way},
    record::{
        AccountRecord, Instruction, OpeningState, PaymentObservation, PaymentRecord, SendingState,
    },
    seeded::Seeded,
    shared::Shared,
    store::StoreError,
};

impl Shared {
    /// Opens a virtual account while the caller waits, or returns the account that its order has.
    ///
    /// If the outcome of an opening was lost, an inquiry is sent. If the provider supports none,
    /// another account is opened once the first instruction can no longer be sent.
    pub(super) async fn open_account(
        self: &Arc<Self>,
        member: &AccountMember,
        request: OpenVirtualAccount,
    ) -> Result<Submission<VirtualAccount>> {
        let order = request.order.clone();
        let deadline = Instant::now() + member.limits.wait;
        let turn = self.turn(&order);
        let Ok(_turn) = timeout_at(deadline, turn.lock()).await else {
            return Ok(under_way("the same order is under way"));
        };
        let provider = member.provider.id().clone();
        let of = Instruction::Account { provider: provider.clone() };
        let resolve = member.accounts.capabilities().resolve_open;
        let asking = Asking {
            provider,
            request,
            is_found_by_reference: resolve == ResolveOpen::ByReference,
            opens_again: self.is_seeded(Seeded::OpensAnAccountAgain),
        };
        if let Some(known) = self.read_order(&order).await?
            && let Some(account) = known.account(&asking.provider)
            && let Some(opening) = account.opening.as_ref().filter(|one| one.is_in_doubt())
        {
            let ended = self.interrupt(&order, of.clone(), opening.permit.clone()).await;
            if !ended.map_err(StoreError::into_error)? {
                return Ok(under_way("the same account is under way"));
            }
            if account.is_found_by_reference
                && !asking.opens_again
                && let Err(error) = self.find_account(member, &account.reference).await
            {
                tracing::info!(%order, "the inquiry failed and will be repeated: {error}");
            }
        }
        let deciding = asking.clone();
        let decide = move |record: Option<&PaymentRecord>| deciding.decide(record);
        let asked = self.journal.change_payment(&order, self.clock.now(), decide).await;
        let (record, is_written) = asked.map_err(StoreError::into_error)?;
        let lost = || Error::new(ErrorKind::Unavailable, "the journal lost what it had written");
        let record = record.ok_or_else(lost)?;
        asking.compare(&record)?;
        let account = record.account(&asking.provider).ok_or_else(lost)?;
        let Some(opening) = &account.opening else { return Err(lost()) };
        if !is_written && opening.state != SendingState::Asked {
            let known = submission(account, opening);
            return Ok(known.unwrap_or_else(|| under_way("the same account is under way")));
        }
        let request = account.request.clone().ok_or_else(lost)?;
        let prepared = Prepared::sending(order, of.clone(), opening);
        let observation =
            |token, outcome| PaymentObservation::AccountAnswered { of: of.clone(), token, outcome };
        let call = member.accounts.open(&request);
        self.instruct(&member.provider, &member.limits, prepared, call, observation).await
    }
}

/// A virtual account that is to be opened.
#[derive(Clone)]
struct Asking {
    provider: ProviderId,
    request: OpenVirtualAccount,
    is_found_by_reference: bool,
    opens_again: bool,
}

impl Asking {
    /// Returns the observation that records the account, or `None` if the account on record counts.
    fn decide(&self, record: Option<&PaymentRecord>) -> Option<PaymentObservation> {
        let known = record.and_then(|record| record.account(&self.provider));
        let is_replaced = |account: &AccountRecord| match &account.opening {
            // The account was found, and not opened through the engine.
            None => account.account.is_none(),
            Some(opening) => match opening.state {
                SendingState::NotSent | SendingState::Declined => true,
                SendingState::Asked => account.request.as_ref() != Some(&self.request),
                // Nobody was shown the lost account, and no inquiry can find it.
                SendingState::Uncertain => !account.is_found_by_reference || self.opens_again,
                SendingState::Submitting | SendingState::Done => false,
            },
        };
        if !known.is_none_or(is_replaced) || record.is_some_and(|it| self.compare(it).is_err()) {
            return None;
        }
        Some(PaymentObservation::AccountAsked {
            provider: self.provider.clone(),
            request: Box::new(self.request.clone()),
            is_found_by_reference: self.is_found_by_reference,
        })
    }

    /// Rejects a request for another account than the record of its order contains.
    ///
    /// # Errors
    /// Returns `Conflict`, naming the field.
    fn compare(&self, record: &PaymentRecord) -> Result<()> {
        let opened = record
            .openings
            .iter()
            .any(|one| !matches!(one.state, OpeningState::NotSent | OpeningState::Asked));
        let is_other_asked = opened
            && self.request.amount.zip(record.asked).is_some_and(|(asks, asked)| asks != asked);
        let counts = |account: &&AccountRecord| {
            account.opening.as_ref().is_some_and(|opening| {
                !matches!(
                    opening.state,
                    SendingState::NotSent | SendingState::Asked | SendingState::Declined
                )
            })
        };
        let known = record.account(&self.provider).filter(counts);
        let field = match known.and_then(|account| account.request.as_ref()) {
            _ if is_other_asked => "amount",
            Some(known) if known.amount != self.request.amount => "amount",
            Some(known) if known.uses != self.request.uses => "uses",
            Some(known) if known.account != self.request.account => "account",
            Some(known) if known.options != self.request.options => "options",
            _ => return Ok(()),
        };
        let message = format!(
            "differs from what was opened for the order {}; the first is kept: another account is \
             another order",
            record.order
        );
        Err(Error::new(ErrorKind::Conflict, message).with_field(field))
    }
}
