//! The payout requests that a provider accepts and the operations that it offers.

use std::time::Duration;

use serde::Serialize;

use super::{CreatePayout, PayoutField};
use crate::{
    Error, Result,
    rules::{AbsenceRule, Alphabet, AmountLimits, Repeat, TextRules, check_amount},
};

/// The payout requests that a provider accepts and the operations that it offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PayoutCapabilities {
    /// The accepted amounts, for each currency.
    pub limits: Vec<AmountLimits>,
    /// The rules of payout references.
    pub reference: TextRules,
    /// The rules of the holder's name.
    pub name: TextRules,
    /// The rules of notes. A greatest length of 0 means that notes are refused.
    pub note: TextRules,
    /// The fields that a request must have, although [`CreatePayout`] can be made without them.
    pub required: Vec<PayoutField>,
    /// The effect of a second payout under the same reference.
    pub repeat: Repeat,
    /// Whether payouts can be found.
    pub find: bool,
    /// How far back an inquiry finds payouts. `None` if there is no limit.
    pub inquiry_window: Option<Duration>,
    /// When an inquiry that does not find a payout proves that the gateway does not have it.
    pub absence: AbsenceRule,
    /// Whether the provider can look up the holder's name of an account.
    pub name_check: bool,
    /// Whether that look-up costs a fee.
    pub name_check_costs: bool,
    /// Whether the provider can report the balance.
    pub balance: bool,
}

impl PayoutCapabilities {
    /// Creates capabilities that accept payouts within `limits` and offer nothing else. The `with_`
    /// methods add to them.
    pub fn new(limits: Vec<AmountLimits>, repeat: Repeat) -> Self {
        Self {
            limits,
            reference: TextRules::new(1, 200, Alphabet::Printable),
            name: TextRules::new(1, 200, Alphabet::Printable),
            note: TextRules::new(0, 200, Alphabet::Printable),
            required: Vec::new(),
            repeat,
            find: false,
            inquiry_window: None,
            absence: AbsenceRule::Never,
            name_check: false,
            name_check_costs: false,
            balance: false,
        }
    }

    /// Sets the rules of payout references.
    #[must_use]
    pub fn with_reference(mut self, rules: TextRules) -> Self {
        self.reference = rules;
        self
    }

    /// Sets the rules of the holder's name.
    #[must_use]
    pub fn with_name(mut self, rules: TextRules) -> Self {
        self.name = rules;
        self
    }

    /// Sets the rules of notes.
    #[must_use]
    pub fn with_note(mut self, rules: TextRules) -> Self {
        self.note = rules;
        self
    }

    /// Adds a field that every request must have.
    #[must_use]
    pub fn with_required(mut self, field: PayoutField) -> Self {
        self.required.push(field);
        self
    }

    /// Declares that payouts can be found, within `window` back from now, and when not finding one
    /// proves its absence.
    #[must_use]
    pub fn with_find(mut self, window: Option<Duration>, absence: AbsenceRule) -> Self {
        self.find = true;
        self.inquiry_window = window;
        self.absence = absence;
        self
    }

    /// Declares that the holder's name of an account can be looked up, and whether that costs a
    /// fee.
    #[must_use]
    pub fn with_name_check(mut self, costs: bool) -> Self {
        self.name_check = true;
        self.name_check_costs = costs;
        self
    }

    /// Declares that the balance can be requested.
    #[must_use]
    pub fn with_balance(mut self) -> Self {
        self.balance = true;
        self
    }

    /// Checks a request against these capabilities, without sending anything.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if a value is outside the
    /// declared rules or limits, and [`Unsupported`](crate::ErrorKind::Unsupported) if the request
    /// needs something that the provider does not offer. The error names the field.
    pub fn check(&self, request: &CreatePayout) -> Result<()> {
        check_amount(&self.limits, request.amount)?;
        self.reference.check("payout", request.payout.as_str())?;
        self.name.check("beneficiary.name", &request.beneficiary.name)?;
        match &request.note {
            Some(_) if self.note.max == 0 => {
                return Err(
                    Error::unsupported("the provider does not accept a note").with_field("note")
                );
            }
            Some(note) => self.note.check("note", note)?,
            None => {}
        }
        self.required.iter().try_for_each(|field| field.check(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        PayoutRef,
        bank::{AccountNumber, BankAccount, Bin},
        money::Money,
        payout::Beneficiary,
    };

    #[test]
    fn a_note_that_is_required_and_missing_is_refused_by_its_name() {
        let can =
            PayoutCapabilities::new(vec![AmountLimits::at_least(Money::vnd(1))], Repeat::Refused)
                .with_required(PayoutField::Note);
        let account =
            BankAccount::new(Bin::new("970436").unwrap(), AccountNumber::new("0123").unwrap());
        let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
        let payout = PayoutRef::new("P-1").unwrap();
        let mut request =
            CreatePayout::new(payout, Money::vnd(1), beneficiary).unwrap().with_note("Luong");
        can.check(&request).unwrap();
        request.note = Some("  ".to_owned());
        assert_eq!(can.check(&request).unwrap_err().field(), Some("note"));
        PayoutField::Note.take_from(&mut request);
        assert_eq!(can.check(&request).unwrap_err().field(), Some("note"));
    }
}
