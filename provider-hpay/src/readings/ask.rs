//! The calls by which a gateway shows which interpretation of HPay's documents it follows.

use http::StatusCode;
use payments_core::{
    Error, Lookup, Provider, Result, Submission, UncertainCause,
    money::Money,
    payment::{CreatePayment, NextAction, Payment, PaymentMethod},
    payout::{CreatePayout, Payout},
    virtual_account::OpenVirtualAccount,
};
use provider_kit::reading::{Finding, MadeUp};

use crate::{
    api::{Api, Apis},
    checkout::options::HPayOptions,
    client::HPay,
};

/// The price in a link, which nobody pays.
const PRICE: i64 = 10_000;
/// A price for instalments, taken from merchants' samples. The smallest possible price is not
/// documented.
const PRICE_BY_INSTALMENTS: i64 = 3_000_000;
const RETURN_URL: &str = "https://shop.example/return";

/// Creates a link, with or without instalments.
pub(super) async fn link(
    provider: &Provider,
    made_up: &MadeUp,
    by_instalments: bool,
) -> Result<NextAction> {
    let price = if by_instalments { PRICE_BY_INSTALMENTS } else { PRICE };
    let mut request = CreatePayment::new(made_up.order()?, Money::vnd(price))?
        .with_description("PROBE")
        .with_return_url(RETURN_URL)?;
    if by_instalments {
        request = request
            .with_method(PaymentMethod::Card)
            .with_options(&HPayOptions::new().with_installment())?;
    }
    let nothing = || Error::unsupported("HPay made no link");
    match provider.payments()?.create_payment(&request).await? {
        Submission::Accepted(payment) => payment.next.into_iter().next().ok_or_else(nothing),
        _ => Err(nothing()),
    }
}

/// Checks whether HPay can read an order inquiry with the body and the path in use, whatever its
/// signature.
pub(super) async fn order_is_read(provider: &Provider, made_up: &MadeUp) -> Finding {
    /// The code for a wrong checksum of fields that were read.
    const WRONG_CHECKSUM: &str = "30014";
    /// The codes for bad parameters, an unknown function, and missing fields.
    const NOT_READ: [&str; 5] = ["03", "04", "30010", "30011", "30012"];

    let Err(error) = find_order(provider, made_up).await else {
        return Finding::fits("HPay read the request and does not know the order");
    };
    match (error.code(), error.status()) {
        (Some(WRONG_CHECKSUM), _) => {
            Finding::fits("HPay read the request; its checksum is another reading")
        }
        (Some(code), _) if NOT_READ.contains(&code) => Finding::differs(error.to_string()),
        (None, Some(StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED)) => {
            Finding::differs(error.to_string())
        }
        _ => Finding::unclear(error.to_string()),
    }
}

/// Checks whether the formula of an order inquiry is right.
pub(super) async fn order(provider: &Provider, made_up: &MadeUp) -> Finding {
    Finding::of_inquiry(&find_order(provider, made_up).await)
}

async fn find_order(provider: &Provider, made_up: &MadeUp) -> Result<Lookup<Payment>> {
    provider.payments()?.find_payment(&made_up.order()?).await
}

/// Checks whether the formula of the reference's balance inquiry is right.
pub(super) async fn reference_balance(provider: &Provider, _: &MadeUp) -> Finding {
    match of_api(provider, Api::Reference, |apis| apis.account) {
        Ok(()) => balance(provider).await,
        Err(other) => other,
    }
}

/// Checks whether the formula of the newer OpenAPI's requests is right.
pub(super) async fn openapi_balance(provider: &Provider, _: &MadeUp) -> Finding {
    match of_api(provider, Api::Openapi, |apis| apis.account) {
        Ok(()) => balance(provider).await,
        Err(other) => other,
    }
}

async fn balance(provider: &Provider) -> Finding {
    match provider.payouts() {
        Ok(payouts) => Finding::of_inquiry(&payouts.balance().await),
        Err(error) => Finding::unclear(error.to_string()),
    }
}

/// Checks whether the formula of the reference's payout inquiry is right.
pub(super) async fn reference_payout(provider: &Provider, made_up: &MadeUp) -> Finding {
    match of_api(provider, Api::Reference, |apis| apis.payouts) {
        Ok(()) => Finding::of_inquiry(&find_payout(provider, made_up).await),
        Err(other) => other,
    }
}

/// Checks whether the newer OpenAPI has the payout inquiry in use. Its only code for a refusal is
/// also a response of the inquiry.
pub(super) async fn openapi_payout(provider: &Provider, made_up: &MadeUp) -> Finding {
    if let Err(other) = of_api(provider, Api::Openapi, |apis| apis.payouts) {
        return other;
    }
    match find_payout(provider, made_up).await {
        Ok(_) => Finding::fits("HPay answered"),
        Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => {
            Finding::differs(error.to_string())
        }
        Err(error) => Finding::of_error(&error),
    }
}

async fn find_payout(provider: &Provider, made_up: &MadeUp) -> Result<Lookup<Payout>> {
    provider.payouts()?.find_payout(&made_up.payout()?).await
}

/// Checks whether the formula of a payout is right.
pub(super) async fn payout_request(provider: &Provider, made_up: &MadeUp) -> Finding {
    match pay_out(provider, made_up).await {
        Ok(Submission::Uncertain(uncertain)) if uncertain.cause == UncertainCause::BadSignature => {
            Finding::fits("HPay took the payout; payout_response is about the response")
        }
        outcome => Finding::of_instruction(&outcome),
    }
}

/// Checks whether the formula of the response to a payout is right.
pub(super) async fn payout_response(provider: &Provider, made_up: &MadeUp) -> Finding {
    Finding::of_response(&pay_out(provider, made_up).await)
}

async fn pay_out(provider: &Provider, made_up: &MadeUp) -> Result<Submission<Payout>> {
    let missing = |field| Error::invalid(field, "is missing");
    let amount = made_up.amount.ok_or_else(|| missing("amount"))?;
    let beneficiary = made_up.beneficiary.clone().ok_or_else(|| missing("beneficiary"))?;
    let request = CreatePayout::new(made_up.payout()?, amount, beneficiary)?;
    provider.payouts()?.create_payout(&request).await
}

/// Checks whether HPay can read the request to open a virtual account.
pub(super) async fn virtual_account(provider: &Provider, made_up: &MadeUp) -> Finding {
    if let Err(other) = of_api(provider, Api::Reference, |apis| apis.virtual_accounts) {
        return other;
    }
    let open = async {
        let request = OpenVirtualAccount::new(made_up.order()?, "PROBE")?;
        provider.virtual_accounts()?.open(&request).await
    };
    Finding::of_instruction(&open.await)
}

/// Checks that a role uses the API that the interpretation is about.
///
/// # Errors
/// Returns a finding if the role uses the other API, because its calls then show nothing.
fn of_api(provider: &Provider, api: Api, role: fn(Apis) -> Api) -> Result<(), Finding> {
    let hpay = provider.extension::<HPay>().map_err(|error| Finding::unclear(error.to_string()))?;
    match role(hpay.apis) == api {
        true => Ok(()),
        false => Err(Finding::unclear(match api {
            Api::Reference => "this role speaks the newer OpenAPI by `api`",
            Api::Openapi => "this role does not speak the newer OpenAPI; see `api`",
        })),
    }
}
