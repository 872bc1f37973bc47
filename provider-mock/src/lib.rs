//! An imaginary gateway: every role in memory with a ledger, for tests and sandboxes.
//!
//! [`MockGateway`] is the imaginary gateway: it opens payments and virtual accounts, pays out,
//! keeps a ledger, and signs its notifications and responses. It is deterministic: the same seed
//! and clock give the same bytes. [`MockGateway::provider`] returns the merchant's side, with every
//! role of [`payments_core`]. It reaches the gateway in memory. With feature `simulator` the same
//! client reaches the same gateway over HTTP.
//!
//! Its faults can be scripted, so that an app can test its handling of uncertain outcomes:
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! use payments_core::{Lookup, PayoutRef, Submission, money::Money, payout::*};
//! use payments_core::bank::{AccountNumber, BankAccount, Bin};
//! use provider_mock::{MockGateway, Scripted, Settings};
//!
//! let gateway = MockGateway::new(Settings::test())?;
//! let provider = gateway.provider("mock")?;
//! let payouts = provider.payouts()?;
//!
//! // The gateway books the next payout, and its answer is lost.
//! gateway.next_payout(Scripted::lost_after_booking())?;
//!
//! let account = BankAccount::new(Bin::new("970436")?, AccountNumber::new("0071001234567")?);
//! let beneficiary = Beneficiary::new(account, "NGUYEN VAN A")?;
//! let payout = PayoutRef::new("salary-2026-11")?;
//! let request = CreatePayout::new(payout.clone(), Money::vnd(50_000), beneficiary)?;
//! match payouts.create_payout(&request).await? {
//!     Submission::Uncertain(_) => {
//!         // Ask; never send it again.
//!         let Lookup::Found(found) = payouts.find_payout(&payout).await? else { panic!() };
//!         assert_eq!(found.state, PayoutState::Pending);
//!         assert_eq!(gateway.bookings().len(), 1);
//!     }
//!     other => panic!("{other:?}"),
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! # Where to read on
//!
//! [`gateway`] is the gateway and its control, [`wire`] its protocol, [`formula`] its signatures,
//! [`REGISTRATION`] its configuration.
//!
//! # Features
//!
//! | feature | makes available |
//! |---|---|
//! | `simulator` | `simulator`: the gateway on loopback, over HTTP |
//! | `inventory` | registration at link time |
//! | `seeded-bugs` | `bug`: mistakes that the conformance suite must find |

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "seeded-bugs")]
pub mod bug;
pub mod formula;
pub mod gateway;
#[cfg(feature = "simulator")]
pub mod simulator;
pub mod wire;

mod memory;
mod provider;
mod registration;
mod rules;

pub use gateway::{
    Booking, BookingKind, ControlError, EventSignature, LoggedRequest, MockGateway, Payers,
    PayoutOutcome, PayoutStart, Scripted, Settings, When,
};
pub use registration::{KIND, REGISTRATION};
pub use wire::{Operation, RefusalCode};
