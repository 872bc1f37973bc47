//! The simulated gateways of this workspace's providers, for [`CommandLine::with_simulator`].
//!
//! [`CommandLine::with_simulator`]: crate::CommandLine::with_simulator

#[cfg(feature = "hpay")]
mod hpay;
#[cfg(feature = "mock")]
mod mock;
#[cfg(feature = "payos")]
mod payos;
#[cfg(feature = "sepay")]
mod sepay;

#[cfg(feature = "hpay")]
pub use hpay::hpay;
#[cfg(feature = "mock")]
pub use mock::mock;
#[cfg(feature = "payos")]
pub use payos::payos;
#[cfg(feature = "sepay")]
pub use sepay::sepay;
