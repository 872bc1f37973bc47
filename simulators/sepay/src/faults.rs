//! Scripted faults, each for one request.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{Html, IntoResponse, Response},
    routing::MethodRouter,
};
use http::StatusCode;
use simulator_kit::HangUp;

use super::{gateway::Gateway, requests::Host};

/// A call of SePay's API that a fault can be scripted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// The buyer's browser posts the merchant's form.
    CheckoutInit,
    /// The merchant lists orders.
    OrderList,
    /// The merchant asks for one order.
    OrderDetail,
    /// The merchant cancels an order.
    OrderCancel,
    /// The merchant voids a card payment.
    OrderVoid,
    /// The merchant lists bank transactions.
    TransactionList,
    /// The merchant asks for one bank transaction.
    TransactionDetail,
    /// The merchant lists bank accounts.
    BankAccountList,
    /// The merchant asks for one bank account.
    BankAccountDetail,
    /// The merchant lists virtual accounts.
    VirtualAccountList,
    /// The merchant asks for one virtual account.
    VirtualAccountDetail,
    /// The merchant lists orders with virtual accounts.
    VaOrderList,
    /// The merchant asks for one order with virtual accounts.
    VaOrderDetail,
    /// The merchant opens an order with a virtual account.
    VaOrderCreate,
    /// The merchant cancels an order with virtual accounts.
    VaOrderCancel,
    /// The merchant adds a virtual account to an order.
    VaCreate,
    /// The merchant cancels a virtual account of an order.
    VaCancel,
    /// The merchant lists VA prefixes.
    PrefixList,
    /// The merchant asks for one VA prefix.
    PrefixDetail,
    /// The merchant lists terminals.
    TerminalList,
    /// The merchant counts bank transactions.
    TransactionCount,
    /// The merchant counts bank accounts.
    BankAccountCount,
    /// An app exchanges a code or a refresh token for tokens.
    OAuthToken,
    /// An app registers a webhook.
    WebhookCreate,
    /// An app changes a webhook.
    WebhookUpdate,
    /// An app deletes a webhook.
    WebhookDelete,
    /// An app changes the company's configuration.
    CompanyConfigure,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 27] = [
        Self::CheckoutInit,
        Self::OrderList,
        Self::OrderDetail,
        Self::OrderCancel,
        Self::OrderVoid,
        Self::TransactionList,
        Self::TransactionDetail,
        Self::BankAccountList,
        Self::BankAccountDetail,
        Self::VirtualAccountList,
        Self::VirtualAccountDetail,
        Self::VaOrderList,
        Self::VaOrderDetail,
        Self::VaOrderCreate,
        Self::VaOrderCancel,
        Self::VaCreate,
        Self::VaCancel,
        Self::PrefixList,
        Self::PrefixDetail,
        Self::TerminalList,
        Self::TransactionCount,
        Self::BankAccountCount,
        Self::OAuthToken,
        Self::WebhookCreate,
        Self::WebhookUpdate,
        Self::WebhookDelete,
        Self::CompanyConfigure,
    ];

    /// The operation's name in the control API.
    pub fn name(self) -> &'static str {
        match self {
            Self::CheckoutInit => "checkout.init",
            Self::OrderList => "order.list",
            Self::OrderDetail => "order.detail",
            Self::OrderCancel => "order.cancel",
            Self::OrderVoid => "order.void",
            Self::TransactionList => "transaction.list",
            Self::TransactionDetail => "transaction.detail",
            Self::BankAccountList => "bank_account.list",
            Self::BankAccountDetail => "bank_account.detail",
            Self::VirtualAccountList => "virtual_account.list",
            Self::VirtualAccountDetail => "virtual_account.detail",
            Self::VaOrderList => "va_order.list",
            Self::VaOrderDetail => "va_order.detail",
            Self::VaOrderCreate => "va_order.create",
            Self::VaOrderCancel => "va_order.cancel",
            Self::VaCreate => "va.create",
            Self::VaCancel => "va.cancel",
            Self::PrefixList => "prefix.list",
            Self::PrefixDetail => "prefix.detail",
            Self::TerminalList => "terminal.list",
            Self::TransactionCount => "transaction.count",
            Self::BankAccountCount => "bank_account.count",
            Self::OAuthToken => "oauth.token",
            Self::WebhookCreate => "webhook.create",
            Self::WebhookUpdate => "webhook.update",
            Self::WebhookDelete => "webhook.delete",
            Self::CompanyConfigure => "company.configure",
        }
    }

    /// Its method and path; v1 of the User API has the same operations at paths of its own.
    pub fn call(self) -> &'static str {
        match self {
            Self::CheckoutInit => "POST /v1/checkout/init",
            Self::OrderList => "GET /v1/order",
            Self::OrderDetail => "GET /v1/order/detail/{invoice number or order id}",
            Self::OrderCancel => "POST /v1/order/cancel",
            Self::OrderVoid => "POST /v1/order/voidTransaction",
            Self::TransactionList => "GET /v2/transactions",
            Self::TransactionDetail => "GET /v2/transactions/{uuid}",
            Self::BankAccountList => "GET /v2/bank-accounts",
            Self::BankAccountDetail => "GET /v2/bank-accounts/{uuid}",
            Self::VirtualAccountList => "GET /v2/bank-accounts/{uuid}/va",
            Self::VirtualAccountDetail => "GET /v2/bank-accounts/{uuid}/va/{uuid}",
            Self::VaOrderList => "GET /v2/bank-accounts/{uuid}/orders",
            Self::VaOrderDetail => "GET /v2/bank-accounts/{uuid}/orders/{uuid}",
            Self::VaOrderCreate => "POST /v2/bank-accounts/{uuid}/orders",
            Self::VaOrderCancel => "DELETE /v2/bank-accounts/{uuid}/orders/{uuid}",
            Self::VaCreate => "POST /v2/bank-accounts/{uuid}/orders/{uuid}/va",
            Self::VaCancel => "DELETE /v2/bank-accounts/{uuid}/orders/{uuid}/va/{va_number}",
            Self::PrefixList => "GET /v2/bank-accounts/{uuid}/prefixes",
            Self::PrefixDetail => "GET /v2/bank-accounts/{uuid}/prefixes/{va_prefix}",
            Self::TerminalList => "GET /v2/bank-accounts/{uuid}/terminals",
            Self::TransactionCount => "GET /userapi/transactions/count",
            Self::BankAccountCount => "GET /userapi/bankaccounts/count",
            Self::OAuthToken => "POST /oauth/token",
            Self::WebhookCreate => "POST /api/v1/webhooks",
            Self::WebhookUpdate => "PATCH /api/v1/webhooks/{id}",
            Self::WebhookDelete => "DELETE /api/v1/webhooks/{id}",
            Self::CompanyConfigure => "PATCH /api/v1/company/configurations",
        }
    }

    /// The host that serves it.
    pub fn host(self) -> Host {
        match self {
            Self::CheckoutInit => Host::Pay,
            Self::OrderList | Self::OrderDetail | Self::OrderCancel | Self::OrderVoid => {
                Host::PgApi
            }
            Self::TransactionList
            | Self::TransactionDetail
            | Self::BankAccountList
            | Self::BankAccountDetail
            | Self::VirtualAccountList
            | Self::VirtualAccountDetail
            | Self::VaOrderList
            | Self::VaOrderDetail
            | Self::VaOrderCreate
            | Self::VaOrderCancel
            | Self::VaCreate
            | Self::VaCancel
            | Self::PrefixList
            | Self::PrefixDetail
            | Self::TerminalList => Host::UserApi,
            Self::TransactionCount
            | Self::BankAccountCount
            | Self::OAuthToken
            | Self::WebhookCreate
            | Self::WebhookUpdate
            | Self::WebhookDelete
            | Self::CompanyConfigure => Host::My,
        }
    }

    /// Whether the merchant moves something with it, and does not only ask.
    pub(super) fn is_instruction(self) -> bool {
        matches!(
            self,
            Self::OrderCancel
                | Self::OrderVoid
                | Self::VaOrderCreate
                | Self::VaOrderCancel
                | Self::VaCreate
                | Self::VaCancel
        )
    }

    /// The operation with this [name](Self::name).
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.name() == name)
    }
}

