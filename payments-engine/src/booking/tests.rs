//! Money is counted once, whatever the order of its reports.

use payments_core::{
    DedupeKey, Direction, Movement, OrderRef, PayoutRef, ProviderId, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    money::{Currency, Money},
    payment::{
        CreatePayment, Funding, NextAction, Payment, PaymentMethod, PaymentState, Refund,
        RefundState, Transfer,
    },
};
use proptest::prelude::*;

use super::{adopt_by_route, book, change_payment, settle_credit};
use crate::{
    change::Subject,
    record::{
        CaseKind, Decision, Outcome, PaymentObservation, PaymentRecord, Report, ReportData, Source,
        Standing,
    },
    store::{Backend, Store},
};

mod many;
mod one_case;
mod unknown;

const START: u64 = 1;

fn at(second: i64) -> Timestamp {
    Timestamp::from_unix(1_764_460_800 + second)
}

fn provider() -> ProviderId {
    ProviderId::new("main").unwrap()
}

fn order() -> OrderRef {
    OrderRef::new("20260042").unwrap()
}

fn number(text: &str) -> AccountNumber {
    AccountNumber::new(text).unwrap()
}

fn key(scope: &str, value: &str) -> DedupeKey {
    DedupeKey::new(scope, value).unwrap()
}

fn credit(scope: &str, value: &str) -> Movement {
    Movement::new(key(scope, value), Direction::In, Money::vnd(50_000)).with_time(at(100))
}

/// A credit with its bank reference and account.
fn full(scope: &str, value: &str, reference: &str) -> Movement {
    credit(scope, value).with_account(number("0123499999")).with_bank_reference(reference)
}

fn movement(source: Source, movement: Movement) -> Report {
    let key = movement.key.clone();
    Report::new(provider(), source, ReportData::Movement(Box::new(movement))).with_key(key)
}

fn payment(source: Source, payment: Payment) -> Report {
    Report::new(provider(), source, ReportData::Payment(Box::new(payment)))
}

fn settled(received: i64) -> Payment {
    Payment::new(order(), PaymentState::Settled).with_received(Money::vnd(received))
}

/// A store into which reports are booked.
struct Books {
    rows: Box<dyn Backend>,
    writes: u32,
}

impl Books {
    fn new() -> Self {
        Self::of(&Store::memory())
    }

    /// The open cases of every record.
    fn cases_in_all(&mut self) -> u64 {
        self.rows.counts().unwrap().cases.values().sum()
    }

    fn of(store: &Store) -> Self {
        let (mut rows, _) = store.open(at(0), false, &crate::sealing::Seal::default()).unwrap();
        rows.begin().unwrap();
        Self { rows, writes: 0 }
    }

    /// One store of each kind, with its folder if it has one.
    fn of_each_store() -> Vec<(Self, Option<tempfile::TempDir>)> {
        let mut all = vec![(Self::new(), None)];
        if cfg!(feature = "sqlite") {
            let folder = tempfile::tempdir().unwrap();
            all.push((Self::of(&Store::sqlite(folder.path().join("shop.db"))), Some(folder)));
        }
        all
    }

    /// Creates a store with an order that was opened for a transfer of 50,000 VND.
    fn opened() -> Self {
        let mut books = Self::new();
        books.open("main", None, None);
        books
    }

    fn open(&mut self, provider: &str, method: Option<PaymentMethod>, until: Option<Timestamp>) {
        let provider = ProviderId::new(provider).unwrap();
        let mut request = CreatePayment::new(order(), Money::vnd(50_000)).unwrap();
        (request.method, request.expires_at) = (method, until);
        let account = BankAccount::new(Bin::new("970436").unwrap(), number("0123499999"));
        let transfer = Transfer::new(account).with_memo("DH20260042");
        let opened =
            Payment::new(order(), PaymentState::Open).with_next(NextAction::Transfer(transfer));
        let asked = PaymentObservation::Asked {
            provider: provider.clone(),
            request: Box::new(request),
            is_offline: true,
        };
        let outcome = Outcome::Accepted(Box::new(opened));
        let answered = PaymentObservation::Opened { provider, method, token: None, outcome };
        for observation in [asked, answered] {
            let _ = self.observe(observation);
        }
    }

