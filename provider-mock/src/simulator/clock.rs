//! A clock that the gateway and its provider share.

use payments_core::Timestamp;
use simulator_kit::Clock;

/// A simulator's clock as a clock of the core.
#[derive(Clone, Debug)]
pub(super) struct SharedClock(pub(super) Clock);

impl payments_core::Clock for SharedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.unix_seconds())
    }
}
