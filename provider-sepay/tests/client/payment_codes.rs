//! Payment codes that SePay cut, that banks broke, or that banks write themselves: which order a
//! credit belongs to, the same on every route.

use payments_core::{
    Lookup, Movement,
    money::Money,
    notification::{Confirmation, EventData},
    payment::{NextAction, PaymentMethod, Transfer},
    statement::{Cursor, StatementFilter},
    virtual_account::VirtualAccountRef,
};
use provider_sepay::{SePayOptions, testing::BankWebhook};
use vietqr::VietQr;

use crate::{
    transfer::{line_on, page},
    world::{
        BANK, OPEN_WEBHOOK, OUR_ACCOUNT, SIGNED_WEBHOOK, WEBHOOK_SECRET, Wire, believed, now,
        only_event, order, problems, provider, request, secret,
    },
};

/// An account, and codes of `DH` and 1 to 10 digits.
const RANGED: &str = r#"
    api_token = "TOKEN0123456789TOKEN0123456789TOKEN0123456789TOKEN0123456789ABCD"
    account_bin = "970436"
    account_number = "0123499999"
    sub_accounts = ["VQRQ0001"]
    code_prefix = "DH"
    code_min = 1
    code_max = 10
    code_characters = "digits"
"#;

/// An account, and codes of `DH` and 8 letters or digits.
const DATED: &str = r#"
    api_token = "TOKEN0123456789TOKEN0123456789TOKEN0123456789TOKEN0123456789ABCD"
    account_bin = "970436"
    account_number = "0123499999"
    sub_accounts = ["VQRQ0001"]
    code_prefix = "DH"
    code_min = 8
"#;

/// Configuration, SePay's code, the memo, and the order that the credit belongs to.
const CREDITS: &[(&str, Option<&str>, &str, Option<&str>)] = &[
    (RANGED, Some("DH1234"), "thanh toan DH1234", Some("1234")),
    (RANGED, None, "thanh toan DH1234", Some("1234")),
    (RANGED, Some("DH123"), "thanh toan DH1234", None),
    (RANGED, Some("DH123"), "DH123 4", None),
    (RANGED, Some("DH123"), "MBVCB.327.DH-123.4.CT tu 0123456789 toi 0123499999", None),
    (RANGED, Some("DH123"), "thanhtoanDH123", None),
    (RANGED, Some("DH123"), "ADH123", None),
    (RANGED, Some("DH123"), "DH123A", None),
    (RANGED, Some("DH123"), "DH123\u{200b}4", None),
    (RANGED, Some("DH123"), "ĐH1234", None),
    (RANGED, Some("DH123"), "Đơn hàng đh 123 4", None),
    (RANGED, Some("DH123"), "ＤＨ１２３４", None),
    (RANGED, Some("DH123"), "ĐH12", None),
    (RANGED, Some("DH123"), "DH123 ĐH124", None),
    (RANGED, Some("DH123"), "thanh toán ĐH123 ạ", Some("123")),
    (RANGED, Some("DH123"), "DH12", None),
    (RANGED, Some("DH123"), "DH124", None),
    (RANGED, Some("DH123"), "DH123 DH124", None),
    (RANGED, Some("dh123"), "DH123 nha", Some("123")),
    (RANGED, Some("DH16"), "DH16-080922-20:49:06", None),
    (RANGED, Some("DH123"), "chuyen tien", Some("123")),
    (DATED, Some("DH20260521"), "SEVQR DH20260521M9F2", None),
    (DATED, None, "SEVQR DH20260521M9F2", None),
    (DATED, Some("DH20260521"), "SEVQR DH20260521", Some("20260521")),
    (DATED, Some("DH20260521"), "DH20260521 080922 20:49:06", Some("20260521")),
    (BANK, Some("DH12345"), "DH1234567", None),
    (BANK, Some("DH12345"), "DH 1234567", None),
    (BANK, Some("DH12345"), "DH12345 67", Some("12345")),
];

fn quoted(code: Option<&str>) -> String {
    code.map_or("null".to_owned(), |code| format!("{code:?}"))
}

fn a_line(code: Option<&str>, memo: &str) -> String {
    line_on(OUR_ACCOUNT, "92704", 50_000, memo, &quoted(code))
}

fn a_webhook(code: Option<&str>, memo: &str) -> BankWebhook {
    let code = code.map_or(serde_json::Value::Null, Into::into);
    BankWebhook::credit(92704, Money::vnd(50_000), memo).with("code", code)
}

fn order_of(movement: &Movement) -> Option<&str> {
    movement.order.as_ref().map(|order| order.as_str())
}

