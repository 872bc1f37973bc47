//! The filters of `GET /v1/order`.

use super::body::OrderBody;
use crate::{
    civil,
    order::Order,
    query::{InvalidParameter, Page, Query},
    readings::OrderListSpelling,
};

/// The page of `all` that `query` asks for, newest first unless it says otherwise.
///
/// SePay's tables and its own libraries spell two parameters differently; the settings say which
/// spelling is read.
pub(super) fn select(
    all: &[Order],
    query: &Query,
    spelling: OrderListSpelling,
) -> Result<Page<OrderBody>, InvalidParameter> {
    let libraries = spelling != OrderListSpelling::Tables;
    let tables = spelling != OrderListSpelling::Libraries;
    let q = query.text("q").map(str::to_lowercase);
    let status = query.text("order_status");
    let customer = query.text("customer_id");
    let created_on = query.time("created_at")?.map(|time| civil::at(time).date());
    let from = query.time("from_created_at")?;
    let to = query.time("to_created_at")?.filter(|_| libraries);
    let to = to.or(query.time("end_created_at")?.filter(|_| tables));
    let oldest_first = match query.text("sort").filter(|_| tables) {
        None => libraries && query.descending("sort[created_at]")? == Some(false),
        Some("created_at:asc") => true,
        Some("created_at:desc") => false,
        Some(_) => return Err(InvalidParameter("sort")),
    };

    let mut found: Vec<OrderBody> = all
        .iter()
        .filter(|order| {
            q.as_ref().is_none_or(|q| mentions(order, q))
                && status.is_none_or(|status| order.status.name() == status)
                && customer.is_none_or(|id| order.purchase.customer_id.as_deref() == Some(id))
                && created_on.is_none_or(|day| civil::at(order.created_at).date() == day)
                && from.is_none_or(|from| order.created_at >= from)
                && to.is_none_or(|to| order.created_at <= to)
        })
        .map(OrderBody::from)
        .collect();
    if !oldest_first {
        found.reverse();
    }
    Page::cut(found, query)
}

fn mentions(order: &Order, q: &str) -> bool {
    [order.reference(), &order.order_id, &order.purchase.description]
        .into_iter()
        .any(|text| text.to_lowercase().contains(q))
}
