//! The order API of the payment gateway (developer.sepay.vn, payment gateway, API: overview).

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Response};
use payments_core::{
    Error, OrderRef, Raw, Result, Submission,
    payment::Payment,
    transport::{Call, Transport, Unreadable},
};

use super::{
    order_list::Spelling,
    request::{Door, as_text, segment},
};
use crate::{map, order::Order, rules, wire};

const DETAIL: &str = "order_detail";
const CANCEL: &str = "cancel_order";
const VOID: &str = "void_transaction";

/// The order API: Basic authentication, JSON, no documented limit of calls.
#[derive(Clone)]
pub(crate) struct OrderApi {
    door: Door,
    transport: Arc<dyn Transport>,
    pub(super) spelling: Spelling,
}

type Reader = fn(&OrderRef, &Response<Bytes>) -> Result<Submission<Payment>, Unreadable>;

impl OrderApi {
    pub(crate) fn new(
        base: String,
        authorization: HeaderValue,
        transport: Arc<dyn Transport>,
        spelling: Spelling,
    ) -> Self {
        Self { door: Door::new(base, authorization), transport, spelling }
    }

    /// One order, `None` if SePay does not know it.
    ///
    /// SePay's page calls the parameter `order_id`; its libraries and its command line pass the
    /// merchant's invoice number there. It need not be one that we could have given: the same
    /// merchant may sell through other software.
    pub(crate) async fn detail(&self, id: &str) -> Result<Option<Order>> {
        let path = format!("/v1/order/detail/{}", segment("order", id)?);
        let response = self.inquire(DETAIL, &path, &[]).await?;
        let detail: Option<wire::OrderDetail<'_>> = map::read_one(DETAIL, &response)?;
        let Some(detail) = detail else { return Ok(None) };
        let order = map::order(&detail.data, Raw::new(response.body().clone()))
            .map_err(|unclear| unclear.into_error(DETAIL))?;
        Ok(Some(order))
    }

    /// What became of an order's payment.
    pub(crate) async fn payment(&self, order: &OrderRef) -> Result<Option<Payment>> {
        match self.detail(order.as_str()).await? {
            None => Ok(None),
            Some(found) => {
                map::payment(order, found).map(Some).map_err(|unclear| unclear.into_error(DETAIL))
            }
        }
    }

    pub(crate) async fn cancel(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        let answer = self.instruct(CANCEL, "/v1/order/cancel", order, map::cancelled).await?;
        Ok(self.asked_about(order, answer, map::is_not_cancelled).await)
    }

    pub(crate) async fn void(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        let answer = self.instruct(VOID, "/v1/order/voidTransaction", order, map::voided).await?;
        Ok(self.asked_about(order, answer, map::is_not_voided).await)
    }

    /// Asks for the order after a refusal, which nobody signed: it is confirmed where the order
    /// shows that nothing was done.
    async fn asked_about(
        &self,
        order: &OrderRef,
        answer: Submission<Payment>,
        nothing_was_done: fn(&Order) -> bool,
    ) -> Submission<Payment> {
        let decline = match answer {
            Submission::Declined(decline) if map::can_ask_after(decline.reason) => decline,
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
        operation: &'static str,
        path: &str,
        order: &OrderRef,
        read: Reader,
    ) -> Result<Submission<Payment>> {
        rules::invoice().check("order", order.as_str())?;
        let body = serde_json::to_vec(&wire::Named { order_invoice_number: order.as_str() })
            .map_err(|error| Error::invalid("order", "cannot be written").with_source(error))?;
        let call = Call::instruction(operation, self.door.post(path, body)?).with_about(order);
        let sent = self.transport.instruct(call).await?;
        Ok(sent.read(|response| read(order, response)))
    }

    pub(super) async fn inquire(
        &self,
        operation: &'static str,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Response<Bytes>> {
        let call = Call::inquiry(operation, self.door.get(path, query)?)
            .with_retry_after(map::RETRY_AFTER);
        self.transport.inquire(call).await.map(as_text)
    }
}

impl std::fmt::Debug for OrderApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OrderApi").field(&self.door).finish()
    }
}
