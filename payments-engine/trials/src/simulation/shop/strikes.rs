//! Faults of the commits of a shop.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use payments_engine::Fault;

/// A number of consecutive commits with a fault.
pub(super) struct Strike {
    /// The number of commits before them.
    pub(super) after: u64,
    pub(super) times: u64,
    pub(super) fault: Fault,
}

/// The commits with a fault, and what happened to them.
#[derive(Default)]
pub(super) struct Strikes {
    pub(super) next: Mutex<Option<Strike>>,
    pub(super) has_ended: AtomicBool,
    pub(super) unknown: AtomicBool,
}

impl Strikes {
    pub(super) fn strike(&self) -> Option<Fault> {
        let mut next = self.next.lock().unwrap();
        let Strike { after, times, fault } = next.as_mut()?;
        if *after > 0 {
            *after -= 1;
            return None;
        }
        *times -= 1;
        let (left, fault) = (*times, *fault);
        if left == 0 {
            *next = None;
        }
        match fault {
            Fault::EndsAfter | Fault::EndsBefore => self.has_ended.store(true, Ordering::SeqCst),
            Fault::LostAfter | Fault::LostBefore => self.unknown.store(true, Ordering::SeqCst),
            Fault::Refused => {}
        }
        Some(fault)
    }
}
