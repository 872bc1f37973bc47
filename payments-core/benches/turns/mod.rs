//! Measures work in turns, one after the other, so that a slow moment affects all of it alike.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// The number of turns of each piece of work.
const TURNS: usize = 201;

/// Returns the median time of a turn of each. A turn calls the work `calls` times.
pub(crate) fn in_turns<const N: usize>(calls: u32, work: [&dyn Fn() -> usize; N]) -> [Duration; N] {
    let mut times = work.map(|_| Vec::with_capacity(TURNS));
    for _ in 0..TURNS {
        for (work, times) in work.iter().zip(&mut times) {
            let start = Instant::now();
            for _ in 0..calls {
                black_box(work());
            }
            times.push(start.elapsed());
        }
    }
    times.map(|mut times| {
        times.sort_unstable();
        times.get(TURNS / 2).copied().unwrap_or_default()
    })
}

/// Returns a ratio with two decimals, without floating point.
pub(crate) fn ratio(time: Duration, beside: Duration) -> String {
    let hundredths = time.as_nanos() * 100 / beside.as_nanos().max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
