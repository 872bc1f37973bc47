//! The journal around a provider's payments.

#![deny(clippy::missing_trait_methods)]

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use payments_core::{
    Absence, Error, ErrorKind, Lookup, OrderRef, PaymentProvider, ProviderId, RefundRef, Result,
    Submission,
    payment::{
        CreateMode, CreatePayment, Payment, PaymentCapabilities, PaymentState, Refund,
        RefundPayment,
    },
    rules::{Repeat, RepeatWindow},
};
use tokio::time::{Instant, timeout_at};

use super::asking::Asking;
use super::send::Prepared;
use super::{PaymentMember, under_way};
use crate::{
    booking::book,
    engine::Running,
    record::{
        Instruction, OpeningState, Outcome, PaymentObservation, PaymentOpening, PaymentRecord,
        Permit, Report, ReportData, Source,
    },
    seeded::Seeded,
    shared::Shared,
    store::{Backend, StoreError},
};

/// How often a waiting call checks whether another engine has its outcome.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The result of opening a payment at one of several providers, see
/// [`Engine::open_payment_unless_elsewhere`](crate::Engine::open_payment_unless_elsewhere).
///
/// Exhaustive on purpose, because each variant decides which provider to call next.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "it is returned, and not kept")]
#[must_use = "what may have been opened is not opened elsewhere"]
pub enum RoutedOpening {
    /// This provider was called, now or before.
    Here(Submission<Payment>),
    /// This provider was not called, because another one may have the payment. Call that one.
    Elsewhere(ProviderId),
}

/// The payments of a provider behind the journal. Over the network, each order is opened at most
/// once by each method, and each refund is sent at most once.
///
/// Calls run completely on the engine's runtime. Dropping the future of a caller changes nothing.
pub(crate) struct JournaledPayments {
    engine: Arc<Running>,
    member: Arc<PaymentMember>,
    capabilities: PaymentCapabilities,
}

impl JournaledPayments {
    pub(crate) fn new(engine: Arc<Running>, member: PaymentMember) -> Self {
        let mut capabilities = member.payments.capabilities().clone();
        if capabilities.create == CreateMode::Networked {
            capabilities.repeat = Repeat::Deduplicated { within: RepeatWindow::Forever };
        }
        Self { engine, member: Arc::new(member), capabilities }
    }

    /// Opens a payment. If `is_routed`, it is not opened if another provider may have it.
    pub(crate) async fn open(
        &self,
        request: &CreatePayment,
        is_routed: bool,
    ) -> Result<RoutedOpening> {
        self.check(request)?;
        if self.capabilities.create == CreateMode::Networked {
            self.engine.shared().check_sends()?;
        } else {
            self.engine.shared().check_running()?;
        }
        let request = request.clone();
        let done = self.run(|shared, member| async move {
            shared.open_payment(&member, request, is_routed).await
        });
        done.await.unwrap_or_else(|| {
            let submission = under_way("the engine ended while the payment was under way");
            Ok(RoutedOpening::Here(submission))
        })
    }

    /// Runs work on the engine's runtime, and waits for it.
    async fn run<T, W>(
        &self,
        work: impl FnOnce(Arc<Shared>, Arc<PaymentMember>) -> W,
    ) -> Option<Result<T>>
    where
        T: Send + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let member = Arc::clone(&self.member);
        self.engine.run(|shared| work(shared, member)).await
    }
}

pub(in crate::journal) fn stopped() -> Error {
    Error::new(ErrorKind::Unavailable, "the engine was stopped")
}

#[async_trait]
impl PaymentProvider for JournaledPayments {
    fn capabilities(&self) -> &PaymentCapabilities {
        &self.capabilities
    }

    fn check(&self, request: &CreatePayment) -> Result<()> {
        self.member.payments.check(request)
    }

    async fn create_payment(&self, request: &CreatePayment) -> Result<Submission<Payment>> {
        match self.open(request, false).await? {
            RoutedOpening::Here(submission) => Ok(submission),
            RoutedOpening::Elsewhere(other) => {
                let message = format!("the order {} is open at {other}", request.order);
                Err(Error::new(ErrorKind::Conflict, message).with_field("order"))
            }
        }
    }

    async fn find_payment(&self, order: &OrderRef) -> Result<Lookup<Payment>> {
        let order = order.clone();
        let done = self
            .run(|shared, member| async move { shared.find_payment(&member, &order).await })
            .await;
        done.unwrap_or_else(|| Err(stopped()))
    }

    async fn cancel_payment(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        self.engine.shared().check_sends()?;
        let order = order.clone();
        let done = self
            .run(|shared, member| async move { shared.cancel_payment(&member, &order).await })
            .await;
        done.unwrap_or_else(|| Ok(under_way("the engine ended while it was cancelled")))
    }