#[test]
fn a_webhook_with_a_code_that_sepay_cut_belongs_to_no_order() {
    for (keys, code, memo, expected) in CREDITS {
        let provider = provider(&[keys, SIGNED_WEBHOOK], &Wire::new());
        for sub_account in [serde_json::Value::Null, "VQRQ0001".into()] {
            let webhook = a_webhook(*code, memo).with("subAccount", sub_account.clone());
            let request = webhook.signed(&secret(WEBHOOK_SECRET), now());
            let notification = believed(&provider, "bank-webhook", &request);
            let EventData::Movement(movement) = only_event(&notification).data() else {
                panic!("{notification:?}")
            };
            assert_eq!(order_of(movement), *expected, "{code:?} in {memo:?} on {sub_account}");
        }
    }
}

#[tokio::test]
async fn a_confirmed_webhook_belongs_to_the_order_of_the_statements_line() {
    for (keys, code, memo, expected) in CREDITS {
        let wire = Wire::new();
        wire.answer(200, page(&[a_line(*code, memo)], false));
        let provider = provider(&[keys, OPEN_WEBHOOK], &wire);
        let request = a_webhook(*code, memo).unauthenticated();
        let notification = believed(&provider, "bank-webhook", &request);
        let told = provider.notifications().unwrap().confirm(only_event(&notification)).await;
        let Ok(Confirmation::Confirmed(event)) = told else { panic!("{told:?}") };
        let EventData::Movement(movement) = event.data() else { panic!("{event:?}") };
        assert_eq!(order_of(movement), *expected, "{code:?} in {memo:?}");
    }
}

#[tokio::test]
async fn a_line_of_the_statement_belongs_to_the_order_that_memo_and_sepay_agree_on() {
    for (keys, code, memo, expected) in CREDITS {
        let wire = Wire::new();
        wire.answer(200, page(&[a_line(*code, memo)], false));
        let provider = provider(&[keys], &wire);
        let statements = provider.statements().unwrap();
        let read = statements.entries(&Cursor::start(), &StatementFilter::default()).await.unwrap();
        assert_eq!(
            order_of(read.entries[0].as_result().unwrap()),
            *expected,
            "{code:?} in {memo:?}"
        );
    }
}

#[tokio::test]
async fn a_payment_is_not_found_by_the_credit_of_a_longer_or_another_code() {
    for (keys, asked, code, memo) in [
        (RANGED, "123", Some("DH123"), "thanh toan DH1234"),
        (RANGED, "123", Some("DH123"), "DH123 4"),
        (RANGED, "1234", Some("DH123"), "thanh toan DH1234"),
        (RANGED, "123", Some("DH0123"), "DH0123"),
        (RANGED, "0123", Some("DH123"), "DH123"),
        (BANK, "00042", None, "DH000421"),
        (BANK, "00042", Some("DH00042"), "DH000421"),
        (BANK, "00042", Some("DH00042"), "DH0004"),
        (BANK, "00042", Some("DH10004"), "DH10004"),
        (BANK, "00042", Some("DH00042"), "XDH00042"),
    ] {
        let lines = page(&[a_line(code, memo)], false);
        let wire = Wire::new();
        wire.answer(200, lines.clone()).answer(200, lines);
        let provider = provider(&[keys], &wire);
        let found = provider.payments().unwrap().find_payment(&order(asked)).await.unwrap();
        assert!(matches!(found, Lookup::Absent(_)), "{asked} by {code:?} in {memo:?}: {found:?}");
    }
}

