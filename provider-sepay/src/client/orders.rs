//! The order API of the payment gateway (developer.sepay.vn, payment gateway, API: overview).

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use payments_core::{
    Error, OrderRef, Raw, Result, Submission,
    payment::Payment,
    transport::{Call, Transport, Unreadable},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::request::Door;
use crate::{
    map,
    order::{Order, OrderPage, OrderQuery},
    rules, wire,
};

const DETAIL: &str = "order_detail";
const LIST: &str = "list_orders";
const CANCEL: &str = "cancel_order";
const VOID: &str = "void_transaction";

/// How many orders SePay gives to a page unless told.
const PER_PAGE: u32 = 20;

/// What has to be escaped in a segment of a path (RFC 3986, section 2.3: all but the unreserved).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The order API: Basic authentication, JSON, no documented limit of calls.
#[derive(Clone)]
pub(crate) struct OrderApi {
    door: Door,
    transport: Arc<dyn Transport>,
}

type Reader = fn(&OrderRef, &Response<Bytes>) -> Result<Submission<Payment>, Unreadable>;

impl OrderApi {
    pub(crate) fn new(
        base: String,
        authorization: HeaderValue,
        transport: Arc<dyn Transport>,
    ) -> Self {
        Self { door: Door::new(base, authorization), transport }
    }

    /// One order, `None` if SePay does not know it.
    ///
    /// SePay's page calls the parameter `order_id`; its libraries and its command line pass the
    /// merchant's invoice number there. It need not be one that we could have given: the same
    /// merchant may sell through other software.
    pub(crate) async fn detail(&self, id: &str) -> Result<Option<Order>> {
        if matches!(id, "" | "." | "..") {
            return Err(Error::invalid("order", "cannot stand in an address"));
        }
        let path = format!("/v1/order/detail/{}", utf8_percent_encode(id, SEGMENT));
        let response = self.inquire(DETAIL, &path, &[]).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let detail: wire::OrderDetail<'_> = map::read(DETAIL, &response)?;
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

    pub(crate) async fn list(&self, query: &OrderQuery) -> Result<OrderPage> {
        let page = query.page.map(|page| page.to_string());
        let per_page = query.per_page.map(|orders| orders.to_string());
        let parameters: Vec<(&str, &str)> = [
            ("page", page.as_deref()),
            ("per_page", per_page.as_deref()),
            ("q", query.search.as_deref()),
            ("order_status", query.status.as_deref()),
            ("customer_id", query.customer_id.as_deref()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
        let response = self.inquire(LIST, "/v1/order", &parameters).await?;
        let list: wire::OrderList<'_> = map::read(LIST, &response)?;
        let (has_more, total) = list.meta.map_or((None, None), |meta| (meta.has_more, meta.total));
        let per_page = usize::try_from(query.per_page.unwrap_or(PER_PAGE)).unwrap_or(usize::MAX);
        let more = map::more(has_more, list.data.len(), per_page);
        let orders = list
            .data
            .iter()
            .map(|row| map::order(row, Raw::default()))
            .collect::<Result<_, _>>()
            .map_err(|unclear| unclear.into_error(LIST))?;
        Ok(OrderPage { orders, more, total })
    }

    pub(crate) async fn cancel(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        self.instruct(CANCEL, "/v1/order/cancel", order, map::cancelled).await
    }

    pub(crate) async fn void(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        self.instruct(VOID, "/v1/order/voidTransaction", order, map::voided).await
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
        let call = Call::instruction(operation, self.door.post(path, body)?);
        let sent = self.transport.instruct(call).await?;
        Ok(sent.read(|response| read(order, response)))
    }

    async fn inquire(
        &self,
        operation: &'static str,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Response<Bytes>> {
        let call = Call::inquiry(operation, self.door.get(path, query)?)
            .with_retry_after(map::RETRY_AFTER);
        self.transport.inquire(call).await
    }
}

impl std::fmt::Debug for OrderApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OrderApi").field(&self.door).finish()
    }
}
