//! Statements over the User API v2.

use std::time::Duration;

use payments_core::{
    AccountId, Direction, ErrorKind, Timestamp,
    money::{Currency, Money},
    statement::{Cursor, Page, StatementFilter},
};

use crate::{
    transfer::{line, page},
    world::{API_TOKEN, BANK, Wire, provider},
};

async fn entries(
    wire: &std::sync::Arc<Wire>,
    after: &Cursor,
    filter: &StatementFilter,
) -> payments_core::Result<Page> {
    provider(&[BANK], wire).statements().unwrap().entries(after, filter).await
}

#[tokio::test]
async fn the_accounts_of_every_page_are_listed_with_their_balances() {
    let wire = Wire::new();
    let account = |id: &str, accumulated: &str, last: &str| {
        format!(
            r#"{{"id":"{id}","account_holder_name":"CONG TY","account_number":"0123499999",
                "accumulated":{accumulated},"last_transaction":{last},"label":"Quầy 1",
                "account_type":"personal","active":1,"bank_bin":"970436"}}"#
        )
    };
    wire.answer(200, page(&[account("a", "50000000", r#""2023-03-25 14:02:37""#)], true));
    wire.answer(200, page(&[account("b", "7", "null")], false));
    let provider = provider(&[BANK], &wire);
    let accounts = provider.statements().unwrap().accounts().await.unwrap();
    let accounts = payments_core::Listed::all(accounts).unwrap();

    assert_eq!(
        wire.asked(),
        [
            "GET https://userapi-sandbox.sepay.vn/v2/bank-accounts?page=1&per_page=100",
            "GET https://userapi-sandbox.sepay.vn/v2/bank-accounts?page=2&per_page=100"
        ]
    );
    assert_eq!(wire.calls()[0].headers()["authorization"], format!("Bearer {API_TOKEN}"));
    assert!(wire.calls()[0].headers()["authorization"].is_sensitive());
    let ids: Vec<_> = accounts.iter().map(|account| account.id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(accounts[0].account.as_ref().unwrap().bin.as_str(), "970436");
    assert_eq!(accounts[0].label.as_deref(), Some("Quầy 1"));
    let balances: Vec<_> =
        accounts.iter().map(|account| account.balance.clone().unwrap()).collect();
    assert_eq!(balances[0].amount, Money::vnd(50_000_000));
    assert_eq!(balances[0].at.to_string(), "2023-03-25T07:02:37Z");
    assert_eq!(balances[1].at, crate::world::now());
}

/// A line of a second of one minute.
fn at(id: &str, amount: i64, second: u32) -> String {
    line(id, amount, "x").replace("14:02:37", &format!("14:02:{second:02}"))
}

/// What an unknown number of pages told, and where the last one leads.
async fn read(wire: &std::sync::Arc<Wire>, more: &[bool]) -> (Vec<i64>, Cursor) {
    let (mut cursor, mut told) = (Cursor::start(), Vec::new());
    for more in more {
        let page = entries(wire, &cursor, &StatementFilter::new()).await.unwrap();
        told.extend(page.entries.iter().map(|entry| entry.as_result().unwrap().amount.minor()));
        assert_eq!(page.more, *more, "{cursor:?}");
        cursor = page.next;
    }
    (told, cursor)
}

const LIST: &str = "GET https://userapi-sandbox.sepay.vn/v2/transactions";

#[tokio::test]
async fn a_long_first_reading_goes_by_dates_and_then_on_from_what_was_newest_at_its_beginning() {
    let wire = Wire::new();
    wire.answer(200, page(&[at("c", 3, 30), at("b", 2, 20)], true));
    wire.answer(200, page(&[at("a", 1, 10), at("b", 2, 20)], true));
    // While we read, one more arrives that the bank dates long ago.
    wire.answer(200, page(&[at("b", 2, 20), at("c", 3, 30)], false));
    wire.answer(200, page(&[at("late", 4, 5)], true));
    wire.answer(200, page(&[at("e", 5, 40)], false));
    wire.answer(200, page(&[], false));

    let (told, _) = read(&wire, &[true, false, true, false, false]).await;
    assert_eq!(told, [1, 2, 3, 4, 5]);
    assert_eq!(
        wire.asked(),
        [
            format!("{LIST}?transaction_date_sort=desc&page=1&per_page=100"),
            format!("{LIST}?transaction_date_sort=asc&page=1&per_page=100"),
            format!(
                "{LIST}?transaction_date_sort=asc&transaction_date_from=2023-03-25+14%3A02%3A20\
                 &page=1&per_page=100"
            ),
            format!("{LIST}?since_id=c&page=1&per_page=100"),
            format!("{LIST}?since_id=late&page=1&per_page=100"),
            format!("{LIST}?since_id=e&page=1&per_page=100"),
        ]
    );
}

#[tokio::test]
async fn what_sepay_forgets_meanwhile_moves_no_line_past_a_reader() {
    let wire = Wire::new();
    wire.answer(200, page(&[at("e", 5, 40)], true));
    wire.answer(200, page(&[at("a", 1, 10), at("b", 2, 20), at("c", 3, 20)], true));
    // The next day: what was before is forgotten, and what was on the second page is on the first.
    wire.answer(200, page(&[at("b", 2, 20), at("c", 3, 20), at("d", 4, 30)], true));
    // More of a second than fits a page: it is read whole.
    wire.answer(200, page(&[at("d", 4, 30), at("d2", 40, 30)], true));
    wire.answer(200, page(&[at("d", 4, 30), at("d2", 40, 30)], true));
    wire.answer(200, page(&[at("d3", 41, 30)], false));
    wire.answer(200, page(&[at("e", 5, 40)], false));

    let (told, cursor) = read(&wire, &[true, true, true, false]).await;
    assert_eq!((told, cursor), (vec![1, 2, 3, 4, 40, 41, 5], Cursor::at("e")));
    let base = format!("{LIST}?transaction_date_sort");
    let from = |second: u32| format!("&transaction_date_from=2023-03-25+14%3A02%3A{second}");
    let to = |second: u32| format!("&transaction_date_to=2023-03-25+14%3A02%3A{second}");
    assert_eq!(
        wire.asked(),
        [
            format!("{base}=desc&page=1&per_page=100"),
            format!("{base}=asc&page=1&per_page=100"),
            format!("{base}=asc{}&page=1&per_page=100", from(20)),
            format!("{base}=asc{}&page=1&per_page=100", from(30)),
            format!("{base}=asc{}{}&page=1&per_page=100", from(30), to(30)),
            format!("{base}=asc{}{}&page=2&per_page=100", from(30), to(30)),
            format!("{base}=asc{}&page=1&per_page=100", from(31)),
        ]
    );
}

#[tokio::test]
async fn a_first_reading_of_one_page_takes_one_call_and_is_told_oldest_first() {
    let wire = Wire::new();
    wire.answer(200, page(&[line("b", 2, "x"), line("a", 1, "x")], false));
    let page = entries(&wire, &Cursor::start(), &StatementFilter::new()).await.unwrap();
    let told: Vec<_> =
        page.entries.iter().map(|entry| entry.as_result().unwrap().amount.minor()).collect();
    assert_eq!((told, page.more, page.next), (vec![1, 2], false, Cursor::at("b")));
}

#[tokio::test]
async fn an_empty_statement_begins_again_at_the_beginning() {
    let wire = Wire::new();
    wire.answer(200, page(&[], true));
    let page = entries(&wire, &Cursor::start(), &StatementFilter::new()).await.unwrap();
    assert_eq!((page.entries.len(), page.more, page.next), (0, false, Cursor::start()));
}

#[tokio::test]
async fn the_filter_is_sent_and_what_sepay_ignores_of_it_is_left_out_here() {
    let wire = Wire::new();
    let other = line("b", 2, "x").replace("acc-1", "acc-2");
    let early = line("c", 3, "x").replace("14:02:37", "14:00:00");
    let late = line("d", 4, "x").replace("14:02:37", "14:10:00");
    wire.answer(200, page(&[line("a", 1, "x"), other, early, late], false));
    let at = |text| Timestamp::from_vietnam_civil(text).unwrap();
    let filter = StatementFilter::new()
        .with_account(AccountId::new("acc-1").unwrap())
        .with_from(at("2023-03-25 14:02:37"))
        .with_until(at("2023-03-25 14:05:00"));
    let page = entries(&wire, &Cursor::at("z"), &filter).await.unwrap();
    assert_eq!(
        wire.asked(),
        ["GET https://userapi-sandbox.sepay.vn/v2/transactions?since_id=z&bank_account_id=acc-1\
          &transaction_date_from=2023-03-25+14%3A02%3A37\
          &transaction_date_to=2023-03-25+14%3A05%3A00&page=1&per_page=100"]
    );
    let told: Vec<_> =
        page.entries.iter().map(|entry| entry.as_result().unwrap().amount.minor()).collect();
    assert_eq!(told, [1]);
    assert_eq!(page.next, Cursor::at("d"));
}

#[tokio::test]
async fn entries_tell_direction_code_order_and_balance() {
    let wire = Wire::new();
    let out = line("b", 0, "hoan tien DH00042")
        .replace(r#""in""#, r#""out""#)
        .replace(r#""amount_out":0"#, r#""amount_out":700"#);
    let nothing = line("c", 0, "phi");
    wire.answer(200, page(&[nothing, out, line("a", 50_000, "dh 00042")], false));
    let page = entries(&wire, &Cursor::start(), &StatementFilter::new()).await.unwrap();
    let entries = payments_core::Listed::all(page.entries).unwrap();
    let [credit, debit] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((credit.direction, credit.amount), (Direction::In, Money::vnd(50_000)));
    assert_eq!(credit.order.as_ref().unwrap().as_str(), "00042");
    assert_eq!(credit.balance, Some(Money::vnd(19_077_000)));
    assert_eq!((debit.direction, debit.amount), (Direction::Out, Money::vnd(700)));
    assert_eq!(debit.code.as_ref().unwrap().as_str(), "DH00042");
    assert_eq!(debit.order, None);
}

#[tokio::test]
async fn a_line_that_cannot_be_read_is_reported_in_its_place_and_hides_no_other() {
    let good = line("b", 1, "x");
    let changed = |from: &str, to: &str| line("a", 1, "x").replace(from, to);
    for (bad, id, what) in [
        (changed(r#""in""#, r#""reversal""#), Some("a"), "transfer_type"),
        (changed(r#""amount_in":1"#, r#""amount_in":1.5"#), Some("a"), "amount_in"),
        (changed(r#""amount_in":1"#, r#""amount_in":"mot""#), Some("a"), "amount_in"),
        (changed(r#""amount_in":1"#, r#""amount_in":-1"#), Some("a"), "amount_in"),
        (changed(r#""amount_in":1"#, r#""amount_in":true"#), Some("a"), "amount_in"),
        (
            changed(r#""account_number":""#, r#""account_number":["x"],"was":""#),
            Some("a"),
            "account_number",
        ),
        (changed(r#""id":"a""#, r#""id":null"#), None, "id"),
        (r#""not a line""#.to_owned(), None, ""),
        ("null".to_owned(), None, ""),
    ] {
        for place in 0..3 {
            let mut lines = vec![good.clone(), line("c", 3, "x")];
            lines.insert(place, bad.clone());
            let wire = Wire::new();
            wire.answer(200, page(&lines, false));
            let page = entries(&wire, &Cursor::start(), &StatementFilter::new()).await.unwrap();
            assert_eq!(page.entries.len(), 3, "{bad}");
            // The newest comes first on the wire.
            let told = page.entries.into_iter().rev().enumerate();
            for (number, entry) in told {
                match entry.into_result() {
                    Ok(movement) => assert!(number != place && movement.amount.minor() > 0),
                    Err(row) => {
                        assert_eq!((number, row.id.as_deref()), (place, id), "{bad}");
                        assert!(row.detail.contains(what), "{row}");
                        assert_eq!(row.raw.as_bytes(), bad.as_bytes());
                    }
                }
            }
            let newest = if place == 0 { id.unwrap_or("b") } else { "b" };
            assert_eq!(page.next, Cursor::at(newest), "{bad} at {place}");
        }
    }
}

#[tokio::test]
async fn a_bank_account_that_cannot_be_read_hides_no_other() {
    let wire = Wire::new();
    let good = r#"{"id":"b","account_number":"0123499999","accumulated":5}"#.to_owned();
    let bad = r#"{"id":["a"],"account_number":"0123499998"}"#.to_owned();
    wire.answer(200, page(&[bad, good], false));
    let provider = provider(&[BANK], &wire);
    let accounts = provider.statements().unwrap().accounts().await.unwrap();
    let [bad, good] = accounts.as_slice() else { panic!("{accounts:?}") };
    assert!(bad.as_result().unwrap_err().detail.contains("id"), "{bad:?}");
    assert_eq!(good.as_result().unwrap().id.as_str(), "b");
}

#[tokio::test]
async fn a_refused_inquiry_keeps_sepays_code_words_and_wait() {
    let wire = Wire::new();
    wire.answer_with_header(
        429,
        ("retry-after", "1"),
        r#"{"status":"error","message":"Quá nhiều yêu cầu","error_code":"rate_limited"}"#,
    );
    let error = entries(&wire, &Cursor::start(), &StatementFilter::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.code(), Some("rate_limited"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(1)));
    assert!(error.is_safe_to_retry());

    // As API v1 answers a wrong token.
    let wire = Wire::new();
    wire.answer(200, "");
    let error = entries(&wire, &Cursor::start(), &StatementFilter::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
}

#[tokio::test(start_paused = true)]
async fn the_user_api_is_asked_three_times_a_second_at_most() {
    let wire = Wire::new();
    for _ in 0..10 {
        wire.answer(200, page(&[], false));
    }
    let provider = provider(&[BANK], &wire);
    let start = tokio::time::Instant::now();
    for _ in 0..10 {
        provider.statements().unwrap().accounts().await.unwrap();
    }
    assert!(start.elapsed() >= Duration::from_millis(2_900), "{:?}", start.elapsed());
}

#[test]
fn the_capabilities_are_declared() {
    let provider = provider(&[BANK], &Wire::new());
    let capabilities = provider.statements().unwrap().capabilities();
    assert_eq!(capabilities.currencies, [Currency::VND]);
    assert!(capabilities.outgoing && capabilities.balances);
    assert_eq!(capabilities.page, 100);
}
