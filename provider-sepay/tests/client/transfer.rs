//! Transfers with a code in their memo: opened here, found in the statement.

use payments_core::{
    Absence, ErrorKind, Lookup, Submission,
    money::Money,
    payment::{Funding, NextAction, Payment, PaymentMethod, PaymentState, Registered},
    virtual_account::VirtualAccountRef,
};
use provider_sepay::{SePay, SePayOptions};
use vietqr::VietQr;

use crate::world::{BANK, GATEWAY, NOT_KNOWN, OUR_ACCOUNT, Wire, order, provider, request};

/// A line of the statement.
pub(crate) fn line(id: &str, amount: i64, memo: &str) -> String {
    line_on(OUR_ACCOUNT, id, amount, memo, "null")
}

pub(crate) fn line_on(account: &str, id: &str, amount: i64, memo: &str, code: &str) -> String {
    format!(
        r#"{{"id":"{id}","transaction_date":"2023-03-25 14:02:37","account_number":"{account}",
            "va":"","transfer_type":"in","amount_in":{amount},"amount_out":0,
            "accumulated":19077000,"transaction_content":"{memo}","reference_number":"FT{id}",
            "code":{code},"bank_brand_name":"Vietcombank","bank_account_id":"acc-1","va_id":null,
            "webhook_success":1}}"#
    )
}

/// A page of the statement.
pub(crate) fn page(lines: &[String], more: bool) -> String {
    format!(
        r#"{{"status":"success","data":[{}],"meta":{{"pagination":{{"total":150,"per_page":100,
            "current_page":1,"last_page":2,"has_more":{more}}}}}}}"#,
        lines.join(",")
    )
}

const NOTHING: &str = r#"{"status":"success","data":[],"meta":{"pagination":{"has_more":false}}}"#;

async fn found(keys: &[&str], wire: &std::sync::Arc<Wire>) -> Lookup<Payment> {
    provider(keys, wire).payments().unwrap().find_payment(&order("00042")).await.unwrap()
}

#[tokio::test]
async fn a_transfer_says_where_to_how_much_and_what_to_write() {
    let wire = Wire::new();
    let provider = provider(&[BANK], &wire);
    let request = request("00042", 50_000).with_method(PaymentMethod::BankTransfer);
    let submission = provider.payments().unwrap().create_payment(&request).await.unwrap();
    let Submission::Accepted(payment) = submission else { panic!("{submission:?}") };
    assert!(wire.is_untouched());
    assert_eq!(payment.state, PaymentState::Open);
    assert_eq!(payment.registered, Registered::WhenBuyerActs);
    let Some(NextAction::Transfer(transfer)) = payment.next.into_iter().next() else {
        panic!("no transfer")
    };
    assert_eq!(transfer.account.number.as_str(), OUR_ACCOUNT);
    assert_eq!(transfer.account.holder.as_deref(), Some("CONG TY THU NGHIEM"));
    assert_eq!(transfer.amount, Some(Money::vnd(50_000)));
    assert_eq!(transfer.memo.as_deref(), Some("DH00042"));
    let qr = VietQr::parse(&transfer.vietqr.unwrap()).unwrap();
    assert_eq!(qr.amount(), Some(50_000));
    assert_eq!(qr.purpose(), Some("DH00042"));
}

#[tokio::test]
async fn a_reference_that_makes_no_code_is_refused_naming_it() {
    for keys in [vec![BANK], vec![GATEWAY, BANK]] {
        for bad in ["0042", "000042", "abcde", "A-123"] {
            let wire = Wire::new();
            let provider = provider(&keys, &wire);
            let request = request(bad, 1).with_method(PaymentMethod::BankTransfer);
            let payments = provider.payments().unwrap();
            let error = payments.create_payment(&request).await.unwrap_err();
            assert_eq!(error.field(), Some("order"), "{bad}");
            let error = payments.check(&request).unwrap_err();
            assert_eq!(error.field(), Some("order"), "{bad}, by the check of the method");
            assert!(wire.is_untouched());
        }
    }
}

