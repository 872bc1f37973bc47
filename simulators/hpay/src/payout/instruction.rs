//! A payout request, read and checked.

use crate::{
    amount, codes::payout as code, fields::Fields, formulas::PAYOUT_REQUEST, gateway::Gateway,
    keys::Verdict, response::Refusal, tables,
};

/// The payout that the merchant asks for.
pub(crate) struct Instruction {
    pub(super) request_id: String,
    pub(super) bank: String,
    pub(crate) number: String,
    pub(super) name: String,
    pub(super) amount: i64,
    pub(super) note: String,
}

const REQUIRED: [&str; 8] = [
    "requestId",
    "merchantId",
    "merchantEmail",
    "bankName",
    "bankAccountNumber",
    "bankAccountName",
    "amount",
    "secureChain",
];
const LONGEST_NOTE: usize = 100;

impl Instruction {
    /// Checks everything except the balance.
    ///
    /// The reference gives the codes but not the order of the checks. Missing parameters return
    /// 008, a signature by another key 001, and one by the right key over another text 010.
    pub(super) fn read(gateway: &Gateway, fields: &Fields) -> Result<Self, Refusal> {
        if !fields.has_all(&REQUIRED) {
            return Err(Refusal(code::PARAMETER_MISSING));
        }
        let is_merchant = gateway.is_merchant(fields.text("merchantId"))
            && fields.text("merchantEmail") == gateway.settings.merchant_email;
        if !is_merchant {
            return Err(Refusal(code::MERCHANT_INACTIVE));
        }
        let signed = gateway.codes.payout_request_text(
            fields.text("requestId"),
            fields.text("amount"),
            fields.text("bankAccountName"),
        );
        match gateway.verdict(PAYOUT_REQUEST, fields, fields.text("secureChain"), &signed) {
            Verdict::Good => {}
            Verdict::OtherText => return Err(Refusal(code::OTHER_TEXT_SIGNED)),
            Verdict::OtherKey => return Err(Refusal(code::BAD_SIGNATURE)),
        }
        Self::checked(gateway, fields)
    }

    /// Checks what is asked, of a request that is the merchant's.
    pub(crate) fn checked(gateway: &Gateway, fields: &Fields) -> Result<Self, Refusal> {
        let bank = fields.text("bankName");
        let number = fields.text("bankAccountNumber");
        let name = fields.text("bankAccountName");
        check_account(gateway, bank, number)?;
        let amount =
            amount::whole(fields.text("amount")).ok_or(Refusal(code::PARAMETER_MISSING))?;
        if amount < gateway.settings.minimum_payout.max(1) {
            return Err(Refusal(code::AMOUNT_TOO_LOW));
        }
        let note = fields.text("note");
        if note.len() > LONGEST_NOTE || !note.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
            return Err(Refusal(code::INVALID_NOTE));
        }
        if holder(gateway, bank, number).is_some_and(|holder| holder != name) {
            return Err(Refusal(code::WRONG_NAME));
        }
        Ok(Self {
            request_id: fields.text("requestId").to_owned(),
            bank: bank.to_owned(),
            number: number.to_owned(),
            name: name.to_owned(),
            amount,
            note: note.to_owned(),
        })
    }
}

/// Checks that table 3 or the settings list the bank and that the account number is well formed.
pub(crate) fn check_account(gateway: &Gateway, bank: &str, number: &str) -> Result<(), Refusal> {
    let is_own = gateway.settings.bank_codes.iter().any(|known| known == bank);
    if !is_own && !tables::is_bank(bank) {
        return Err(Refusal(code::UNKNOWN_BANK));
    }
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal(code::BAD_NUMBER));
    }
    Ok(())
}

/// The holder of a bank account, if the settings have it.
pub(super) fn holder<'a>(gateway: &'a Gateway, bank: &str, number: &str) -> Option<&'a str> {
    gateway
        .settings
        .beneficiaries
        .iter()
        .find(|known| known.bank == bank && known.number == number)
        .map(|known| known.name.as_str())
}
