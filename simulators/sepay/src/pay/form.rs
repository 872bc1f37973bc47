//! Reading and checking the merchant's form.

use std::collections::BTreeMap;

use simulator_kit::page::{Language, Text};
use url::Url;

use crate::{
    order::{PaymentMethod, Purchase, Purpose},
    readings::CheckoutOrder,
    settings::Settings,
    sign,
};

/// Why a form is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is not signed by this merchant.
    Signature,
    /// This field is missing, doubled or out of bounds.
    Field(&'static str),
}

impl Refusal {
    /// What is wrong, for people.
    pub(super) fn to(self, language: Language) -> String {
        match self {
            Self::Signature => {
                Text::new("The signature is not valid", "Chữ ký không hợp lệ").to(language).into()
            }
            Self::Field(name) => {
                let (before, after) = match language {
                    Language::Vietnamese => ("Trường", "không hợp lệ"),
                    _ => ("The field", "is not valid"),
                };
                format!("{before} {name} {after}")
            }
        }
    }
}

/// The fields of an urlencoded body, in the order received.
pub(super) fn fields(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body).into_owned().collect()
}

const LONGEST_INVOICE_NUMBER: usize = 100;

/// Checks a form of `fields` for the merchant of `settings`; returns the purchase that it asks for.
pub(super) fn check(fields: &[(String, String)], settings: &Settings) -> Result<Purchase, Refusal> {
    let form = Form(fields);
    if form.required("merchant")? != settings.merchant_id() {
        return Err(Refusal::Field("merchant"));
    }
    // This rule agrees with every order of fields that SePay and its libraries have published:
    // check the fields in the order received.
    let mut signed: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let is_as_listed = signed.is_sorted_by_key(|(name, _)| sign::place(name));
    match settings.readings().checkout {
        CheckoutOrder::AsListed => signed.sort_by_key(|(name, _)| sign::place(name)),
        CheckoutOrder::NotAsListed if is_as_listed => return Err(Refusal::Signature),
        CheckoutOrder::AsReceived | CheckoutOrder::NotAsListed => {}
    }
    if form.required("signature")? != settings.checkout_signature(&signed) {
        return Err(Refusal::Signature);
    }

    let purpose = match form.required("operation")? {
        "PURCHASE" => Purpose::Purchase,
        "VERIFY" => Purpose::Verify,
        _ => return Err(Refusal::Field("operation")),
    };
    let method = match form.optional("payment_method")? {
        None => None,
        Some(name) => Some(PaymentMethod::named(name).ok_or(Refusal::Field("payment_method"))?),
    };
    if form.required("currency")? != "VND" {
        return Err(Refusal::Field("currency"));
    }
    Ok(Purchase {
        purpose,
        method,
        amount: form.amount(purpose)?,
        invoice: form.invoice(purpose)?,
        description: form.required("order_description")?.to_owned(),
        customer_id: form.optional("customer_id")?.map(str::to_owned),
        agreement: form.agreement()?,
        success_url: form.address("success_url")?,
        error_url: form.address("error_url")?,
        cancel_url: form.address("cancel_url")?,
    })
}

struct Form<'a>(&'a [(String, String)]);

impl<'a> Form<'a> {
    /// The value of the field; an empty one counts as absent.
    fn optional(&self, name: &'static str) -> Result<Option<&'a str>, Refusal> {
        let mut values = self.0.iter().filter(|(given, _)| given == name);
        let value = values.next().map(|(_, value)| value.as_str());
        // With two values, the intended one is unknown.
        if values.next().is_some() {
            return Err(Refusal::Field(name));
        }
        Ok(value.filter(|value| !value.is_empty()))
    }

    fn required(&self, name: &'static str) -> Result<&'a str, Refusal> {
        self.optional(name)?.ok_or(Refusal::Field(name))
    }

    fn agreement(&self) -> Result<BTreeMap<String, String>, Refusal> {
        let mut agreement = BTreeMap::new();
        for name in sign::SIGNED_FIELDS {
            let Some(part) = name.strip_prefix("agreement_") else { continue };
            if let Some(value) = self.optional(name)? {
                agreement.insert(part.to_owned(), value.to_owned());
            }
        }
        Ok(agreement)
    }

    /// The amount in whole đồng: above zero for a purchase, zero for a verification.
    fn amount(&self, purpose: Purpose) -> Result<u64, Refusal> {
        let refusal = Refusal::Field("order_amount");
        let digits = self.required("order_amount")?;
        // `parse` alone would accept a plus sign.
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refusal);
        }
        let amount = digits.parse().map_err(|_| refusal)?;
        let fits = (amount > 0) == (purpose == Purpose::Purchase);
        if fits { Ok(amount) } else { Err(refusal) }
    }