#[tokio::test]
async fn options_for_the_page_are_refused_where_there_is_no_page() {
    let provider = provider(&[GATEWAY, BANK], &Wire::new());
    let request = request("00042", 1)
        .with_method(PaymentMethod::BankTransfer)
        .with_options(&SePayOptions::new().with_custom_data("x"))
        .unwrap();
    let error = provider.payments().unwrap().create_payment(&request).await.unwrap_err();
    assert_eq!(error.field(), Some("options"));
}

#[tokio::test]
async fn the_method_has_to_be_chosen_where_there_is_no_page() {
    let provider = provider(&[BANK], &Wire::new());
    let error =
        provider.payments().unwrap().create_payment(&request("00042", 1)).await.unwrap_err();
    assert_eq!(error.field(), Some("method"));
}

#[tokio::test]
async fn the_statement_is_searched_by_the_code() {
    let wire = Wire::new();
    wire.answer(200, page(&[line("1", 50_000, "DH00042")], false));
    let Lookup::Found(payment) = found(&[BANK], &wire).await else { panic!("not found") };
    assert_eq!(
        wire.asked(),
        ["GET https://userapi-sandbox.sepay.vn/v2/transactions?q=DH00042&transfer_type=in\
          &transaction_date_sort=asc&page=1&per_page=100"]
    );
    assert_eq!(payment.state, PaymentState::Settled);
    assert_eq!(payment.received, Some(Money::vnd(50_000)));
    assert_eq!(payment.credits.len(), 1);
    assert!(payment.settles(Money::vnd(50_000)));
}

#[tokio::test]
async fn every_page_is_read_each_credit_is_kept_once_and_all_are_summed() {
    let wire = Wire::new();
    wire.answer(200, page(&[line("1", 20_000, "DH00042"), line("2", 10_000, "dh 00042")], true));
    wire.answer(200, page(&[line("2", 10_000, "dh 00042"), line("3", 5_000, "DH00042")], false));
    // A line was listed twice, so that another may have been left out: the pages are read again.
    wire.answer(200, page(&[line("2", 10_000, "dh 00042"), line("3", 5_000, "DH00042")], true));
    wire.answer(200, page(&[line("4", 7_000, "DH00042"), line("1", 20_000, "DH00042")], false));
    let Lookup::Found(payment) = found(&[BANK], &wire).await else { panic!("not found") };
    assert_eq!(payment.received, Some(Money::vnd(42_000)));
    assert_eq!(payment.credits.len(), 4);
    assert_eq!(
        payment.funding(Money::vnd(50_000)),
        Ok(Funding::Short { missing: Money::vnd(8_000) })
    );
    assert_eq!(wire.asked().len(), 4);
    assert!(wire.asked()[1].contains("page=2"));
}

