//! The merchant's side of a notification: one route that checks, remembers and replies.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Body, extract::Request, response::Response, routing::any};
use payments_core::{
    EndpointName, NotificationReceiver, Timestamp,
    notification::{Delivery, Outcome, Received},
};
use simulator_kit::{Clock, Server};

pub(crate) struct Shop {
    server: Server,
    heard: Arc<Mutex<Vec<Received>>>,
}

impl Shop {
    pub(crate) async fn open(receiver: Arc<dyn NotificationReceiver>, clock: Clock) -> Self {
        let heard: Arc<Mutex<Vec<Received>>> = Arc::default();
        let kept = Arc::clone(&heard);
        let route = any(move |request: Request| async move {
            let (head, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 16).await.unwrap();
            let request = http::Request::from_parts(head, body);
            let endpoint = EndpointName::new("notify").unwrap();
            let now = Timestamp::from_unix(clock.unix_seconds());
            let received = receiver.receive(&endpoint, &Delivery::of(&request), now);
            let outcome = match received {
                Received::Untrusted(_) => Outcome::Untrusted,
                Received::Notification(_) | Received::Answer(_) => Outcome::Handled,
            };
            kept.lock().unwrap().push(received);
            let reply: Response = receiver.reply(&endpoint, outcome).map(Body::from);
            reply
        });
        let router = Router::new().route("/hooks/notify", route);
        let server = Server::start(router, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        Self { server, heard }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/hooks/notify", self.server.url())
    }

    /// What arrived since the last time.
    pub(crate) fn heard(&self) -> Vec<Received> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}
