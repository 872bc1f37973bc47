//! The checkout form, which the buyer's browser posts to SePay (source: developer.sepay.vn, payment
//! form).

mod fields;

use std::borrow::Cow;

use payments_core::{
    Error, Result,
    payment::{CreatePayment, NextAction, Payment, PaymentMethod, PaymentState, PostForm},
};
use provider_kit::signature::{Field, Formula, Keys, SigningKeys};

use fields::{Content, Input, Operation};

use crate::{
    formula::{CHECKOUT_ALLOWLIST, SIGNED_FIELDS},
    limits,
    payment_gateway::{
        options::{HostedMethod, SePayOptions},
        verification::Verification,
    },
};

/// Creates checkout forms. Nothing is sent.
pub(crate) struct Checkout {
    pub(crate) merchant_id: String,
    pub(crate) secret_key: Keys,
    /// The address to which the form is posted.
    pub(crate) action: String,
    /// The formula that signs the form. If it signs the fields in the order of a list, the form has
    /// that order.
    pub(crate) formula: Formula,
    pub(crate) return_urls: ReturnUrls,
}

/// The addresses that the buyer's browser goes to, unless the request sets its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReturnUrls {
    pub(crate) success: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) cancel: Option<String>,
}

impl Checkout {
    /// Opens a payment with a signed form, which the buyer posts to SePay.
    pub(crate) fn open(&self, request: &CreatePayment, options: &SePayOptions) -> Result<Payment> {
        let method = chosen(request.method, options.payment_method)?;
        let order = request.order.as_str();
        let form = self.form(&Content {
            operation: Operation::Purchase,
            amount: request.amount,
            // SePay requires a description; the default text is taken from its own samples.
            description: described(&request.description, || format!("Thanh toán đơn hàng {order}")),
            order: Some(order),
            customer_id: request.buyer.id.as_deref(),
            method,
            success_url: request.return_url.as_deref(),
            cancel_url: request.cancel_url.as_deref(),
            options,
        })?;
        let payment = Payment::new(request.order.clone(), PaymentState::Open)
            .with_asked(request.amount)
            .registered_when_buyer_acts()
            .with_next(NextAction::PostForm(form));
        Ok(match method {
            Some(method) => payment.with_method(method.into()),
            None => payment,
        })
    }

    /// Returns a signed form by which the buyer verifies a card or an account without paying.
    pub(crate) fn verify(&self, request: &Verification) -> Result<PostForm> {
        if let Some(order) = &request.order {
            limits::invoice().check("order", order.as_str())?;
        }
        limits::description().check("description", &request.description)?;
        self.form(&Content {
            operation: Operation::Verify,
            amount: limits::NOTHING,
            description: described(&request.description, || "Xác minh phương thức".to_owned()),
            order: request.order.as_ref().map(|order| order.as_str()),
            customer_id: request.customer_id.as_deref(),
            method: request.options.payment_method,
            success_url: request.return_url.as_deref(),
            cancel_url: request.cancel_url.as_deref(),
            options: &request.options,
        })
    }

    /// Signs the fields in their order in the form, with the signature as the last field.
    fn form(&self, content: &Content<'_>) -> Result<PostForm> {
        let mut signed = fields::signed(self, content);
        if self.formula.id == CHECKOUT_ALLOWLIST.id {
            signed.sort_by_key(|input| SIGNED_FIELDS.iter().position(|name| *name == input.name));
        }
        let unsigned = fields::unsigned(content)?;
        for input in signed.iter().chain(&unsigned) {
            input.check()?;
        }
        let signature = self.sign(&signed)?;
        let mut fields: Vec<(String, String)> =
            signed.into_iter().chain(unsigned).map(Input::into_pair).collect();
        fields.push(("signature".to_owned(), signature));
        Ok(PostForm::new(self.action.as_str(), fields))
    }

    fn sign(&self, inputs: &[Input<'_>]) -> Result<String> {
        let fields: Vec<Field<'_>> =
            inputs.iter().map(|input| (input.name, input.value.as_bytes())).collect();
        let keys = SigningKeys { secret: Some(&self.secret_key), signer: None };
        self.formula.sign(&fields, keys).map_err(|error| {
            let named = inputs.iter().find(|input| error.field() == Some(input.name));
            match named {
                Some(input) => error.with_field(input.asked),
                None => error,
            }
        })
    }
}

fn described(said: &str, otherwise: impl FnOnce() -> String) -> Cow<'_, str> {
    match said.trim() {
        "" => Cow::Owned(otherwise()),
        _ => Cow::Borrowed(said),
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

/// Returns the method for the page to show: that of the request or that of its options.
fn chosen(
    asked: Option<PaymentMethod>,
    named: Option<HostedMethod>,
) -> Result<Option<HostedMethod>> {
    let asked = match asked {
        None => return Ok(named),
        Some(PaymentMethod::Card) => HostedMethod::Card,
        Some(PaymentMethod::NapasQr) => HostedMethod::NapasBankTransfer,
        Some(other) => {
            return Err(
                Error::unsupported(format!("{other:?} is not accepted")).with_field("method")
            );
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
            .field("formula", &self.formula.id)
            .finish_non_exhaustive()
    }
}