#[tokio::test]
async fn what_only_looks_like_the_code_is_another_orders_money() {
    let wire = Wire::new();
    let lines = [
        line("1", 1, "DH000421"),
        line("2", 1, "XDH00042"),
        line("3", 1, "DH00042 DH00043"),
        line_on("0999999999", "4", 1, "DH00042", "null"),
        line("5", 1, "DH00042")
            .replace(r#""in""#, r#""out""#)
            .replace(r#""amount_out":0"#, r#""amount_out":1"#),
        line_on(OUR_ACCOUNT, "6", 1, "DH00042", r#""DH00043""#),
    ];
    // Once by the code, once by the reference alone.
    wire.answer(200, page(&lines, false)).answer(200, page(&lines, false));
    let absent = found(&[BANK], &wire).await;
    assert!(matches!(absent, Lookup::Absent(Absence::Inconclusive { .. })), "{absent:?}");
}

#[tokio::test]
async fn sepays_own_reading_of_the_code_finds_what_the_memo_does_not_show() {
    let wire = Wire::new();
    wire.answer(200, page(&[line_on(OUR_ACCOUNT, "1", 7, "chuyen tien", r#""DH00042""#)], false));
    assert!(matches!(found(&[BANK], &wire).await, Lookup::Found(_)));
}

#[tokio::test]
async fn a_list_that_never_ends_is_given_up() {
    let wire = Wire::new();
    for _ in 0..100 {
        wire.answer(200, page(&[line("1", 1, "DH00042")], true));
    }
    let provider = provider(&[BANK], &wire);
    tokio::time::pause();
    let error = provider.payments().unwrap().find_payment(&order("00042")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
}

const UNPAID: &str = r#"{"data":{"order_invoice_number":"00042","order_id":"SEPAY-1",
    "order_status":"AUTHENTICATION_NOT_NEEDED","order_amount":"50000.00"}}"#;

#[tokio::test]
async fn where_both_ways_are_configured_both_are_asked() {
    for (checkout, credits, expected) in [
        ((404, r#"{"message":"?"}"#.to_owned()), vec![], "absent"),
        ((404, NOT_KNOWN.to_owned()), vec![line("1", 50_000, "DH00042")], "transfer"),
        ((200, UNPAID.to_owned()), vec![], "checkout"),
        ((200, UNPAID.to_owned()), vec![line("1", 50_000, "DH00042")], "transfer"),
        (
            (200, UNPAID.replace("AUTHENTICATION_NOT_NEEDED", "CAPTURED")),
            vec![line("1", 50_000, "DH00042")],
            "several",
        ),
    ] {
        let wire = Wire::new();
        wire.answer(checkout.0, checkout.1);
        wire.answer(200, page(&credits, false));
        if credits.is_empty() {
            wire.answer(200, NOTHING);
        }
        let word = match found(&[GATEWAY, BANK], &wire).await {
            Lookup::Absent(Absence::Inconclusive { .. }) => "absent",
            Lookup::Found(payment) if payment.credits.is_empty() => "checkout",
            Lookup::Found(_) => "transfer",
            Lookup::Several(_) => "several",
            other => panic!("{other:?}"),
        };
        assert_eq!(word, expected);
        assert_eq!(wire.asked().len(), if credits.is_empty() { 3 } else { 2 });
    }
}

#[tokio::test]
async fn a_code_that_a_bank_broke_after_its_prefix_is_found_by_the_reference() {
    let wire = Wire::new();
    wire.answer(200, NOTHING).answer(200, page(&[line("1", 7, "MBVCB.1.dh 00042 ck")], true));
    let Lookup::Found(payment) = found(&[BANK], &wire).await else { panic!("not found") };
    assert_eq!(payment.received, Some(Money::vnd(7)));
    // A reference may stand in any number of lines: one page is all that is read.
    assert_eq!(
        wire.asked()[1..],
        ["GET https://userapi-sandbox.sepay.vn/v2/transactions?q=00042&transfer_type=in\
          &transaction_date_sort=desc&page=1&per_page=100"]
    );
}

const SUB_ACCOUNTS: &str = r#"sub_accounts = ["VQRQ0001", "VQRQ0002"]"#;

#[tokio::test]
async fn a_buyer_may_be_sent_to_a_configured_sub_account_and_to_no_other() {
    let provider = provider(&[GATEWAY, BANK, SUB_ACCOUNTS], &Wire::new());
    let payments = provider.payments().unwrap();
    let to = |number: &str| {
        let options = SePayOptions::new().with_sub_account(number);
        request("00042", 50_000).with_options(&options).unwrap()
    };
    let bank_transfer = to("VQRQ0002").with_method(PaymentMethod::BankTransfer);
    let opened = payments.create_payment(&bank_transfer).await.unwrap().accepted().unwrap();
    let Some(NextAction::Transfer(transfer)) = opened.next.into_iter().next() else {
        panic!("no transfer")
    };
    assert_eq!(transfer.account.number.as_str(), "VQRQ0002");
    assert_eq!(transfer.account.bin.as_str(), "970436");
    let qr = VietQr::parse(transfer.vietqr.as_ref().unwrap()).unwrap();
    assert_eq!(qr.purpose(), Some("DH00042"));
    assert!(transfer.vietqr.unwrap().contains("VQRQ0002"));

    for request in [
        to("VQRQ0003").with_method(PaymentMethod::BankTransfer),
        to("VQRQ0001").with_method(PaymentMethod::Card),
    ] {
        let error = payments.create_payment(&request).await.unwrap_err();
        assert_eq!(error.field(), Some("options.sub_account"));
    }
}

#[tokio::test]
async fn a_transfer_to_a_sub_account_is_not_told_as_money_on_an_orders_own_account() {
    let on = |id: &str, number: &str| {
        line_on(OUR_ACCOUNT, id, 50_000, "DH00042", r#""DH00042""#)
            .replace(r#""va":"""#, &format!(r#""va":"{number}""#))
    };
    let wire = Wire::new();
    wire.answer(200, page(&[on("a", "VQRQ0001"), on("b", "963NQD0001")], false));
    let keys = [BANK, SUB_ACCOUNTS, r#"va_account = "acc-1""#];
    let provider = provider(&keys, &wire);
    let wanted = VirtualAccountRef::new(order("DH00042"));
    let credits = provider.virtual_accounts().unwrap().credits(&wanted).await.unwrap();
    let credits = payments_core::Listed::all(credits).unwrap();
    let [credit] = credits.as_slice() else { panic!("{credits:?}") };
    assert_eq!(credit.virtual_account.as_ref().unwrap().as_str(), "963NQD0001");
    assert_eq!(credit.order, Some(order("DH00042")));
}

#[tokio::test]
async fn codes_of_digits_take_no_letters() {
    let provider = provider(&[BANK, r#"code_characters = "digits""#], &Wire::new());
    let payments = provider.payments().unwrap();
    for (reference, taken) in [("00042", true), ("0004A", false)] {
        let request = request(reference, 1).with_method(PaymentMethod::BankTransfer);
        assert_eq!(payments.create_payment(&request).await.is_ok(), taken, "{reference}");
    }
}

#[test]
fn keys_of_transfers_that_mean_nothing_are_refused() {
    for (keys, problem) in [
        (vec![GATEWAY, SUB_ACCOUNTS], "sub_accounts: needs account_bin"),
        (vec![BANK, r#"sub_accounts = ["x y"]"#], "sub_accounts: "),
        (vec![GATEWAY, r#"code_characters = "digits""#], "code_characters: needs code_prefix"),
        (vec![BANK, r#"code_characters = "emoji""#], "code_characters: is not one of"),
    ] {
        let problems = crate::world::problems(&keys);
        assert!(problems.iter().any(|said| said.contains(problem)), "{problem}: {problems:?}");
    }
}

#[tokio::test]
async fn accounts_are_kept_for_a_minute_with_the_time_of_their_balances() {
    let wire = Wire::new();
    let accounts = r#"{"status":"success","data":[{"id":"0b7e","account_number":"0123499999",
        "bank_bin":"970436","accumulated":5,"last_transaction":"2023-03-25 14:02:37"}],
        "meta":{"pagination":{"has_more":false}}}"#;
    wire.answer(200, accounts);
    let provider = provider(&[BANK], &wire);
    let sepay = provider.extension::<SePay>().unwrap();
    for _ in 0..3 {
        let kept = sepay.kept_accounts().await.unwrap();
        let balance = kept[0].as_result().unwrap().balance.as_ref().unwrap();
        assert_eq!(
            (balance.amount, balance.at.to_string().as_str()),
            (Money::vnd(5), "2023-03-25T07:02:37Z")
        );
    }
    assert_eq!(wire.asked().len(), 1);
    sepay.forget_accounts();
    wire.answer(503, "");
    assert!(sepay.kept_accounts().await.is_err());
    wire.answer(200, accounts);
    assert_eq!(sepay.kept_accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_reference_that_makes_no_code_is_asked_of_the_gateway_alone() {
    let wire = Wire::new();
    wire.answer(404, NOT_KNOWN);
    let provider = provider(&[GATEWAY, BANK], &wire);
    let found = provider.payments().unwrap().find_payment(&order("INV-1")).await.unwrap();
    assert!(matches!(found, Lookup::Absent(Absence::Inconclusive { .. })));
    assert_eq!(wire.asked().len(), 1);
}

#[tokio::test]
async fn a_half_that_cannot_be_asked_says_nothing_about_the_payment() {
    let wire = Wire::new();
    wire.answer(404, NOT_KNOWN).answer(503, "");
    let provider = provider(&[GATEWAY, BANK], &wire);
    let error = provider.payments().unwrap().find_payment(&order("00042")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_transfer_cannot_be_called_off() {
    let wire = Wire::new();
    wire.answer(200, NOTHING);
    let provider = provider(&[BANK], &wire);
    let error = provider.payments().unwrap().cancel_payment(&order("00042")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(wire.is_untouched());
}
