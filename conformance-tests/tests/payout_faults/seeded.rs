//! The usual mistakes, made on purpose in the client that a provider sends by: the measurement
//! has to find each of them.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use conformance_tests::proxy::{Fault, When};
use http::Response;
use payments_core::transport::{Call, HttpClient, Transport, TransportError, TransportErrorKind};

use super::hpay::HPay;
use super::laws::broken;
use super::measure::{Client, measure};

/// Sends again what has got no whole answer.
struct Hasty(HttpClient);

#[async_trait]
impl Transport for Hasty {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        match self.0.send(call.clone()).await {
            Err(_) => self.0.send(call).await,
            answered => answered,
        }
    }
}

/// Says of every lost answer that nothing was sent.
struct Hopeful(HttpClient);

#[async_trait]
impl Transport for Hopeful {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let lost = |_| TransportError::new(TransportErrorKind::NotSent, "hoped for");
        self.0.send(call).await.map_err(lost)
    }
}

/// What the measurement says of a payout by such a client, law by law.
async fn found(client: Client) -> String {
    let row = measure::<HPay>(Some(Fault::Reset(When::AfterBooking)), client).await;
    broken(&row).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_client_that_sends_again_is_found() {
    let found = found(|client| Arc::new(Hasty(client))).await;
    assert!(found.contains("a payout is sent once"), "{found}");
    assert!(found.contains("the ledger has one booking"), "{found}");
    assert!(found.contains("bookings: 2"), "{found}");
    assert!(found.contains("Several(2)"), "{found}");
}

#[tokio::test]
async fn a_client_that_takes_a_reset_for_a_refused_connection_is_found() {
    let found = found(|client| Arc::new(Hopeful(client))).await;
    assert!(found.starts_with("an error says that nothing was sent"), "{found}");
    assert_eq!(found.lines().count(), 1, "{found}");
}
