//! Changes of records, and the subjects that they are about.

use std::fmt;
use std::str::FromStr;

use payments_core::{DedupeKey, Error, OrderRef, PayoutRef, ProviderId};

use crate::{
    record::{Case, CreditRecord, PaymentRecord, PayoutRecord},
    store::{Due, Rows, StoreError, TaskKind},
};

/// A changed record, in its present state.
///
/// A change reports that a record is different from before, not what happened to it: two
/// consecutive changes may be delivered as one, and one may be delivered twice. The revisions of
/// one subject never decrease.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Change {
    /// The payment of an order changed.
    Payment(Box<PaymentRecord>),
    /// A payout changed.
    Payout(Box<PayoutRecord>),
    /// A credit that has or had no known order, or outgoing money that no record explains, changed.
    Unmatched(Box<CreditRecord>),
    /// A case about something that has no record: a delivery, a dead letter, a line of a statement.
    /// It is not given to handlers; [`Engine::cases`](crate::Engine::cases) lists it.
    Notice(Box<Notice>),
}

impl Change {
    /// Returns the revision of the record, which grows with every change of the record.
    pub fn revision(&self) -> u64 {
        match self {
            Self::Payment(record) => record.revision,
            Self::Payout(record) => record.revision,
            Self::Unmatched(credit) => credit.revision,
            Self::Notice(_) => 1,
        }
    }

    /// Returns the payment, or `None` if this is not a change of a payment.
    pub fn payment(&self) -> Option<&PaymentRecord> {
        match self {
            Self::Payment(record) => Some(record),
            _ => None,
        }
    }

    /// Returns the payout, or `None` if this is not a change of a payout.
    pub fn payout(&self) -> Option<&PayoutRecord> {
        match self {
            Self::Payout(record) => Some(record),
            _ => None,
        }
    }

    /// Returns the credit without a known order, or the unexplained outgoing money, or `None` if
    /// this is another change.
    pub fn unmatched(&self) -> Option<&CreditRecord> {
        match self {
            Self::Unmatched(credit) => Some(credit),
            _ => None,
        }
    }

    /// Returns the cases of the record.
    pub fn cases(&self) -> &[Case] {
        match self {
            Self::Payment(record) => &record.cases,
            Self::Payout(record) => &record.cases,
            Self::Unmatched(credit) => &credit.cases,
            Self::Notice(notice) => std::slice::from_ref(&notice.case),
        }
    }

    /// Returns the subject of the record.
    pub fn subject(&self) -> Subject {
        match self {
            Self::Payment(record) => Subject::Payment(record.order.clone()),
            Self::Payout(record) => Subject::Payout(record.reference().clone()),
            Self::Unmatched(credit) => {
                Subject::Credit(credit.provider.clone(), credit.movement.key.clone())
            }
            Self::Notice(notice) => notice.subject.clone(),
        }
    }

    /// Reads the current record of a subject as a change, or `None` if it does not exist.
    pub(crate) fn of(rows: &mut dyn Rows, subject: &Subject) -> Result<Option<Self>, StoreError> {
        Ok(match subject {
            Subject::Payout(payout) => {
                rows.payout(payout)?.map(|record| Self::Payout(Box::new(record)))
            }
            Subject::Payment(order) => {
                rows.payments().payment(order)?.map(|record| Self::Payment(Box::new(record)))
            }
            Subject::Credit(provider, key) => {
                let credit = rows.payments().credit(provider, key)?;
                credit.map(|credit| Self::Unmatched(Box::new(credit)))
            }
            Subject::Delivery(_) | Subject::DeadLetter { .. } | Subject::Line(..) => None,
        })
    }
}

/// The subject of a record or of a notice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subject {
    /// A payment, by its order.
    Payment(OrderRef),
    /// A payout.
    Payout(PayoutRef),
    /// A credit without a known order, or outgoing money that no record explains, by its provider
    /// and key.
    Credit(ProviderId, DedupeKey),
    /// A delivery, by its number.
    Delivery(u64),
    /// A change for which a handler failed too often.
    DeadLetter {
        /// The name of the handler.
        handler: String,
        /// The subject of the change, as text.
        about: String,
    },
    /// A line of a statement that cannot be read, by its provider and its name in the statement.
    Line(ProviderId, String),
}

/// A case about something that has no record of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notice {
    /// The subject of the case.
    pub subject: Subject,
    /// The case.
    pub case: Case,
}

