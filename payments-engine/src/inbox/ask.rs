//! Inquires about an order whose buyer came back.

use std::sync::Arc;

use payments_core::{Lookup, OrderRef, ProviderId, payment::Payment};

use super::schedule;
use crate::{
    booking::book,
    record::{Report, ReportData, Source},
    shared::Shared,
    store::{Backend, Claim, Due, StoreError},
};

/// Returns the subject of the work: the provider and the order, neither of which contains a line
/// break.
pub(super) fn subject(provider: &ProviderId, order: &OrderRef) -> String {
    format!("{provider}\n{order}")
}

fn parse(subject: &str) -> Option<(ProviderId, OrderRef)> {
    let (provider, order) = subject.split_once('\n')?;
    Some((ProviderId::new(provider).ok()?, OrderRef::new(order).ok()?))
}

impl Shared {
    /// Inquires about an order, books the response, and repeats the inquiry a few times while the
    /// order is not final.
    pub(crate) async fn ask_about_order(self: &Arc<Self>, claim: &Claim) -> Result<(), StoreError> {
        let found = match parse(&claim.subject) {
            Some((provider, order)) => self.found_payments(&provider, &order).await,
            None => None,
        };
        let Some((provider, payments)) = found else {
            return self.set_due(claim, Due::Never).await;
        };
        let is_final = payments.iter().any(|payment| payment.state.is_final());
        let (claim, now, start) = (claim.clone(), self.clock.now(), self.journal.start);
        let token = self.journal.token();
        let work = move |backend: &mut dyn Backend| {
            for (index, payment) in payments.iter().enumerate() {
                let data = ReportData::Payment(Box::new(payment.clone()));
                let report = Report::new(provider.clone(), Source::Inquiry, data);
                book(backend, &report, &format!("{token}-{index}"), now, start)?;
            }
            let next = schedule::ask(claim.tries, now).filter(|_| !is_final);
            backend.set_due(&claim, next.map_or(Due::Never, Due::At))
        };
        self.journal.store.run(work).await
    }

    /// Returns the payments that the provider knows for an order, or `None` if no inquiry is
    /// possible.
    async fn found_payments(
        &self,
        provider: &ProviderId,
        order: &OrderRef,
    ) -> Option<(ProviderId, Vec<Payment>)> {
        let payments = self.providers.get(provider)?.payments().ok()?;
        let found = match payments.find_payment(order).await {
            Ok(Lookup::Found(payment)) => vec![payment],
            Ok(Lookup::Several(payments)) => payments,
            Ok(Lookup::Absent(_)) => Vec::new(),
            Err(error) => {
                tracing::info!(%order, "the inquiry failed and will be repeated: {error}");
                Vec::new()
            }
        };
        Some((provider.clone(), found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provider_and_order_are_read_back_from_the_subject() {
        let provider = ProviderId::new("main shop").unwrap();
        let order = OrderRef::new("ĐH 1:2").unwrap();
        assert_eq!(parse(&subject(&provider, &order)), Some((provider, order)));
        assert_eq!(parse("main"), None);
    }
}