    fn observe(&mut self, observation: PaymentObservation) -> PaymentRecord {
        let token = self.token();
        let changed = change_payment(self.rows.as_mut(), &order(), &token, at(0), START, |_| {
            Some(observation)
        });
        let record = changed.unwrap().0.unwrap();
        adopt_by_route(self.rows.as_mut(), &record, &token, at(0), START).unwrap();
        record
    }

    fn token(&mut self) -> String {
        self.writes += 1;
        format!("1-{}", self.writes)
    }

    fn book(&mut self, report: &Report) -> Vec<Subject> {
        let token = self.token();
        let second = i64::from(self.writes) + 200;
        book(self.rows.as_mut(), report, &token, at(second), START).unwrap()
    }

    /// Returns the record, and checks that it equals the fold of its history.
    fn record(&mut self) -> PaymentRecord {
        let record = self.rows.payments().payment(&order()).unwrap().unwrap();
        let history = self.rows.payments().payment_history(&order()).unwrap();
        let revisions: Vec<_> = history.iter().map(|observed| observed.revision).collect();
        assert_eq!(revisions, (1..=record.revision).collect::<Vec<_>>());
        let folded = history.iter().fold(None, PaymentRecord::after).unwrap();
        let json = |record: &PaymentRecord| serde_json::to_value(record).unwrap();
        assert_eq!(json(&folded), json(&record), "the fold of its history");
        record
    }

    fn received(&mut self) -> i64 {
        self.record().received().unwrap().minor()
    }

    fn open_cases(&mut self) -> Vec<CaseKind> {
        self.record().open_cases().map(|case| case.kind).collect()
    }

    fn decide(&mut self, kind: CaseKind, decision: Decision) -> PaymentRecord {
        let case = self.record().open_cases().find(|case| case.kind == kind).unwrap().number;
        let (who, why) = ("An".to_owned(), "asked the bank".to_owned());
        self.observe(PaymentObservation::Decided { case, decision, who, why })
    }
}

/// Every source's report of one transfer.
fn reports_of_one_transfer() -> Vec<Report> {
    let code = serde_json::from_str("\"DH20260042\"").unwrap();
    let webhook = full("acme.webhook", "1", "FT1").with_code(code);
    let listed = full("acme.order", "T1", "FT1");
    let callback = credit("acme.va", "V1")
        .with_virtual_account(number("9990001"))
        .with_bank_reference("FT1")
        .with_order(order());
    vec![
        payment(Source::Delivery, settled(50_000)).with_key(key("acme.payment", "P1")),
        movement(Source::Delivery, webhook),
        movement(Source::Statement, full("acme.statement", "L1", "FT1")),
        payment(Source::Inquiry, settled(50_000).with_credits(vec![listed])),
        movement(Source::Delivery, callback),
    ]
}

/// Every order of this many things.
fn orders(number: usize) -> Vec<Vec<usize>> {
    let mut orders = vec![Vec::new()];
    for next in 0..number {
        orders = orders
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                (0..=order.len()).map(move |place| {
                    let mut longer = order.clone();
                    longer.insert(place, next);
                    longer
                })
            })
            .collect();
    }
    orders
}

#[test]
fn one_transfer_counts_once_in_every_order_and_repetition_of_its_reports() {
    let reports = reports_of_one_transfer();
    for order in orders(reports.len()) {
        let mut books = Books::opened();
        for round in 0..2 {
            for index in &order {
                books.book(&reports[*index]);
                let received = books.record().received().unwrap().minor();
                assert!(received == 0 || received == 50_000, "{received}: {order:?}");
            }
            let record = books.record();
            assert_eq!(books.received(), 50_000, "{order:?}, round {round}: {record:#?}");
            assert!(record.may_ship(), "{order:?}: {:?}", record.cases);
            assert_eq!(record.funding(), Some(Funding::Exact));
            assert_eq!(books.cases_in_all(), 0, "{order:?}");
        }
        let revision = books.record().revision;
        reports.iter().for_each(|report| drop(books.book(report)));
        assert_eq!(books.record().revision, revision, "repetitions are no news");
    }
}

