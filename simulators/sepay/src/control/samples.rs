//! A ready curl line for every call of SePay.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use simulator_kit::{
    RETURN_PAGE,
    control::{Browser, Sample, shell_quoted},
};

use crate::{
    CheckoutOrder, Host, Operation, PaymentMethod, V1VaPath, VaStatus,
    gateway::{BANK_WEBHOOK, Gateway},
    ids,
    order::OrderStatus,
    sign,
    userapi::v1_account_number,
    virtual_account::{OrderStatus as VaOrderStatus, va_number},
};

/// The lines, in an order in which each can be run after the one before. Those that create
/// something have a name that was not used before. A line of the operation `control` does what a
/// buyer or a bank would do in between.
pub(super) fn of(gateway: &Gateway) -> Vec<Sample> {
    let names = Names::of(gateway);
    let writer = Writer { gateway, names: &names };
    let mut samples = writer.checkout();
    samples.extend(writer.user_api());
    samples.extend(writer.user_api_v1());
    samples.extend(writer.oauth());
    samples
}

/// What the lines name: the latest of each kind, or what a line before creates.
struct Names {
    new_order: String,
    order: String,
    to_cancel: String,
    to_void: String,
    account: String,
    account_uuid: String,
    /// The account whose bank opens orders of any amount, and its number in v1.
    bidv: Option<(String, u64)>,
    sacombank: Option<String>,
    vietcombank: Option<String>,
    transaction: String,
    new_va_order: String,
    va_order: String,
    va: String,
    va_uuid: String,
    v1_va_order: String,
    v1_va: String,
    webhook: u64,
    /// What the bank wants before the code in a memo, with a space behind it.
    lead: String,
    code: String,
}

impl Names {
    fn of(gateway: &Gateway) -> Self {
        let webhook = gateway.dashboard().last_or_next();
        let books = gateway.books();
        let is_free = |name: &String| books.order(name).is_none();
        let new_order = (1..=u64::MAX)
            .map(|number| format!("SANDBOX-{number}"))
            .find(is_free)
            .unwrap_or_default();
        let card = format!("{new_order}-CARD");
        let latest = |wanted: &dyn Fn(&&crate::order::Order) -> bool, else_: &str| {
            let found = books.orders().iter().rev().find(wanted);
            found.map_or_else(|| else_.to_owned(), |order| order.reference().to_owned())
        };
        let now = gateway.now();
        let is_transfer = |method: Option<PaymentMethod>| {
            method.is_some_and(|method| method != PaymentMethod::Card)
        };
        let at_bank = |code: &str| {
            let place = books.accounts().iter().position(|account| account.bank.code == code)?;
            let account = books.accounts().get(place)?;
            Some((account.id.clone(), v1_account_number(place, account)))
        };
        let bidv = at_bank("BIDV");
        let va = books.virtual_accounts();
        let open: Vec<_> = va
            .orders()
            .iter()
            .rev()
            .filter(|order| {
                order.status == VaOrderStatus::Pending
                    && bidv.as_ref().is_some_and(|(id, _)| *id == order.bank_account_id)
            })
            .collect();
        let (orders, serial) = (va.orders().len() as u64, va.serial());
        let bank = crate::Bank::BIDV;
        let first = open.first();
        let second = open.get(1);
        let unpaid = |order: &&&crate::VaOrder| {
            let va = order.va.iter().find(|va| va.status == VaStatus::Unpaid);
            va.map(|va| (va.va_number.clone(), va.id.clone()))
        };
        let (va_name, va_uuid) = first.and_then(|order| unpaid(&order)).unwrap_or_else(|| {
            let serial = serial.saturating_add(1);
            (va_number(bank, "", serial), ids::uuid("virtual-account", serial))
        });
        // The lines of v2 open one order and one more virtual account before those of v1.
        let v1_va = second
            .and_then(|order| unpaid(&order))
            .map_or_else(|| va_number(bank, "", serial.saturating_add(3)), |(number, _)| number);
        let order_id = |number: u64| ids::uuid("va-order", number);
        let transaction = books.transactions().last().map_or_else(
            || ids::uuid("bank-transaction", 1),
            |transaction| transaction.uuid.clone(),
        );
        let code = gateway.settings.code_rule();
        Self {
            order: latest(&|_| true, &new_order),
            to_cancel: latest(
                &|it| it.status == OrderStatus::AwaitingPayment && is_transfer(it.purchase.method),
                &new_order,
            ),
            to_void: latest(
                &|it| {
                    it.status == OrderStatus::Captured
                        && it.transactions.iter().any(|attempt| attempt.can_be_voided(now))
                },
                &card,
            ),
            account: books.accounts().first().map(|it| it.number.clone()).unwrap_or_default(),
            account_uuid: books.accounts().first().map(|it| it.id.clone()).unwrap_or_default(),
            bidv,
            sacombank: at_bank("STB").map(|(id, _)| id),
            vietcombank: at_bank("VCB").map(|(id, _)| id),
            transaction,
            new_va_order: format!("SANDBOX{:03}", orders.saturating_add(1)),
            va_order: first
                .map_or_else(|| order_id(orders.saturating_add(1)), |order| order.id.clone()),
            va: va_name,
            va_uuid,
            v1_va_order: second
                .map_or_else(|| order_id(orders.saturating_add(2)), |order| order.id.clone()),
            v1_va,
            webhook,
            lead: books
                .accounts()
                .first()
                .and_then(|it| it.memo_lead.as_ref())
                .map_or_else(String::new, |lead| format!("{lead} ")),
            code: format!("{}{}", code.prefix(), "1".repeat(*code.suffix().start())),
            new_order,
        }
    }
}

