//! Observations of a payout. A record is the fold of its observations.

use payments_core::{
    OrderRef, ProviderId, RefundRef, Timestamp,
    money::Money,
    payout::{CreatePayout, Payout},
};
use serde::{Deserialize, Serialize};

use super::{CaseKind, Decision, Outcome, RecordKind, Seen};

/// One observation of a payout, or of a payment, with its place in the history.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Observed<O = Observation> {
    /// The revision of the record after this observation.
    pub revision: u64,
    /// When the observation was written.
    pub at: Timestamp,
    /// The number of the engine start that wrote the observation, or 0 if an app wrote it in its
    /// own transaction.
    pub start: u64,
    /// The observation.
    pub observation: O,
}

/// An observation of a payout.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Observation {
    /// The payout was instructed.
    Opened {
        /// The provider that is to send the payout.
        provider: ProviderId,
        /// The request.
        request: Box<CreatePayout>,
        /// Who sends the payout.
        kind: RecordKind,
        /// The end of the time for sending a payout that was handed over. After it, the engine
        /// closes the payout as not sent, unless it was sent before. A new instruction may then
        /// send it.
        send_before: Timestamp,
        /// The refund that the payout carries out, if there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refund_of: Option<RefundOf>,
    },
    /// The payout was handed over while a call waited for it, so that now the engine sends it.
    TakenOver {
        /// The end of the time for sending a payout that was handed over. After it, the engine
        /// closes the payout as not sent, unless it was sent before. A new instruction may then
        /// send it.
        send_before: Timestamp,
    },
    /// The permit to send the payout was given.
    PermitTaken {
        /// The token of the permit.
        token: String,
        /// The time after which the holder of the permit writes no byte.
        send_by: Timestamp,
    },
    /// The permit was given back, because its holder wrote no byte.
    PermitReturned {
        /// The token of the permit.
        token: String,
        /// Why nothing was sent, in one line.
        why: String,
    },
    /// The payout was closed as not sent. It is not sent unless its reference is instructed again.
    NotSent {
        /// The token of the permit that is given back, if one was taken.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// The reason, in one line.
        why: String,
    },
    /// The provider responded to the instruction.
    Responded {
        /// The token of the permit under which the instruction was sent, or `None` if there was no
        /// permit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// The outcome that the provider returned.
        outcome: Outcome<Payout>,
    },
    /// No outcome was recorded, and the sender of the payout ended or the time of its permit is
    /// over.
    Interrupted,
    /// An inquiry found one payout, or several under one reference.
    Found {
        /// The payouts that the provider reports.
        payouts: Vec<Payout>,
    },
    /// An inquiry found nothing, and the absence is conclusive.
    Concluded {
        /// The rule that makes it conclusive.
        by: Conclusion,
    },
    /// The outcome is still unknown after the time for inquiries, or the provider cannot be asked.
    /// A case is opened.
    WindowPassed {
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
    /// A statement of the provider lists the payout by its reference, so its money left.
    Listed {
        /// The amount that left.
        amount: Money,
        /// When the money left, or `None` if the statement does not contain a time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<Timestamp>,
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
    },
    /// A stored observation that this version does not know. It changes only the revision.
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
    /// The provider's inquiries show every instruction immediately.
    Always,
    /// The provider books within a time that has passed, or never.
    After,
    /// The provider refused the payout, and a later inquiry did not find it.
    AfterRefusal,
    /// A rule that this version does not know.
    #[serde(other)]
    Unrecognised,
}
