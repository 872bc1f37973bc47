//! Inquires about virtual accounts and their credits, and books the responses.

use payments_core::{
    Absence, Listed, Lookup, Movement, Result,
    virtual_account::{VirtualAccount, VirtualAccountRef},
};

use super::AccountMember;
use crate::{
    booking::book,
    record::{
        Instruction, PaymentObservation, PaymentRecord, Report, ReportData, SendingState, Source,
    },
    shared::Shared,
    store::{Backend, StoreError},
};

impl Shared {
    /// Inquires about a virtual account, and records the response. If an opening is on record, an
    /// absence is conclusive only once the opening can no longer be carried out. It then ends the
    /// opening.
    pub(crate) async fn find_account(
        &self,
        member: &AccountMember,
        account: &VirtualAccountRef,
    ) -> Result<Lookup<VirtualAccount>> {
        let asked_at = self.clock.now();
        let found = member.accounts.find(account).await?;
        let (order, provider) = (&account.order, member.provider.id());
        let accounts = match &found {
            Lookup::Found(account) => vec![account.clone()],
            Lookup::Several(accounts) => accounts.clone(),
            Lookup::Absent(absence) => {
                let record = self.read_order(order).await?;
                let known = record.as_ref().and_then(|record| record.account(provider));
                let opening = known.and_then(|known| known.opening.as_ref());
                let Some(opening) =
                    opening.filter(|one| one.is_in_doubt() || one.state == SendingState::Done)
                else {
                    return Ok(found);
                };
                let is_over = opening.state == SendingState::Uncertain
                    && self.is_over(opening.permit.as_ref(), &member.limits, asked_at);
                if *absence == Absence::Conclusive && is_over {
                    let of = Instruction::Account { provider: provider.clone() };
                    let why = "its provider does not know it";
                    self.end_uncertain(order, of, opening.permit.clone(), why).await?;
                    return Ok(found);
                }
                let why = "its opening is on record, and it may turn up";
                return Ok(Lookup::Absent(Absence::inconclusive(why)));
            }
        };
        let found_now = PaymentObservation::AccountFound { provider: provider.clone(), accounts };
        self.observe_order(order, move |_| Some(found_now.clone())).await?;
        Ok(found)
    }

    /// Inquires about the credits on a virtual account, and books them.
    pub(crate) async fn account_credits(
        &self,
        member: &AccountMember,
        account: &VirtualAccountRef,
    ) -> Result<Vec<Listed<Movement>>> {
        let credits = member.accounts.credits(account).await?;
        let (token, now, start) = (self.journal.token(), self.clock.now(), self.journal.start);
        let provider = member.provider.id().clone();
        let read = credits.iter().filter_map(|credit| credit.as_result().ok());
        let of_order = |movement: &Movement| {
            let mut movement = movement.clone();
            movement.order.get_or_insert_with(|| account.order.clone());
            movement
        };
        let movements: Vec<Movement> = read.map(of_order).collect();
        if movements.is_empty() {
            return Ok(credits);
        }
        let booking = move |backend: &mut dyn Backend| {
            for (index, movement) in movements.iter().enumerate() {
                let data = ReportData::Movement(Box::new(movement.clone()));
                let report = Report::new(provider.clone(), Source::Inquiry, data)
                    .with_key(movement.key.clone());
                book(backend, &report, &format!("{token}-{index}"), now, start)?;
            }
            Ok(())
        };
        self.journal.store.run(booking).await.map_err(StoreError::into_error)?;
        Ok(credits)
    }

    async fn observe_order(
        &self,
        order: &payments_core::OrderRef,
        observation: impl Fn(&PaymentRecord) -> Option<PaymentObservation> + Send + 'static,
    ) -> Result<()> {
        // The account of an order that is not on record belongs to somebody else.
        let observe = move |record: Option<&PaymentRecord>| observation(record?);
        let changed = self.journal.change_payment(order, self.clock.now(), observe);
        changed.await.map(|_| ()).map_err(StoreError::into_error)
    }
}
