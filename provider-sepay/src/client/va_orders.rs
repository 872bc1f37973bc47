//! Orders with virtual accounts of their own: of v2 for three banks, of v1 for BIDV.

use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use payments_core::{
    Error, Raw, Result, Submission,
    money::Money,
    transport::{Call, Subject, Transport},
};
use serde::Serialize;

use super::{
    request::{Door, as_text, segment},
    rows::Rows,
    user_api_v2::under,
};
use crate::{
    QrTemplate, map, rules,
    user_api::{CreatedOrder, NewOrder, NewVa, OrderVa, Page, VaOrder},
    wire,
};

const LIST: &str = "list_va_orders";
const DETAIL: &str = "va_order_detail";
const CREATE: &str = "create_va_order";
const CANCEL: &str = "cancel_va_order";
const ADD: &str = "add_va";
const CANCEL_VA: &str = "cancel_va";

/// Which version is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// v1, with the last segment of the path to an order's virtual accounts: its pages say `va`,
    /// and the guide for the upgrade from it says `vas`.
    V1 { va: &'static str },
    /// v2.
    V2,
}

#[derive(Clone)]
pub(crate) struct VaOrders {
    door: Door,
    transport: Arc<dyn Transport>,
    rows: Rows,
    version: Version,
}

impl VaOrders {
    pub(super) fn new(door: Door, transport: Arc<dyn Transport>, version: Version) -> Self {
        let rows = Rows::new(door.clone(), Arc::clone(&transport));
        Self { door, transport, rows, version }
    }

