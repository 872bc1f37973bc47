//! Measures a provider, ours or a stranger's, against the ledger of its gateway.
//!
//! [`proxy`] stands between a provider and its gateway and loses, delays and spoils answers on
//! demand, so that what the provider then says can be held against the gateway's own ledger.
//! [`noise`] stands in for everybody else: bytes from strangers, which must never be believed.

pub mod noise;
pub mod proxy;