    fn invoice(&self, purpose: Purpose) -> Result<Option<String>, Refusal> {
        let refusal = Refusal::Field("order_invoice_number");
        let Some(number) = self.optional("order_invoice_number")? else {
            return if purpose == Purpose::Verify { Ok(None) } else { Err(refusal) };
        };
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if number.len() > LONGEST_INVOICE_NUMBER || !number.bytes().all(allowed) {
            return Err(refusal);
        }
        Ok(Some(number.to_owned()))
    }

    /// A web address. SePay requires a public one; here the shop is on the same machine.
    fn address(&self, name: &'static str) -> Result<Option<Url>, Refusal> {
        let Some(text) = self.optional(name)? else { return Ok(None) };
        let address = Url::parse(text).map_err(|_| Refusal::Field(name))?;
        match address.scheme() {
            "http" | "https" => Ok(Some(address)),
            _ => Err(Refusal::Field(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 6] = [
        ("order_amount", "300000"),
        ("merchant", "SP-TEST-SIMULATOR"),
        ("currency", "VND"),
        ("operation", "PURCHASE"),
        ("order_description", "Đơn hàng 1"),
        ("order_invoice_number", "DH-1_a"),
    ];

    /// The verdict on a well-signed form in which `changes` replace or add fields.
    fn verdict(changes: &[(&str, &str)]) -> Result<Purchase, Refusal> {
        let settings = Settings::test();
        let mut fields: Vec<(String, String)> = Vec::new();
        let kept = GOOD.iter().filter(|(name, _)| changes.iter().all(|(given, _)| given != name));
        for (name, value) in kept.chain(changes) {
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        let signed = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let signature = sign::checkout(settings.secret_key(), signed);
        fields.push(("signature".to_owned(), signature));
        check(&fields, &settings)
    }

    #[test]
    fn a_good_form_is_read() {
        let purchase = verdict(&[]).unwrap();
        assert_eq!(purchase.amount, 300_000);
        assert_eq!(purchase.invoice.as_deref(), Some("DH-1_a"));
        assert_eq!(purchase.method, None);
    }

    #[test]
    fn a_field_out_of_bounds_is_named_although_the_form_is_well_signed() {
        let long = "A".repeat(101);
        for (name, value) in [
            ("merchant", "SP-TEST-OTHER"),
            ("operation", "REFUND"),
            ("payment_method", "CASH"),
            ("currency", "USD"),
            ("order_amount", "0"),
            ("order_amount", "+5"),
            ("order_amount", "1000.00"),
            ("order_amount", "99999999999999999999"),
            ("order_invoice_number", ""),
            ("order_invoice_number", "DH 1"),
            ("order_invoice_number", &long),
            ("order_description", ""),
            ("success_url", "javascript:alert(1)"),
            ("cancel_url", "/relative"),
        ] {
            assert_eq!(verdict(&[(name, value)]).unwrap_err(), Refusal::Field(name), "{value}");
        }
        let doubled = [("customer_id", "1"), ("customer_id", "2")];
        assert_eq!(verdict(&doubled).unwrap_err(), Refusal::Field("customer_id"));
    }

    #[test]
    fn a_verification_asks_for_nothing() {
        assert_eq!(
            verdict(&[("operation", "VERIFY")]).unwrap_err(),
            Refusal::Field("order_amount")
        );
        let verification = verdict(&[
            ("operation", "VERIFY"),
            ("order_amount", "0"),
            ("order_invoice_number", ""),
        ]);
        assert_eq!(verification.unwrap().purpose, Purpose::Verify);
    }

    #[test]
    fn unknown_fields_are_neither_signed_nor_refused() {
        assert!(verdict(&[("custom_data", "{}"), ("branch_code", "HN")]).is_ok());
    }
}
