//! The codes and signatures of the gateway: HPay's, or what a merchant's configuration puts in their
//! place.

use std::collections::BTreeMap;

use serde_json::Value;
use simulator_kit::{Algorithm, Template, UnreadableTemplate};

use crate::{
    faults::Operation,
    fields::Fields,
    gateway::Gateway,
    keys::{Verdict, sign_as_merchant},
    settings::{AdvancedLink, Settings},
};

/// The formulas in the place of HPay's. The default replaces none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Formulas {
    templates: BTreeMap<&'static str, Template>,
    /// What `/v1/checkout.php` takes, where that is another formula of HPay's.
    v1_link: Option<AdvancedLink>,
}

/// Why a formula cannot be replaced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnusableFormula {
    /// It cannot be read.
    #[error(transparent)]
    Template(#[from] UnreadableTemplate),
    /// HPay has no formula of this name.
    #[error("is not a formula of HPay; known: {}", NAMES.join(", "))]
    Unknown,
    /// It signs every member, and HPay's formulas sign named fields.
    #[error("has to name the fields that are signed")]
    Everything,
}

pub(crate) const CHECKOUT_V1_LINK: &str = "checkout_v1_link";
pub(crate) const CHECKOUT_LINK: &str = "checkout_link";
pub(crate) const CHECKOUT_LINK_SHORT: &str = "checkout_link_short";
pub(crate) const PAYMENT_NOTIFICATION: &str = "payment_notification";
pub(crate) const ORDER_INQUIRY_REQUEST: &str = "order_inquiry_request";
const ORDER_INQUIRY_RESPONSE: &str = "order_inquiry_response";
pub(crate) const REVOKE_TOKEN_LINK: &str = "revoke_token_link";
pub(crate) const REVOKE_TOKEN_NOTIFICATION: &str = "revoke_token_notification";
pub(crate) const BALANCE_REQUEST: &str = "balance_request";
const BALANCE_RESPONSE: &str = "balance_response";
pub(crate) const VA_CREATE_REQUEST: &str = "va_create_request";
const VA_CREATE_RESPONSE: &str = "va_create_response";
pub(crate) const VA_RENAME_REQUEST: &str = "va_rename_request";
pub(crate) const VA_CLOSE_REQUEST: &str = "va_close_request";
const VA_CLOSE_RESPONSE: &str = "va_close_response";
pub(crate) const VA_INQUIRY_REQUEST: &str = "va_inquiry_request";
const VA_INQUIRY_RESPONSE: &str = "va_inquiry_response";
pub(crate) const VA_CALLBACK: &str = "va_callback";
pub(crate) const PAYOUT_REQUEST: &str = "payout_request";
pub(crate) const PAYOUT_RESPONSE: &str = "payout_response";
pub(crate) const NAME_CHECK_REQUEST: &str = "name_check_request";
const NAME_CHECK_RESPONSE: &str = "name_check_response";
pub(crate) const PAYOUT_INQUIRY_REQUEST: &str = "payout_inquiry_request";
const PAYOUT_INQUIRY_RESPONSE: &str = "payout_inquiry_response";
pub(crate) const OPENAPI_REQUEST: &str = "openapi_request";
pub(crate) const OPENAPI_RESPONSE: &str = "openapi_response";
pub(crate) const OPENAPI_VA_CALLBACK: &str = "openapi_va_callback";

/// Every formula that can be replaced.
const NAMES: [&str; 27] = [
    CHECKOUT_V1_LINK,
    CHECKOUT_LINK,
    CHECKOUT_LINK_SHORT,
    PAYMENT_NOTIFICATION,
    ORDER_INQUIRY_REQUEST,
    ORDER_INQUIRY_RESPONSE,
    REVOKE_TOKEN_LINK,
    REVOKE_TOKEN_NOTIFICATION,
    BALANCE_REQUEST,
    BALANCE_RESPONSE,
    VA_CREATE_REQUEST,
    VA_CREATE_RESPONSE,
    VA_RENAME_REQUEST,
    VA_CLOSE_REQUEST,
    VA_CLOSE_RESPONSE,
    VA_INQUIRY_REQUEST,
    VA_INQUIRY_RESPONSE,
    VA_CALLBACK,
    PAYOUT_REQUEST,
    PAYOUT_RESPONSE,
    NAME_CHECK_REQUEST,
    NAME_CHECK_RESPONSE,
    PAYOUT_INQUIRY_REQUEST,
    PAYOUT_INQUIRY_RESPONSE,
    OPENAPI_REQUEST,
    OPENAPI_RESPONSE,
    OPENAPI_VA_CALLBACK,
];