    async fn refund_payment(&self, request: &RefundPayment) -> Result<Submission<Refund>> {
        self.engine.shared().check_sends()?;
        let request = request.clone();
        let done = self
            .run(|shared, member| async move { shared.refund_payment(&member, request).await })
            .await;
        done.unwrap_or_else(|| Ok(under_way("the engine ended while the refund was under way")))
    }

    async fn find_refund(&self, refund: &RefundRef) -> Result<Lookup<Refund>> {
        let refund = refund.clone();
        let done = self
            .run(|shared, member| async move { shared.find_refund(&member, &refund).await })
            .await;
        done.unwrap_or_else(|| Err(stopped()))
    }
}

impl Shared {
    /// Opens a payment while the caller waits, or returns the payment that its order already has.
    async fn open_payment(
        self: &Arc<Self>,
        member: &PaymentMember,
        request: CreatePayment,
        is_routed: bool,
    ) -> Result<RoutedOpening> {
        let order = request.order.clone();
        let deadline = Instant::now() + member.limits.wait;
        let turn = self.turn(&order);
        let Ok(_turn) = timeout_at(deadline, turn.lock()).await else {
            return Ok(RoutedOpening::Here(under_way("the same order is under way")));
        };
        let asking = Asking {
            provider: member.provider.id().clone(),
            is_offline: member.payments.capabilities().create == CreateMode::Offline,
            request,
            is_routed: is_routed && !self.is_seeded(Seeded::OpensElsewhereToo),
            opens_again: self.is_seeded(Seeded::OpensAgainWhatIsUncertain),
        };
        let of = Instruction::Opening {
            provider: asking.provider.clone(),
            method: asking.request.method,
        };
        loop {
            let deciding = asking.clone();
            let decide = move |record: Option<&PaymentRecord>| deciding.decide(record);
            let asked = self.journal.change_payment(&order, self.clock.now(), decide).await;
            let (record, _) = asked.map_err(StoreError::into_error)?;
            let record = record.ok_or_else(|| {
                Error::new(ErrorKind::Unavailable, "the journal lost a record that it had written")
            })?;
            if let Some(other) = asking.elsewhere(&record) {
                return Ok(RoutedOpening::Elsewhere(other.clone()));
            }
            asking.compare(&record)?;
            let Some(opening) = record.opening(&asking.provider, asking.request.method) else {
                return Err(Error::new(ErrorKind::Unavailable, "the journal lost an opening"));
            };
            match opening.state {
                OpeningState::Asked | OpeningState::Open if opening.is_offline => {
                    let opened = self.open_offline(member, &order, opening, of).await;
                    return opened.map(RoutedOpening::Here);
                }
                OpeningState::Asked => {
                    let opened = self.send_opening(member, opening, of).await;
                    return opened.map(RoutedOpening::Here);
                }
                OpeningState::Submitting => {
                    let ended = self.interrupt(&order, of.clone(), opening.permit.clone()).await;
                    if ended.map_err(StoreError::into_error)? {
                        // The buyer waits, so return what the provider has now.
                        if let Err(error) = self.find_payment(member, &order).await {
                            tracing::info!(%order, "the inquiry failed and will be repeated: {error}");
                        }
                        continue;
                    }
                }
                _ => {
                    if let Some(submission) = opening.submission() {
                        return Ok(RoutedOpening::Here(submission));
                    }
                }
            }
            if Instant::now() >= deadline {
                return Ok(RoutedOpening::Here(under_way("the same payment is under way")));
            }
            tokio::time::sleep(LOOK_AGAIN.min(deadline - Instant::now())).await;
        }
    }

    /// Opens a payment without sending anything, from the first request for it.
    async fn open_offline(
        self: &Arc<Self>,
        member: &PaymentMember,
        order: &OrderRef,
        opening: &PaymentOpening,
        of: Instruction,
    ) -> Result<Submission<Payment>> {
        let opened = member.payments.create_payment(&opening.request).await;
        let is_first = opening.state == OpeningState::Asked;
        let submission = match opened {
            Ok(submission) => submission,
            Err(error) if is_first => {
                return self.close_instruction(order, of, None, error).await;
            }
            // The first request was accepted before, so only its time can have passed since.
            Err(error) if error.field() == Some("expires_at") => {
                let until = opening.request.expires_at.map(|at| format!(" at {at}"));
                let message = format!(
                    "the time to pay the order {order} ended{}: use a new order reference",
                    until.unwrap_or_default()
                );
                let error = Error::new(ErrorKind::Conflict, message).with_source(error);
                return Err(error.with_field("expires_at"));
            }
            Err(error) => return Err(error),
        };
        if is_first {
            let outcome = Outcome::of(&submission);
            let (provider, method) = (opening.provider.clone(), opening.method());
            let opened = PaymentObservation::Opened { provider, method, token: None, outcome };
            // Nothing was sent, so a repeated call makes it again.
            self.record_outcome(order, opened).await.map_err(StoreError::into_error)?;
        }
        Ok(submission)
    }

