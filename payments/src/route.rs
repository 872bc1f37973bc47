//! Which provider does what: by capability, currency, method, limits and preference.

use payments_core::{
    Error, ErrorKind, Provider, ProviderId, Result, Submission,
    payment::{CreatePayment, Payment},
    payout::CreatePayout,
};

use crate::Payments;

/// A payment and the provider that opened it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Opened {
    /// Who opened it, or was asked last.
    pub provider: ProviderId,
    /// What came of it.
    pub submission: Submission<Payment>,
}

impl Payments {
    /// The providers that can open this payment, the preferred ones first.
    ///
    /// # Errors
    /// `Unsupported` if there is none, with each one's reason.
    pub fn route(&self, request: &CreatePayment) -> Result<Vec<&Provider>> {
        self.able("payment", |provider| {
            provider.payments().and_then(|role| role.capabilities().check(request))
        })
    }

    /// The providers that can make this payout, the preferred ones first. Choose one and keep to
    /// it: a payout is never sent to another provider once anything left.
    ///
    /// # Errors
    /// `Unsupported` if there is none, with each one's reason.
    pub fn route_payout(&self, request: &CreatePayout) -> Result<Vec<&Provider>> {
        self.able("payout", |provider| {
            provider.payouts().and_then(|role| role.capabilities().check(request))
        })
    }

    /// Opens a payment at the first provider that can and will.
    ///
    /// The next one is tried only where nothing happened: after an error, or a refusal that the
    /// provider confirmed. An uncertain payment stays where it is. Dropping the future leaves the
    /// outcome uncertain.
    ///
    /// # Errors
    /// No provider opened it; the last one's error.
    pub async fn open_payment(&self, request: &CreatePayment) -> Result<Opened> {
        let mut last: Option<Result<Opened>> = None;
        for provider in self.route(request)? {
            let outcome = provider.payments()?.create_payment(request).await;
            // Where nothing happened, and why.
            let reason = match &outcome {
                Err(error) => format!("{:?}", error.kind()),
                Ok(Submission::Declined(decline)) if decline.is_confirmed() => {
                    format!("{:?}", decline.reason)
                }
                Ok(_) => return outcome.map(|submission| opened(provider, submission)),
            };
            tracing::warn!(
                provider = %provider.id(),
                reason,
                "did not open the payment; trying the next"
            );
            let outcome = outcome.map(|submission| opened(provider, submission));
            last = Some(outcome);
        }
        last.unwrap_or_else(|| Err(Error::unsupported("no provider can open this payment")))
    }

    fn able(&self, what: &str, check: impl Fn(&Provider) -> Result<()>) -> Result<Vec<&Provider>> {
        let mut able = Vec::new();
        let mut reasons = Vec::new();
        for provider in self.providers() {
            match check(provider) {
                Ok(()) => able.push(provider),
                Err(error) => reasons.push(format!("{}: {error}", provider.id())),
            }
        }
        if able.is_empty() {
            let reasons =
                if reasons.is_empty() { "there is none".to_owned() } else { reasons.join("; ") };
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("no provider can make this {what}: {reasons}"),
            ));
        }
        Ok(able)
    }
}

fn opened(provider: &Provider, submission: Submission<Payment>) -> Opened {
    Opened { provider: provider.id().clone(), submission }
}
