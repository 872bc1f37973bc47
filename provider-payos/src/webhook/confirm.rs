//! Confirms an event by inquiry.

use std::time::Duration;

use payments_core::{
    Error, Lookup, Movement, Result,
    notification::{Confirmation, Event, EventData},
};

use crate::payment_link::Links;

/// How soon an inquiry may know what a delivery has just reported. A choice of ours.
const SOON: Duration = Duration::from_secs(60);

/// Finds the transfer of a claim by payOS's number of the link and the bank's reference, among
/// those of the order that is named. What is believed are the inquiry's amount and account.
pub(super) async fn confirm(links: &Links, event: &Event) -> Result<Confirmation> {
    let EventData::Movement(claimed) = event.data() else {
        return Err(Error::unsupported("payOS can be asked about transfers to its links only"));
    };
    let order = claimed
        .order
        .as_ref()
        .ok_or_else(|| Error::invalid("order", "is needed to ask about a transfer to a link"))?;
    let Lookup::Found(found) = links.find(order).await? else { return Ok(not_yet()) };
    let is_it = |credit: &Movement| {
        credit.key == claimed.key || credit.bank_reference == claimed.bank_reference
    };
    Ok(match found.credits.into_iter().find(is_it) {
        Some(credit) if credit.amount == claimed.amount => Confirmation::Confirmed(
            Event::inquired(credit.key.clone(), EventData::Movement(credit)),
        ),
        Some(credit) => Confirmation::Contradicted {
            claimed: format!("{} of {}", claimed.key, claimed.amount),
            found: format!("{} of {}", credit.key, credit.amount),
        },
        None => not_yet(),
    })
}

fn not_yet() -> Confirmation {
    Confirmation::NotYet { retry_after: Some(SOON) }
}