#[test]
fn two_equal_transfers_count_twice_in_every_order() {
    let reports = ["FT1", "FT2"].map(|reference| {
        let named = |scope: &str| full(scope, reference, reference).with_order(order());
        [
            movement(Source::Delivery, named("acme.webhook")),
            movement(Source::Statement, named("acme.statement")),
        ]
    });
    let reports = reports.concat();
    for order in orders(reports.len()) {
        let mut books = Books::opened();
        for index in &order {
            books.book(&reports[*index]);
        }
        assert_eq!(books.received(), 100_000, "{order:?}");
        assert_eq!(books.open_cases(), [CaseKind::Over], "{order:?}");
    }
}

#[test]
fn two_transfers_under_one_bank_reference_count_twice() {
    let mut books = Books::opened();
    for value in ["1", "2"] {
        for (scope, source) in
            [("acme.webhook", Source::Delivery), ("acme.statement", Source::Statement)]
        {
            books.book(&movement(source, full(scope, value, "FT1").with_order(order())));
        }
    }
    assert_eq!(books.received(), 100_000);
}

#[test]
fn the_larger_of_a_total_and_its_parts_counts_and_never_both() {
    for (total, received) in [(50_000, 50_000), (80_000, 80_000), (20_000, 50_000)] {
        for total_first in [true, false] {
            let mut books = Books::opened();
            let mut reports = [
                payment(Source::Delivery, settled(total)).with_key(key("acme.payment", "1")),
                movement(Source::Delivery, full("acme.webhook", "1", "FT1").with_order(order())),
            ];
            if !total_first {
                reports.reverse();
            }
            reports.iter().for_each(|report| drop(books.book(report)));
            assert_eq!(books.received(), received, "a total of {total}");
        }
    }
}

#[test]
fn what_may_be_the_same_money_is_held_until_a_person_decides() {
    for (decision, received, standing) in [
        (Decision::Same, 50_000, Standing::Same),
        (Decision::Different, 100_000, Standing::Counted),
        (Decision::Closed, 50_000, Standing::Held),
    ] {
        let mut books = Books::opened();
        let silent = credit("acme.va", "V1").with_order(order());
        books.book(&movement(
            Source::Delivery,
            full("acme.webhook", "1", "FT1").with_order(order()),
        ));
        books.book(&movement(Source::Delivery, silent.clone()));
        assert_eq!(books.received(), 50_000, "the first counts");
        assert_eq!(books.record().credits[1].standing, Standing::Held, "the second is shown");
        assert_eq!(books.open_cases(), [CaseKind::MaybeSame]);
        let record = books.decide(CaseKind::MaybeSame, decision);
        assert_eq!(record.received(), Some(Money::vnd(received)), "{decision:?}");
        assert_eq!(record.credits[1].standing, standing);
        books.book(&movement(Source::Delivery, silent));
        assert!(!books.open_cases().contains(&CaseKind::MaybeSame), "{decision:?} stays");
    }
}

#[test]
fn a_statement_that_was_read_since_decides_what_was_held() {
    let mut books = Books::opened();
    books.book(&movement(Source::Delivery, full("acme.webhook", "1", "FT1").with_order(order())));
    books.book(&movement(Source::Delivery, credit("acme.va", "V1").with_order(order())));
    assert_eq!(books.open_cases(), [CaseKind::MaybeSame]);
    books.book(&movement(Source::Statement, full("acme.statement", "L1", "FT1")));
    assert_eq!((books.received(), books.open_cases()), (50_000, vec![]));
    books.book(&movement(
        Source::Statement,
        full("acme.statement", "L2", "FT2").with_order(order()),
    ));
    assert_eq!(books.received(), 100_000, "two lines are two transfers");
}

