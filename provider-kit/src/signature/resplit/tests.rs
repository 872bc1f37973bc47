use payments_core::Secret;
use proptest::prelude::*;

use super::*;
use crate::signature::{
    Algorithm, CheckingKeys, Confidence, Coverage, Keys, SigningKeys, Transform,
};

const SHAPES: &[(&str, Shape)] = &[
    ("order", Shape::Word),
    ("amount", Shape::Amount),
    ("currency", Shape::OneOf(&["vnd", "usd"])),
    ("note", Shape::Text),
    ("buyer", Shape::Text),
    ("merchant", Shape::Fixed),
    ("url", Shape::Url),
];

const LINK: &[Item] = &[
    Item::field("merchant"),
    Item::optional("note"),
    Item::field("order"),
    Item::field("amount"),
    Item::field("currency"),
    Item::optional("buyer"),
    Item::Secret,
];

fn formula(maker: Maker, layout: Layout) -> Formula {
    let md5 = Algorithm::Md5Hex;
    Formula::new("test.one", "a test", maker, md5, layout, "none", Confidence::High)
        .with_shapes(SHAPES)
}

fn refused(formula: &Formula, fields: &[Field<'_>]) -> Option<String> {
    let keys = Keys::one(Secret::new("k").unwrap());
    let mut formula = formula.clone();
    if matches!(formula.layout, Layout::Pairs { .. }) {
        formula.algorithm = Algorithm::HmacSha256Base64;
    }
    match formula.sign(fields, SigningKeys { secret: Some(&keys), signer: None }) {
        Ok(_) => None,
        Err(error) => {
            assert_eq!(error.kind(), payments_core::ErrorKind::InvalidRequest, "{error}");
            Some(error.field().unwrap_or_default().to_owned())
        }
    }
}

fn link(note: &str, buyer: &str) -> Option<String> {
    let fields: [Field<'_>; 6] = [
        ("merchant", b"M1"),
        ("note", note.as_bytes()),
        ("order", b"A1"),
        ("amount", b"5000000"),
        ("currency", b"vnd"),
        ("buyer", buyer.as_bytes()),
    ];
    refused(&formula(Maker::Merchant, Layout::values(" ", LINK)), &fields)
}

#[test]
fn text_that_fits_another_order_under_the_same_signature_is_refused() {
    for buyer in ["B2 1 vnd ", "x B2 1 vnd x", "B2 1 VND thanks", "B2 1.00 usd  ", "B2 1e0 vnd x"] {
        assert_eq!(link("", buyer).as_deref(), Some("buyer"), "{buyer:?}");
    }
    for note in [" B2 1 vnd", "x B2 1 vnd", "x B2 1 vnd x", "note B2 1 usd "] {
        assert_eq!(link(note, "").as_deref(), Some("note"), "{note:?}");
    }
}

#[test]
fn ordinary_text_with_the_separator_in_it_is_signed() {
    for text in
        ["", "Two coffees", "Ao thun 2 cai mau den", "1 2 3 4 5", "vnd 1 B2", " x ", "A 1 đồng"]
    {
        assert_eq!(link(text, ""), None, "{text:?}");
        assert_eq!(link("", text), None, "{text:?}");
        assert_eq!(link(text, text), None, "{text:?}");
    }
}

#[test]
fn a_value_without_a_declared_shape_may_not_hold_the_separator_beside_others() {
    let mut undeclared = formula(
        Maker::Merchant,
        Layout::values(
            "|",
            &[Item::Field(Cow::Borrowed("a")), Item::Field(Cow::Borrowed("b")), Item::Secret],
        ),
    );
    undeclared.shapes = &[];
    let sign = |a: &'static str, b: &'static str| {
        refused(&undeclared, &[("a", a.as_bytes()), ("b", b.as_bytes())])
    };
    assert_eq!(sign("1", "2"), None);
    assert_eq!(sign("1|x", "2").as_deref(), Some("a"));
    assert_eq!(sign("1", "|").as_deref(), Some("b"));
    assert_eq!(sign("", ""), None);
}

#[test]
fn values_joined_with_nothing_between_are_refused_where_they_can_be_divided_otherwise() {
    const JOINED: &[Item] = &[Item::field("order"), Item::field("amount"), Item::Secret];
    const APART: &[Item] = &[Item::field("order"), Item::Secret, Item::field("amount")];
    let fields: [Field<'_>; 2] = [("order", b"INV-1"), ("amount", b"50")];
    let joined = formula(Maker::Merchant, Layout::values("", JOINED));
    assert_eq!(refused(&joined, &fields).as_deref(), Some("order"));
    assert_eq!(
        joined.ambiguous_layout().as_deref(),
        Some("joins order and amount with nothing between them")
    );
    let apart = formula(Maker::Merchant, Layout::values("", APART));
    assert_eq!((refused(&apart, &fields), apart.ambiguous_layout()), (None, None));
    let by_a_digit = formula(Maker::Merchant, Layout::values("0", JOINED));
    assert!(by_a_digit.ambiguous_layout().unwrap().contains("\"0\""));
    let by_a_pipe = formula(Maker::Merchant, Layout::values("|", JOINED));
    assert_eq!(by_a_pipe.ambiguous_layout(), None);
}

#[test]
fn a_field_that_may_be_left_out_counts_where_a_value_would_begin_elsewhere() {
    const EITHER: &[Item] =
        &[Item::field("merchant"), Item::given("order"), Item::given("id"), Item::Secret];
    let either = formula(Maker::Merchant, Layout::values("|", EITHER));
    let with =
        |order: &'static str| refused(&either, &[("merchant", b"M"), ("order", order.as_bytes())]);
    assert_eq!(with("A1"), None);
    assert_eq!(with("A|1").as_deref(), Some("order"));
}

#[test]
fn a_value_that_is_encoded_before_it_is_signed_holds_no_separator() {
    const ENCODED: &[Item] = &[
        Item::Changed(Cow::Borrowed("buyer"), Transform::UrlEncoded),
        Item::field("order"),
        Item::field("amount"),
        Item::Secret,
    ];
    let encoded = formula(Maker::Merchant, Layout::values(" ", ENCODED));
    let fields: [Field<'_>; 3] = [("buyer", b"x B2 1"), ("order", b"A1"), ("amount", b"5")];
    assert_eq!(refused(&encoded, &fields), None);
}

#[test]
fn a_field_signed_in_small_letters_is_covered_only_where_it_holds_none() {
    const FOLDED: &[Item] = &[
        Item::Changed(Cow::Borrowed("order"), Transform::AsciiLower),
        Item::Changed(Cow::Borrowed("buyer"), Transform::UrlEncodedLower),
        Item::Changed(Cow::Borrowed("note"), Transform::UrlEncoded),
        Item::field("amount"),
        Item::Secret,
    ];
    let folded = formula(Maker::Provider, Layout::values("|", FOLDED));
    let fields = |order: &'static str, buyer: &'static str| -> [Field<'static>; 4] {
        [
            ("order", order.as_bytes()),
            ("buyer", buyer.as_bytes()),
            ("note", b"Two Coffees"),
            ("amount", b"50"),
        ]
    };
    assert_eq!(proof(&folded, &fields("INV-a", "An")), covered(&["note", "amount"]));
    assert_eq!(proof(&folded, &fields("inv-a", "7")), covered(&["buyer", "note", "amount"]));
    assert_eq!(
        proof(&folded, &fields("26-1", "7")),
        covered(&["order", "buyer", "note", "amount"])
    );
    let why = folded.ambiguous_layout();
    assert_eq!(
        why.as_deref(),
        Some("signs order in lower case, so the signature is valid for other spellings too")
    );
    let ours = formula(Maker::Merchant, Layout::values("|", FOLDED));
    assert_eq!(ours.ambiguous_layout(), None);
}

#[test]
fn a_layout_whose_separator_a_reference_may_hold_is_warned_of() {
    const APART: &[Item] = &[Item::field("order"), Item::field("amount"), Item::Secret];
    for (separator, is_warned) in [
        ("-", true),
        (".", true),
        ("_", true),
        ("0", true),
        ("|", false),
        (",", false),
        (" ", false),
    ] {
        let layout = Layout::values(separator, APART);
        let why = formula(Maker::Provider, layout).ambiguous_layout();
        assert_eq!(why.is_some(), is_warned, "{separator:?} {why:?}");
    }
    const EITHER: &[Item] = &[Item::given("order"), Item::given("id"), Item::Secret];
    let layout = Layout::values("|", EITHER);
    assert!(formula(Maker::Provider, layout.clone()).ambiguous_layout().is_some());
    assert_eq!(formula(Maker::Merchant, layout).ambiguous_layout(), None);
}

const NAMES: &[&str] = &["amount", "order", "note", "customer", "url"];

fn form(note: &str, url: &str) -> Option<String> {
    let fields: [Field<'_>; 5] = [
        ("amount", b"5000000"),
        ("note", note.as_bytes()),
        ("order", b"A1"),
        ("customer", b"c"),
        ("url", url.as_bytes()),
    ];
    [super::super::Order::AsSent, super::super::Order::AsListed]
        .map(|order| refused(&formula(Maker::Merchant, Layout::pairs(",", NAMES, order)), &fields))
        [0]
    .clone()
}

#[test]
fn a_pair_inside_of_a_value_is_refused() {
    let url = "https://shop.example/";
    for note in [
        "x,order=B2,customer=z",
        ",order=B2",
        "x,amount=1",
        "x,customer=z",
        "x,url=https://evil.example",
        // The values that a lenient receiver reads.
        "x,amount= 1 ",
        "x,amount=1 dong",
        "x,amount=1\u{111}, thanks",
        "x,order= B2 ",
        "x,order=\tB2\n",
        "x,url= https://evil.example",
    ] {
        assert_eq!(form(note, url).as_deref(), Some("note"), "{note:?}");
    }
    let nested = "https://shop.example/?a=1,order=B2";
    assert_eq!(form("x", nested).as_deref(), Some("url"));
}

#[test]
fn a_pair_inside_of_a_value_is_refused_beside_a_value_of_another_shape() {
    let pairs = Layout::pairs(",", NAMES, super::super::Order::AsSent);
    let pairs = formula(Maker::Merchant, pairs);
    for (note, holder) in [("x", None), ("x,amount=1", Some("note"))] {
        let fields: [Field<'_>; 3] =
            [("customer", b"c"), ("order", b"A 1"), ("note", note.as_bytes())];
        assert_eq!(refused(&pairs, &fields).as_deref(), holder, "{note:?}");
    }
}

#[test]
fn ordinary_text_with_commas_and_equals_signs_is_signed() {
    let url = "https://shop.example/?order=1&x=a,b";
    for note in
        ["Two coffees, one tea", "a=b,c=d", "order=1", "x,note=y", "x,amount=free", "x, order=1"]
    {
        assert_eq!(form(note, url), None, "{note:?}");
    }
}

fn proof(formula: &Formula, fields: &[Field<'_>]) -> Coverage {
    let keys = Keys::one(Secret::new("k").unwrap());
    let signature =
        formula.sign(fields, SigningKeys { secret: Some(&keys), signer: None }).unwrap();
    let keys = CheckingKeys { secrets: Some(&keys), public: &[] };
    formula.check(fields, &signature, keys, None).unwrap().coverage().clone()
}

fn covered(names: &[&'static str]) -> Coverage {
    Coverage::Fields(names.iter().copied().map(Cow::Borrowed).collect())
}

#[test]
fn a_proof_covers_only_what_has_one_value_in_every_division() {
    const NOTICE: &[Item] =
        &[Item::field("merchant"), Item::optional("order"), Item::optional("amount"), Item::Secret];
    let fields: [Field<'_>; 3] = [("merchant", b"M"), ("order", b"A1"), ("amount", b"50")];
    let apart = formula(Maker::Provider, Layout::values("|", NOTICE));
    assert_eq!(proof(&apart, &fields), covered(&["merchant", "order", "amount"]));
    let joined = formula(Maker::Provider, Layout::values("", NOTICE));
    assert_eq!(proof(&joined, &fields), covered(&["merchant"]));
    // An order that ends in no digit and an amount that begins with none: one division only.
    const NUMBERED: &[Item] = &[Item::field("amount"), Item::field("url"), Item::Secret];
    let numbered = formula(Maker::Provider, Layout::values("", NUMBERED));
    let fields: [Field<'_>; 2] = [("amount", b"50"), ("url", b"https://x")];
    assert_eq!(proof(&numbered, &fields), covered(&["amount", "url"]));
}

#[test]
fn a_value_that_may_have_another_name_is_not_covered() {
    const EITHER: &[Item] = &[Item::given("order"), Item::given("id"), Item::Secret];
    let either = formula(Maker::Provider, Layout::values("|", EITHER));
    assert_eq!(proof(&either, &[("order", b"A1")]), Coverage::Nothing);
    let both: [Field<'_>; 2] = [("order", b"A1"), ("id", b"7")];
    assert_eq!(proof(&either, &both), Coverage::Nothing);
}

#[test]
fn a_body_whose_end_is_not_certain_is_not_covered() {
    const FRONT: &[Item] = &[Item::field("amount"), Item::body("body"), Item::Secret];
    let fields: [Field<'_>; 2] = [("amount", b"1"), ("body", b"2{}")];
    let joined = formula(Maker::Provider, Layout::values("", FRONT));
    assert_eq!(proof(&joined, &fields), Coverage::Nothing);
    let apart = formula(Maker::Provider, Layout::values(".", FRONT));
    assert_eq!(proof(&apart, &[("amount", b"1"), ("body", b"5.{}")]), Coverage::Nothing);
    let by_a_line = formula(Maker::Provider, Layout::values("\n", FRONT));
    assert_eq!(proof(&by_a_line, &[("amount", b"1"), ("body", b"{\n}")]), Coverage::Body);
}

#[test]
fn what_is_too_long_to_search_is_refused_and_covers_nothing() {
    let long = " 1".repeat(200_000);
    assert_eq!(link("", &long).as_deref(), Some("buyer"));
    let notice = formula(Maker::Provider, Layout::values(" ", LINK));
    let fields: [Field<'_>; 6] = [
        ("merchant", b"M1"),
        ("note", b"x"),
        ("order", b"A1"),
        ("amount", b"1"),
        ("currency", b"vnd"),
        ("buyer", long.as_bytes()),
    ];
    assert_eq!(proof(&notice, &fields), Coverage::Nothing);
    // A long body behind a time needs no search.
    const BODY: &[Item] = &[Item::field("amount"), Item::body("body"), Item::Secret];
    let webhook = formula(Maker::Provider, Layout::values("|", BODY));
    let body = "|x".repeat(500_000);
    assert_eq!(proof(&webhook, &[("amount", b"1"), ("body", body.as_bytes())]), Coverage::Body);
}

/// Finds every division of a text by brute force: each item takes every range that its shape
/// accepts.
fn divisions(
    formula: &Formula,
    items: &[Item],
    separator: &[u8],
    fields: &[Field<'_>],
    text: &[u8],
    is_first: bool,
) -> Vec<Vec<(usize, Option<Vec<u8>>)>> {
    let Some((item, rest)) = items.split_first() else {
        return if text.is_empty() { vec![Vec::new()] } else { Vec::new() };
    };
    let name = item.name().unwrap();
    let known = layout::find(name, fields);
    let mut found = Vec::new();
    let mut go_on = |value: Option<Vec<u8>>, text: &[u8], is_first: bool| {
        for mut tail in divisions(formula, rest, separator, fields, text, is_first) {
            tail.insert(0, (text.len(), value.clone()));
            found.push(tail);
        }
    };
    if matches!(item, Item::Given(_)) {
        go_on(None, text, is_first);
    }
    let text = if is_first { Some(text) } else { text.strip_prefix(separator) };
    if let Some(text) = text {
        for end in 0..=text.len() {
            let (value, after) = text.split_at(end);
            let may_be_empty = matches!(item, Item::Given(_) | Item::Optional(_));
            if known == Some(value) || formula.shape_of(name).accepts(value, may_be_empty) {
                go_on(Some(value.to_vec()), after, false);
            }
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// The search finds the same ambiguous fields as an attempt at every division.
    #[test]
    fn the_search_agrees_with_brute_force(
        values in prop::collection::vec("[1a |]{0,4}", 4),
        shapes in prop::collection::vec(0_usize..6, 4),
        kinds in prop::collection::vec(0_usize..3, 4),
        separator in prop::sample::select(vec!["|", " ", "", "||", "a"]),
        absent in prop::collection::vec(any::<bool>(), 4),
        every in any::<bool>(),
    ) {
        const SOME: [Shape; 6] = [
            Shape::Text, Shape::Any, Shape::Word, Shape::Digits, Shape::Number,
            Shape::OneOf(&["a", "1a"]),
        ];
        const FIELDS: [&str; 4] = ["w", "x", "y", "z"];
        let shapes: Vec<(&'static str, Shape)> = FIELDS
            .iter().zip(&shapes).map(|(name, shape)| (*name, SOME[*shape])).collect();
        let items: Vec<Item> = FIELDS
            .iter()
            .zip(&kinds)
            .map(|(name, kind)| match kind {
                0 => Item::field(name),
                1 => Item::optional(name),
                _ => Item::given(name),
            })
            .collect();
        let fields: Vec<Field<'_>> = FIELDS
            .iter()
            .zip(&values)
            .zip(kinds.iter().zip(&absent))
            .filter(|(_, (kind, absent))| **kind != 2 || !**absent)
            .map(|((name, value), _)| (*name, value.as_bytes()))
            .collect();
        let mut formula = formula(Maker::Merchant, Layout::Values {
            leading: Cow::Borrowed(""),
            separator: Cow::Borrowed(separator),
            items: Cow::Owned(items.clone()),
        });
        formula.shapes = Box::leak(shapes.into_boxed_slice());
        let text = formula.signed_string(&fields).unwrap().into_bytes();
        let all = divisions(&formula, &items, separator.as_bytes(), &fields, &text, true);
        let known: Vec<Option<&[u8]>> =
            FIELDS.iter().map(|name| layout::find(name, &fields)).collect();
        // The positions at which values begin, computed from the end of the text.
        let begins = |division: &[(usize, Option<Vec<u8>>)]| -> Vec<usize> {
            division.iter().filter_map(|(left, value)| {
                value.as_ref().map(|value| left + value.len())
            }).collect()
        };
        let is_known = |division: &[(usize, Option<Vec<u8>>)]| {
            division.iter().zip(&known).all(|((_, value), known)| value.as_deref() == *known)
        };
        let original = all.iter().find(|division| is_known(division)).expect("the message itself");
        let usual = begins(original);
        let mut expected: Vec<String> = Vec::new();
        for (index, name) in FIELDS.iter().enumerate() {
            let differs = all.iter().any(|division| {
                division[index].1.as_deref() != known[index]
                    && (every || begins(division).iter().any(|begin| !usual.contains(begin)))
            });
            if differs && formula.shape_of(name).decides() {
                expected.push((*name).to_owned());
            }
        }
        let counting = if every { Counting::Every } else { Counting::BegunElsewhere };
        let found = formula.ambiguous(&fields, counting).unwrap().unwrap();
        prop_assert_eq!(&found, &expected, "{:?} in {:?}", fields, formula.layout);
        // The quick check is never wrong.
        for maker in [Maker::Merchant, Maker::Provider] {
            formula.maker = maker;
            let is_plain =
                formula.layout.with_parts(&fields, |parts| formula.is_plainly_unique(&fields, parts));
            let counting = match maker {
                Maker::Merchant => Counting::BegunElsewhere,
                Maker::Provider => Counting::Every,
            };
            if is_plain.unwrap() {
                let found = formula.ambiguous(&fields, counting).unwrap().unwrap();
                prop_assert_eq!(found, Vec::<String>::new());
            }
        }
    }
}
