//! Every call to SePay, as one table: what hosts, keys and faults are tried on.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use payments_core::{
    Error, ErrorKind, GatewayRef, Lookup, Provider, Submission, UncertainCause,
    bank::AccountNumber,
    money::Money,
    notification::{Confirmation, Received},
    statement::{Cursor, StatementFilter},
    virtual_account::{OpenVirtualAccount, Uses, VirtualAccountRef},
};
use provider_sepay::{
    OrderQuery, SePay, UserApiV1, UserApiV2,
    oauth::{
        ConfigurationChanges, Connection, MemoryTokenStore, NewWebhook, NewWebhookAuth, TokenStore,
        Tokens, TransactionFilter, WebhookBody, WebhookChanges, WebhookFilter,
    },
    testing::{BankWebhook, Ipn},
    user_api::{NewOrder, NewVa, v1, v2},
};

use crate::world::{SECRET_KEY, now, order, receive, secret};

/// One call, the service of SePay that it goes to, and the keys of the configuration that it needs.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) service: Service,
    pub(crate) needs: Needs,
    /// What SePay answers to the calls before this one.
    pub(crate) before: &'static [&'static str],
    pub(crate) call: for<'a> fn(&'a Provider) -> BoxFuture<'a, Outcome>,
}

/// SePay's services, each with an address of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// The order API of the payment gateway.
    Orders,
    UserApi,
    UserApiV1,
    OAuth,
}

/// Which part of SePay has to be configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    Gateway,
    Bank,
    /// The roles over version 1 of the User API.
    BankV1,
    OAuth,
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The instruction was carried out.
    Accepted,
    /// The instruction was refused.
    Declined {
        confirmed: bool,
    },
    Uncertain(UncertainCause),
    /// The inquiry was answered.
    Answered,
    /// The inquiry was answered: there is nothing.
    Absent,
    Failed(ErrorKind),
}

pub(crate) const INSTRUCTIONS: &[Operation] = &[
    operation("cancel_payment", Service::Orders, Needs::Gateway, |provider| {
        Box::pin(async {
            submitted(provider.payments().unwrap().cancel_payment(&order("DH-1")).await)
        })
    }),
    operation("void_transaction", Service::Orders, Needs::Gateway, |provider| {
        Box::pin(async { submitted(sepay(provider).void_transaction(&order("DH-1")).await) })
    }),
    Operation {
        before: &[BIDV],
        ..operation("open", Service::UserApi, Needs::Bank, |provider| {
            Box::pin(async {
                let request = OpenVirtualAccount::new(order("DH00042"), "CONG TY").unwrap();
                let request = request.with_uses(Uses::Many);
                submitted(provider.virtual_accounts().unwrap().open(&request).await)
            })
        })
    },
    operation("close", Service::UserApi, Needs::Bank, close),
    operation("v2 create_order", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async { submitted(v2(provider).create_order("acc-1", &new_order()).await) })
    }),
    operation("v2 cancel_order", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async { submitted(v2(provider).cancel_order("acc-1", "o1").await) })
    }),
    operation("v2 add_va", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async { submitted(v2(provider).add_va("acc-1", "o1", &NewVa::new()).await) })
    }),
    operation("v2 cancel_va", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async { submitted(v2(provider).cancel_va("acc-1", "o1", "963NQD").await) })
    }),
    Operation {
        before: &[BIDV_V1],
        ..operation("v1 open", Service::UserApiV1, Needs::BankV1, |provider| {
            Box::pin(async {
                let request = OpenVirtualAccount::new(order("DH00042"), "CONG TY").unwrap();
                let request = request.with_uses(Uses::Many);
                submitted(provider.virtual_accounts().unwrap().open(&request).await)
            })
        })
    },
    operation("v1 close", Service::UserApiV1, Needs::BankV1, close),
    operation("v1 create_order", Service::UserApiV1, Needs::Bank, |provider| {
        Box::pin(async { submitted(v1(provider).create_order("19", &new_order()).await) })
    }),
    operation("v1 cancel_order", Service::UserApiV1, Needs::Bank, |provider| {
        Box::pin(async { submitted(v1(provider).cancel_order("19", "o1").await) })
    }),
    operation("v1 add_va", Service::UserApiV1, Needs::Bank, |provider| {
        Box::pin(async { submitted(v1(provider).add_va("19", "o1", &NewVa::new()).await) })
    }),
    operation("v1 cancel_va", Service::UserApiV1, Needs::Bank, |provider| {
        Box::pin(async { submitted(v1(provider).cancel_va("19", "o1", "963NQD").await) })
    }),
    operation("configure_company", Service::OAuth, Needs::OAuth, |provider| {
        Box::pin(async {
            let changes = ConfigurationChanges::new().with_paycode(true);
            submitted(connection(provider).await.configure_company(&changes).await)
        })
    }),
    operation("create_webhook", Service::OAuth, Needs::OAuth, |provider| {
        Box::pin(async {
            let auth = NewWebhookAuth::ApiKey { key: secret("k"), body: WebhookBody::Json };
            let webhook = NewWebhook::new(19, "Shop", "https://shop.example/bank", auth);
            submitted(connection(provider).await.create_webhook(&webhook).await)
        })
    }),
    operation("update_webhook", Service::OAuth, Needs::OAuth, |provider| {
        Box::pin(async {
            let changes = WebhookChanges::new().with_active(false);
            submitted(connection(provider).await.update_webhook(7, &changes).await)
        })
    }),
    operation("delete_webhook", Service::OAuth, Needs::OAuth, |provider| {
        Box::pin(async { submitted(connection(provider).await.delete_webhook(7).await) })
    }),
];

