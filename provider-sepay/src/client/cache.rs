//! One value, kept for a while.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use payments_core::{Clock, Result, Timestamp};

/// The last answer to an inquiry, kept for a while by the injected clock. It is one value, however
/// often it is asked for; errors are not kept.
pub(crate) struct Cached<T> {
    clock: Arc<dyn Clock>,
    keep: Duration,
    value: Mutex<Option<(Timestamp, Arc<T>)>>,
}

impl<T> Cached<T> {
    pub(crate) fn new(clock: Arc<dyn Clock>, keep: Duration) -> Self {
        Self { clock, keep, value: Mutex::new(None) }
    }

    /// The kept value, or what `ask` answers.
    pub(crate) async fn get(&self, ask: impl Future<Output = Result<T>>) -> Result<Arc<T>> {
        let now = self.clock.now();
        if let Some((at, value)) = &*self.value.lock().unwrap_or_else(PoisonError::into_inner)
            && now.distance(*at) < self.keep
        {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(ask.await?);
        *self.value.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((now, Arc::clone(&value)));
        Ok(value)
    }

    /// Forgets the kept value.
    pub(crate) fn clear(&self) {
        *self.value.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use payments_core::{Error, ManualClock};

    use super::*;

    #[test]
    fn a_value_is_kept_for_its_time_and_an_error_is_not() {
        let clock = ManualClock::at(Timestamp::from_unix(0));
        let cached = Cached::new(Arc::new(clock.clone()), Duration::from_secs(60));
        let get = |answer: Result<u8>| {
            cached.get(async { answer }).now_or_never().unwrap().map(|value| *value).ok()
        };
        assert_eq!(get(Err(Error::unsupported("x"))), None);
        assert_eq!(get(Ok(1)), Some(1));
        clock.advance(Duration::from_secs(59));
        assert_eq!(get(Ok(2)), Some(1));
        clock.advance(Duration::from_secs(1));
        assert_eq!(get(Ok(3)), Some(3));
        cached.clear();
        assert_eq!(get(Ok(4)), Some(4));
    }
}
