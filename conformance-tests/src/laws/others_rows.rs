//! A row of somebody else in a list is not believed.

use payments_core::{
    AccountId, Listed, Lookup, Movement, OrderRef, PayoutRef,
    money::Money,
    statement::{Cursor, StatementFilter},
    virtual_account::{VirtualAccount, VirtualAccountRef},
};

use crate::{
    ChangedResponse, Flaw, Meaning, Operation, Start, buyer,
    fixture::Fixture,
    law::Passed,
    laws::rows::struck,
    undisturbed::{accepted, needed, open_virtual_account, readable, refused},
};

/// Lists by which money is counted. The other inquiries are lists at some gateways only.
const ALWAYS_LISTS: [Operation; 2] = [Operation::Entries, Operation::Credits];

/// Asks about what happened, and then with a row of somebody else in the response.
pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let mut changed = fixture.subject.gateway.changed_responses();
    changed.retain(|response| response.meaning == Meaning::AnothersRow);
    for list in ALWAYS_LISTS {
        if list.is_offered(&fixture.provider)
            && !changed.iter().any(|response| response.operation == list)
        {
            let expected = "a list with another's row among `Gateway::changed_responses`";
            return Err(Flaw::new(expected, "there is none").in_call(list));
        }
    }
    let mut tested = false;
    for response in changed {
        let operation = response.operation;
        if !fixture.provider.roles().contains(&operation.role()) {
            continue;
        }
        let tried = with_another_row(&start, response).await;
        tried.map_err(|flaw| flaw.in_call(operation).under(Some(response.fault())))?;
        tested = true;
    }
    Ok(Passed::if_any(tested))
}

async fn with_another_row(start: &Start, response: ChangedResponse) -> Result<(), Flaw> {
    let (fixture, operation) = (Fixture::open(start).await?, response.operation);
    let asked = prepare(&fixture, operation).await?;
    let honest = reported(&fixture, &asked).await.map_err(|error| refused(operation, &error))?;
    let changed = async { Ok(reported(&fixture, &asked).await) };
    match struck(&fixture, response, changed).await? {
        Ok(changed) if changed != honest => {
            Err(Flaw::new(format!("{honest:?}, or nothing"), format!("{changed:?}")))
        }
        _ => Ok(()),
    }
}

/// What the provider is asked about.
enum Asked {
    Payment(OrderRef),
    Payout(PayoutRef),
    VirtualAccount(VirtualAccountRef),
    Credits(VirtualAccountRef),
    Entries(AccountId),
}

/// Makes what is asked about: each is paid.
async fn prepare(fixture: &Fixture, operation: Operation) -> Result<Asked, Flaw> {
    match operation {
        Operation::FindPayment => {
            let payment = buyer::visited(fixture, 1).await?;
            let gateway = needed(fixture.subject.payments.as_ref(), operation)?;
            let amount = gateway.payment(payment.order.clone()).amount;
            buyer::pay(fixture, &payment, amount).await?;
            Ok(Asked::Payment(payment.order))
        }
        Operation::FindPayout => {
            let (gateway, role) = needed(fixture.payouts(), operation)?;
            let request = gateway.payout(fixture.payout(1)?);
            accepted(operation, role.create_payout(&request).await)?;
            Ok(Asked::Payout(request.payout))
        }
        Operation::FindVirtualAccount => {
            let account = open_virtual_account(fixture, 1).await?;
            // By its reference alone: only so is it looked for in a list.
            Ok(Asked::VirtualAccount(VirtualAccountRef::new(account.order)))
        }
        Operation::Credits => {
            let account = open_virtual_account(fixture, 1).await?;
            let gateway = needed(fixture.subject.virtual_accounts.as_ref(), operation)?;
            let paid = gateway.credit(&account, fixture.credit_for(&account.order)?).await;
            paid.map_err(|impossible| Flaw::new("a payer who can pay what was asked", impossible))?;
            Ok(Asked::Credits(account.reference()))
        }
        Operation::Entries => an_account_with_entries(fixture).await.map(Asked::Entries),
        _ => {
            Err(Flaw::new("a list of payments, payouts, virtual accounts or movements", operation))
        }
    }
}

/// The one of our accounts on which money arrived.
async fn an_account_with_entries(fixture: &Fixture) -> Result<AccountId, Flaw> {
    let operation = Operation::Entries;
    let (gateway, role) = needed(fixture.statements(), operation)?;
    gateway.receive(fixture.deposit(10_000)?, "a deposit").await;
    let accounts = role.accounts().await.map_err(|error| refused(Operation::Accounts, &error))?;
    for account in readable(accounts, Operation::Accounts)? {
        let filter = StatementFilter::new().with_account(account.id.clone());
        let page = role.entries(&Cursor::start(), &filter).await;
        if !page.map_err(|error| refused(operation, &error))?.entries.is_empty() {
            return Ok(account.id);
        }
    }
    Err(Flaw::new("an account with the deposit among its entries", "none of our accounts has it"))
}

/// What a provider reports, without the gateway's own words: amounts and names.
async fn reported(
    fixture: &Fixture,
    asked: &Asked,
) -> payments_core::Result<Vec<(Option<Money>, String)>> {
    let provider = &fixture.provider;
    Ok(match asked {
        Asked::Payment(order) => {
            let found = all(provider.payments()?.find_payment(order).await?).into_iter();
            found.map(|one| (one.received, format!("{:?}", keys(&one.credits)))).collect()
        }
        Asked::Payout(payout) => {
            let found = all(provider.payouts()?.find_payout(payout).await?).into_iter();
            found.map(|one| (one.amount, one.payout.to_string())).collect()
        }
        Asked::VirtualAccount(account) => {
            let found = all(provider.virtual_accounts()?.find(account).await?).into_iter();
            found.map(|one| (one.received, numbers(&one))).collect()
        }
        Asked::Credits(account) => movements(provider.virtual_accounts()?.credits(account).await?),
        Asked::Entries(account) => {
            let filter = StatementFilter::new().with_account(account.clone());
            movements(provider.statements()?.entries(&Cursor::start(), &filter).await?.entries)
        }
    })
}

fn all<T>(found: Lookup<T>) -> Vec<T> {
    match found {
        Lookup::Found(one) => vec![one],
        Lookup::Several(all) => all,
        Lookup::Absent(_) => Vec::new(),
    }
}

fn movements(rows: Vec<Listed<Movement>>) -> Vec<(Option<Money>, String)> {
    let read: Vec<Movement> = rows.into_iter().filter_map(|row| row.into_result().ok()).collect();
    read.iter().map(|one| Some(one.amount)).zip(keys(&read)).collect()
}

fn keys(movements: &[Movement]) -> Vec<String> {
    movements.iter().map(|movement| format!("{:?}", movement.key)).collect()
}

fn numbers(account: &VirtualAccount) -> String {
    let numbers: Vec<_> = account.numbers.iter().map(|number| number.number.as_str()).collect();
    format!("{} {}", account.order, numbers.join(" "))
}
