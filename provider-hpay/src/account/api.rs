//! The operations of the merchant's account at HPay (source: HPay API reference 1.0.0, Account).

use super::status;
use crate::{
    formulas::{BALANCE_REQUEST, BALANCE_RESPONSE},
    hosts::Host,
    operation::{Class, Encoding, Operation, Signature},
};

/// The operation Account balance Inquiry. The signature of its response is part of its data.
pub(crate) const BALANCE: Operation<'static> = Operation {
    name: "balance",
    host: Host::Account,
    path: "/api/user/GetBalance",
    encoding: Encoding::Json,
    class: Class::Inquiry,
    fields: &["requestId", "merchantId", "requestTime"],
    request: Signature { field: "signature", formula: &BALANCE_REQUEST },
    response: Some(Signature { field: "signature", formula: &BALANCE_RESPONSE }),
    codes: &status::CODES,
};
