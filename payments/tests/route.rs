//! Which provider is called to open a payment, how often, and which one is returned.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use payments::{
    Decline, DeclineReason, Environment, Error, ErrorKind, Lookup, OrderRef, PaymentProvider,
    Payments, PayoutProvider, PayoutRef, Provider, ProviderId, ProviderKind, RefundRef, Result,
    Secret, Submission, SystemClock, Timestamp, Uncertain, UncertainCause,
    bank::{AccountNumber, BankAccount, Bin},
    money::{Currency, Money},
    payment::{
        CreateMode, CreatePayment, Payment, PaymentCapabilities, PaymentMethod, PaymentState,
        Refund, RefundPayment,
    },
    payout::{Balance, Beneficiary, CreatePayout, Payout, PayoutCapabilities},
    rules::{AmountLimits, Repeat},
};

/// The behaviour of a scripted gateway with a payment.
#[derive(Clone, Copy, Debug)]
enum Script {
    Accepts,
    Declines { reason: DeclineReason, confirmed: bool },
    IsUncertain(UncertainCause),
    Fails(ErrorKind),
}

use Script::{Accepts, Declines, Fails, IsUncertain};

struct Scripted {
    script: Script,
    capabilities: PaymentCapabilities,
    /// A reference that its own check refuses although its capabilities allow it.
    refuses: Option<&'static str>,
    asked: AtomicUsize,
}

