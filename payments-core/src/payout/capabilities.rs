//! What a provider takes and does for payouts.

use std::time::Duration;

use serde::Serialize;

use super::{CreatePayout, PayoutField};
use crate::{
    Error, Result,
    rules::{AbsenceRule, Alphabet, AmountLimits, Repeat, TextRules, check_amount},
};

/// What a provider takes and does for payouts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PayoutCapabilities {
    /// The amounts of each currency.
    pub limits: Vec<AmountLimits>,
    /// Payout references.
    pub reference: TextRules,
    /// The holder's name.
    pub name: TextRules,
    /// Notes; none are taken if the most is 0.
    pub note: TextRules,
    /// The fields that a request has to have although it can be made without them.
    pub required: Vec<PayoutField>,
    /// What a second payout under the same reference does.
    pub repeat: Repeat,
    /// Whether payouts can be found.
    pub find: bool,
    /// How far back an inquiry sees; for ever if not said.
    pub inquiry_window: Option<Duration>,
    /// When it is conclusive that a payout is not known.
    pub absence: AbsenceRule,
    /// Whether an account's holder can be asked for.
    pub name_check: bool,
    /// Whether asking costs a fee.
    pub name_check_costs: bool,
    /// Whether the balance can be asked for.
    pub balance: bool,
}

impl PayoutCapabilities {
    /// Takes payouts within `limits`, and does nothing else until told.
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

    /// Requires a field.
    #[must_use]
    pub fn with_required(mut self, field: PayoutField) -> Self {
        self.required.push(field);
        self
    }

    /// Can find payouts: how far back, and when not finding one is conclusive.
    #[must_use]
    pub fn with_find(mut self, window: Option<Duration>, absence: AbsenceRule) -> Self {
        self.find = true;
        self.inquiry_window = window;
        self.absence = absence;
        self
    }

    /// Can say whose account it is, for a fee or not.
    #[must_use]
    pub fn with_name_check(mut self, costs: bool) -> Self {
        self.name_check = true;
        self.name_check_costs = costs;
        self
    }

    /// Can say how much there is.
    #[must_use]
    pub fn with_balance(mut self) -> Self {
        self.balance = true;
        self
    }

    /// Checks a request before anything is sent.
    ///
    /// # Errors
    /// `InvalidRequest` or `Unsupported` naming the field that cannot be honoured.
    pub fn check(&self, request: &CreatePayout) -> Result<()> {
        check_amount(&self.limits, request.amount)?;
        self.reference.check("payout", request.payout.as_str())?;
        self.name.check("beneficiary.name", &request.beneficiary.name)?;
        match &request.note {
            Some(_) if self.note.max == 0 => {
                return Err(Error::unsupported("no note is passed on").with_field("note"));
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
