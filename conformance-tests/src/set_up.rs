//! Checks whether the gateway, the provider and the suite match in a role, before any law is
//! checked.

use payments_core::{Role, notification::Received};

use crate::{
    Flaw, Operation, Start,
    fixture::Fixture,
    flaw::InFlaw as _,
    laws::webhook_fixture::WebhookFixture,
    operations::{Availability, Outcome, rules},
    record::{Record, Step},
};

/// Checks a role. Each flaw names what to implement or correct.
pub(crate) async fn check(start: &Start, role: Role) -> Result<(), Flaw> {
    let fixture = Fixture::open(start).await?;
    if !fixture.subject.roles().contains(&role) || !fixture.provider.roles().contains(&role) {
        // Another law checks the roles.
        return Ok(());
    }
    references(&fixture, role)?;
    unsent(&fixture, role)?;
    match role {
        Role::Notifications => notifications(start).await,
        Role::Statements => statement(start.record().await?),
        role => lives(start.record().await?, role),
    }
}

/// Checks that the provider accepts the references of the gateway, and that each number has a
/// different one.
fn references(fixture: &Fixture, role: Role) -> Result<(), Flaw> {
    let Some((rules, _)) = rules(&fixture.provider, role) else { return Ok(()) };
    let references = [1, 2, 9_999].map(|number| fixture.subject.gateway.reference(number));
    for reference in &references {
        rules.check("reference", reference).map_err(|error| {
            let expected = "`Gateway::reference` implemented to give references that the \
                            capabilities of the provider allow";
            Flaw::new(expected, format!("{reference:?}: {error}"))
        })?;
    }
    let [first, second, _] = &references;
    let expected = "`Gateway::reference` implemented to give another one for each number";
    Flaw::unless(first != second, expected, format!("{first:?} for 1 and 2"))
}

/// Checks that the suite names exactly the instructions that the provider never sends.
fn unsent(fixture: &Fixture, role: Role) -> Result<(), Flaw> {
    let Some(named) = &fixture.subject.unsent else { return Ok(()) };
    for operation in Operation::instructions().filter(|operation| operation.role() == role) {
        let how = match operation.availability(&fixture.provider) {
            Availability::Networked => None,
            Availability::Offline => Some("offline"),
            Availability::Refused => Some("refused"),
        };
        let as_named = named.iter().find(|(name, _)| *name == operation.name());
        let as_named = as_named.map(|(_, how)| *how);
        let expected = match how {
            Some(how) => format!("`{operation}: {how}` behind the role in `suite!`"),
            None => format!("`{operation}` not named in `suite!`, for the provider sends it"),
        };
        Flaw::unless(as_named == how, expected, as_named.unwrap_or("not named"))
            .in_call(operation)?;
    }
    Ok(())
}

/// Checks that the provider and the gateway accept the gateway's request, and that payers can act
/// as the gateway declares.
fn lives(record: &Record, role: Role) -> Result<(), Flaw> {
    let (method, payers, named) = match role {
        Role::Payments => ("TakesPayments::payment", record.buyers, "TakesPayments::buyers"),
        Role::VirtualAccounts => {
            let method = "OpensVirtualAccounts::virtual_account";
            (method, record.payers, "OpensVirtualAccounts::payers")
        }
        _ => ("PaysOut::payout", None, ""),
    };
    let Some(first) = record.of(role).next() else { return Ok(()) };
    let (allowed, opening) = (&first.allowed, first.opening());
    let expected = format!("`{method}` implemented to give a request that the provider allows");
    first.unless(allowed.is_ok(), expected, format!("{allowed:?}"))?;
    let expected = format!(
        "`{}` accepted with nothing in the way, by the provider and by the simulated gateway",
        first.operation()
    );
    let is_accepted = opening.is_some_and(Outcome::is_as_asked);
    first.unless(is_accepted, expected, format!("{opening:?}"))?;
    let Some(can) = payers else { return Ok(()) };
    for life in record.of(role) {
        // The actions of payers, without the provider.
        let steps = life.steps.iter().skip(1).filter(|seen| seen.step != Step::Visit);
        let (allowed, what) = match steps.map(|seen| &seen.step).collect::<Vec<_>>().as_slice() {
            [Step::Pay(0)] => (true, "pay what was asked"),
            [Step::Pay(_)] => (can.any_amount, "pay another amount"),
            [Step::Pay(0), Step::Pay(0)] => (can.twice, "pay twice"),
            [Step::PastEnd, Step::Pay(0)] => (can.late, "pay after the end"),
            _ => continue,
        };
        let is_done = life.steps.last().is_some_and(|seen| seen.is_done);
        let (who, found) = match allowed {
            true => ("payers", "that cannot happen at this gateway"),
            false => ("no payer", "it was done"),
        };
        let expected = format!("{who} who can {what}, as `{named}` says");
        Flaw::unless(is_done == allowed, expected, found)?;
    }
    Ok(())
}

fn statement(record: &Record) -> Result<(), Flaw> {
    let is_empty = record.entries()?.is_some_and(<[_]>::is_empty);
    let expected = "what `ListsStatements::receive` lets arrive on a statement";
    Flaw::unless(!is_empty, expected, "an empty statement").in_call(Operation::Entries)
}

async fn notifications(start: &Start) -> Result<(), Flaw> {
    let Some(webhooks) = WebhookFixture::open(start).await? else { return Ok(()) };
    for sent in webhooks.server_to_server() {
        let received = webhooks.receiver.receive(&sent.endpoint, &sent.request);
        let is_trusted = !matches!(received, Received::Untrusted(_));
        let expected = "the gateway's own delivery trusted: mend how the simulated gateway signs \
                        it, or the check in `receive`";
        sent.unless(is_trusted, expected, format!("{received:?}"))?;
    }
    Ok(())
}
