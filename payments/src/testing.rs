//! For the tests of your own app: a mock provider with a scripted gateway behind it, and makers of
//! signed deliveries.
//!
//! Test uncertain outcomes: what does your app do if it is unknown whether a payout was made?
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! use payments::{PayoutRef, Submission, money::Money, payout::*, testing::Mock};
//! use payments::bank::{AccountNumber, BankAccount, Bin};
//! use payments::testing::Scripted;
//!
//! let mock = Mock::new()?;
//! mock.gateway().next_payout(Scripted::Uncertain)?;
//!
//! let account = BankAccount::new(Bin::new("970436")?, AccountNumber::new("0071001234567")?);
//! let beneficiary = Beneficiary::new(account, "NGUYEN VAN A")?;
//! let request = CreatePayout::new(PayoutRef::new("SALARY-7")?, Money::vnd(50_000), beneficiary)?;
//! let payouts = mock.payments().provider("mock")?.payouts()?;
//! let Submission::Uncertain(_) = payouts.create_payout(&request).await? else { panic!() };
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! The mock pays a repeated payout again, as HPay does, whatever its amount: a program that sends
//! one reference twice shows two payouts here, and `find_payout` returns
//! [`Lookup::Several`](crate::Lookup::Several). For a gateway that returns the first payout, or
//! refuses, use [`Settings::with_payout_repeat`] and [`Mock::with`]; unlike [`Mock::new`],
//! [`Settings::test`] returns the first.
//!
//! Deliveries are made by the providers: `payments::hpay::testing`, `payments::sepay::testing`, and
//! for the mock [`MockGateway::take_notifications`].

use std::sync::Arc;
use std::time::Duration;

use payments_core::{ManualClock, Result, Timestamp, rules::Repeat};
pub use provider_mock::{
    Booking, BookingKind, MockGateway, PayoutOutcome, PayoutStart, Scripted, Settings, When,
};

use crate::Payments;

/// A hub with one provider, `mock`, and the scripted gateway behind it, in memory. Its clock stands
/// still until it is moved.
#[derive(Clone, Debug)]
pub struct Mock {
    gateway: MockGateway,
    payments: Payments,
    clock: ManualClock,
}

impl Mock {
    /// A mock with the settings for tests that pays a repeated payout again, on 1 January 2026 at
    /// noon in Vietnam.
    ///
    /// # Errors
    /// None with these settings.
    pub fn new() -> Result<Self> {
        Self::with(Settings::test().with_payout_repeat(Repeat::PaysAgain))
    }

    /// A mock with these settings. Their clock is replaced by one that stands still.
    ///
    /// # Errors
    /// `Configuration` if a setting cannot be used.
    pub fn with(settings: Settings) -> Result<Self> {
        let clock = ManualClock::at(Timestamp::from_unix(1_767_243_600));
        let gateway = MockGateway::new(settings.with_clock(Arc::new(clock.clone())))?;
        let provider = gateway.provider("mock")?;
        let payments = Payments::new([provider], Arc::new(clock.clone()))?;
        Ok(Self { gateway, payments, clock })
    }

    /// The hub for your app.
    pub fn payments(&self) -> &Payments {
        &self.payments
    }

    /// The scripted gateway: it acts for buyers and banks, scripts faults, and has the ledger to
    /// compare with.
    pub fn gateway(&self) -> &MockGateway {
        &self.gateway
    }

    /// Moves time forward, for your app and for the gateway.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }
}