#[test]
fn received_falls_only_by_what_was_given_back() {
    let mut books = Books::opened();
    books.book(&payment(Source::Delivery, settled(50_000)).with_key(key("acme.payment", "1")));
    books.book(&payment(Source::Inquiry, settled(10_000)));
    books.book(&payment(Source::Inquiry, Payment::new(order(), PaymentState::Open)));
    assert_eq!(books.received(), 50_000);
    let refund = payments_core::RefundRef::new("R-1").unwrap();
    let refund = |state| {
        let refund = Refund::new(refund.clone(), order(), Money::vnd(20_000), state);
        Report::new(provider(), Source::Delivery, ReportData::Refund(Box::new(refund)))
    };
    books.book(&refund(RefundState::Pending));
    assert_eq!(books.received(), 50_000);
    assert!(!books.record().may_ship(), "a part of it may be on its way back");
    books.book(&refund(RefundState::Done));
    assert_eq!(books.received(), 30_000);
    let back = Movement::new(key("acme.statement", "L2"), Direction::Out, Money::vnd(20_000));
    books.book(&movement(Source::Statement, back.with_order(order())));
    assert_eq!(books.received(), 30_000, "the refund and its movement are one");
    books.book(&payment(Source::Inquiry, Payment::new(order(), PaymentState::Refunded)));
    assert_eq!(books.received(), 0);
}

#[test]
fn what_arrives_after_everything_went_back_counts() {
    let mut books = Books::opened();
    books.book(&payment(Source::Inquiry, settled(40_000)));
    let refunded = Payment::new(order(), PaymentState::Refunded);
    books.book(&payment(Source::Inquiry, refunded.with_received(Money::vnd(40_000))));
    assert_eq!(books.received(), 0);
    // The buyer pays again, and an earlier report arrives late.
    books.book(&payment(Source::Delivery, settled(90_000)));
    books.book(&payment(Source::Delivery, settled(40_000)));
    assert_eq!(books.received(), 50_000);
    assert!(books.record().may_ship());
}

#[test]
fn another_currency_funds_nothing_and_is_a_case() {
    let mut books = Books::opened();
    let dollars = Money::from_minor(50_000, Currency::USD);
    let credit = Movement::new(key("acme.webhook", "1"), Direction::In, dollars);
    books.book(&movement(Source::Delivery, credit.with_order(order())));
    let stated = Payment::new(order(), PaymentState::Settled).with_received(dollars);
    books.book(&payment(Source::Inquiry, stated));
    assert_eq!((books.received(), books.record().funding()), (0, Some(Funding::Nothing)));
    assert_eq!(books.open_cases(), [CaseKind::OtherCurrency]);
}

#[test]
fn money_after_the_last_expiry_is_late_and_waits_for_a_person() {
    let mut books = Books::new();
    books.open("main", None, Some(at(50)));
    books.book(&movement(Source::Delivery, full("acme.webhook", "1", "FT1").with_order(order())));
    assert_eq!((books.received(), books.open_cases()), (50_000, vec![CaseKind::Late]));
    assert!(!books.record().may_ship());
    assert!(books.decide(CaseKind::Late, Decision::Closed).may_ship());
    books.book(&movement(Source::Statement, full("acme.statement", "L1", "FT1")));
    assert!(books.record().may_ship(), "{:?}", books.record().cases);
    let mut books = Books::new();
    books.open("main", None, Some(at(50)));
    books.open("main", Some(PaymentMethod::Card), Some(at(150)));
    books.book(&movement(Source::Delivery, full("acme.webhook", "1", "FT1").with_order(order())));
    assert!(books.record().may_ship(), "one opening was live");
}

#[test]
fn money_after_the_provider_called_it_off_counts_and_is_late() {
    let mut books = Books::opened();
    books.book(&payment(Source::Inquiry, Payment::new(order(), PaymentState::Expired)));
    books.book(&payment(Source::Inquiry, settled(50_000)));
    assert_eq!((books.received(), books.open_cases()), (50_000, vec![CaseKind::Late]));
    assert!(!books.record().may_ship());
}

