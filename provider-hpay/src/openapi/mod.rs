//! HPay's newer OpenAPI, for the roles for which the configuration selects it: virtual accounts,
//! payouts and the account.
//!
//! HPay does not publish a reference of this API. Everything here comes from public code of
//! merchants (2026) and was not tested against the live service; `docs/unverified.md` of the
//! project lists each assumption.
//!
//! Every call is a POST with an access token of its service ([`token`]). Request and response have
//! their data in an envelope that is signed as a whole ([`envelope`]). The data have the same
//! meaning as in the reference's API, under other field names.

pub(crate) mod account;
mod call;
pub(crate) mod envelope;
pub(crate) mod payout;
mod request_id;
pub(crate) mod status;
mod token;
pub(crate) mod virtual_account;

pub(crate) use request_id::request_id;
pub(crate) use token::{Credentials, Tokens};

use provider_kit::signature::Formula;

use crate::{
    formulas::{OPENAPI_REQUEST, OPENAPI_RESPONSE},
    hosts::Host,
    operation::{Class, Encoding, Operation, Signature},
};

static REQUEST: Formula = OPENAPI_REQUEST;
static RESPONSE: Formula = OPENAPI_RESPONSE;

/// Creates an operation with the parts that all operations of the newer OpenAPI share.
const fn operation(
    name: &'static str,
    service: &'static str,
    path: &'static str,
    class: Class,
) -> Operation<'static> {
    Operation {
        name,
        host: Host::Openapi,
        path,
        encoding: Encoding::Envelope { service },
        class,
        fields: &["data"],
        request: Signature { field: "signature", formula: &REQUEST },
        response: Some(Signature { field: "signature", formula: &RESPONSE }),
        codes: &status::CODES,
    }
}
