//! The money of an order: how much arrived, how much was returned, and whether that is enough.

use payments_core::{
    ProviderId,
    money::{Currency, Money},
    payment::{Funding, PaymentState},
};

use super::{PaymentRecord, RefundRecordState, Standing};
use crate::record::CaseKind;

impl PaymentRecord {
    /// Returns the currency that counts: that of the requested amount, or else of the first report.
    pub(super) fn currency(&self) -> Option<Currency> {
        let stated = || self.providers.iter().find_map(|stated| stated.total);
        let credit = || self.credits.first().map(|credit| credit.movement.amount);
        self.asked.or_else(stated).or_else(credit).map(|money| money.currency())
    }

    /// Returns how much arrived and was not returned, or `None` if nothing was requested or
    /// reported. It decreases only by a refund, a reversal or a chargeback.
    ///
    /// For each provider, the larger of its reported total and the sum of its credits counts, never
    /// both. A credit that several sources report counts once.
    pub fn received(&self) -> Option<Money> {
        let currency = self.currency()?;
        let net = self.arrived(currency, false) - self.returned(currency);
        Some(from_minor(net.max(0), currency))
    }

    /// Compares the received amount with the requested one. Returns `None` if no amount was
    /// requested through the engine.
    pub fn funding(&self) -> Option<Funding> {
        Funding::of(self.asked?, self.received()?).ok()
    }

    /// Returns whether the order may be handed over to the buyer.
    ///
    /// It is `true` if at least the requested amount arrived, is the merchant's according to each
    /// provider, and neither was nor is being returned, and if the payment has no open case of the
    /// kind [`Contradicted`](CaseKind::Contradicted) or [`Late`](CaseKind::Late).
    pub fn may_ship(&self) -> bool {
        let Some(asked) = self.asked else { return false };
        let currency = asked.currency();
        let net = self.arrived(currency, true) - self.returned(currency) - self.leaving(currency);
        let blocks = |kind: CaseKind| matches!(kind, CaseKind::Contradicted | CaseKind::Late);
        net >= i128::from(asked.minor()) && !self.open_cases().any(|case| blocks(case.kind))
    }

    /// Returns the sum of the refunds that neither failed nor were closed as not sent, including
    /// those under way and uncertain ones. `None` if nothing was requested or reported.
    pub fn refunded(&self) -> Option<Money> {
        let currency = self.currency()?;
        let sum = self
            .refunds
            .iter()
            .filter(|refund| refund.state.may_cost() && refund.amount.currency() == currency);
        Some(from_minor(sum.map(|refund| i128::from(refund.amount.minor())).sum(), currency))
    }

    /// Returns how much arrived in a currency, in its minor unit. If `is_settled`, the totals of a
    /// provider count only if it reports that the money is the merchant's.
    pub(super) fn arrived(&self, currency: Currency, is_settled: bool) -> i128 {
        let counted = self.credits.iter().filter(|credit| {
            credit.standing == Standing::Counted && credit.movement.amount.currency() == currency
        });
        let credits: i128 = counted.map(|credit| i128::from(credit.movement.amount.minor())).sum();
        let beyond: i128 = self
            .providers
            .iter()
            .filter(|stated| {
                !is_settled
                    || matches!(stated.state, PaymentState::Settled | PaymentState::Refunded)
            })
            .filter_map(|stated| Some((&stated.provider, stated.total?)))
            .filter(|(_, total)| total.currency() == currency)
            .map(|(provider, total)| {
                (i128::from(total.minor()) - self.credited(provider, currency)).max(0)
            })
            .sum();
        credits + beyond
    }

    /// Returns the sum of the distinct credits that a provider reports, including those that count
    /// by the report of another provider.
    pub(super) fn credited(&self, provider: &ProviderId, currency: Currency) -> i128 {
        let own = |credit: &&super::Credit| {
            credit.provider == *provider && credit.movement.amount.currency() == currency
        };
        let minor = |credit: &super::Credit| i128::from(credit.movement.amount.minor());
        // Each report of one source is different money, so a provider with several sources reports
        // at least the sum of its largest source.
        let mut sources: Vec<&str> = Vec::new();
        for credit in self.credits.iter().filter(own) {
            let scope = credit.movement.key.scope();
            if !sources.contains(&scope) {
                sources.push(scope);
            }
        }
        let of_source = |scope: &&str| -> i128 {
            let is_of = |credit: &&super::Credit| credit.movement.key.scope() == *scope;
            self.credits.iter().filter(own).filter(is_of).map(minor).sum()
        };
        let largest = sources.iter().map(of_source).max().unwrap_or(0);
        let is_counted = |credit: &&super::Credit| credit.standing == Standing::Counted;
        let counted = self.credits.iter().filter(own).filter(is_counted).map(minor).sum();
        largest.max(counted)
    }

    /// Returns how much was returned: for each provider the largest of the sums by its refunds, by
    /// its movements, and by its report that everything was refunded.
    fn returned(&self, currency: Currency) -> i128 {
        let mut providers: Vec<&ProviderId> = Vec::new();
        let stated = self.providers.iter().map(|stated| &stated.provider);
        for provider in stated.chain(self.refunds.iter().map(|refund| &refund.provider)) {
            if !providers.contains(&provider) {
                providers.push(provider);
            }
        }
        let of = |provider: &&ProviderId| {
            let refunds =
                self.refunds_of(provider, currency, |state| state == RefundRecordState::Done);
            let Some(stated) = self.stated(provider) else { return refunds };
            let left = stated.left.iter().map(|movement| movement.amount);
            let left: i128 = left
                .filter(|amount| amount.currency() == currency)
                .map(|amount| i128::from(amount.minor()))
                .sum();
            let given_back = stated.given_back.filter(|amount| amount.currency() == currency);
            let whole = given_back.map_or(0, |amount| i128::from(amount.minor()));
            refunds.max(left).max(whole)
        };
        providers.iter().map(of).sum()
    }

    /// Returns how much may be under way back: refunds that are neither done nor failed.
    fn leaving(&self, currency: Currency) -> i128 {
        let is_under_way =
            |state: RefundRecordState| state.may_cost() && state != RefundRecordState::Done;
        let providers = self.refunds.iter().map(|refund| &refund.provider);
        let providers: std::collections::BTreeSet<_> = providers.collect();
        providers.iter().map(|provider| self.refunds_of(provider, currency, is_under_way)).sum()
    }

    fn refunds_of(
        &self,
        provider: &ProviderId,
        currency: Currency,
        counts: impl Fn(RefundRecordState) -> bool,
    ) -> i128 {
        let of = self.refunds.iter().filter(|refund| {
            refund.provider == *provider
                && refund.amount.currency() == currency
                && counts(refund.state)
        });
        of.map(|refund| i128::from(refund.amount.minor())).sum()
    }

    /// Returns how much may still be refunded: the received amount, less refunds that it does not
    /// yet reflect.
    pub(crate) fn refundable(&self) -> Option<Money> {
        let currency = self.currency()?;
        let net = self.arrived(currency, false) - self.returned(currency) - self.leaving(currency);
        Some(from_minor(net.max(0), currency))
    }
}

pub(super) fn from_minor(minor: i128, currency: Currency) -> Money {
    let most = i64::try_from(minor).unwrap_or(if minor > 0 { i64::MAX } else { i64::MIN });
    Money::from_minor(most, currency)
}
