//! What every provider is measured with, ours and a stranger's.
//!
//! [`proxy`] stands between a provider and its gateway and loses, delays and spoils answers on
//! demand, so that what the provider then says can be held against the gateway's own ledger.

pub mod proxy;
