//! The VietQR code of a virtual account: its text, and the picture behind the response's links.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use crc::{CRC_16_IBM_3740, Crc};
use simulator_kit::page::qr_svg;

use super::account::{BANK, VirtualAccount};
use crate::{gateway::Gateway, tables};

/// The longest purpose that NAPAS allows (VietQR 1.0, object 62-08).
const LONGEST_PURPOSE: usize = 25;

/// The text of the code. A code with an amount is for one payment.
///
/// A remark that does not fit the format is left out: the account number identifies the transfer.
pub(crate) fn payload(account: &VirtualAccount) -> String {
    let bin = tables::bank_bin(BANK).unwrap_or_default();
    let beneficiary = object("00", bin) + &object("01", &account.full_number);
    let transfer =
        object("00", "A000000727") + &object("01", &beneficiary) + &object("02", "QRIBFTTA");
    let mut text = object("00", "01");
    text += &object("01", if account.is_fixed { "12" } else { "11" });
    text += &object("38", &transfer);
    text += &object("53", "704");
    if account.is_fixed {
        text += &object("54", &account.amount.to_string());
    }
    text += &object("58", "VN");
    let remark = &account.remark;
    if !remark.is_empty() && remark.is_ascii() && remark.len() <= LONGEST_PURPOSE {
        text += &object("62", &object("08", remark));
    }
    text += "6304";
    let checksum = Crc::<u16>::new(&CRC_16_IBM_3740).checksum(text.as_bytes());
    format!("{text}{checksum:04X}")
}

fn object(id: &str, value: &str) -> String {
    format!("{id}{:02}{value}", value.len())
}

/// The routes of `qrCommonURL`, `qrDataURL` and `qrImage`.
pub(crate) fn router() -> Router<Arc<Gateway>> {
    Router::new().route("/qr/{kind}/{number}", get(picture))
}

/// HPay's three pictures differ in their frame and logo; here they are the same.
async fn picture(
    State(gateway): State<Arc<Gateway>>,
    Path((_kind, number)): Path<(String, String)>,
) -> Response {
    let text = gateway.books().account_mut(&number).map(|account| payload(account));
    match text.as_deref().and_then(qr_svg) {
        Some(svg) => ([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
