//! Routing: chooses the provider for a request, by each provider's own check and by preference.

use std::collections::VecDeque;

use payments_core::{
    Error, ErrorKind, Provider, ProviderId, Result, Submission,
    payment::{CreatePayment, Payment},
    payout::CreatePayout,
};

use crate::Payments;

/// The providers that accept a request, and the reasons why the others do not.
#[derive(Debug)]
#[non_exhaustive]
pub struct Route<'a> {
    /// The providers that accept the request, the preferred ones first. Never empty, and without
    /// duplicates.
    pub providers: Vec<&'a Provider>,
    /// The other providers, each with its reason.
    pub passed_over: Vec<PassedOver>,
}

/// A provider that was skipped, or that did not open a payment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PassedOver {
    /// The name of the provider.
    pub provider: ProviderId,
    /// The reason, in one line.
    pub reason: String,
}

/// The outcome of opening a payment, and the provider that opened it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Opened {
    /// The provider that opened the payment, or the last one that was called. Store it with the
    /// order, because only this provider can show the payment again: see
    /// [`Payments::open_payment_at`].
    pub provider: ProviderId,
    /// The outcome.
    pub submission: Submission<Payment>,
    /// The preferred providers that did not open the payment: their check refused the request, or
    /// they were called without success.
    pub passed_over: Vec<PassedOver>,
}

/// The result of calling one provider of a route.
#[expect(clippy::large_enum_variant, reason = "it is returned, and not kept")]
enum Asked {
    /// The provider was called.
    Here(Submission<Payment>),
    /// The provider was not called, because this other one may have the order.
    #[cfg_attr(not(feature = "engine"), expect(dead_code, reason = "only an engine knows"))]
    Elsewhere(ProviderId),
}

