//! The sepay provider.

#[cfg(feature = "simulator")]
pub mod simulator;