struct Writer<'a> {
    gateway: &'a Gateway,
    names: &'a Names,
}

impl Writer<'_> {
    fn checkout(&self) -> Vec<Sample> {
        let (settings, names) = (&self.gateway.settings, self.names);
        let pair = format!("{}:{}", settings.merchant_id(), settings.secret_key());
        let basic = header("authorization", &format!("Basic {}", STANDARD.encode(pair)));
        let api = format!("{}/v1/order", self.gateway.url(Host::PgApi));
        let named = |order: &str| json!({ "order_invoice_number": order });
        let done = r#""message":"Đã hủy"#;
        let card = format!("{}-CARD", names.new_order);
        vec![
            self.form(&names.new_order, PaymentMethod::BankTransfer),
            self.form(&card, PaymentMethod::Card),
            self.control(
                "the buyer pays the order by card",
                &json!({ "action": "pay", "order": card }),
            ),
            of_operation(
                Operation::OrderList,
                "lists orders",
                format!("curl -s {api}{basic}"),
                r#""data":["#,
            ),
            of_operation(
                Operation::OrderDetail,
                "finds an order by its invoice number",
                format!("curl -s {api}/detail/{}{basic}", names.order),
                &format!(r#""order_invoice_number":"{}""#, names.order),
            ),
            of_operation(
                Operation::OrderCancel,
                "cancels an unpaid order by bank transfer",
                post(&format!("{api}/cancel"), &basic, &named(&names.to_cancel)),
                done,
            ),
            of_operation(
                Operation::OrderVoid,
                "voids a card payment before it settles",
                post(&format!("{api}/voidTransaction"), &basic, &named(&names.to_void)),
                done,
            ),
        ]
    }

    /// A signed checkout form.
    fn form(&self, order: &str, method: PaymentMethod) -> Sample {
        let settings = &self.gateway.settings;
        let pay = self.gateway.url(Host::Pay);
        let (action, back) =
            (format!("{pay}{}", settings.checkout_path()), format!("{pay}{RETURN_PAGE}"));
        let mut fields: Vec<(String, String)> = [
            ("order_amount", "50000"),
            ("merchant", settings.merchant_id()),
            ("currency", "VND"),
            ("operation", "PURCHASE"),
            ("order_description", "Don hang thu"),
            ("order_invoice_number", order),
            ("payment_method", method.name()),
            ("success_url", &back),
            ("error_url", &back),
            ("cancel_url", &back),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        let mut signed: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if settings.readings().checkout == CheckoutOrder::AsListed {
            signed.sort_by_key(|(name, _)| sign::place(name));
        }
        let signature = settings.checkout_signature(&signed);
        fields.push(("signature".to_owned(), signature));
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        let about = match method {
            PaymentMethod::Card => "opens the page where the buyer pays by card",
            _ => "opens the page where the buyer pays by bank transfer",
        };
        Sample {
            browser: Some(Browser::Form { action: action.clone(), fields }),
            ..of_operation(
                Operation::CheckoutInit,
                about,
                format!("curl -s {action} -d {}", shell_quoted(&body)),
                order,
            )
        }
    }

    fn control(&self, about: &str, action: &Value) -> Sample {
        let url = format!("{}/_control/actions", self.gateway.url(Host::Pay));
        Sample {
            operation: "control".to_owned(),
            about: about.to_owned(),
            curl: post(&url, "", action),
            answers: r#""message":"#.to_owned(),
            browser: None,
        }
    }

    fn user_api(&self) -> Vec<Sample> {
        let names = self.names;
        let api = format!("{}/v2", self.gateway.url(Host::UserApi));
        let bearer = bearer(self.gateway.settings.api_token());
        let get = |operation: Operation, about: &str, path: &str| {
            let curl = format!("curl -s {api}{path}{bearer}");
            of_operation(operation, about, curl, r#""status":"success""#)
        };
        let accounts = |rest: &str| format!("/bank-accounts/{}{rest}", names.account_uuid);
        let mut samples = vec![
            self.control(
                "somebody transfers to a bank account, with a payment code in the memo",
                &json!({
                    "action": "credit",
                    "account": names.account,
                    "amount": 50_000,
                    "memo": format!("{}{} cam on", names.lead, names.code),
                }),
            ),
            get(Operation::TransactionList, "lists the statement", "/transactions"),
            get(
                Operation::TransactionDetail,
                "finds a line of the statement",
                &format!("/transactions/{}", names.transaction),
            ),
            get(Operation::BankAccountList, "lists the bank accounts", "/bank-accounts"),
            get(Operation::BankAccountDetail, "finds a bank account", &accounts("")),
        ];
        if let Some(id) = &names.sacombank {
            let path = format!("/bank-accounts/{id}/prefixes");
            samples.push(get(Operation::PrefixList, "lists the prefixes at Sacombank", &path));
            let path = format!("{path}/{}", self.gateway.settings.va_prefix());
            samples.push(get(Operation::PrefixDetail, "finds a prefix at Sacombank", &path));
        }
        if let Some(id) = &names.vietcombank {
            let path = format!("/bank-accounts/{id}/terminals");
            samples.push(get(Operation::TerminalList, "lists the terminals at Vietcombank", &path));
        }
        if let Some((id, _)) = &names.bidv {
            let url = format!("{api}/bank-accounts/{id}");
            samples.extend(self.va_orders(&url, "/va", &bearer, &names.va_order, &names.va));
        }
        samples
    }

    /// Orders with virtual accounts, which v1 and v2 spell alike.
    fn va_orders(
        &self,
        url: &str,
        accounts: &str,
        bearer: &str,
        order: &str,
        va: &str,
    ) -> Vec<Sample> {
        let is_v2 = !accounts.is_empty();
        let code = format!("{}{}", self.names.new_va_order, if is_v2 { "" } else { "V1" });
        let good = r#""status":"#;
        let last = match self.gateway.settings.readings().v1_va_path {
            V1VaPath::Vas if !is_v2 => "vas",
            _ => "va",
        };
        let get = |operation, about: &str, path: &str| {
            of_operation(operation, about, format!("curl -s {url}{path}{bearer}"), good)
        };
        let delete = |operation, about: &str, path: &str| {
            let curl = format!("curl -s -X DELETE -w '%{{http_code}}' {url}{path}{bearer}");
            of_operation(operation, about, curl, "204")
        };
        let mut samples = vec![
            of_operation(
                Operation::VaOrderCreate,
                "opens an order with a virtual account",
                post(
                    &format!("{url}/orders"),
                    bearer,
                    &json!({ "order_code": code, "amount": 50_000, "duration": 86_400 }),
                ),
                &format!(r#""order_code":"{code}""#),
            ),
            get(Operation::VaOrderList, "lists orders", "/orders"),
            get(Operation::VaOrderDetail, "finds an order", &format!("/orders/{order}")),
            of_operation(
                Operation::VaCreate,
                "adds a virtual account to an order",
                post(&format!("{url}/orders/{order}/{last}"), bearer, &json!({ "amount": 20_000 })),
                r#""va_number":"#,
            ),
        ];
        if is_v2 {
            samples.push(get(Operation::VirtualAccountList, "lists virtual accounts", accounts));
            let path = format!("{accounts}/{}", self.names.va_uuid);
            samples.push(get(Operation::VirtualAccountDetail, "finds a virtual account", &path));
        }
        samples.extend([
            delete(
                Operation::VaCancel,
                "cancels a virtual account of an order",
                &format!("/orders/{order}/{last}/{va}"),
            ),
            delete(Operation::VaOrderCancel, "cancels an order", &format!("/orders/{order}")),
        ]);
        samples
    }

    fn user_api_v1(&self) -> Vec<Sample> {
        let api = format!("{}/userapi", self.gateway.url(Host::My));
        let bearer = bearer(self.gateway.settings.api_token());
        let (last, first) = {
            let books = self.gateway.books();
            let first = books.accounts().first().map(|account| v1_account_number(0, account));
            (books.transactions().len().max(1) as u64, first.unwrap_or_default())
        };
        let get = |operation: Operation, about: &str, path: &str| {
            let curl = format!("curl -s {api}{path}{bearer}");
            of_operation(operation, about, curl, r#""status":200"#)
        };
        let mut samples = vec![
            get(Operation::TransactionList, "v1: lists the statement", "/transactions/list"),
            get(
                Operation::TransactionDetail,
                "v1: finds a line of the statement",
                &format!("/transactions/details/{last}"),
            ),
            get(
                Operation::TransactionCount,
                "v1: counts the lines of the statement",
                "/transactions/count",
            ),
            get(Operation::BankAccountList, "v1: lists the bank accounts", "/bankaccounts/list"),
            get(
                Operation::BankAccountDetail,
                "v1: finds a bank account",
                &format!("/bankaccounts/details/{first}"),
            ),
            get(Operation::BankAccountCount, "v1: counts the bank accounts", "/bankaccounts/count"),
        ];
        if let Some((_, number)) = &self.names.bidv {
            let url = format!("{api}/bidv/{number}");
            let names = self.names;
            let orders = self.va_orders(&url, "", &bearer, &names.v1_va_order, &names.v1_va);
            samples.extend(orders.into_iter().map(|mut sample| {
                sample.about.insert_str(0, "v1: ");
                sample
            }));
        }
        samples
    }

    fn oauth(&self) -> Vec<Sample> {
        let settings = &self.gateway.settings;
        let my = self.gateway.url(Host::My);
        let (code, token) =
            self.gateway.grants().for_samples(settings.oauth_redirect_url(), self.gateway.now());
        let form = |pairs: &[(&str, &str)]| {
            form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
        };
        let page = format!(
            "{my}/oauth/authorize?{}",
            form(&[
                ("response_type", "code"),
                ("client_id", settings.oauth_client_id()),
                ("redirect_uri", settings.oauth_redirect_url()),
                ("scope", "bank-account:read transaction:read"),
                ("state", "sandbox"),
            ])
        );
        let exchange = form(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", settings.oauth_redirect_url()),
            ("client_id", settings.oauth_client_id()),
            ("client_secret", settings.oauth_client_secret()),
        ]);
        let plain = |operation: &str, about: &str, curl: String, answers: &str| Sample {
            operation: operation.to_owned(),
            about: about.to_owned(),
            curl,
            answers: answers.to_owned(),
            browser: None,
        };
        let mut samples = vec![
            Sample {
                browser: Some(Browser::Link(page.clone())),
                ..plain(
                    "oauth.authorize",
                    "the page where a merchant allows an app",
                    format!("curl -s {}", shell_quoted(&page)),
                    "decision",
                )
            },
            of_operation(
                Operation::OAuthToken,
                "exchanges the code of an authorisation for tokens",
                format!("curl -s {my}/oauth/token -d {}", shell_quoted(&exchange)),
                r#""access_token":"#,
            ),
        ];
        let (api, bearer) = (format!("{my}/api/v1"), bearer(&token));
        for (operation, about, path) in [
            ("oauth.bank_account.list", "lists the bank accounts", "/bank-accounts"),
            ("oauth.bank_account.detail", "finds a bank account", "/bank-accounts/19"),
            (
                "oauth.sub_account.list",
                "lists the sub-accounts of a bank account",
                "/bank-accounts/19/sub-accounts",
            ),
            ("oauth.transaction.list", "lists the statement", "/transactions"),
            ("oauth.me", "says who the merchant is", "/me"),
            ("oauth.company", "shows the merchant's company", "/company"),
        ] {
            let curl = format!("curl -s {api}{path}{bearer}");
            samples.push(plain(operation, about, curl, r#""status":"success""#));
        }
        samples.extend(self.webhooks(&api, &bearer));
        samples
    }

    fn webhooks(&self, api: &str, bearer: &str) -> Vec<Sample> {
        let rule = self.gateway.settings.code_rule();
        let good = r#""status":"success""#;
        let one = format!("{api}/webhooks/{}", self.names.webhook);
        let send = |method: &str, url: &str, body: Option<&Value>| {
            let body = body.map_or_else(String::new, |body| {
                format!(
                    " -H 'content-type: application/json' -d {}",
                    shell_quoted(&body.to_string())
                )
            });
            format!("curl -s -X {method} {url}{bearer}{body}")
        };
        let plain = |operation: &str, about: &str, curl: String| Sample {
            operation: operation.to_owned(),
            about: about.to_owned(),
            curl,
            answers: good.to_owned(),
            browser: None,
        };
        let configurations = json!({ "payment_code_formats": [{
            "prefix": rule.prefix(),
            "suffix_from": rule.suffix().start(),
            "suffix_to": rule.suffix().end(),
            "character_type": "NumberAndLetter",
            "is_active": true,
        }] });
        let webhook = json!({
            "bank_account_id": 19,
            "name": "Sandbox",
            "event_type": "In_only",
            "authen_type": "No_Authen",
            "webhook_url": format!("http://127.0.0.1:3000/webhooks/sepay/{BANK_WEBHOOK}"),
            "is_verify_payment": 1,
            "request_content_type": "Json",
        });
        vec![
            of_operation(
                Operation::CompanyConfigure,
                "sets the payment codes that SePay looks for",
                send("PATCH", &format!("{api}/company/configurations"), Some(&configurations)),
                good,
            ),
            of_operation(
                Operation::WebhookCreate,
                "registers a webhook about bank transactions",
                send("POST", &format!("{api}/webhooks"), Some(&webhook)),
                good,
            ),
            plain(
                "oauth.webhook.list",
                "lists webhooks",
                send("GET", &format!("{api}/webhooks"), None),
            ),
            plain("oauth.webhook.detail", "finds a webhook", send("GET", &one, None)),
            of_operation(
                Operation::WebhookUpdate,
                "changes a webhook",
                send("PATCH", &one, Some(&json!({ "name": "Sandbox 2" }))),
                good,
            ),
            of_operation(
                Operation::WebhookDelete,
                "deletes a webhook",
                send("DELETE", &one, None),
                good,
            ),
        ]
    }
}

fn of_operation(operation: Operation, about: &str, curl: String, answers: &str) -> Sample {
    Sample {
        operation: operation.name().to_owned(),
        about: about.to_owned(),
        curl,
        answers: answers.to_owned(),
        browser: None,
    }
}

fn header(name: &str, value: &str) -> String {
    format!(" -H {}", shell_quoted(&format!("{name}: {value}")))
}

fn bearer(token: &str) -> String {
    header("authorization", &format!("Bearer {token}"))
}

fn post(url: &str, headers: &str, body: &Value) -> String {
    format!(
        "curl -s {url}{headers} -H 'content-type: application/json' -d {}",
        shell_quoted(&body.to_string())
    )
}
