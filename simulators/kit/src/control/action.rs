//! What buyers, banks and the gateway's staff do, and why they sometimes cannot.

use serde::{Deserialize, Serialize};

/// An action of a buyer, a bank or the gateway's staff.
///
/// In JSON its name is the member `action`: `{"action": "pay", "order": "DH-1"}`. Amounts are whole
/// units of the currency (đồng for `VND`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Action {
    /// The buyer pays an order.
    Pay {
        /// The merchant's name for the order.
        order: String,
        /// Another amount than the order asks for: less or more.
        #[serde(default)]
        amount: Option<i64>,
        /// The method in the gateway's own word, if the buyer can choose.
        #[serde(default)]
        method: Option<String>,
    },
    /// The buyer pays an order after its end. Moves the clock past the end if necessary.
    PayLate {
        /// The merchant's name for the order.
        order: String,
    },
    /// The buyer pays the amount of an order twice.
    PayTwice {
        /// The merchant's name for the order.
        order: String,
    },
    /// The buyer's attempt to pay fails: the card is declined.
    Fail {
        /// The merchant's name for the order.
        order: String,
    },
    /// The buyer pays, and the gateway holds the money back.
    Hold {
        /// The merchant's name for the order.
        order: String,
    },
    /// The gateway hands over the money that it held back.
    Release {
        /// The merchant's name for the order.
        order: String,
    },
    /// Somebody transfers money to a bank account or a virtual account.
    Credit {
        /// The number of the account.
        account: String,
        /// The amount.
        amount: i64,
        /// The memo.
        #[serde(default)]
        memo: String,
    },
    /// A payout ends, or does not.
    SettlePayout {
        /// The merchant's name for the payout.
        payout: String,
        /// What becomes of it.
        outcome: PayoutOutcome,
    },
    /// A webhook is delivered again.
    SendAgain {
        /// The number of the delivery.
        delivery: String,
    },
    /// The response to the next call is lost: its connection closes without one.
    LoseAnswer {
        /// The gateway's name for the operation; without it, the next call that moves something.
        #[serde(default)]
        operation: Option<String>,
        /// Whether the gateway carries the call out first.
        #[serde(default)]
        when: When,
    },
    /// The gateway's clock moves forward.
    AdvanceClock {
        /// Whole seconds.
        seconds: u64,
    },
    /// Webhooks are sent to an address from now on.
    RegisterWebhook {
        /// The name of the endpoint that receives there.
        endpoint: String,
        /// The address.
        url: String,
    },
    /// Webhooks are no longer sent to an address.
    DeleteWebhook {
        /// The number of the webhook.
        webhook: String,
    },
}

/// What becomes of a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PayoutOutcome {
    /// The beneficiary has the money.
    Paid,
    /// The bank refuses it; the merchant has the money back.
    Refused,
    /// The beneficiary had the money, and it came back.
    Returned,
    /// The gateway holds it back: it stays pending.
    Held,
}

/// When the response to a call is lost. A client cannot tell the two apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The gateway does not carry out the call.
    BeforeBooking,
    /// The gateway carries out the call.
    #[default]
    AfterBooking,
}

/// An action that was carried out. Webhooks that follow from it are sent in the background and
/// appear in the [overview](super::Overview).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acted {
    /// What happened, for people.
    pub message: String,
    /// The gateway's name for what the action made: a payment, a credit, a webhook.
    pub reference: Option<String>,
}

impl Acted {
    /// An action that made nothing with a name.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), reference: None }
    }

    /// Adds the gateway's name for what the action made.
    #[must_use]
    pub fn with_reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }
}

/// Why an action was not carried out. Nothing happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActionRefused {
    /// The gateway has nothing of the kind.
    #[error("{0}")]
    NotOffered(String),
    /// There is no such order, account, payout, delivery or webhook.
    #[error("{0}")]
    Unknown(String),
    /// It is not possible in the present state.
    #[error("{0}")]
    Impossible(String),
    /// A member of the action cannot be used.
    #[error("{field}: {reason}")]
    Invalid {
        /// The member.
        field: &'static str,
        /// What is wrong with it, and what to write instead.
        reason: String,
    },
}

impl ActionRefused {
    /// The kind of refusal, as the member `kind` of the JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotOffered(_) => "not_offered",
            Self::Unknown(_) => "unknown",
            Self::Impossible(_) => "impossible",
            Self::Invalid { .. } => "invalid",
        }
    }

    /// A member that cannot be used.
    pub fn invalid(field: &'static str, reason: impl Into<String>) -> Self {
        Self::Invalid { field, reason: reason.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Action, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn an_action_is_named_by_its_member_and_unknown_members_are_refused() {
        let pay = Action::Pay { order: "DH-1".to_owned(), amount: None, method: None };
        assert_eq!(read(r#"{"action": "pay", "order": "DH-1"}"#), Ok(pay));
        let lose = Action::LoseAnswer { operation: None, when: When::AfterBooking };
        assert_eq!(read(r#"{"action": "lose_answer"}"#), Ok(lose));
        for (json, named) in [
            (r#"{"action": "pay", "order": "DH-1", "amuont": 5}"#, "amuont"),
            (r#"{"action": "pay"}"#, "order"),
            (r#"{"action": "steal"}"#, "steal"),
            (r#"{"order": "DH-1"}"#, "action"),
            (r#"{"action": "settle_payout", "payout": "P", "outcome": "lost"}"#, "lost"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(named), "{json}: {error}");
        }
    }
}
