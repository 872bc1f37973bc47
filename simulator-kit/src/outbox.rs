//! Notifications that a simulated gateway sends to the merchant.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

/// One request to send to the merchant, and how.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// What is sent, with an absolute `http://` address.
    pub request: Request<Bytes>,
    /// When it is sent, and how often.
    pub schedule: Schedule,
}

/// When and how often a notification is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Schedule {
    /// Once, at once.
    #[default]
    Once,
    /// Twice in a row, as gateways do.
    Twice,
    /// Kept until [`Outbox::release`], which sends what is held in reverse order.
    Held,
}

/// What the merchant answered.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The request that was sent.
    pub request: Request<Bytes>,
    /// The merchant's answer; an explanation where there was none.
    pub answer: Result<Response<Bytes>, String>,
}

/// Sends notifications and remembers the answers. Clones share both.
///
/// It sends plain HTTP to loopback addresses only and answers anything else with an error: a
/// simulator never reaches out of the machine.
#[derive(Clone, Debug)]
pub struct Outbox {
    client: Client<HttpConnector, Full<Bytes>>,
    timeout: Duration,
    held: Arc<Mutex<Vec<Request<Bytes>>>>,
    receipts: Arc<Mutex<Vec<Receipt>>>,
}

const LARGEST_ANSWER: usize = 64 * 1024;

impl Outbox {
    /// An empty outbox whose requests wait at most `timeout` for an answer.
    pub fn new(timeout: Duration) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            timeout,
            held: Arc::default(),
            receipts: Arc::default(),
        }
    }

    /// Sends as scheduled and returns once the merchant answered what was sent.
    pub async fn send(&self, outgoing: Outgoing) -> Vec<Receipt> {
        let times = match outgoing.schedule {
            Schedule::Once => 1,
            Schedule::Twice => 2,
            Schedule::Held => {
                self.held
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(outgoing.request.clone());
                0
            }
        };
        let mut receipts = Vec::with_capacity(times);
        for _ in 0..times {
            receipts.push(self.deliver(outgoing.request.clone()).await);
        }
        receipts
    }

    /// Sends everything that was held, the last one first.
    pub async fn release(&self) -> Vec<Receipt> {
        let held = std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner));
        let mut receipts = Vec::with_capacity(held.len());
        for request in held.into_iter().rev() {
            receipts.push(self.deliver(request).await);
        }
        receipts
    }

    /// Everything sent so far with its answer, oldest first.
    pub fn receipts(&self) -> Vec<Receipt> {
        self.receipts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn deliver(&self, request: Request<Bytes>) -> Receipt {
        let answer = match tokio::time::timeout(self.timeout, self.attempt(request.clone())).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("no answer within {:?}", self.timeout)),
        };
        let receipt = Receipt { request, answer };
        self.receipts.lock().unwrap_or_else(PoisonError::into_inner).push(receipt.clone());
        receipt
    }

    async fn attempt(&self, request: Request<Bytes>) -> Result<Response<Bytes>, String> {
        if !is_loopback(request.uri()) {
            return Err(format!(
                "{} is not a loopback address",
                request.uri().host().unwrap_or("")
            ));
        }
        let response =
            self.client.request(request.map(Full::new)).await.map_err(|error| error.to_string())?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, LARGEST_ANSWER)
            .collect()
            .await
            .map_err(|error| error.to_string())?
            .to_bytes();
        Ok(Response::from_parts(head, body))
    }
}

impl Receipt {
    /// The merchant's status, if it answered.
    pub fn status(&self) -> Option<StatusCode> {
        self.answer.as_ref().ok().map(Response::status)
    }
}

fn is_loopback(uri: &http::Uri) -> bool {
    let Some(host) = uri.host() else { return false };
    host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;
    use axum::{Router, routing::get};

    fn to(url: &str) -> Request<Bytes> {
        Request::get(url).body(Bytes::new()).unwrap()
    }

    #[tokio::test]
    async fn held_notifications_leave_in_reverse_order_when_released() {
        let router = Router::new().route("/{name}", get(|| async { "ok" }));
        let server = Server::start(router, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let outbox = Outbox::new(Duration::from_secs(5));
        for name in ["first", "second"] {
            let request = to(&format!("{}/{name}", server.url()));
            let sent = outbox.send(Outgoing { request, schedule: Schedule::Held }).await;
            assert!(sent.is_empty());
        }
        let paths: Vec<_> =
            outbox.release().await.iter().map(|r| r.request.uri().path().to_owned()).collect();
        assert_eq!(paths, ["/second", "/first"]);
    }

    #[tokio::test]
    async fn nothing_is_sent_beyond_loopback() {
        let outbox = Outbox::new(Duration::from_secs(5));
        let request = to("http://shop.example/ipn");
        let receipts = outbox.send(Outgoing { request, schedule: Schedule::Once }).await;
        assert_eq!(
            receipts[0].answer.as_ref().unwrap_err(),
            "shop.example is not a loopback address"
        );
    }
}
