//! The hpay provider.

#[cfg(feature = "simulator")]
pub mod simulator;
