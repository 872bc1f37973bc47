//! The role of virtual accounts. Each is an order at SePay (source: developer.sepay.vn, SePay API
//! v2, VA orders: quick start, create order).

mod account;
pub(crate) mod api;
mod instruction;
mod options;
mod order_bank;
mod order_reading;
pub(crate) mod orders;
mod status;
pub(crate) mod wire;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use payments_core::{
    Absence, AccountId, Clock, Error, ErrorKind, GatewayRef, Listed, Lookup, Movement, OrderRef,
    Raw, Result, Submission, Timestamp, Uncertain, UncertainCause, VirtualAccountProvider,
    bank::AccountNumber,
    rules::{Alphabet, TextRules},
    virtual_account::{
        OpenVirtualAccount, ResolveOpen, UpdateVirtualAccount, Uses, VirtualAccount,
        VirtualAccountCapabilities, VirtualAccountNumber, VirtualAccountRef, VirtualAccountRules,
        VirtualAccountState,
    },
};
use provider_kit::transport::Subject;

pub use options::SePayVaOptions;

use account::{found_account, opened_account};
use order_bank::{Known, OrderBank, option};
use orders::VaOrders;

use super::{
    statement::{Heading, StatementV2},
    user_api::{
        filter::Sort,
        order::{NewOrder, VaOrder},
        page::Page,
        v2::VaOrderFilter,
    },
    user_api_v1::UserApiV1,
    user_api_v2::UserApiV2,
    whole_list::{NumberedPage, NumberedPages, tell_apart, whole},
};
use crate::limits;

/// Opens virtual accounts for bank accounts that are linked to SePay.
pub(crate) struct VirtualAccounts {
    capabilities: VirtualAccountCapabilities,
    api: Api,
    /// The statement in which credits are looked up.
    statement: StatementV2,
    settings: VaSettings,
    clock: Arc<dyn Clock>,
    /// The known bank of each account, which never changes.
    known: Mutex<BTreeMap<AccountId, Known>>,
}

/// The version of the User API that opens them.
#[derive(Debug)]
pub(crate) enum Api {
    V1(UserApiV1),
    V2(UserApiV2),
}

/// The settings that apply unless a request sets its own.
#[derive(Clone, Debug)]
pub(crate) struct VaSettings {
    /// The bank account that receives the money.
    pub(crate) account: AccountId,
    /// The prefix of virtual account numbers, for Sacombank.
    pub(crate) va_prefix: Option<String>,
    /// The terminal, for Vietcombank.
    pub(crate) tid: Option<String>,
    /// Whether SePay has allowed the merchant to choose the holder's name.
    pub(crate) holder_names: bool,
}

const OPEN: &str = "open_virtual_account";
const FIND: &str = "find_virtual_account";

impl VirtualAccounts {
    pub(crate) fn new(
        api: Api,
        statement: StatementV2,
        settings: VaSettings,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let holder = match settings.holder_names {
            true => limits::va_holder(),
            false => TextRules::new(1, 200, Alphabet::Printable),
        };
        let capabilities = VirtualAccountCapabilities::new(
            vec![limits::order_amounts()],
            vec![Uses::Once, Uses::Many],
            ResolveOpen::ByReference,
        )
        .with_reference(limits::order_code())
        .with_holder(holder)
        .with_any_amount()
        .with_longest(limits::VIRTUAL_ACCOUNT_LONGEST)
        .with_find()
        .with_close()
        .with_credits(None);
        Self { capabilities, api, statement, settings, clock, known: Mutex::default() }
    }

    fn orders(&self) -> &VaOrders {
        match &self.api {
            Api::V1(api) => api.va_orders(),
            Api::V2(api) => api.va_orders(),
        }
    }

    fn account<'a>(&'a self, asked: Option<&'a AccountId>) -> &'a AccountId {
        asked.unwrap_or(&self.settings.account)
    }