impl Scripted {
    fn new(script: Script) -> Self {
        let methods = vec![PaymentMethod::Card];
        let limits = vec![AmountLimits::at_least(Money::vnd(1))];
        let capabilities = PaymentCapabilities::new(CreateMode::Networked, methods, limits);
        Self {
            script,
            capabilities: capabilities.with_buyer_choice(),
            refuses: None,
            asked: AtomicUsize::new(0),
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl PaymentProvider for Scripted {
    fn capabilities(&self) -> &PaymentCapabilities {
        &self.capabilities
    }

    fn check(&self, request: &CreatePayment) -> Result<()> {
        match self.refuses {
            Some(order) if order == request.order.as_str() => {
                Err(Error::invalid("order", "is not accepted here"))
            }
            _ => Ok(()),
        }
    }

    async fn create_payment(&self, request: &CreatePayment) -> Result<Submission<Payment>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(match self.script {
            Accepts => {
                Submission::Accepted(Payment::new(request.order.clone(), PaymentState::Open))
            }
            Declines { reason, confirmed } => {
                let decline = Decline::new(reason);
                Submission::Declined(if confirmed { decline.confirmed() } else { decline })
            }
            IsUncertain(cause) => Submission::Uncertain(Uncertain::new(cause, "lost")),
            Fails(kind) => return Err(Error::new(kind, "nothing left")),
        })
    }

    async fn find_payment(&self, _: &OrderRef) -> Result<Lookup<Payment>> {
        unreachable!("a router does not ask")
    }

    async fn cancel_payment(&self, _: &OrderRef) -> Result<Submission<Payment>> {
        unreachable!("a router does not cancel")
    }

    async fn refund_payment(&self, _: &RefundPayment) -> Result<Submission<Refund>> {
        unreachable!("a router does not refund")
    }

    async fn find_refund(&self, _: &RefundRef) -> Result<Lookup<Refund>> {
        unreachable!("a router does not ask")
    }
}

fn named(id: &str) -> Provider {
    let kind = ProviderKind::new("scripted").unwrap();
    Provider::new(ProviderId::new(id).unwrap(), kind, Environment::Sandbox)
}

/// A hub of two gateways, `a` before `b`.
fn hub(a: &Arc<Scripted>, b: &Arc<Scripted>) -> Payments {
    let role = |scripted: &Arc<Scripted>| Arc::clone(scripted) as Arc<dyn PaymentProvider>;
    let providers = [named("a").with_payments(role(a)), named("b").with_payments(role(b))];
    Payments::new(providers, Arc::new(SystemClock)).unwrap()
}

fn request() -> CreatePayment {
    CreatePayment::new(OrderRef::new("A-1").unwrap(), Money::vnd(50_000)).unwrap()
}

/// An outcome as one word.
fn word(outcome: &Result<Submission<Payment>>) -> String {
    match outcome {
        Ok(Submission::Accepted(_)) => "accepted".to_owned(),
        Ok(Submission::Declined(decline)) => format!("{:?}", decline.reason),
        Ok(Submission::Uncertain(uncertain)) => format!("{:?}", uncertain.cause),
        Err(error) => format!("{:?}", error.kind()),
    }
}

fn expected_word(script: Script) -> String {
    match script {
        Accepts => "accepted".to_owned(),
        Declines { reason, .. } => format!("{reason:?}"),
        IsUncertain(cause) => format!("{cause:?}"),
        Fails(kind) => format!("{kind:?}"),
    }
}

const REASONS: [DeclineReason; 9] = [
    DeclineReason::InsufficientFunds,
    DeclineReason::Beneficiary,
    DeclineReason::Limit,
    DeclineReason::Authentication,
    DeclineReason::Permission,
    DeclineReason::InvalidRequest,
    DeclineReason::Duplicate,
    DeclineReason::State,
    DeclineReason::Other,
];

const CAUSES: [UncertainCause; 7] = [
    UncertainCause::ConnectionLost,
    UncertainCause::TimedOut,
    UncertainCause::UnreadableAnswer,
    UncertainCause::BadSignature,
    UncertainCause::Mismatch,
    UncertainCause::ProviderUndecided,
    UncertainCause::UnknownCode,
];

const KINDS: [ErrorKind; 12] = [
    ErrorKind::InvalidRequest,
    ErrorKind::Unsupported,
    ErrorKind::Authentication,
    ErrorKind::Permission,
    ErrorKind::NotFound,
    ErrorKind::Conflict,
    ErrorKind::RateLimited,
    ErrorKind::Unavailable,
    ErrorKind::Timeout,
    ErrorKind::Transport,
    ErrorKind::Malformed,
    ErrorKind::Configuration,
];

/// Every outcome, and whether it proves that nothing happened.
fn scripts() -> Vec<(Script, bool)> {
    let mut scripts = vec![(Accepts, false)];
    for reason in REASONS {
        scripts.push((Declines { reason, confirmed: false }, false));
        scripts.push((Declines { reason, confirmed: true }, reason != DeclineReason::Duplicate));
    }
    scripts.extend(CAUSES.map(|cause| (IsUncertain(cause), false)));
    scripts.extend(KINDS.map(|kind| (Fails(kind), true)));
    scripts
}

#[tokio::test]
async fn the_next_provider_is_asked_only_where_nothing_happened_and_each_once_at_most() {
    for (first, nothing_happened) in scripts() {
        for (second, _) in scripts() {
            let (a, b) = (Arc::new(Scripted::new(first)), Arc::new(Scripted::new(second)));
            let opened = hub(&a, &b).open_payment(&request()).await;
            let case = format!("{first:?}, then {second:?}");
            assert_eq!((a.asked(), b.asked()), (1, usize::from(nothing_happened)), "{case}");
            let last = if nothing_happened { second } else { first };
            match opened {
                Ok(opened) => {
                    let by = if nothing_happened { "b" } else { "a" };
                    assert_eq!(opened.provider.as_str(), by, "{case}");
                    assert_eq!(word(&Ok(opened.submission)), expected_word(last), "{case}");
                    let passed: Vec<_> =
                        opened.passed_over.iter().map(|passed| passed.provider.as_str()).collect();
                    let expected: &[&str] = if nothing_happened { &["a"] } else { &[] };
                    assert_eq!(passed, expected, "{case}");
                }
                Err(error) => assert_eq!(word(&Err(error)), expected_word(last), "{case}"),
            }
        }
    }
}

#[tokio::test]
async fn a_payment_opened_at_one_provider_asks_no_other() {
    for (script, _) in scripts() {
        let (a, b) = (Arc::new(Scripted::new(Accepts)), Arc::new(Scripted::new(script)));
        let id = ProviderId::new("b").unwrap();
        let outcome = hub(&a, &b).open_payment_at(&id, &request()).await;
        assert_eq!((a.asked(), b.asked()), (0, 1), "{script:?}");
        let outcome = outcome.map(|opened| {
            assert_eq!(opened.provider, id, "{script:?}");
            opened.submission
        });
        assert_eq!(word(&outcome), expected_word(script), "{script:?}");
    }
}

#[tokio::test]
async fn what_the_provider_s_own_check_refuses_is_not_routed_to_it_and_the_reason_is_kept() {
    let mut strict = Scripted::new(Accepts);
    strict.refuses = Some("A-1");
    let (a, b) = (Arc::new(strict), Arc::new(Scripted::new(Accepts)));
    let hub = hub(&a, &b);
    let route = hub.route(&request()).unwrap();
    let able: Vec<_> = route.providers.iter().map(|provider| provider.id().as_str()).collect();
    assert_eq!(able, ["b"]);
    let opened = hub.open_payment(&request()).await.unwrap();
    assert_eq!((a.asked(), b.asked()), (0, 1));
    assert_eq!(opened.passed_over[0].provider.as_str(), "a");
    assert_eq!(opened.passed_over[0].reason, "`order`: is not accepted here");
    let error = hub
        .provider("a")
        .unwrap()
        .payments()
        .unwrap()
        .create_payment(&request())
        .await
        .unwrap_err();
    assert_eq!((error.kind(), a.asked()), (ErrorKind::InvalidRequest, 0));
}

#[tokio::test]
async fn a_provider_that_drops_out_of_the_route_says_why() {
    let (a, b) = (Arc::new(Scripted::new(Accepts)), Arc::new(Scripted::new(Accepts)));
    let hub = hub(&a, &b);
    let dollars = Money::from_minor(100, Currency::USD);
    let in_dollars = CreatePayment::new(OrderRef::new("A-1").unwrap(), dollars).unwrap();
    let requests = [
        (request().with_expiry(Timestamp::from_unix(2_000_000_000)), "expires_at"),
        (request().with_method(PaymentMethod::Wallet), "method"),
        (in_dollars, "amount"),
    ];
    for (request, field) in requests {
        let error = hub.open_payment(&request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{field}");
        let text = error.to_string();
        for name in ["a: ", "b: "] {
            assert!(text.contains(&format!("{name}`{field}`")), "{text}");
        }
    }
    assert_eq!((a.asked(), b.asked()), (0, 0));
}

#[tokio::test]
async fn a_preference_orders_the_providers_and_names_each_once() {
    let (a, b) = (Arc::new(Scripted::new(Accepts)), Arc::new(Scripted::new(Accepts)));
    let preferring = hub(&a, &b).with_preference(["b"]).unwrap();
    assert_eq!(preferring.open_payment(&request()).await.unwrap().provider.as_str(), "b");
    assert_eq!((a.asked(), b.asked()), (0, 1));
    for twice in [&["a", "a"][..], &["a", "b", "a"], &["b", "b"]] {
        let error = hub(&a, &b).with_preference(twice.iter().copied()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{twice:?}");
        assert!(error.to_string().contains("twice"), "{error}");
    }
    assert!(hub(&a, &b).with_preference(["c"]).is_err());
}

#[test]
fn two_providers_of_one_name_or_one_merchant_are_refused() {
    let secret = |text| Secret::new(text).unwrap();
    let hub = |providers: Vec<Provider>| Payments::new(providers, Arc::new(SystemClock));
    let error = hub(vec![named("a"), named("a")]).unwrap_err();
    assert!(error.to_string().contains("two providers have the name a"), "{error}");
    let one = named("a").with_merchant("merchant_id", "12345");
    let other = named("b").with_merchant("merchant_id", "12345");
    let error = hub(vec![one, other]).unwrap_err().to_string();
    assert!(error.contains("providers.b.merchant_id"), "{error}");
    assert!(error.contains("providers.a.merchant_id") && !error.contains("12345"), "{error}");
    let one = named("a").with_credential("api_token", &secret("canary-token"));
    let other = named("b").with_credential("api_token", &secret("canary-token"));
    let error = hub(vec![one, other]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    let one = named("a").with_credential("api_token", &secret("canary-token"));
    let near = named("b").with_credential("api_token", &secret("canary-token2"));
    assert!(hub(vec![one, near]).is_ok());
}

/// A provider that reaches one bank only, which capabilities cannot express.
struct OneBank(PayoutCapabilities);

#[async_trait]
impl PayoutProvider for OneBank {
    fn capabilities(&self) -> &PayoutCapabilities {
        &self.0
    }

    fn check(&self, request: &CreatePayout) -> Result<()> {
        match request.beneficiary.account.bin.as_str() {
            "970436" => Ok(()),
            _ => Err(Error::invalid("beneficiary.account.bin", "is not reached")),
        }
    }

    async fn create_payout(&self, _: &CreatePayout) -> Result<Submission<Payout>> {
        unreachable!("a router does not pay")
    }

    async fn find_payout(&self, _: &PayoutRef) -> Result<Lookup<Payout>> {
        unreachable!("a router does not ask")
    }

    async fn verify_beneficiary(&self, _: &BankAccount) -> Result<Beneficiary> {
        unreachable!("a router does not ask")
    }

    async fn balance(&self) -> Result<Balance> {
        unreachable!("a router does not ask")
    }
}

#[test]
fn a_payout_to_a_bank_that_a_provider_does_not_reach_is_not_routed_to_it() {
    let limits = vec![AmountLimits::at_least(Money::vnd(1))];
    let role = Arc::new(OneBank(PayoutCapabilities::new(limits, Repeat::PaysAgain)));
    let hub = Payments::new([named("a").with_payouts(role)], Arc::new(SystemClock)).unwrap();
    for (bin, reached) in [("970436", true), ("970437", false), ("970403", false)] {
        let number = AccountNumber::new("0071001234567").unwrap();
        let account = BankAccount::new(Bin::new(bin).unwrap(), number);
        let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
        let payout = PayoutRef::new("P-1").unwrap();
        let request = CreatePayout::new(payout, Money::vnd(50_000), beneficiary).unwrap();
        let route = hub.route_payout(&request);
        assert_eq!(route.is_ok(), reached, "{bin}");
        if let Err(error) = route {
            assert!(error.to_string().contains("a: `beneficiary.account.bin`"), "{error}");
        }
    }
}