pub(crate) const INQUIRIES: &[Operation] = &[
    operation("find_payment", Service::Orders, Needs::Gateway, |provider| {
        Box::pin(async { found(provider.payments().unwrap().find_payment(&order("DH-1")).await) })
    }),
    operation("order", Service::Orders, Needs::Gateway, |provider| {
        Box::pin(async { maybe(sepay(provider).order("DH-1").await) })
    }),
    operation("orders_page", Service::Orders, Needs::Gateway, |provider| {
        Box::pin(async { answered(sepay(provider).orders_page(&OrderQuery::new()).await) })
    }),
    operation("confirm_ipn", Service::Orders, Needs::Gateway, |provider| {
        Box::pin(async {
            let ipn = Ipn::order_paid(&order("DH-1"), Money::vnd(50_000));
            confirmed(provider, "ipn", &ipn.with_secret(&secret(SECRET_KEY))).await
        })
    }),
    operation("find_transfer", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async { found(provider.payments().unwrap().find_payment(&order("00042")).await) })
    }),
    operation("accounts", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async { answered(provider.statements().unwrap().accounts().await) })
    }),
    operation("entries", Service::UserApi, Needs::Bank, entries),
    operation("kept_accounts", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async { answered(sepay(provider).kept_accounts().await) })
    }),
    operation("rules_for", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async {
            let account = payments_core::AccountId::new("acc-1").unwrap();
            answered(provider.virtual_accounts().unwrap().rules_for(&account).await)
        })
    }),
    Operation {
        before: &[BIDV],
        ..operation("find_virtual_account", Service::UserApi, Needs::Bank, |provider| {
            Box::pin(async {
                let account = VirtualAccountRef::new(order("DH00042"));
                found(provider.virtual_accounts().unwrap().find(&account).await)
            })
        })
    },
    operation("credits", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async {
            let account = VirtualAccountRef::new(order("DH00042"));
            answered(provider.virtual_accounts().unwrap().credits(&account).await)
        })
    }),
    operation("confirm_webhook", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async {
            let webhook = BankWebhook::credit(7, Money::vnd(50_000), "DH00042");
            confirmed(provider, "bank-webhook", &webhook.unauthenticated()).await
        })
    }),
    operation("v2 transactions", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async {
            answered(v2(provider).transactions(&v2::TransactionFilter::new(), 1).await)
        })
    }),
    operation("v2 transaction", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async { maybe(v2(provider).transaction("t1").await) })
    }),
    operation("v2 bank_accounts", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async {
            answered(v2(provider).bank_accounts(&v2::BankAccountFilter::new(), 1).await)
        })
    }),
    operation("v2 bank_account", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async { maybe(v2(provider).bank_account("acc-1").await) })
    }),
    operation("v2 virtual_accounts", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async {
            let filter = v2::VirtualAccountFilter::new();
            answered(v2(provider).virtual_accounts("acc-1", &filter, 1).await)
        })
    }),
    operation("v2 virtual_account", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async { maybe(v2(provider).virtual_account("acc-1", "v1").await) })
    }),
    operation("v2 orders", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async {
            answered(v2(provider).orders("acc-1", &v2::VaOrderFilter::new(), 1).await)
        })
    }),
    operation("v2 order", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async { maybe(v2(provider).order("acc-1", "o1").await) })
    }),
    operation("v2 prefixes", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async { answered(v2(provider).prefixes("acc-1").await) })
    }),
    operation("v2 prefix", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async { maybe(v2(provider).prefix("acc-1", "SEP2").await) })
    }),
    operation("v2 terminals", Service::UserApi, Needs::Bank, |provider| {
        Box::pin(async { answered(v2(provider).terminals("acc-1").await) })
    }),
    operation("v1 accounts", Service::UserApiV1, Needs::BankV1, |provider| {
        Box::pin(async { answered(provider.statements().unwrap().accounts().await) })
    }),
    operation("v1 entries", Service::UserApiV1, Needs::BankV1, entries),
    Operation {
        before: &[BIDV_V1],
        ..operation("v1 find_virtual_account", Service::UserApiV1, Needs::BankV1, |provider| {
            Box::pin(async {
                let account = VirtualAccountRef::new(order("DH00042"));
                found(provider.virtual_accounts().unwrap().find(&account).await)
            })
        })
    },
    operation("v1 transactions", Service::UserApiV1, Needs::Bank, |provider| {
        Box::pin(async { answered(v1(provider).transactions(&v1::TransactionFilter::new()).await) })
    }),
    operation("v1 transaction", Service::UserApiV1, Needs::Bank, |provider| {
        Box::pin(async { maybe(v1(provider).transaction("7").await) })
    }),
    operation("v1 count_transactions", Service::UserApiV1, Needs::Bank, |provider| {
        Box::pin(async {
            answered(v1(provider).count_transactions(&v1::TransactionFilter::new()).await)
        })
    }),
    operation("v1 bank_accounts", Service::UserApiV1, Needs::Bank, |provider| {
        Box::pin(async {
            answered(v1(provider).bank_accounts(&v1::BankAccountFilter::new()).await)
        })
    }),
    operation("v1 bank_account", Service::UserApiV1, Needs::Bank, |provider| {
        Box::pin(async { maybe(v1(provider).bank_account("19").await) })
    }),
    operation("v1 count_bank_accounts", Service::UserApiV1, Needs::Bank, |provider| {
        Box::pin(async {
            answered(v1(provider).count_bank_accounts(&v1::BankAccountFilter::new()).await)
        })
    }),
    operation("v1 orders", Service::UserApiV1, Needs::Bank, |provider| {
        Box::pin(async { answered(v1(provider).orders("19").await) })
    }),
    operation("v1 order", Service::UserApiV1, Needs::Bank, |provider| {
        Box::pin(async { maybe(v1(provider).order("19", "o1").await) })
    }),
    operation("exchange", Service::OAuth, Needs::OAuth, |provider| {
        Box::pin(async {
            let app = sepay(provider).oauth().unwrap();
            let store = Arc::new(MemoryTokenStore::default());
            answered(app.exchange(&secret("s"), "code=c&state=s", store).await)
        })
    }),
    operation("refresh", Service::OAuth, Needs::OAuth, |provider| {
        Box::pin(async { answered(with_tokens(provider, Duration::ZERO).await.me().await) })
    }),
    operation("me", Service::OAuth, Needs::OAuth, |provider| {
        Box::pin(async { answered(connection(provider).await.me().await) })
    }),
    operation("oauth bank_accounts", Service::OAuth, Needs::OAuth, |provider| {
        Box::pin(async { answered(connection(provider).await.bank_accounts().await) })
    }),
    operation("oauth bank_account", Service::OAuth, Needs::OAuth, |provider| {
        Box::pin(async { maybe(connection(provider).await.bank_account(19).await) })
    }),
    operation("oauth sub_accounts", Service::OAuth, Needs::OAuth, |provider| {
        Box::pin(async { answered(connection(provider).await.sub_accounts(19, 1).await) })
    }),
    operation("oauth transactions", Service::OAuth, Needs::OAuth, |provider| {
        Box::pin(async {
            let filter = TransactionFilter::new();
            answered(connection(provider).await.transactions(&filter, 1).await)
        })
    }),
    operation("company", Service::OAuth, Needs::OAuth, |provider| {
        Box::pin(async { answered(connection(provider).await.company().await) })
    }),
    operation("webhooks", Service::OAuth, Needs::OAuth, |provider| {
        Box::pin(async {
            answered(connection(provider).await.webhooks(&WebhookFilter::new(), 1).await)
        })
    }),
    operation("webhook", Service::OAuth, Needs::OAuth, |provider| {
        Box::pin(async { maybe(connection(provider).await.webhook(7).await) })
    }),
];