    /// Returns the known data of a bank account, which are requested once.
    async fn known(&self, account: &AccountId) -> Result<Known> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(account).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let found = match &self.api {
            Api::V1(api) => api.bank_account(account.as_str()).await?,
            Api::V2(api) => api.bank_account(account.as_str()).await?,
        };
        let found = found.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "is not a bank account that is linked to SePay")
                .with_field("account")
        })?;
        let known = Known::of(&found, matches!(self.api, Api::V1(_)))?;
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(account.clone(), known.clone());
        Ok(known)
    }

    /// Returns every order with a code. All orders are searched, because SePay documents no search
    /// by code.
    ///
    /// # Errors
    /// The request to SePay failed, its response could not be read, or there are more orders than
    /// are searched. The `gateway_ref` of a virtual account always finds it.
    async fn of_code(&self, account: &AccountId, code: &OrderRef) -> Result<Vec<VaOrder>> {
        let orders = whole(FIND, &Orders { orders: self.orders(), account }).await?;
        let of_code = orders.rows.into_iter().filter(|order| match order {
            Listed::Read(order) => order.code.as_deref() == Some(code.as_str()),
            Listed::Unreadable(row) => may_have_code(row.raw.as_bytes(), code.as_str()),
        });
        // If an order cannot be read, the result could be about another order.
        of_code.map(|order| order.into_result().map_err(|row| row.into_error(FIND))).collect()
    }

    /// Finds the order of a reference, by SePay's id or else by the merchant's reference.
    async fn order(&self, wanted: &VirtualAccountRef) -> Result<Lookup<VirtualAccount>> {
        let account = self.account(wanted.account.as_ref());
        let bin = self.known(account).await?.bin;
        let core = |order: &VaOrder, raw| {
            found_account(&wanted.order, order, bin, raw)
                .map(|found| found.with_account(account.clone()))
                .map_err(|unclear| unclear.into_error(FIND))
        };
        if let Some(id) = &wanted.gateway_ref {
            return Ok(match self.orders().order(account.as_str(), id.as_str()).await? {
                None => Lookup::Absent(Absence::inconclusive("SePay knows no order of this id")),
                Some((order, _)) if order.code.as_deref() != Some(wanted.order.as_str()) => {
                    return Err(Error::new(
                        ErrorKind::Conflict,
                        "SePay has another order under this `gateway_ref`",
                    )
                    .with_field("gateway_ref")
                    .with_operation(FIND));
                }
                Some((order, raw)) => Lookup::Found(core(&order, raw)?),
            });
        }
        let found = self.of_code(account, &wanted.order).await?;
        let found =
            found.iter().map(|order| core(order, Raw::default())).collect::<Result<Vec<_>>>()?;
        Ok(Lookup::from_vec(found, Absence::inconclusive("an order on its way may still arrive")))
    }
}

#[async_trait]
impl VirtualAccountProvider for VirtualAccounts {
    fn capabilities(&self) -> &VirtualAccountCapabilities {
        &self.capabilities
    }

    fn check(&self, request: &OpenVirtualAccount) -> Result<()> {
        let options = request.options.get::<SePayVaOptions>()?.unwrap_or_default();
        self.check_terms(request, &options)
    }

    /// Asks SePay for the bank of the account, once for each account.
    async fn rules_for(&self, account: &AccountId) -> Result<VirtualAccountRules> {
        let known = self.known(account).await.map_err(|error| error.with_operation("rules_for"))?;
        let rules = VirtualAccountRules::new();
        let needs = |rules: VirtualAccountRules, option: &str, given: &Option<String>| match given {
            Some(_) => rules,
            None => rules.with_required_option(option),
        };
        Ok(match known.bank {
            OrderBank::Bidv => rules.with_parts(),
            OrderBank::Sacombank => {
                needs(rules.with_amount_required(), "va_prefix", &self.settings.va_prefix)
            }
            OrderBank::Vietcombank => needs(
                rules
                    .with_amount_required()
                    .with_longest_reference(limits::ORDER_CODE_AT_VIETCOMBANK),
                "tid",
                &self.settings.tid,
            ),
        })
    }

    async fn open(&self, request: &OpenVirtualAccount) -> Result<Submission<VirtualAccount>> {
        let options = request.options.get::<SePayVaOptions>()?.unwrap_or_default();
        let account = self.account(request.account.as_ref());
        let known = self.known(account).await.map_err(|error| error.with_operation(OPEN))?;
        let order = self.new_order(request, options, known.bank)?;
        let created =
            self.orders().create(account.as_str(), &order, known.number.as_deref()).await?;
        Ok(match created {
            Submission::Accepted(created) => match opened_account(&created, known.bin) {
                Ok(opened) => Submission::Accepted(opened.with_account(account.clone())),
                // The account is open, but its number cannot be shown to a buyer. A person can
                // cancel it by its id.
                Err(unclear) => {
                    let error = unclear.into_error(OPEN);
                    let message = format!("{error}; SePay's order is {}", created.id);
                    let cause = UncertainCause::UnreadableAnswer;
                    Submission::Uncertain(Uncertain::new(cause, message).needing_attention())
                }
            },
            Submission::Declined(decline) => Submission::Declined(decline),
            Submission::Uncertain(uncertain) => Submission::Uncertain(uncertain),
        })
    }

