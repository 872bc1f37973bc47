//! The layers around a role, in a fixed order: trace, guard, provider. Around notifications: trace
//! and the limits on the cost of confirmations.

mod confirmation;
mod guard;
mod metrics;
mod trace;

use std::sync::Arc;

use crate::{
    NotificationReceiver, ProviderId, payment::PaymentProvider, payout::PayoutProvider,
    statement::StatementProvider, virtual_account::VirtualAccountProvider,
};
use confirmation::Confirmations;
use guard::Guard;
use trace::Trace;

pub(crate) fn payments(
    id: &ProviderId,
    role: Arc<dyn PaymentProvider>,
) -> Arc<dyn PaymentProvider> {
    Arc::new(Trace::new(id, Arc::new(Guard(role)) as Arc<dyn PaymentProvider>))
}

pub(crate) fn virtual_accounts(
    id: &ProviderId,
    role: Arc<dyn VirtualAccountProvider>,
) -> Arc<dyn VirtualAccountProvider> {
    Arc::new(Trace::new(id, Arc::new(Guard(role)) as Arc<dyn VirtualAccountProvider>))
}

pub(crate) fn payouts(id: &ProviderId, role: Arc<dyn PayoutProvider>) -> Arc<dyn PayoutProvider> {
    Arc::new(Trace::new(id, Arc::new(Guard(role)) as Arc<dyn PayoutProvider>))
}

pub(crate) fn statements(
    id: &ProviderId,
    role: Arc<dyn StatementProvider>,
) -> Arc<dyn StatementProvider> {
    Arc::new(Trace::new(id, Arc::new(Guard(role)) as Arc<dyn StatementProvider>))
}

pub(crate) fn notifications(
    id: &ProviderId,
    role: Arc<dyn NotificationReceiver>,
) -> Arc<dyn NotificationReceiver> {
    let bounded: Arc<dyn NotificationReceiver> = Arc::new(Confirmations::new(role));
    Arc::new(Trace::new(id, bounded))
}