    /// One page, newest first unless said; v1 gives all at once.
    pub(crate) async fn page(
        &self,
        account: &str,
        query: &[(&'static str, String)],
        page: u32,
    ) -> Result<Page<VaOrder>> {
        let path = self.orders(account)?;
        if self.version == Version::V2 {
            return self.rows.page(&path, query, page).await;
        }
        let response = self.inquire_v1(LIST, &path).await?;
        let list: wire::V1Orders<'_> = map::v1::read(LIST, &response)?;
        let rows = map::rows(&list.data.orders, |row: &wire::VaOrder<'_>| map::va_order(row));
        Ok(Page::new(rows, false, None))
    }

    /// One order with SePay's own words, `None` if SePay does not know it.
    pub(crate) async fn order(&self, account: &str, id: &str) -> Result<Option<(VaOrder, Raw)>> {
        let path = self.orders(account)?;
        if self.version == Version::V2 {
            let found = self.rows.one(&path, id).await?;
            return Ok(found.map(|(order, answer)| (order, Raw::new(answer.into_body()))));
        }
        let path = format!("{path}/{}", segment("order", id)?);
        let response = self.inquire_v1(DETAIL, &path).await?;
        let found: Option<wire::V1Order<'_>> = map::v1::read_one(DETAIL, &response)?;
        let order = found.map(|found| map::va_order(&found.data)).transpose();
        let order = order.map_err(|unclear| unclear.into_error(DETAIL))?;
        Ok(order.map(|order| (order, Raw::new(response.body().clone()))))
    }

    /// `account_number` is that of the bank account, where it is known: the answer is held against
    /// it.
    pub(crate) async fn create(
        &self,
        account: &str,
        order: &NewOrder,
        account_number: Option<&str>,
    ) -> Result<Submission<CreatedOrder>> {
        rules::order_code().check("order", order.code.as_str())?;
        let amount = dong(order.amount)?;
        let holder = holder(order.holder.as_deref())?;
        let body = wire::NewOrder {
            order_code: order.code.as_str(),
            amount: self.amount(amount),
            va_holder_name: holder,
            duration: order.duration.map(whole_seconds).transpose()?,
            va_prefix: order.va_prefix.as_deref(),
            tid: order.tid.as_deref(),
            with_qrcode: order.qr.map(|_| "1"),
            qrcode_template: order.qr.map(QrTemplate::word),
        };
        let request = self.door.post(&self.orders(account)?, json(&body)?)?;
        let about = Subject::VirtualAccount(order.code.clone());
        let call = Call::instruction(CREATE, request).with_about(about);
        let sent = self.transport.instruct(call).await?;
        let asked = map::Asked { code: &order.code, amount: order.amount, account_number };
        Ok(sent.read(|response| map::order_created(&asked, response)))
    }

    /// `about` is the virtual account behind the order, where its own reference is known.
    pub(crate) async fn cancel(
        &self,
        account: &str,
        id: &str,
        about: Option<Subject>,
    ) -> Result<Submission<()>> {
        let path = format!("{}/{}", self.orders(account)?, segment("order", id)?);
        let request = self.door.delete(&path)?;
        let mut call = Call::instruction(CANCEL, request);
        call.about = about;
        let sent = self.transport.instruct(call).await?;
        Ok(sent.read(map::va_cancelled))
    }

    pub(crate) async fn add_va(
        &self,
        account: &str,
        id: &str,
        va: &NewVa,
    ) -> Result<Submission<OrderVa>> {
        let amount = dong(va.amount)?;
        let body = wire::NewVa {
            amount: self.amount(amount),
            va_holder_name: holder(va.holder.as_deref())?,
            duration: va.duration.map(whole_seconds).transpose()?,
        };
        let request = self.door.post(&self.virtual_accounts(account, id)?, json(&body)?)?;
        let sent = self.transport.instruct(Call::instruction(ADD, request)).await?;
        Ok(sent.read(|response| map::va_created(va.amount, response)))
    }

    pub(crate) async fn cancel_va(
        &self,
        account: &str,
        id: &str,
        number: &str,
    ) -> Result<Submission<()>> {
        let path = self.virtual_accounts(account, id)?;
        let request = self.door.delete(&format!("{path}/{}", segment("number", number)?))?;
        let sent = self.transport.instruct(Call::instruction(CANCEL_VA, request)).await?;
        Ok(sent.read(map::va_cancelled))
    }

    fn orders(&self, account: &str) -> Result<String> {
        match self.version {
            Version::V1 { .. } => Ok(format!("/bidv/{}/orders", segment("account", account)?)),
            Version::V2 => under(account, "orders"),
        }
    }

    fn virtual_accounts(&self, account: &str, id: &str) -> Result<String> {
        let last = match self.version {
            Version::V1 { va } => va,
            Version::V2 => "va",
        };
        Ok(format!("{}/{}/{last}", self.orders(account)?, segment("order", id)?))
    }

    /// v1 wants to be told that any amount is taken; v2 takes what is not said for that.
    fn amount(&self, amount: Option<i64>) -> Option<Option<i64>> {
        match (self.version, amount) {
            (Version::V2, None) => None,
            (_, amount) => Some(amount),
        }
    }

    async fn inquire_v1(&self, operation: &'static str, path: &str) -> Result<Response<Bytes>> {
        let call = Call::inquiry(operation, self.door.get(path, &[])?)
            .with_retry_after(map::RETRY_AFTER_V1);
        self.transport.inquire(call).await.map(as_text)
    }
}

fn dong(amount: Option<Money>) -> Result<Option<i64>> {
    let Some(amount) = amount else { return Ok(None) };
    payments_core::rules::check_amount(&[rules::order_amounts()], amount)?;
    Ok(Some(amount.minor()))
}

fn holder(holder: Option<&str>) -> Result<Option<&str>> {
    let Some(name) = holder else { return Ok(None) };
    rules::va_holder().check("holder", name)?;
    match name.chars().find(char::is_ascii_lowercase) {
        None => Ok(Some(name)),
        Some(c) => Err(Error::invalid(
            "holder",
            format!("the character {c:?} is not taken; write the name in capitals"),
        )),
    }
}

fn whole_seconds(duration: std::time::Duration) -> Result<u64> {
    match duration.as_secs() {
        0 => Err(Error::invalid("duration", "is less than a second")),
        seconds => Ok(seconds),
    }
}

fn json(body: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(body)
        .map_err(|error| Error::invalid("order", "cannot be written").with_source(error))
}

impl std::fmt::Debug for VaOrders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("VaOrders").field(&self.door).field(&self.version).finish()
    }
}
