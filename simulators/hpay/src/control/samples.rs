//! A ready curl line for every call of HPay.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use simulator_kit::{
    Algorithm, RETURN_PAGE,
    control::{Browser, Sample, shell_quoted},
};

use crate::{
    AccountStatus, Card, CardKind, RequestBody, VirtualAccount,
    checkout::code_of_link,
    civil_time,
    endpoints::{ENDPOINTS, Endpoint, Verb},
    formulas::{
        BALANCE_REQUEST, NAME_CHECK_REQUEST, OPENAPI_REQUEST, ORDER_INQUIRY_REQUEST,
        PAYOUT_INQUIRY_REQUEST, PAYOUT_REQUEST, REVOKE_TOKEN_LINK, VA_CLOSE_REQUEST,
        VA_CREATE_REQUEST, VA_INQUIRY_REQUEST, VA_RENAME_REQUEST,
    },
    gateway::Gateway,
    keys::sign_as_merchant,
    request_log::Host,
};

/// The lines, in an order in which each can be run after the one before. Those that create
/// something have a reference that was not used before. Where the merchant's private key is not
/// known, the calls that it signs are left out.
pub(super) fn of(gateway: &Gateway) -> Vec<Sample> {
    let names = Names::of(gateway);
    ENDPOINTS.iter().filter_map(|endpoint| sample(gateway, &names, endpoint)).collect()
}

/// What the lines name: the latest of each kind, or what the line before creates.
struct Names {
    new_order: String,
    order: String,
    new_payout: String,
    payout: String,
    /// An open account, by its short number.
    account: String,
    /// Another one, for the newer OpenAPI: the lines before it close the first.
    openapi_account: String,
    card: Option<(String, &'static str)>,
    transaction: u64,
}

impl Names {
    fn of(gateway: &Gateway) -> Self {
        let now = gateway.now();
        let books = gateway.books();
        let new_order = format!("SANDBOX-{}", books.orders.len().saturating_add(1));
        let new_payout = format!("SANDBOX-P{}", books.payouts.len().saturating_add(1));
        let is_open = |it: &&VirtualAccount| it.status_at(now) == AccountStatus::Active;
        let mut open = books.accounts.iter().rev().filter(is_open).map(|it| it.number.clone());
        let next = books.numbers.next_account();
        let is_domestic = |card: &&Card| card.is_active && card.kind == CardKind::Domestic;
        let card = books.cards.iter().rev().find(is_domestic);
        let last = books.ledger.bookings().last();
        Self {
            order: books.orders.last().map_or(&new_order, |it| &it.link.order_code).clone(),
            payout: books.payouts.last().map_or(&new_payout, |it| &it.request_id).clone(),
            account: open.next().unwrap_or_else(|| next.to_string()),
            openapi_account: open.next().unwrap_or_else(|| next.saturating_add(1).to_string()),
            card: card.map(|card| (card.token.clone(), card.bank_code)),
            transaction: last
                .map_or_else(|| books.numbers.next_transaction(), |last| last.transaction_id),
            new_order,
            new_payout,
        }
    }
}

/// A field of a request.
type Field = (&'static str, String);

fn sample(gateway: &Gateway, names: &Names, endpoint: &Endpoint) -> Option<Sample> {
    let (fields, answers) = match endpoint.is_openapi() {
        true => return openapi(gateway, names, endpoint),
        false => fields(gateway, names, endpoint)?,
    };
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
    let url = format!("{}{}", gateway.url(endpoint.host), endpoint.path_of(gateway));
    let link = format!("{url}?{query}");
    Some(Sample {
        operation: endpoint.operation.name(),
        about: endpoint.about.to_owned(),
        curl: match endpoint.verb {
            Verb::Get => format!("curl -s {}", shell_quoted(&link)),
            Verb::Post => format!("curl -s {url}{}", body(gateway, endpoint, &fields, &query)),
        },
        answers,
        browser: (endpoint.host == Host::Checkout && endpoint.verb == Verb::Get)
            .then_some(Browser::Link(link)),
    })
}

/// The body of a line, in a form that the gateway reads.
fn body(gateway: &Gateway, endpoint: &Endpoint, fields: &[Field], query: &str) -> String {
    let form = gateway.settings.readings.body_of(endpoint.operation);
    if matches!(form, RequestBody::Any | RequestBody::Form) {
        return format!(" -d {}", shell_quoted(query));
    }
    let members = fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(&**value)));
    let json = Value::Object(members.collect()).to_string();
    let header = match form {
        RequestBody::JsonAsForm => "",
        _ => " -H 'content-type: application/json'",
    };
    format!("{header} -d {}", shell_quoted(&json))
}

