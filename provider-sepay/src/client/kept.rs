//! A cache for one value.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::lock;
use payments_core::{Clock, Result, Timestamp};

/// A cache for the last response to an inquiry, which expires by the injected clock. Concurrent
/// callers share one request. Errors are not cached.
pub(crate) struct Kept<T> {
    clock: Arc<dyn Clock>,
    keep: Duration,
    value: Mutex<Option<(Timestamp, Arc<T>)>>,
    asking: lock::Mutex<()>,
}

impl<T> Kept<T> {
    pub(crate) fn new(clock: Arc<dyn Clock>, keep: Duration) -> Self {
        Self { clock, keep, value: Mutex::new(None), asking: lock::Mutex::default() }
    }

    /// Returns the cached value, or the result of `ask`.
    pub(crate) async fn get(&self, ask: impl Future<Output = Result<T>>) -> Result<Arc<T>> {
        if let Some(kept) = self.kept() {
            return Ok(kept);
        }
        let _alone = self.asking.lock().await;
        if let Some(kept) = self.kept() {
            return Ok(kept);
        }
        let now = self.clock.now();
        let value = Arc::new(ask.await?);
        *self.value() = Some((now, Arc::clone(&value)));
        Ok(value)
    }

    fn kept(&self) -> Option<Arc<T>> {
        let value = self.value();
        let (at, value) = value.as_ref()?;
        (self.clock.now().distance(*at) < self.keep).then(|| Arc::clone(value))
    }

    fn value(&self) -> MutexGuard<'_, Option<(Timestamp, Arc<T>)>> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes the cached value.
    pub(crate) fn clear(&self) {
        *self.value() = None;
    }
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use futures_util::{FutureExt, future::join};
    use payments_core::{Error, ManualClock};

    use super::*;

    #[test]
    fn a_value_is_kept_for_its_time_and_an_error_is_not() {
        let clock = ManualClock::at(Timestamp::from_unix(0));
        let kept = Kept::new(Arc::new(clock.clone()), Duration::from_secs(60));
        let get = |answer: Result<u8>| {
            kept.get(async { answer }).now_or_never().unwrap().map(|value| *value).ok()
        };
        assert_eq!(get(Err(Error::unsupported("x"))), None);
        assert_eq!(get(Ok(1)), Some(1));
        clock.advance(Duration::from_secs(59));
        assert_eq!(get(Ok(2)), Some(1));
        clock.advance(Duration::from_secs(1));
        assert_eq!(get(Ok(3)), Some(3));
        kept.clear();
        assert_eq!(get(Ok(4)), Some(4));
    }

    #[test]
    fn who_come_together_ask_once() {
        let clock = ManualClock::at(Timestamp::from_unix(0));
        let kept = Kept::new(Arc::new(clock), Duration::from_secs(60));
        let mut was_asked = false;
        let first = kept.get(std::future::poll_fn(move |_| {
            match std::mem::replace(&mut was_asked, true) {
                true => Poll::Ready(Ok(1)),
                false => Poll::Pending,
            }
        }));
        let second = kept.get(async { Ok(2_u8) });
        let mut both = Box::pin(join(first, second));
        assert!(both.as_mut().now_or_never().is_none());
        let (first, second) = both.now_or_never().unwrap();
        assert_eq!((*first.unwrap(), *second.unwrap()), (1, 1));
    }
}
