//! Every address of HPay that the simulator serves, and the routers made from the list.

use std::sync::Arc;

use axum::{
    Router,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    middleware,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use bytes::Bytes;

use super::{
    balance, checkout, codes,
    control::{self, GatewayControl},
    faults::{Fault, Operation},
    fields::Fields,
    gateway::Gateway,
    openapi, payout, quirks,
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
    pub(crate) handler: Handler,
    pub(crate) about: &'static str,
}

type Handler = fn(&Gateway, &Fields, Option<&Fault>) -> HandlerResult;

impl Endpoint {
    const fn openapi(
        path: &'static str,
        operation: Operation,
        handler: Handler,
        about: &'static str,
    ) -> Self {
        Self { host: Host::Openapi, verb: Verb::Post, path, operation, handler, about }
    }

    /// Where a merchant calls it: at the path of the settings, or else at that of the documents.
    pub(crate) fn path_of<'a>(&'a self, gateway: &'a Gateway) -> &'a str {
        let mut paths = gateway.settings.paths.iter();
        paths.find(|(usual, _)| *usual == self.path).map_or(self.path, |(_, path)| path)
    }

    /// Whether it belongs to the newer OpenAPI.
    pub(crate) fn is_openapi(&self) -> bool {
        self.path.starts_with("/service/")
    }
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
    Endpoint::openapi(
        "/service/va/v1/oauth2/token",
        Operation::Token,
        openapi::grant,
        "an access token for virtual accounts",
    ),
    Endpoint::openapi(
        "/service/va/v1/create",
        Operation::CreateAccount,
        openapi::create_account,
        "open a virtual account, by the newer OpenAPI",
    ),
    Endpoint::openapi(
        "/service/va/v1/update",
        Operation::RenameAccount,
        openapi::update_account,
        "rename a virtual account, by the newer OpenAPI",
    ),
    Endpoint::openapi(
        "/service/va/v1/revoke",
        Operation::RevokeAccount,
        openapi::revoke_account,
        "close a virtual account, by the newer OpenAPI",
    ),
    Endpoint::openapi(
        "/service/va/v1/get-list",
        Operation::AccountList,
        openapi::list_accounts,
        "every virtual account, by the newer OpenAPI",
    ),
    Endpoint::openapi(
        "/service/va/v1/inquiry",
        Operation::AccountInquiry,
        openapi::credits,
        "what arrived on a virtual account, by the newer OpenAPI",
    ),
    Endpoint::openapi(
        "/service/ibft/v1/oauth2/token",
        Operation::Token,
        openapi::grant,
        "an access token for payouts",
    ),
    Endpoint::openapi(
        "/service/ibft/v1/transfer",
        Operation::CreatePayout,
        openapi::transfer,
        "pay out, by the newer OpenAPI",
    ),
    Endpoint::openapi(
        "/service/ibft/v1/inquiry",
        Operation::PayoutInquiry,
        openapi::inquire_payout,
        "payout inquiry, by the newer OpenAPI",
    ),
    Endpoint::openapi(
        "/service/ibft/v1/get-name",
        Operation::NameCheck,
        openapi::name,
        "the name on a bank account, by the newer OpenAPI",
    ),
    Endpoint::openapi(
        "/service/account/v1/oauth2/token",
        Operation::Token,
        openapi::grant,
        "an access token for the balance",
    ),
    Endpoint::openapi(
        "/service/account/v1/get-balance",
        Operation::Balance,
        openapi::balance,
        "the merchant's balance, by the newer OpenAPI",
    ),
    Endpoint::openapi(
        "/service/transaction/v1/oauth2/token",
        Operation::Token,
        openapi::grant,
        "an access token for transactions",
    ),
    Endpoint::openapi(
        "/service/transaction/v1/get-detail",
        Operation::TransactionInquiry,
        openapi::transaction,
        "one transaction, by the newer OpenAPI",
    ),
];

/// Everything that `host` serves.
pub(crate) fn router(gateway: &Arc<Gateway>, host: Host) -> Router {
    let api = ENDPOINTS
        .iter()
        .filter(|endpoint| endpoint.host == host)
        .fold(Router::new(), |api, endpoint| {
            let others = gateway.settings.paths.iter();
            let others = others.filter(|(usual, _)| *usual == endpoint.path);
            others.fold(api.route(endpoint.path, serve(endpoint)), |api, (_, path)| {
                api.route(path, serve(endpoint))
            })
        })
        .fallback(no_such_function)
        .layer(middleware::from_fn_with_state(Arc::clone(gateway), quirks::rewrite))
        .layer(middleware::from_fn_with_state((Arc::clone(gateway), host), request_log::record));
    // Pages and controls of the simulator's own are not part of HPay, and not logged.
    let own = match host {
        Host::Checkout => checkout::buyer_router(),
        Host::Openapi => virtual_account::qr_router(),
        Host::Account => Router::new(),
    };
    let control = simulator_kit::control::router(Arc::new(GatewayControl(Arc::clone(gateway))));
    api.merge(own)
        .nest("/_control", control::router().merge(control))
        .merge(simulator_kit::return_page())
        .with_state(Arc::clone(gateway))
}

fn serve(endpoint: &'static Endpoint) -> MethodRouter<Arc<Gateway>> {
    let handler = move |State(gateway): State<Arc<Gateway>>,
                        RawQuery(query): RawQuery,
                        headers: HeaderMap,
                        body: Bytes| async move {
        let fields = match endpoint.verb {
            Verb::Get => Fields::from_query(&query.unwrap_or_default()),
            Verb::Post => gateway.settings.readings.fields(endpoint.operation, &headers, &body),
        };
        let fields = match endpoint.is_openapi() {
            true => openapi::authorized(fields, &headers),
            false => fields,
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
