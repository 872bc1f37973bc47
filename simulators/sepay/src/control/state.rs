//! What the gateway keeps over a restart. Scripted faults and the log of requests are not kept, nor are
//! the merchant's tokens for webhooks with OAuth 2.0, which are fetched again.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use simulator_kit::{
    OutboxState,
    control::{UnusableState, check_merchant, read_state},
};

use crate::{
    Notification,
    books::Books,
    dashboard::Dashboard,
    gateway::Gateway,
    my::{Company, Grants},
    notify::{Message, Sending},
};

#[derive(Serialize, Deserialize)]
struct State<B, D, G, C> {
    merchant: String,
    /// By how many seconds the clock was moved.
    clock: u64,
    books: B,
    dashboard: D,
    grants: G,
    company: C,
    outbox: OutboxState,
    /// The messages that the next two lists name by their places.
    messages: Vec<Message>,
    /// Which message a notification of the outbox has.
    sent: Vec<Kept>,
    /// The sendings to come; the `key` is when they are due.
    coming: Vec<Kept>,
}

/// A sending of a message.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The number of a notification, or a time.
    key: i64,
    /// The place of its message.
    message: usize,
    /// The number of the sending, and when the message was first sent.
    sending: (usize, i64),
}

/// Messages that several sendings share.
#[derive(Default)]
struct Messages(Vec<Arc<Message>>);

impl Messages {
    fn keep(&mut self, key: i64, sending: &Sending) -> Kept {
        let known = self.0.iter().position(|message| Arc::ptr_eq(message, &sending.message));
        let message = known.unwrap_or_else(|| {
            self.0.push(Arc::clone(&sending.message));
            self.0.len().saturating_sub(1)
        });
        Kept { key, message, sending: sending.number_and_first() }
    }

    fn sending(&self, kept: &Kept) -> Result<Sending, UnusableState> {
        let message = self.0.get(kept.message).ok_or_else(|| {
            UnusableState::Damaged(format!("there is no message {}", kept.message))
        })?;
        Ok(Sending::kept(Arc::clone(message), kept.sending))
    }
}

pub(super) fn of(gateway: &Gateway) -> Option<Value> {
    let mut messages = Messages::default();
    let sent = gateway.sent();
    let sent = sent
        .iter()
        .filter_map(|sent| {
            let sending: &Sending = sent.request.extensions().get()?;
            Some(messages.keep(i64::try_from(sent.id).ok()?, sending))
        })
        .collect();
    let coming =
        gateway.retries.all().iter().map(|(due, sending)| messages.keep(*due, sending)).collect();
    let outbox = gateway.outbox.state();
    let (books, dashboard) = (gateway.books(), gateway.dashboard());
    let (grants, company) = (gateway.grants(), gateway.company());
    let state = State {
        merchant: gateway.settings.merchant_id().to_owned(),
        clock: u64::try_from(gateway.settings.clock().moved()).unwrap_or(0),
        books: &*books,
        dashboard: &*dashboard,
        grants: &*grants,
        company: &*company,
        outbox,
        messages: messages.0.iter().map(|message| Message::clone(message)).collect(),
        sent,
        coming,
    };
    serde_json::to_value(state).ok()
}

pub(super) fn restore(gateway: &Arc<Gateway>, state: Value) -> Result<(), UnusableState> {
    let state: State<Books, Dashboard, Grants, Company> = read_state(state)?;
    check_merchant(&state.merchant, gateway.settings.merchant_id())?;
    let messages = Messages(state.messages.into_iter().map(Arc::new).collect());
    let sent = state
        .sent
        .iter()
        .map(|kept| Ok((u64::try_from(kept.key).unwrap_or(0), messages.sending(kept)?)))
        .collect::<Result<Vec<_>, UnusableState>>()?;
    let mut coming = state
        .coming
        .iter()
        .map(|kept| Ok((kept.key, messages.sending(kept)?)))
        .collect::<Result<Vec<_>, UnusableState>>()?;

    gateway.settings.clock().advance(Duration::from_secs(state.clock));
    *gateway.books() = state.books;
    *gateway.dashboard() = state.dashboard;
    *gateway.grants() = state.grants;
    *gateway.company() = state.company;
    let interrupted = gateway.outbox.restore(state.outbox);
    let now = gateway.now();
    for (id, sending) in sent {
        gateway.outbox.extend(id, notification(&sending.message));
        // What was on its way is sent again at once, as the same sending.
        if interrupted.iter().any(|sent| sent.id == id) {
            coming.push((now, sending.clone()));
        }
        gateway.outbox.extend(id, sending);
    }
    gateway.retries.restore(coming);
    Ok(())
}

fn notification(message: &Message) -> Notification {
    match message {
        Message::Ipn { .. } => Notification::Ipn,
        Message::Bank { transaction, .. } => Notification::Bank { id: transaction.webhook_id },
    }
}
