//! Many credits: of one order, and without an order.

use super::*;

#[test]
fn each_of_many_equal_credits_of_one_order_counts_once() {
    const NUMBER: i64 = 200;
    let of = |scope: &str| {
        let credit = |number: i64| full(scope, &format!("{scope}{number}"), &format!("FT{number}"));
        (0..NUMBER).map(credit).collect::<Vec<_>>()
    };
    let mut books = Books::opened();
    let both = of("acme.webhook").into_iter().chain(of("acme.statement"));
    let paid = Payment::new(order(), PaymentState::Settled).with_credits(both.collect());
    let report = Report::new(provider(), Source::Inquiry, ReportData::Payment(Box::new(paid)));
    let observation = PaymentObservation::Reported { order: order(), report: Box::new(report) };
    let record = books.observe(observation);
    assert_eq!(record.received(), Some(Money::vnd(50_000 * NUMBER)), "each transfer once");
}

#[test]
fn the_newest_credits_without_an_order_find_theirs_however_many_there_are() {
    for (mut books, _folder) in Books::of_each_store() {
        for number in 0..1_001 {
            let other = Movement::new(
                key("acme.statement", &number.to_string()),
                Direction::Out,
                Money::vnd(1_000 + number),
            );
            let other = crate::record::CreditRecord::new(
                provider(),
                other,
                Source::Statement,
                None,
                at(number),
            );
            books.rows.payments().put_credit(&other).unwrap();
        }
        let code = serde_json::from_str("\"DH20260042\"").unwrap();
        let paid = credit("acme.webhook", "1").with_code(code);
        let token = books.token();
        let report = movement(Source::Delivery, paid);
        book(books.rows.as_mut(), &report, &token, at(2_000), START).unwrap();
        books.open("main", None, None);
        assert_eq!(books.received(), 50_000);
    }
}

/// The inquiries about an opening end after a week. A later opening of the same order has its own.
#[test]
fn a_later_opening_of_an_open_order_is_asked_about_too() {
    use crate::store::TaskKind;

    for (mut books, _folder) in Books::of_each_store() {
        books.open("main", None, None);
        let due = |books: &mut Books| {
            let (now, lease) = (at(3_600), at(3_720));
            books.rows.claim(TaskKind::Payment, now, lease, 10).unwrap()
        };
        let claims = due(&mut books);
        let [first] = claims.as_slice() else { panic!("{claims:?}") };
        books.rows.set_due(first, crate::store::Due::Never).unwrap();
        books.open("other", None, None);
        assert_eq!(due(&mut books).len(), 1, "nothing would notice that it was paid");
    }
}
