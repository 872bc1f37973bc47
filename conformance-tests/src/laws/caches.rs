//! What a provider remembers is an answer to the same question.

use payments_core::{
    AccountId, Error, PayoutProvider, StatementProvider, VirtualAccountProvider,
    bank::BankAccount,
    statement::{Cursor, StatementFilter},
};

use crate::{
    Flaw, Operation, Start,
    fixture::Fixture,
    law::Passed,
    undisturbed::{readable, refused},
};

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let names = names(&fixture).await?;
    Ok(Passed::if_any(names | accounts(&fixture).await?))
}

async fn names(fixture: &Fixture) -> Result<bool, Flaw> {
    let operation = Operation::VerifyBeneficiary;
    let Some((gateway, role)) = fixture.payouts() else { return Ok(false) };
    if !role.capabilities().name_check {
        return Ok(false);
    }
    let usual = gateway.payout(fixture.payout(1)?).beneficiary.account;
    let other = gateway.another_beneficiary().account;
    let accounts = [
        usual.clone(),
        BankAccount::new(other.bin, usual.number.clone()),
        BankAccount::new(usual.bin, other.number.clone()),
        other,
        usual,
    ];
    let ask = async |role: &dyn PayoutProvider, account: &BankAccount| {
        answer(role.verify_beneficiary(account).await.map(|holder| holder.name))
    };
    for account in &accounts {
        let fresh = fixture.restarted();
        let fresh = fresh.payouts().map_err(|error| refused(operation, &error))?;
        let (asked, expected) = (ask(role, account).await, ask(fresh.as_ref(), account).await);
        same(operation, &format!("{} at {}", account.number, account.bin), &asked, &expected)?;
    }
    Ok(true)
}

/// What is asked about each of our own accounts.
async fn accounts(fixture: &Fixture) -> Result<bool, Flaw> {
    let operation = Operation::Accounts;
    let Some((gateway, role)) = fixture.statements() else { return Ok(false) };
    gateway.receive(fixture.deposit(10_000)?, "one").await;
    let accounts = role.accounts().await.map_err(|error| refused(operation, &error))?;
    for account in readable(accounts, operation)? {
        let fresh = fixture.restarted();
        let statements = fresh.statements().map_err(|error| refused(operation, &error))?;
        let asked = entries(role, &account.id).await;
        let expected = entries(statements.as_ref(), &account.id).await;
        same(Operation::Entries, &format!("{:?}", account.id), &asked, &expected)?;
        if let (Some((_, role)), Ok(fresh)) = (fixture.virtual_accounts(), fresh.virtual_accounts())
        {
            let asked = rules(role, &account.id).await;
            let expected = rules(fresh.as_ref(), &account.id).await;
            same(Operation::RulesFor, &format!("{:?}", account.id), &asked, &expected)?;
        }
    }
    Ok(true)
}

async fn entries(role: &dyn StatementProvider, account: &AccountId) -> String {
    let filter = StatementFilter::new().with_account(account.clone());
    let page = role.entries(&Cursor::start(), &filter).await;
    answer(page.map(|page| format!("{:?}", page.entries)))
}

async fn rules(role: &dyn VirtualAccountProvider, account: &AccountId) -> String {
    answer(role.rules_for(account).await.map(|rules| format!("{rules:?}")))
}

fn answer(answer: Result<String, Error>) -> String {
    answer.unwrap_or_else(|error| format!("Err({:?})", error.kind()))
}

fn same(operation: Operation, account: &str, asked: &str, expected: &str) -> Result<(), Flaw> {
    if asked == expected {
        return Ok(());
    }
    let expected = format!("{expected} of {account}, as a fresh provider answers");
    Err(Flaw::new(expected, asked).in_call(operation))
}
