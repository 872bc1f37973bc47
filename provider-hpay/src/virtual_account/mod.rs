//! Virtual accounts (source: HPay API reference 1.0.0, Virtual Account): opening, renaming, closing
//! and reopening them, and their credits.

pub(crate) mod account;
pub(crate) mod account_number;
pub(crate) mod api;
pub(crate) mod callback;
pub(crate) mod credit;
mod openapi_callback;
mod remark;
pub(crate) mod status;
pub(crate) mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use payments_core::{
    AccountId, Error, ErrorKind, Listed, Lookup, Movement, Result, Submission, Timestamp,
    VirtualAccountProvider,
    money::Money,
    rules::AmountLimits,
    virtual_account::{
        OpenVirtualAccount, ResolveOpen, UpdateVirtualAccount, Uses, VirtualAccount,
        VirtualAccountCapabilities, VirtualAccountRef, VirtualAccountRules,
    },
};

use crate::{
    api::Api,
    checkout::options::refuse_options,
    client::HPay,
    limits::{
        ACCOUNT_HOLDER, ACCOUNT_REMARK, CREDITS_WINDOW, LONGEST_ACCOUNT_LIFE,
        OPENAPI_ACCOUNT_REFERENCE,
    },
};
use account_number::is_same_account;

/// The virtual accounts of one merchant account.
pub(crate) struct VirtualAccounts {
    hpay: Arc<HPay>,
    capabilities: VirtualAccountCapabilities,
}

impl VirtualAccounts {
    pub(crate) fn new(hpay: Arc<HPay>) -> Self {
        let capabilities = capabilities(hpay.apis.virtual_accounts);
        Self { hpay, capabilities }
    }
}

fn capabilities(api: Api) -> VirtualAccountCapabilities {
    let shared = VirtualAccountCapabilities::new(
        vec![AmountLimits::at_least(Money::vnd(1))],
        vec![Uses::Once, Uses::Many],
        ResolveOpen::Never,
    )
    .with_holder(ACCOUNT_HOLDER)
    .with_remark(ACCOUNT_REMARK)
    .with_any_amount()
    .with_longest(LONGEST_ACCOUNT_LIFE)
    .with_update()
    .with_close()
    .with_credits(Some(CREDITS_WINDOW));
    match api {
        Api::Reference => shared.with_reopen(),
        // It can list accounts, but has no call that reopens a closed one.
        Api::Openapi => shared.with_reference(OPENAPI_ACCOUNT_REFERENCE).with_find(),
    }
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
        match self.hpay.apis.virtual_accounts {
            Api::Reference => {
                self.hpay.check_signable(&api::OPEN, &self.hpay.fields_of_opening(request)?)
            }
            // It is signed as one text in base64, which cannot be divided differently.
            Api::Openapi => self.hpay.openapi_fields_of_opening(request).map(drop),
        }
    }

    async fn rules_for(&self, _: &AccountId) -> Result<VirtualAccountRules> {
        Err(no_choice(ErrorKind::NotFound).with_operation("rules_for"))
    }

    async fn open(&self, request: &OpenVirtualAccount) -> Result<Submission<VirtualAccount>> {
        self.hpay.open_account(request).await
    }

    async fn find(&self, account: &VirtualAccountRef) -> Result<Lookup<VirtualAccount>> {
        match self.hpay.apis.virtual_accounts {
            Api::Openapi => self.hpay.find_openapi_account(account).await,
            Api::Reference => {
                let message = "HPay reports the credits on an account and not its state";
                Err(Error::unsupported(message).with_operation("find_virtual_account"))
            }
        }
    }

    async fn update(&self, request: &UpdateVirtualAccount) -> Result<Submission<VirtualAccount>> {
        ACCOUNT_HOLDER.check("holder", &request.holder)?;
        if let Some(remark) = &request.remark {
            ACCOUNT_REMARK.check("remark", remark)?;
        }
        self.hpay.rename_account(request).await
    }

    async fn close(&self, account: &VirtualAccountRef) -> Result<Submission<VirtualAccount>> {
        self.hpay.close_account(account).await
    }

    async fn reopen(
        &self,
        account: &VirtualAccountRef,
        until: Option<Timestamp>,
    ) -> Result<Submission<VirtualAccount>> {
        self.hpay.reopen_account(account, until).await
    }

    async fn credits(&self, account: &VirtualAccountRef) -> Result<Vec<Listed<Movement>>> {
        let number = account.number()?;
        let credits = self.hpay.credits(api::CREDITS.name, number).await?;
        let is_ours = |credit: &Listed<Movement>| {
            credit.as_result().map_or(true, |credit| {
                let on = credit.virtual_account.as_ref();
                on.is_some_and(|on| is_same_account(on.as_str(), number.as_str()))
            })
        };
        if credits.iter().all(is_ours) {
            Ok(credits)
        } else {
            Err(Error::new(ErrorKind::Malformed, "HPay answered about another account")
                .with_operation(api::CREDITS.name))
        }
    }
}

fn no_choice(kind: ErrorKind) -> Error {
    Error::new(kind, "HPay has no bank accounts of ours to choose from").with_field("account")
}
