//! The two forms of a virtual account callback, told apart by their field names.
//!
//! The reference's form (HPay API reference 1.0.0, Callback IPN After Completed Payment) has
//! `cashin`; that of the newer OpenAPI, as public merchant code of 2026 has it, has `cashin_id`.
//! Each has a formula of its own. A callback is never checked by the second formula because the
//! first one failed.

use payments_core::{
    formula::CheckingKeys,
    notification::{Delivery, Endpoint, Received, SignedParts, Untrusted, UntrustedReason},
};

use super::{credit, openapi_credit, query::Query};
use crate::{
    HPay,
    formula::{OPENAPI_VA_CALLBACK, VA_CALLBACK},
};

enum Form {
    Reference,
    Openapi,
}

impl Form {
    fn of(query: &Query<'_>) -> Result<Self, Untrusted> {
        match (query.has("cashin"), query.has("cashin_id")) {
            (true, false) => Ok(Self::Reference),
            (false, true) => Ok(Self::Openapi),
            (true, true) => Err(unclear("both cashin and cashin_id are there")),
            (false, false) => Err(unclear("neither cashin nor cashin_id is there")),
        }
    }
}

pub(super) fn receive(hpay: &HPay, endpoint: &Endpoint, delivery: &Delivery<'_>) -> Received {
    match Query::of(delivery).and_then(|query| Form::of(&query)) {
        Ok(Form::Reference) => credit::receive(hpay, endpoint, delivery).into(),
        Ok(Form::Openapi) => openapi_credit::receive(hpay, endpoint, delivery).into(),
        Err(untrusted) => untrusted.into(),
    }
}

/// What the code of a callback is made of.
pub(super) fn signed_parts<'a>(hpay: &'a HPay, delivery: &Delivery<'a>) -> Option<SignedParts<'a>> {
    let query = Query::of(delivery).ok()?;
    let keys = CheckingKeys { secrets: Some(&hpay.merchant.passcode), public: &[] };
    Some(match Form::of(&query).ok()? {
        Form::Reference => query.into_signed_parts(hpay.formulas.get(&VA_CALLBACK), keys, None),
        Form::Openapi => {
            let merchant = openapi_credit::merchant(hpay);
            query.into_signed_parts(hpay.formulas.get(&OPENAPI_VA_CALLBACK), keys, Some(merchant))
        }
    })
}

fn unclear(detail: &'static str) -> Untrusted {
    Untrusted::new(UntrustedReason::Unreadable, detail)
}