/// When a response is lost. A client cannot distinguish the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// The request is read and not carried out.
    BeforeBooking,
    /// The request is carried out.
    AfterBooking,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    LoseAnswer(When),
    /// An undocumented response; the operation is not carried out.
    Answer(StatusCode),
}

/// The faults that are still to apply, in the order scripted. One without an operation applies to
/// the next instruction.
#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<Vec<(Option<Operation>, Fault)>>);

impl Faults {
    pub(super) fn script(&self, operation: impl Into<Option<Operation>>, fault: Fault) {
        let operation = operation.into();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((operation, fault));
    }

    fn take(&self, operation: Operation) -> Option<Fault> {
        let mut scripted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = scripted.iter().position(|(scripted, _)| match scripted {
            Some(scripted) => *scripted == operation,
            None => operation.is_instruction(),
        })?;
        Some(scripted.remove(next).1)
    }
}

/// Marks `route` as `operation`, so that scripted faults apply to it.
pub(super) fn operation(
    gateway: &Arc<Gateway>,
    operation: Operation,
    route: MethodRouter<Arc<Gateway>>,
) -> MethodRouter<Arc<Gateway>> {
    let state = (Arc::clone(gateway), operation);
    route.layer(axum::middleware::from_fn_with_state(state, strike))
}

async fn strike(
    State((gateway, operation)): State<(Arc<Gateway>, Operation)>,
    request: Request,
    next: Next,
) -> Response {
    match gateway.faults.take(operation) {
        None => next.run(request).await,
        Some(Fault::LoseAnswer(When::BeforeBooking)) => HangUp.into_response(),
        Some(Fault::LoseAnswer(When::AfterBooking)) => {
            next.run(request).await;
            HangUp.into_response()
        }
        Some(Fault::Answer(status)) => {
            let page = format!(
                "<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"
            );
            (status, Html(page)).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_found_by_their_names() {
        for operation in Operation::ALL {
            assert_eq!(Operation::named(operation.name()), Some(operation));
        }
        assert_eq!(Operation::named("order.refund"), None);
    }

    #[test]
    fn a_fault_strikes_its_operation_once_and_in_order() {
        let faults = Faults::default();
        faults.script(Operation::OrderVoid, Fault::Answer(StatusCode::BAD_GATEWAY));
        faults.script(Operation::OrderVoid, Fault::LoseAnswer(When::AfterBooking));
        assert!(faults.take(Operation::OrderCancel).is_none());
        assert!(matches!(faults.take(Operation::OrderVoid), Some(Fault::Answer(_))));
        assert!(matches!(faults.take(Operation::OrderVoid), Some(Fault::LoseAnswer(_))));
        assert!(faults.take(Operation::OrderVoid).is_none());
    }
}