#[tokio::test]
async fn a_line_that_cannot_be_read_hides_only_the_payment_whose_code_it_may_name() {
    let unreadable = |memo: &str| a_line(None, memo).replace("50000", r#""x""#);
    for (memo, hides) in
        [("DH9912399", false), ("chuyen 123 nghin", false), ("dh-12 3", true), ("DH123", true)]
    {
        // Nothing is found by the code, and then this line by the reference.
        let wire = Wire::new();
        wire.answer(200, page(&[], false)).answer(200, page(&[unreadable(memo)], false));
        let provider = provider(&[RANGED], &wire);
        let found = provider.payments().unwrap().find_payment(&order("123")).await;
        assert_eq!(found.is_err(), hides, "{memo}: {found:?}");
    }
}

#[tokio::test]
async fn the_credits_of_a_virtual_account_leave_out_those_of_a_longer_order_code() {
    // As seen at BIDV: SePay reports 32 characters of a word of 37.
    let longer = "GOLDENGATE20260521M9F2K7P4Q8R1T6W3Z5X";
    let asked = longer.get(..32).unwrap();
    let on_account = |id: &str, memo: &str| {
        line_on(OUR_ACCOUNT, id, 50_000, memo, &format!("{asked:?}"))
            .replace(r#""va":"""#, r#""va":"963NQD0001""#)
    };
    let lines =
        [on_account("cut", longer), on_account("whole", asked), on_account("silent", "cam on")];
    let wire = Wire::new();
    wire.answer(200, page(&lines, false));
    let provider = provider(&[BANK, r#"va_account = "acc-1""#], &wire);
    let account = VirtualAccountRef::new(order(asked));
    let credits = provider.virtual_accounts().unwrap().credits(&account).await.unwrap();
    let memos: Vec<_> =
        credits.iter().map(|credit| credit.as_result().unwrap().memo.as_deref().unwrap()).collect();
    assert_eq!(memos, [asked, "cam on"]);
}

/// Only the prefix and the characters of codes differ.
fn with_prefix(prefix: &str, characters: &str) -> String {
    BANK.replace("\"DH\"", &format!("{prefix:?}")) + &format!("code_characters = {characters:?}\n")
}

#[test]
fn a_prefix_that_banks_write_into_memos_is_refused_naming_the_list_and_the_key() {
    let words = [
        "GD", "FT", "TRACE", "TU", "TK", "TOI", "CKN", "ND", "OQCH", "MOMO", "SEVQR", "TKP",
        "MBVCB", "IBFT", "CT", "VCB", "gd",
    ];
    for word in words {
        let keys = with_prefix(word, "digits");
        let [problem] = problems(&[&keys]).try_into().unwrap();
        for part in ["providers.main.code_prefix: ", "docs/unverified.md", "accept_bank_word"] {
            assert!(problem.contains(part), "{word}: {problem}");
        }
        let accepted = provider(&[&keys, "accept_bank_word = true"], &Wire::new());
        let warned = accepted.warnings().iter().any(|said| said.starts_with("accept_bank_word: "));
        assert!(warned, "{word}: {:?}", accepted.warnings());
    }
    // Codes that take letters are also read in words that only begin with the prefix, and in words
    // that have their length.
    let letters = with_prefix("CH", "letters-and-digits");
    assert!(provider(&[&letters], &Wire::new()).warnings().is_empty());
    let chuyen = letters.replace("code_min = 5", "code_min = 4");
    assert_eq!(problems(&[&chuyen]).len(), 1, "{chuyen}");
    assert_eq!(problems(&[&with_prefix("MO", "letters-and-digits")]).len(), 1);
    for keys in [with_prefix("MO", "digits"), with_prefix("DH", "letters-and-digits")] {
        assert_eq!(provider(&[&keys], &Wire::new()).warnings(), <[String; 0]>::default());
    }
}

#[test]
fn bank_words_and_numbers_beside_the_code_do_not_hide_it() {
    let provider = provider(&[BANK, SIGNED_WEBHOOK], &Wire::new());
    for memo in [
        "MBVCB.9737451341.677798.DH00042.CT tu 1020608460 NGUYEN VAN A toi 0123499999 tai ACB GD \
         677798-060425 22:32:01",
        "103968932085-DH00042-CHUYEN TIEN-OQCH0002sFyH-MOMO103968932085MOMO",
        "CT DEN:523320101151 SEVQR TKP001 DH00042",
        "CT DEN:1023456789 ND:DH00042 SD:12500000",
        "NHAN TU 0123499999 TRACE 456789 DH00042 FT24255276428461 CKN 458949",
    ] {
        let request = a_webhook(None, memo).signed(&secret(WEBHOOK_SECRET), now());
        let notification = believed(&provider, "bank-webhook", &request);
        let EventData::Movement(movement) = only_event(&notification).data() else {
            panic!("{notification:?}")
        };
        assert_eq!(order_of(movement), Some("00042"), "{memo}");
    }
}

#[test]
fn codes_with_letters_and_different_lengths_are_unwise() {
    let keys = BANK.to_owned() + "code_max = 8\n";
    let warnings = |keys: &[&str]| provider(keys, &Wire::new()).warnings().to_vec();
    assert!(warnings(&[&keys])[0].starts_with("code_max: "));
    assert!(warnings(&[&keys, r#"code_characters = "digits""#]).is_empty());
}

fn at_vietinbank() -> String {
    BANK.replace("970436", "970415")
}

async fn transfer(keys: &[&str], sub_account: Option<&str>) -> Transfer {
    let mut request = request("00042", 50_000).with_method(PaymentMethod::BankTransfer);
    if let Some(number) = sub_account {
        let options = SePayOptions::default().with_sub_account(number);
        request = request.with_options(&options).unwrap();
    }
    let provider = provider(keys, &Wire::new());
    let opened = provider.payments().unwrap().create_payment(&request).await.unwrap();
    match opened.accepted().unwrap().next.into_iter().next() {
        Some(NextAction::Transfer(transfer)) => transfer,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_transfer_to_vietinbank_begins_with_the_word_that_sepay_listens_for() {
    let vietinbank = at_vietinbank();
    let with_sub_account = format!("{vietinbank}sub_accounts = [\"TKP001\", \"VQRQ0001\"]\n");
    for (keys, sub_account, number, memo) in [
        (vec![vietinbank.as_str()], None, OUR_ACCOUNT, "SEVQR DH00042"),
        (vec![&vietinbank, r#"memo_lead = "SEVQR TKP7""#], None, OUR_ACCOUNT, "SEVQR TKP7 DH00042"),
        (vec![&vietinbank, r#"memo_lead = "none""#], None, OUR_ACCOUNT, "DH00042"),
        (vec![&with_sub_account], Some("TKP001"), OUR_ACCOUNT, "SEVQR TKP001 DH00042"),
        (vec![&with_sub_account], Some("VQRQ0001"), "VQRQ0001", "SEVQR DH00042"),
        (vec![BANK], None, OUR_ACCOUNT, "DH00042"),
        (vec![BANK, r#"memo_lead = "TT""#], None, OUR_ACCOUNT, "TT DH00042"),
    ] {
        let transfer = transfer(&keys, sub_account).await;
        assert_eq!(transfer.memo.as_deref(), Some(memo), "{keys:?}");
        assert_eq!(transfer.account.number.as_str(), number, "{keys:?}");
        let qr = VietQr::parse(&transfer.vietqr.unwrap()).unwrap();
        assert_eq!(qr.purpose(), Some(memo), "{keys:?}");
    }
}

#[test]
fn vietinbank_without_its_word_is_unwise() {
    let vietinbank = at_vietinbank();
    let own_word = vietinbank.replace("\"DH\"", "\"SEVQR\"") + "accept_bank_word = true\n";
    for (keys, warned) in [
        (vec![vietinbank.as_str()], false),
        (vec![&vietinbank, r#"memo_lead = "sevqr""#], false),
        (vec![&vietinbank, r#"memo_lead = "none""#], true),
        (vec![&vietinbank, r#"memo_lead = "TKP001""#], true),
        // Codes that begin with the word need no other.
        (vec![&own_word], false),
        (vec![BANK, r#"memo_lead = "none""#], false),
    ] {
        let provider = provider(&keys, &Wire::new());
        let warnings = provider.warnings();
        assert_eq!(
            warnings.iter().any(|said| said.starts_with("memo_lead: ")),
            warned,
            "{keys:?}: {warnings:?}"
        );
    }
}

#[test]
fn a_lead_that_hides_codes_or_is_too_long_is_refused() {
    let vietinbank = at_vietinbank();
    for (keys, problem) in [
        (vec![BANK, r#"memo_lead = "DH""#], None),
        (vec![BANK, r#"memo_lead = "DH1""#], None),
        (vec![BANK, r#"memo_lead = "DH11111""#], Some("memo_lead: reads as a payment code")),
        (vec![RANGED, r#"memo_lead = "DH1""#], Some("memo_lead: reads as a payment code")),
        (vec![BANK, r#"memo_lead = "SEVQR_1""#], Some("memo_lead: is not made of")),
        (vec![BANK, r#"memo_lead = "SEVQR  1""#], Some("memo_lead: is not made of")),
        (vec![BANK, r#"memo_lead = "12345678901234567""#], None),
        (vec![BANK, r#"memo_lead = "123456789012345678""#], Some("memo_lead: makes memos of 26")),
        (vec![&vietinbank, "code_max = 17"], None),
        (vec![&vietinbank, "code_max = 18"], Some("code_max: makes memos of 26")),
        (
            vec![&vietinbank, "code_max = 15", r#"sub_accounts = ["TKP"]"#],
            Some("code_max: makes memos of 27"),
        ),
        (
            vec![r#"api_token = "t""#, r#"memo_lead = "SEVQR""#],
            Some("memo_lead: needs account_bin"),
        ),
        (vec![r#"api_token = "t""#, "accept_bank_word = true"], Some("needs code_prefix")),
    ] {
        match problem {
            None => drop(provider(&keys, &Wire::new())),
            Some(problem) => {
                let found = problems(&keys);
                assert!(found.iter().any(|said| said.contains(problem)), "{problem}: {found:?}");
            }
        }
    }
}
