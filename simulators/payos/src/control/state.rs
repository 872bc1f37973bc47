//! What the gateway keeps over a restart.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use simulator_kit::{
    OutboxState, Outgoing, Schedule,
    control::{UnusableState, check_merchant, read_state},
};

use crate::{books::Books, gateway::Gateway};

#[derive(Serialize, Deserialize)]
struct State<B> {
    /// The Client IDs of both channels.
    merchant: String,
    /// By how many seconds the clock was moved.
    clock: u64,
    books: B,
    webhook_url: Option<String>,
    schedule: Schedule,
    outbox: OutboxState,
}

fn merchant(gateway: &Gateway) -> String {
    format!("{}, {}", gateway.settings.payment.client_id, gateway.settings.payout.client_id)
}

pub(super) fn of(gateway: &Gateway) -> Option<Value> {
    let (webhook_url, schedule) = (gateway.webhook_url().clone(), gateway.schedule().clone());
    let outbox = gateway.outbox.state();
    let books = gateway.books();
    let state = State {
        merchant: merchant(gateway),
        clock: u64::try_from(gateway.settings.clock.moved()).unwrap_or(0),
        books: &*books,
        webhook_url,
        schedule,
        outbox,
    };
    serde_json::to_value(state).ok()
}

pub(super) fn restore(gateway: &Arc<Gateway>, state: Value) -> Result<(), UnusableState> {
    let state: State<Books> = read_state(state)?;
    check_merchant(&state.merchant, &merchant(gateway))?;
    gateway.settings.clock.advance(Duration::from_secs(state.clock));
    *gateway.books() = state.books;
    *gateway.webhook_url() = state.webhook_url;
    *gateway.schedule() = state.schedule;
    for sent in gateway.outbox.restore(state.outbox) {
        let outbox = gateway.outbox.clone();
        let outgoing = Outgoing { request: sent.request, schedule: Schedule::Once };
        tokio::spawn(async move { outbox.send(outgoing).await });
    }
    Ok(())
}
