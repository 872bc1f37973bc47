//! The registration of the address of webhooks (source: payos.vn/docs, API: confirm-webhook).

use http::Method;
use payments_core::{Error, Result, Submission, check_web_address};
use provider_kit::transport::Unreadable;

use super::{status, wire};
use crate::{
    channel::{Asked, Channel},
    operation::{Class, Operation, RequestSignature, ResponseSignature},
};

/// Registers the address of webhooks, which replaces the previous one.
pub(crate) const REGISTER: Operation = Operation {
    name: "register_webhook",
    method: Method::POST,
    path: "/confirm-webhook",
    class: Class::Instruction,
    request: RequestSignature::Unsigned,
    response: ResponseSignature::Unsigned,
    codes: status::refusal,
};

/// An address that payOS registered for webhooks, with the channel's bank account. The response is
/// not signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegisteredWebhook {
    /// The registered address.
    pub url: String,
    /// The number of the channel's bank account. `None` if the response has none.
    pub account_number: Option<String>,
    /// The holder of the channel's bank account. `None` if the response has none.
    pub account_name: Option<String>,
    /// The short name of the channel's bank, or else its name. `None` if the response has neither.
    pub bank: Option<String>,
}

pub(crate) async fn register(
    channel: &Channel,
    url: &str,
) -> Result<Submission<RegisteredWebhook>> {
    check_web_address(url).map_err(|problem| Error::invalid("url", problem))?;
    let asked = Asked::with_body(REGISTER.path, &wire::ConfirmWebhook { webhook_url: url })?;
    channel
        .instruct(&REGISTER, None, asked, |reply| {
            reply.submission(|confirmed: wire::ConfirmedWebhook, _| {
                if confirmed.webhook_url != url {
                    return Err(Unreadable::new("payOS's response names another address"));
                }
                Ok(Submission::Accepted(RegisteredWebhook {
                    url: confirmed.webhook_url,
                    account_number: confirmed.account_number,
                    account_name: confirmed.account_name,
                    bank: confirmed.short_name.or(confirmed.name),
                }))
            })
        })
        .await
}