impl Payments {
    /// Returns the providers that can open this payment, the preferred ones first. Each decides by
    /// its own [check](payments_core::PaymentProvider::check).
    ///
    /// # Errors
    /// Returns [`Unsupported`](crate::ErrorKind::Unsupported), with the reason of each provider, if
    /// none can open it.
    pub fn route(&self, request: &CreatePayment) -> Result<Route<'_>> {
        self.able("payment", |provider| provider.payments().and_then(|role| role.check(request)))
    }

    /// Returns the providers that can make this payout, the preferred ones first. Each decides by
    /// its own [check](payments_core::PayoutProvider::check).
    ///
    /// Choose one of them and keep it: once anything was sent, never send the payout to another
    /// provider.
    ///
    /// # Errors
    /// Returns [`Unsupported`](crate::ErrorKind::Unsupported), with the reason of each provider, if
    /// none can make it.
    pub fn route_payout(&self, request: &CreatePayout) -> Result<Route<'_>> {
        self.able("payout", |provider| provider.payouts().and_then(|role| role.check(request)))
    }

    /// Opens a payment at the first provider that accepts it. Each provider is called at most once.
    ///
    /// The next provider is tried only if nothing happened at the one before: it returned an error,
    /// or a refusal that it confirmed. None is tried after an uncertain outcome, an unconfirmed
    /// refusal, or a refusal because the order reference was used before.
    ///
    /// A hub [through an engine](Self::through) stores the name of the provider before it calls it.
    /// If you call this method again for the same order, even after a restart or from another
    /// process, the hub calls the provider that may have the order by this method, and no other.
    ///
    /// Without an engine, call this once per order. A second call may open the order at another
    /// provider, and then both can be paid. To show a payment again, call
    /// [`open_payment_at`](Self::open_payment_at) with the provider of the first call. If the app
    /// stops during the call, or drops the future, the outcome is uncertain, and the provider is
    /// unknown: call `find_payment` of every provider of [`route`](Self::route). An app that has to
    /// know the provider beforehand gets it from `route`, stores it, and calls `open_payment_at`.
    ///
    /// # Errors
    /// Returns the error of the last provider if no provider opened the payment, or of the provider
    /// that has the order, for instance
    /// [`Conflict`](crate::ErrorKind::Conflict) for another amount.
    pub async fn open_payment(&self, request: &CreatePayment) -> Result<Opened> {
        let Route { providers, mut passed_over } = self.route(request)?;
        let mut turns_left = providers.len();
        let mut waiting = VecDeque::from(providers);
        let mut last: Option<(ProviderId, Result<Opened>)> = None;
        while let Some(provider) = waiting.pop_front() {
            passed_over.retain(|passed| passed.provider != *provider.id());
            let outcome = match self.ask(provider, request).await {
                Ok(Asked::Here(submission)) => Ok(submission),
                Ok(Asked::Elsewhere(other)) if turns_left > 0 => {
                    turns_left -= 1;
                    let other = self.provider(other)?;
                    waiting.retain(|waits| waits.id() != other.id());
                    waiting.push_front(provider);
                    waiting.push_front(other);
                    let reason = format!("{} may have the order", other.id());
                    passed_over.push(PassedOver { provider: provider.id().clone(), reason });
                    continue;
                }
                Ok(Asked::Elsewhere(other)) => {
                    // The provider that has the order was called just before this one.
                    if let Some((_, outcome)) = last.filter(|(called, _)| *called == other) {
                        return outcome;
                    }
                    let message = format!("the order is being opened at {other}; call again");
                    return Err(Error::new(ErrorKind::Conflict, message).with_field("order"));
                }
                Err(error) => Err(error),
            };
            // The providers at which nothing happened, each with the reason.
            let reason = match &outcome {
                Err(error) => error.to_string(),
                Ok(Submission::Declined(decline)) if decline.is_confirmed() => decline.to_string(),
                Ok(_) => {
                    return outcome.map(|submission| opened(provider, submission, passed_over));
                }
            };
            tracing::warn!(
                provider = %provider.id(),
                kind = kind(&outcome),
                "did not open the payment; trying the next"
            );
            let outcome =
                outcome.map(|submission| opened(provider, submission, passed_over.clone()));
            last = Some((provider.id().clone(), outcome));
            passed_over.push(PassedOver { provider: provider.id().clone(), reason });
        }
        let outcome = last.map(|(_, outcome)| outcome);
        outcome.unwrap_or_else(|| Err(Error::unsupported("no provider can open this payment")))
    }

    /// Calls one provider of a route.
    async fn ask(&self, provider: &Provider, request: &CreatePayment) -> Result<Asked> {
        #[cfg(feature = "engine")]
        if let Some(engine) = self.journal() {
            let asked = engine.open_payment_unless_elsewhere(provider.id(), request).await?;
            return Ok(match asked {
                payments_engine::RoutedOpening::Here(submission) => Asked::Here(submission),
                payments_engine::RoutedOpening::Elsewhere(other) => Asked::Elsewhere(other),
            });
        }
        provider.payments()?.create_payment(request).await.map(Asked::Here)
    }

    /// Opens a payment at this provider and never at another one. Call it to show an order of this
    /// provider again, or to open a new one after the app has stored the provider.
    ///
    /// [`PaymentCapabilities::repeat`](payments_core::payment::PaymentCapabilities::repeat) shows
    /// what the provider does with a second payment of one order.
    ///
    /// # Errors
    /// The provider does not exist, or it did not open the payment.
    pub async fn open_payment_at(
        &self,
        provider: &ProviderId,
        request: &CreatePayment,
    ) -> Result<Opened> {
        let provider = self.provider(provider)?;
        let submission = provider.payments()?.create_payment(request).await?;
        Ok(opened(provider, submission, Vec::new()))
    }

    fn able(&self, what: &str, check: impl Fn(&Provider) -> Result<()>) -> Result<Route<'_>> {
        let mut able = Vec::new();
        let mut passed_over = Vec::new();
        for provider in self.providers() {
            match check(provider) {
                Ok(()) => able.push(provider),
                Err(error) => {
                    tracing::debug!(
                        provider = %provider.id(),
                        kind = ?error.kind(),
                        field = error.field(),
                        "cannot make this {what}"
                    );
                    let provider = provider.id().clone();
                    passed_over.push(PassedOver { provider, reason: error.to_string() });
                }
            }
        }
        if able.is_empty() {
            let reasons: Vec<_> = passed_over
                .iter()
                .map(|PassedOver { provider, reason }| format!("{provider}: {reason}"))
                .collect();
            let reasons =
                if reasons.is_empty() { "there is none".to_owned() } else { reasons.join("; ") };
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("no provider can make this {what}: {reasons}"),
            ));
        }
        Ok(Route { providers: able, passed_over })
    }
}

fn opened(
    provider: &Provider,
    submission: Submission<Payment>,
    passed_over: Vec<PassedOver>,
) -> Opened {
    Opened { provider: provider.id().clone(), submission, passed_over }
}

fn kind(outcome: &Result<Submission<Payment>>) -> String {
    match outcome {
        Err(error) => format!("{:?}", error.kind()),
        Ok(Submission::Declined(decline)) => format!("{:?}", decline.reason),
        Ok(Submission::Accepted(_) | Submission::Uncertain(_)) => String::new(),
    }
}