/// Every operation.
pub(crate) fn all() -> impl Iterator<Item = &'static Operation> {
    INSTRUCTIONS.iter().chain(INQUIRIES)
}

/// A bank account at BIDV, as v2 and as v1 tell it.
const BIDV: &str =
    r#"{"status":"success","data":{"id":"acc-1","bank_bin":"970418","account_number":"12"}}"#;
const BIDV_V1: &str =
    r#"{"status":200,"bankaccount":{"id":"19","bank_bin":"970418","account_number":"12"}}"#;

const fn operation(
    name: &'static str,
    service: Service,
    needs: Needs,
    call: for<'a> fn(&'a Provider) -> BoxFuture<'a, Outcome>,
) -> Operation {
    Operation { name, service, needs, before: &[], call }
}

fn close(provider: &Provider) -> BoxFuture<'_, Outcome> {
    Box::pin(async {
        let id = GatewayRef::new("o1").unwrap();
        let number = AccountNumber::new("963NQDORDZVTBPJ3Z7H").unwrap();
        let account = VirtualAccountRef::new(order("DH00042")).with_number(number);
        let account = account.with_gateway_ref(id);
        submitted(provider.virtual_accounts().unwrap().close(&account).await)
    })
}

fn entries(provider: &Provider) -> BoxFuture<'_, Outcome> {
    Box::pin(async {
        let all = StatementFilter::new();
        answered(provider.statements().unwrap().entries(&Cursor::start(), &all).await)
    })
}