/// The signed fields of a call, and a part of its response.
fn fields(gateway: &Gateway, names: &Names, endpoint: &Endpoint) -> Option<(Vec<Field>, String)> {
    let (settings, codes) = (&gateway.settings, &gateway.codes);
    let (merchant, email) = (&settings.merchant_id, &settings.merchant_email);
    let back = format!("{}{RETURN_PAGE}", gateway.url(Host::Checkout));
    let text = |text: &str| text.to_owned();
    let coded = |formula: &str, mut fields: Vec<Field>, name: &'static str, usual: String| {
        let usual = || Some(usual);
        let code = gateway.merchants_signature(formula, Algorithm::Md5Hex, &fields, usual)?;
        fields.push((name, code));
        Some(fields)
    };
    Some(match endpoint.path {
        "/v1/checkout.php" => {
            let mut fields = vec![
                ("merchant_site_code", merchant.clone()),
                ("return_url", back.clone()),
                ("cancel_url", back),
                ("receiver", email.clone()),
                ("order_code", names.new_order.clone()),
                ("order_description", text("Don hang thu")),
                ("price", text(PRICE)),
                ("currency", text("vnd")),
                ("installment", text("0")),
            ];
            fields.extend(gateway.notify_url().map(|url| ("notify_url", url)));
            let code = code_of_link(gateway, settings.v1_link(), &fields)?;
            fields.push(("secure_code", code));
            (fields, names.new_order.clone())
        }
        "/checkout.php" => (advanced_link(gateway, names, &back)?, names.new_order.clone()),
        "/revoke_token.php" => {
            let (token, bank) = names.card.as_ref()?;
            let usual = codes.token_revocation(email, bank, token);
            let fields = vec![
                ("merchant_id", merchant.clone()),
                ("receive_email", email.clone()),
                ("bank_code", text(bank)),
                ("bank_token", token.clone()),
                ("return_url", back),
            ];
            (coded(REVOKE_TOKEN_LINK, fields, "secure_code", usual)?, token.clone())
        }
        "/api/transaction/GetTransactionDetail" | "/api/transaction" => {
            let usual = codes.order_inquiry(Some(&names.order), None);
            let fields =
                vec![("merchant_id", merchant.clone()), ("order_code", names.order.clone())];
            (coded(ORDER_INQUIRY_REQUEST, fields, "checksum", usual)?, text(r#""error_code":"00""#))
        }
        "/api/va/create" => {
            let fields = vec![
                ("merchantId", merchant.clone()),
                ("accountVaType", text("2")),
                ("accountVaName", text("CUA HANG THU")),
                ("amount", text("0")),
                ("condition", text("2")),
                ("remark", text("DH 001")),
            ];
            let usual = codes.account_create("2");
            (coded(VA_CREATE_REQUEST, fields, "secure_code", usual)?, text(r#""error_code":"0""#))
        }
        "/api/va/updateVaName" => {
            let fields = vec![
                ("merchant_id", merchant.clone()),
                ("va_account", names.account.clone()),
                ("va_name", text("CUA HANG MOI")),
            ];
            let usual = codes.account_rename(&names.account, "CUA HANG MOI");
            (coded(VA_RENAME_REQUEST, fields, "secure_code", usual)?, text(r#""error_code":"00""#))
        }
        "/api/va/revoke" => {
            let fields = vec![
                ("merchant_id", merchant.clone()),
                ("account_va", names.account.clone()),
                ("flag", text("0")),
            ];
            let usual = codes.account_revoke(&names.account, "0");
            (coded(VA_CLOSE_REQUEST, fields, "secure_code", usual)?, text(r#""va_status":"3""#))
        }
        "/v1/account/inquiry" => {
            let fields =
                vec![("merchant_id", merchant.clone()), ("va_account", names.account.clone())];
            let usual = codes.account_inquiry(&names.account);
            (coded(VA_INQUIRY_REQUEST, fields, "secure_code", usual)?, text(r#""error_code":"00""#))
        }
        "/api/ibft/create" | "/api/ibft" | "/v1/fb/create" => {
            let to = settings.beneficiaries.first();
            let (bank, number, name) = to.map_or(("BIDV", "1234567890", ANYBODY), |to| {
                (to.bank.as_str(), to.number.as_str(), to.name.as_str())
            });
            let request_id = match endpoint.path {
                "/api/ibft/create" => names.new_payout.clone(),
                "/api/ibft" => format!("{}-D", names.new_payout),
                _ => format!("{}-S", names.new_payout),
            };
            let fields = payout_fields(gateway, request_id, bank, number, name)?;
            (fields, text(r#""error_code":"000""#))
        }
        "/api/ibft/inquiry" => {
            let fields =
                vec![("requestId", names.payout.clone()), ("merchantId", merchant.clone())];
            let usual = codes.payout_inquiry(&names.payout, None);
            (
                coded(PAYOUT_INQUIRY_REQUEST, fields, "secureChain", usual)?,
                text(r#""error_code":"000""#),
            )
        }
        "/api/ibft/CheckUserBank" => {
            let fields = vec![
                ("merchant_id", merchant.clone()),
                ("bank_name", text("BIDV")),
                ("bank_account_number", text("1234567890912312")),
            ];
            let usual = codes.name_check("BIDV", "1234567890912312");
            (
                coded(NAME_CHECK_REQUEST, fields, "secure_code", usual)?,
                text(r#""error_code":"000""#),
            )
        }
        "/api/user/GetBalance" => {
            let time = gateway.now().to_string();
            let request = codes.balance_request_text("SANDBOX-B1", &time);
            let fields = vec![
                ("requestId", text("SANDBOX-B1")),
                ("merchantId", merchant.clone()),
                ("requestTime", time),
            ];
            let fields = signed(gateway, BALANCE_REQUEST, fields, "signature", &request)?;
            (fields, text(r#""balance":"#))
        }
        _ => return None,
    })
}

/// The fields with a signature by the merchant's key, over the `usual` text or as the configuration has
/// it; `None` if that key is not known.
fn signed(
    gateway: &Gateway,
    formula: &str,
    mut fields: Vec<Field>,
    name: &'static str,
    usual: &str,
) -> Option<Vec<Field>> {
    let by_key = || sign_as_merchant(gateway.settings.merchant_private_key.as_ref()?, usual).ok();
    let algorithm = Algorithm::RsaSha256Base64;
    let signature = gateway.merchants_signature(formula, algorithm, &fields, by_key)?;
    fields.push((name, signature));
    Some(fields)
}

/// A line that pays out to an account; `None` if the merchant's private key is not known.
pub(super) fn payout_line(gateway: &Gateway, account: &str) -> Option<String> {
    let count = gateway.books().payouts.len().saturating_add(1);
    let request_id = format!("SANDBOX-F{count}");
    let fields = payout_fields(gateway, request_id, "BIDV", account, ANYBODY)?;
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
    let url = format!("{}/api/ibft/create", gateway.url(Host::Account));
    Some(format!("curl -s {url} -d {}", shell_quoted(&query)))
}

/// The holder of an account that the settings do not list.
const ANYBODY: &str = "NGUYEN THI B";

fn payout_fields(
    gateway: &Gateway,
    request_id: String,
    bank: &str,
    number: &str,
    name: &str,
) -> Option<Vec<Field>> {
    let settings = &gateway.settings;
    let request = gateway.codes.payout_request_text(&request_id, "20000", name);
    let fields = vec![
        ("requestId", request_id),
        ("merchantId", settings.merchant_id.clone()),
        ("merchantEmail", settings.merchant_email.clone()),
        ("bankName", bank.to_owned()),
        ("bankAccountNumber", number.to_owned()),
        ("bankAccountName", name.to_owned()),
        ("amount", "20000".to_owned()),
        ("note", "hoan tien".to_owned()),
    ];
    signed(gateway, PAYOUT_REQUEST, fields, "secureChain", &request)
}

const PRICE: &str = "50000";

/// A link for a token of a domestic card, with the code that the settings say.
fn advanced_link(gateway: &Gateway, names: &Names, back: &str) -> Option<Vec<Field>> {
    let settings = &gateway.settings;
    let mut fields = vec![
        ("merchant_site_code", settings.merchant_id.clone()),
        ("return_url", back.to_owned()),
        ("receiver", settings.merchant_email.clone()),
        ("order_code", format!("{}-ATM", names.new_order)),
        ("order_description", "Don hang thu".to_owned()),
        ("price", PRICE.to_owned()),
        ("currency", "vnd".to_owned()),
        ("installment", "0".to_owned()),
        ("token_type", "1".to_owned()),
    ];
    fields.extend(gateway.notify_url().map(|url| ("notify_url", url)));
    let code = code_of_link(gateway, settings.advanced_link, &fields)?;
    fields.push(("secure_code", code));
    Some(fields)
}

/// A call of the newer OpenAPI: base64 of JSON, signed as a whole, with a token that is good now.
fn openapi(gateway: &Gateway, names: &Names, endpoint: &Endpoint) -> Option<Sample> {
    let settings = &gateway.settings;
    let service = endpoint.path_of(gateway).split('/').nth(2)?;
    let url = format!("{}{}", gateway.url(endpoint.host), endpoint.path_of(gateway));
    if endpoint.path.ends_with("/token") {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("grant_type", "client_credentials"),
                ("client_id", &settings.openapi_client_id),
                ("client_secret", &settings.openapi_client_secret),
                ("scope", service),
            ])
            .finish();
        return Some(Sample {
            operation: endpoint.operation.name(),
            about: endpoint.about.to_owned(),
            curl: format!("curl -s {url} -d {}", shell_quoted(&query)),
            answers: r#""access_token":"#.to_owned(),
            browser: None,
        });
    }
    let call = endpoint.path.rsplit('/').next()?;
    let request_id = |call: &str| format!("{}-{call}", names.new_order.replace("ANDBOX-", "B"));
    let more = openapi_data(gateway, names, endpoint.path.split('/').nth(2)?, call)?;
    let mut data = json!({
        "requestId": request_id(call),
        "merchantId": settings.merchant_id,
        "requestTime": civil_time::timestamp(gateway.now()),
    });
    if let (Some(data), Value::Object(more)) = (data.as_object_mut(), more) {
        data.extend(more);
    }
    let data = STANDARD.encode(data.to_string());
    let usual = gateway.codes.openapi_request_text(&data);
    let data_and_signature =
        signed(gateway, OPENAPI_REQUEST, vec![("data", data)], "signature", &usual)?;
    let token = gateway.tokens.valid_or_new(service, gateway.now(), settings.openapi_token_seconds);
    let body: Value = data_and_signature
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let body = body.to_string();
    Some(Sample {
        operation: endpoint.operation.name(),
        about: endpoint.about.to_owned(),
        curl: format!(
            "curl -s {url} -H 'authorization: Bearer {token}' -H {} \
             -H 'content-type: application/json' -d {}",
            shell_quoted(&format!("x-api-mid: {}", settings.merchant_id)),
            shell_quoted(&body)
        ),
        answers: r#""errorCode":"00""#.to_owned(),
        browser: None,
    })
}

/// The members of the data of a call, besides those of every call.
fn openapi_data(gateway: &Gateway, names: &Names, service: &str, call: &str) -> Option<Value> {
    let to = gateway.settings.beneficiaries.first();
    let (bank, number, name) = to.map_or(("BIDV", "1234567890", ANYBODY), |to| {
        (to.bank.as_str(), to.number.as_str(), to.name.as_str())
    });
    Some(match (service, call) {
        ("va", "create") => json!({
            "vaName": "CUA HANG THU", "vaType": "2", "vaCondition": "2", "vaAmount": "0",
            "remark": "DH 002",
        }),
        ("va", "update") => json!({ "vaAccount": names.openapi_account, "vaName": "CUA HANG MOI" }),
        ("va", "revoke" | "inquiry") => json!({ "vaAccount": names.openapi_account }),
        ("va", "get-list") | ("account", _) => json!({}),
        ("ibft", "transfer") => json!({
            "requestId": format!("{}-O", names.new_payout),
            "merchantEmail": gateway.settings.merchant_email,
            "bankName": bank,
            "bankAccountNumber": number,
            "bankAccountName": name,
            "amount": "20000",
            "note": "hoan tien",
        }),
        ("ibft", "inquiry") => json!({ "requestId": names.payout }),
        ("ibft", "get-name") => json!({ "bankName": bank, "bankAccountNumber": number }),
        ("transaction", _) => json!({ "transactionId": names.transaction.to_string() }),
        _ => return None,
    })
}
