//! HPay's newer OpenAPI, for the roles that the configuration lets speak it: virtual accounts,
//! payouts, the account.
//!
//! HPay publishes no reference of it. Everything here is from public code of merchants, 2026, and
//! nothing was tried against the live service: `docs/unverified.md` of the project lists each reading.
//!
//! Every call is a POST under an access token of its service ([`token`]), and has its data in an
//! envelope that is signed as a whole, in both directions ([`envelope`]). What the data say is read
//! as that of the reference's API, under other names.

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

use payments_core::signature::Formula;

use crate::{
    formulas::{OPENAPI_REQUEST, OPENAPI_RESPONSE},
    hosts::Host,
    operation::{Class, Encoding, Operation, Signature},
};

static REQUEST: Formula = OPENAPI_REQUEST;
static RESPONSE: Formula = OPENAPI_RESPONSE;

/// What all operations of the newer OpenAPI share.
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
