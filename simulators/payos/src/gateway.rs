//! The simulated gateway behind its hosts: books, clock, faults and webhooks.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Map, Value, json};
use simulator_kit::{
    About, Acknowledgement, Outbox, Outgoing, Receipt, Schedule,
    failing::{DIFFERENCE, OrderFate, PayoutFate},
    has_member,
};

use crate::{
    ControlError,
    books::Books,
    faults::Script,
    link::{Link, LinkTransfer},
    requests::RequestLog,
    settings::Settings,
    sign,
};

/// The name of the endpoint that receives webhooks.
pub(crate) const WEBHOOK: &str = "webhook";

#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) settings: Settings,
    pub(crate) faults: Script,
    pub(crate) log: RequestLog,
    pub(crate) outbox: Outbox,
    /// The base addresses of the API and of the pages, once they listen.
    pub(crate) urls: OnceLock<(String, String)>,
    books: Mutex<Books>,
    webhook_url: Mutex<Option<String>>,
    schedule: Mutex<Schedule>,
}

/// A transfer to a link, and the webhooks that were sent about it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Transferred {
    /// The bank's reference.
    pub reference: String,
    /// The webhooks with the merchant's responses.
    pub deliveries: Vec<Receipt>,
}

impl Gateway {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            faults: Script::default(),
            log: RequestLog::default(),
            outbox: Outbox::new(settings.webhook_timeout)
                .with_clock(settings.clock.clone())
                .with_destinations(settings.destinations)
                .with_trusted(settings.trusted.clone()),
            urls: OnceLock::new(),
            books: Mutex::new(Books::new(&settings)),
            webhook_url: Mutex::new(settings.webhook_url.clone()),
            schedule: Mutex::default(),
            settings,
        }
    }

    /// Seconds since the Unix epoch.
    pub(crate) fn now(&self) -> i64 {
        self.settings.clock.unix_seconds()
    }

    pub(crate) fn api_url(&self) -> &str {
        self.urls.get().map_or("", |(api, _)| api)
    }

    pub(crate) fn pay_url(&self) -> &str {
        self.urls.get().map_or("", |(_, pay)| pay)
    }

    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn webhook_url(&self) -> MutexGuard<'_, Option<String>> {
        self.webhook_url.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a response acknowledges a webhook: any 2xx (source: payos.vn/docs, webhook), or
    /// strictly the status 200 and the JSON `{"success": true}` of payOS's own samples.
    pub(crate) fn acknowledges(&self, response: &Response<Bytes>) -> bool {
        match self.settings.acknowledgement {
            Acknowledgement::Strict => {
                response.status() == StatusCode::OK
                    && has_member(response.body(), "success", &Value::Bool(true))
            }
            _ => response.status().is_success(),
        }
    }

    /// What becomes of an order of this amount, if it is one of the failing values.
    pub(crate) fn order_fate(&self, amount: i64) -> Option<OrderFate> {
        OrderFate::of(amount).filter(|_| self.settings.failing_values)
    }

    /// What becomes of a payout to this account, if it is one of the failing values.
    pub(crate) fn payout_fate(&self, account: &str) -> Option<PayoutFate> {
        PayoutFate::of(account).filter(|_| self.settings.failing_values)
    }

    /// What a buyer transfers who pays `missing` of a link of `amount`.
    pub(crate) fn buyers_transfers(&self, amount: i64, missing: i64) -> Vec<i64> {
        match self.order_fate(amount) {
            Some(OrderFate::Short) if missing > DIFFERENCE => vec![missing - DIFFERENCE],
            Some(OrderFate::Over) => vec![missing.saturating_add(DIFFERENCE)],
            Some(OrderFate::Twice) => vec![missing, missing],
            _ => vec![missing],
        }
    }

    /// Books a transfer to a link and sends a webhook about it.
    pub(crate) async fn transfer(
        &self,
        link: &str,
        amount: i64,
    ) -> Result<Transferred, ControlError> {
        let (link, transfer) = self.book_transfer(link, amount)?;
        let deliveries = self.tell(&link, &transfer).await;
        Ok(Transferred { reference: transfer.reference, deliveries })
    }

    /// Books a transfer to a link, which is still to be reported.
    pub(crate) fn book_transfer(
        &self,
        link: &str,
        amount: i64,
    ) -> Result<(Link, LinkTransfer), ControlError> {
        self.books().transfer(link, amount, &self.settings.account.number, self.now())
    }

    /// Sends a webhook about a transfer, if an address is registered.
    pub(crate) async fn tell(&self, link: &Link, transfer: &LinkTransfer) -> Vec<Receipt> {
        let Some(url) = self.webhook_url().clone() else { return Vec::new() };
        if self.order_fate(link.amount) == Some(OrderFate::NoWebhook) {
            return Vec::new();
        }
        let virtual_account = (&*self.settings.account.holder, &*self.settings.virtual_account);
        let data = link.news(transfer, &self.settings.account.number, virtual_account);
        let signature = self.settings.data_signature(&data);
        let Some(mut request) = signed_webhook(&url, data, &signature) else {
            return Vec::new();
        };
        request.extensions_mut().insert(About::new(WEBHOOK, link.order_code.to_string()));
        let schedule = self.schedule().clone();
        self.outbox.send(Outgoing { request, schedule }).await
    }
}

/// A webhook with this data, signed with a checksum key; `None` if `url` is no address.
pub fn webhook(url: &str, data: Map<String, Value>, checksum_key: &str) -> Option<Request<Bytes>> {
    let signature = sign::data(checksum_key, &data);
    signed_webhook(url, data, &signature)
}

/// A webhook with this data and this signature; `None` if `url` is no address.
pub(crate) fn signed_webhook(
    url: &str,
    data: Map<String, Value>,
    signature: &str,
) -> Option<Request<Bytes>> {
    let body = json!({
        "code": "00",
        "desc": "success",
        "success": true,
        "data": data,
        "signature": signature,
    });
    let request = Request::post(url).header("content-type", "application/json");
    request.body(body.to_string().into()).ok()
}

/// The sample by which an address is tried (source: payos.vn/docs, webhook).
pub fn sample() -> Map<String, Value> {
    let data = json!({
        "orderCode": 123,
        "amount": 3000,
        "description": "VQRIO123",
        "accountNumber": "12345678",
        "reference": "TF230204212323",
        "transactionDateTime": "2023-02-04 18:25:00",
        "currency": "VND",
        "paymentLinkId": "124c33293c43417ab7879e14c8d9eb18",
        "code": "00",
        "desc": "Thành công",
        "counterAccountBankId": "",
        "counterAccountBankName": "",
        "counterAccountName": "",
        "counterAccountNumber": "",
        "virtualAccountName": "",
        "virtualAccountNumber": "",
    });
    match data {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
