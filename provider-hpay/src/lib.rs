//! The hpay provider.
