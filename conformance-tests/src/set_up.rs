//! Whether gateway, provider and suite fit together in a role, before any law is checked.

use std::time::Duration;

use payments_core::{
    Provider, Role,
    money::Money,
    notification::Received,
    statement::{Cursor, StatementFilter},
};

use crate::{
    Flaw, Impossible, Operation, Payers, Start, buyer,
    fixture::Fixture,
    laws::webhook_fixture::WebhookFixture,
    operations::{Availability, Instruction, rules},
    undisturbed::{accepted, answered},
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
        Role::Payments => payments(&fixture).await,
        Role::VirtualAccounts => virtual_accounts(&fixture).await,
        Role::Payouts => {
            succeeds(&fixture, Operation::CreatePayout, "PaysOut::payout").await.map(drop)
        }
        Role::Statements => statements(&fixture).await,
        _ => notifications(start).await,
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

/// The provider accepts the request that the gateway describes by `method`, and so does the gateway.
async fn succeeds(
    fixture: &Fixture,
    operation: Operation,
    method: &str,
) -> Result<Instruction, Flaw> {
    let instruction = Instruction::ready(fixture, operation, 1).await?;
    instruction.check(&fixture.provider).map_err(|error| {
        Flaw::new(
            format!("`{method}` implemented to give a request that the provider allows"),
            error,
        )
        .in_call(operation)
    })?;
    instruction.succeed(fixture).await.map_err(|mut flaw| {
        flaw.expected = format!(
            "`{operation}` accepted with nothing in the way, by the provider and by the simulated \
             gateway"
        );
        flaw
    })?;
    Ok(instruction)
}

async fn payments(fixture: &Fixture) -> Result<(), Flaw> {
    let operation = Operation::CreatePayment;
    let Some((gateway, role)) = fixture.payments() else { return Ok(()) };
    let request = succeeds(fixture, operation, "TakesPayments::payment").await?.requests.payment;
    let (can, named) = (gateway.buyers(), "TakesPayments::buyers");
    let less = Money::from_minor(request.amount.minor() - 1, request.amount.currency());
    for (number, amounts, allowed, what) in [
        (2, vec![request.amount], true, "pay what was asked"),
        (3, vec![less], can.any_amount, "pay another amount"),
        (4, vec![request.amount; 2], can.twice, "pay twice"),
    ] {
        let request = gateway.payment(fixture.order(number)?);
        let created = role.create_payment(&request).await;
        let payment = accepted(operation, created)?;
        buyer::visit(fixture, &payment).await?;
        let mut paid = Ok(());
        for amount in amounts {
            paid = buyer::try_to_pay(fixture, &payment, amount).await?;
        }
        possible(paid, allowed, named, what)?;
    }
    let request = gateway.payment(fixture.order(5)?);
    let Some(end) = request.expires_at else { return Ok(()) };
    let created = role.create_payment(&request).await;
    let payment = accepted(operation, created)?;
    buyer::visit(fixture, &payment).await?;
    gateway.advance(end.since(fixture.clock().now()) + Duration::from_secs(3_600)).await;
    let paid = buyer::try_to_pay(fixture, &payment, request.amount).await?;
    possible(paid, can.late, named, "pay after the end")
}

async fn virtual_accounts(fixture: &Fixture) -> Result<(), Flaw> {
    let operation = Operation::OpenVirtualAccount;
    let Some((gateway, role)) = fixture.virtual_accounts() else { return Ok(()) };
    succeeds(fixture, operation, "OpensVirtualAccounts::virtual_account").await?;
    let (can, named): (Payers, _) = (gateway.payers(), "OpensVirtualAccounts::payers");
    let amount = fixture.credit_for(&fixture.order(2)?)?;
    let less = Money::from_minor(amount.minor() - 1, amount.currency());
    for (number, amounts, allowed, what) in [
        (2, vec![amount], true, "pay what was asked"),
        (3, vec![less], can.any_amount, "pay another amount"),
        (4, vec![amount; 2], can.twice, "pay twice"),
    ] {
        let opened = role.open(&gateway.virtual_account(fixture.order(number)?)).await;
        let account = accepted(operation, opened)?;
        let mut credited = Ok(());
        for amount in amounts {
            credited = gateway.credit(&account, amount).await;
        }
        possible(credited, allowed, named, what)?;
    }
    Ok(())
}

fn possible(
    done: Result<(), Impossible>,
    allowed: bool,
    method: &str,
    what: &str,
) -> Result<(), Flaw> {
    match (done, allowed) {
        (Ok(()), false) => {
            Err(Flaw::new(format!("nobody can {what}, as `{method}` says"), "it was done"))
        }
        (Err(Impossible), true) => {
            Err(Flaw::new(format!("payers can {what}, as `{method}` says"), Impossible))
        }
        _ => Ok(()),
    }
}

async fn statements(fixture: &Fixture) -> Result<(), Flaw> {
    let Some((gateway, role)) = fixture.statements() else { return Ok(()) };
    gateway.receive(fixture.deposit(70_000)?, "SET UP").await;
    let listed = role.entries(&Cursor::start(), &StatementFilter::new()).await;
    let page = answered(Operation::Entries, listed)?;
    if page.entries.is_empty() {
        let expected = "what `ListsStatements::receive` lets arrive on a statement";
        return Err(Flaw::new(expected, "an empty page").in_call(Operation::Entries));
    }
    Ok(())
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
