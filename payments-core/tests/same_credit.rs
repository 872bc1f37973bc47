//! Which reports are about the same money: every pair of movements that differ in one field.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use payments_core::{
    CreditMatch, DedupeKey, Direction, Movement, OrderRef, ProviderId, Raw, SameMoney, Timestamp,
    bank::AccountNumber,
    match_credit,
    money::{Currency, Money},
    payment::PaymentCode,
    same_credit,
};

use SameMoney::{Different, Maybe, Same};

const AT: i64 = 1_700_000_000;
const DAY: i64 = 24 * 3_600;
const ACCOUNT: &str = "0123499999";
const VIRTUAL: &str = "963NQDORDZVTBPJ3Z7";
const REFERENCE: &str = "MBVCB.3278907687";

fn number(text: &str) -> Option<AccountNumber> {
    Some(AccountNumber::new(text).unwrap())
}

fn code(order: &str) -> PaymentCode {
    PaymentCode::new(format!("DH{order}")).unwrap()
}

/// Returns a report without the account on which the money arrived.
fn unplaced() -> Movement {
    let key = DedupeKey::new("acme.webhook", "92704").unwrap();
    Movement::new(key, Direction::In, Money::vnd(50_000))
        .with_bank_reference(REFERENCE)
        .with_time(Timestamp::from_unix(AT))
        .with_memo("DH00042")
        .with_code(code("00042"))
        .with_order(OrderRef::new("00042").unwrap())
        .with_balance(Money::vnd(1_000_000))
}

/// Returns the report on our account, on a virtual account, and with both numbers.
fn placed() -> [(&'static str, Movement); 3] {
    let on = |account: Option<&str>, virtual_account: Option<&str>| {
        let mut movement = unplaced();
        movement.account = account.and_then(number);
        movement.virtual_account = virtual_account.and_then(number);
        movement
    };
    [
        ("account", on(Some(ACCOUNT), None)),
        ("virtual account", on(None, Some(VIRTUAL))),
        ("both", on(Some(ACCOUNT), Some(VIRTUAL))),
    ]
}

type Change = fn(&mut Movement);

/// A change of one field of a report, and whether the two are then the same money.
const CHANGES: &[(&str, Change, SameMoney)] = &[
    ("nothing", |_| {}, Same),
    ("direction", |it| it.direction = Direction::Out, Different),
    ("one đồng more", |it| it.amount = Money::vnd(50_001), Different),
    ("a digit less", |it| it.amount = Money::vnd(5_000), Different),
    ("a digit more", |it| it.amount = Money::vnd(500_000), Different),
    ("currency", |it| it.amount = Money::from_minor(50_000, Currency::USD), Different),
    ("reference: other", |it| it.bank_reference = text("MBVCB.3278907688"), Different),
    (
        "reference: other letters inside",
        |it| it.bank_reference = text("MBVCA.3278907687"),
        Different,
    ),
    ("reference: longer", |it| it.bank_reference = text("MBVCB.32789076871"), Maybe),
    ("reference: longer in front", |it| it.bank_reference = text("1MBVCB.3278907687"), Maybe),
    ("reference: shorter", |it| it.bank_reference = text("MBVCB.327890768"), Maybe),
    ("reference: shorter in front", |it| it.bank_reference = text("3278907687"), Maybe),
    ("reference: other case", |it| it.bank_reference = text("mbvcb.3278907687"), Maybe),
    ("reference: spaces", |it| it.bank_reference = text(" MBVCB.3278907687 "), Same),
    ("reference: blank", |it| it.bank_reference = text(" "), Maybe),
    ("reference: a dash", |it| it.bank_reference = text("-"), Maybe),
    ("reference: none", |it| it.bank_reference = None, Maybe),
    ("time: a second less than a day later", |it| it.at = at(AT + DAY - 1), Same),
    ("time: a second less than a day earlier", |it| it.at = at(AT - DAY + 1), Same),
    ("time: a day later", |it| it.at = at(AT + DAY), Different),
    ("time: a day earlier", |it| it.at = at(AT - DAY), Different),
    ("time: none", |it| it.at = None, Maybe),
    // Additions by one source are not compared.
    ("key", |it| it.key = DedupeKey::new("acme.statement", "L-1").unwrap(), Same),
    ("memo", |it| it.memo = text("DH00043"), Same),
    ("memo: none", |it| it.memo = None, Same),
    ("code", |it| it.code = Some(code("00043")), Same),
    ("code: none", |it| it.code = None, Same),
    ("order: none", |it| it.order = None, Same),
    ("balance", |it| it.balance = Some(Money::vnd(1)), Same),
    ("raw", |it| it.raw = Raw::new(&b"{}"[..]), Same),
];

/// A change of one of the two numbers, and its result for a report with only this number and for
/// one with both.
const PLACES: &[(&str, Change, SameMoney, SameMoney)] = &[
    ("account: other", |it| it.account = number("0123499998"), Different, Different),
    ("account: other in front", |it| it.account = number("1123499999"), Different, Different),
    ("account: longer", |it| it.account = number("01234999991"), Maybe, Same),
    ("account: shorter", |it| it.account = number("012349999"), Maybe, Same),
    ("account: its end", |it| it.account = number("3499999"), Maybe, Same),
    ("account: none", |it| it.account = None, Maybe, Same),
];

const VIRTUAL_PLACES: &[(&str, Change, SameMoney, SameMoney)] = &[
    (
        "virtual: other",
        |it| it.virtual_account = number("963NQDORDZVTBPJ3Z8"),
        Different,
        Different,
    ),
    ("virtual: longer", |it| it.virtual_account = number("963NQDORDZVTBPJ3Z71"), Maybe, Same),
    ("virtual: its end", |it| it.virtual_account = number("NQDORDZVTBPJ3Z7"), Maybe, Same),
    ("virtual: none", |it| it.virtual_account = None, Maybe, Same),
];

#[expect(clippy::unnecessary_wraps, reason = "it fills a field")]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[expect(clippy::unnecessary_wraps, reason = "it fills a field")]
fn at(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp::from_unix(seconds))
}

