//! Observations of a payment. A record is the fold of its observations.

use payments_core::{
    DedupeKey, OrderRef, PayoutRef, ProviderId, RefundRef, Timestamp,
    money::Money,
    payment::{CreatePayment, Payment, PaymentMethod, Refund, RefundPayment},
    virtual_account::{OpenVirtualAccount, VirtualAccount, VirtualAccountRef},
};
use serde::{Deserialize, Serialize};

use super::AccountChangeKind;
use crate::record::{CaseKind, CreditName, Decision, Outcome, RecordState, Report, Seen};

/// An observation of the payment of one order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PaymentObservation {
    /// The payment is to be opened at a provider. Written before the provider is called.
    Asked {
        /// The provider that is to open the payment.
        provider: ProviderId,
        /// The request.
        request: Box<CreatePayment>,
        /// Whether the opening sends nothing, so that it can be repeated.
        is_offline: bool,
    },
    /// A part of the payment is to be refunded. Written before the provider is called.
    RefundAsked {
        /// The provider that is to refund the money.
        provider: ProviderId,
        /// The request, with a fixed amount.
        request: Box<RefundPayment>,
    },
    /// A part of the payment is to be refunded by a payout.
    RefundByPayoutAsked {
        /// The refund.
        refund: RefundRef,
        /// The provider that sends the payout.
        provider: ProviderId,
        /// The payout.
        payout: PayoutRef,
        /// The amount.
        amount: Money,
    },
    /// The payout that carries out a refund changed its state.
    RefundFollowed {
        /// The refund.
        refund: RefundRef,
        /// The state of the payout.
        state: RecordState,
    },
    /// The payment is to be cancelled at a provider. Written before the provider is called.
    CancelAsked {
        /// The order.
        order: OrderRef,
        /// The provider.
        provider: ProviderId,
    },
    /// A virtual account is to be opened. Written before the provider is called.
    AccountAsked {
        /// The provider that is to open the account.
        provider: ProviderId,
        /// The request.
        request: Box<OpenVirtualAccount>,
        /// Whether an inquiry can find an account whose opening was lost.
        is_found_by_reference: bool,
    },
    /// A virtual account is to be changed. Written before the provider is called.
    AccountChangeAsked {
        /// The provider.
        provider: ProviderId,
        /// The account.
        account: VirtualAccountRef,
        /// The change.
        change: AccountChangeKind,
    },
    /// The permit to send an instruction was given.
    PermitTaken {
        /// The instruction.
        of: Instruction,
        /// The token of the permit.
        token: String,
        /// The time after which the holder of the permit writes no byte.
        send_by: Timestamp,
    },
    /// An instruction was closed as not sent. It is not sent unless it is requested again.
    NotSent {
        /// The instruction.
        of: Instruction,
        /// The token of the permit that is given back, if one was taken.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// The reason, in one line.
        why: String,
    },
    /// A provider responded to the instruction to open a payment.
    Opened {
        /// The provider.
        provider: ProviderId,
        /// The requested method, or `None` if the buyer chooses.
        method: Option<PaymentMethod>,
        /// The token of the permit under which the instruction was sent, or `None` if there was no
        /// permit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// The outcome.
        outcome: Outcome<Payment>,
    },
    /// A provider responded to the instruction to refund a payment.
    Refunded {
        /// The refund.
        refund: RefundRef,
        /// The token of the permit under which the instruction was sent, or `None` if there was no
        /// permit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// The outcome.
        outcome: Outcome<Refund>,
    },
    /// A provider responded to the instruction to cancel a payment.
    Cancelled {
        /// The provider.
        provider: ProviderId,
        /// The token of the permit under which the instruction was sent, or `None` if there was no
        /// permit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// The outcome.
        outcome: Outcome<Payment>,
    },
    /// A provider responded to an instruction about a virtual account.
    AccountAnswered {
        /// The instruction.
        of: Instruction,
        /// The token of the permit under which the instruction was sent, or `None` if there was no
        /// permit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// The outcome.
        outcome: Outcome<VirtualAccount>,
    },
    /// An inquiry found the virtual account of the order.
    AccountFound {
        /// The provider.
        provider: ProviderId,
        /// The accounts that the inquiry found, at least one.
        accounts: Vec<VirtualAccount>,
    },
    /// The provider shows that an uncertain instruction was not carried out, long enough after it
    /// may have been sent.
    NotCarriedOut {
        /// The instruction.
        of: Instruction,
        /// The evidence, in one line.
        why: String,
    },
    /// No outcome was recorded, and the sender of the instruction ended or the time of its permit
    /// is over.
    Interrupted {
        /// The instruction.
        of: Instruction,
    },
    /// A trusted report arrived.
    Reported {
        /// The order that the report belongs to. The report names the order, its payment code or
        /// its virtual account.
        order: OrderRef,
        /// The report.
        report: Box<Report>,
    },
    /// An inquiry found more than one payment under the order, or more than one refund under a
    /// name.
    Several {
        /// The provider.
        provider: ProviderId,
        /// The number of payments or refunds.
        number: usize,
        /// The name of the refunds, or `None` if the inquiry found payments.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refund: Option<RefundRef>,
    },
    /// A credit that a report names already belongs to another order.
    ClaimedTwice {
        /// The provider of the credit.
        provider: ProviderId,
        /// The key of the credit.
        key: DedupeKey,
        /// The order that the credit belongs to.
        order: OrderRef,
    },
    /// The outcome of an instruction is still unknown after the time for inquiries, or the provider
    /// cannot be asked. A case is opened.
    WindowPassed {
        /// The instruction.
        of: Instruction,
        /// How long the engine inquired, in seconds.
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
        /// The reason.
        why: String,
    },
    /// A reconciliation found a difference that a person has to decide about.
    Reconciled {
        /// The number of the run.
        run: u64,
        /// The kind of the case.
        kind: CaseKind,
        /// The finding, in one line.
        detail: String,
        /// The finding as data, if it is about amounts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<Seen>,
        /// The credits that the case is about.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        credits: Vec<CreditName>,
    },
    /// A stored observation that this version does not know. It changes only the revision.
    #[serde(other)]
    Unrecognised,
}

/// An instruction about a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Instruction {
    /// Opens the payment at a provider, by a method or by the buyer's choice.
    Opening {
        /// The provider.
        provider: ProviderId,
        /// The requested method, or `None` if the buyer chooses.
        method: Option<PaymentMethod>,
    },
    /// Refunds a part of the payment.
    Refund {
        /// The refund.
        refund: RefundRef,
    },
    /// Cancels the payment.
    Cancel {
        /// The provider.
        provider: ProviderId,
    },
    /// Opens the virtual account of the order.
    Account {
        /// The provider.
        provider: ProviderId,
    },
    /// Updates, closes or reopens the virtual account of the order.
    AccountChange {
        /// The provider.
        provider: ProviderId,
    },
}

impl std::fmt::Display for Instruction {
    /// Formats the instruction for a sentence, such as `the opening at main`.
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
