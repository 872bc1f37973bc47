//! The order inquiry (HPay API reference 1.0.0, Order Inquiry): a POST without an effect.

use bytes::Bytes;
use http::Response;
use payments_core::{GatewayRef, Lookup, OrderRef, Result, payment::Payment, transport::Call};

use super::{HPay, REFERENCE, answer};
use crate::{
    formula::{ORDER_INQUIRY_REQUEST, ORDER_INQUIRY_RESPONSE},
    map,
    request::Fields,
    tables::Service,
};

impl HPay {
    /// Asks about one attempt to pay an order, by HPay's number of it: `payment_id` of a
    /// notification. An order that was paid twice has two.
    ///
    /// # Errors
    /// HPay could not be asked, or answered about something else.
    pub async fn find_transaction(
        &self,
        order: &OrderRef,
        transaction: &GatewayRef,
    ) -> Result<Lookup<Payment>> {
        REFERENCE.check("order", order.as_str())?;
        REFERENCE.check("transaction", transaction.as_str())?;
        self.inquire("find_transaction", order, Some(transaction)).await
    }

    /// Asks what became of an order.
    pub(crate) async fn find_order(
        &self,
        operation: &'static str,
        order: &OrderRef,
    ) -> Result<Lookup<Payment>> {
        self.inquire(operation, order, None).await
    }

    /// Asks about an order, or about one attempt to pay it.
    pub(crate) async fn inquire(
        &self,
        operation: &'static str,
        order: &OrderRef,
        transaction: Option<&GatewayRef>,
    ) -> Result<Lookup<Payment>> {
        let fields = Fields::new()
            .with("merchant_id", self.merchant_id())
            .with("order_code", order.as_str())
            .with_some("transaction_id", transaction.map(GatewayRef::as_str));
        let fields = self.sign(fields, "checksum", &ORDER_INQUIRY_REQUEST)?;
        let address = format!("{}{}", self.gateway.checkout, self.gateway.order_inquiry_path);
        let request = fields.post(&address, self.gateway.order_inquiry_body)?;
        let response = self.ask(Call::inquiry(operation, request)).await?;
        self.read_order(operation, order, transaction, &response)
    }

    fn read_order(
        &self,
        operation: &'static str,
        order: &OrderRef,
        transaction: Option<&GatewayRef>,
        response: &Response<Bytes>,
    ) -> Result<Lookup<Payment>> {
        let envelope = answer::inquired(operation, response)?;
        let worked = map::is_success(Service::Checkout, &envelope.error_code);
        let raw =
            self.weigh_inquiry(operation, worked, &ORDER_INQUIRY_RESPONSE, "checksum", response)?;
        let account = self.account();
        let found = map::order(
            operation,
            account,
            order,
            transaction,
            &envelope,
            self.formulas.get(&ORDER_INQUIRY_REQUEST),
            raw,
        )?;
        // A code that tells the state of the order comes without a checksum.
        if !worked && matches!(found, Lookup::Found(_)) {
            self.refuse_unsigned(&ORDER_INQUIRY_RESPONSE)
                .map_err(|doubt| doubt.into_error(operation))?;
        }
        Ok(found)
    }
}
