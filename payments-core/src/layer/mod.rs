//! The layers around a role: each call is checked against the capabilities and traced. Around
//! notifications also the limits on the cost of confirmations.

mod confirmation;
mod metrics;
mod role;

use std::sync::Arc;

use crate::{
    NotificationReceiver, ProviderId, payment::PaymentProvider, payout::PayoutProvider,
    statement::StatementProvider, virtual_account::VirtualAccountProvider,
};
use confirmation::Confirmations;
use role::RoleLayer;

pub(crate) fn payments(
    id: &ProviderId,
    role: Arc<dyn PaymentProvider>,
) -> Arc<dyn PaymentProvider> {
    Arc::new(RoleLayer::new(id, role))
}

pub(crate) fn virtual_accounts(
    id: &ProviderId,
    role: Arc<dyn VirtualAccountProvider>,
) -> Arc<dyn VirtualAccountProvider> {
    Arc::new(RoleLayer::new(id, role))
}

pub(crate) fn payouts(id: &ProviderId, role: Arc<dyn PayoutProvider>) -> Arc<dyn PayoutProvider> {
    Arc::new(RoleLayer::new(id, role))
}

pub(crate) fn statements(
    id: &ProviderId,
    role: Arc<dyn StatementProvider>,
) -> Arc<dyn StatementProvider> {
    Arc::new(RoleLayer::new(id, role))
}

pub(crate) fn notifications(
    id: &ProviderId,
    role: Arc<dyn NotificationReceiver>,
) -> Arc<dyn NotificationReceiver> {
    let bounded: Arc<dyn NotificationReceiver> = Arc::new(Confirmations::new(role));
    Arc::new(RoleLayer::new(id, bounded))
}
