//! What a provider said of an instruction, and what an inquiry said of its effect.

use payments_core::{
    Decline, ErrorKind, Lookup, OrderRef, Submission, Uncertain,
    bank::BankAccount,
    money::Money,
    payment::{Payment, Refund, RefundPayment},
    payout::{CreatePayout, Payout},
    virtual_account::VirtualAccount,
};

use crate::Flaw;

/// What a provider said of an instruction.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Error {
        kind: ErrorKind,
        text: String,
    },
    /// `unlike`: in what the answer differs from what was asked.
    Accepted {
        unlike: Option<String>,
    },
    Declined(Decline),
    Uncertain(Uncertain),
}

/// What an inquiry said of an instruction's effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Error(String),
    Absent {
        conclusive: bool,
    },
    /// `done`: whether it shows the effect.
    One {
        done: bool,
        unlike: Option<String>,
    },
    Several(usize),
}

impl Outcome {
    pub(crate) fn of(outcome: payments_core::Result<Submission<Option<String>>>) -> Self {
        match outcome {
            Err(error) => Self::Error { kind: error.kind(), text: error.to_string() },
            Ok(Submission::Accepted(unlike)) => Self::Accepted { unlike },
            Ok(Submission::Declined(decline)) => Self::Declined(decline),
            Ok(Submission::Uncertain(uncertain)) => Self::Uncertain(uncertain),
        }
    }

    /// What it is in a word, without what was said.
    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Error { kind, .. } => format!("Err({kind:?})"),
            Self::Accepted { .. } => "Accepted".to_owned(),
            Self::Declined(decline) => format!("Declined({:?})", decline.reason),
            Self::Uncertain(uncertain) => format!("Uncertain({:?})", uncertain.cause),
        }
    }

    /// Accepted as it was asked.
    pub(crate) fn accepted(&self) -> Result<(), Flaw> {
        match self {
            Self::Accepted { unlike: None } => Ok(()),
            other => Err(Flaw::new("Accepted as asked, with nothing in the way", other)),
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Error { kind, text } => write!(f, "Err({kind:?}): {text}"),
            Self::Accepted { unlike: None } => f.write_str("Accepted"),
            Self::Accepted { unlike: Some(unlike) } => write!(f, "Accepted, and {unlike}"),
            Self::Declined(decline) => write!(f, "Declined: {decline}"),
            Self::Uncertain(uncertain) => {
                write!(f, "Uncertain({:?}): {uncertain}", uncertain.cause)
            }
        }
    }
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Error(text) => write!(f, "Err: {text}"),
            Self::Absent { conclusive: true } => f.write_str("absent, conclusively"),
            Self::Absent { conclusive: false } => f.write_str("absent as yet"),
            Self::One { done, unlike } => {
                write!(f, "one, {}", if *done { "done" } else { "not done" })?;
                unlike.iter().try_for_each(|unlike| write!(f, ", and {unlike}"))
            }
            Self::Several(number) => write!(f, "{number} of them"),
        }
    }
}

pub(crate) fn found<T>(
    lookup: payments_core::Result<Lookup<T>>,
    read: impl FnOnce(&T) -> (bool, Option<String>),
) -> Found {
    match lookup {
        Err(error) => Found::Error(error.to_string()),
        Ok(Lookup::Absent(absence)) => {
            Found::Absent { conclusive: absence == payments_core::Absence::Conclusive }
        }
        Ok(Lookup::Found(one)) => {
            let (done, unlike) = read(&one);
            Found::One { done, unlike }
        }
        Ok(Lookup::Several(all)) => Found::Several(all.len()),
    }
}

pub(crate) fn unlike_payment(payment: &Payment, order: &OrderRef, amount: Money) -> Option<String> {
    differs("order", &payment.order, order)
        .or_else(|| payment.asked.and_then(|asked| differs("amount asked", &asked, &amount)))
}

pub(crate) fn unlike_refund(refund: &Refund, request: &RefundPayment) -> Option<String> {
    differs("refund", &refund.refund, &request.refund)
        .or_else(|| differs("order", &refund.order, &request.order))
        .or_else(|| request.amount.and_then(|asked| differs("amount", &refund.amount, &asked)))
}

pub(crate) fn unlike_account(account: &VirtualAccount, amount: Option<Money>) -> Option<String> {
    match (account.amount, amount) {
        (Some(told), Some(asked)) => differs("amount", &told, &asked),
        _ => None,
    }
}

pub(crate) fn unlike_payout(payout: &Payout, request: &CreatePayout) -> Option<String> {
    let BankAccount { bin: bank, number, .. } = &request.beneficiary.account;
    differs("payout", &payout.payout, &request.payout)
        .or_else(|| payout.amount.and_then(|told| differs("amount", &told, &request.amount)))
        .or_else(|| payout.bank.and_then(|told| differs("bank", &told, bank)))
        .or_else(|| payout.account.as_ref().and_then(|told| differs("account", told, number)))
}

pub(crate) fn differs<T: PartialEq + std::fmt::Debug>(
    what: &str,
    told: &T,
    asked: &T,
) -> Option<String> {
    (told != asked).then(|| format!("its {what} is {told:?} instead of {asked:?}"))
}
