//! The client of one merchant account, which carries out every operation.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use payments_core::{Clock, Error, ErrorKind, Result, Secret, Submission, money::Currency};
use provider_kit::{
    signature::{
        CheckingKeys, Keys, SigningKeys,
        rsa::{PublicKey, Signer},
    },
    transport::{Call, Subject, Transport, Unreadable},
};

use crate::{
    api::Apis,
    banks::Banks,
    compat::Compat,
    config::{PayoutEndpoint, UnverifiedAnswers},
    fields::Fields,
    formulas::Formulas,
    hosts::Hosts,
    openapi,
    operation::{Class, Encoding, Operation},
    reply::Reply,
    response_signature::ResponseCheck,
};

/// A merchant account at HPay, with the methods that only HPay has.
/// [`Provider::extension`](payments_core::Provider::extension) returns it:
///
/// ```
/// # fn show(provider: &payments_core::Provider) -> payments_core::Result<()> {
/// let hpay = provider.extension::<provider_hpay::HPay>()?;
/// for formula in hpay.formulas().iter() {
///     println!("{}: {:?}, {}", formula.id, formula.confidence, formula.source);
/// }
/// # Ok(())
/// # }
/// ```
pub struct HPay {
    pub(crate) merchant: Merchant,
    pub(crate) formulas: Formulas,
    pub(crate) hosts: Hosts,
    pub(crate) apis: Apis,
    /// The access tokens. If `None`, nothing can be sent to the newer OpenAPI.
    pub(crate) openapi_tokens: Option<openapi::Tokens>,
    pub(crate) compat: Compat,
    pub(crate) payout_endpoint: PayoutEndpoint,
    pub(crate) banks: Banks,
    pub(crate) unverified_answers: UnverifiedAnswers,
    /// The RSA keys. If `None`, nothing can be signed or verified by RSA.
    pub(crate) rsa: Option<RsaKeys>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// The merchant's identity at HPay.
pub(crate) struct Merchant {
    /// The merchant's number: `merchant_site_code`, `merchantId`, `merchant_id` and MID.
    pub(crate) id: String,
    /// The primary e-mail address of the account: `receiver` and `merchantEmail`.
    pub(crate) receiver: String,
    pub(crate) passcode: Keys,
    /// The currency of links, payment notifications and order inquiries, because responses do not
    /// contain it.
    pub(crate) currency: Currency,
    pub(crate) return_url: Option<String>,
    pub(crate) notify_url: Option<String>,
}

/// The merchant whose responses and deliveries are read, and the currency of their prices.
#[derive(Clone, Copy)]
pub(crate) struct Account<'a> {
    pub(crate) merchant_id: &'a str,
    pub(crate) currency: Currency,
}

/// A signed request, and the access token in its headers if it has one.
struct Signed {
    request: Request<Bytes>,
    token: Option<Secret>,
}

/// The keys that sign payouts, the balance inquiry and all requests of the newer OpenAPI, and that
/// verify their responses.
pub(crate) struct RsaKeys {
    pub(crate) ours: Arc<dyn Signer>,
    pub(crate) hpay: PublicKey,
}

impl HPay {
    /// Returns the number that HPay gave the merchant.
    pub fn merchant_id(&self) -> &str {
        &self.merchant.id
    }

    /// Returns the formulas in use: HPay's own, or their replacements from the configuration.
    pub fn formulas(&self) -> &Formulas {
        &self.formulas
    }

