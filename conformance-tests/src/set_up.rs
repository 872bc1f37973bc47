//! Whether gateway, provider and suite fit together in a role, before any law is checked.

use payments_core::{Provider, Role, notification::Received};

use crate::{
    Flaw, Operation, Start,
    fixture::Fixture,
    laws::webhook_fixture::WebhookFixture,
    operations::{Availability, rules},
    record::{Life, Record, Step},
};

/// Checks a role: each flaw names what to implement, or what to mend.
pub(crate) async fn check(start: &Start, role: Role) -> Result<(), Flaw> {
    let fixture = Fixture::open(start).await?;
    if !fixture.subject.roles().contains(&role) || !fixture.provider.roles().contains(&role) {
        // That is the law about roles.
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

/// The provider accepts the references of the gateway, and each number has its own.
fn references(fixture: &Fixture, role: Role) -> Result<(), Flaw> {
    let Some((rules, _)) = rules(&fixture.provider, role) else { return Ok(()) };
    let gateway = &fixture.subject.gateway;
    for number in [1, 2, 9_999] {
        let reference = gateway.reference(number);
        rules.check("reference", &reference).map_err(|error| {
            let expected = "`Gateway::reference` implemented to give references that the \
                            capabilities of the provider allow";
            Flaw::new(expected, format!("{reference:?}: {error}"))
        })?;
    }
    if gateway.reference(1) == gateway.reference(2) {
        let expected = "`Gateway::reference` implemented to give another one for each number";
        return Err(Flaw::new(expected, format!("{:?} for 1 and 2", gateway.reference(1))));
    }
    Ok(())
}

/// The suite names each instruction that the provider never sends, and no other.
fn unsent(fixture: &Fixture, role: Role) -> Result<(), Flaw> {
    let Some(named) = &fixture.subject.unsent else { return Ok(()) };
    for operation in Operation::instructions().filter(|operation| operation.role() == role) {
        let how = how(operation, &fixture.provider);
        let as_named = named.iter().find(|(name, _)| *name == operation.name());
        if as_named.map(|(_, how)| *how) == how {
            continue;
        }
        let expected = match how {
            Some(how) => format!("`{operation}: {how}` behind the role in `suite!`"),
            None => format!("`{operation}` not named in `suite!`, for the provider sends it"),
        };
        return Err(Flaw::new(expected, format!("{:?}", as_named.unwrap_or(&("nothing", ""))))
            .in_call(operation));
    }
    Ok(())
}

/// How the suite names an instruction that is not sent.
fn how(operation: Operation, provider: &Provider) -> Option<&'static str> {
    match operation.availability(provider) {
        Availability::Networked => None,
        Availability::Offline => Some("offline"),
        Availability::Refused => Some("refused"),
    }
}

/// The provider and the gateway accept the request that the gateway describes, and payers can do
/// what the gateway says.
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
    if let Err(error) = &first.allowed {
        let expected = format!("`{method}` implemented to give a request that the provider allows");
        return Err(first.flaw(expected, error));
    }
    match first.steps.first().and_then(|seen| seen.outcome.as_ref()) {
        Some(outcome) if outcome.is_as_asked() => {}
        other => {
            let expected = format!(
                "`{}` accepted with nothing in the way, by the provider and by the simulated \
                 gateway",
                first.operation()
            );
            return Err(first.flaw(expected, format!("{other:?}")));
        }
    }
    let Some(can) = payers else { return Ok(()) };
    for life in record.of(role) {
        let (allowed, what) = match paying(life).as_slice() {
            [Step::Pay(0)] => (true, "pay what was asked"),
            [Step::Pay(_)] => (can.any_amount, "pay another amount"),
            [Step::Pay(0), Step::Pay(0)] => (can.twice, "pay twice"),
            [Step::PastEnd, Step::Pay(0)] => (can.late, "pay after the end"),
            _ => continue,
        };
        let is_done = life.steps.last().is_some_and(|seen| seen.is_done);
        match (is_done, allowed) {
            (true, false) => {
                let expected = format!("no payer who can {what}, as `{named}` says");
                return Err(Flaw::new(expected, "it was done"));
            }
            (false, true) => {
                let expected = format!("payers who can {what}, as `{named}` says");
                return Err(Flaw::new(expected, crate::Impossible));
            }
            _ => {}
        }
    }
    Ok(())
}

/// What payers do in a life, without the provider; empty if it was never opened.
fn paying(life: &Life) -> Vec<Step> {
    let steps = life.steps.iter().skip(1).map(|seen| seen.step.clone());
    steps.filter(|step| *step != Step::Visit).collect()
}

fn statement(record: &Record) -> Result<(), Flaw> {
    match record.entries()? {
        Some([]) => {
            let expected = "what `ListsStatements::receive` lets arrive on a statement";
            Err(Flaw::new(expected, "an empty statement").in_call(Operation::Entries))
        }
        _ => Ok(()),
    }
}

async fn notifications(start: &Start) -> Result<(), Flaw> {
    let Some(webhooks) = WebhookFixture::open(start).await? else { return Ok(()) };
    for sent in webhooks.server_to_server() {
        if let Received::Untrusted(untrusted) = webhooks.receive(&sent.endpoint, &sent.request) {
            let expected = format!(
                "the gateway's own delivery at `{}` trusted: mend how the simulated gateway signs \
                 it, or the check in `receive`",
                sent.endpoint
            );
            return Err(Flaw::new(expected, format!("{untrusted:?}")));
        }
    }
    Ok(())
}
