//! The lives of virtual accounts.

use crate::{
    Flaw, Operation,
    operations::{PreparedCall, amounts},
    requests::Requests,
};

use super::{
    About,
    Step::{Do, PastEnd, Pay},
    Walk, edges, short_and_long,
};

const OPEN: Operation = Operation::OpenVirtualAccount;

pub(super) async fn live(walk: &mut Walk<'_>) -> Result<(), Flaw> {
    let fixture = walk.fixture;
    let Some((gateway, role)) = fixture.virtual_accounts() else { return Ok(()) };
    let (can, payers) = (role.capabilities(), gateway.payers());
    let usual = (About::Usual, OPEN);
    for more in [0, -1, 1] {
        walk.life(usual, |_| {}, &[Pay(more)]).await?;
    }
    walk.life(usual, |_| {}, &[Pay(0), Pay(0)]).await?;
    if payers.any_amount && payers.twice {
        walk.life(usual, |_| {}, &[Pay(-1), Pay(0), Pay(1), Pay(0)]).await?;
    }
    let typical = PreparedCall::unfounded(&fixture.subject, OPEN)?.requests.open;
    if typical.expires_at.is_some() {
        walk.life(usual, |_| {}, &[PastEnd]).await?;
        if payers.late {
            walk.life(usual, |_| {}, &[Pay(0), PastEnd, Pay(0)]).await?;
        }
    }
    for uses in &can.uses {
        let change = |requests: &mut Requests| requests.open.uses = *uses;
        walk.life((About::Choice, OPEN), change, &[Pay(-1), Pay(0)]).await?;
    }
    for amount in amounts(&can.limits) {
        let change = |requests: &mut Requests| {
            requests.open.amount = requests.open.amount.map(|_| amount);
        };
        walk.life(usual, change, &[Pay(0)]).await?;
    }
    if can.close {
        let mut steps = vec![Do(Operation::CloseVirtualAccount)];
        steps.extend(can.reopen.then_some(Do(Operation::ReopenVirtualAccount)));
        walk.life(usual, |_| {}, &steps).await?;
    }
    let texts = short_and_long(&can.holder).into_iter().zip(short_and_long(&can.remark));
    for (holder, remark) in texts {
        let change = |requests: &mut Requests| {
            let request = &mut requests.open;
            let with_remark = request.clone().with_remark(remark);
            if request.remark.is_none() && role.check(&with_remark).is_ok() {
                *request = with_remark;
            }
            request.holder = holder;
        };
        walk.life((About::Texts, OPEN), change, &[]).await?;
    }
    edges::references(walk, OPEN, &[]).await
}
