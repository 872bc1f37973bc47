//! The operations of the merchant's account by the newer OpenAPI (source: public code of merchants,
//! 2026).

use payments_core::{Error, ErrorKind, GatewayRef, Result, money::Currency, payout};

use super::{Transaction, wire};
use crate::{
    client::HPay,
    envelope::Literal,
    fields::Fields,
    limits::REFERENCE,
    openapi::{self, request_id},
    operation::{Class, Operation},
};

/// The balance.
pub(crate) const GET_BALANCE: Operation<'static> =
    openapi::operation("balance", "account", "/service/account/v1/get-balance", Class::Inquiry);

/// One transaction.
pub(crate) const GET_DETAIL: Operation<'static> = openapi::operation(
    "openapi_transaction",
    "transaction",
    "/service/transaction/v1/get-detail",
    Class::Inquiry,
);

/// # The newer OpenAPI
impl HPay {
    /// Queries one transaction of the merchant's account, a payout or a credit, by HPay's number of
    /// it.
    ///
    /// # Errors
    /// The request to HPay failed or was refused, its response could not be read or was about
    /// another transaction, or the configuration has no `openapi_client_id`.
    pub async fn openapi_transaction(&self, number: &GatewayRef) -> Result<Transaction> {
        REFERENCE.check("number", number.as_str())?;
        let fields = Fields::new()
            .with("requestId", request_id(self.clock.now()))
            .with("merchantId", self.merchant_id())
            .with("transactionId", number.as_str());
        self.ask_openapi(&GET_DETAIL, fields, |envelope, raw| {
            let data: wire::Transaction = envelope.data(GET_DETAIL.name, "a transaction")?;
            if data.transaction_id.text() != number.as_str() {
                let message = "HPay answered about another transaction";
                return Err(
                    Error::new(ErrorKind::Malformed, message).with_operation(GET_DETAIL.name)
                );
            }
            let amount = data.amount.map(|amount| amount.money(Currency::VND)).transpose();
            let amount = amount.map_err(|error| not_in_dong(GET_DETAIL.name).with_source(error))?;
            Ok(Transaction {
                number: number.clone(),
                amount,
                provider_state: data
                    .transaction_status
                    .as_ref()
                    .map(Literal::text)
                    .map(std::borrow::Cow::into_owned),
                raw,
            })
        })
        .await
    }

    pub(crate) async fn openapi_balance(&self) -> Result<payout::Balance> {
        let now = self.clock.now();
        let fields =
            Fields::new().with("requestId", request_id(now)).with("merchantId", self.merchant_id());
        self.ask_openapi(&GET_BALANCE, fields, |envelope, raw| {
            let data: wire::Balance = envelope.data(GET_BALANCE.name, "a balance")?;
            let amount = data.balance.money(Currency::VND);
            let amount =
                amount.map_err(|error| not_in_dong(GET_BALANCE.name).with_source(error))?;
            Ok(payout::Balance::new(amount, now).with_raw(raw))
        })
        .await
    }
}

fn not_in_dong(operation: &'static str) -> Error {
    Error::new(ErrorKind::Malformed, "HPay names an amount that is not one in đồng")
        .with_operation(operation)
}
