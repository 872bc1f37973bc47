//! Both versions of the User API: what is sent, and what is made of answers that a simulator does
//! not give.

use std::sync::Arc;
use std::time::Duration;

use payments_core::{
    Direction, ErrorKind, Lookup, OrderRef, Role, Submission, Timestamp, UncertainCause,
    money::Money,
    statement::{Cursor, StatementFilter},
    virtual_account::{OpenVirtualAccount, VirtualAccount, VirtualAccountRef},
};
use provider_sepay::{
    SePay, UserApiV1, UserApiV2,
    user_api::{NewOrder, Sort, v1, v2},
};

use crate::world::{Wire, problems, provider};

const TOKEN: &str = r#"api_token = "t""#;

fn at(text: &str) -> Timestamp {
    Timestamp::from_vietnam_civil(text).unwrap()
}

async fn with_v1<T>(wire: &Arc<Wire>, ask: impl AsyncFnOnce(&UserApiV1) -> T) -> T {
    let provider = provider(&[TOKEN, "userapi_v1_rate = 0"], wire);
    ask(provider.extension::<SePay>().unwrap().user_api_v1().unwrap()).await
}

async fn with_v2<T>(wire: &Arc<Wire>, ask: impl AsyncFnOnce(&UserApiV2) -> T) -> T {
    let provider = provider(&[TOKEN, "userapi_rate = 0"], wire);
    ask(provider.extension::<SePay>().unwrap().user_api_v2().unwrap()).await
}

fn v1_list(ids: impl IntoIterator<Item = u64>) -> String {
    let lines: Vec<_> = ids
        .into_iter()
        .map(|id| {
            format!(
                r#"{{"id":"{id}","transaction_date":"2023-05-05 19:59:48","amount_out":"0.00",
                    "amount_in":"{id}.00","accumulated":"1.00","sub_account":null}}"#
            )
        })
        .collect();
    format!(
        r#"{{"status":200,"error":null,"messages":{{"success":true}},"transactions":[{}]}}"#,
        lines.join(",")
    )
}

