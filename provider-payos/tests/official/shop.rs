//! A shop's route for webhooks, and what its libraries did at the simulator.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use serde_json::{Value, json};
use simulator_kit::Server;
use simulator_payos::{BookingKind, PayOSSimulator, Settings};

/// A simulator, and a route that acknowledges and keeps what it posts.
pub(crate) struct Shop {
    pub(crate) payos: PayOSSimulator,
    server: Server,
    kept: Arc<Mutex<Vec<String>>>,
}

async fn keep(State(kept): State<Arc<Mutex<Vec<String>>>>, body: String) -> &'static str {
    kept.lock().unwrap().push(body);
    "OK"
}

async fn last(State(kept): State<Arc<Mutex<Vec<String>>>>) -> String {
    kept.lock().unwrap().last().cloned().unwrap_or_default()
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let kept = Arc::default();
        let routes = Router::new()
            .route("/webhook", post(keep))
            .route("/last", get(last))
            .with_state(Arc::clone(&kept));
        let server = Server::start(routes, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        Self { payos: PayOSSimulator::start(Settings::test()).await.unwrap(), server, kept }
    }

    /// What a library needs: the credentials of both channels, and the addresses.
    pub(crate) fn input(&self) -> Value {
        let settings = self.payos.settings();
        json!({
            "api": self.payos.hosts()["api"],
            "client_id": settings.payment.client_id,
            "api_key": settings.payment.api_key,
            "checksum_key": settings.payment.checksum_key,
            "payout_client_id": settings.payout.client_id,
            "payout_api_key": settings.payout.api_key,
            "payout_checksum_key": settings.payout.checksum_key,
            "webhook_url": format!("{}/webhook", self.server.url()),
            "last_webhook": format!("{}/last", self.server.url()),
            "control": format!("{}/_control", self.payos.hosts()["api"]),
        })
    }

    /// What arrived, oldest first.
    pub(crate) fn webhooks(&self) -> Vec<Value> {
        self.kept.lock().unwrap().iter().map(|body| serde_json::from_str(body).unwrap()).collect()
    }
}

/// What both libraries see, and what the simulator has booked of them.
pub(crate) fn agree(shop: &Shop, saw: &Value) {
    assert_eq!(saw["created"]["status"], "PENDING", "{saw}");
    assert_eq!(saw["created"]["orderCode"], 7, "{saw}");
    assert_eq!(saw["found"]["status"], "PAID", "{saw}");
    assert_eq!(saw["found"]["amountPaid"], 50_000, "{saw}");
    assert_eq!(saw["found"]["transactions"][0]["amount"], 50_000, "{saw}");
    assert_eq!(saw["cancelled"]["status"], "CANCELLED", "{saw}");
    assert_eq!(saw["cancelled"]["cancellationReason"], "het hang", "{saw}");
    assert_eq!(saw["duplicate"], "231", "{saw}");
    assert_eq!(saw["registered"]["webhookUrl"], shop.payos.webhook_url().unwrap(), "{saw}");
    assert_eq!(saw["paid"]["orderCode"], 7, "{saw}");
    assert_eq!(saw["paid"]["amount"], 50_000, "{saw}");
    assert_eq!(saw["forged"], true, "a changed webhook is refused: {saw}");
    assert_eq!(saw["payout"]["transactions"][0]["state"], "SUCCEEDED", "{saw}");
    assert_eq!(saw["payout"], saw["payout_found"], "{saw}");
    assert_eq!(saw["listed"][0], saw["payout"], "{saw}");
    assert_eq!(saw["batch"]["transactions"].as_array().unwrap().len(), 2, "{saw}");
    assert_eq!(saw["balance"]["balance"], "99930000", "{saw}");
    let kinds: Vec<_> = shop.payos.bookings().iter().map(|booking| booking.kind).collect();
    use BookingKind::{LinkPayment, Payout};
    assert_eq!(kinds, [LinkPayment, Payout, Payout, Payout]);
    assert_eq!(shop.webhooks().len(), 2, "the sample and the payment");
}
