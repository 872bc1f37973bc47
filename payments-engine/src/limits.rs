//! The times of one provider's payouts.

use std::time::Duration;

use payments_core::rules::AbsenceRule;

/// How long the payouts of one provider may take, and when an absence ends one.
///
/// Whole seconds count; a part of a second is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How long after its permit an instruction may still be written. 30 s unless set.
    pub send_within: Duration,
    /// How long after that the gateway may still book what it received, while an inquiry does not
    /// know it. 5 min unless set.
    pub quiet: Duration,
    /// How long a call waits for the outcome of the same payout under way elsewhere. 60 s unless
    /// set.
    pub wait: Duration,
    /// How long the engine tries to send what was handed over. 24 h unless set.
    pub send_for: Duration,
    /// How long an uncertain payout is asked about before a person is called, unless the provider's
    /// inquiry window is shorter. 24 h unless set.
    pub ask_for: Duration,
    /// When an absence is conclusive, in place of what the provider's capabilities say.
    pub absence: Option<AbsenceRule>,
    /// How many handed-over payouts are sent at the same time. 8 unless set.
    pub at_once: usize,
    /// After how many instructions in a row that end uncertain, or with a refusal of our
    /// credentials, no permit is given until the provider answers an inquiry. 3 unless set.
    pub hold_after: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            send_within: Duration::from_secs(30),
            quiet: Duration::from_secs(300),
            wait: Duration::from_secs(60),
            send_for: Duration::from_secs(24 * 3_600),
            ask_for: Duration::from_secs(24 * 3_600),
            absence: None,
            at_once: 8,
            hold_after: 3,
        }
    }
}

impl Limits {
    /// Sets how long after its permit an instruction may still be written.
    #[must_use]
    pub fn with_send_within(mut self, time: Duration) -> Self {
        self.send_within = time;
        self
    }

    /// Sets how long after that the gateway may still book it.
    #[must_use]
    pub fn with_quiet(mut self, time: Duration) -> Self {
        self.quiet = time;
        self
    }

    /// Sets how long a call waits for the same payout under way elsewhere.
    #[must_use]
    pub fn with_wait(mut self, time: Duration) -> Self {
        self.wait = time;
        self
    }

    /// Sets how long the engine tries to send what was handed over.
    #[must_use]
    pub fn with_send_for(mut self, time: Duration) -> Self {
        self.send_for = time;
        self
    }

    /// Sets how long an uncertain payout is asked about before a person is called.
    #[must_use]
    pub fn with_ask_for(mut self, time: Duration) -> Self {
        self.ask_for = time;
        self
    }

    /// Sets when an absence is conclusive.
    ///
    /// With [`AbsenceRule::Never`], every payout that the gateway never received ends with a
    /// person. A rule that is not true ends a payout as failed that may still be paid.
    #[must_use]
    pub fn with_absence(mut self, rule: AbsenceRule) -> Self {
        self.absence = Some(rule);
        self
    }

    /// Sets after how many instructions in a row that come to nothing permits are held; at least
    /// one. With a large number an hour of outage makes every payout of it uncertain.
    #[must_use]
    pub fn with_hold_after(mut self, in_a_row: u32) -> Self {
        self.hold_after = in_a_row.max(1);
        self
    }

    /// Sets how many handed-over payouts are sent at the same time; at least one.
    #[must_use]
    pub fn with_at_once(mut self, most: usize) -> Self {
        self.at_once = most.max(1);
        self
    }
}
