//! Mistakes in payments.

#![deny(clippy::missing_trait_methods)]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use payments_core::{
    Absence, Clock, DeclineReason, Error, ErrorKind, Lookup, OrderRef, PaymentProvider, RefundRef,
    Result, Submission, UncertainCause,
    bank::AccountNumber,
    money::Money,
    payment::{
        CreateMode, CreatePayment, NextAction, Payment, PaymentCapabilities, PaymentState, Refund,
        RefundPayment, Transfer,
    },
};
use vietqr::VietQr;

use super::{Bug, VIETNAM};
use crate::{Settings, rules::REFERENCE};

const ANY: Money = Money::vnd(1);
const MINUTE: Duration = Duration::from_secs(60);

pub(super) struct Careless {
    bug: Bug,
    inner: Arc<dyn PaymentProvider>,
    capabilities: PaymentCapabilities,
    api_key: String,
    clock: Arc<dyn Clock>,
    /// The opened orders, for bugs that confuse one order with another.
    opened: Mutex<Vec<OrderRef>>,
}

impl Careless {
    pub(super) fn new(bug: Bug, inner: Arc<dyn PaymentProvider>, settings: &Settings) -> Self {
        let mut capabilities = inner.capabilities().clone();
        if bug == Bug::ClaimsToOpenOffline {
            capabilities.create = CreateMode::Offline;
        }
        let (api_key, clock) = (settings.api_key.clone(), Arc::clone(&settings.clock));
        Self { bug, inner, capabilities, api_key, clock, opened: Mutex::default() }
    }

    /// Returns the reference by which an order is queried.
    fn name(&self, order: &OrderRef) -> OrderRef {
        let most = match self.bug {
            Bug::CutsALongReference => REFERENCE.max,
            Bug::FindsByFortyCharacters => 40,
            _ => return order.clone(),
        };
        let cut: String = order.as_str().chars().take(most).collect();
        OrderRef::new(cut).unwrap_or_else(|_| order.clone())
    }

    /// Returns the request that is sent instead.
    fn sent(&self, request: &CreatePayment) -> CreatePayment {
        let mut request = request.clone();
        match self.bug {
            Bug::CutsTheDescription => {
                request.description = request.description.chars().take(40).collect();
            }
            Bug::IgnoresTheReturnUrl => request.return_url = None,
            _ => {}
        }
        request
    }

    fn shown(&self, order: &OrderRef, shown: &mut Transfer) {
        match self.bug {
            Bug::ShowsAnotherAccount => {
                if let Ok(number) = AccountNumber::new("96200000001234") {
                    shown.account.number = number;
                    shown.vietqr = None;
                }
            }
            Bug::ShowsTheReferenceAsMemo => {
                shown.memo = Some(order.to_string());
                shown.vietqr = None;
            }
            Bug::ShowsAQrOfAnotherAmount => {
                let payload = shown.vietqr.as_deref().and_then(|text| VietQr::parse(text).ok());
                let payload = payload.and_then(|qr| qr.with_amount(10_000).ok());
                shown.vietqr = payload.map(|qr| qr.payload());
            }
            _ => {}
        }
    }

    /// Returns the other orders that are confused with this one.
    fn taken_for(&self, order: &OrderRef) -> Vec<OrderRef> {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let is_taken = |other: &&OrderRef| match self.bug {
            Bug::FindsByTheBeginning => other.as_str().starts_with(order.as_str()),
            Bug::FindsInAnyCase => other.as_str().eq_ignore_ascii_case(order.as_str()),
            _ => false,
        };
        opened.iter().filter(is_taken).filter(|other| *other != order).cloned().collect()
    }

    fn opened(&self, mut payment: Payment) -> Payment {
        match self.bug {
            Bug::TakesCreatedForPaid => {
                payment.state = PaymentState::Settled;
                payment.received = payment.asked;
            }
            Bug::SendsTheEndInLocalTime => {
                payment.expires_at = payment.expires_at.map(|end| end.plus(VIETNAM));
            }
            Bug::PutsTheKeyIntoTheLink => {
                if let Some(NextAction::Redirect { url }) = payment.next.first_mut() {
                    *url = format!("{url}?key={}", self.api_key);
                }
            }
            _ => {}
        }
        let order = payment.order.clone();
        for next in payment.next.iter_mut() {
            if let NextAction::Transfer(transfer) = next {
                self.shown(&order, transfer);
            }
        }
        payment
    }