    pub(crate) fn account(&self) -> Account<'_> {
        Account { merchant_id: &self.merchant.id, currency: self.merchant.currency }
    }

    /// Signs and sends a request of an inquiry, and reads its response.
    ///
    /// # Errors
    /// A field cannot be sent, the request to HPay failed, its response could not be read, or
    /// `read` fails.
    pub(crate) async fn inquire<T>(
        &self,
        operation: &Operation<'_>,
        fields: Fields<'_>,
        read: impl FnOnce(&Reply<'_>) -> Result<T>,
    ) -> Result<T> {
        let call = |request| match operation.class {
            Class::PaidInquiry => Call::paid_inquiry(operation.name, request),
            _ => Call::inquiry(operation.name, request),
        };
        let sent = self.request(operation, fields.clone()).await?;
        let mut response = self.transport.inquire(call(sent.request)).await?;
        // Retries once with a new token if the inquiry has no fee.
        if self.refuses_token(operation, sent.token, &response) && operation.class == Class::Inquiry
        {
            let again = self.request(operation, fields).await?;
            response = self.transport.inquire(call(again.request)).await?;
            self.refuses_token(operation, again.token, &response);
        }
        read(&Reply::to_inquiry(operation, self.response_check(), &response)?)
    }

    /// Signs and sends a request that moves money or changes something, at most once, and reads its
    /// response.
    ///
    /// # Errors
    /// A field cannot be sent, or there was no connection. Nothing was sent.
    pub(crate) async fn instruct<T>(
        &self,
        operation: &Operation<'_>,
        about: impl Into<Subject>,
        fields: Fields<'_>,
        read: impl FnOnce(&Reply<'_>) -> Result<Submission<T>, Unreadable>,
    ) -> Result<Submission<T>> {
        let Signed { request, token } = self.request(operation, fields).await?;
        let call = Call::instruction(operation.name, request).with_about(about);
        let sent = self.transport.instruct(call).await?;
        Ok(sent.read(|response| {
            self.refuses_token(operation, token, response);
            read(&Reply::to_instruction(operation, self.response_check(), response)?)
        }))
    }

    /// Returns the address of a signed request that the buyer's browser sends. `sent` removes
    /// fields that are signed but not sent.
    ///
    /// # Errors
    /// Returns an error if a field cannot be signed.
    pub(crate) fn link<'f>(
        &self,
        operation: &Operation<'_>,
        fields: Fields<'f>,
        sent: impl FnOnce(Fields<'f>) -> Fields<'f>,
    ) -> Result<String> {
        let fields = sent(self.sign(operation, fields)?);
        let host = self.hosts.address(operation.host);
        Ok(format!("{host}{}?{}", operation.path, fields.to_query()))
    }

    /// Checks that the formula in use can sign the fields, for roles whose requests are checked
    /// long before they are signed.
    pub(crate) fn check_signable(
        &self,
        operation: &Operation<'_>,
        fields: &Fields<'_>,
    ) -> Result<()> {
        let formula = self.formulas.get(operation.request.formula);
        fields.check_signable(formula).map_err(naming_the_request_s_field)
    }

    /// Returns the keys that verify HPay's messages by the passcode.
    pub(crate) fn passcode(&self) -> CheckingKeys<'_> {
        CheckingKeys { secrets: Some(&self.merchant.passcode), public: &[] }
    }

    async fn request(&self, operation: &Operation<'_>, fields: Fields<'_>) -> Result<Signed> {
        let address = format!("{}{}", self.hosts.address(operation.host), operation.path);
        let Encoding::Envelope { service } = operation.encoding else {
            let request = self.sign(operation, fields)?.request(&address, operation.encoding)?;
            return Ok(Signed { request, token: None });
        };
        let sealed = self.sign(operation, openapi::envelope::sealed(&fields)?)?;
        let mut request = sealed.request(&address, operation.encoding)?;
        let token = self.openapi_tokens()?.authorize(service, &mut request).await?;
        Ok(Signed { request, token: Some(token) })
    }

    fn openapi_tokens(&self) -> Result<&openapi::Tokens> {
        self.openapi_tokens.as_ref().ok_or_else(|| {
            let message = "the newer OpenAPI needs openapi_client_id and openapi_client_secret";
            Error::new(ErrorKind::Configuration, message)
        })
    }

    /// Returns `true` if a response refuses the access token of its request, and then drops that
    /// token.
    fn refuses_token(
        &self,
        operation: &Operation<'_>,
        token: Option<Secret>,
        response: &Response<Bytes>,
    ) -> bool {
        let Encoding::Envelope { service } = operation.encoding else { return false };
        let (Some(tokens), Some(token), StatusCode::UNAUTHORIZED) =
            (&self.openapi_tokens, token, response.status())
        else {
            return false;
        };
        tokens.forget(service, &token);
        true
    }

    fn sign<'f>(&self, operation: &Operation<'_>, fields: Fields<'f>) -> Result<Fields<'f>> {
        let signer = self.rsa.as_ref().map(|keys| keys.ours.as_ref());
        let keys = SigningKeys { secret: Some(&self.merchant.passcode), signer };
        let formula = self.formulas.get(operation.request.formula);
        let signed = fields.signed(operation.request.field, formula, keys);
        signed.map_err(naming_the_request_s_field)
    }

    fn response_check(&self) -> ResponseCheck<'_> {
        let keys = CheckingKeys {
            secrets: Some(&self.merchant.passcode),
            public: self.rsa.as_ref().map(|keys| std::slice::from_ref(&keys.hpay)).unwrap_or(&[]),
        };
        ResponseCheck { formulas: &self.formulas, keys, unverified: self.unverified_answers }
    }
}

/// Replaces the field in an error by that of the app's request.
fn naming_the_request_s_field(error: Error) -> Error {
    match error.field().and_then(request_field) {
        Some(asked) => error.with_field(asked),
        None => error,
    }
}

/// Returns the field of the app's request that provides the value of a signed field.
fn request_field(wire: &str) -> Option<&'static str> {
    Some(match wire {
        "order_description" => "description",
        "buyer_info" => "buyer.name",
        "transaction_info" => "options.transaction_info",
        "sub_order" => "options.sub_order",
        "order_code" => "order",
        "price" => "amount",
        "requestId" => "payout",
        "bankAccountName" => "beneficiary.name",
        "bankAccountNumber" => "beneficiary.account",
        "va_name" | "accountVaName" => "holder",
        _ => return None,
    })
}

impl fmt::Debug for HPay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HPay").field("merchant_id", &self.merchant.id).finish_non_exhaustive()
    }
}
