//! What was observed of a payment. A record is the fold of its observations.

use payments_core::{
    DedupeKey, OrderRef, PayoutRef, ProviderId, RefundRef, Timestamp,
    money::Money,
    payment::{CreatePayment, Payment, PaymentMethod, Refund, RefundPayment},
    virtual_account::{OpenVirtualAccount, VirtualAccount, VirtualAccountRef},
};
use serde::{Deserialize, Serialize};

use super::AccountChangeKind;
use crate::record::{CaseKind, CreditName, Decision, Outcome, RecordState, Report};

/// What was observed of the payment of one order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PaymentObservation {
    /// It is to be opened at a provider. Written before the provider is asked.
    Asked {
        /// The provider that is to open it.
        provider: ProviderId,
        /// What is to be opened.
        request: Box<CreatePayment>,
        /// Whether opening it sends nothing, so that it can be made anew.
        is_offline: bool,
    },
    /// A part of what was paid is to be given back. Written before the provider is asked.
    RefundAsked {
        /// The provider that is to give it back.
        provider: ProviderId,
        /// What is to be given back; its amount is fixed.
        request: Box<RefundPayment>,
    },
    /// A part of what was paid is to be given back by a payout.
    RefundByPayoutAsked {
        /// The refund.
        refund: RefundRef,
        /// The provider that sends the payout.
        provider: ProviderId,
        /// The payout.
        payout: PayoutRef,
        /// How much.
        amount: Money,
    },
    /// The payout that carries a refund out changed its state.
    RefundFollowed {
        /// The refund.
        refund: RefundRef,
        /// Where the payout is.
        state: RecordState,
    },
    /// The payment is to be called off at a provider. Written before the provider is asked.
    CancelAsked {
        /// The order.
        order: OrderRef,
        /// The provider.
        provider: ProviderId,
    },
    /// A virtual account is to be opened. Written before the provider is asked.
    AccountAsked {
        /// The provider that is to open it.
        provider: ProviderId,
        /// What is to be opened.
        request: Box<OpenVirtualAccount>,
        /// Whether an opening that gets lost can be asked about.
        is_found_by_reference: bool,
    },
    /// A virtual account is to be changed. Written before the provider is asked.
    AccountChangeAsked {
        /// The provider.
        provider: ProviderId,
        /// Which account.
        account: VirtualAccountRef,
        /// What is to change.
        change: AccountChangeKind,
    },
    /// The permit to send an instruction was given.
    PermitTaken {
        /// The instruction.
        of: Instruction,
        /// The token of the permit.
        token: String,
        /// After this time its holder writes no byte.
        send_by: Timestamp,
    },
    /// An instruction was closed: nothing was sent, and nothing will be.
    NotSent {
        /// The instruction.
        of: Instruction,
        /// The token of the permit that is given back, if one was taken.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// Why, in one line.
        why: String,
    },
    /// A provider answered an instruction to open.
    Opened {
        /// The provider.
        provider: ProviderId,
        /// The method that was asked for.
        method: Option<PaymentMethod>,
        /// The token of the permit under which it was sent; `None` if there was no permit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// What it answered.
        outcome: Outcome<Payment>,
    },
    /// A provider answered an instruction to give back.
    Refunded {
        /// The refund.
        refund: RefundRef,
        /// The token of the permit under which it was sent; `None` if there was no permit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// What it answered.
        outcome: Outcome<Refund>,
    },
    /// A provider answered an instruction to call the payment off.
    Cancelled {
        /// The provider.
        provider: ProviderId,
        /// The token of the permit under which it was sent; `None` if there was no permit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// What it answered.
        outcome: Outcome<Payment>,
    },
    /// A provider answered an instruction about a virtual account.
    AccountAnswered {
        /// The instruction.
        of: Instruction,
        /// The token of the permit under which it was sent; `None` if there was no permit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// What it answered.
        outcome: Outcome<VirtualAccount>,
    },
    /// An inquiry found the virtual account of the order.
    AccountFound {
        /// The provider.
        provider: ProviderId,
        /// What it found, at least one.
        accounts: Vec<VirtualAccount>,
    },
    /// The provider shows that an uncertain instruction was not carried out, long enough after it may
    /// have left.
    NotCarriedOut {
        /// The instruction.
        of: Instruction,
        /// What shows it, in one line.
        why: String,
    },
    /// The sender of an instruction ended without recording an outcome.
    Interrupted {
        /// The instruction.
        of: Instruction,
    },
    /// A believed report came.
    Reported {
        /// The order that it belongs to, by its own word, its payment code or its account.
        order: OrderRef,
        /// What was reported.
        report: Box<Report>,
    },
    /// An inquiry found more than one payment under the order.
    Several {
        /// The provider.
        provider: ProviderId,
        /// How many.
        number: usize,
    },
    /// A credit that a report names belongs to another order already.
    ClaimedTwice {
        /// The provider of the credit.
        provider: ProviderId,
        /// Its key.
        key: DedupeKey,
        /// The order that has it.
        order: OrderRef,
    },
    /// The time passed in which an inquiry may tell the outcome of an instruction.
    WindowPassed {
        /// The instruction.
        of: Instruction,
        /// How long it was asked about, in seconds.
        seconds: u64,
    },
    /// A person decided a case.
    Decided {
        /// The number of the case.
        case: u32,
        /// The decision.
        decision: Decision,
        /// Who decided.
        who: String,
        /// Why.
        why: String,
    },
    /// A reconciliation found what a person has to decide.
    Reconciled {
        /// The number of the run.
        run: u64,
        /// What the case is about.
        kind: CaseKind,
        /// What was found, in one line.
        detail: String,
        /// The credits that it is about.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        credits: Vec<CreditName>,
    },
    /// A stored observation that this version does not know. It changes nothing but the revision.
    #[serde(other)]
    Unrecognised,
}

/// An instruction about a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Instruction {
    /// To open it at a provider, by a method or by the buyer's choice.
    Opening {
        /// The provider.
        provider: ProviderId,
        /// The method that is asked for.
        method: Option<PaymentMethod>,
    },
    /// To give back what was paid.
    Refund {
        /// The refund.
        refund: RefundRef,
    },
    /// To call the payment off.
    Cancel {
        /// The provider.
        provider: ProviderId,
    },
    /// To open the virtual account of the order.
    Account {
        /// The provider.
        provider: ProviderId,
    },
    /// To change the virtual account of the order.
    AccountChange {
        /// The provider.
        provider: ProviderId,
    },
}

impl std::fmt::Display for Instruction {
    /// What is instructed, such as `the opening at main`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Opening { provider, .. } => write!(f, "the opening at {provider}"),
            Self::Refund { refund } => write!(f, "the refund {refund}"),
            Self::Cancel { provider } => write!(f, "the cancellation at {provider}"),
            Self::Account { provider } => {
                write!(f, "the opening of the virtual account at {provider}")
            }
            Self::AccountChange { provider } => {
                write!(f, "the change of the virtual account at {provider}")
            }
        }
    }
}