fn v1_count(count: u64) -> String {
    format!(r#"{{"status":200,"error":null,"count_transactions":"{count}"}}"#)
}

#[tokio::test]
async fn every_filter_of_v2_is_sent_under_sepays_name() {
    let wire = Wire::new();
    let empty = r#"{"status":"success","data":[]}"#;
    wire.answer(200, empty).answer(200, empty).answer(200, empty).answer(200, empty);
    with_v2(&wire, async |api| {
        let transactions = v2::TransactionFilter::new()
            .q("DH 1")
            .bank_account_id("a")
            .va_id("b")
            .bank_brand_name("ACB")
            .transaction_date_from(at("2026-01-01 00:00:00"))
            .transaction_date_to(at("2026-03-31 23:59:59"))
            .amount_in_min(Money::vnd(1))
            .amount_in_max(Money::vnd(2))
            .amount_out_min(Money::vnd(3))
            .amount_out_max(Money::vnd(4))
            .reference_number("r")
            .transaction_content("c")
            .transfer_type(Direction::Out)
            .webhook_success(true)
            .since_id("s")
            .transaction_date_sort(Sort::Ascending)
            .amount_in_sort(Sort::Descending)
            .amount_out_sort(Sort::Ascending);
        api.transactions(&transactions, 2).await.unwrap();
        let accounts = v2::BankAccountFilter::new()
            .bank_short_name("ACB")
            .last_transaction_from(at("2026-01-01 00:00:00"))
            .last_transaction_to(at("2026-01-02 00:00:00"))
            .accumulated_min(Money::vnd(1))
            .accumulated_max(Money::vnd(2))
            .q("x")
            .active(false)
            .created_at_sort(Sort::Ascending)
            .last_transaction_sort(Sort::Ascending)
            .accumulated_sort(Sort::Descending);
        api.bank_accounts(&accounts, 1).await.unwrap();
        let virtual_accounts = v2::VirtualAccountFilter::new()
            .q("x")
            .active(true)
            .official(false)
            .r#static(true)
            .created_at_sort(Sort::Descending);
        api.virtual_accounts("a/b", &virtual_accounts, 1).await.unwrap();
        let orders =
            v2::VaOrderFilter::new().created_at_sort(Sort::Ascending).amount_sort(Sort::Ascending);
        api.orders("a", &orders, 1).await.unwrap();
    })
    .await;
    let base = "GET https://userapi-sandbox.sepay.vn/v2";
    assert_eq!(
        wire.asked(),
        [
            format!(
                "{base}/transactions?q=DH+1&bank_account_id=a&va_id=b&bank_brand_name=ACB\
                 &transaction_date_from=2026-01-01+00%3A00%3A00\
                 &transaction_date_to=2026-03-31+23%3A59%3A59&amount_in_min=1&amount_in_max=2\
                 &amount_out_min=3&amount_out_max=4&reference_number=r&transaction_content=c\
                 &transfer_type=out&webhook_success=1&since_id=s&transaction_date_sort=asc\
                 &amount_in_sort=desc&amount_out_sort=asc&page=2&per_page=100"
            ),
            format!(
                "{base}/bank-accounts?bank_short_name=ACB\
                 &last_transaction_from=2026-01-01+00%3A00%3A00\
                 &last_transaction_to=2026-01-02+00%3A00%3A00&accumulated_min=1&accumulated_max=2\
                 &q=x&active=0&created_at_sort=asc&last_transaction_sort=asc\
                 &accumulated_sort=desc&page=1&per_page=100"
            ),
            format!(
                "{base}/bank-accounts/a%2Fb/va?q=x&active=1&official=0&static=1\
                 &created_at_sort=desc&page=1&per_page=100"
            ),
            format!(
                "{base}/bank-accounts/a/orders?created_at_sort=asc&amount_sort=asc&page=1\
                 &per_page=100"
            ),
        ]
    );
}

#[tokio::test]
async fn every_filter_of_v1_is_sent_under_sepays_name() {
    let wire = Wire::new();
    wire.answer(200, v1_list([])).answer(200, r#"{"status":200,"bankaccounts":[]}"#);
    with_v1(&wire, async |api| {
        let transactions = v1::TransactionFilter::new()
            .account_number("1")
            .transaction_date_min(at("2023-04-30 08:00:00"))
            .transaction_date_max(at("2023-05-02 12:00:00"))
            .since_id(49_050_u64)
            .limit(100_u64)
            .reference_number("r")
            .amount_in(Money::vnd(16_848_000))
            .amount_out(Money::vnd(5));
        assert!(api.transactions(&transactions).await.unwrap().is_empty());
        let accounts = v1::BankAccountFilter::new()
            .short_name("VCB")
            .last_transaction_date_min(at("2023-04-30 08:00:00"))
            .last_transaction_date_max(at("2023-05-02 12:00:00"))
            .since_id(20_u64)
            .limit(10_u64)
            .accumulated_min(Money::vnd(1))
            .accumulated_max(Money::vnd(2));
        assert!(api.bank_accounts(&accounts).await.unwrap().is_empty());
    })
    .await;
    let base = "GET https://my.dev.sepay.vn/userapi";
    assert_eq!(
        wire.asked(),
        [
            format!(
                "{base}/transactions/list?account_number=1\
                 &transaction_date_min=2023-04-30+08%3A00%3A00\
                 &transaction_date_max=2023-05-02+12%3A00%3A00&since_id=49050&limit=100\
                 &reference_number=r&amount_in=16848000&amount_out=5"
            ),
            format!(
                "{base}/bankaccounts/list?short_name=VCB\
                 &last_transaction_date_min=2023-04-30+08%3A00%3A00\
                 &last_transaction_date_max=2023-05-02+12%3A00%3A00&since_id=20&limit=10\
                 &accumulated_min=1&accumulated_max=2"
            ),
        ]
    );
}

#[tokio::test]
async fn an_answer_of_v1_that_keeps_the_newest_lines_is_refused_and_nothing_is_left_out() {
    // Of the lines from 1 to 6, a page of two keeps 5 and 6.
    let wire = Wire::new();
    wire.answer(200, v1_list([6, 5]));
    wire.answer(200, v1_count(0)).answer(200, v1_count(6));
    wire.answer(200, v1_count(1)).answer(200, v1_count(6));
    let error = with_v1(&wire, async |api| {
        let small = v1::TransactionFilter::new().limit(2_u64);
        api.every_transaction(&small).next().await.unwrap_err()
    })
    .await;
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.to_string().contains("left lines out"), "{error}");
    let base = "GET https://my.dev.sepay.vn/userapi/transactions";
    assert_eq!(
        wire.asked(),
        [
            format!("{base}/list?since_id=1&limit=2"),
            format!("{base}/count?since_id=7"),
            format!("{base}/count?since_id=1"),
            format!("{base}/count?since_id=6"),
            format!("{base}/count?since_id=1"),
        ]
    );
}

#[tokio::test]
async fn a_full_answer_of_v1_that_begins_later_is_fine_if_nothing_is_between() {
    // The merchant's first line has the number 40; lines come in any order.
    let wire = Wire::new();
    wire.answer(200, v1_list([41, 40])).answer(200, v1_count(1)).answer(200, v1_count(3));
    wire.answer(200, v1_list([41, 42])).answer(200, v1_count(0)).answer(200, v1_count(2));
    wire.answer(200, v1_list([42]));
    let told = with_v1(&wire, async |api| {
        let mut told = api.every_transaction(&v1::TransactionFilter::new().limit(2_u64));
        let mut ids = Vec::new();
        while let Some(line) = told.next().await.unwrap() {
            ids.push(line.into_result().unwrap().id);
        }
        ids
    })
    .await;
    assert_eq!(told, ["40", "41", "42"]);
}

#[tokio::test]
async fn a_full_answer_of_v1_with_a_gap_is_read_up_to_the_gap() {
    // The lines from 1 to 5 are of one second, and a page of four keeps any four of them.
    let wire = Wire::new();
    wire.answer(200, v1_list([1, 2, 4, 5]));
    // All four: five lines up to 5. The first two: two lines up to 2. The first three: four up to 4.
    wire.answer(200, v1_count(0)).answer(200, v1_count(5));
    wire.answer(200, v1_count(3)).answer(200, v1_count(5));
    wire.answer(200, v1_count(1)).answer(200, v1_count(5));
    wire.answer(200, v1_list([5, 3, 2, 4])).answer(200, v1_count(0)).answer(200, v1_count(4));
    wire.answer(200, v1_list([5]));
    let told = with_v1(&wire, async |api| {
        let mut told = api.every_transaction(&v1::TransactionFilter::new().limit(4_u64));
        let mut ids = Vec::new();
        while let Some(line) = told.next().await.unwrap() {
            ids.push(line.into_result().unwrap().id);
        }
        ids
    })
    .await;
    assert_eq!(told, ["1", "2", "3", "4", "5"]);
}

#[tokio::test]
async fn an_empty_answer_of_v1_is_a_refused_token_and_to_an_instruction_uncertain() {
    let wire = Wire::new();
    wire.answer(200, "").answer(200, "");
    with_v1(&wire, async |api| {
        let error = api.transactions(&v1::TransactionFilter::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        let order = NewOrder::new(OrderRef::new("DH123456").unwrap());
        match api.create_order("21", &order).await.unwrap() {
            Submission::Uncertain(uncertain) => {
                assert_eq!(uncertain.cause, UncertainCause::UnreadableAnswer);
            }
            other => panic!("{other:?}"),
        }
    })
    .await;
}

#[tokio::test]
async fn an_order_is_one_post_with_what_its_version_wants() {
    let wire = Wire::new();
    wire.answer(500, "").answer(500, "");
    let order = NewOrder::new(OrderRef::new("DH123456").unwrap());
    with_v2(&wire, async |api| api.create_order("b", &order).await.unwrap().is_uncertain()).await;
    with_v1(&wire, async |api| api.create_order("21", &order).await.unwrap().is_uncertain()).await;
    let calls = wire.calls();
    assert_eq!(
        wire.asked(),
        [
            "POST https://userapi-sandbox.sepay.vn/v2/bank-accounts/b/orders",
            "POST https://my.dev.sepay.vn/userapi/bidv/21/orders",
        ]
    );
    assert_eq!(calls[0].body().as_ref(), br#"{"order_code":"DH123456"}"#);
    assert_eq!(calls[1].body().as_ref(), br#"{"order_code":"DH123456","amount":null}"#);
    assert_eq!(calls[0].headers()["content-type"], "application/json");
}

#[tokio::test]
async fn an_order_whose_number_no_transfer_carries_is_for_a_person_who_is_told_its_id() {
    let wire = Wire::new();
    wire.answer(
        200,
        r#"{"status":"success","data":{"id":"acc-1","bank_bin":"970418","account_number":"12"}}"#,
    );
    wire.answer(
        201,
        r#"{"status":"success","data":{"id":"b2c3","order_code":"DH20250001","amount":50000,
            "va_number":"963NQDORD1234567890AB","status":"Pending","account_number":"12"}}"#,
    );
    let provider = provider(&[TOKEN, r#"va_account = "acc-1""#], &wire);
    let order = OrderRef::new("DH20250001").unwrap();
    let request = OpenVirtualAccount::new(order, "CONG TY").unwrap();
    let request = request.with_amount(Money::vnd(50_000)).unwrap();
    match provider.virtual_accounts().unwrap().open(&request).await.unwrap() {
        Submission::Uncertain(uncertain) => {
            assert!(uncertain.needs_attention);
            assert!(uncertain.message.ends_with("order is b2c3"), "{}", uncertain.message);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_path_to_the_virtual_accounts_of_v1_can_be_spelt_as_the_other_page_does() {
    for (keys, last) in [("", "va"), (r#"compat.userapi_v1_va_path = "vas""#, "vas")] {
        let wire = Wire::new();
        wire.answer(204, "");
        let provider = provider(&[TOKEN, keys], &wire);
        let api = provider.extension::<SePay>().unwrap().user_api_v1().unwrap();
        api.cancel_va("21", "b2c3", "963NQD").await.unwrap().accepted().unwrap();
        let path = format!("https://my.dev.sepay.vn/userapi/bidv/21/orders/b2c3/{last}/963NQD");
        assert_eq!(wire.asked(), [format!("DELETE {path}")]);
    }
}

#[tokio::test]
async fn a_statement_of_v1_goes_on_from_the_last_number_and_reads_no_line_twice() {
    let wire = Wire::new();
    wire.answer(200, v1_list([3, 2, 1])).answer(200, v1_list([3, 4]));
    let provider = provider(&[TOKEN, r#"statements_api = "v1""#, "userapi_v1_rate = 0"], &wire);
    let statements = provider.statements().unwrap();
    assert_eq!(statements.capabilities().page, 5_000);
    let all = StatementFilter::new();
    let first = statements.entries(&Cursor::start(), &all).await.unwrap();
    let later = statements.entries(&first.next, &all).await.unwrap();
    let amounts = |page: &payments_core::statement::Page| -> Vec<_> {
        page.entries.iter().map(|entry| entry.as_result().unwrap().amount.minor()).collect()
    };
    assert_eq!((amounts(&first), first.more), (vec![1, 2, 3], false));
    assert_eq!((amounts(&later), later.next), (vec![4], Cursor::at("v1:4")));
    assert!(wire.asked()[1].ends_with("list?since_id=3&limit=5000"), "{:?}", wire.asked());
}

#[tokio::test(start_paused = true)]
async fn v1_is_asked_twice_a_second_at_most_and_v2_does_not_wait_for_it() {
    let wire = Wire::new();
    for _ in 0..5 {
        wire.answer(200, v1_list([]));
    }
    wire.answer(200, r#"{"status":"success","data":[]}"#);
    let provider = provider(&[TOKEN], &wire);
    let sepay = provider.extension::<SePay>().unwrap();
    let start = tokio::time::Instant::now();
    for _ in 0..5 {
        sepay.user_api_v1().unwrap().transactions(&v1::TransactionFilter::new()).await.unwrap();
    }
    let waited = start.elapsed();
    assert!(waited >= Duration::from_secs(2), "{waited:?}");
    let all = v2::TransactionFilter::new();
    sepay.user_api_v2().unwrap().transactions(&all, 1).await.unwrap();
    assert_eq!(start.elapsed(), waited);
}

#[test]
fn virtual_accounts_follow_from_their_bank_account() {
    let keys = [TOKEN, r#"va_account = "0b7e""#, r#"va_prefix = "SEP2""#, r#"va_tid = "2""#];
    let roles = provider(&keys, &Wire::new()).roles();
    assert_eq!(roles, [Role::VirtualAccounts, Role::Statements]);
    for (keys, expected) in [
        (vec![r#"va_account = "0b7e""#, "webhook_secret = \"s\""], "va_account: needs api_token"),
        (vec![TOKEN, r#"va_prefix = "SEP2""#], "va_prefix: needs va_account"),
        (vec![TOKEN, r#"statements_api = "v3""#], r#"statements_api: is not one of "v2", "v1""#),
        (vec![TOKEN, "userapi_rate = -1"], "userapi_rate: is not"),
    ] {
        let found = problems(&keys);
        assert!(found.iter().any(|problem| problem.contains(expected)), "{found:?}");
    }
}

#[test]
fn without_a_token_there_is_no_user_api() {
    let provider = provider(&[crate::world::GATEWAY], &Wire::new());
    let sepay = provider.extension::<SePay>().unwrap();
    assert_eq!(sepay.user_api_v1().unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(sepay.user_api_v2().unwrap_err().kind(), ErrorKind::Unsupported);
}

/// An order as SePay lists it.
fn va_order(id: &str, code: &str) -> String {
    format!(
        r#"{{"id":"{id}","order_code":{code},"amount":50000,"paid_amount":0,"status":"Pending",
            "bank_name":"BIDV","account_number":"12","created_at":"2025-12-18 08:15:00",
            "va":[{{"va_number":"963NQDORDZVTBPJ3Z7H","amount":50000,"status":"Unpaid"}}]}}"#
    )
}

/// What is found of the order `DH20250001` on these pages of orders.
async fn found_on(pages: &[Vec<String>]) -> payments_core::Result<Lookup<VirtualAccount>> {
    let wire = Wire::new();
    wire.answer(
        200,
        r#"{"status":"success","data":{"id":"acc-1","bank_bin":"970418","account_number":"12"}}"#,
    );
    for (number, page) in (1..).zip(pages) {
        let (rows, more) = (page.join(","), number < pages.len());
        let pagination = format!(r#"{{"pagination":{{"has_more":{more}}}}}"#);
        wire.answer(200, format!(r#"{{"status":"success","data":[{rows}],"meta":{pagination}}}"#));
    }
    let provider = provider(&[TOKEN, r#"va_account = "acc-1""#], &wire);
    let order = OrderRef::new("DH20250001").unwrap();
    let found = provider.virtual_accounts().unwrap().find(&VirtualAccountRef::new(order)).await;
    assert_eq!(wire.asked().len(), 1 + pages.len(), "every page is read");
    found
}

#[tokio::test]
async fn two_orders_of_one_code_are_several_wherever_they_are_listed() {
    let (ours, other) = (r#""DH20250001""#, r#""DH20250002""#);
    let one = vec![va_order("o1", ours)];
    let none = vec![va_order("o2", other)];
    let two = vec![va_order("o3", other), va_order("o4", ours)];
    for (pages, expected) in [
        (vec![one.clone(), none.clone()], 1),
        (vec![one.clone(), two.clone()], 2),
        (vec![none.clone(), one.clone(), two.clone()], 2),
        (vec![none.clone(), none.iter().map(|it| it.replace("o2", "o5")).collect()], 0),
    ] {
        let count = match found_on(&pages).await.unwrap() {
            Lookup::Found(_) => 1,
            Lookup::Several(all) => all.len(),
            Lookup::Absent(_) => 0,
        };
        assert_eq!(count, expected, "{pages:?}");
    }
}

#[tokio::test]
async fn an_order_that_cannot_be_read_keeps_only_its_own_code_from_being_found() {
    let ours = va_order("o1", r#""DH20250001""#);
    for (bad, is_found) in [
        (va_order("o2", r#""DH20250002""#).replace("963NQDORDZVTBPJ3Z7H", ""), true),
        (va_order("o2", r#""DH20250001""#).replace("963NQDORDZVTBPJ3Z7H", ""), false),
        (va_order("o2", "[1]"), false),
        ("null".to_owned(), false),
    ] {
        for rows in [vec![ours.clone(), bad.clone()], vec![bad.clone(), ours.clone()]] {
            let found = found_on(&[rows]).await;
            assert_eq!(matches!(found, Ok(Lookup::Found(_))), is_found, "{bad}: {found:?}");
            let kind = found.err().map(|error| error.kind());
            assert_eq!(kind, (!is_found).then_some(ErrorKind::Malformed), "{bad}");
        }
    }
}
