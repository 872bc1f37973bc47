//! Virtual accounts (HPay API reference 1.0.0, Virtual Account).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use payments_core::{
    AccountId, Error, ErrorKind, Listed, Lookup, Movement, Result, Submission, Timestamp,
    VirtualAccountProvider,
    bank::AccountNumber,
    formula::Formula,
    money::Money,
    rules::{Alphabet, AmountLimits, TextRules},
    transport::{Call, Subject},
    virtual_account::{
        OpenVirtualAccount, ResolveOpen, UpdateVirtualAccount, Uses, VirtualAccount,
        VirtualAccountCapabilities, VirtualAccountRef, VirtualAccountRules,
    },
};

use super::{HPay, answer, raw, refuse_options};
use crate::{
    formula::{
        VA_CLOSE_REQUEST, VA_CLOSE_RESPONSE, VA_CREATE_REQUEST, VA_CREATE_RESPONSE,
        VA_INQUIRY_REQUEST, VA_INQUIRY_RESPONSE, VA_RENAME_REQUEST,
    },
    map,
    request::{Body, Fields},
    tables::Service,
    wire::Envelope,
};

/// The longest life of a virtual account (code 049). Without an end HPay gives it a day.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

/// An inquiry sees today and yesterday, so no less than a day.
const CREDITS_WINDOW: Duration = Duration::from_secs(24 * 3600);

/// Codes 046 and 047: at most 50 letters and nothing special.
const REMARK: TextRules = TextRules::new(1, 50, Alphabet::AlphanumericAnd(" "));

/// The reference prints capitals and spaces and no length; the length is ours.
const HOLDER: TextRules = TextRules::new(1, 100, Alphabet::AlphanumericAnd(" "));

/// The values of `flag` (reference, "VA revoke").
const CLOSE: &str = "0";
const OPEN: &str = "1";

pub(crate) struct VirtualAccounts {
    hpay: Arc<HPay>,
    capabilities: VirtualAccountCapabilities,
}

impl VirtualAccounts {
    pub(crate) fn new(hpay: Arc<HPay>) -> Self {
        Self { hpay, capabilities: capabilities() }
    }

    /// The end that a request gives, as HPay takes it.
    fn end_of(&self, request: &OpenVirtualAccount) -> Result<Option<String>> {
        request.expires_at.map(|end| end_of_life(end, self.hpay.clock.now())).transpose()
    }

    /// What opening one is asked for with, without its code.
    fn fields<'a>(&'a self, request: &'a OpenVirtualAccount) -> Result<Fields<'a>> {
        let end = self.end_of(request)?;
        let amount = match request.amount {
            Some(amount) => amount.minor().to_string(),
            // The amount is marked as required, and the reference does not say what then.
            None => "0".to_owned(),
        };
        Ok(Fields::new()
            .with("merchantId", self.hpay.merchant_id())
            .with(
                "accountVaType",
                match request.uses {
                    Uses::Once => "1",
                    Uses::Many => "2",
                },
            )
            .with("accountVaName", request.holder.as_str())
            .with("amount", amount)
            .with("condition", if request.amount.is_some() { "1" } else { "2" })
            .with_some("remark", request.remark.as_deref())
            .with_some("timeLimit", end))
    }

