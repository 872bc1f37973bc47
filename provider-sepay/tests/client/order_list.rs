//! The list of orders: by the page, and as a stream.

use std::sync::Arc;

use futures_util::TryStreamExt;
use payments_core::{ErrorKind, Listed, Provider, Result, Timestamp, payment::PaymentState};
use provider_sepay::{Order, OrderQuery, OrderSort, SePay};
use serde_json::json;

use crate::world::{GATEWAY, Wire, provider};

/// 2025-09-05 13:31:10 in Vietnam.
const CREATED: i64 = 1_757_053_870;

/// A page of these orders; the numbers are minutes after [`CREATED`] too.
fn page(numbers: impl IntoIterator<Item = i64>, has_more: bool) -> String {
    let row = |number: i64| {
        let created = Timestamp::from_unix(CREATED + 60 * number);
        json!({
            "id": number.to_string(), "customer_id": "C1", "order_id": format!("SEPAY-{number}"),
            "order_invoice_number": format!("DH-{number}"), "order_status": "CAPTURED",
            "order_amount": "300000.00", "order_currency": "VND", "order_description": "x",
            "authentication_status": null, "updated_at": null,
            "created_at": created.vietnam_civil("%Y-%m-%d %H:%M:%S"),
        })
    };
    let data: Vec<_> = numbers.into_iter().map(row).collect();
    json!({"data": data, "meta": {"per_page": 2, "total": 9, "has_more": has_more,
        "current_page": 1, "page_count": 5}})
    .to_string()
}

async fn streamed(provider: &Provider, query: &OrderQuery) -> Result<Vec<String>> {
    let orders = provider.extension::<SePay>().unwrap().orders(query)?;
    let name = |order: Listed<Order>| order.into_result().unwrap().invoice.unwrap().to_string();
    orders.map_ok(name).try_collect().await
}

fn listing(wire: &Arc<Wire>) -> Provider {
    provider(&[GATEWAY], wire)
}

fn every_filter() -> OrderQuery {
    OrderQuery::new()
        .with_page(2)
        .with_per_page(1)
        .with_search("cà phê")
        .with_status("CAPTURED")
        .with_customer("C1")
        .with_created_on(Timestamp::from_unix(CREATED))
        .with_created_from(Timestamp::from_unix(CREATED))
        .with_created_until(Timestamp::from_unix(CREATED + 3_600))
        .with_sort(OrderSort::NewestFirst)
}

const FILTERED: &str = "GET https://pgapi-sandbox.sepay.vn/v1/order?page=2&per_page=1\
    &q=c%C3%A0+ph%C3%AA&order_status=CAPTURED&customer_id=C1&created_at=2025-09-05\
    &from_created_at=2025-09-05+13%3A31%3A10";

#[tokio::test]
async fn orders_are_listed_by_page() {
    let wire = Wire::new();
    wire.answer(200, page([1], true));
    let listing = listing(&wire);
    let listed = listing.extension::<SePay>().unwrap().orders_page(&every_filter()).await.unwrap();
    assert_eq!((listed.orders.len(), listed.more, listed.total), (1, true, Some(9)));
    assert_eq!(listed.orders[0].as_result().unwrap().state, PaymentState::Settled);
    assert_eq!(
        wire.asked(),
        [format!("{FILTERED}&to_created_at=2025-09-05+14%3A31%3A10&sort%5Bcreated_at%5D=desc")]
    );
}

#[tokio::test]
async fn the_spellings_of_sepays_tables_are_a_setting() {
    let wire = Wire::new();
    wire.answer(200, page([], false));
    let keys = [
        GATEWAY,
        "compat.order_list_end = \"end_created_at\"",
        "compat.order_list_sort = \"colon\"",
    ];
    let provider = provider(&keys, &wire);
    provider.extension::<SePay>().unwrap().orders_page(&every_filter()).await.unwrap();
    assert_eq!(
        wire.asked(),
        [format!("{FILTERED}&end_created_at=2025-09-05+14%3A31%3A10&sort=created_at%3Adesc")]
    );
}

