//! payOS's signature formulas as data: one constant each, with its source and a level of
//! confidence.
//!
//! All of them are an HMAC-SHA256 in lower-case hexadecimal. The key is the text of a channel's
//! checksum key, whose hexadecimal digits are not decoded.

use provider_kit::signature::{
    Algorithm, Confidence, Encoding, Formula, Layout, Maker, Members, NestedKeys, Order, Shape,
};

/// Every formula of payOS.
pub const FORMULAS: &[Formula] = &[PAYMENT_LINK, DATA, PAYOUT];

const HMAC: Algorithm = Algorithm::HmacSha256Hex { prefix: "" };

/// The formula for the signature of a request that creates a payment link. The signature is the
/// member `signature` of the request's body.
///
/// Values are not escaped. A text that contains `&` and the name of a field is refused, because the
/// signed text could then be divided into fields in a second way.
pub const PAYMENT_LINK: Formula = Formula::new(
    "payos.payment_link",
    "member signature of POST /v2/payment-requests",
    Maker::Merchant,
    HMAC,
    Layout::pairs_keeping_empty(
        "&",
        &["amount", "cancelUrl", "description", "orderCode", "returnUrl"],
        Order::AsListed,
    ),
    "payos.vn/docs, creating a payment link and signatures; npm @payos/node 2.0.5 and PyPI payos \
     1.1.0 compute it",
    Confidence::High,
)
.with_shapes(&[
    ("amount", Shape::Digits),
    ("cancelUrl", Shape::Url),
    ("description", Shape::Text),
    ("orderCode", Shape::Digits),
    ("returnUrl", Shape::Url),
]);

/// The formula for the signature of webhooks and of responses about payment links: payOS signs all
/// members of `data`, whatever their names, and the provider verifies the member `signature` beside
/// `data`.
///
/// Values are not escaped. A delivery with an `&` in a value therefore proves nothing and is
/// confirmed by inquiry.
pub const DATA: Formula = Formula::new(
    "payos.data",
    "signature beside data, in webhooks and in responses of /v2/payment-requests",
    Maker::Provider,
    HMAC,
    Layout::Members(
        Members::joined_by("&")
            .keeping_empty()
            .with_nested_keys(NestedKeys::SortedOnce)
            .with_null_words_empty(),
    ),
    "payos.vn/docs, signatures, whose example it agrees with; npm @payos/node 2.0.5 and PyPI payos \
     1.1.0 compute it",
    Confidence::High,
);

/// The formula for the signatures of payout requests, over all members of the body, and of the
/// responses to them, over all members of `data`. Both are in the header `x-signature`.
pub const PAYOUT: Formula = Formula::new(
    "payos.payout",
    "header x-signature of /v1/payouts and of the responses there and of /v1/payouts-account/balance",
    Maker::Merchant,
    HMAC,
    Layout::Members(
        Members::joined_by("&")
            .keeping_empty()
            .encoded(Encoding::UriComponent)
            .with_nested_keys(NestedKeys::Sorted),
    ),
    "npm @payos/node 2.0.5 and PyPI payos 1.1.0 compute it; payos.vn/docs does not print it",
    Confidence::High,
);

/// The formulas that a client uses: payOS's own, or their replacements from the configuration.
#[derive(Clone, Debug)]
pub struct Formulas {
    /// The formula in use for [`PAYMENT_LINK`].
    pub(crate) payment_link: Formula,
    /// The formula in use for [`DATA`].
    pub(crate) data: Formula,
    /// The formula in use for [`PAYOUT`].
    pub(crate) payout: Formula,
}

impl Default for Formulas {
    fn default() -> Self {
        Self { payment_link: PAYMENT_LINK, data: DATA, payout: PAYOUT }
    }
}

impl Formulas {
    /// Returns an iterator over the formulas in use.
    pub fn iter(&self) -> impl Iterator<Item = &Formula> {
        [&self.payment_link, &self.data, &self.payout].into_iter()
    }

    /// Replaces a formula by that of a template. `name` is the part of the formula's name after the
    /// dot.
    ///
    /// # Errors
    /// Returns a description of the problem if the name or the template is invalid.
    pub(crate) fn replace(&mut self, name: &str, template: &str) -> Result<(), String> {
        let place = match name {
            "payment_link" => &mut self.payment_link,
            "data" => &mut self.data,
            "payout" => &mut self.payout,
            _ => {
                return Err(
                    "is not a formula of payOS; known: payment_link, data, payout".to_owned()
                );
            }
        };
        let replaced = place.replaced(template).map_err(|error| error.to_string())?;
        let signs_members = matches!(place.layout, Layout::Members(_));
        if signs_members && !matches!(replaced.layout, Layout::Members(_)) {
            return Err("has to sign every member, as \"{*}&{*}\" does".to_owned());
        }
        let usual = PAYMENT_LINK;
        let known = usual.layout.fields();
        if let Some(unknown) =
            replaced.layout.fields().into_iter().find(|field| !known.contains(field))
        {
            return Err(format!(
                "names {unknown:?}, which is not signed; known: {}",
                known.join(", ")
            ));
        }
        *place = replaced;
        Ok(())
    }
}