    /// Closes an account, or opens a closed one again.
    async fn switch(
        &self,
        operation: &'static str,
        account: &VirtualAccountRef,
        flag: &'static str,
        until: Option<Timestamp>,
    ) -> Result<Submission<VirtualAccount>> {
        let hpay = &self.hpay;
        let number = account.number()?;
        let end = until.map(|until| end_of_life(until, hpay.clock.now())).transpose()?;
        let fields = Fields::new()
            .with("merchant_id", hpay.merchant_id())
            .with("account_va", number.as_str())
            .with("flag", flag)
            .with_some("time_limit", end);
        let fields = hpay.sign(fields, "secure_code", &VA_CLOSE_REQUEST)?;
        let address = format!("{}/api/va/revoke", hpay.gateway.account);
        let request = fields.post(&address, hpay.gateway.va_body)?;
        let about = Subject::VirtualAccount(account.order.clone());
        let sent = hpay.instruct(Call::instruction(operation, request).with_about(about)).await?;
        Ok(sent.read(|response| {
            let envelope = answer::instructed(response)?;
            if !map::is_success(Service::VirtualAccount, &envelope.error_code) {
                return Ok(refused(&envelope, hpay.formulas.get(&VA_CLOSE_REQUEST)));
            }
            let data = answer::data(&envelope)?;
            Ok(match hpay.weigh(&VA_CLOSE_RESPONSE, "checksum", response) {
                Ok(raw) => map::switched_account(account, number, flag == CLOSE, &data, raw),
                Err(doubt) => Submission::Uncertain(doubt.into_uncertain()),
            })
        }))
    }
}

fn capabilities() -> VirtualAccountCapabilities {
    VirtualAccountCapabilities::new(
        vec![AmountLimits::at_least(Money::vnd(1))],
        vec![Uses::Once, Uses::Many],
        ResolveOpen::Never,
    )
    .with_holder(HOLDER)
    .with_remark(REMARK)
    .with_any_amount()
    .with_longest(LONGEST)
    .with_update()
    .with_close()
    .with_reopen()
    .with_credits(Some(CREDITS_WINDOW))
}

#[async_trait]
impl VirtualAccountProvider for VirtualAccounts {
    fn capabilities(&self) -> &VirtualAccountCapabilities {
        &self.capabilities
    }

    fn check(&self, request: &OpenVirtualAccount) -> Result<()> {
        refuse_options(&request.options)?;
        if request.account.is_some() {
            return Err(no_choice(ErrorKind::Unsupported));
        }
        self.hpay.check_signable(&self.fields(request)?, &VA_CREATE_REQUEST)
    }

    async fn rules_for(&self, _: &AccountId) -> Result<VirtualAccountRules> {
        Err(no_choice(ErrorKind::NotFound).with_operation("rules_for"))
    }

    async fn open(&self, request: &OpenVirtualAccount) -> Result<Submission<VirtualAccount>> {
        let hpay = &self.hpay;
        let fields = self.fields(request)?;
        let fields = hpay.sign(fields, "secure_code", &VA_CREATE_REQUEST)?;
        let address = format!("{}/api/va/create", hpay.gateway.account);
        let http = fields.post(&address, hpay.gateway.va_body)?;
        let about = Subject::VirtualAccount(request.order.clone());
        let call = Call::instruction("open_virtual_account", http).with_about(about);
        let sent = hpay.instruct(call).await?;
        Ok(sent.read(|response| {
            let envelope = answer::instructed(response)?;
            if !map::is_success(Service::VirtualAccount, &envelope.error_code) {
                return Ok(refused(&envelope, hpay.formulas.get(&VA_CREATE_REQUEST)));
            }
            let data = answer::data(&envelope)?;
            match hpay.weigh(&VA_CREATE_RESPONSE, "checksum", response) {
                Ok(raw) => {
                    map::opened_account(hpay.merchant_id(), &hpay.banks, request, &data, raw)
                }
                Err(doubt) => Ok(Submission::Uncertain(doubt.into_uncertain())),
            }
        }))
    }

    async fn find(&self, _: &VirtualAccountRef) -> Result<Lookup<VirtualAccount>> {
        Err(Error::unsupported("HPay tells the credits on an account and not its state")
            .with_operation("find_virtual_account"))
    }

