//! Confirms an event by inquiry.

use std::time::Duration;

use payments_core::{
    Error, Lookup, Movement, Result,
    notification::{Confirmation, Event, EventData},
};

use crate::payment_link::Links;

/// The time until which an inquiry may not yet know an event that a delivery has just reported. It
/// is our choice.
const SOON: Duration = Duration::from_secs(60);

/// Finds the transfer of a claim among those of the named order, by payOS's number of the link and
/// the bank's reference. The event has the amount and the account of the inquiry.
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
