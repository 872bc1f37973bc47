//! Tools for the tests of your own app: a mock provider with a scripted gateway behind it, and
//! functions that make signed deliveries.
//!
//! Test uncertain outcomes: what does your app do if it cannot know whether a payout was made?
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
//! Like HPay, the mock pays a repeated payout again, whatever its amount: if a program sends one
//! reference twice, there are two payouts here, and `find_payout` returns
//! [`Lookup::Several`](crate::Lookup::Several). For a gateway that returns the first payout or
//! refuses the second, use [`Settings::with_payout_repeat`] and [`Mock::with`]. Unlike
//! [`Mock::new`], [`Settings::test`] makes a mock that returns the first.
//!
//! Make deliveries with `payments::hpay::testing` and `payments::sepay::testing`, and with
//! [`MockGateway::take_notifications`] for the mock.

use std::sync::Arc;
use std::time::Duration;

use payments_core::{ManualClock, Result, Timestamp, rules::Repeat};
pub use provider_mock::{
    Booking, BookingKind, MockGateway, PayoutOutcome, PayoutStart, Scripted, Settings, When,
};

use crate::Payments;

/// A hub with one provider, `mock`, and the scripted gateway behind it, in memory. Its clock stands
/// still until [`advance`](Self::advance) moves it.
#[derive(Clone, Debug)]
pub struct Mock {
    gateway: MockGateway,
    payments: Payments,
    clock: ManualClock,
}

impl Mock {
    /// Creates a mock with the settings for tests, except that it pays a repeated payout again. Its
    /// clock shows noon of 1 January 2026 in Vietnam.
    ///
    /// # Errors
    /// Does not happen with these settings.
    pub fn new() -> Result<Self> {
        Self::with(Settings::test().with_payout_repeat(Repeat::PaysAgain))
    }

    /// Creates a mock with these settings, but with a clock that stands still.
    ///
    /// # Errors
    /// Returns [`Configuration`](crate::ErrorKind::Configuration) if a setting cannot be used.
    pub fn with(settings: Settings) -> Result<Self> {
        let clock = ManualClock::at(Timestamp::from_unix(1_767_243_600));
        let gateway = MockGateway::new(settings.with_clock(Arc::new(clock.clone())))?;
        let provider = gateway.provider("mock")?;
        let payments = Payments::new([provider], Arc::new(clock.clone()))?;
        Ok(Self { gateway, payments, clock })
    }

    /// Returns the hub for your app.
    pub fn payments(&self) -> &Payments {
        &self.payments
    }

    /// Returns the scripted gateway. It plays buyers and banks, scripts faults, and has a ledger to
    /// compare with.
    pub fn gateway(&self) -> &MockGateway {
        &self.gateway
    }

    /// Moves the clock forward, for your app and for the gateway.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }
}
