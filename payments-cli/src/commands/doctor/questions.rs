//! The harmless questions for each role.

use std::sync::Arc;

use payments::{
    Clock as _, Error, OrderRef, PayoutRef, Provider, Result, SystemClock, Timestamp,
    bank::AccountNumber,
    config::PaymentsConfig,
    reading::Question,
    registry::Registry,
    rules::{Alphabet, TextRules},
    virtual_account::VirtualAccountRef,
};

use super::{Examined, answer::Answer};
use crate::{
    exit::Failure,
    online::{self, Recording},
};

/// The allowed difference of the clocks in seconds; gateways that sign times accept minutes.
const TOLERANCE: i64 = 60;

/// Sends the questions to the gateways of all providers, one after the other.
pub(super) async fn ask(
    config: &PaymentsConfig,
    registry: &Registry,
    examined: &mut [Examined],
) -> std::result::Result<(), Failure> {
    let recording = Recording::of(online::client()?);
    let context = online::context(Arc::clone(&recording) as _);
    let providers = registry
        .build(config, &context)
        .map_err(|problems| Failure::Machine(Error::from(problems).to_string()))?;
    for examined in examined {
        let found = providers.iter().find(|provider| provider.id().as_str() == examined.id);
        let Some(provider) = found else { continue };
        let kinds = registry.registrations().iter();
        let questions = kinds.filter(|known| known.kind == examined.kind);
        let questions = questions.flat_map(|known| known.questions);
        let asking = Asking { recording: &recording, now: SystemClock.now() };
        examined.answers = Some(asking.provider(provider, questions).await);
    }
    Ok(())
}

/// The questions to one provider.
struct Asking<'a> {
    recording: &'a Recording,
    now: Timestamp,
}

impl Asking<'_> {
    async fn provider(
        &self,
        provider: &Provider,
        questions: impl Iterator<Item = &Question>,
    ) -> Vec<Answer> {
        let mut answers = Vec::new();
        let mut clock = None;
        if let Ok(payments) = provider.payments() {
            let asks = "payments: an order that does not exist";
            let capabilities = payments.capabilities();
            answers.push(match capabilities.find {
                true => {
                    let order = OrderRef::new(self.invented(&capabilities.reference));
                    let asked = async { payments.find_payment(&order?).await.map(drop) };
                    self.answer(asks, asked, &mut clock).await
                }
                false => Answer::not_asked(asks, "the gateway cannot be asked about payments"),
            });
        }
        if let Ok(accounts) = provider.virtual_accounts() {
            let asks = "virtual accounts: one that does not exist";
            let capabilities = accounts.capabilities();
            let account = self.account(&capabilities.reference);
            answers.push(match (capabilities.find, capabilities.credits) {
                (true, _) => {
                    let asked = async { accounts.find(&account?).await.map(drop) };
                    self.answer(asks, asked, &mut clock).await
                }
                (false, true) => {
                    let asked = async { accounts.credits(&account?).await.map(drop) };
                    self.answer(asks, asked, &mut clock).await
                }
                (false, false) => {
                    Answer::not_asked(asks, "the gateway cannot be asked about virtual accounts")
                }
            });
        }
        if let Ok(payouts) = provider.payouts() {
            let capabilities = payouts.capabilities();
            if capabilities.balance {
                let asked = async { payouts.balance().await.map(drop) };
                answers.push(self.answer("payouts: the balance", asked, &mut clock).await);
            }
            if capabilities.find {
                let payout = PayoutRef::new(self.invented(&capabilities.reference));
                let asked = async { payouts.find_payout(&payout?).await.map(drop) };
                let asks = "payouts: one that does not exist";
                answers.push(self.answer(asks, asked, &mut clock).await);
            }
        }
        if let Ok(statements) = provider.statements() {
            let asked = async { statements.accounts().await.map(drop) };
            answers.push(self.answer("statements: the accounts", asked, &mut clock).await);
        }
        for question in questions.filter(|question| (question.is_configured)(provider)) {
            answers.push(self.answer(question.asks, (question.ask)(provider), &mut clock).await);
        }
        if let Some((ahead, host)) = clock {
            answers.push(Answer::clock(ahead, host));
        }
        answers
    }

    /// Sends a question, and records the host's clock if it differs from the clock of this machine.
    async fn answer(
        &self,
        asks: &str,
        asked: impl Future<Output = Result<()>>,
        clock: &mut Option<(i64, String)>,
    ) -> Answer {
        let result = asked.await;
        let exchanges = self.recording.take();
        for exchange in &exchanges {
            if let Some(ahead) = exchange.ahead.filter(|ahead| ahead.abs() > TOLERANCE) {
                *clock = Some((ahead, exchange.host.clone()));
            }
        }
        let host = exchanges.last().map(|exchange| exchange.host.clone());
        match result {
            Ok(()) => Answer::good(asks, host),
            Err(error) => Answer::error(asks, &error, host),
        }
    }

    /// Returns an unused reference that the rules accept.
    fn invented(&self, rules: &TextRules) -> String {
        invented(rules, self.now.unix_seconds().unsigned_abs())
    }

    fn account(&self, rules: &TextRules) -> Result<VirtualAccountRef> {
        let order = OrderRef::new(self.invented(rules))?;
        let number = AccountNumber::new("9000000000")?;
        Ok(VirtualAccountRef::new(order).with_number(number))
    }
}

/// Returns the reference with the number `seed` that the rules allow.
fn invented(rules: &TextRules, seed: u64) -> String {
    if let Some(range) = rules.numbers {
        let span = range.max.saturating_sub(range.min).saturating_add(1).max(1);
        return range.max.saturating_sub(seed % span).to_string();
    }
    let word = if rules.alphabet == Alphabet::Digits { "9" } else { "UNKNOWN" };
    let text = format!("{word}{seed}");
    let text: String = text.chars().skip(text.len().saturating_sub(rules.max)).collect();
    let padding = "0".repeat(rules.min.saturating_sub(text.len()));
    format!("{text}{padding}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invented_reference_follows_the_rules() {
        for rules in [
            TextRules::new(1, 50, Alphabet::Printable),
            TextRules::new(30, 50, Alphabet::CapitalsAnd("")),
            TextRules::new(1, 4, Alphabet::AlphanumericAnd("-")),
            TextRules::new(6, 8, Alphabet::Digits),
            TextRules::numbers(1, 9_007_199_254_740_991),
            TextRules::numbers(7, 9),
        ] {
            let text = invented(&rules, 1_800_000_000);
            assert!(rules.check("order", &text).is_ok(), "{text} {rules:?}");
        }
    }
}
