//! The interpretations of SePay's documents that SePay did not confirm, each with the call that
//! would confirm it: the data of `payments probe`.

use payments_core::{
    Error, ErrorKind, Provider, Result, Submission, Timestamp,
    money::Money,
    payment::{CreatePayment, NextAction},
};
use provider_kit::reading::{Alternative, Change, Finding, MadeUp, Reading, Settles};

use crate::{
    SePay,
    payment_gateway::{HostedMethod, OrderPage, OrderQuery, OrderSort, SePayOptions},
};

/// The interpretations that one call or one page can confirm.
pub(crate) const READINGS: &[Reading] = &[
    Reading::new(
        "checkout",
        "the order of the signed fields of a checkout form",
        &[
            Alternative::new(
                "in the order of the form",
                &[Change::set("formulas.checkout", "checkout")],
            ),
            Alternative::new(
                "in the order of the list",
                &[Change::set("formulas.checkout", "checkout.allowlist")],
            ),
        ],
        Settles::by_page(
            |provider, made_up| Box::pin(form(provider, made_up)),
            "a page to pay the order",
            "an error with the words \"không hợp lệ\"",
        ),
    ),
    Reading::new(
        "order_list_end",
        "the name of the end of a period in the list of orders",
        &[
            Alternative::new(
                "to_created_at",
                &[Change::set("compat.order_list_end", "to_created_at")],
            ),
            Alternative::new(
                "end_created_at",
                &[Change::set("compat.order_list_end", "end_created_at")],
            ),
        ],
        Settles::by_inquiry("a list of orders that ends in the year 2000", |provider, _| {
            Box::pin(list_end(provider))
        }),
    ),
    Reading::new(
        "order_list_sort",
        "how the list of orders is sorted",
        &[
            Alternative::new("brackets", &[Change::set("compat.order_list_sort", "brackets")]),
            Alternative::new("colon", &[Change::set("compat.order_list_sort", "colon")]),
        ],
        Settles::by_inquiry("the list of orders, oldest first and newest first", |provider, _| {
            Box::pin(list_sort(provider))
        }),
    ),
];

/// Creates a form for a payment of 10,000 đồng, which nobody pays.
async fn form(provider: &Provider, made_up: &MadeUp) -> Result<NextAction> {
    let request = CreatePayment::new(made_up.order()?, Money::vnd(10_000))?
        .with_description("PROBE")
        .with_return_url("https://shop.example/paid")?
        .with_options(&SePayOptions::new().with_payment_method(HostedMethod::BankTransfer))?;
    let nothing = || Error::unsupported("SePay's provider made no form");
    match provider.payments()?.create_payment(&request).await? {
        Submission::Accepted(payment) => payment.next.into_iter().next().ok_or_else(nothing),
        _ => Err(nothing()),
    }
}

/// Checks whether SePay knows the parameter for the end of a period. It ignores an unknown
/// parameter.
async fn list_end(provider: &Provider) -> Finding {
    /// 2000-01-01, before the first order of any merchant.
    const LONG_PAST: i64 = 946_684_800;

    let until = OrderQuery::new().with_created_until(Timestamp::from_unix(LONG_PAST));
    match list(provider, &until.with_per_page(1)).await {
        Ok(page) if !page.orders.is_empty() => {
            Finding::differs("SePay lists orders that are later than the end")
        }
        Ok(_) => match list(provider, &OrderQuery::new().with_per_page(1)).await {
            Ok(page) if page.orders.is_empty() => {
                Finding::unclear("there is no order yet; post one form first")
            }
            Ok(_) => Finding::fits("SePay lists no order before the end, and others without it"),
            Err(error) => Finding::unclear(error.to_string()),
        },
        Err(error) => of_error(&error),
    }
}

/// Checks whether SePay knows the parameter for sorting. It ignores an unknown parameter.
async fn list_sort(provider: &Provider) -> Finding {
    let sorted = |sort| OrderQuery::new().with_per_page(100).with_sort(sort);
    let oldest = list(provider, &sorted(OrderSort::OldestFirst)).await;
    let newest = list(provider, &sorted(OrderSort::NewestFirst)).await;
    let (oldest, newest) = match (oldest, newest) {
        (Ok(oldest), Ok(newest)) => (first_time(&oldest), first_time(&newest)),
        (Err(error), _) | (_, Err(error)) => return of_error(&error),
    };
    match (oldest, newest) {
        (Some(oldest), Some(newest)) if oldest < newest => {
            Finding::fits("the two lists begin with different orders, the older one first")
        }
        (Some(oldest), Some(newest)) if oldest > newest => {
            Finding::differs("SePay sorts the other way round")
        }
        (Some(oldest), Some(_)) => same_both_ways(provider, oldest).await,
        _ => Finding::unclear("there is no order yet; post two forms, a minute apart, first"),
    }
}

/// Interprets two lists that begin with an order of the same time: the parameter is ignored if
/// there are orders of other times.
async fn same_both_ways(provider: &Provider, first: Timestamp) -> Finding {
    match list(provider, &OrderQuery::new().with_per_page(100)).await {
        Ok(page) if times(&page).any(|at| at != first) => {
            Finding::differs("SePay lists the orders alike both ways")
        }
        Ok(_) => Finding::unclear("every order is of one moment; post another form first"),
        Err(error) => Finding::unclear(error.to_string()),
    }
}

fn first_time(page: &OrderPage) -> Option<Timestamp> {
    times(page).next()
}

fn times(page: &OrderPage) -> impl Iterator<Item = Timestamp> {
    page.orders.iter().filter_map(|order| order.as_result().ok()?.created_at)
}

/// Returns a page as SePay lists it, without filtering its orders here.
async fn list(provider: &Provider, query: &OrderQuery) -> Result<OrderPage> {
    provider.extension::<SePay>()?.gateway()?.list.page(query).await
}

fn of_error(error: &Error) -> Finding {
    match error.kind() {
        ErrorKind::InvalidRequest => Finding::differs(error.to_string()),
        _ => Finding::unclear(error.to_string()),
    }
}
