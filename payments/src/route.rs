//! Routing: which provider carries out a request, by its own check of the request and by
//! preference.

use std::collections::VecDeque;

use payments_core::{
    Error, ErrorKind, Provider, ProviderId, Result, Submission,
    payment::{CreatePayment, Payment},
    payout::CreatePayout,
};

use crate::Payments;

/// The providers that accept a request, and why the others do not.
#[derive(Debug)]
#[non_exhaustive]
pub struct Route<'a> {
    /// The providers that accept it, the preferred ones first. Never empty, and without duplicates.
    pub providers: Vec<&'a Provider>,
    /// The other providers, each with its reason.
    pub passed_over: Vec<PassedOver>,
}

/// A provider that was not chosen, or that did not open a payment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PassedOver {
    /// Its name.
    pub provider: ProviderId,
    /// The reason, in one line.
    pub reason: String,
}

/// A payment and the provider that opened it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Opened {
    /// The provider that opened it, or was asked last. Store it with the order: only this provider
    /// can show the payment again, see [`Payments::open_payment_at`].
    pub provider: ProviderId,
    /// The outcome.
    pub submission: Submission<Payment>,
    /// The preferred providers that were not asked, with the reason of their check, and those that
    /// were asked and did not open it.
    pub passed_over: Vec<PassedOver>,
}

/// What became of asking one provider of a route.
#[expect(clippy::large_enum_variant, reason = "it is returned, and not kept")]
enum Asked {
    /// It was asked.
    Here(Submission<Payment>),
    /// It was not asked, because this one may have the order.
    #[cfg_attr(not(feature = "engine"), expect(dead_code, reason = "only an engine knows"))]
    Elsewhere(ProviderId),
}

impl Payments {
    /// The providers that can open this payment, the preferred ones first, by each one's own
    /// [check](payments_core::PaymentProvider::check).
    ///
    /// # Errors
    /// `Unsupported` if there is none, with each one's reason.
    pub fn route(&self, request: &CreatePayment) -> Result<Route<'_>> {
        self.able("payment", |provider| provider.payments().and_then(|role| role.check(request)))
    }

    /// The providers that can make this payout, the preferred ones first, by each one's own
    /// [check](payments_core::PayoutProvider::check). Choose one and keep to it: a payout is never
    /// sent to another provider once anything was sent.
    ///
    /// # Errors
    /// `Unsupported` if there is none, with each one's reason.
    pub fn route_payout(&self, request: &CreatePayout) -> Result<Route<'_>> {
        self.able("payout", |provider| provider.payouts().and_then(|role| role.check(request)))
    }

    /// Opens a payment at the first provider that accepts it. Each provider is asked once at most.
    ///
    /// The next one is tried only where nothing happened: after an error, or a refusal that the
    /// provider confirmed. It is not tried after an uncertain outcome, an unconfirmed refusal, or a
    /// refusal because the order reference was used before.
    ///
    /// A hub [through an engine](Self::through) writes down whom it asks before it asks. There the
    /// same call again, after a restart or from another process too, goes to the provider that may
    /// have the order by this method, and to no other while it may.
    ///
    /// Without an engine call it once per order. A second call for the same order may open it at
    /// another provider, and then both can be paid: to show a payment again, call
    /// [`open_payment_at`](Self::open_payment_at) with the provider of the first. It returns which
    /// provider it asked only afterwards. If the app is stopped in between, or drops the future, the
    /// outcome is uncertain: ask every provider of [`route`](Self::route) with `find_payment`. An
    /// app that has to know the provider beforehand takes it from `route`, stores it, and then calls
    /// `open_payment_at`.
    ///
    /// # Errors
    /// No provider opened it; the last one's error.
    pub async fn open_payment(&self, request: &CreatePayment) -> Result<Opened> {
        let Route { providers, mut passed_over } = self.route(request)?;
        let mut turns_left = providers.len();
        let mut waiting = VecDeque::from(providers);
        let mut last: Option<Result<Opened>> = None;
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
                    let message = format!("the order is being opened at {other}; call again");
                    Err(Error::new(ErrorKind::Conflict, message).with_field("order"))
                }
                Err(error) => Err(error),
            };
            // The providers at which nothing happened, with the reason.
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
            last = Some(outcome);
            passed_over.push(PassedOver { provider: provider.id().clone(), reason });
        }
        last.unwrap_or_else(|| Err(Error::unsupported("no provider can open this payment")))
    }

    /// Asks one provider of a route.
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

    /// Opens a payment at this provider and at no other: again for an order that it has, or for the
    /// first time if the app has stored the provider before.
    ///
    /// What a second payment of one order does there is
    /// [`PaymentCapabilities::repeat`](payments_core::payment::PaymentCapabilities::repeat).
    ///
    /// # Errors
    /// There is no such provider, or it did not open the payment.
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
