//! What was observed of a payout. A record is the fold of its observations.

use payments_core::{
    OrderRef, ProviderId, RefundRef, Timestamp,
    money::Money,
    payout::{CreatePayout, Payout},
};
use serde::{Deserialize, Serialize};

use super::{CaseKind, Decision, Outcome, RecordKind};

/// One observation of a payout, or of a payment, with its place in the history.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Observed<O = Observation> {
    /// The revision that the record has because of it.
    pub revision: u64,
    /// When it was written.
    pub at: Timestamp,
    /// The start of the engine that wrote it; 0 if an app wrote it in its own transaction.
    pub start: u64,
    /// What was observed.
    pub observation: O,
}

/// What was observed of a payout.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Observation {
    /// It was instructed.
    Opened {
        /// The provider that is to send it.
        provider: ProviderId,
        /// What was instructed.
        request: Box<CreatePayout>,
        /// Who sends it.
        kind: RecordKind,
        /// After this time the engine no longer sends it by itself.
        send_before: Timestamp,
        /// The refund that it carries out, if it is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refund_of: Option<RefundOf>,
    },
    /// It was handed over while a call waited for it: from now on the engine sends it.
    TakenOver {
        /// After this time the engine no longer sends it by itself.
        send_before: Timestamp,
    },
    /// The permit to send it was given.
    PermitTaken {
        /// The token of the permit.
        token: String,
        /// After this time its holder writes no byte.
        send_by: Timestamp,
    },
    /// The permit was given back: its holder had written no byte.
    PermitReturned {
        /// The token of the permit.
        token: String,
        /// Why nothing was sent, in one line.
        why: String,
    },
    /// It was closed: nothing was sent, and nothing will be.
    NotSent {
        /// The token of the permit that is given back, if one was taken.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// Why, in one line.
        why: String,
    },
    /// The provider answered the instruction.
    Responded {
        /// The token of the permit under which it was sent; `None` if there was no permit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// What the provider answered.
        outcome: Outcome<Payout>,
    },
    /// Its sender ended without recording an outcome.
    Interrupted,
    /// An inquiry found it: one payout, or several under one reference.
    Found {
        /// What the provider reports.
        payouts: Vec<Payout>,
    },
    /// An inquiry found nothing, and that is conclusive.
    Concluded {
        /// Which rule makes it conclusive.
        by: Conclusion,
    },
    /// The provider no longer answers inquiries about it.
    WindowPassed {
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
    /// A statement of its provider lists it, by its reference: the money left.
    Listed {
        /// The amount that left.
        amount: Money,
        /// When, if the statement says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<Timestamp>,
    },
    /// A reconciliation found what a person has to decide.
    Reconciled {
        /// The number of the run.
        run: u64,
        /// What the case is about.
        kind: CaseKind,
        /// What was found, in one line.
        detail: String,
    },
    /// A stored observation that this version does not know. It changes nothing but the revision.
    #[serde(other)]
    Unrecognised,
}

/// The refund that a payout carries out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RefundOf {
    /// The order of the payment.
    pub order: OrderRef,
    /// The refund.
    pub refund: RefundRef,
}

/// The rule by which an absence ends a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Conclusion {
    /// The provider's inquiries know every instruction at once.
    Always,
    /// The provider books within a time that has passed, or never.
    After,
    /// The provider refused it, and later knew nothing of it.
    AfterRefusal,
    /// A rule that this version does not know.
    #[serde(other)]
    Unrecognised,
}
