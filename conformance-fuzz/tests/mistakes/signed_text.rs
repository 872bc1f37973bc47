//! Formulas that sign what they should refuse: the second request is found.

use conformance_fuzz::{second_reading, second_reading_of_template};
use provider_kit::signature::{Algorithm, Confidence, Formula, Item, Layout, Maker, Order, Shape};

const SHAPES: &[(&str, Shape)] = &[
    ("order", Shape::Word),
    ("amount", Shape::Amount),
    ("currency", Shape::OneOf(&["vnd", "usd"])),
    ("note", Shape::Text),
];

const ITEMS: &[Item] = &[
    Item::field("note"),
    Item::field("order"),
    Item::field("amount"),
    Item::field("currency"),
    Item::field("text"),
    Item::Secret,
];

/// With the provider as its maker, nothing is refused.
fn unchecked(layout: Layout) -> Formula {
    let (maker, md5) = (Maker::Provider, Algorithm::Md5Hex);
    Formula::new("test.link", "a link", maker, md5, layout, "none", Confidence::High)
        .with_shapes(SHAPES)
}

/// Bytes without a pattern, always the same.
fn bytes() -> impl Iterator<Item = Vec<u8>> {
    let mut state = 1_u32;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..5_000).map(move |_| (0..40).map(|_| next()).collect())
}

fn finds(read: impl Fn(&[u8]) -> Option<String>) -> bool {
    bytes().any(|bytes| read(&bytes).is_some())
}

#[test]
fn a_text_that_is_signed_unchecked_is_read_as_another_request() {
    for layout in [
        Layout::values(" ", ITEMS),
        Layout::values("", ITEMS),
        Layout::pairs(",", &["amount", "order", "note", "currency"], Order::AsSent),
        Layout::pairs("&", &["amount", "order", "note", "currency"], Order::AsListed),
    ] {
        let unchecked = unchecked(layout);
        assert!(finds(|bytes| second_reading(&unchecked, bytes)), "{:?}", unchecked.layout);
        let mut checked = unchecked.clone();
        checked.maker = Maker::Merchant;
        let found = bytes().find_map(|bytes| second_reading(&checked, &bytes));
        assert_eq!(found, None);
    }
    let mut without = unchecked(Layout::Unknown);
    assert!(finds(|bytes| second_reading_of_template(&without, bytes)));
    without.maker = Maker::Merchant;
    let found = bytes().find_map(|bytes| second_reading_of_template(&without, &bytes));
    assert_eq!(found, None);
}