#[test]
fn a_settled_payment_that_is_then_reported_as_failed_is_contradicted_and_keeps_its_money() {
    let mut books = Books::opened();
    books.book(&payment(Source::Inquiry, settled(50_000)));
    assert!(books.record().may_ship());
    books.book(&payment(Source::Inquiry, Payment::new(order(), PaymentState::Failed)));
    assert_eq!((books.received(), books.open_cases()), (50_000, vec![CaseKind::Contradicted]));
    assert!(!books.record().may_ship());
}

#[test]
fn what_is_not_settled_does_not_ship() {
    for (state, ships) in [
        (PaymentState::Held, false),
        (PaymentState::Processing, false),
        (PaymentState::Settled, true),
    ] {
        let mut books = Books::opened();
        let stated = Payment::new(order(), state).with_received(Money::vnd(50_000));
        books.book(&payment(Source::Inquiry, stated));
        assert_eq!(books.record().may_ship(), ships, "{state:?}");
    }
    let mut books = Books::opened();
    books.book(&payment(Source::Inquiry, settled(49_999)));
    let missing = Money::vnd(1);
    assert_eq!(books.record().funding(), Some(Funding::Short { missing }));
    assert!(!books.record().may_ship());
}

#[test]
fn an_order_paid_through_two_openings_is_a_case_and_ships() {
    let mut books = Books::opened();
    books.open("other", Some(PaymentMethod::Card), None);
    books.book(&movement(Source::Delivery, full("acme.webhook", "1", "FT1").with_order(order())));
    let other = ProviderId::new("other").unwrap();
    let paid = ReportData::Payment(Box::new(settled(50_000)));
    books.book(&Report::new(other, Source::Delivery, paid).with_key(key("other.payment", "1")));
    assert_eq!(books.received(), 100_000);
    assert_eq!(books.open_cases(), [CaseKind::PaidTwice, CaseKind::Over]);
    assert!(books.record().may_ship());
}

#[test]
fn a_credit_finds_its_order_by_its_code_and_else_waits_for_a_person() {
    for (books, _folder) in Books::of_each_store() {
        finds_its_order(books);
    }
}

fn finds_its_order(mut books: Books) {
    let code = || serde_json::from_str("\"DH20260042\"").unwrap();
    let early = movement(Source::Delivery, full("acme.webhook", "1", "FT1").with_code(code()));
    let name = Subject::Credit(provider(), key("acme.webhook", "1"));
    assert_eq!(books.book(&early), [name]);
    assert_eq!(books.book(&early), [], "kept once");
    assert_eq!(books.cases_in_all(), 1);
    let line = movement(Source::Statement, full("acme.statement", "L1", "FT1"));
    books.book(&line);
    assert_eq!(books.cases_in_all(), 1, "the same money, told twice");
    books.open("main", None, None);
    assert_eq!(books.received(), 50_000, "the opening's code names it");
    let credit = books.rows.payments().credit(&provider(), &key("acme.webhook", "1"));
    assert_eq!(credit.unwrap().unwrap().order, Some(order()));
    books.book(&line);
    assert_eq!((books.received(), books.cases_in_all()), (50_000, 0));
}

#[test]
fn a_line_that_names_nothing_follows_the_same_money_to_its_order() {
    let named = movement(Source::Delivery, full("acme.webhook", "1", "FT1").with_order(order()));
    let line = movement(Source::Statement, full("acme.statement", "L1", "FT1"));
    let stores = || Books::of_each_store().into_iter();
    let both = stores().map(|store| (store, [&named, &line]));
    for ((mut books, _folder), reports) in both.chain(stores().map(|one| (one, [&line, &named]))) {
        books.open("main", None, None);
        reports.iter().for_each(|report| drop(books.book(report)));
        assert_eq!((books.received(), books.record().credits.len()), (50_000, 2));
        assert_eq!(books.rows.payments().unmatched(9).unwrap().len(), 0);
    }
}

