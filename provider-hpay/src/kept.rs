//! A cache of responses, each requested only once while it is kept.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use payments_core::{Clock, Result, SingleFlight, Timestamp};

/// Responses by their keys, each kept until a given time. Concurrent callers with one key wait for
/// the same response, which is kept even if they all drop their calls. Errors are not kept.
pub(crate) struct Kept<K, T>(Arc<Inner<K, T>>);

struct Inner<K, T> {
    clock: Arc<dyn Clock>,
    /// The maximum number of responses to keep. When there are more, the one that expires first is
    /// dropped.
    most: usize,
    answers: Mutex<HashMap<K, (T, Timestamp)>>,
    asking: SingleFlight<K, T>,
}

impl<K, T> Kept<K, T>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    T: Clone + Send + Sync + 'static,
{
    pub(crate) fn new(clock: Arc<dyn Clock>, most: usize) -> Self {
        let (answers, asking) = (Mutex::default(), SingleFlight::default());
        Self(Arc::new(Inner { clock, most, answers, asking }))
    }

    /// Returns the kept response, or else the one that `ask` returns together with the time until
    /// which it is kept.
    ///
    /// # Errors
    /// Returns the errors of `ask`, and `Unavailable` if its runtime ended twice.
    pub(crate) async fn get<A>(&self, key: K, ask: impl Fn() -> A) -> Result<T>
    where
        A: Future<Output = Result<(T, Timestamp)>> + Send + 'static,
    {
        if let Some(answer) = self.0.recall(&key) {
            return Ok(answer);
        }
        let begin = || {
            let (inner, key, asked) = (Arc::clone(&self.0), key.clone(), ask());
            async move {
                // Another caller's response may have arrived since this caller looked.
                if let Some(answer) = inner.recall(&key) {
                    return Ok(answer);
                }
                let (answer, until) = asked.await?;
                inner.keep(key, answer.clone(), until);
                Ok(answer)
            }
        };
        self.0.asking.run(key.clone(), begin).await
    }

    /// Removes the response to `key` if `is` returns `true` for it.
    pub(crate) fn forget(&self, key: &K, is: impl FnOnce(&T) -> bool) {
        let mut answers = self.0.lock();
        if answers.get(key).is_some_and(|(answer, _)| is(answer)) {
            answers.remove(key);
        }
    }
}

impl<K: Clone + Eq + Hash, T: Clone> Inner<K, T> {
    fn recall(&self, key: &K) -> Option<T> {
        let now = self.clock.now();
        let answers = self.lock();
        let (answer, until) = answers.get(key)?;
        (now < *until).then(|| answer.clone())
    }

    fn keep(&self, key: K, answer: T, until: Timestamp) {
        let now = self.clock.now();
        let mut answers = self.lock();
        if answers.len() >= self.most {
            answers.retain(|_, (_, until)| now < *until);
        }
        if answers.len() >= self.most {
            let first = answers.iter().min_by_key(|(_, (_, until))| *until);
            if let Some(first) = first.map(|(key, _)| key.clone()) {
                answers.remove(&first);
            }
        }
        answers.insert(key, (answer, until));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, (T, Timestamp)>> {
        // The code under the lock cannot panic.
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use payments_core::{Error, ManualClock};

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(seconds)
    }

    /// Returns the kept response, or else this one, to be kept until its time.
    fn get(kept: &Kept<u32, u32>, key: u32, answer: Result<(u32, Timestamp)>) -> Option<u32> {
        let asked = kept.get(key, || std::future::ready(answer.clone()));
        asked.now_or_never().unwrap().ok()
    }

    #[test]
    fn an_answer_is_kept_until_its_time_and_an_error_is_not() {
        let clock = ManualClock::at(at(0));
        let kept = Kept::new(Arc::new(clock.clone()), 8);
        assert_eq!(get(&kept, 1, Err(Error::unsupported("x"))), None);
        assert_eq!(get(&kept, 1, Ok((10, at(60)))), Some(10));
        assert_eq!(get(&kept, 2, Ok((20, at(60)))), Some(20), "each key has its own");
        clock.advance(std::time::Duration::from_secs(59));
        assert_eq!(get(&kept, 1, Ok((11, at(120)))), Some(10));
        clock.advance(std::time::Duration::from_secs(1));
        assert_eq!(get(&kept, 1, Ok((12, at(120)))), Some(12));
    }

    #[test]
    fn only_the_answer_that_is_named_is_forgotten() {
        let kept = Kept::new(Arc::new(ManualClock::at(at(0))), 8);
        get(&kept, 1, Ok((10, at(60))));
        kept.forget(&1, |answer| *answer == 9);
        assert_eq!(get(&kept, 1, Ok((11, at(60)))), Some(10));
        kept.forget(&1, |answer| *answer == 10);
        assert_eq!(get(&kept, 1, Ok((11, at(60)))), Some(11));
    }

    #[test]
    fn the_answer_that_ends_first_makes_room() {
        let clock = ManualClock::at(at(0));
        let kept = Kept::new(Arc::new(clock.clone()), 2);
        get(&kept, 1, Ok((10, at(50))));
        get(&kept, 2, Ok((20, at(40))));
        get(&kept, 3, Ok((30, at(60))));
        let keys = |kept: &Kept<u32, u32>| {
            let mut keys: Vec<u32> = kept.0.lock().keys().copied().collect();
            keys.sort_unstable();
            keys
        };
        assert_eq!(keys(&kept), [1, 3]);
        clock.advance(std::time::Duration::from_secs(60));
        get(&kept, 4, Ok((40, at(90))));
        assert_eq!(keys(&kept), [4], "what has ended is forgotten first");
    }
}
