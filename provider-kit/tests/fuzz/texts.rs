//! The small parsers of untrusted text: queries, memos, times, numbers, names, formulas. The fuzz
//! targets use this file as well.

use std::sync::LazyLock;

use payments_core::{
    DedupeKey, OrderRef, Timestamp,
    bank::{AccountNumber, Bin},
    notification::Delivery,
};
use provider_kit::{
    payment_code::{CodeMatch, CodeRules, Memo},
    signature::{Algorithm, Confidence, Formula, Item, Layout, Maker},
};

const FORMULA: Formula = Formula::new(
    "acme.inquiry",
    "an inquiry",
    Maker::Merchant,
    Algorithm::Md5Hex,
    Layout::values("|", ITEMS),
    "invented",
    Confidence::Unknown,
);

const ITEMS: &[Item] = &[Item::field("merchant_id"), Item::field("order_code"), Item::Secret];

static CODES: LazyLock<CodeRules> = LazyLock::new(|| CodeRules::new("DH", 3, 8).unwrap());

/// Returns one text of each kind.
pub(crate) fn seeds() -> [&'static str; 10] {
    [
        "a=1&&%20b=2&c=%E1%BA%A1+x&d=%zz&=5",
        "MBVCB.3278907687.DH00042 mua iphone.CT tu 0123499999",
        "dh-0004 2 va DH 00043",
        "2026-11-21 14:02:37",
        "2026-11-21T07:02:37Z",
        "9631241000000000179",
        "970418",
        "Thanh toán đơn hàng số 7",
        "{merchant_id}|{order_code}|{passcode}",
        "ĐH-2026/1",
    ]
}

/// Checks that a parsed text has its format, and that every other text is refused.
pub(crate) fn read(text: &str) {
    if let Ok(request) = http::Request::get(format!("/?{text}")).body(()) {
        let request = request.map(|()| [0; 0]);
        for (name, _) in Delivery::of(&request).query_pairs() {
            assert!(!name.is_empty() && name.trim() == name, "{text:?}");
        }
    }
    match CODES.find(&Memo::new(text)) {
        CodeMatch::One(code) => {
            assert_eq!(CODES.recognise(code.as_str()).as_ref(), Some(&code), "{text:?}");
        }
        other => drop(other),
    }
    if let Ok(at) = Timestamp::from_vietnam_civil(text) {
        assert_eq!(at.vietnam_civil("%Y-%m-%d %H:%M:%S"), text);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        assert_eq!(at.to_string().parse(), Ok(at), "{text:?}");
    }
    if let Ok(number) = AccountNumber::new(text) {
        assert_eq!(number.as_str(), text);
    }
    if let Ok(number) = AccountNumber::strip_separators(text) {
        assert_eq!(AccountNumber::new(number.as_str()).as_ref(), Ok(&number), "{text:?}");
    }
    if let Ok(bin) = Bin::new(text) {
        assert_eq!(bin.as_str(), text);
    }
    if let Ok(order) = OrderRef::new(text) {
        let _ = CODES.code_for(&order);
    }
    if let Ok(key) = DedupeKey::new("acme.payment", text) {
        assert_eq!((key.scope(), key.value()), ("acme.payment", text));
        assert_eq!(key.as_str().parse::<DedupeKey>().ok(), Some(key), "{text:?}");
    }
    if let Ok(replaced) = FORMULA.replaced(text)
        && let Some(template) = replaced.layout.to_template()
    {
        let again = replaced.replaced(&template).map(|again| again.layout);
        assert_eq!(again.as_ref(), Ok(&replaced.layout), "{text:?} {template:?}");
    }
}