impl From<OrderRef> for Subject {
    fn from(order: OrderRef) -> Self {
        Self::Payment(order)
    }
}

impl From<PayoutRef> for Subject {
    fn from(payout: PayoutRef) -> Self {
        Self::Payout(payout)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Payment(order) => write!(f, "payment:{order}"),
            Self::Payout(payout) => write!(f, "payout:{payout}"),
            // A provider's name may contain any separator, so its length is written in front.
            Self::Credit(provider, key) => {
                write!(f, "credit:{}:{provider}:{key}", provider.as_str().len())
            }
            Self::Delivery(number) => write!(f, "delivery:{number}"),
            Self::DeadLetter { handler, about } => {
                write!(f, "dead-letter:{}:{handler}:{about}", handler.len())
            }
            Self::Line(provider, name) => {
                write!(f, "line:{}:{provider}:{name}", provider.as_str().len())
            }
        }
    }
}

impl FromStr for Subject {
    type Err = Error;

    /// Parses the text that `Display` writes.
    fn from_str(text: &str) -> Result<Self, Error> {
        let malformed = || Error::invalid("subject", "is not the text of a subject");
        let (kind, name) = text.split_once(':').ok_or_else(malformed)?;
        Ok(match kind {
            "payment" => Self::Payment(OrderRef::new(name)?),
            "payout" => Self::Payout(PayoutRef::new(name)?),
            "credit" => {
                let (provider, key) = measured(name).ok_or_else(malformed)?;
                Self::Credit(ProviderId::new(provider)?, key.parse()?)
            }
            "delivery" => Self::Delivery(name.parse().map_err(|_| malformed())?),
            "dead-letter" => {
                let (handler, about) = measured(name).ok_or_else(malformed)?;
                Self::DeadLetter { handler: handler.to_owned(), about: about.to_owned() }
            }
            "line" => {
                let (provider, name) = measured(name).ok_or_else(malformed)?;
                Self::Line(ProviderId::new(provider)?, name.to_owned())
            }
            _ => return Err(malformed()),
        })
    }
}

/// Splits two joined names. The length of the first one is in front.
fn measured(text: &str) -> Option<(&str, &str)> {
    let (length, rest) = text.split_once(':')?;
    let (first, second) = rest.split_at_checked(length.parse().ok()?)?;
    Some((first, second.strip_prefix(':')?))
}

/// Queues a change of a subject for every handler. Every function that writes a record calls it, in
/// the same transaction.
pub(crate) fn changed(
    rows: &mut dyn Rows,
    subject: &Subject,
    revision: u64,
) -> Result<(), StoreError> {
    for handler in rows.handlers()? {
        tracing::trace!(%handler, %subject, revision, "a change is due");
        rows.make_due(TaskKind::Handle, &format!("{handler} {subject}"), Due::at_once())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_without_a_record_has_no_change() {
        let (mut memory, _) = crate::store::Store::memory()
            .open(payments_core::Timestamp::from_unix(0), false, &crate::sealing::Seal::default())
            .unwrap();
        let subject = Subject::Payout(PayoutRef::new("P-1").unwrap());
        assert!(Change::of(memory.as_mut(), &subject).unwrap().is_none());
    }

    #[test]
    fn a_subject_is_read_back_from_its_text_whatever_its_names_contain() {
        let key = |value: &str| DedupeKey::new("acme.bank", value).unwrap();
        let provider = |name: &str| ProviderId::new(name).unwrap();
        for subject in [
            Subject::Payment(OrderRef::new("A:1 b").unwrap()),
            Subject::Payout(PayoutRef::new("LƯƠNG:payout:1").unwrap()),
            Subject::Credit(provider("main"), key("FT26:1")),
            Subject::Credit(provider("đ:1:x y"), key("a b:c")),
            Subject::Delivery(7),
            Subject::DeadLetter { handler: "shop".to_owned(), about: "payout:P-1".to_owned() },
            Subject::Line(provider("đ:1:x y"), "page 3: line 7".to_owned()),
        ] {
            assert_eq!(subject.to_string().parse::<Subject>().unwrap(), subject, "{subject}");
        }
        for bad in ["", "payout", "payout:", "credit:main", "credit:9:main:a:b", "card:1"] {
            assert!(bad.parse::<Subject>().is_err(), "{bad:?}");
        }
    }
}
