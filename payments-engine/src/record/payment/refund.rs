//! The refunds of a payment.

use payments_core::{
    Decline, GatewayRef, PayoutRef, ProviderId, RefundRef, Submission, Timestamp, Uncertain,
    UncertainCause,
    money::Money,
    payment::{Refund, RefundPayment, RefundState},
};
use serde::{Deserialize, Serialize};

use crate::record::{Permit, RecordState};

/// One refund of a payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RefundRecord {
    /// The merchant's reference of the refund.
    pub refund: RefundRef,
    /// The provider that refunds the money.
    pub provider: ProviderId,
    /// The amount, fixed when the refund was requested.
    pub amount: Money,
    /// The payout that carries out the refund, if the provider of the payment cannot refund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payout: Option<PayoutRef>,
    /// The request of the app. `None` if the app requested no refund of the provider: a report
    /// mentioned the refund, or a payout carries it out.
    #[serde(default)]
    pub request: Option<RefundPayment>,
    /// The state of the refund.
    pub state: RefundRecordState,
    /// When the refund was requested or first reported.
    pub asked_at: Timestamp,
    /// The permit that was given, unless it was given back.
    #[serde(default)]
    pub permit: Option<Permit>,
    /// The gateway's name of the refund.
    #[serde(default)]
    pub gateway_ref: Option<GatewayRef>,
    /// The refusal, if the provider refused the refund.
    #[serde(default)]
    pub decline: Option<Decline>,
    /// Why the outcome is or was uncertain, or `None` if it never was.
    #[serde(default)]
    pub uncertain: Option<Uncertain>,
    /// Why the refund was closed as not sent. `None` if it never was, or if a payout carries it
    /// out: see the payout's record.
    #[serde(default)]
    pub not_sent: Option<String>,
}

/// The state of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RefundRecordState {
    /// The refund is recorded, and no permit to send it was given.
    Asked,
    /// The permit was given, so the refund may be under way.
    Submitting,
    /// The refund was not sent, and will not be unless it is requested again.
    NotSent,
    /// The provider accepted the refund and has not finished.
    Pending,
    /// The money was refunded.
    Done,
    /// The provider refused the refund, it failed, its payout came back, or a person decided that
    /// it never arrived. The buyer does not have the money.
    Failed,
    /// The refund may or may not have been carried out. It is never sent again.
    ///
    /// A stored word that this version does not know is read as this state.
    #[serde(other)]
    Uncertain,
}

impl RefundRecordState {
    /// Returns whether the refund may cost money: it neither failed nor was closed as not sent.
    pub fn may_cost(self) -> bool {
        !matches!(self, Self::Failed | Self::NotSent)
    }
}

impl RefundRecord {
    pub(super) fn new(
        refund: RefundRef,
        provider: ProviderId,
        amount: Money,
        at: Timestamp,
    ) -> Self {
        Self {
            refund,
            provider,
            amount,
            payout: None,
            request: None,
            state: RefundRecordState::Asked,
            asked_at: at,
            permit: None,
            gateway_ref: None,
            decline: None,
            uncertain: None,
            not_sent: None,
        }
    }

    /// Applies the state of the payout that carries it out.
    pub(super) fn follow(&mut self, state: RecordState) {
        self.state = match state {
            RecordState::Prepared => RefundRecordState::Asked,
            RecordState::Submitting => RefundRecordState::Submitting,
            RecordState::NotSent => RefundRecordState::NotSent,
            RecordState::AwaitingApproval | RecordState::Pending => RefundRecordState::Pending,
            RecordState::Succeeded => RefundRecordState::Done,
            // The money came back to the merchant.
            RecordState::Failed | RecordState::Reversed => RefundRecordState::Failed,
            RecordState::Uncertain => RefundRecordState::Uncertain,
        };
    }

    /// Returns whether it is recorded and has no permit, and no payout carries it out.
    pub(crate) fn is_unsent(&self) -> bool {
        self.payout.is_none() && self.state == RefundRecordState::Asked
    }

