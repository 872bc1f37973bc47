//! The merchant's account: `/service/account/v1/` and `/service/transaction/v1/`.

use serde_json::json;

use super::envelope::{open, sealed};
use crate::{
    amount::with_commas,
    codes::openapi as code,
    faults::Fault,
    fields::Fields,
    gateway::Gateway,
    response::{HandlerResult, Refusal},
};

/// `POST …/get-balance`.
pub(crate) fn balance(gateway: &Gateway, fields: &Fields, fault: Option<&Fault>) -> HandlerResult {
    open(gateway, fields, "account")?;
    let balance = with_commas(gateway.books().balance());
    let data = json!({ "merchantEmail": gateway.settings.merchant_email, "balance": balance });
    sealed(gateway, &data, fault)
}

/// `POST …/get-detail`: one line of the ledger. Merchants' code does not show what is in it.
pub(crate) fn transaction(
    gateway: &Gateway,
    fields: &Fields,
    fault: Option<&Fault>,
) -> HandlerResult {
    let asked = open(gateway, fields, "transaction")?;
    let books = gateway.books();
    let wanted = asked.text("transactionId");
    let mut bookings = books.ledger.bookings().iter();
    let booking = bookings.find(|booking| booking.transaction_id.to_string() == wanted);
    let booking = booking.ok_or(Refusal(code::REFUSED))?;
    let data = json!({
        "transactionId": booking.transaction_id.to_string(),
        "amount": booking.amount.to_string(),
        "transactionStatus": "4",
        "transactionTime": booking.at,
    });
    sealed(gateway, &data, fault)
}