    async fn send_opening(
        self: &Arc<Self>,
        member: &PaymentMember,
        opening: &PaymentOpening,
        of: Instruction,
    ) -> Result<Submission<Payment>> {
        let (provider, method) = (opening.provider.clone(), opening.method());
        let request = opening.request.clone();
        let is_prepared = {
            let (provider, request) = (provider.clone(), request.clone());
            move |record: &PaymentRecord| {
                record.opening(&provider, method).is_some_and(|opening| {
                    opening.state == OpeningState::Asked && opening.request == request
                })
            }
        };
        let prepared =
            Prepared { order: request.order.clone(), of, is_prepared: Arc::new(is_prepared) };
        let observation = |token, outcome| {
            let provider = provider.clone();
            PaymentObservation::Opened { provider, method, token, outcome }
        };
        let call = member.payments.create_payment(&request);
        self.instruct(&member.provider, &member.limits, prepared, call, observation).await
    }

    /// Marks an instruction as uncertain if its record says that it is under way and its sender can
    /// no longer write, because the time of its permit is over or its engine has ended. Returns
    /// whether its sender can no longer write.
    pub(crate) async fn interrupt(
        &self,
        order: &OrderRef,
        of: Instruction,
        permit: Option<Permit>,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let may_write = match permit.as_ref().filter(|permit| now <= permit.send_by) {
            Some(permit) if permit.start == self.journal.start => true,
            Some(permit) => self.is_elsewhere(permit.start).await?,
            None => false,
        };
        if may_write {
            // Leave it if its outcome is on record.
            let record = self.journal.read_payment(order).await?;
            return Ok(!record.is_some_and(|record| record.is_submitting(&of, permit.as_ref())));
        }
        let interrupted = self.journal.change_payment(order, now, move |record| {
            let is_it = record.is_some_and(|record| record.is_submitting(&of, permit.as_ref()));
            is_it.then(|| PaymentObservation::Interrupted { of: of.clone() })
        });
        interrupted.await.map(|_| true)
    }

    /// Inquires about an order, and books the response as evidence. If an opening is on record, an
    /// absence is conclusive only if the opening was not sent or was declined.
    pub(crate) async fn find_payment(
        &self,
        member: &PaymentMember,
        order: &OrderRef,
    ) -> Result<Lookup<Payment>> {
        let found = member.payments.find_payment(order).await?;
        let payments = match &found {
            Lookup::Found(payment) => vec![payment.clone()],
            Lookup::Several(payments) => payments.clone(),
            Lookup::Absent(_) => Vec::new(),
        };
        self.book_payments(member, payments).await.map_err(StoreError::into_error)?;
        let Lookup::Absent(Absence::Conclusive) = found else { return Ok(found) };
        let record = self.journal.read_payment(order).await.map_err(StoreError::into_error)?;
        let openings = record.map(|record| record.openings).unwrap_or_default();
        let may_turn_up = openings.iter().any(|opening| {
            opening.provider == *member.provider.id()
                && !matches!(
                    opening.state,
                    OpeningState::NotSent | OpeningState::Asked | OpeningState::Declined
                )
        });
        Ok(if may_turn_up {
            Lookup::Absent(Absence::inconclusive("it has an opening on record, and may turn up"))
        } else {
            found
        })
    }

    /// Books what an inquiry found.
    async fn book_payments(
        &self,
        member: &PaymentMember,
        payments: Vec<Payment>,
    ) -> Result<(), StoreError> {
        if payments.is_empty() {
            return Ok(());
        }
        let (token, now, start) = (self.journal.token(), self.clock.now(), self.journal.start);
        let provider = member.provider.id().clone();
        let booking = move |backend: &mut dyn Backend| {
            for (index, payment) in payments.iter().enumerate() {
                let data = ReportData::Payment(Box::new(payment.clone()));
                let report = Report::new(provider.clone(), Source::Inquiry, data);
                book(backend, &report, &format!("{token}-{index}"), now, start)?;
            }
            let alive = payments.iter().filter(|payment| {
                !matches!(
                    payment.state,
                    PaymentState::Expired | PaymentState::Cancelled | PaymentState::Failed
                )
            });
            let number = alive.count();
            if let Some(first) = payments.first().filter(|_| number > 1) {
                let provider = provider.clone();
                let several = PaymentObservation::Several { provider, number, refund: None };
                crate::booking::change_payment(
                    backend,
                    &first.order,
                    &format!("{token}-several"),
                    now,
                    start,
                    |record| {
                        let known = record?
                            .cases
                            .iter()
                            .any(|case| case.kind == crate::record::CaseKind::PaidTwice);
                        (!known).then_some(several)
                    },
                )?;
            }
            Ok(())
        };
        self.journal.store.run(booking).await
    }
}
