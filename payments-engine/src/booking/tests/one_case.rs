//! If several sources report money without a known order, there is one case for each transfer,
//! whatever the order of the reports, and no money is lost.

use super::*;
use crate::record::CreditName;

/// The scopes of two sources.
const WEBHOOK: &str = "acme.webhook";
const STATEMENT: &str = "acme.statement";

/// The report of a transfer by one source, under its own key.
fn told(scope: &str, key: &str, reference: &str) -> Report {
    let source = if scope == STATEMENT { Source::Statement } else { Source::Delivery };
    movement(source, full(scope, key, reference))
}

/// Two transfers of one amount, each reported by two sources.
fn two_transfers(references: [&str; 2]) -> Vec<Report> {
    let of = |scope: &'static str| {
        references
            .iter()
            .enumerate()
            .map(move |(key, reference)| told(scope, &format!("{scope}{key}"), reference))
    };
    of(WEBHOOK).chain(of(STATEMENT)).collect()
}

/// Every order of this many things.
fn orders_of(count: usize) -> Vec<Vec<usize>> {
    let Some(last) = count.checked_sub(1) else { return vec![Vec::new()] };
    let shorter = orders_of(last);
    let with_last = shorter.iter().flat_map(|order| {
        (0..count).map(move |place| {
            let mut order = order.clone();
            order.insert(place, last);
            order
        })
    });
    with_last.collect()
}

fn named(mut report: Report) -> Report {
    let ReportData::Movement(movement) = &mut report.data else { return report };
    movement.order = Some(order());
    report
}

impl Books {
    fn cases_of_credits(&mut self) -> Vec<CreditName> {
        let credits = self.rows.payments().credits_with_cases().unwrap();
        credits.iter().map(crate::record::CreditRecord::name).collect()
    }

    fn assign(&mut self, name: &CreditName) {
        let credit = self.rows.payments().credit(&name.provider, &name.key).unwrap();
        let mut credit = credit.unwrap();
        credit.belongs_to(order(), "Lan", "the receipt", at(900));
        let token = self.token();
        settle_credit(&mut *self.rows, &credit, &token, at(900), START).unwrap();
    }

    fn unmatched(&mut self) -> usize {
        self.rows.payments().unmatched(100).unwrap().len()
    }
}

#[test]
fn one_transfer_is_one_case_and_one_decision() {
    let reports = [told(WEBHOOK, "1", "FT1"), told(STATEMENT, "L1", "FT1")];
    for turn in orders_of(2) {
        for (mut books, _folder) in Books::of_each_store() {
            books.open("main", None, None);
            turn.iter().for_each(|index| drop(books.book(&reports[*index])));
            let cases = books.cases_of_credits();
            assert_eq!((cases.len(), books.cases_in_all()), (1, 1), "{turn:?}");
            let first = books.rows.payments().credit(&cases[0].provider, &cases[0].key);
            assert_eq!(first.unwrap().unwrap().reports().len(), 2, "the case names both reports");
            books.assign(&cases[0]);
            assert_eq!((books.received(), books.record().credits.len()), (50_000, 2));
            assert_eq!((books.cases_in_all(), books.unmatched()), (0, 0));
        }
    }
}

#[test]
fn two_equal_transfers_are_two_cases_in_every_order() {
    // A bank may write one reference on two transfers.
    for references in [["FT1", "FT2"], ["FT1", "FT1"]] {
        let reports = two_transfers(references);
        for turn in orders_of(4) {
            for (mut books, _folder) in Books::of_each_store() {
                books.open("main", None, None);
                turn.iter().for_each(|index| drop(books.book(&reports[*index])));
                let cases = books.cases_of_credits();
                assert_eq!(cases.len(), 2, "{references:?} {turn:?}");
                books.assign(&cases[0]);
                assert_eq!((books.received(), books.unmatched()), (50_000, 2), "{turn:?}");
                assert_eq!(books.cases_of_credits(), cases[1..], "{turn:?}");
                books.assign(&cases[1]);
                assert_eq!((books.received(), books.unmatched()), (100_000, 0), "{turn:?}");
            }
        }
    }
}

