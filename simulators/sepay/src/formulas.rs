//! The two signatures of the gateway: SePay's, or what a merchant's configuration puts in their place.

use simulator_kit::{Algorithm, Template, UnreadableTemplate};

use crate::{CheckoutOrder, settings::Settings, sign};

/// The formulas in the place of SePay's. The default replaces none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Formulas {
    checkout: Option<Template>,
    webhook: Option<Template>,
}

/// Why a formula cannot be replaced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnusableFormula {
    /// It cannot be read.
    #[error(transparent)]
    Template(#[from] UnreadableTemplate),
    /// SePay has no formula of this name.
    #[error("is not a formula of SePay; known: checkout, webhook")]
    Unknown,
    /// It signs every member, and SePay's formulas sign named fields.
    #[error("has to name the fields that are signed")]
    Everything,
    /// It names what is not signed.
    #[error("names {name:?}, which is not signed; known: {known}")]
    Field {
        /// What it names.
        name: String,
        /// What it can name.
        known: String,
    },
    /// It takes a key pair, and SePay gives out none.
    #[error("names an algorithm with a key pair, and SePay gives out none")]
    KeyPair,
}

const WEBHOOK_FIELDS: [&str; 2] = ["timestamp", "body"];

impl Settings {
    /// Puts a formula of a configuration in the place of SePay's: for `checkout` the word
    /// `checkout.allowlist` or a [template](Template), for `webhook` a template over `timestamp` and
    /// `body`.
    ///
    /// # Errors
    /// It cannot be used there.
    pub fn with_formula(mut self, name: &str, text: &str) -> Result<Self, UnusableFormula> {
        match (name, text) {
            ("checkout", "checkout") => {}
            ("checkout", "checkout.allowlist") => {
                let readings = self.readings().with_checkout(CheckoutOrder::AsListed);
                self = self.with_readings(readings);
            }
            ("checkout", text) => {
                self.formulas.checkout = Some(template(text, &sign::SIGNED_FIELDS)?);
            }
            ("webhook", text) => self.formulas.webhook = Some(template(text, &WEBHOOK_FIELDS)?),
            _ => return Err(UnusableFormula::Unknown),
        }
        Ok(self)
    }

    /// The signature of a checkout form, over its fields in this order.
    pub(crate) fn checkout_signature(&self, fields: &[(&str, &str)]) -> String {
        let key = self.secret_key();
        let Some(template) = &self.formulas.checkout else {
            return sign::checkout(key, fields.iter().copied());
        };
        let text = template.text(key, |name| {
            let field = fields.iter().find(|(known, _)| *known == name);
            field.map(|(_, value)| (*value).to_owned())
        });
        signed(template, Algorithm::HmacSha256Base64, key, text.as_bytes())
    }
}

impl Formulas {
    /// The `X-SePay-Signature` of a webhook.
    pub(crate) fn webhook_signature(&self, secret: &str, timestamp: &str, body: &[u8]) -> String {
        let Some(template) = &self.webhook else {
            return sign::webhook(secret, timestamp, body);
        };
        // Every body is ASCII or UTF-8 text: this gateway has written it.
        let text = template.text(secret, |name| match name {
            "timestamp" => Some(timestamp.to_owned()),
            "body" => Some(String::from_utf8_lossy(body).into_owned()),
            _ => None,
        });
        let signature = signed(template, Algorithm::HmacSha256Hex, secret, text.as_bytes());
        match template.algorithm() {
            None => format!("sha256={signature}"),
            Some(_) => signature,
        }
    }
}

fn template(text: &str, known: &[&str]) -> Result<Template, UnusableFormula> {
    let template = Template::read(text)?;
    if template.members().is_some() {
        return Err(UnusableFormula::Everything);
    }
    if template.algorithm() == Some(Algorithm::RsaSha256Base64) {
        return Err(UnusableFormula::KeyPair);
    }
    if let Some(name) = template.names().find(|name| !known.contains(name)) {
        let (name, known) = (name.to_owned(), known.join(", "));
        return Err(UnusableFormula::Field { name, known });
    }
    Ok(template)
}

fn signed(template: &Template, usual: Algorithm, secret: &str, text: &[u8]) -> String {
    // A key pair was refused when the formula was replaced.
    template.algorithm().unwrap_or(usual).sign(secret, text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_formula_signs_what_it_says() {
        let with = |name: &str, text: &str| Settings::test().with_formula(name, text).unwrap();
        let fields = [("merchant", "M"), ("order_amount", "5"), ("unsigned", "u")];
        let usual = Settings::test();
        let key = usual.secret_key();
        let mac = |text: &str| Algorithm::HmacSha256Base64.sign(key, text.as_bytes()).unwrap();
        assert_eq!(usual.checkout_signature(&fields), mac("merchant=M,order_amount=5"));
        let replaced = with("checkout", "{order_amount}|{merchant}");
        assert_eq!(replaced.checkout_signature(&fields), mac("5|M"));
        let md5 = with("checkout", "md5_hex({merchant}|{secret})").checkout_signature(&fields);
        assert_eq!(Some(md5), Algorithm::Md5Hex.sign("", format!("M|{key}").as_bytes()));

        let webhook = |settings: &Settings| settings.formulas.webhook_signature("s", "7", b"{}");
        assert_eq!(webhook(&with("webhook", "{timestamp}.{body}")), webhook(&usual));
        let other = webhook(&with("webhook", "hmac_sha256_base64({body}{timestamp})"));
        assert_eq!(Some(other), Algorithm::HmacSha256Base64.sign("s", b"{}7"));
        let listed = with("checkout", "checkout.allowlist");
        assert_eq!(listed.readings().checkout, CheckoutOrder::AsListed);
    }

    #[test]
    fn a_formula_that_has_no_meaning_at_sepay_is_refused() {
        for (name, text, word) in [
            ("refund", "{merchant}", "checkout, webhook"),
            ("checkout", "{*}&{*}", "name the fields"),
            ("checkout", "{merchant}|{unsigned}", "unsigned"),
            ("webhook", "{body}{merchant}", "merchant"),
            ("webhook", "rsa_sha256_base64({body})", "key pair"),
            ("webhook", "{body", "closed"),
        ] {
            let error = Settings::test().with_formula(name, text).unwrap_err().to_string();
            assert!(error.contains(word), "{name}: {error}");
        }
    }
}
