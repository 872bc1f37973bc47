//! What the gateway keeps over a restart. Scripted faults and requests that they delayed are not kept.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use simulator_kit::{
    OutboxState, Schedule,
    control::{UnusableState, check_merchant, read_state},
};

use crate::{
    gateway::{Books, Gateway, VA_CALLBACK},
    openapi::Issued,
};

#[derive(Serialize, Deserialize)]
struct State<B> {
    merchant: String,
    /// By how many seconds the clock was moved.
    clock: u64,
    books: B,
    tokens: Issued,
    notify_url: Option<String>,
    va_callback_base: Option<String>,
    schedule: Schedule,
    outbox: OutboxState,
}

pub(super) fn of(gateway: &Gateway) -> Option<Value> {
    let outbox = gateway.outbox.state();
    let books = gateway.books();
    let state = State {
        merchant: gateway.settings.merchant_id.clone(),
        clock: u64::try_from(gateway.settings.clock.moved()).unwrap_or(0),
        books: &*books,
        tokens: gateway.tokens.issued(),
        notify_url: gateway.notify_url(),
        va_callback_base: gateway.va_callback_base(),
        schedule: gateway.schedule(),
        outbox,
    };
    serde_json::to_value(state).ok()
}

pub(super) fn restore(gateway: &Arc<Gateway>, state: Value) -> Result<(), UnusableState> {
    let state: State<Books> = read_state(state)?;
    check_merchant(&state.merchant, &gateway.settings.merchant_id)?;
    gateway.settings.clock.advance(Duration::from_secs(state.clock));
    *gateway.books() = state.books;
    gateway.tokens.restore(state.tokens);
    gateway.register_notify_url(state.notify_url);
    gateway.register_va_callback(state.va_callback_base);
    gateway.schedule_notifications(state.schedule);
    for sent in gateway.outbox.restore(state.outbox) {
        let tries = match &*sent.about().endpoint {
            VA_CALLBACK => gateway.settings.callback_tries,
            _ => gateway.settings.notification_tries,
        };
        let gateway = Arc::clone(gateway);
        tokio::spawn(async move { gateway.notify_until_accepted(sent.request, tries).await });
    }
    Ok(())
}