#[tokio::test]
async fn a_stream_asks_for_pages_as_they_are_read_the_oldest_first() {
    let wire = Wire::new();
    wire.answer(200, page([1, 2], true)).answer(200, page([3], false));
    let listing = listing(&wire);
    let mut orders = listing.extension::<SePay>().unwrap().orders(&OrderQuery::new()).unwrap();
    assert!(wire.is_untouched());
    for number in 1..=2 {
        let order = orders.try_next().await.unwrap().unwrap().into_result().unwrap();
        assert_eq!(order.invoice.unwrap().as_str(), format!("DH-{number}"));
        assert_eq!(wire.calls().len(), 1);
    }
    assert!(orders.try_next().await.unwrap().is_some());
    assert!(orders.try_next().await.unwrap().is_none());
    let at = |page| {
        format!(
            "GET https://pgapi-sandbox.sepay.vn/v1/order?page={page}&per_page=100\
             &sort%5Bcreated_at%5D=asc"
        )
    };
    assert_eq!(wire.asked(), [at(1), at(2)]);
}

#[tokio::test]
async fn an_order_that_a_new_one_pushes_to_the_next_page_is_told_once() {
    let wire = Wire::new();
    wire.answer(200, page([5, 4], true))
        .answer(200, page([4, 3], true))
        .answer(200, page([], true));
    let newest = OrderQuery::new().with_sort(OrderSort::NewestFirst);
    assert_eq!(streamed(&listing(&wire), &newest).await.unwrap(), ["DH-5", "DH-4", "DH-3"]);
}

#[tokio::test]
async fn a_list_that_repeats_its_page_is_no_endless_one() {
    let wire = Wire::new();
    wire.answer(200, page([1, 2], true)).answer(200, page([1, 2], true));
    let error = streamed(&listing(&wire), &OrderQuery::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert_eq!(wire.calls().len(), 2);
}

#[tokio::test]
async fn orders_that_were_not_asked_for_are_left_out_should_sepay_ignore_a_filter() {
    let minute = |number: i64| Timestamp::from_unix(CREATED + 60 * number);
    for (query, told) in [
        (OrderQuery::new().with_created_from(minute(2)), &["DH-2", "DH-3"][..]),
        (OrderQuery::new().with_created_until(minute(2)), &["DH-1", "DH-2"]),
        (OrderQuery::new().with_created_on(minute(0)), &["DH-1", "DH-2", "DH-3"]),
        (OrderQuery::new().with_created_on(minute(24 * 60)), &[]),
        (OrderQuery::new().with_status("captured"), &["DH-1", "DH-2", "DH-3"]),
        (OrderQuery::new().with_status("CANCELLED"), &[]),
        (OrderQuery::new().with_customer("C2"), &[]),
        (OrderQuery::new().with_search("nothing like it"), &["DH-1", "DH-2", "DH-3"]),
    ] {
        let wire = Wire::new();
        wire.answer(200, page([1, 2, 3], false));
        assert_eq!(streamed(&listing(&wire), &query).await.unwrap(), told, "{query:?}");
        wire.answer(200, page([1, 2, 3], false));
        let listing = listing(&wire);
        let page = listing.extension::<SePay>().unwrap().orders_page(&query).await.unwrap();
        assert_eq!(page.orders.len(), told.len(), "{query:?}");
    }
}

#[tokio::test]
async fn one_status_is_found_under_both_its_spellings() {
    let wire = Wire::new();
    let body = page([1], false);
    wire.answer(200, body.replace("CAPTURED", "CANCELED"))
        .answer(200, body.replace("CAPTURED", "Cancelled"));
    for asked in ["CANCELLED", "CANCELED"] {
        let query = OrderQuery::new().with_status(asked);
        assert_eq!(streamed(&listing(&wire), &query).await.unwrap(), ["DH-1"]);
    }
}

#[tokio::test]
async fn a_stream_ends_with_the_error_of_its_page() {
    let wire = Wire::new();
    wire.answer(200, page([1, 2], true)).answer(503, "");
    let listing = listing(&wire);
    let mut orders = listing.extension::<SePay>().unwrap().orders(&OrderQuery::new()).unwrap();
    assert!(orders.try_next().await.unwrap().is_some());
    assert!(orders.try_next().await.unwrap().is_some());
    assert_eq!(orders.try_next().await.unwrap_err().kind(), ErrorKind::Unavailable);
    assert!(orders.try_next().await.unwrap().is_none());
}
