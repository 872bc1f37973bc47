//! The result of checking a delivery, as JSON.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Response;
use payments::{
    EndpointName, NotificationReceiver,
    notification::{self, Event, Outcome, Proof, Received, UntrustedReason},
};
use serde::Serialize;

use crate::explain::Explanation;

/// The verdict on a delivery, and the reply to it if the app handles it successfully.
#[derive(Serialize)]
pub(super) struct Verdict<'a> {
    verdict: notification::Verdict,
    proof: Option<&'a Proof>,
    events: &'a [Event],
    reply: Reply,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<UntrustedReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) explanation: Option<Explanation>,
}

#[derive(Serialize)]
struct Reply {
    status: u16,
    /// Several values of one header are joined by commas, as HTTP allows.
    headers: BTreeMap<String, String>,
    body: String,
}

impl<'a> Verdict<'a> {
    pub(super) fn of(
        received: &'a Received,
        receiver: &dyn NotificationReceiver,
        endpoint: &EndpointName,
    ) -> Self {
        let reply = |outcome| Reply::of(&receiver.reply(endpoint, outcome));
        let verdict = |reply| Self {
            verdict: received.verdict(),
            proof: None,
            events: &[],
            reply,
            reason: None,
            field: None,
            detail: None,
            explanation: None,
        };
        match received {
            Received::Notification(notification) => Self {
                proof: Some(&notification.proof),
                events: notification.events(),
                ..verdict(reply(Outcome::Handled))
            },
            Received::Reply(answer) => verdict(Reply::of(answer)),
            Received::Unreadable(unreadable) => Self {
                proof: Some(&unreadable.proof),
                field: Some(&unreadable.field),
                detail: Some(&unreadable.detail),
                ..verdict(reply(Outcome::TryAgain))
            },
            Received::Untrusted(untrusted) => Self {
                reason: Some(untrusted.reason),
                detail: Some(&untrusted.detail),
                ..verdict(reply(Outcome::Untrusted))
            },
        }
    }
}

impl Reply {
    fn of(response: &Response<Bytes>) -> Self {
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in response.headers() {
            let value = String::from_utf8_lossy(value.as_bytes());
            headers
                .entry(name.to_string())
                .and_modify(|known| {
                    known.push_str(", ");
                    known.push_str(&value);
                })
                .or_insert_with(|| value.into_owned());
        }
        Self {
            status: response.status().as_u16(),
            headers,
            body: String::from_utf8_lossy(response.body()).into_owned(),
        }
    }
}
