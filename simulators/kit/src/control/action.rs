//! The actions of buyers, banks and the gateway's staff, and the reasons why an action is refused.

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
        /// The amount, if it differs from the amount of the order.
        #[serde(default)]
        amount: Option<i64>,
        /// The gateway's own word for the method, if the buyer can choose it.
        #[serde(default)]
        method: Option<String>,
    },
    /// The buyer pays an order after it ended. Moves the clock past its end if necessary.
    PayLate {
        /// The merchant's name for the order.
        order: String,
    },
    /// The buyer pays the amount of an order twice.
    PayTwice {
        /// The merchant's name for the order.
        order: String,
    },
    /// The buyer's attempt to pay fails because the card is declined.
    Fail {
        /// The merchant's name for the order.
        order: String,
    },
    /// The buyer pays, and the gateway holds the money back.
    Hold {
        /// The merchant's name for the order.
        order: String,
    },
    /// The gateway releases the money that it held back.
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
    /// A payout is settled, or stays pending.
    SettlePayout {
        /// The merchant's name for the payout.
        payout: String,
        /// The outcome of the payout.
        outcome: PayoutOutcome,
    },
    /// A webhook is delivered again.
    SendAgain {
        /// The number of the delivery.
        delivery: String,
    },
    /// The response to the next call is lost: the connection closes without a response.
    LoseAnswer {
        /// The gateway's name for the operation. `None` means the next instruction, whatever its
        /// operation.
        #[serde(default)]
        operation: Option<String>,
        /// Whether the gateway carries out the call before the response is lost.
        #[serde(default)]
        when: When,
    },
    /// The gateway's clock moves forward.
    AdvanceClock {
        /// The time in whole seconds.
        seconds: u64,
    },
    /// Webhooks are sent to an address from now on.
    RegisterWebhook {
        /// The name of the endpoint at the address.
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

/// The outcome of a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PayoutOutcome {
    /// The beneficiary has the money.
    Paid,
    /// The bank refused the payout, and the merchant has the money back.
    Refused,
    /// The beneficiary had the money, and it came back.
    Returned,
    /// The gateway holds the payout back, so that it stays pending.
    Held,
}

/// Whether a call whose response is lost is carried out. A client cannot distinguish the two cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The gateway does not carry out the call.
    BeforeBooking,
    /// The gateway carries out the call.
    #[default]
    AfterBooking,
}

/// The result of an action that was carried out. Webhooks that follow from it are sent in the
/// background and appear in the [overview](super::Overview).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acted {
    /// A description of what happened, for people.
    pub message: String,
    /// The gateway's name for the object that the action created: a payment, a credit or a webhook.
    pub reference: Option<String>,
}

impl Acted {
    /// Creates the result of an action that created no named object.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), reference: None }
    }

    /// Adds the gateway's name for the object that the action created.
    #[must_use]
    pub fn with_reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }
}

/// The reason why an action was not carried out. Nothing happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActionRefused {
    /// The gateway does not offer this action.
    #[error("{0}")]
    NotOffered(String),
    /// There is no such order, account, payout, delivery or webhook.
    #[error("{0}")]
    Unknown(String),
    /// The present state does not allow the action.
    #[error("{0}")]
    Impossible(String),
    /// A member of the action has an invalid value.
    #[error("{field}: {reason}")]
    Invalid {
        /// The name of the member.
        field: &'static str,
        /// A description of the problem, and of a valid value.
        reason: String,
    },
}

impl ActionRefused {
    /// Returns the kind of refusal, as in the member `kind` of the JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotOffered(_) => "not_offered",
            Self::Unknown(_) => "unknown",
            Self::Impossible(_) => "impossible",
            Self::Invalid { .. } => "invalid",
        }
    }

    /// Creates the refusal of an invalid member.
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