    /// Finds the account by one call if there is a `gateway_ref`. Otherwise the whole list of
    /// orders is searched for the reference, so that two orders with one code are
    /// [`Lookup::Several`].
    async fn find(&self, account: &VirtualAccountRef) -> Result<Lookup<VirtualAccount>> {
        limits::order_code().check("order", account.order.as_str())?;
        self.order(account).await
    }

    async fn update(&self, _: &UpdateVirtualAccount) -> Result<Submission<VirtualAccount>> {
        Err(Error::unsupported("SePay documents no change to an order; cancel it and open another"))
    }

    /// Cancels the order with its unpaid virtual accounts. SePay does so only while no money has
    /// arrived.
    async fn close(&self, account: &VirtualAccountRef) -> Result<Submission<VirtualAccount>> {
        limits::order_code().check("order", account.order.as_str())?;
        let behind = self.account(account.account.as_ref());
        let (id, numbers) = match &account.gateway_ref {
            Some(id) => (id.clone(), account.numbers.clone()),
            None => match self.order(account).await? {
                Lookup::Found(found) => closing(found)?,
                Lookup::Several(_) => {
                    return Err(Error::new(
                        ErrorKind::Conflict,
                        "SePay has several orders with this code; select one by its `gateway_ref`",
                    )
                    .with_field("gateway_ref"));
                }
                Lookup::Absent(_) => {
                    return Err(Error::new(ErrorKind::NotFound, "SePay knows no such order")
                        .with_field("order"));
                }
            },
        };
        let about = Some(Subject::VirtualAccount(account.order.clone()));
        let cancelled = self.orders().cancel(behind.as_str(), id.as_str(), about).await?;
        Ok(cancelled.map(|()| {
            let closed = VirtualAccountState::Closed;
            let numbers = numbers
                .into_iter()
                .map(|number| VirtualAccountNumber::new(number).with_state(closed))
                .collect();
            VirtualAccount::new(account.order.clone(), closed, numbers)
                .with_account(behind.clone())
                .with_gateway_ref(id)
        }))
    }

    async fn reopen(
        &self,
        _: &VirtualAccountRef,
        _: Option<Timestamp>,
    ) -> Result<Submission<VirtualAccount>> {
        Err(Error::unsupported("SePay opens no cancelled order again; open another"))
    }

    /// Returns the credits that name the order. They are searched in the statement of v2 by the
    /// order's code, which SePay adds to credits on the order's virtual accounts.
    async fn credits(&self, account: &VirtualAccountRef) -> Result<Vec<Listed<Movement>>> {
        let code = account.order.as_str();
        limits::order_code().check("order", code)?;
        let belongs = |line: &Heading<'_>| line.is_of_order_account(code);
        let query = [("q", code), ("transfer_type", "in"), ("transaction_date_sort", "asc")];
        let mut credits = self.statement.every_line(&query, belongs).await?;
        // On one of `sub_accounts` the same code names the order of a transfer.
        credits.retain(|credit| match credit {
            Listed::Read(credit) => {
                credit.is_credit() && credit.order.as_ref() == Some(&account.order)
            }
            Listed::Unreadable(_) => true,
        });
        Ok(credits)
    }
}

/// The orders of a bank account, newest first.
struct Orders<'a> {
    orders: &'a VaOrders,
    account: &'a AccountId,
}

