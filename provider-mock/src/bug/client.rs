//! Mistakes of HTTP clients: repeated requests, and wrongly interpreted failures.

#![deny(clippy::missing_trait_methods)]

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    HeaderValue, Response, StatusCode,
    header::{AUTHORIZATION, RETRY_AFTER},
};
use payments_core::Secret;
use provider_kit::{
    signature::{Keys, SigningKeys},
    transport::{Call, CallClass, Transport, TransportError, TransportErrorKind},
};
use tokio::sync::{mpsc, oneshot};

use super::Bug;
use crate::{
    formula::{ANSWER, BODY, CALL, STATUS},
    wire::SIGNATURE,
};

/// The maximum number of attempts of payOS's Node library and sepay-pg-php.
const ATTEMPTS: usize = 3;

pub(super) struct Careless {
    bug: Bug,
    inner: Arc<dyn Transport>,
    api_key: String,
    worker: OnceLock<mpsc::UnboundedSender<Job>>,
}

type Outcome = Result<Response<Bytes>, TransportError>;
type Job = (Call, oneshot::Sender<Outcome>);

impl Careless {
    pub(super) fn new(bug: Bug, inner: Arc<dyn Transport>, api_key: String) -> Self {
        Self { bug, inner, api_key, worker: OnceLock::new() }
    }

    async fn again_while(&self, call: Call, fails: impl Fn(&Outcome) -> bool) -> Outcome {
        let mut outcome = self.inner.send(call.clone()).await;
        for _ in 1..ATTEMPTS {
            if !fails(&outcome) {
                break;
            }
            outcome = self.inner.send(call.clone()).await;
        }
        outcome
    }

    /// Replaces a wrong signature that the mistake accepts by the right one.
    fn excuse(&self, call: &str, response: &mut Response<Bytes>) {
        let Ok(secret) = Secret::new(self.api_key.as_str()) else { return };
        let status = response.status();
        let fields = [
            (CALL, call.as_bytes()),
            (STATUS, status.as_str().as_bytes()),
            (BODY, response.body()),
        ];
        let keys = SigningKeys { secret: Some(&Keys::one(secret)), signer: None };
        let Ok(good) = ANSWER.sign(&fields, keys) else { return };
        let sent: Vec<&str> = response
            .headers()
            .get_all(SIGNATURE)
            .iter()
            .filter_map(|one| one.to_str().ok())
            .collect();
        let is_taken = match (self.bug, sent.as_slice()) {
            (Bug::ComparesAPrefixOfAResponse, [one]) => !one.is_empty() && good.starts_with(one),
            (Bug::ComparesAsMuchAsItMade, [one]) => one.starts_with(&good),
            (Bug::TakesTheLastSignatureOfAResponse, [.., last]) => *last == good,
            _ => false,
        };
        if is_taken && let Ok(good) = HeaderValue::try_from(good) {
            response.headers_mut().insert(SIGNATURE, good);
        }
    }

    async fn by_the_worker(&self, call: Call) -> Outcome {
        let gone = || TransportError::new(TransportErrorKind::ConnectionLost, "the worker is gone");
        let worker = self.worker.get_or_init(|| {
            let (jobs, waiting) = mpsc::unbounded_channel();
            tokio::spawn(work(Arc::clone(&self.inner), waiting));
            jobs
        });
        let (reply, outcome) = oneshot::channel();
        worker.send((call, reply)).map_err(|_| gone())?;
        outcome.await.map_err(|_| gone())?
    }
}

async fn work(client: Arc<dyn Transport>, mut waiting: mpsc::UnboundedReceiver<Job>) {
    while let Some((call, reply)) = waiting.recv().await {
        let client = Arc::clone(&client);
        tokio::spawn(async move {
            // The caller of a dropped call no longer waits.
            let _ = reply.send(client.send(call).await);
        });
    }
}

#[async_trait]
impl Transport for Careless {
    async fn send(&self, mut call: Call) -> Outcome {
        let instructs = call.class == CallClass::Instruction;
        match self.bug {
            Bug::RetriesALostConnection if instructs => {
                self.again_while(call, |outcome| is(outcome, TransportErrorKind::ConnectionLost))
                    .await
            }
            Bug::RetriesAServerError if instructs => {
                self.again_while(call, |outcome| {
                    status(outcome).is_some_and(|status| {
                        status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
                    })
                })
                .await
            }
            Bug::FollowsARedirect if instructs => {
                self.again_while(call, |outcome| {
                    status(outcome).is_some_and(|status| status.is_redirection())
                })
                .await
            }
            Bug::TakesALostConnectionForNone if instructs => {
                taken_for_none(self.inner.send(call).await, TransportErrorKind::ConnectionLost)
            }
            Bug::ThrowsOnATimeout if instructs => {
                taken_for_none(self.inner.send(call).await, TransportErrorKind::TimedOut)
            }
            Bug::PaysAgainAfterACallerLeft if call.operation == "verify_beneficiary" => {
                let mut paid = call;
                paid.class = CallClass::PaidInquiry;
                let outcome = self.inner.send(paid).await;
                match status(&outcome).is_some_and(|status| status.is_server_error()) {
                    // The layers treat it as an inquiry without a fee, and would repeat it.
                    true => Err(TransportError::rate_limited(Duration::ZERO)),
                    false => outcome,
                }
            }
            Bug::IgnoresHowLongToWait => {
                let mut response = self.inner.send(call).await?;
                response.headers_mut().remove(RETRY_AFTER);
                Ok(response)
            }
            Bug::ComparesAPrefixOfAResponse
            | Bug::ComparesAsMuchAsItMade
            | Bug::TakesTheLastSignatureOfAResponse => {
                let (method, uri) = (call.request.method().clone(), call.request.uri().clone());
                let mut response = self.inner.send(call).await?;
                self.excuse(&format!("{method} {}", uri.path()), &mut response);
                Ok(response)
            }
            Bug::TracesTheKey => {
                let given = call.request.headers().get(AUTHORIZATION);
                let authorization = given.and_then(|value| value.to_str().ok());
                tracing::debug!(authorization, "calling");
                self.inner.send(call).await
            }
            Bug::PrintsTheKeyInAnError => self.inner.send(call).await.map_err(|error| {
                let message = format!("{} (with the key {})", error.message, self.api_key);
                TransportError::new(error.kind, message)
            }),
            Bug::PrintsTheKeyInBase64 => self.inner.send(call).await.map_err(|error| {
                let basic = STANDARD.encode(format!("shop:{}", self.api_key));
                let message = format!("{} (with Basic {basic})", error.message);
                TransportError::new(error.kind, message)
            }),
            Bug::NamesNoSubject => {
                call.about = None;
                self.inner.send(call).await
            }
            Bug::SendsFromTheFirstRuntime => self.by_the_worker(call).await,
            _ => self.inner.send(call).await,
        }
    }

    fn departs(&self) -> bool {
        self.inner.departs()
    }

    fn call_time(&self) -> Option<Duration> {
        self.inner.call_time()
    }
}

fn is(outcome: &Outcome, kind: TransportErrorKind) -> bool {
    outcome.as_ref().is_err_and(|error| error.kind == kind)
}

fn status(outcome: &Outcome) -> Option<StatusCode> {
    outcome.as_ref().ok().map(Response::status)
}

fn taken_for_none(outcome: Outcome, kind: TransportErrorKind) -> Outcome {
    outcome.map_err(|error| match error.kind == kind {
        true => TransportError::new(TransportErrorKind::NotSent, error.message),
        false => error,
    })
}
