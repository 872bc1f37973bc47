//! The lives of payouts.

use payments_core::{
    bank::BankAccount,
    payout::{
        Beneficiary,
        PayoutState::{Failed, Reversed, Succeeded},
    },
};

use crate::{Flaw, Operation, operations::PreparedCall, requests::Requests};

use super::{
    About,
    Step::{Do, End},
    Walk, edges, short_and_long,
};

const CREATE: Operation = Operation::CreatePayout;

pub(super) async fn live(walk: &mut Walk<'_>) -> Result<(), Flaw> {
    let fixture = walk.fixture;
    let Some((gateway, role)) = fixture.payouts() else { return Ok(()) };
    for end in [&[End(Succeeded), End(Reversed)][..], &[End(Failed)]] {
        walk.life((About::Usual, CREATE), |_| {}, end).await?;
    }
    let other = gateway.another_beneficiary();
    let usual = PreparedCall::unfounded(&fixture.subject, CREATE)?.requests.payout.beneficiary;
    let same_number = BankAccount::new(other.account.bin, usual.account.number.clone());
    let same_number = Beneficiary::new(same_number, &other.name)
        .map_err(|error| Flaw::new("a holder, in `another_beneficiary`", error))?;
    for beneficiary in [usual, same_number, other] {
        let change = |requests: &mut Requests| requests.payout.beneficiary = beneficiary;
        let steps = [Do(CREATE), End(Succeeded)];
        walk.life((About::Beneficiary, CREATE), change, &steps).await?;
    }
    for note in short_and_long(&role.capabilities().note) {
        // A provider that does not pass on notes declares a maximum length of 0.
        let change = |requests: &mut Requests| {
            if !note.is_empty() {
                requests.payout.note = Some(note);
            }
        };
        walk.life((About::Texts, CREATE), change, &[]).await?;
    }
    edges::references(walk, CREATE, &[]).await
}