#[async_trait]
impl NumberedPages for Orders<'_> {
    type Row = Listed<VaOrder>;

    async fn page(&self, number: u32) -> Result<NumberedPage<Self::Row>> {
        let newest_first = VaOrderFilter::new().created_at_sort(Sort::Descending).pairs();
        let Page { rows, more, total } =
            self.orders.page(self.account.as_str(), &newest_first, number).await?;
        let is_unnamed = |row: &Listed<_>| row.as_result().is_err_and(|row| row.id.is_none());
        let keyed = rows.into_iter().map(|row| match row {
            Listed::Read(order) => (order.id.clone(), Listed::Read(order)),
            Listed::Unreadable(row) => {
                let key = row.id.clone().unwrap_or_else(|| hex::encode(row.raw.as_bytes()));
                (key, Listed::Unreadable(row))
            }
        });
        let mut keyed: Vec<_> = keyed.collect();
        let unnamed = keyed.iter_mut().filter(|(_, row)| is_unnamed(row));
        tell_apart(unnamed.map(|(key, _)| key));
        Ok(NumberedPage { rows: keyed, more, total })
    }
}

/// Returns `true` if an unreadable order may be the one with this code.
fn may_have_code(order: &[u8], code: &str) -> bool {
    match serde_json::from_slice::<wire::VaOrderHead<'_>>(order) {
        Ok(wire::VaOrderHead { order_code: Some(said) }) => {
            said.text().is_none_or(|said| said == code)
        }
        Ok(wire::VaOrderHead { order_code: None }) | Err(_) => true,
    }
}

impl VirtualAccounts {
    /// Checks the rules that the orders of all banks have in common, in addition to the
    /// capabilities.
    fn check_terms(&self, request: &OpenVirtualAccount, options: &SePayVaOptions) -> Result<()> {
        self.duration(request.expires_at, options.duration)?;
        match (request.uses, request.amount) {
            (Uses::Many, Some(_)) => Err(Error::unsupported(
                "an order with an amount takes one transfer of it; leave the amount out, or add \
                 virtual accounts for its parts with the extension",
            )
            .with_field("uses")),
            (Uses::Once, None) => Err(Error::unsupported(
                "an order without an amount takes any number of transfers: say `Uses::Many`",
            )
            .with_field("uses")),
            _ => Ok(()),
        }
    }

    /// Returns the request to SePay, checked against the rules of the bank.
    fn new_order(
        &self,
        request: &OpenVirtualAccount,
        options: SePayVaOptions,
        bank: OrderBank,
    ) -> Result<NewOrder> {
        if request.amount.is_none() && bank != OrderBank::Bidv {
            return Err(
                Error::unsupported("this bank's orders need an amount").with_field("amount")
            );
        }
        if bank == OrderBank::Vietcombank {
            limits::order_code_up_to(limits::ORDER_CODE_AT_VIETCOMBANK)
                .check("order", request.order.as_str())?;
        }
        let mut order = NewOrder::new(request.order.clone());
        order.amount = request.amount;
        order.va_prefix = option(
            "va_prefix",
            options.va_prefix,
            &self.settings.va_prefix,
            bank,
            OrderBank::Sacombank,
        )?;
        order.tid = option("tid", options.tid, &self.settings.tid, bank, OrderBank::Vietcombank)?;
        order.duration = self.duration(request.expires_at, options.duration)?;
        order.qr = Some(options.qr_template.unwrap_or_default());
        if self.settings.holder_names && bank == OrderBank::Bidv {
            order.holder = Some(request.holder.clone());
        }
        Ok(order)
    }

    /// Converts an expiry, or an option in seconds, to a duration from now.
    fn duration(&self, end: Option<Timestamp>, seconds: Option<u64>) -> Result<Option<Duration>> {
        let duration = match (end, seconds) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => {
                return Err(Error::invalid(
                    "options",
                    "`duration` cannot be combined with `expires_at`",
                ));
            }
            (None, Some(seconds)) => Duration::from_secs(seconds),
            (Some(end), None) => end.since(self.clock.now()),
        };
        let field = if end.is_some() { "expires_at" } else { "options" };
        match duration {
            Duration::ZERO => Err(Error::invalid(field, "leaves no time")),
            long if long > limits::VIRTUAL_ACCOUNT_LONGEST => {
                Err(Error::invalid(field, "is more than 366 days away"))
            }
            duration => Ok(Some(duration)),
        }
    }
}

/// Returns the data that are needed to close a virtual account that was found.
fn closing(found: VirtualAccount) -> Result<(GatewayRef, Vec<AccountNumber>)> {
    let numbers = found.numbers.into_iter().map(|number| number.number).collect();
    match found.gateway_ref {
        Some(id) => Ok((id, numbers)),
        None => Err(Error::new(ErrorKind::Malformed, "SePay's order has no id")),
    }
}