    async fn update(&self, request: &UpdateVirtualAccount) -> Result<Submission<VirtualAccount>> {
        HOLDER.check("holder", &request.holder)?;
        if let Some(remark) = &request.remark {
            REMARK.check("remark", remark)?;
        }
        let hpay = &self.hpay;
        let number = request.account.number()?;
        let fields = Fields::new()
            .with("merchant_id", hpay.merchant_id())
            .with("va_account", number.as_str())
            .with("va_name", request.holder.as_str())
            .with_some("remark", request.remark.as_deref());
        let fields = hpay.sign(fields, "secure_code", &VA_RENAME_REQUEST)?;
        let address = format!("{}/api/va/updateVaName", hpay.gateway.account);
        let http = fields.post(&address, Body::Json)?;
        let about = Subject::VirtualAccount(request.account.order.clone());
        let call = Call::instruction("update_virtual_account", http).with_about(about);
        let sent = hpay.instruct(call).await?;
        Ok(sent.read(|response| {
            let envelope = answer::instructed(response)?;
            if !map::is_success(Service::VirtualAccount, &envelope.error_code) {
                return Ok(refused(&envelope, hpay.formulas.get(&VA_RENAME_REQUEST)));
            }
            let data = answer::data(&envelope)?;
            Ok(match hpay.refuse_without_formula() {
                Ok(()) => map::renamed_account(request, number, &data, raw(response)),
                Err(doubt) => Submission::Uncertain(doubt.into_uncertain()),
            })
        }))
    }

    async fn close(&self, account: &VirtualAccountRef) -> Result<Submission<VirtualAccount>> {
        self.switch("close_virtual_account", account, CLOSE, None).await
    }

    async fn reopen(
        &self,
        account: &VirtualAccountRef,
        until: Option<Timestamp>,
    ) -> Result<Submission<VirtualAccount>> {
        self.switch("reopen_virtual_account", account, OPEN, until).await
    }

    async fn credits(&self, account: &VirtualAccountRef) -> Result<Vec<Listed<Movement>>> {
        const OPERATION: &str = "credits";
        let number = account.number()?;
        let credits = self.hpay.credits(OPERATION, number).await?;
        let is_ours = |credit: &Listed<Movement>| {
            credit.as_result().map_or(true, |credit| {
                let on = credit.virtual_account.as_ref();
                on.is_some_and(|on| map::is_same_account(on.as_str(), number.as_str()))
            })
        };
        if credits.iter().all(is_ours) {
            Ok(credits)
        } else {
            Err(Error::new(ErrorKind::Malformed, "HPay answered about another account")
                .with_operation(OPERATION))
        }
    }
}

impl HPay {
    /// The credits on one of our accounts, under its full or its short number.
    pub(crate) async fn credits(
        &self,
        operation: &'static str,
        number: &AccountNumber,
    ) -> Result<Vec<Listed<Movement>>> {
        let fields = Fields::new()
            .with("merchant_id", self.merchant_id())
            .with("va_account", number.as_str());
        let fields = self.sign(fields, "secure_code", &VA_INQUIRY_REQUEST)?;
        let address = format!("{}/v1/account/inquiry", self.gateway.openapi);
        let request = fields.post(&address, Body::Json)?;
        let response = self.ask(Call::inquiry(operation, request)).await?;
        let envelope = answer::inquired(operation, &response)?;
        let worked = map::is_success(Service::VirtualAccount, &envelope.error_code);
        let raw =
            self.weigh_inquiry(operation, worked, &VA_INQUIRY_RESPONSE, "secure_code", &response)?;
        map::credits(
            operation,
            self.merchant_id(),
            &envelope,
            self.formulas.get(&VA_INQUIRY_REQUEST),
            &raw,
        )
    }
}

/// What the code of a call that did not work makes of it.
fn refused(envelope: &Envelope<'_>, formula: &Formula) -> Submission<VirtualAccount> {
    map::instructed_by(&map::Code::of(Service::VirtualAccount, envelope), formula)
}

/// The end of a virtual account in Unix seconds.
fn end_of_life(end: Timestamp, now: Timestamp) -> Result<String> {
    if end <= now {
        return Err(Error::invalid("expires_at", "has passed"));
    }
    if end.since(now) > LONGEST {
        return Err(Error::invalid("expires_at", "is more than 7 days away"));
    }
    Ok(end.unix_seconds().to_string())
}

fn no_choice(kind: ErrorKind) -> Error {
    Error::new(kind, "HPay has no bank accounts of ours to choose from").with_field("account")
}