/// The formulas of links by their names.
const LINKS: [(&str, AdvancedLink); 3] = [
    (CHECKOUT_V1_LINK, AdvancedLink::V1),
    (CHECKOUT_LINK, AdvancedLink::Full),
    (CHECKOUT_LINK_SHORT, AdvancedLink::Short),
];

impl Settings {
    /// The names of the formulas that can be replaced.
    pub const FORMULAS: &[&str] = &NAMES;

    /// Puts a formula of a configuration in the place of HPay's: a [template](Template) over the
    /// fields of the message, or for links and for the response to a payout the name of another
    /// formula of HPay's.
    ///
    /// # Errors
    /// It cannot be used there.
    pub fn with_formula(mut self, name: &str, text: &str) -> Result<Self, UnusableFormula> {
        let name = NAMES.into_iter().find(|known| *known == name);
        let name = name.ok_or(UnusableFormula::Unknown)?;
        let link = LINKS.into_iter().find(|(known, _)| *known == text).map(|(_, link)| link);
        match (name, link) {
            (CHECKOUT_V1_LINK, Some(link)) => self.formulas.v1_link = Some(link),
            (CHECKOUT_LINK, Some(link)) => self.advanced_link = link,
            (CHECKOUT_LINK_SHORT, Some(AdvancedLink::Short)) => {}
            (PAYOUT_RESPONSE, _) if text == PAYOUT_RESPONSE => {}
            (PAYOUT_RESPONSE, _) if text == "payout_response_by_name" => {
                self.readings.payout_response_by_name = true;
            }
            _ => {
                let template = Template::read(text)?;
                if template.members().is_some() {
                    return Err(UnusableFormula::Everything);
                }
                self.formulas.templates.insert(name, template);
            }
        }
        Ok(self)
    }

    /// Whether any formula is replaced by a template.
    pub(crate) fn has_formulas(&self) -> bool {
        !self.formulas.templates.is_empty()
    }

    /// The formula of links to `/v1/checkout.php`.
    pub(crate) fn v1_link(&self) -> AdvancedLink {
        self.formulas.v1_link.unwrap_or(AdvancedLink::V1)
    }
}

/// The name of the formula of a link.
pub(crate) fn of_link(takes: AdvancedLink) -> &'static str {
    let found = LINKS.into_iter().find(|(_, link)| *link == takes);
    found.map_or(CHECKOUT_LINK, |(name, _)| name)
}

impl Gateway {
    fn template(&self, formula: &str) -> Option<&Template> {
        self.settings.formulas.templates.get(formula)
    }

    fn text(&self, template: &Template, fields: &Fields) -> String {
        template.text(&self.settings.passcode, |name| fields.sent(name).map(str::to_owned))
    }

    /// Whether a code of the merchant's is good: by the replaced formula, or one of the `usual` codes.
    pub(crate) fn is_code(
        &self,
        formula: &str,
        fields: &Fields,
        code: &str,
        usual: &[String],
    ) -> bool {
        match self.template(formula) {
            None => usual.iter().any(|usual| usual == code),
            Some(template) => {
                self.check(template, Algorithm::Md5Hex, fields, code) == Verdict::Good
            }
        }
    }

    /// What a signature of the merchant's is: over the text of the replaced formula, or the `usual`
    /// one.
    pub(crate) fn verdict(
        &self,
        formula: &str,
        fields: &Fields,
        signature: &str,
        usual: &str,
    ) -> Verdict {
        match self.template(formula) {
            None => self.keys.check(usual, signature),
            Some(template) => self.check(template, Algorithm::RsaSha256Base64, fields, signature),
        }
    }

    fn check(
        &self,
        template: &Template,
        usual: Algorithm,
        fields: &Fields,
        signature: &str,
    ) -> Verdict {
        let text = self.text(template, fields);
        let algorithm = template.algorithm().unwrap_or(usual);
        match algorithm.sign(&self.settings.passcode, text.as_bytes()) {
            Some(expected) if expected == signature => Verdict::Good,
            Some(_) => Verdict::OtherText,
            None => self.keys.check(&text, signature),
        }
    }

    /// The signature of a message of the gateway's by a replaced formula; `None` if it is not replaced.
    pub(crate) fn signature(
        &self,
        formula: &str,
        usual: Algorithm,
        fields: &Fields,
    ) -> Option<String> {
        let template = self.template(formula)?;
        let text = self.text(template, fields);
        let algorithm = template.algorithm().unwrap_or(usual);
        let signature = algorithm.sign(&self.settings.passcode, text.as_bytes());
        signature.or_else(|| self.keys.sign(&text).ok())
    }

