//! The statement: the ledger in pages.

use payments_core::Timestamp;

use super::{books::Books, refused::Refused};
use crate::{rules, wire};

/// The suffix of a cursor after an empty page.
const AFTER_EMPTY_PAGE: &str = "-";

/// The entries that a request for the statement selects.
#[derive(Debug, Default)]
pub(super) struct Query {
    /// The number of the last entry that the merchant has.
    after: Option<u64>,
    /// Whether the empty page after that entry was returned.
    after_empty_page: bool,
    account: Option<String>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Query {
    pub(super) fn read(query: &str) -> Result<Self, Refused> {
        let mut read = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let not_a_time = |_| Refused::invalid(&name, "is not a time");
            match name.as_ref() {
                "after" => {
                    let number = value.strip_suffix(AFTER_EMPTY_PAGE);
                    read.after_empty_page = number.is_some();
                    let number = number.unwrap_or(&value).parse();
                    read.after = Some(number.map_err(|_| Refused::invalid("after", "is unknown"))?);
                }
                "account" => read.account = Some(value.into_owned()),
                "from" => read.from = Some(value.parse().map_err(not_a_time)?),
                "until" => read.until = Some(value.parse().map_err(not_a_time)?),
                _ => return Err(Refused::invalid(&name, "is not known")),
            }
        }
        Ok(read)
    }
}

impl Books {
    pub(super) fn own_accounts(&self, now: Timestamp) -> wire::Accounts {
        let accounts = self.ledger.accounts().iter().map(|own| wire::OwnAccount {
            id: own.id.clone(),
            bank: own.bank,
            number: own.number.clone(),
            holder: own.holder.clone(),
            label: own.label.clone(),
            balance: own.balance,
            at: now,
        });
        wire::Accounts { accounts: accounts.collect() }
    }

    pub(super) fn page(&self, query: &Query) -> Result<wire::Page, Refused> {
        let bookings = self.ledger.bookings();
        let after = query.after.unwrap_or(0);
        if usize::try_from(after).map_or(true, |after| after > bookings.len()) {
            return Err(Refused::invalid("after", "is unknown"));
        }
        let mut wanted = bookings.iter().filter(|booking| {
            booking.id > after
                && query.account.as_ref().is_none_or(|id| booking.own_account.as_str() == id)
                && query.from.is_none_or(|from| booking.at >= from)
                && query.until.is_none_or(|until| booking.at <= until)
        });
        if self.gives_empty_pages && !query.after_empty_page && wanted.clone().next().is_some() {
            let next = Some(format!("{after}{AFTER_EMPTY_PAGE}"));
            return Ok(wire::Page { entries: Vec::new(), next, more: true });
        }
        // The cursor stays at the last entry that was returned: entries skipped by this filter may
        // match another one.
        let page: Vec<_> = wanted.by_ref().take(rules::PAGE).collect();
        let last = page.last().map(|booking| booking.id).or(query.after);
        Ok(wire::Page {
            entries: page.into_iter().filter_map(|booking| self.ledger.movement(booking)).collect(),
            next: last.map(|id| id.to_string()),
            more: wanted.next().is_some(),
        })
    }

    pub(super) fn show_transaction(&self, name: &str) -> Result<wire::Movement, Refused> {
        self.ledger
            .bookings()
            .iter()
            .find(|booking| booking.transaction == name)
            .and_then(|booking| self.ledger.movement(booking))
            .ok_or_else(|| Refused::unknown("transaction", name))
    }
}
