//! What has to be said of a gateway and its provider so that their payouts can be measured.

use std::collections::BTreeMap;

use conformance_tests::proxy::{Fault, SeenRequest};
use payments_core::{PayoutRef, payout::CreatePayout, registry::Registration};

/// The addresses of a gateway, by the names of its hosts.
pub(crate) type Hosts = BTreeMap<String, String>;

/// A running gateway and the provider that speaks to it.
pub(crate) trait Subject: Sized + 'static {
    /// How the provider is made.
    const REGISTRATION: Registration;

    /// Starts the gateway with an empty ledger and enough money.
    async fn start() -> Self;

    /// Where the gateway listens.
    fn hosts(&self) -> Hosts;

    /// The provider's configuration in TOML, for a gateway that is found at `hosts`.
    fn configuration(&self, hosts: &Hosts) -> String;

    /// A payout that the gateway takes.
    fn payout(&self, reference: PayoutRef) -> CreatePayout;

    /// Whether a request is the one that pays out.
    fn is_payout(request: &SeenRequest) -> bool;

    /// How many payouts the gateway has booked under a reference.
    fn bookings(&self, reference: &PayoutRef) -> usize;

    /// Answers that are changed on the way: a signature, an account, a refusal that the gateway
    /// never made. None of them may be accepted.
    fn forgeries() -> Vec<Fault>;
}
