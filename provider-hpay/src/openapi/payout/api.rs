//! The operations of payouts by the newer OpenAPI (source: public code of merchants, 2026).

use payments_core::{
    GatewayRef, Lookup, PayoutRef, Result, Submission, Uncertain, UncertainCause,
    bank::BankAccount,
    money::Currency,
    payout::{Beneficiary, CreatePayout, Payout},
};

use super::wire::{CreatedPayout, Name, PayoutRow, RefusedPayout};
use crate::{
    client::HPay,
    compat::{NoteField, OPENAPI_PAYOUT_SERVICE},
    envelope::Literal,
    error_codes::Code,
    fields::Fields,
    limits::OPENAPI_PAYOUT_REFERENCE,
    openapi::{self, request_id, status::REFUSED},
    operation::{Class, Encoding, Operation},
    payout::{
        name_check,
        payout::{absence, created, is_booked, lookup, refused, rows},
    },
    reply::Reply,
    virtual_account::account::is_same_name,
};

/// The operation that sends a payout.
pub(crate) const TRANSFER: Operation<'static> = openapi::operation(
    "create_payout",
    OPENAPI_PAYOUT_SERVICE,
    "/service/ibft/v1/transfer",
    Class::Instruction,
);

/// The inquiry for a payout.
pub(crate) const FIND_TRANSFER: Operation<'static> = openapi::operation(
    "find_payout",
    OPENAPI_PAYOUT_SERVICE,
    "/service/ibft/v1/inquiry",
    Class::Inquiry,
);

/// The inquiry for the name of an account's holder. It is assumed to cost a fee, like in the
/// reference's API.
pub(crate) const GET_NAME: Operation<'static> = openapi::operation(
    "verify_beneficiary",
    OPENAPI_PAYOUT_SERVICE,
    "/service/ibft/v1/get-name",
    Class::PaidInquiry,
);

impl HPay {
    /// Returns one of the operations above for the service in the configuration, with this path.
    fn of_payout_service<'a>(&'a self, usual: Operation<'a>, path: &'a str) -> Operation<'a> {
        let service = self.compat.openapi_payout_service.as_str();
        Operation { path, encoding: Encoding::Envelope { service }, ..usual }
    }

    /// Returns the path of an operation of the payout service.
    fn payout_path(&self, name: &str) -> String {
        format!("/service/{}/v1/{name}", self.compat.openapi_payout_service)
    }

    pub(crate) async fn send_openapi_payout(
        &self,
        request: &CreatePayout,
    ) -> Result<Submission<Payout>> {
        let account = &request.beneficiary.account;
        let bank = self.banks.code_of(account)?;
        let note = match self.compat.openapi_note {
            NoteField::Note => "note",
            NoteField::Remark => "remark",
        };
        let fields = Fields::new()
            .with("requestId", request.payout.as_str())
            .with("merchantId", self.merchant_id())
            .with("bankName", bank.as_ref())
            .with("bankAccountNumber", account.number.as_str())
            .with("bankAccountName", request.beneficiary.name.as_str())
            .with("amount", request.amount.minor().to_string())
            .with_some(note, request.note.as_deref());
        let path = self.payout_path("transfer");
        let operation = self.of_payout_service(TRANSFER, &path);
        let refused = |code: &Code, reply: &Reply<'_>| {
            let is_booked = is_booked(&reply.envelope, |data: RefusedPayout| {
                [data.cashout_id, data.transaction_id]
            });
            refused(code, is_booked, reply.request_formula())
        };
        let about = &request.payout;
        self.instruct_openapi(&operation, about, fields, refused, |data: CreatedPayout, raw| {
            Ok(match self.repeats(request, &data) {
                true => Submission::Accepted(created(request, data.transaction_id.as_ref(), raw)),
                false => {
                    let doubt =
                        "HPay's response is about another reference, beneficiary or amount than the request";
                    Submission::Uncertain(
                        Uncertain::new(UncertainCause::Mismatch, doubt).needing_attention(),
                    )
                }
            })
        })
        .await
    }

    /// Returns `true` if a response repeats the values of the request. It may spell the bank and
    /// the name differently.
    fn repeats(&self, request: &CreatePayout, data: &CreatedPayout) -> bool {
        let Beneficiary { account, name, .. } = &request.beneficiary;
        let bank = data.bank_name.as_ref().and_then(|bank| self.banks.bin(&bank.text()));
        let told = data.bank_account_name.as_ref().map(Literal::text);
        data.request_id.text() == request.payout.as_str()
            && data.merchant_id.as_ref().is_none_or(|id| id.text() == self.merchant_id())
            && data.bank_account_number.text() == account.number.as_str()
            && data.amount.money(Currency::VND) == Ok(request.amount)
            && bank.is_none_or(|bank| bank == account.bin)
            && told.is_none_or(|told| is_same_name(&told, name))
    }

    /// Queries every payout under a reference, or one of them, as part of the operation `name`.
    pub(crate) async fn find_openapi_payouts(
        &self,
        name: &'static str,
        payout: &PayoutRef,
        transaction: Option<&GatewayRef>,
    ) -> Result<Lookup<Payout>> {
        OPENAPI_PAYOUT_REFERENCE.check("payout", payout.as_str())?;
        let fields = Fields::new()
            .with("requestId", payout.as_str())
            .with("merchantId", self.merchant_id())
            .with_some("transactionId", transaction.map(GatewayRef::as_str));
        let path = self.payout_path(&self.compat.openapi_payout_inquiry);
        let operation = Operation { name, ..self.of_payout_service(FIND_TRANSFER, &path) };
        let found = self.ask_openapi(&operation, fields, |envelope, raw| {
            let rows: Vec<PayoutRow> = rows(name, envelope.data.as_deref())?;
            let rows = rows.into_iter().map(Into::into).collect();
            lookup(name, self.merchant_id(), payout, transaction, rows, &raw)
        });
        match found.await {
            Err(error) if error.code() == Some(REFUSED) => Ok(Lookup::Absent(absence())),
            found => found,
        }
    }

    /// Queries the name of an account's holder.
    pub(crate) async fn ask_openapi_name(&self, account: &BankAccount) -> Result<Beneficiary> {
        let bank = self.banks.code_of(account)?;
        let fields = Fields::new()
            .with("requestId", request_id(self.clock.now()))
            .with("merchantId", self.merchant_id())
            .with("bankName", bank.as_ref())
            .with("bankAccountNumber", account.number.as_str());
        let path = self.payout_path("get-name");
        let operation = self.of_payout_service(GET_NAME, &path);
        self.ask_openapi(&operation, fields, |envelope, raw| {
            let data: Name = envelope.data(GET_NAME.name, "a name")?;
            let name = name_check::named(GET_NAME.name, account, &bank, data.into())?;
            Ok(name.with_raw(raw))
        })
        .await
    }
}