    /// The signature of a message of the merchant's, for a line that a person can run: by the replaced
    /// formula, or else as `usual` makes it. `None` if the merchant's private key is not known.
    pub(crate) fn merchants_signature(
        &self,
        formula: &str,
        usual_algorithm: Algorithm,
        fields: &[(&'static str, String)],
        usual: impl FnOnce() -> Option<String>,
    ) -> Option<String> {
        let Some(template) = self.template(formula) else { return usual() };
        let text = self.text(template, &Fields::of(fields));
        let algorithm = template.algorithm().unwrap_or(usual_algorithm);
        algorithm
            .sign(&self.settings.passcode, text.as_bytes())
            .or_else(|| sign_as_merchant(self.settings.merchant_private_key.as_ref()?, &text).ok())
    }

    /// Signs the response of an operation anew if its formula is replaced: over the fields in its data
    /// and around it. A name with two values is in none of them, and `data` is the JSON of all of it.
    pub(crate) fn sign_response(&self, operation: Operation, response: &mut Value) {
        let (formula, place, usual) = match operation {
            Operation::OrderInquiry => (ORDER_INQUIRY_RESPONSE, "/checksum", Algorithm::Md5Hex),
            Operation::CreateAccount => (VA_CREATE_RESPONSE, "/checksum", Algorithm::Md5Hex),
            Operation::RevokeAccount => (VA_CLOSE_RESPONSE, "/checksum", Algorithm::Md5Hex),
            Operation::AccountInquiry => (VA_INQUIRY_RESPONSE, "/secure_code", Algorithm::Md5Hex),
            Operation::NameCheck => (NAME_CHECK_RESPONSE, "/checksum", Algorithm::Md5Hex),
            Operation::PayoutInquiry => {
                (PAYOUT_INQUIRY_RESPONSE, "/secure_chain", Algorithm::Md5Hex)
            }
            Operation::Balance => (BALANCE_RESPONSE, "/data/signature", Algorithm::RsaSha256Base64),
            _ => return,
        };
        // A refusal is not signed.
        let is_signed = |code: &Value| code.as_str().is_some_and(|code| !code.is_empty());
        if !response.pointer(place).is_some_and(is_signed) {
            return;
        }
        let fields = Fields::of_response(response);
        if let Some(signature) = self.signature(formula, usual, &fields)
            && let Some(code) = response.pointer_mut(place)
        {
            *code = Value::from(signature);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_formula_that_has_no_meaning_at_hpay_is_refused() {
        for (name, text, word) in [
            ("refund", "{passcode}", "va_callback"),
            ("va_callback", "{*}&{*}", "name the fields"),
            ("va_callback", "{cashin", "closed"),
            ("va_callback", "checkout_link", "no braces"),
        ] {
            let error = Settings::test().with_formula(name, text).err().unwrap().to_string();
            assert!(error.contains(word), "{name}: {error}");
        }
    }

    #[test]
    fn a_link_has_another_formula_of_hpay_s_by_its_name() {
        let with = |name, text| Settings::test().with_formula(name, text).unwrap();
        let changed = with("checkout_v1_link", "checkout_link_short");
        assert_eq!(changed.v1_link(), AdvancedLink::Short);
        assert_eq!(changed.advanced_link, AdvancedLink::Full);
        assert_eq!(with("checkout_link", "checkout_v1_link").advanced_link, AdvancedLink::V1);
        let by_name = with("payout_response", "payout_response_by_name");
        assert!(by_name.readings.payout_response_by_name);
    }

    #[test]
    fn a_response_is_signed_over_what_stands_in_its_data_and_around_it() {
        let settings = Settings::test()
            .with_formula("va_create_response", "{error_code}|{a}|{same}|{twice}|{data}|{secret}");
        let gateway = Gateway::new(settings.unwrap()).unwrap();
        let mut response = json!({ "error_code": 0, "same": "1", "twice": "x", "checksum": "old",
            "data": { "a": 1.5, "same": 1, "twice": "y", "list": [1] } });
        let data = response["data"].to_string();
        gateway.sign_response(Operation::CreateAccount, &mut response);
        let text = format!("0|1.5|1||{data}|{}", gateway.settings.passcode);
        let expected = Algorithm::Md5Hex.sign("", text.as_bytes());
        assert_eq!(response["checksum"].as_str().map(str::to_owned), expected);
        let mut refused = json!({ "error_code": "03", "data": [], "checksum": "" });
        gateway.sign_response(Operation::CreateAccount, &mut refused);
        assert_eq!(refused["checksum"], "");
    }
}