    /// Returns whether it may be under way, or has an unknown outcome. If a payout carries it out,
    /// the engine inquires about the payout instead.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.payout.is_none()
            && matches!(
                self.state,
                RefundRecordState::Submitting
                    | RefundRecordState::Uncertain
                    | RefundRecordState::Pending
            )
    }

    /// Returns whether no permit is out, or only this one.
    pub(crate) fn may_close(&self, token: Option<&String>) -> bool {
        match self.state {
            RefundRecordState::Asked => true,
            RefundRecordState::Submitting => {
                token.is_some() && self.permit.as_ref().map(|permit| &permit.token) == token
            }
            _ => false,
        }
    }

    pub(super) fn close(&mut self, token: Option<&String>, why: &str) {
        if self.may_close(token) {
            self.state = RefundRecordState::NotSent;
            self.permit = None;
            self.not_sent = Some(why.to_owned());
        }
    }

    pub(super) fn doubt(&mut self, uncertain: Uncertain) {
        if matches!(self.state, RefundRecordState::Asked | RefundRecordState::Submitting) {
            self.state = RefundRecordState::Uncertain;
        }
        self.uncertain = Some(uncertain);
    }

    /// Applies a provider's report of it. Returns the contradiction, if there is one.
    pub(super) fn see(&mut self, seen: &Refund) -> Option<String> {
        if seen.gateway_ref.is_some() {
            self.gateway_ref.clone_from(&seen.gateway_ref);
        }
        if seen.amount != self.amount {
            return Some(format!(
                "the provider reports another amount of the refund {}",
                self.refund
            ));
        }
        let state = match seen.state {
            RefundState::Pending => RefundRecordState::Pending,
            RefundState::Done => RefundRecordState::Done,
            RefundState::Failed => RefundRecordState::Failed,
            _ => RefundRecordState::Uncertain,
        };
        match (self.state, state) {
            (known, seen) if known == seen => None,
            (RefundRecordState::Done, RefundRecordState::Failed)
            | (RefundRecordState::Failed, RefundRecordState::Done) => {
                // Money that may have been refunded counts as refunded.
                self.state = RefundRecordState::Done;
                Some(format!("the refund {} was reported as done and as failed", self.refund))
            }
            (RefundRecordState::Done | RefundRecordState::Failed, _)
            | (RefundRecordState::Pending, RefundRecordState::Uncertain) => None,
            (_, seen) => {
                self.state = seen;
                None
            }
        }
    }

    /// Returns the result of a repeated instruction. It is `None` while the outcome is unknown, or
    /// if it was not sent.
    pub(crate) fn submission(&self) -> Option<Submission<Refund>> {
        let refund = |state| {
            let order = self.request.as_ref()?.order.clone();
            let mut refund = Refund::new(self.refund.clone(), order, self.amount, state);
            refund.gateway_ref.clone_from(&self.gateway_ref);
            Some(Submission::Accepted(refund))
        };
        match self.state {
            RefundRecordState::Asked
            | RefundRecordState::Submitting
            | RefundRecordState::NotSent => None,
            RefundRecordState::Pending => refund(RefundState::Pending),
            RefundRecordState::Done => refund(RefundState::Done),
            RefundRecordState::Failed => match &self.decline {
                Some(decline) => Some(Submission::Declined(decline.clone())),
                None => refund(RefundState::Failed),
            },
            RefundRecordState::Uncertain => Some(match (&self.decline, &self.uncertain) {
                (Some(decline), _) => Submission::Declined(decline.clone()),
                (None, Some(uncertain)) => Submission::Uncertain(uncertain.clone()),
                (None, None) => Submission::Uncertain(Uncertain::new(
                    UncertainCause::ProviderUndecided,
                    "the outcome of the refund is not known",
                )),
            }),
        }
    }
}
