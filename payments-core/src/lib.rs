//! The core of the payments framework: one set of traits for all payment gateways.
//!
//! A *provider* is the implementation for one payment gateway, in a crate of its own. It has one or
//! more roles: [`PaymentProvider`] opens payments, [`VirtualAccountProvider`] receives money on
//! account numbers, [`PayoutProvider`] pays out money, [`StatementProvider`] lists the movements of
//! accounts, and [`NotificationReceiver`] checks the gateway's notifications. No gateway's name
//! appears in this crate.
//!
//! Four rules apply everywhere:
//!
//! - **An [`Error`] means that nothing happened.** An instruction that may have been carried out
//!   returns a [`Submission`], which `?` cannot throw away.
//! - **Only proof ends a transaction.** A delivery is trusted as far as its
//!   [`Proof`](signature::Proof) covers it; the rest is confirmed by inquiry.
//! - **Money is exact.** [`Money`](money::Money) is a whole number of minor units: no floats, no
//!   rounding.
//! - **A provider declares its capabilities as data**, and a request beyond them is refused before
//!   anything is sent.
//!
//! ```
//! use payments_core::{OrderRef, Submission, money::Money, payment::*};
//!
//! async fn open(provider: &dyn PaymentProvider) -> payments_core::Result<()> {
//!     let request = CreatePayment::new(OrderRef::new("20260042")?, Money::vnd(50_000))?
//!         .with_description("Two coffees");
//!     match provider.create_payment(&request).await? {
//!         Submission::Accepted(payment) => println!("the buyer's next step: {:?}", payment.next),
//!         Submission::Declined(decline) if decline.is_confirmed() => println!("refused: {decline}"),
//!         // Nothing proves this refusal, so the payment may be open.
//!         Submission::Declined(_) | Submission::Uncertain(_) => println!("ask later with find_payment"),
//!     }
//!     Ok(())
//! }
//! # let _ = open;
//! ```
//!
//! # Where to read on
//!
//! The roles: [`payment`], [`virtual_account`], [`payout`], [`statement`], [`notification`]. Their
//! types: [`money`], [`bank`], [`rules`], [`step`]. The proof of who sent a delivery: [`signature`].
//! The limits that a journal sets for a call: [`transport`]. The other parts of which a provider
//! crate is built, such as HTTP, configuration and signature formulas, are in the crate
//! `provider-kit`.
//!
//! # Features
//!
//! | feature | makes available |
//! |---|---|
//! | `localized` | amounts formatted for people, in English and in Vietnamese |
//! | `metrics` | counters and histograms of calls and deliveries, through the `metrics` facade |

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod bank;
pub mod json;
pub mod money;
pub mod notification;
pub mod options;
pub mod payment;
pub mod payout;
pub mod rules;
pub mod signature;
pub mod statement;
pub mod step;
pub mod transport;
pub mod virtual_account;

mod credential;
mod credit_match;
mod dedupe_key;
mod environment;
mod error;
mod id;
mod layer;
mod listed;
mod lookup;
mod movement;
mod payment_code;
mod printable;
mod provider;
mod raw;
mod secret;
mod shared_credentials;
mod single_flight;
mod submission;
mod suspect;
mod time;
mod web_address;

pub use credit_match::{CreditMatch, match_credit};
pub use dedupe_key::{DedupeKey, StatedKey};
pub use environment::Environment;
pub use error::{Error, ErrorKind, Result};
pub use id::{
    AccountId, EndpointName, GatewayRef, OrderRef, PayoutRef, ProviderId, ProviderKind, RefundRef,
};
pub use listed::{Listed, UnreadableRow};
pub use lookup::{Absence, Lookup};
pub use movement::{Direction, Movement, SameMoney, same_credit};
pub use notification::NotificationReceiver;
pub use payment::PaymentProvider;
pub use payout::PayoutProvider;
pub use printable::{is_invisible, message as printable_message, printable};
pub use provider::{Provider, Role};
pub use raw::Raw;
pub use secret::{Secret, SecretBytes, SecretError};
pub use shared_credentials::shared_credentials;
pub use signature::Authenticity;
pub use single_flight::{SingleFlight, run_to_end};
pub use statement::StatementProvider;
pub use submission::{Decline, DeclineReason, NotAccepted, Submission, Uncertain, UncertainCause};
pub use suspect::Suspect;
pub use time::{Clock, ManualClock, SystemClock, Timestamp, TimestampError};
pub use virtual_account::VirtualAccountProvider;
pub use web_address::{check_page_address, check_web_address};
