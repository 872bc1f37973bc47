//! The operations of virtual accounts (source: HPay API reference 1.0.0, Virtual Account).

use payments_core::{
    Error, Listed, Movement, Result, Submission, Timestamp,
    bank::AccountNumber,
    virtual_account::{
        OpenVirtualAccount, UpdateVirtualAccount, Uses, VirtualAccount, VirtualAccountRef,
    },
};
use provider_kit::transport::Subject;

use super::{account, credit::CreditRows, status};
use crate::{
    api::Api,
    client::HPay,
    fields::Fields,
    formulas::{
        VA_CLOSE_REQUEST, VA_CLOSE_RESPONSE, VA_CREATE_REQUEST, VA_CREATE_RESPONSE,
        VA_INQUIRY_REQUEST, VA_INQUIRY_RESPONSE, VA_RENAME_REQUEST,
    },
    hosts::Host,
    limits::LONGEST_ACCOUNT_LIFE,
    operation::{Class, Encoding, Operation, Signature},
};

/// The operation Create VA Account.
pub(crate) const OPEN: Operation<'static> = Operation {
    name: "open_virtual_account",
    host: Host::Account,
    path: "/api/va/create",
    encoding: Encoding::Form,
    class: Class::Instruction,
    fields: &[
        "merchantId",
        "accountVaType",
        "accountVaName",
        "amount",
        "condition",
        "remark",
        "timeLimit",
    ],
    request: Signature { field: "secure_code", formula: &VA_CREATE_REQUEST },
    response: Some(Signature { field: "checksum", formula: &VA_CREATE_RESPONSE }),
    codes: &status::CODES,
};

/// The operation Update VA account name. HPay does not sign its response.
pub(crate) const RENAME: Operation<'static> = Operation {
    name: "update_virtual_account",
    path: "/api/va/updateVaName",
    encoding: Encoding::Json,
    fields: &["merchant_id", "va_account", "va_name", "remark"],
    request: Signature { field: "secure_code", formula: &VA_RENAME_REQUEST },
    response: None,
    ..OPEN
};

/// The operation API Revoke VA, which closes an account.
pub(crate) const CLOSE: Operation<'static> = Operation {
    name: "close_virtual_account",
    path: "/api/va/revoke",
    fields: &["merchant_id", "account_va", "flag", "time_limit"],
    request: Signature { field: "secure_code", formula: &VA_CLOSE_REQUEST },
    response: Some(Signature { field: "checksum", formula: &VA_CLOSE_RESPONSE }),
    ..OPEN
};

/// The operation API Revoke VA with another flag, which reopens a closed account.
pub(crate) const REOPEN: Operation<'static> = Operation { name: "reopen_virtual_account", ..CLOSE };

/// The operation VA Transaction Inquiry.
pub(crate) const CREDITS: Operation<'static> = Operation {
    name: "credits",
    host: Host::Openapi,
    path: "/v1/account/inquiry",
    encoding: Encoding::Json,
    class: Class::Inquiry,
    fields: &["merchant_id", "va_account"],
    request: Signature { field: "secure_code", formula: &VA_INQUIRY_REQUEST },
    response: Some(Signature { field: "secure_code", formula: &VA_INQUIRY_RESPONSE }),
    codes: &status::CODES,
};

