//! Checkout links (source: HPay API reference 1.0.0, Create Link and Advanced Checkout Payment):
//! signed here and opened by the buyer.
//!
//! The reference has two pages. `/v1/checkout.php` accepts a signature over five fields and has its
//! own table of parameters. Links for instalments, frames and card tokens of domestic banks lead to
//! `/checkout.php`. That page accepted a signature over eighteen fields when the provider's
//! libraries were written. The signature that the page accepts now is not known, so the formula of
//! each page is a setting.

use payments_core::{Result, Timestamp, payment::CreatePayment};

use super::{
    api::{ADVANCED_LINK, SHORT_LINK, V1_LINK},
    link_parameters,
    link_terms::Terms,
};
use crate::{client::HPay, operation::Operation};

/// A link, and the expiry that it contains.
pub(super) struct Link {
    pub(super) url: String,
    pub(super) expires_at: Option<Timestamp>,
}

/// Creates the link for a request that the capabilities allow.
pub(super) fn link(hpay: &HPay, request: &CreatePayment) -> Result<Link> {
    let terms = Terms::read(hpay, request)?;
    let (path, page) = if terms.is_advanced() {
        (&hpay.compat.advanced_link_path, ADVANCED_LINK)
    } else {
        (&hpay.compat.link_path, V1_LINK)
    };
    // The configuration can select another formula for a page, and each formula has its own
    // parameters.
    let formula = hpay.formulas.chosen(page.request.formula);
    let fields = if formula.id == V1_LINK.request.formula.id {
        link_parameters::v1(hpay, &terms)
    } else if formula.id == SHORT_LINK.request.formula.id {
        link_parameters::short(hpay, &terms)?
    } else {
        link_parameters::advanced(hpay, &terms)?
    };
    let url = hpay.link(&Operation { path, ..page }, fields, |fields| fields)?;
    Ok(Link { url, expires_at: terms.expires_at })
}
