//! The merchant's side: one route that receives every delivery and records the result.

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    response::Response,
    routing::any,
};
use bytes::Bytes;
use payments::{
    DedupeKey, Payments, ProviderId,
    notification::{Coverage, Delivery, Event, Outcome},
};

/// The largest accepted body of a delivery, in bytes.
const LARGEST_DELIVERY: usize = 64 * 1024;

/// A shop that listens on loopback.
pub(super) struct Shop {
    address: SocketAddr,
    state: Arc<Ledger>,
}

/// The result of one delivery.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// The trusted events that were not handled before.
    pub(super) events: Vec<Event>,
    /// The reasons why events were not trusted.
    pub(super) doubts: Vec<String>,
    /// Why the delivery was not trusted.
    pub(super) untrusted: Option<String>,
    /// The fields that the proof covers.
    pub(super) coverage: String,
    /// Whether all of its events were handled before.
    pub(super) repeated: bool,
    /// The key of its first event that moves money.
    pub(super) key: Option<DedupeKey>,
    /// The status of the reply.
    pub(super) status: u16,
}

#[derive(Default)]
struct Ledger {
    payments: OnceLock<Payments>,
    handled: Mutex<HashSet<(ProviderId, DedupeKey)>>,
    seen: Mutex<Vec<Seen>>,
}

impl Shop {
    pub(super) async fn open() -> std::io::Result<Self> {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Ledger::default());
        let router = Router::new()
            .route("/hooks/{provider}/{endpoint}", any(receive))
            // HPay appends this path to the address that the merchant registers.
            .route("/hooks/{provider}/va/callback", any(receive_callback))
            .with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, state })
    }

    /// Returns the address, without a slash at the end.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sets the providers, once.
    pub(super) fn stock(&self, payments: Payments) {
        let _ = self.state.payments.set(payments);
    }

    /// Removes and returns the results of the deliveries since the last call.
    pub(super) fn data(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.state.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn receive(
    State(state): State<Arc<Ledger>>,
    Path((provider, endpoint)): Path<(String, String)>,
    request: Request,
) -> Response {
    state.receive(&provider, &endpoint, request).await
}

async fn receive_callback(
    State(state): State<Arc<Ledger>>,
    Path(provider): Path<String>,
    request: Request,
) -> Response {
    state.receive(&provider, "va-callback", request).await
}

impl Ledger {
    async fn receive(&self, provider: &str, endpoint: &str, request: Request) -> Response {
        let (head, body) = request.into_parts();
        let Ok(body) = axum::body::to_bytes(body, LARGEST_DELIVERY).await else {
            return status(413);
        };
        let request = http::Request::from_parts(head, body);
        let Some(payments) = self.payments.get() else { return status(503) };
        let intake = match payments.receive(provider, endpoint, &Delivery::of(&request)).await {
            Ok(intake) => intake,
            Err(_) => return status(404),
        };
        let (mut events, mut repeats, mut keys) = (Vec::new(), 0, Vec::new());
        for event in &intake.events {
            let is_new = event.key().is_none_or(|key| self.first_time(&intake.provider, key));
            keys.extend(event.key().cloned());
            if is_new {
                events.push(event.clone());
            } else {
                repeats += 1;
            }
        }
        let repeated = repeats > 0 && events.is_empty();
        let reply = intake.reply(if repeated { Outcome::Duplicate } else { intake.outcome() });
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(Seen {
            events,
            doubts: intake.doubts.iter().map(|doubtful| format!("{:?}", doubtful.doubt)).collect(),
            untrusted: intake.untrusted().map(|untrusted| untrusted.detail.clone()),
            coverage: intake
                .proof()
                .map_or_else(|| "nothing".to_owned(), |proof| covered(proof.coverage())),
            repeated,
            key: keys.into_iter().next(),
            status: reply.status().as_u16(),
        });
        reply.map(Body::from)
    }

    fn first_time(&self, provider: &ProviderId, key: &DedupeKey) -> bool {
        let mut handled = self.handled.lock().unwrap_or_else(PoisonError::into_inner);
        handled.insert((provider.clone(), key.clone()))
    }
}

fn covered(coverage: &Coverage) -> String {
    match coverage {
        Coverage::Body => "every byte of the body".to_owned(),
        Coverage::Fields(fields) => format!("{} and no more", fields.join(", ")),
        _ => "nothing, an inquiry confirmed it".to_owned(),
    }
}

fn status(code: u16) -> Response {
    let mut response = http::Response::new(Bytes::new());
    *response.status_mut() =
        http::StatusCode::from_u16(code).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response.map(Body::from)
}