fn sepay(provider: &Provider) -> &SePay {
    provider.extension::<SePay>().unwrap()
}

fn v1(provider: &Provider) -> &UserApiV1 {
    sepay(provider).user_api_v1().unwrap()
}

fn v2(provider: &Provider) -> &UserApiV2 {
    sepay(provider).user_api_v2().unwrap()
}

fn new_order() -> NewOrder {
    NewOrder::new(order("DH00042"))
}

async fn connection(provider: &Provider) -> Connection {
    with_tokens(provider, Duration::from_secs(3600)).await
}

/// A connection whose access token is good for so long.
async fn with_tokens(provider: &Provider, good: Duration) -> Connection {
    let store = Arc::new(MemoryTokenStore::default());
    let tokens = Tokens::new(secret("access-0"), Some(secret("refresh-0")), now().plus(good));
    store.save(&tokens).await.unwrap();
    sepay(provider).oauth().unwrap().connection(store)
}

/// Receives a delivery and asks about its one event.
async fn confirmed(
    provider: &Provider,
    endpoint: &str,
    request: &http::Request<bytes::Bytes>,
) -> Outcome {
    let received = receive(provider, endpoint, request);
    let Received::Notification(notification) = received else { panic!("{received:?}") };
    match provider.notifications().unwrap().confirm(&notification.events()[0]).await {
        Ok(Confirmation::NotYet { .. }) => Outcome::Absent,
        other => answered(other),
    }
}

fn submitted<T>(submission: Result<Submission<T>, Error>) -> Outcome {
    match submission {
        Ok(Submission::Accepted(_)) => Outcome::Accepted,
        Ok(Submission::Declined(decline)) => {
            Outcome::Declined { confirmed: decline.is_confirmed() }
        }
        Ok(Submission::Uncertain(uncertain)) => Outcome::Uncertain(uncertain.cause),
        Err(error) => Outcome::Failed(error.kind()),
    }
}

fn found<T>(lookup: Result<Lookup<T>, Error>) -> Outcome {
    match lookup {
        Ok(Lookup::Absent(_)) => Outcome::Absent,
        other => answered(other),
    }
}

fn maybe<T>(answer: Result<Option<T>, Error>) -> Outcome {
    match answer {
        Ok(None) => Outcome::Absent,
        other => answered(other),
    }
}

fn answered<T>(answer: Result<T, Error>) -> Outcome {
    match answer {
        Ok(_) => Outcome::Answered,
        Err(error) => Outcome::Failed(error.kind()),
    }
}