#[test]
fn three_sources_of_two_transfers_are_two_cases() {
    for references in [["FT1", "FT2"], ["FT1", "FT1"]] {
        let mut reports = two_transfers(references);
        for (key, reference) in references.iter().enumerate() {
            reports.push(told("acme.account", &format!("A{key}"), reference));
        }
        for turn in orders_of(6) {
            let mut books = Books::opened();
            turn.iter().for_each(|index| drop(books.book(&reports[*index])));
            assert_eq!(books.cases_of_credits().len(), 2, "{references:?} {turn:?}");
        }
    }
}

#[test]
fn a_report_that_names_the_order_takes_its_own_money_along_and_no_other() {
    for references in [["FT1", "FT2"], ["FT1", "FT1"]] {
        for names in 0..4 {
            let mut reports = two_transfers(references);
            reports[names] = named(reports[names].clone());
            for turn in orders_of(4) {
                let mut books = Books::opened();
                turn.iter().for_each(|index| drop(books.book(&reports[*index])));
                let seen = (books.received(), books.cases_of_credits().len(), books.unmatched());
                assert_eq!(seen, (50_000, 1, 2), "{references:?} {names} {turn:?}");
            }
        }
    }
}

#[test]
fn a_later_report_that_names_the_order_settles_the_case_of_all() {
    let reports = [told(WEBHOOK, "1", "FT1"), told(STATEMENT, "L1", "FT1")];
    for (turn, later) in orders_of(2).into_iter().flat_map(|turn| [(turn.clone(), 0), (turn, 1)]) {
        let mut books = Books::opened();
        turn.iter().for_each(|index| drop(books.book(&reports[*index])));
        books.book(&named(reports[later].clone()));
        let seen = (books.received(), books.cases_in_all(), books.unmatched());
        assert_eq!(seen, (50_000, 0, 0), "{turn:?} {later}");
    }
}

#[test]
fn an_opening_that_is_named_by_one_report_takes_both() {
    let mut with_code = full(WEBHOOK, "1", "FT1");
    with_code.code = serde_json::from_value(serde_json::json!("DH20260042")).unwrap();
    let reports = [movement(Source::Delivery, with_code), told(STATEMENT, "L1", "FT1")];
    for turn in orders_of(2) {
        let mut books = Books::new();
        turn.iter().for_each(|index| drop(books.book(&reports[*index])));
        assert_eq!(books.cases_in_all(), 1);
        books.open("main", None, None);
        assert_eq!((books.received(), books.cases_in_all(), books.unmatched()), (50_000, 0, 0));
    }
}

#[test]
fn what_may_be_other_money_keeps_a_case_of_its_own() {
    let mut unnamed = full(STATEMENT, "L1", "FT1");
    unnamed.bank_reference = None;
    let reports = [told(WEBHOOK, "1", "FT1"), movement(Source::Statement, unnamed)];
    for turn in orders_of(2) {
        let mut books = Books::opened();
        turn.iter().for_each(|index| drop(books.book(&reports[*index])));
        assert_eq!(books.cases_in_all(), 2, "{turn:?}");
    }
}

#[test]
fn a_case_that_was_closed_is_not_opened_again_by_another_source() {
    let mut books = Books::opened();
    books.book(&told(WEBHOOK, "1", "FT1"));
    let mut credit =
        books.rows.payments().credit(&provider(), &key(WEBHOOK, "1")).unwrap().unwrap();
    credit.settle(Decision::Closed, "Lan", "given back", at(900));
    settle_credit(&mut *books.rows, &credit, "closed", at(900), START).unwrap();
    books.book(&told(STATEMENT, "L1", "FT1"));
    assert_eq!((books.cases_in_all(), books.unmatched()), (0, 2));
    books.book(&told(STATEMENT, "L2", "FT1"));
    assert_eq!(books.cases_in_all(), 1, "the same source tells of other money");
}
