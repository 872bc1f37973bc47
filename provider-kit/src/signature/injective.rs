//! Whether the fields can be recovered from the signed strings of a formula.

use super::{Formula, Item, Layout, Shape};

impl Formula {
    /// Returns whether each signed string comes from one set of well-formed fields only, so that a
    /// signature is valid for no other message. Returns `false` if the layout is unknown.
    ///
    /// The result depends on the separator, the encoding and the declared
    /// [shapes](Self::with_shapes): a field of [`Shape::Any`] may contain the separator. An absent
    /// and an empty field count as equal if the layout signs them alike, and so do the types of
    /// JSON values.
    ///
    /// If the result is `false`, [`sign`](Self::sign) refuses values that allow a second division,
    /// and the proof of [`check`](Self::check) does not cover fields that may have another value,
    /// so the event has to be confirmed by inquiry.
    ///
    /// ```
    /// use provider_kit::signature::*;
    ///
    /// const RAW: Formula = Formula::new(
    ///     "acme.notice", "notice", Maker::Provider, Algorithm::HmacSha256Hex { prefix: "" },
    ///     Layout::Members(Members::joined_by("&")), "the guide", Confidence::High,
    /// );
    /// // The text is that of `a` with the value `1&b=2`, too.
    /// assert_eq!(RAW.signed_string(&[("a", b"1"), ("b", b"2")])?, "a=1&b=2");
    /// assert!(!RAW.is_injective());
    ///
    /// let mut encoded = RAW;
    /// encoded.layout = Layout::Members(Members::joined_by("&").encoded(Encoding::UriComponent));
    /// assert!(encoded.is_injective());
    /// # Ok::<(), payments_core::Error>(())
    /// ```
    pub fn is_injective(&self) -> bool {
        match &self.layout {
            Layout::Values { separator, items, .. } => {
                let can_leave_out = items.iter().any(|item| matches!(item, Item::Given(_)));
                let loses_case = items.iter().any(Item::loses_case);
                // One value may contain the separator, if the ends of all others are certain.
                !can_leave_out && !loses_case && self.open_values(separator, items) <= 1
            }
            Layout::Pairs { separator, names, .. } => {
                // A value that contains the separator may contain another pair as well.
                !separator.is_empty()
                    && !names.iter().any(|name| may_hold(self.shape_of(name), separator))
            }
            Layout::Members(members) => members.is_injective(),
            Layout::Unknown => false,
        }
    }

    /// Returns how many values may contain the separator, by their shapes.
    fn open_values(&self, separator: &str, items: &[Item]) -> usize {
        let is_open = |item: &&Item| match item {
            Item::Secret => false,
            Item::Timestamp(_) => may_hold(Shape::Digits, separator),
            Item::Changed(name, transform) => {
                !transform.escapes(separator) && may_hold(self.shape_of(name), separator)
            }
            item => item.name().is_some_and(|name| may_hold(self.shape_of(name), separator)),
        };
        items.iter().filter(is_open).count()
    }
}

/// Returns whether a value of this shape may contain the separator. Every value except a fixed one
/// contains the empty separator.
fn may_hold(shape: Shape, separator: &str) -> bool {
    shape != Shape::Fixed && separator.bytes().all(|byte| shape.allows(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::{
        Algorithm, Confidence, EmptyValues, Encoding, Maker, Members, Order, Transform,
    };

    const SHAPES: &[(&str, Shape)] =
        &[("order", Shape::Word), ("amount", Shape::Digits), ("merchant", Shape::Fixed)];

    fn formula(layout: Layout) -> Formula {
        let hmac = Algorithm::HmacSha256Base64;
        Formula::new("test.one", "a test", Maker::Provider, hmac, layout, "none", Confidence::Low)
            .with_shapes(SHAPES)
    }

    #[test]
    fn values_are_read_back_where_at_most_one_may_hold_the_separator() {
        const NOTE: Item = Item::field("note");
        const ORDER: Item = Item::field("order");
        const AMOUNT: Item = Item::field("amount");
        const ORDER_ENCODED: Item = Item::changed("order", Transform::UrlEncoded);
        let cases: [(&str, &[Item], bool); 13] = [
            ("|", &[AMOUNT, Item::Secret], true),
            ("|", &[AMOUNT, ORDER, Item::Secret], true),
            ("|", &[AMOUNT, ORDER, NOTE], false),
            (" ", &[AMOUNT, ORDER, NOTE], true),
            (" ", &[ORDER, NOTE, Item::field("more")], false),
            ("", &[AMOUNT, ORDER], false),
            ("", &[ORDER, Item::Secret], true),
            ("", &[AMOUNT, Item::field("merchant")], true),
            ("7", &[AMOUNT, ORDER], false),
            (" ", &[AMOUNT, Item::given("order")], false),
            (" ", &[AMOUNT, Item::optional("order")], true),
            (" ", &[AMOUNT, Item::changed("order", Transform::AsciiLower)], false),
            ("|", &[NOTE, ORDER_ENCODED, AMOUNT], true),
        ];

        for (separator, items, expected) in cases {
            let formula = formula(Layout::Values {
                leading: "".into(),
                separator: separator.into(),
                items: items.to_vec().into(),
            });
            assert_eq!(formula.is_injective(), expected, "{separator:?} {items:?}");
        }
        assert!(!formula(Layout::Unknown).is_injective());
    }

    #[test]
    fn pairs_are_read_back_where_no_value_may_hold_the_separator() {
        let cases: [(&str, &[&str], bool); 4] = [
            (" ", &["order", "amount"], true),
            ("&", &["order", "amount"], false),
            (" ", &["note", "amount"], false),
            ("", &["merchant", "amount"], false),
        ];
        for (separator, names, expected) in cases {
            let pairs = formula(Layout::pairs(separator, names, Order::AsListed));
            assert_eq!(pairs.is_injective(), expected, "{separator:?} {names:?}");
        }
    }

    #[test]
    fn members_are_read_back_where_they_are_encoded_and_the_separator_is_not_left_raw() {
        for (separator, encoding, expected) in [
            ("&", Encoding::Raw, false),
            ("&", Encoding::UriComponent, true),
            (",", Encoding::UriComponent, true),
            ("-", Encoding::UriComponent, false),
            ("%", Encoding::UriComponent, false),
            ("", Encoding::UriComponent, false),
        ] {
            for empty in [EmptyValues::Dropped, EmptyValues::Kept] {
                let mut members = Members::joined_by(separator).encoded(encoding);
                members.empty = empty;
                let formula = formula(Layout::Members(members));
                assert_eq!(formula.is_injective(), expected, "{separator:?} {encoding:?}");
            }
        }
    }
}