/// Returns every report with one field changed, together with the report itself.
fn pairs() -> Vec<(String, Movement, Movement, SameMoney)> {
    let mut pairs = Vec::new();
    let mut add = |place: &str, name: &str, base: &Movement, change: Change, verdict| {
        let mut changed = base.clone();
        change(&mut changed);
        pairs.push((format!("on {place}: {name}"), base.clone(), changed, verdict));
    };
    let [account, virtual_account, both] = placed();
    for (place, base) in placed() {
        for (name, change, verdict) in CHANGES {
            add(place, name, &base, *change, *verdict);
        }
    }
    for (rows, (place, alone)) in [(PLACES, account), (VIRTUAL_PLACES, virtual_account)] {
        for (name, change, of_alone, of_both) in rows {
            add(place, name, &alone, *change, *of_alone);
            add(both.0, name, &both.1, *change, *of_both);
        }
    }
    pairs
}

#[test]
fn two_reports_that_differ_in_one_field_are_the_same_money_or_not_by_that_field() {
    for (name, base, changed, verdict) in pairs() {
        assert_eq!(same_credit(&base, &changed), verdict, "{name}");
        assert_eq!(same_credit(&changed, &base), verdict, "{name}, the other way round");
    }
}

#[test]
fn what_neither_report_says_is_never_taken_for_agreement() {
    for (place, base) in placed() {
        let silences: [(&str, Change); 3] = [
            ("reference", |it| it.bank_reference = None),
            ("time", |it| it.at = None),
            ("place", |it| (it.account, it.virtual_account) = (None, None)),
        ];
        for (name, silence) in silences {
            let mut silent = base.clone();
            silence(&mut silent);
            assert_eq!(same_credit(&silent, &silent.clone()), Maybe, "{place}: {name}");
        }
    }
}

#[test]
fn a_difference_outweighs_every_agreement_and_every_silence() {
    let [_, _, (_, base)] = placed();
    let differences: [Change; 4] = [
        |it| it.account = number("0123499998"),
        |it| it.virtual_account = number("963NQDORDZVTBPJ3Z8"),
        |it| it.bank_reference = text("MBVCB.3278907688"),
        |it| it.at = at(AT + DAY),
    ];
    let silences: [Change; 4] = [
        |it| it.account = None,
        |it| it.virtual_account = None,
        |it| it.bank_reference = None,
        |it| it.at = None,
    ];
    for (one, difference) in differences.iter().enumerate() {
        for (other, silence) in silences.iter().enumerate() {
            let mut changed = base.clone();
            silence(&mut changed);
            difference(&mut changed);
            assert_eq!(same_credit(&base, &changed), Different, "{one} beside {other}");
        }
    }
}

fn provider(id: &str) -> ProviderId {
    ProviderId::new(id).unwrap()
}

fn word(found: &CreditMatch<'_>) -> &'static str {
    match found {
        CreditMatch::New => "new",
        CreditMatch::Repeated(_) => "repeated",
        CreditMatch::Same(_) => "same",
        CreditMatch::Maybe(_) => "maybe",
    }
}

#[test]
fn a_report_is_matched_by_its_source_and_key_first_and_then_by_its_money() {
    let main = provider("main");
    for (name, base, changed, verdict) in pairs() {
        let known = [(main.clone(), base.clone())];
        let matched = |of: &str, scope: &str, value: &str| {
            let mut report = changed.clone();
            report.key = DedupeKey::new(scope, value).unwrap();
            let known = known.iter().map(|(provider, movement)| (provider, movement));
            word(&match_credit(&provider(of), &report, known))
        };
        // The same source and key is the same report, whatever its other fields.
        assert_eq!(matched("main", "acme.webhook", "92704"), "repeated", "{name}");
        // Within one source two keys are two movements.
        for near in ["92705", "927040", "9270", "092704"] {
            assert_eq!(matched("main", "acme.webhook", near), "new", "{name}: {near}");
        }
        let elsewhere = match verdict {
            Same => "same",
            Maybe => "maybe",
            Different => "new",
        };
        for (of, scope, value) in [
            ("main", "acme.statement", "92704"),
            ("main", "acme.webhook2", "92704"),
            ("main", "acme.webhoo", "92704"),
            ("main2", "acme.webhook", "92704"),
            ("mai", "acme.webhook", "92704"),
            ("main2", "acme.webhook", "92705"),
        ] {
            let case = format!("{name}: {of} {scope} {value}");
            assert_eq!(matched(of, scope, value), elsewhere, "{case}");
        }
    }
}
