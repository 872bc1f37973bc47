//! The time limits for writing an instruction.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use provider_kit::transport::{
    BootInstant, Departure, DepartureDecision, Transport, TransportErrorKind,
};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::Instant;

use crate::gateway::{Gateway, Journal, WIRES, settings};

/// Returns a body that does not fit into the buffers of a loopback connection.
fn large() -> Vec<u8> {
    vec![b'x'; 32 * 1024 * 1024]
}

/// Starts a gateway that reads one byte, reports it, waits for a permit, and then reads the rest.
async fn slow(wire: crate::gateway::Wire) -> (Gateway, Arc<Semaphore>, Arc<Semaphore>) {
    let (begun, go_on) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (reports, waits) = (Arc::clone(&begun), Arc::clone(&go_on));
    let gateway = Gateway::start(wire, move |mut connection| {
        let (reports, waits) = (Arc::clone(&reports), Arc::clone(&waits));
        async move {
            connection.read_one().await;
            reports.add_permits(1);
            waits.acquire().await.unwrap().forget();
            connection.drain().await;
            reports.add_permits(1);
        }
    })
    .await;
    (gateway, begun, go_on)
}

async fn wait(semaphore: &Semaphore) {
    semaphore.acquire().await.unwrap().forget();
}

#[tokio::test]
async fn nothing_is_written_after_not_after() {
    for wire in WIRES {
        let mut window = Duration::from_millis(500);
        // On a busy machine a window can end before the first byte; then a longer one is tried.
        while !ends_in_the_middle_of(wire, window).await {
            window *= 4;
        }
    }
}

/// Sends an instruction that may be written for `window`, and checks that nothing is written after
/// it. Returns `false` if nothing was written within the window.
async fn ends_in_the_middle_of(wire: crate::gateway::Wire, window: Duration) -> bool {
    let (gateway, reports, go_on) = slow(wire).await;
    let not_after = BootInstant::now().saturating_add(window);
    let journal = Arc::new(Journal::new(DepartureDecision::Go { not_after }));
    let call = gateway.instruction(large()).with_departure(journal.clone());
    let client = gateway.client();
    let mut sent = tokio::spawn(async move { client.send(call).await });
    tokio::select! {
        biased;
        () = wait(&reports) => {}
        _ = &mut sent => return false,
    }
    while BootInstant::now() <= not_after {
        tokio::time::sleep(BootInstant::now().until(not_after)).await;
    }
    let before = journal.wrote();
    go_on.add_permits(1);
    let error = sent.await.unwrap().unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::TimedOut, "{wire:?}: {error:?}");
    assert_eq!(journal.wrote(), before, "{wire:?}: bytes before and after not_after");
    wait(&reports).await;
    assert!(gateway.read() <= before, "{wire:?}: read {} of {before}", gateway.read());
    assert!(before < large().len() as u64, "{wire:?}: the body fits into the buffers");
    true
}

#[tokio::test]
async fn a_dropped_instruction_writes_no_more() {
    for wire in WIRES {
        let (gateway, reports, go_on) = slow(wire).await;
        let journal = Arc::new(Journal::default());
        let call = gateway.instruction(large()).with_departure(journal.clone());
        let client = gateway.client();
        let sent = tokio::spawn(async move { client.send(call).await });
        wait(&reports).await;
        sent.abort();
        assert!(sent.await.unwrap_err().is_cancelled());
        let before = journal.wrote();
        go_on.add_permits(1);
        wait(&reports).await;
        assert_eq!(journal.wrote(), before, "{wire:?}: bytes before and after the drop");
        assert!(gateway.read() <= before, "{wire:?}: read {} of {before}", gateway.read());
    }
}

#[tokio::test]
async fn an_instruction_without_an_answer_ends_at_the_deadline_of_the_call_or_its_own() {
    for wire in WIRES {
        let gateway = Gateway::start(wire, |mut connection| async move {
            connection.drain().await;
        })
        .await;
        let short = settings().with_timeout(Duration::from_millis(200));
        let by_itself = gateway.builder(short).build().unwrap();
        let error = by_itself.send(gateway.instruction("pay")).await.unwrap_err();
        assert_eq!(error.kind, TransportErrorKind::TimedOut, "{wire:?}: {error:?}");
        let call =
            gateway.instruction("pay").with_deadline(Instant::now() + Duration::from_millis(200));
        let error = gateway.client().send(call).await.unwrap_err();
        assert_eq!(error.kind, TransportErrorKind::TimedOut, "{wire:?}: {error:?}");
        let inquiry = gateway.inquiry().with_deadline(Instant::now() + Duration::from_millis(200));
        let error = gateway.client().send(inquiry).await.unwrap_err();
        assert_eq!(error.kind, TransportErrorKind::TimedOut, "{wire:?}: {error:?}");
        let late = gateway.instruction("pay").with_deadline(Instant::now());
        let connections = gateway.connections();
        let error = gateway.client().send(late).await.unwrap_err();
        assert_eq!(error.kind, TransportErrorKind::NotSent, "{wire:?}: {error:?}");
        assert_eq!(gateway.connections(), connections, "{wire:?}: no connection for it");
    }
}

/// A departure that waits until it is released.
struct Slow(std::sync::Mutex<Option<oneshot::Receiver<()>>>);

#[async_trait]
impl Departure for Slow {
    async fn depart(&self) -> DepartureDecision {
        let receiver = self.0.lock().unwrap().take();
        receiver.expect("asked once").await.unwrap();
        let not_after = BootInstant::now().saturating_add(Duration::from_secs(3600));
        DepartureDecision::Go { not_after }
    }

    fn wrote(&self, bytes: u64) {
        panic!("{bytes} bytes were written after the deadline of the call");
    }
}

#[tokio::test]
async fn a_departure_is_waited_for_beyond_the_deadline_and_nothing_leaves_after_it() {
    for wire in WIRES {
        let gateway = Gateway::start(wire, |mut connection| async move {
            connection.drain().await;
        })
        .await;
        let (go, waits) = oneshot::channel();
        let deadline = Instant::now() + Duration::from_millis(200);
        let call = gateway
            .instruction("pay")
            .with_deadline(deadline)
            .with_departure(Arc::new(Slow(std::sync::Mutex::new(Some(waits)))));
        let client = gateway.client();
        let sent = tokio::spawn(async move { client.send(call).await });
        tokio::time::sleep_until(deadline + Duration::from_millis(20)).await;
        assert!(!sent.is_finished(), "{wire:?}: the departure was dropped");
        go.send(()).unwrap();
        let error = sent.await.unwrap().unwrap_err();
        assert_eq!(error.kind, TransportErrorKind::NotSent, "{wire:?}: {error:?}");
        assert_eq!(gateway.read(), 0, "{wire:?}");
    }
}
