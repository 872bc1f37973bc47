//! Queries, cancels and voids the orders of the payment gateway.

use payments_core::{OrderRef, Result, Submission, payment::Payment};
use provider_kit::transport::{Subject, Unreadable};

use super::{
    api,
    cancellation::{can_ask_after, cancelled, is_not_cancelled, is_not_voided, voided},
    order::Order,
    payment::payment,
    wire,
};
use crate::{
    client::{Client, Operation, Request},
    limits,
};

/// The order API, with Basic authentication, JSON and no documented rate limit.
#[derive(Clone, Debug)]
pub(crate) struct OrderApi {
    client: Client,
}

type Reader =
    fn(&OrderRef, &http::Response<bytes::Bytes>) -> Result<Submission<Payment>, Unreadable>;

impl OrderApi {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Returns one order, or `None` if SePay does not know it. Its reference need not be one that
    /// this crate would accept, because the same merchant may also sell with other software.
    pub(crate) async fn detail(&self, id: &str) -> Result<Option<Order>> {
        let response = self.client.inquire(&Request::of(&api::ORDER_DETAIL, &[id])?).await?;
        let Some(detail) = response.read_one::<wire::OrderDetail<'_>>()? else { return Ok(None) };
        let order = Order::of(&detail.data, response.raw());
        order.map(Some).map_err(|unclear| response.unclear(unclear))
    }

    /// Returns the payment of an order.
    pub(crate) async fn payment(&self, order: &OrderRef) -> Result<Option<Payment>> {
        match self.detail(order.as_str()).await? {
            None => Ok(None),
            Some(found) => payment(order, found)
                .map(Some)
                .map_err(|unclear| unclear.into_error(api::ORDER_DETAIL.name)),
        }
    }

    pub(crate) async fn cancel(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        let cancelled = self.instruct(&api::CANCEL_ORDER, order, cancelled).await?;
        Ok(self.asked_about(order, cancelled, is_not_cancelled).await)
    }

    pub(crate) async fn void(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        let voided = self.instruct(&api::VOID_TRANSACTION, order, voided).await?;
        Ok(self.asked_about(order, voided, is_not_voided).await)
    }

    /// Queries the order after a refusal, which is not signed. The refusal is confirmed if the
    /// order shows that nothing was done.
    async fn asked_about(
        &self,
        order: &OrderRef,
        submission: Submission<Payment>,
        nothing_was_done: fn(&Order) -> bool,
    ) -> Submission<Payment> {
        let decline = match submission {
            Submission::Declined(decline) if can_ask_after(decline.reason) => decline,
            other => return other,
        };
        Submission::Declined(match self.detail(order.as_str()).await {
            Ok(Some(found))
                if found.invoice.as_ref() == Some(order) && nothing_was_done(&found) =>
            {
                decline.confirmed()
            }
            _ => decline,
        })
    }

    async fn instruct(
        &self,
        operation: &'static Operation,
        order: &OrderRef,
        read: Reader,
    ) -> Result<Submission<Payment>> {
        limits::invoice().check("order", order.as_str())?;
        let body = wire::Named { order_invoice_number: order.as_str() };
        let request = Request::to(operation)
            .with_json("order", &body)?
            .with_about(Some(Subject::from(order)));
        self.client.instruct(&request, |response| read(order, response)).await
    }
}