    fn found(&self, mut payment: Payment) -> Payment {
        if self.bug == Bug::DoesNotKnowExpired && payment.state == PaymentState::Expired {
            payment.state = PaymentState::Uncertain;
        }
        let arrived = payment.received.filter(|received| received.is_positive());
        let (Some(asked), Some(received)) = (payment.asked, arrived) else { return payment };
        match self.bug {
            Bug::TakesAskedForReceived => payment.received = Some(asked),
            Bug::TakesReceivedForAsked => payment.asked = Some(received),
            Bug::TakesNowForWhenItArrived => {
                payment.credits.iter_mut().for_each(|credit| credit.at = Some(self.clock.now()));
            }
            Bug::ForgivesADong if asked.minor().abs_diff(received.minor()) <= 1 => {
                payment.received = Some(asked);
            }
            Bug::MergesEqualCredits => {
                let mut seen = Vec::new();
                payment.credits.retain(|credit| {
                    let is_new = !seen.contains(&credit.amount);
                    seen.push(credit.amount);
                    is_new
                });
            }
            _ => {}
        }
        payment
    }
}

#[async_trait]
impl PaymentProvider for Careless {
    fn capabilities(&self) -> &PaymentCapabilities {
        &self.capabilities
    }

    fn check(&self, request: &CreatePayment) -> Result<()> {
        self.inner.check(request)
    }

    async fn create_payment(&self, request: &CreatePayment) -> Result<Submission<Payment>> {
        let left = request.expires_at.map(|end| end.since(self.clock.now()));
        if self.bug == Bug::RefusesWhatItsCheckAllows && left.is_some_and(|left| left < MINUTE) {
            return Err(Error::invalid("expires_at", "is less than a minute away"));
        }
        let order = request.order.clone();
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).push(order);
        Ok(match self.inner.create_payment(&self.sent(request)).await? {
            Submission::Uncertain(uncertain)
                if self.bug == Bug::IgnoresResponseSignatures
                    && uncertain.cause == UncertainCause::BadSignature =>
            {
                let payment = Payment::new(request.order.clone(), PaymentState::Open);
                Submission::Accepted(payment.with_asked(request.amount))
            }
            Submission::Uncertain(uncertain)
                if self.bug == Bug::TakesAnUnknownCodeForARefusal
                    && uncertain.cause == UncertainCause::UnknownCode =>
            {
                super::refused(DeclineReason::Other)
            }
            Submission::Declined(decline) if self.bug == Bug::ConfirmsEveryRefusal => {
                Submission::Declined(decline.confirmed())
            }
            other => other.map(|payment| self.opened(payment)),
        })
    }

    async fn find_payment(&self, order: &OrderRef) -> Result<Lookup<Payment>> {
        for other in self.taken_for(order) {
            if let Ok(Lookup::Found(mut payment)) = self.inner.find_payment(&other).await
                && payment.received.is_some_and(|received| received.is_positive())
            {
                payment.order = order.clone();
                return Ok(Lookup::Found(payment));
            }
        }
        match self.inner.find_payment(&self.name(order)).await {
            Ok(Lookup::Found(payment)) => Ok(Lookup::Found(self.found(payment))),
            Err(error)
                if self.bug == Bug::TakesAnOutageForAnAbsence
                    && matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Transport) =>
            {
                Ok(Lookup::Absent(Absence::inconclusive("there is no such payment")))
            }
            other => other,
        }
    }

    async fn cancel_payment(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        self.inner.cancel_payment(&self.name(order)).await
    }

    async fn refund_payment(&self, request: &RefundPayment) -> Result<Submission<Refund>> {
        if self.bug == Bug::RefundsTheFirstOrder && request.amount.is_some() {
            let mut misdirected = request.clone();
            let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner).clone();
            for first in opened {
                let paid = self.inner.find_payment(&first).await;
                if matches!(paid, Ok(Lookup::Found(paid)) if paid.settles(paid.asked.unwrap_or(ANY)))
                {
                    misdirected.order = first;
                    break;
                }
            }
            let refunded = self.inner.refund_payment(&misdirected).await?;
            return Ok(refunded.map(|mut refund| {
                refund.order = request.order.clone();
                refund
            }));
        }
        if self.bug != Bug::RefundsEverything {
            return self.inner.refund_payment(request).await;
        }
        let mut everything = request.clone();
        everything.amount = None;
        let refunded = self.inner.refund_payment(&everything).await?;
        Ok(refunded.map(|mut refund| {
            refund.amount = request.amount.unwrap_or(refund.amount);
            refund
        }))
    }

    async fn find_refund(&self, refund: &RefundRef) -> Result<Lookup<Refund>> {
        self.inner.find_refund(refund).await
    }
}
