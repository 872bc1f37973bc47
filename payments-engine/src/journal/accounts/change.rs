//! Renames, closes and reopens virtual accounts through the journal.

use std::sync::Arc;

use payments_core::{
    Error, ErrorKind, OrderRef, Result, Submission, Timestamp,
    virtual_account::{UpdateVirtualAccount, VirtualAccount, VirtualAccountRef},
};
use tokio::time::{Instant, timeout_at};

use super::{AccountMember, submission};
use crate::{
    journal::payments::{Prepared, under_way},
    limits::Limits,
    record::{AccountChangeKind, Instruction, PaymentObservation, PaymentRecord, Permit, Sending},
    shared::Shared,
    store::StoreError,
};

impl Shared {
    /// Changes a virtual account, under a permit. Inquiries about doubtful instructions are sent
    /// first, and only one change of an account is under way at a time.
    ///
    /// A change whose outcome is unknown may be repeated, because it leads to the same account.
    /// Another change is possible only once the first can no longer arrive.
    pub(super) async fn change_account(
        self: &Arc<Self>,
        member: &AccountMember,
        account: VirtualAccountRef,
        what: AccountChangeKind,
    ) -> Result<Submission<VirtualAccount>> {
        let order = account.order.clone();
        let deadline = Instant::now() + member.limits.wait;
        let turn = self.turn(&order);
        let Ok(_turn) = timeout_at(deadline, turn.lock()).await else {
            return Ok(under_way("the same order is under way"));
        };
        let provider = member.provider.id().clone();
        let of = Instruction::AccountChange { provider: provider.clone() };
        if let Some(known) = self.ask_before_changing(member, &order, &of, &what).await? {
            return Ok(known);
        }
        let change = what.clone();
        let asking =
            PaymentObservation::AccountChangeAsked { provider, account: account.clone(), change };
        let is_it = of.clone();
        let asked = self.journal.change_payment(&order, self.clock.now(), move |record| {
            let known = record.and_then(|record| record.sending(&is_it));
            (!known.is_some_and(Sending::is_in_doubt)).then(|| asking.clone())
        });
        let (record, is_written) = asked.await.map_err(StoreError::into_error)?;
        let sending = record.as_ref().filter(|_| is_written).and_then(|record| record.sending(&of));
        let Some(sending) = sending else {
            return Ok(under_way("another change of the account is under way"));
        };
        let prepared = Prepared::sending(order, of.clone(), sending);
        let observation =
            |token, outcome| PaymentObservation::AccountAnswered { of: of.clone(), token, outcome };
        let call = async {
            match what {
                AccountChangeKind::Update { holder, remark } => {
                    let mut request = UpdateVirtualAccount::new(account, holder)?;
                    request.remark = remark;
                    member.accounts.update(&request).await
                }
                AccountChangeKind::Close => member.accounts.close(&account).await,
                AccountChangeKind::Reopen { until } => {
                    member.accounts.reopen(&account, until).await
                }
            }
        };
        self.instruct(&member.provider, &member.limits, prepared, call, observation).await
    }

    /// Sends inquiries about doubtful instructions before a change is sent. Returns the outcome of
    /// an earlier call of the same change, if it decides the result.
    async fn ask_before_changing(
        self: &Arc<Self>,
        member: &AccountMember,
        order: &OrderRef,
        of: &Instruction,
        what: &AccountChangeKind,
    ) -> Result<Option<Submission<VirtualAccount>>> {
        let provider = member.provider.id();
        let Some(mut record) = self.read_order(order).await? else { return Ok(None) };
        let is_in_doubt = |record: &PaymentRecord| {
            let account = record.account(provider);
            let opening = account.is_some_and(|account| account.is_opening_in_doubt());
            (opening, account.is_some_and(|account| account.is_change_in_doubt()))
        };
        let (asked_at, was_in_doubt) = (self.clock.now(), is_in_doubt(&record));
        if was_in_doubt != (false, false) {
            let about = record.in_doubt().into_iter().filter(|(_, asked, _)| asked == provider);
            for (doubted, _, permit) in about {
                let ended = self.interrupt(order, doubted.clone(), permit).await;
                if !ended.map_err(StoreError::into_error)? && doubted == *of {
                    return Ok(Some(under_way("another change of the account is under way")));
                }
            }
            if let Some(account) = record.account(provider)
                && member.accounts.capabilities().find
            {
                let reference = account.reference.clone();
                let _ = self.find_account(member, &reference).await?;
                record = self.read_order(order).await?.unwrap_or(record);
            }
        }
        let (is_opening_unknown, is_uncertain) = is_in_doubt(&record);
        if is_opening_unknown {
            let message = format!(
                "it is not known whether {provider} opened the account of {order}: nothing was \
                 changed; call again later, or look at the case of the order"
            );
            return Err(Error::new(ErrorKind::Conflict, message).with_field("account"));
        }
        let Some((account, change)) =
            record.account(provider).and_then(|account| Some((account, account.change.as_ref()?)))
        else {
            return Ok(None);
        };
        let is_same = change.what == *what;
        if was_in_doubt.1 && !is_uncertain && is_same {
            // The inquiry shows the outcome.
            return Ok(submission(account, &change.sending));
        }
        if !is_uncertain {
            return Ok(None);
        }
        let permit = &change.sending.permit;
        if !is_same && !self.is_over(permit.as_ref(), &member.limits, asked_at) {
            let message = format!(
                "an earlier change of the account ({}) may still be carried out: call again later",
                change.what.as_str()
            );
            return Err(Error::new(ErrorKind::Conflict, message).with_field("account"));
        }
        let why = "the inquiry does not show it, and it is requested again";
        self.end_uncertain(order, of.clone(), permit.clone(), why).await?;
        Ok(None)
    }

    /// Returns whether an instruction sent under a permit could no longer be carried out at a time:
    /// its sender could no longer write, and the gateway could no longer book it. An inquiry shows
    /// what was booked when it was sent, so `at` is the time before it.
    pub(crate) fn is_over(&self, permit: Option<&Permit>, limits: &Limits, at: Timestamp) -> bool {
        permit.is_none_or(|permit| at > permit.send_by.plus(limits.quiet))
    }
}
