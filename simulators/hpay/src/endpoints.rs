//! Every address of HPay that the simulator serves, and the routers made from the list.

use std::sync::Arc;

use axum::{
    Router,
    extract::{RawQuery, State},
    http::StatusCode,
    middleware,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use bytes::Bytes;

use super::{
    balance, checkout, codes, control,
    faults::{Fault, Operation},
    fields::Fields,
    gateway::Gateway,
    payout, quirks,
    request_log::{self, Host},
    response::{self, HandlerResult},
    virtual_account,
};

/// One address and its handler.
pub(crate) struct Endpoint {
    pub(crate) host: Host,
    pub(crate) verb: Verb,
    pub(crate) path: &'static str,
    pub(crate) operation: Operation,
    pub(crate) handler: fn(&Gateway, &Fields, Option<&Fault>) -> HandlerResult,
    pub(crate) about: &'static str,
}

/// An HTTP method, which decides where the fields are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Fields in the query.
    Get,
    /// Fields in the body.
    Post,
}

impl Verb {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        host: Host::Checkout,
        verb: Verb::Get,
        path: "/v1/checkout.php",
        operation: Operation::OpenCheckout,
        handler: checkout::open,
        about: "the page a buyer pays on",
    },
    Endpoint {
        host: Host::Checkout,
        verb: Verb::Get,
        path: "/checkout.php",
        operation: Operation::OpenCheckout,
        handler: checkout::open_advanced,
        about: "the same by instalments, in a frame, with a token of a domestic card",
    },
    Endpoint {
        host: Host::Checkout,
        verb: Verb::Get,
        path: "/revoke_token.php",
        operation: Operation::RevokeToken,
        handler: checkout::revoke,
        about: "the page a buyer removes a card's token on",
    },
    Endpoint {
        host: Host::Checkout,
        verb: Verb::Post,
        path: "/api/transaction/GetTransactionDetail",
        operation: Operation::OrderInquiry,
        handler: checkout::inquire,
        about: "order inquiry",
    },
    Endpoint {
        host: Host::Checkout,
        verb: Verb::Post,
        path: "/api/transaction",
        operation: Operation::OrderInquiry,
        handler: checkout::inquire,
        about: "order inquiry, as the reference's example spells it",
    },
    Endpoint {
        host: Host::Account,
        verb: Verb::Post,
        path: "/api/va/create",
        operation: Operation::CreateAccount,
        handler: virtual_account::create,
        about: "open a virtual account",
    },
    Endpoint {
        host: Host::Account,
        verb: Verb::Post,
        path: "/api/va/updateVaName",
        operation: Operation::RenameAccount,
        handler: virtual_account::rename,
        about: "rename a virtual account",
    },
    Endpoint {
        host: Host::Account,
        verb: Verb::Post,
        path: "/api/va/revoke",
        operation: Operation::RevokeAccount,
        handler: virtual_account::revoke,
        about: "close or reopen a virtual account",
    },
    Endpoint {
        host: Host::Account,
        verb: Verb::Post,
        path: "/api/ibft/create",
        operation: Operation::CreatePayout,
        handler: payout::create,
        about: "pay out",
    },
    Endpoint {
        host: Host::Account,
        verb: Verb::Post,
        path: "/api/ibft",
        operation: Operation::CreatePayout,
        handler: payout::create,
        about: "pay out, by the deprecated form",
    },
    Endpoint {
        host: Host::Account,
        verb: Verb::Get,
        path: "/api/ibft/inquiry",
        operation: Operation::PayoutInquiry,
        handler: payout::inquire,
        about: "payout inquiry",
    },
    Endpoint {
        host: Host::Account,
        verb: Verb::Get,
        path: "/api/ibft/CheckUserBank",
        operation: Operation::NameCheck,
        handler: payout::check_name,
        about: "the name on a bank account (HPay charges for it)",
    },
    Endpoint {
        host: Host::Account,
        verb: Verb::Post,
        path: "/api/user/GetBalance",
        operation: Operation::Balance,
        handler: balance::inquire,
        about: "the merchant's balance",
    },
    Endpoint {
        host: Host::Openapi,
        verb: Verb::Post,
        path: "/v1/account/inquiry",
        operation: Operation::AccountInquiry,
        handler: virtual_account::inquire,
        about: "what arrived on a virtual account, yesterday and today",
    },
    Endpoint {
        host: Host::Openapi,
        verb: Verb::Post,
        path: "/v1/fb/create",
        operation: Operation::CreatePayout,
        handler: payout::create,
        about: "pay out, for \"special\" merchants",
    },
];

/// Everything that `host` serves.
pub(crate) fn router(gateway: &Arc<Gateway>, host: Host) -> Router {
    let api = ENDPOINTS
        .iter()
        .filter(|endpoint| endpoint.host == host)
        .fold(Router::new(), |api, endpoint| api.route(endpoint.path, serve(endpoint)))
        .fallback(no_such_function)
        .layer(middleware::from_fn_with_state(Arc::clone(gateway), quirks::rewrite))
        .layer(middleware::from_fn_with_state((Arc::clone(gateway), host), request_log::record));
    // Pages and controls of the simulator's own are not part of HPay, and not logged.
    let own = match host {
        Host::Checkout => checkout::buyer_router(),
        Host::Openapi => virtual_account::qr_router(),
        Host::Account => Router::new(),
    };
    api.merge(own).nest("/_control", control::router()).with_state(Arc::clone(gateway))
}

fn serve(endpoint: &'static Endpoint) -> MethodRouter<Arc<Gateway>> {
    let handler = move |State(gateway): State<Arc<Gateway>>,
                        RawQuery(query): RawQuery,
                        body: Bytes| async move {
        let fields = match endpoint.verb {
            Verb::Get => Fields::from_query(&query.unwrap_or_default()),
            Verb::Post => Fields::from_body(&body),
        };
        response::respond(&gateway, endpoint, fields)
    };
    let wrong_method =
        move || async move { response::refusal(endpoint.operation, codes::WRONG_METHOD) };
    match endpoint.verb {
        Verb::Get => get(handler),
        Verb::Post => post(handler),
    }
    .fallback(wrong_method)
}

async fn no_such_function() -> Response {
    let body = response::refusal(Operation::OrderInquiry, codes::checkout::NO_SUCH_FUNCTION);
    (StatusCode::NOT_FOUND, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = include_str!("../../../provider-hpay/docs/endpoints.md");

    #[test]
    fn every_endpoint_stands_in_the_table_of_the_documentation() {
        for endpoint in ENDPOINTS {
            let host = match endpoint.host {
                Host::Checkout => "checkout.hpay.com.vn",
                Host::Account => "account.hpay.com.vn",
                Host::Openapi => "openapi.htpgroup.com.vn",
            };
            let row = format!("| `{} {host}{}`", endpoint.verb.name(), endpoint.path);
            assert!(TABLE.contains(&row), "{row}");
        }
    }
}