impl HPay {
    /// Returns the fields of opening an account.
    pub(super) fn fields_of_opening<'a>(
        &'a self,
        request: &'a OpenVirtualAccount,
    ) -> Result<Fields<'a>> {
        let end = self.end_of_life(request.expires_at)?;
        let amount = match request.amount {
            Some(amount) => amount.minor().to_string(),
            // The amount is required, and the reference does not document a value for any amount.
            None => "0".to_owned(),
        };
        let uses = match request.uses {
            Uses::Once => "1",
            Uses::Many => "2",
        };
        Ok(Fields::new()
            .with("merchantId", self.merchant_id())
            .with("accountVaType", uses)
            .with("accountVaName", request.holder.as_str())
            .with("amount", amount)
            .with("condition", if request.amount.is_some() { "1" } else { "2" })
            .with_some("remark", request.remark.as_deref())
            .with_some("timeLimit", end))
    }

    pub(super) async fn open_account(
        &self,
        request: &OpenVirtualAccount,
    ) -> Result<Submission<VirtualAccount>> {
        if self.apis.virtual_accounts == Api::Openapi {
            return self.open_openapi_account(request).await;
        }
        let operation = Operation { encoding: self.compat.va_body.into(), ..OPEN };
        let about = Subject::VirtualAccount(request.order.clone());
        let fields = self.fields_of_opening(request)?;
        self.instruct(&operation, about, fields, |reply| {
            if let Some(code) = reply.failure() {
                return Ok(code.refused_instruction(reply.request_formula()));
            }
            let data = reply.data()?;
            match reply.verify() {
                Ok(raw) => account::opened(self.merchant_id(), &self.banks, request, &data, raw),
                Err(doubt) => Ok(Submission::Uncertain(doubt.into_uncertain())),
            }
        })
        .await
    }

    pub(super) async fn rename_account(
        &self,
        request: &UpdateVirtualAccount,
    ) -> Result<Submission<VirtualAccount>> {
        if self.apis.virtual_accounts == Api::Openapi {
            return self.rename_openapi_account(request).await;
        }
        let number = request.account.number()?;
        let fields = Fields::new()
            .with("merchant_id", self.merchant_id())
            .with("va_account", number.as_str())
            .with("va_name", request.holder.as_str())
            .with_some("remark", request.remark.as_deref());
        let about = Subject::VirtualAccount(request.account.order.clone());
        self.instruct(&RENAME, about, fields, |reply| {
            if let Some(code) = reply.failure() {
                return Ok(code.refused_instruction(reply.request_formula()));
            }
            let data = reply.data()?;
            Ok(match reply.verify() {
                Ok(raw) => account::renamed(request, number, &data, raw),
                Err(doubt) => Submission::Uncertain(doubt.into_uncertain()),
            })
        })
        .await
    }

    /// Closes an account.
    pub(super) async fn close_account(
        &self,
        account: &VirtualAccountRef,
    ) -> Result<Submission<VirtualAccount>> {
        match self.apis.virtual_accounts {
            Api::Reference => self.switch_account(&CLOSE, account, None).await,
            Api::Openapi => self.close_openapi_account(account).await,
        }
    }

    /// Reopens a closed account.
    pub(super) async fn reopen_account(
        &self,
        account: &VirtualAccountRef,
        until: Option<Timestamp>,
    ) -> Result<Submission<VirtualAccount>> {
        match self.apis.virtual_accounts {
            Api::Reference => self.switch_account(&REOPEN, account, until).await,
            Api::Openapi => {
                let message = "HPay's openapi has no call that opens a closed account";
                Err(Error::unsupported(message).with_operation(REOPEN.name))
            }
        }
    }

    async fn switch_account(
        &self,
        operation: &Operation<'_>,
        account: &VirtualAccountRef,
        until: Option<Timestamp>,
    ) -> Result<Submission<VirtualAccount>> {
        let closes = operation.name == CLOSE.name;
        let operation = Operation { encoding: self.compat.va_body.into(), ..*operation };
        let number = account.number()?;
        let fields = Fields::new()
            .with("merchant_id", self.merchant_id())
            .with("account_va", number.as_str())
            .with("flag", if closes { "0" } else { "1" })
            .with_some("time_limit", self.end_of_life(until)?);
        let about = Subject::VirtualAccount(account.order.clone());
        self.instruct(&operation, about, fields, |reply| {
            if let Some(code) = reply.failure() {
                return Ok(code.refused_instruction(reply.request_formula()));
            }
            let data = reply.data()?;
            Ok(match reply.verify() {
                Ok(raw) => account::switched(account, number, closes, &data, raw),
                Err(doubt) => Submission::Uncertain(doubt.into_uncertain()),
            })
        })
        .await
    }

    /// Returns the credits on one of the merchant's accounts, by its full or its short number,
    /// queried as part of the operation `name`.
    pub(crate) async fn credits(
        &self,
        name: &'static str,
        number: &AccountNumber,
    ) -> Result<Vec<Listed<Movement>>> {
        if self.apis.virtual_accounts == Api::Openapi {
            return self.openapi_credits(name, number).await;
        }
        let operation = &Operation { name, ..CREDITS };
        let fields = Fields::new()
            .with("merchant_id", self.merchant_id())
            .with("va_account", number.as_str());
        self.inquire(operation, fields, |reply| {
            let raw = reply.verify_success()?;
            if let Some(code) = reply.failure() {
                return Err(code.failed_inquiry(name, reply.request_formula()));
            }
            CreditRows { operation: name, merchant_id: self.merchant_id(), number: "cashin" }.read(
                reply.envelope.data.as_deref(),
                &raw,
                |row| serde_json::from_str(row),
            )
        })
        .await
    }

    /// Returns the expiry of a virtual account in Unix seconds.
    pub(crate) fn end_of_life(&self, end: Option<Timestamp>) -> Result<Option<String>> {
        let Some(end) = end else { return Ok(None) };
        let now = self.clock.now();
        if end <= now {
            return Err(Error::invalid("expires_at", "has passed"));
        }
        if end.since(now) > LONGEST_ACCOUNT_LIFE {
            return Err(Error::invalid("expires_at", "is more than 7 days away"));
        }
        Ok(Some(end.unix_seconds().to_string()))
    }
}
