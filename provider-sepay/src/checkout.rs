//! The checkout form, which the buyer's browser posts to SePay (developer.sepay.vn, payment form).

use std::borrow::Cow;

use payments_core::{
    Error, Result,
    formula::{Field, Formula, SigningKeys},
    notification::check::Keys,
    payment::{CreatePayment, NextAction, Payment, PaymentMethod, PaymentState, PostForm},
};

use crate::{
    HostedMethod, SePayOptions,
    formula::{CHECKOUT, CHECKOUT_ALLOWLIST, SIGNED_FIELDS},
};

/// In which order the fields of a form stand and are signed.
///
/// A server that signs the fields as they come takes either. One with an order of its own takes
/// only that, so both orders are there to be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldOrder {
    /// That of the newest form page.
    Docs,
    /// That of the libraries' list of signed fields.
    AllowList,
}

/// Makes checkout forms. Nothing is sent.
pub(crate) struct Checkout {
    pub(crate) merchant_id: String,
    pub(crate) secret_key: Keys,
    /// Where the form is posted.
    pub(crate) action: String,
    pub(crate) field_order: FieldOrder,
    pub(crate) return_urls: ReturnUrls,
}

/// Where the buyer's browser goes unless the request says so.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReturnUrls {
    pub(crate) success: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) cancel: Option<String>,
}

/// A field of the form, and what the request calls it.
struct Input<'a> {
    name: &'static str,
    asked: &'static str,
    value: Cow<'a, str>,
}

impl Checkout {
    /// Opens a payment: a signed form that the buyer carries to SePay.
    pub(crate) fn open(&self, request: &CreatePayment, options: &SePayOptions) -> Result<Payment> {
        let method = chosen(request.method, options.payment_method)?;
        let mut inputs = self.signed_inputs(request, options, method);
        if self.field_order == FieldOrder::AllowList {
            inputs.sort_by_key(|input| SIGNED_FIELDS.iter().position(|name| *name == input.name));
        }
        let unsigned =
            Input::of("custom_data", "options.custom_data", options.custom_data.as_deref());
        for input in inputs.iter().chain(&unsigned) {
            input.check()?;
        }

        let signature = self.sign(&inputs)?;
        let mut fields: Vec<(String, String)> =
            inputs.into_iter().chain(unsigned).map(Input::into_pair).collect();
        fields.push(("signature".to_owned(), signature));

        let payment = Payment::new(request.order.clone(), PaymentState::Open)
            .with_asked(request.amount)
            .registered_when_buyer_acts()
            .with_next(NextAction::PostForm(PostForm::new(self.action.as_str(), fields)));
        Ok(match method {
            Some(method) => payment.with_method(method.into()),
            None => payment,
        })
    }

    /// The signed fields in the order of the newest form page, none of them empty: SePay's three
    /// libraries treat an empty field in three ways.
    fn signed_inputs<'a>(
        &'a self,
        request: &'a CreatePayment,
        options: &'a SePayOptions,
        method: Option<HostedMethod>,
    ) -> Vec<Input<'a>> {
        let order = request.order.as_str();
        // SePay demands a description; the words are those of its own samples.
        let description = match request.description.trim() {
            "" => Cow::Owned(format!("Thanh toán đơn hàng {order}")),
            _ => Cow::Borrowed(request.description.as_str()),
        };
        let urls = &self.return_urls;
        let success = request.return_url.as_ref().or(urls.success.as_ref());
        let error = options.error_url.as_ref().or(urls.error.as_ref());
        let cancel = request.cancel_url.as_ref().or(urls.cancel.as_ref());
        let text = |value: Option<&'a String>| value.map(|value| Cow::Borrowed(value.as_str()));
        [
            ("order_amount", "amount", Some(request.amount.to_decimal().to_string().into())),
            ("merchant", "merchant_id", Some(Cow::Borrowed(self.merchant_id.as_str()))),
            ("currency", "amount", Some(request.amount.currency().to_string().into())),
            ("operation", "operation", Some(Cow::Borrowed("PURCHASE"))),
            ("order_description", "description", Some(description)),
            ("order_invoice_number", "order", Some(Cow::Borrowed(order))),
            ("customer_id", "buyer.id", text(request.buyer.id.as_ref())),
            ("payment_method", "method", method.map(|method| Cow::Borrowed(method.word()))),
            ("success_url", "return_url", text(success)),
            ("error_url", "options.error_url", text(error)),
            ("cancel_url", "cancel_url", text(cancel)),
        ]
        .into_iter()
        .filter_map(|(name, asked, value)| Some(Input { name, asked, value: value? }))
        .filter(|input| !input.value.is_empty())
        .collect()
    }

    fn sign(&self, inputs: &[Input<'_>]) -> Result<String> {
        let fields: Vec<Field<'_>> =
            inputs.iter().map(|input| (input.name, input.value.as_bytes())).collect();
        let keys = SigningKeys { secret: Some(&self.secret_key), signer: None };
        self.field_order.formula().sign(&fields, keys)
    }
}

impl FieldOrder {
    fn formula(self) -> Formula {
        match self {
            Self::Docs => CHECKOUT,
            Self::AllowList => CHECKOUT_ALLOWLIST,
        }
    }
}

impl<'a> Input<'a> {
    fn of(name: &'static str, asked: &'static str, value: Option<&'a str>) -> Option<Self> {
        let value = value.filter(|value| !value.is_empty())?;
        Some(Self { name, asked, value: Cow::Borrowed(value) })
    }

    /// A browser changes line breaks before it posts them, and then the signature is wrong.
    fn check(&self) -> Result<()> {
        match self.value.chars().find(|c| c.is_control()) {
            None => Ok(()),
            Some(control) => Err(Error::invalid(
                self.asked,
                format!("holds the control character {control:?}, which a form cannot carry"),
            )),
        }
    }

    fn into_pair(self) -> (String, String) {
        (self.name.to_owned(), self.value.into_owned())
    }
}

impl HostedMethod {
    fn word(self) -> &'static str {
        match self {
            Self::Card => "CARD",
            Self::BankTransfer => "BANK_TRANSFER",
            Self::NapasBankTransfer => "NAPAS_BANK_TRANSFER",
        }
    }
}

impl From<HostedMethod> for PaymentMethod {
    fn from(method: HostedMethod) -> Self {
        match method {
            HostedMethod::Card => Self::Card,
            HostedMethod::BankTransfer => Self::BankTransfer,
            HostedMethod::NapasBankTransfer => Self::NapasQr,
        }
    }
}

/// The method that the page is to show: what the request asks for, or what its options name.
fn chosen(
    asked: Option<PaymentMethod>,
    named: Option<HostedMethod>,
) -> Result<Option<HostedMethod>> {
    let asked = match asked {
        None => return Ok(named),
        Some(PaymentMethod::Card) => HostedMethod::Card,
        Some(PaymentMethod::NapasQr) => HostedMethod::NapasBankTransfer,
        Some(other) => {
            return Err(Error::unsupported(format!("{other:?} is not taken")).with_field("method"));
        }
    };
    match named {
        Some(named) if named != asked => Err(Error::invalid(
            "options.payment_method",
            "names another method than the request asks for; give only one of them",
        )),
        _ => Ok(Some(asked)),
    }
}

impl std::fmt::Debug for Checkout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checkout")
            .field("merchant_id", &self.merchant_id)
            .field("action", &self.action)
            .field("field_order", &self.field_order)
            .finish_non_exhaustive()
    }
}
