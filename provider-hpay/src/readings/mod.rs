//! The interpretations of HPay's documents that no gateway confirmed, each with the call that would
//! confirm it: the data of `payments probe`.

mod ask;

use provider_kit::reading::{Alternative, Change, Reading, Settles};

use crate::endpoints;

/// The interpretations that one call, one page or one delivery can confirm.
pub(crate) const READINGS: &[Reading] = &[
    Reading::new(
        "checkout_v1_link",
        "the formula of a link to /v1/checkout.php",
        &[
            Alternative::new(
                "checkout_v1_link",
                &[Change::set("formulas.checkout_v1_link", "checkout_v1_link")],
            ),
            Alternative::new(
                "checkout_link",
                &[Change::set("formulas.checkout_v1_link", "checkout_link")],
            ),
            Alternative::new(
                "checkout_link_short",
                &[Change::set("formulas.checkout_v1_link", "checkout_link_short")],
            ),
        ],
        Settles::by_page(
            |provider, made_up| Box::pin(ask::link(provider, made_up, false)),
            ORDER,
            WRONG_CODE,
        ),
    ),
    Reading::new(
        "checkout_link",
        "the formula of a link to /checkout.php: instalments, frames, tokens of domestic cards",
        &[
            Alternative::new(
                "checkout_link",
                &[Change::set("formulas.checkout_link", "checkout_link")],
            ),
            Alternative::new(
                "checkout_link_short",
                &[Change::set("formulas.checkout_link", "checkout_link_short")],
            ),
            Alternative::new(
                "checkout_v1_link",
                &[Change::set("formulas.checkout_link", "checkout_v1_link")],
            ),
        ],
        Settles::by_page(
            |provider, made_up| Box::pin(ask::link(provider, made_up, true)),
            ORDER,
            WRONG_CODE,
        ),
    ),
    Reading::new(
        "order_inquiry_body",
        "the body of an order inquiry",
        &[
            Alternative::new("form", &[Change::set("compat.order_inquiry_body", "form")]),
            Alternative::new("json", &[Change::set("compat.order_inquiry_body", "json")]),
            Alternative::new(
                "json-as-form",
                &[Change::set("compat.order_inquiry_body", "json-as-form")],
            ),
        ],
        Settles::by_inquiry(UNKNOWN_ORDER, |provider, made_up| {
            Box::pin(ask::order_is_read(provider, made_up))
        }),
    ),
    Reading::new(
        "order_inquiry_path",
        "the path of an order inquiry",
        &[
            Alternative::new(
                "/api/transaction/GetTransactionDetail",
                &[Change::without("compat.order_inquiry_path")],
            ),
            Alternative::new(
                "/api/transaction",
                &[Change::set("compat.order_inquiry_path", "/api/transaction")],
            ),
        ],
        Settles::by_inquiry(UNKNOWN_ORDER, |provider, made_up| {
            Box::pin(ask::order_is_read(provider, made_up))
        }),
    ),
    Reading::new(
        "order_inquiry_request",
        "the formula of an order inquiry, a guess",
        &[Alternative::new("usual", &[Change::without("formulas.order_inquiry_request")])],
        Settles::by_inquiry(UNKNOWN_ORDER, |provider, made_up| {
            Box::pin(ask::order(provider, made_up))
        }),
    ),
    Reading::new(
        "balance_request",
        "the formula of a balance inquiry, a guess",
        &[Alternative::new("usual", &[Change::without("formulas.balance_request")])],
        Settles::by_inquiry("an inquiry of the balance", |provider, made_up| {
            Box::pin(ask::reference_balance(provider, made_up))
        }),
    ),
    Reading::new(
        "payout_inquiry_request",
        "the formula of a payout inquiry, a guess",
        &[Alternative::new("usual", &[Change::without("formulas.payout_inquiry_request")])],
        Settles::by_inquiry(
            "an inquiry about a payout that does not exist",
            |provider, made_up| Box::pin(ask::reference_payout(provider, made_up)),
        ),
    ),
    Reading::new(
        "payout_request",
        "the formula of a payout, in the layout of a sample of 2022",
        &[Alternative::new("usual", &[Change::without("formulas.payout_request")])],
        Settles::by_payout("sends one payout", |provider, made_up| {
            Box::pin(ask::payout_request(provider, made_up))
        }),
    ),
    Reading::new(
        "payout_response",
        "the formula of the response to a payout: with the account's number or its name",
        &[
            Alternative::new(
                "payout_response",
                &[Change::set("formulas.payout_response", "payout_response")],
            ),
            Alternative::new(
                "payout_response_by_name",
                &[Change::set("formulas.payout_response", "payout_response_by_name")],
            ),
        ],
        Settles::by_payout("sends one payout", |provider, made_up| {
            Box::pin(ask::payout_response(provider, made_up))
        }),
    ),
    Reading::new(
        "va_body",
        "the bodies of opening and closing a virtual account",
        &[
            Alternative::new("form", &[Change::set("compat.va_body", "form")]),
            Alternative::new("json", &[Change::set("compat.va_body", "json")]),
            Alternative::new("json-as-form", &[Change::set("compat.va_body", "json-as-form")]),
        ],
        Settles::by_instructions("opens a virtual account for any amount", |provider, made_up| {
            Box::pin(ask::virtual_account(provider, made_up))
        }),
    ),
    Reading::new(
        "payment_notification",
        "the formula of a payment notification, also of one about a V1 link",
        &[Alternative::new("usual", &[Change::without("formulas.payment_notification")])],
        Settles::by_delivery(endpoints::NOTIFY, "pay one link in the sandbox"),
    ),
    Reading::new(
        "va_callback",
        "what joins the fields of a callback about a virtual account",
        &[
            Alternative::new("pipe", &[Change::without("formulas.va_callback")]),
            Alternative::new(
                "space",
                &[Change::set("formulas.va_callback", "{cashin} {order_id} {passcode}")],
            ),
            Alternative::new(
                "nothing",
                &[Change::set("formulas.va_callback", "{cashin}{order_id}{passcode}")],
            ),
        ],
        Settles::by_delivery(endpoints::VA_CALLBACK, "let HPay's staff trigger a test credit"),
    ),
    Reading::new(
        "openapi_va_callback",
        "the last two fields of a callback under the newer names",
        &[
            Alternative::new(
                "client_request_id before merchant_id",
                &[Change::without("formulas.openapi_va_callback")],
            ),
            Alternative::new(
                "merchant_id before client_request_id",
                &[Change::set(
                    "formulas.openapi_va_callback",
                    "{va_account}|{amount}|{cashin_id}|{transaction_id}|{passcode}|{merchant_id}|\
                     {client_request_id}",
                )],
            ),
        ],
        Settles::by_delivery(endpoints::VA_CALLBACK, "let HPay's staff trigger a test credit"),
    ),
    Reading::new(
        "openapi_request",
        "the formula of the newer OpenAPI's requests",
        &[Alternative::new("usual", &[Change::without("formulas.openapi_request")])],
        Settles::by_inquiry("an inquiry of the balance", |provider, made_up| {
            Box::pin(ask::openapi_balance(provider, made_up))
        }),
    ),
    Reading::new(
        "openapi_payout_inquiry",
        "the name of the payout inquiry in its path at the newer OpenAPI",
        &[
            Alternative::new("inquiry", &[Change::set("compat.openapi_payout_inquiry", "inquiry")]),
            Alternative::new(
                "get-status",
                &[Change::set("compat.openapi_payout_inquiry", "get-status")],
            ),
        ],
        Settles::by_inquiry(
            "an inquiry about a payout that does not exist",
            |provider, made_up| Box::pin(ask::openapi_payout(provider, made_up)),
        ),
    ),
    Reading::new(
        "openapi_payout_service",
        "the service of payouts at the newer OpenAPI, in paths and tokens",
        &[
            Alternative::new("ibft", &[Change::set("compat.openapi_payout_service", "ibft")]),
            Alternative::new("firm", &[Change::set("compat.openapi_payout_service", "firm")]),
        ],
        Settles::by_inquiry(
            "an inquiry about a payout that does not exist",
            |provider, made_up| Box::pin(ask::openapi_payout(provider, made_up)),
        ),
    ),
];

const UNKNOWN_ORDER: &str = "an inquiry about an order that does not exist";
const ORDER: &str = "the order and its amount";
const WRONG_CODE: &str =
    "an error about the signature or the parameters, such as the code 30014 or 03";