#[test]
fn a_credit_counts_for_one_order_only() {
    let mut books = Books::opened();
    let other = OrderRef::new("other").unwrap();
    let first = full("acme.webhook", "1", "FT1").with_order(other);
    books.book(&movement(Source::Delivery, first.clone()));
    let mut listed = first;
    listed.order = None;
    let claims = Payment::new(order(), PaymentState::Processing).with_credits(vec![listed]);
    books.book(&payment(Source::Inquiry, claims));
    assert_eq!((books.received(), books.open_cases()), (0, vec![CaseKind::Contradicted]));
}

#[test]
fn the_same_write_said_again_books_nothing() {
    for (books, _folder) in Books::of_each_store() {
        books_once(books);
    }
}

fn books_once(mut books: Books) {
    books.open("main", None, None);
    let report = payment(Source::Delivery, settled(50_000)).with_key(key("acme.payment", "1"));
    let said = |books: &mut Books, token: &str, report: &Report| {
        book(books.rows.as_mut(), report, token, at(1), START).unwrap().len()
    };
    assert_eq!(said(&mut books, "t", &report), 1);
    assert_eq!(said(&mut books, "t", &report), 0, "by its token");
    assert_eq!(said(&mut books, "u", &report), 0, "by its key");
    let mut other = report.clone();
    other.provider = ProviderId::new("other").unwrap();
    assert_eq!(said(&mut books, "v", &other), 1, "keys are unique per provider");
}

#[test]
fn a_reported_payout_that_is_not_on_record_changes_nothing() {
    let mut books = Books::new();
    let payout = PayoutRef::new("P-1").unwrap();
    let state = payments_core::payout::PayoutState::Succeeded;
    let payout = payments_core::payout::Payout::new(payout, Money::vnd(1), state);
    let report = Report::new(provider(), Source::Delivery, ReportData::Payout(Box::new(payout)));
    assert_eq!(books.book(&report), []);
}

/// The transfers that one source reports, and whether it states their bank references.
type Reported = (Vec<bool>, Vec<bool>);

fn transfers() -> impl Strategy<Value = (usize, Vec<Reported>, Vec<prop::sample::Index>)> {
    (1_usize..4).prop_flat_map(|number| {
        let flags = || prop::collection::vec(any::<bool>(), number);
        let sources = prop::collection::vec((flags(), flags()), 1..4);
        let picks = prop::collection::vec(any::<prop::sample::Index>(), 1..40);
        (Just(number), sources, picks)
    })
}

proptest! {
    #[test]
    fn never_more_than_arrived_counts_and_never_less_than_one_source_reports(
        (number, sources, picks) in transfers(),
    ) {
        let mut reports = Vec::new();
        for (source, (reported, with_reference)) in sources.iter().enumerate() {
            for transfer in (0..number).filter(|transfer| reported[*transfer]) {
                let scope = format!("acme.source{source}");
                let reference = format!("FT{transfer}");
                let mut credit = full(&scope, &reference, &reference).with_order(order());
                if !with_reference[transfer] {
                    credit.bank_reference = None;
                }
                reports.push((source, movement(Source::Delivery, credit)));
            }
        }
        prop_assume!(!reports.is_empty());
        let mut books = Books::opened();
        let mut seen = vec![std::collections::BTreeSet::new(); sources.len()];
        let mut before = 0;
        for pick in picks {
            let index = pick.index(reports.len());
            let (source, report) = &reports[index];
            books.book(report);
            seen[*source].insert(index);
            let counted = books.received() / 50_000;
            let largest = seen.iter().map(std::collections::BTreeSet::len).max().unwrap_or(0);
            prop_assert!(counted >= before, "it fell from {before} to {counted}");
            prop_assert!(counted >= i64::try_from(largest).unwrap(), "{counted} of {largest}");
            prop_assert!(counted <= i64::try_from(number).unwrap(), "{counted} of {number}");
            before = counted;
        }
    }
}
