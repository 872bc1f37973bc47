//! The time limits for the instructions of one provider.

use std::time::Duration;

use payments_core::rules::AbsenceRule;

/// Time limits for the instructions of one provider, and the rule by which an absence ends a
/// payout.
///
/// Durations are rounded down to whole seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How long after its permit an instruction may still be written. The default is 30 s.
    pub send_within: Duration,
    /// How long after the end of a permit the gateway may still book an instruction that its
    /// inquiry does not show. The default is 5 min.
    pub quiet: Duration,
    /// How long a call waits for the outcome of the same instruction under way elsewhere. The
    /// default is 60 s.
    pub wait: Duration,
    /// How long the engine tries to send a payout that was handed over. The default is 24 h.
    pub send_for: Duration,
    /// How long the engine inquires about an instruction whose outcome is unknown before it opens a
    /// case for a person, unless the provider's inquiry window is shorter. The default is 24 h.
    pub ask_for: Duration,
    /// The rule by which an absence is conclusive, or `None` to use that of the provider's
    /// capabilities.
    pub absence: Option<AbsenceRule>,
    /// How many handed-over payouts are sent at the same time. The default is 8.
    pub at_once: usize,
    /// The number of consecutive instructions that end uncertain, or with a refusal of the
    /// merchant's credentials, after which permits are held until the provider responds to an
    /// inquiry. The default is 3.
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
    /// Returns how long an instruction is sent by the call that recorded it. After it, the engine
    /// closes the instruction as not sent if no permit was taken.
    pub(crate) fn waited_for(&self) -> Duration {
        self.wait + self.send_within
    }

    /// Sets how long after its permit an instruction may still be written.
    #[must_use]
    pub fn with_send_within(mut self, time: Duration) -> Self {
        self.send_within = time;
        self
    }

    /// Sets how long after the end of a permit the gateway may still book the instruction.
    #[must_use]
    pub fn with_quiet(mut self, time: Duration) -> Self {
        self.quiet = time;
        self
    }

    /// Sets how long a call waits for the same instruction under way elsewhere.
    #[must_use]
    pub fn with_wait(mut self, time: Duration) -> Self {
        self.wait = time;
        self
    }

    /// Sets how long the engine tries to send a payout that was handed over.
    #[must_use]
    pub fn with_send_for(mut self, time: Duration) -> Self {
        self.send_for = time;
        self
    }

    /// Sets how long the engine inquires about an instruction whose outcome is unknown before it
    /// opens a case for a person.
    #[must_use]
    pub fn with_ask_for(mut self, time: Duration) -> Self {
        self.ask_for = time;
        self
    }

    /// Sets the rule by which an absence is conclusive.
    ///
    /// With [`AbsenceRule::Never`], a person has to decide about every payout that the gateway
    /// never received. A rule that is not true of the gateway ends payouts as failed that may still
    /// be paid.
    #[must_use]
    pub fn with_absence(mut self, rule: AbsenceRule) -> Self {
        self.absence = Some(rule);
        self
    }

    /// Sets the number of consecutive failed instructions after which permits are held; at least
    /// one. With a large number, every payout sent during an outage becomes uncertain.
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
