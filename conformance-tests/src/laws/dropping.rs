//! A provider stays usable after a call is dropped or a runtime ends.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use crate::{
    Flaw, Start,
    fixture::Fixture,
    flaw::InFlaw as _,
    law::Passed,
    operations::{PreparedCall, offered_calls, offered_inquiries, offered_instructions},
};

/// A number larger than that of the awaits in any call.
const MOST_AWAITS: u32 = 200;

pub(super) async fn dropped(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    for (each, operation) in (0..).zip(offered_instructions(&fixture.provider)) {
        for awaits in 1..MOST_AWAITS {
            let number = each * MOST_AWAITS + awaits;
            let instruction = PreparedCall::ready(&fixture, operation, number).await?;
            let before = instruction.done(&fixture).await;
            let finished = dropped_after(awaits, instruction.carry_out(&fixture.provider)).await;
            fixture.proxy.settled().await;
            let after = instruction.done(&fixture).await;
            let found = format!("carried out {} times", after - before);
            Flaw::unless(after - before <= 1, "carried out once at most", found)
                .in_call(operation)?;
            if finished.is_some() {
                break;
            }
        }
        let next = PreparedCall::ready(&fixture, operation, (each + 1) * MOST_AWAITS - 1).await?;
        next.succeed(&fixture).await?;
    }
    for (each, operation) in (5_000..).zip(offered_inquiries(&fixture.provider)) {
        let inquiry = PreparedCall::ready(&fixture, operation, each).await?;
        for awaits in 1..MOST_AWAITS {
            if dropped_after(awaits, inquiry.ask(&fixture.provider)).await.is_some() {
                break;
            }
        }
        inquiry.answer(&fixture.provider).await?;
    }
    Ok(Passed::if_any(offered_calls(&fixture.provider).next().is_some()))
}

/// Polls a future this many times and then drops it. Returns its result if it was ready before.
async fn dropped_after<F: Future>(polls: u32, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending if left <= 1 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

pub(super) async fn two_runtimes(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let inquiry = match offered_inquiries(&fixture.provider).next() {
        Some(operation) => PreparedCall::ready(&fixture, operation, 1).await?,
        None => return Ok(Passed::NotApplicable),
    };
    let operation = inquiry.operation;
    // The first runtime that the provider uses is one of those that end.
    let provider = fixture.unconnected()?;
    for which in ["the first runtime", "the second runtime"] {
        let (inquiry, provider) = (inquiry.clone(), provider.clone());
        let call = move || async move { inquiry.answer(&provider).await.map(drop) };
        let answered = in_a_runtime_of_its_own(false, call).await.and_then(|answered| answered);
        answered.map_err(|flaw| flaw.in_call(operation).with_ledger(format!("in {which}")))?;
    }
    // Carries out an instruction in a third runtime.
    if let Some(operation) = offered_instructions(&fixture.provider).next() {
        let instruction = PreparedCall::ready(&fixture, operation, 2).await?;
        let call = move || async move { instruction.carry_out(&provider).await };
        let outcome = in_a_runtime_of_its_own(false, call).await?;
        outcome.accepted().in_call(operation)?;
    }
    Ok(Passed::Tested)
}

/// Makes a call in another runtime. If time is `paused` there, it passes only while the call waits.
pub(super) async fn in_a_runtime_of_its_own<F: Future<Output: Send + 'static>>(
    paused: bool,
    call: impl FnOnce() -> F + Send + 'static,
) -> Result<F::Output, Flaw> {
    let made = tokio::task::spawn_blocking(move || {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(paused).build();
        runtime.map(|runtime| runtime.block_on(call()))
    });
    let made = made.await.map_err(|error| Flaw::new("a response in another runtime", error))?;
    made.map_err(|error| Flaw::new("a runtime", error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Operation;

    #[tokio::test]
    async fn a_future_is_dropped_after_so_many_polls() {
        let twice = || async {
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
        };
        assert_eq!(dropped_after(2, twice()).await, None);
        assert_eq!(dropped_after(3, twice()).await, Some(()));
    }

    #[test]
    fn an_operation_has_its_own_numbers() {
        assert!(u32::try_from(Operation::instructions().count()).unwrap() * MOST_AWAITS < 5_000);
    }
}
