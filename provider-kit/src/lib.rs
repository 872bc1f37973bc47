//! The parts of which a provider crate is built, in addition to the roles of [`payments_core`].
//!
//! A provider is a crate that speaks to one gateway. An app does not use this crate: it depends on
//! `payments`, and the engine on [`payments_core`] only.
//!
//! - [`config`]: reads a provider's configuration and reports all its problems at once.
//! - [`registry`]: the provider crates by kind, and [`register!`], with which a crate registers itself.
//! - [`transport`]: HTTP requests, each declared as an instruction or an inquiry, with retries, rate
//!   limits and deadlines, and with errors that tell whether anything was sent.
//! - [`signature`]: signature formulas as data, and RSA keys.
//! - [`wire`]: amounts in the formats of gateways.
//! - [`payment_code`]: the codes in transfer memos by which credits find their orders.
//! - [`reading`]: interpretations of a gateway's documents that no gateway has confirmed.
//!
//! # Features
//!
//! | feature | makes available |
//! |---|---|
//! | `reqwest` | [`transport::HttpClient`]; without it the crate has no HTTP client and no TLS |
//! | `reqwest-without-tls` | the same without TLS, for gateways on loopback, as in tests |
//! | `inventory` | [`registry::Registry::linked`] |
//! | `rsa` | RSA keys and signatures; without it the error names this feature |
//! | `aws-lc` | the signer that [`signature::rsa::SignerKind::AwsLc`] selects |

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod config;
pub mod payment_code;
pub mod reading;
pub mod registry;
pub mod signature;
pub mod transport;
pub mod wire;

#[doc(hidden)]
#[cfg(feature = "inventory")]
pub use inventory;
