//! The operations of virtual accounts by the newer OpenAPI (source: public code of merchants,
//! 2026).

use payments_core::{
    Listed, Lookup, Movement, Result, Submission, Uncertain, UncertainCause,
    bank::AccountNumber,
    virtual_account::{
        OpenVirtualAccount, UpdateVirtualAccount, Uses, VirtualAccount, VirtualAccountRef,
    },
};
use provider_kit::transport::Subject;

use super::{
    list,
    wire::{Account, ChangedAccount, CreditRow},
};
use crate::{
    client::HPay,
    fields::Fields,
    limits::OPENAPI_ACCOUNT_REFERENCE,
    openapi::{self, call::refused, request_id},
    operation::{Class, Operation},
    virtual_account::{account, credit::CreditRows},
};

const SERVICE: &str = "va";

/// Opens an account.
pub(crate) const OPEN: Operation<'static> = openapi::operation(
    "open_virtual_account",
    SERVICE,
    "/service/va/v1/create",
    Class::Instruction,
);

/// Renames an account.
pub(crate) const RENAME: Operation<'static> = openapi::operation(
    "update_virtual_account",
    SERVICE,
    "/service/va/v1/update",
    Class::Instruction,
);

/// Closes an account.
pub(crate) const CLOSE: Operation<'static> = openapi::operation(
    "close_virtual_account",
    SERVICE,
    "/service/va/v1/revoke",
    Class::Instruction,
);

/// Lists every account.
pub(crate) const LIST: Operation<'static> =
    openapi::operation("find_virtual_account", SERVICE, "/service/va/v1/get-list", Class::Inquiry);

/// Lists the credits on an account.
pub(crate) const CREDITS: Operation<'static> =
    openapi::operation("credits", SERVICE, "/service/va/v1/inquiry", Class::Inquiry);

impl HPay {
    /// Returns the fields of opening an account. The order is the `requestId`, which the callback
    /// of a credit repeats.
    pub(crate) fn openapi_fields_of_opening<'a>(
        &'a self,
        request: &'a OpenVirtualAccount,
    ) -> Result<Fields<'a>> {
        let uses = match request.uses {
            Uses::Once => "1",
            Uses::Many => "2",
        };
        Ok(Fields::new()
            .with("requestId", request.order.as_str())
            .with("merchantId", self.merchant_id())
            .with("vaType", uses)
            .with("vaName", request.holder.as_str())
            .with("vaCondition", if request.amount.is_some() { "1" } else { "2" })
            .with_some("vaAmount", request.amount.map(|amount| amount.minor().to_string()))
            .with_some("remark", request.remark.as_deref())
            .with_some("vaExpirationTime", self.end_of_life(request.expires_at)?))
    }

    pub(crate) async fn open_openapi_account(
        &self,
        request: &OpenVirtualAccount,
    ) -> Result<Submission<VirtualAccount>> {
        let fields = self.openapi_fields_of_opening(request)?;
        let about = Subject::VirtualAccount(request.order.clone());
        self.instruct_openapi(&OPEN, about, fields, refused, |data: Account, raw| {
            if data.request_id.as_ref().is_some_and(|id| id.text() != request.order.as_str()) {
                let doubt = "HPay opened an account for another order than was asked";
                let doubt = Uncertain::new(UncertainCause::Mismatch, doubt).needing_attention();
                return Ok(Submission::Uncertain(doubt));
            }
            account::opened(self.merchant_id(), &self.banks, request, &data.into(), raw)
        })
        .await
    }

    pub(crate) async fn rename_openapi_account(
        &self,
        request: &UpdateVirtualAccount,
    ) -> Result<Submission<VirtualAccount>> {
        let number = request.account.number()?;
        let fields = self
            .openapi_fields_about(number)
            .with("vaName", request.holder.as_str())
            .with_some("remark", request.remark.as_deref());
        let about = Subject::VirtualAccount(request.account.order.clone());
        self.instruct_openapi(&RENAME, about, fields, refused, |data: ChangedAccount, raw| {
            Ok(account::renamed(request, number, &data.into(), raw))
        })
        .await
    }

    pub(crate) async fn close_openapi_account(
        &self,
        account: &VirtualAccountRef,
    ) -> Result<Submission<VirtualAccount>> {
        let number = account.number()?;
        let about = Subject::VirtualAccount(account.order.clone());
        let fields = self.openapi_fields_about(number);
        self.instruct_openapi(&CLOSE, about, fields, refused, |data: ChangedAccount, raw| {
            Ok(account::switched(account, number, true, &data.into(), raw))
        })
        .await
    }

    /// Finds an account in the list of all, by its number or else by the order for which it was
    /// opened.
    pub(crate) async fn find_openapi_account(
        &self,
        account: &VirtualAccountRef,
    ) -> Result<Lookup<VirtualAccount>> {
        OPENAPI_ACCOUNT_REFERENCE.check("order", account.order.as_str())?;
        let fields = Fields::new()
            .with("requestId", request_id(self.clock.now()))
            .with("merchantId", self.merchant_id());
        self.ask_openapi(&LIST, fields, |envelope, raw| {
            list::find(LIST.name, &self.banks, account, envelope.data.as_deref(), &raw)
        })
        .await
    }

    /// Returns the credits on an account, queried as part of the operation `name`.
    pub(crate) async fn openapi_credits(
        &self,
        name: &'static str,
        number: &AccountNumber,
    ) -> Result<Vec<Listed<Movement>>> {
        let operation = Operation { name, ..CREDITS };
        self.ask_openapi(&operation, self.openapi_fields_about(number), |envelope, raw| {
            CreditRows { operation: name, merchant_id: self.merchant_id(), number: "cashinId" }
                .read(envelope.data.as_deref(), &raw, |row| {
                    serde_json::from_str(row).map(|row: CreditRow| row.on(number.as_str()))
                })
        })
        .await
    }

    /// Returns the fields that every call about one account has.
    fn openapi_fields_about<'a>(&'a self, number: &'a AccountNumber) -> Fields<'a> {
        Fields::new()
            .with("requestId", request_id(self.clock.now()))
            .with("merchantId", self.merchant_id())
            .with("vaAccount", number.as_str())
    }
}
