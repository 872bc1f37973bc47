//! Orders with their own virtual accounts: for three banks by the User API v2, for BIDV by v1.

use payments_core::{Error, Raw, Result, Submission, money::Money};
use provider_kit::transport::Subject;

use super::{
    api::{self, Operations},
    instruction::{Asked, cancelled, order_created, va_created},
    order_reading::va_order,
    wire,
};
use crate::{
    bank::{
        qr_image::QrTemplate,
        rows::{Row, Rows},
        user_api::{
            Listing, Pairs,
            order::{CreatedOrder, NewOrder, NewVa, OrderVa, VaOrder},
            page::Page,
        },
        v1_response,
    },
    client::{Client, Request},
    field::{Unclear, rows},
    limits,
};

/// The version of the API to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// The User API v1.
    V1,
    /// The User API v1, with `vas` in the path to an order's virtual accounts.
    V1Vas,
    /// The User API v2.
    V2,
}

impl Version {
    fn operations(self) -> &'static Operations {
        match self {
            Self::V1 => &api::V1,
            Self::V1Vas => &api::V1_VAS,
            Self::V2 => &api::V2,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct VaOrders {
    client: Client,
    rows: Rows,
    version: Version,
}

impl Row for VaOrder {
    type Wire<'a> = wire::VaOrder<'a>;

    fn read(row: &Self::Wire<'_>) -> Result<Self, Unclear> {
        va_order(row)
    }
}

impl VaOrders {
    pub(crate) fn new(client: Client, version: Version) -> Self {
        Self { rows: Rows::new(client.clone()), client, version }
    }

    fn operations(&self) -> &'static Operations {
        self.version.operations()
    }

    /// Returns one page, by default the newest orders first. v1 returns all orders on one page.
    pub(crate) async fn page(
        &self,
        account: &str,
        query: &[(&'static str, String)],
        page: u32,
    ) -> Result<Page<VaOrder>> {
        let request = Request::of(&self.operations().list, &[account])?;
        if self.version == Version::V2 {
            return self.rows.page(&request.with_query(query), page).await;
        }
        let response = self.client.inquire(&request).await?;
        let list: wire::V1Orders<'_> = v1_response::read(&response)?;
        let rows = rows(&list.data.orders, |row: &wire::VaOrder<'_>| va_order(row));
        Ok(Page::new(rows, false, None))
    }

    /// Returns a list of every page of v2, which are read one at a time.
    ///
    /// # Errors
    /// Returns an error if `account` cannot be part of a URL path.
    pub(crate) fn listing(&self, account: &str, query: &Pairs) -> Result<Listing<VaOrder>> {
        let request = Request::of(&self.operations().list, &[account])?;
        Ok(self.rows.listing(request.with_query(query)))
    }

    /// Returns one order with SePay's response, or `None` if SePay does not know it.
    pub(crate) async fn order(&self, account: &str, id: &str) -> Result<Option<(VaOrder, Raw)>> {
        let request = Request::of(&self.operations().detail, &[account, id])?;
        if self.version == Version::V2 {
            let found = self.rows.one(&request).await?;
            return Ok(found.map(|(order, response)| (order, response.raw())));
        }
        let response = self.client.inquire(&request).await?;
        let found: Option<wire::V1Order<'_>> = v1_response::read_one(&response)?;
        let order = found.map(|found| va_order(&found.data)).transpose();
        let order = order.map_err(|unclear| response.unclear(unclear))?;
        Ok(order.map(|order| (order, response.raw())))
    }

    /// Creates an order. `account_number` is the number of the bank account if it is known; the
    /// response is compared with it.
    pub(crate) async fn create(
        &self,
        account: &str,
        order: &NewOrder,
        account_number: Option<&str>,
    ) -> Result<Submission<CreatedOrder>> {
        limits::order_code().check("order", order.code.as_str())?;
        let amount = dong(order.amount)?;
        let body = wire::NewOrder {
            order_code: order.code.as_str(),
            amount: self.amount(amount),
            va_holder_name: holder(order.holder.as_deref())?,
            duration: order.duration.map(whole_seconds).transpose()?,
            va_prefix: order.va_prefix.as_deref(),
            tid: order.tid.as_deref(),
            with_qrcode: order.qr.map(|_| "1"),
            qrcode_template: order.qr.map(QrTemplate::word),
        };
        let request = Request::of(&self.operations().create, &[account])?
            .with_json("order", &body)?
            .with_about(Some(Subject::VirtualAccount(order.code.clone())));
        let asked = Asked { code: &order.code, amount: order.amount, account_number };
        self.client.instruct(&request, |response| order_created(&asked, response)).await
    }

    /// Cancels an order. `about` is the virtual account of the order, if its own reference is
    /// known.
    pub(crate) async fn cancel(
        &self,
        account: &str,
        id: &str,
        about: Option<Subject>,
    ) -> Result<Submission<()>> {
        let request = Request::of(&self.operations().cancel, &[account, id])?.with_about(about);
        self.client.instruct(&request, cancelled).await
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
        let request =
            Request::of(&self.operations().add_va, &[account, id])?.with_json("order", &body)?;
        self.client.instruct(&request, |response| va_created(va.amount, response)).await
    }

    pub(crate) async fn cancel_va(
        &self,
        account: &str,
        id: &str,
        number: &str,
    ) -> Result<Submission<()>> {
        let request = Request::of(&self.operations().cancel_va, &[account, id, number])?;
        self.client.instruct(&request, cancelled).await
    }

    /// Returns the amount in the form of the version: for any amount, v1 requires a null and v2 a
    /// missing field.
    fn amount(&self, amount: Option<i64>) -> Option<Option<i64>> {
        match (self.version, amount) {
            (Version::V2, None) => None,
            (_, amount) => Some(amount),
        }
    }
}

fn dong(amount: Option<Money>) -> Result<Option<i64>> {
    let Some(amount) = amount else { return Ok(None) };
    payments_core::rules::check_amount(&[limits::order_amounts()], amount)?;
    Ok(Some(amount.minor()))
}

fn holder(holder: Option<&str>) -> Result<Option<&str>> {
    let Some(name) = holder else { return Ok(None) };
    limits::va_holder().check("holder", name)?;
    match name.chars().find(char::is_ascii_lowercase) {
        None => Ok(Some(name)),
        Some(c) => Err(Error::invalid(
            "holder",
            format!("the character {c:?} is not accepted; write the name in capitals"),
        )),
    }
}

fn whole_seconds(duration: std::time::Duration) -> Result<u64> {
    match duration.as_secs() {
        0 => Err(Error::invalid("duration", "is less than a second")),
        seconds => Ok(seconds),
    }
}
