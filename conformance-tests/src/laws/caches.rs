//! A provider returns a cached response only for the same request.

use payments_core::{bank::BankAccount, statement::StatementFilter};

use crate::{
    Flaw, Operation, Start,
    fixture::Fixture,
    flaw::InFlaw as _,
    law::Passed,
    operations::{Answer, PreparedCall, Reported},
    pages,
};

pub(super) async fn check(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let mut calls = name_checks(&fixture)?;
    calls.extend(about_each_account(&fixture).await?);
    for call in &calls {
        // A provider that has not made this inquiry before has nothing in its cache.
        let expected = text(call, call.ask(&fixture.restarted()).await.ok());
        let answer = text(call, call.ask(&fixture.provider).await.ok());
        let is_so = answer == expected;
        Flaw::unless(is_so, format!("{expected}, as a fresh provider answers"), answer)
            .in_call(call.operation)?;
    }
    Ok(Passed::if_any(!calls.is_empty()))
}

/// Returns inquiries about accounts that differ only in their bank or only in their number.
fn name_checks(fixture: &Fixture) -> Result<Vec<PreparedCall>, Flaw> {
    let operation = Operation::VerifyBeneficiary;
    let Some((gateway, _)) = fixture.payouts() else { return Ok(Vec::new()) };
    if !operation.is_offered(&fixture.provider) {
        return Ok(Vec::new());
    }
    let call = PreparedCall::unfounded(&fixture.subject, operation)?;
    let usual = call.requests.payout.beneficiary.account.clone();
    let other = gateway.another_beneficiary().account;
    let accounts = [
        usual.clone(),
        BankAccount::new(other.bin, usual.number.clone()),
        BankAccount::new(usual.bin, other.number.clone()),
        other,
        usual,
    ];
    let about = |account| {
        let mut call = call.clone();
        call.requests.payout.beneficiary.account = account;
        call
    };
    Ok(accounts.map(about).into())
}

/// Returns the inquiries about each of the merchant's own accounts.
async fn about_each_account(fixture: &Fixture) -> Result<Vec<PreparedCall>, Flaw> {
    let Some((gateway, role)) = fixture.statements() else { return Ok(Vec::new()) };
    gateway.receive(fixture.deposit(10_000)?, "one").await;
    let mut calls = Vec::new();
    for account in pages::accounts(role).await? {
        let mut call = PreparedCall::unfounded(&fixture.subject, Operation::Entries)?;
        call.requests.filter = StatementFilter::new().with_account(account.id.clone());
        call.requests.account = account.id;
        let rules = Operation::RulesFor.is_offered(&fixture.provider);
        calls.extend(rules.then(|| call.then(Operation::RulesFor)));
        calls.push(call);
    }
    Ok(calls)
}

/// Describes a response together with the subject of its inquiry.
fn text(call: &PreparedCall, answer: Option<Answer>) -> String {
    let requests = &call.requests;
    let about = match call.operation {
        Operation::VerifyBeneficiary => format!("{:?}", requests.payout.beneficiary.account),
        _ => format!("{:?}", requests.account),
    };
    match answer.as_ref().map(|answer| answer.all()) {
        // The holder's name is personal data, and therefore not part of its `Debug` output.
        Some([Reported::Holder(holder)]) => format!("{} of {about}", holder.name),
        answer => format!("{answer:?} of {about}"),
    }
}
