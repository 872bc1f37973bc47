//! Lists with a row that is malformed, or that is another's.

use payments_core::{
    AccountId, Listed, Movement,
    statement::{Cursor, StatementFilter},
    transport::CallClass,
};

use crate::{
    ChangedResponse, Flaw, Meaning, Operation, Start,
    fixture::Fixture,
    law::Passed,
    operations::{Answer, PreparedCall, Reported},
    pages::{self, readable},
};

/// Lists by which money is counted. The other inquiries are lists at some gateways only.
const LISTS: [Operation; 2] = [Operation::Entries, Operation::Credits];

pub(super) async fn malformed(start: Start) -> Result<Passed, Flaw> {
    each(&start, Meaning::OneRowMalformed, "a list with one malformed row").await
}

pub(super) async fn anothers(start: Start) -> Result<Passed, Flaw> {
    each(&start, Meaning::AnothersRow, "a list with another's row").await
}

/// Asks about what happened, and then with one row of the response changed.
async fn each(start: &Start, meaning: Meaning, what: &str) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(start).await?;
    let mut changed = fixture.subject.gateway.changed_responses();
    changed.retain(|response| response.meaning == meaning);
    for list in LISTS.into_iter().filter(|list| list.is_offered(&fixture.provider)) {
        if !changed.iter().any(|response| response.operation == list) {
            let expected = format!("{what} among `Gateway::changed_responses`");
            return Err(Flaw::new(expected, "there is none").in_call(list));
        }
    }
    let roles = fixture.provider.roles();
    changed.retain(|response| roles.contains(&response.operation.role()));
    for response in &changed {
        let under = |flaw: Flaw| flaw.in_call(response.operation).under(Some(response.fault()));
        with_a_changed_row(start, *response).await.map_err(under)?;
    }
    Ok(Passed::if_any(!changed.is_empty()))
}

async fn with_a_changed_row(start: &Start, response: ChangedResponse) -> Result<(), Flaw> {
    let (fixture, operation) = (Fixture::open(start).await?, response.operation);
    let mut call = PreparedCall::ready(&fixture, operation, 1).await?;
    match operation {
        // By its reference alone: only so is it looked for in a list.
        Operation::FindVirtualAccount => call.requests.virtual_account.numbers.clear(),
        Operation::Credits => several_credits(&fixture, &call).await?,
        Operation::Entries => {
            let account = entries_of_one_account(&fixture).await?;
            call.requests.filter = StatementFilter::new().with_account(account);
        }
        _ => {}
    }
    let honest = call.answer(&fixture.provider).await?;
    fixture.recorder.arm(CallClass::Inquiry, response.fault());
    let changed = call.ask(&fixture.provider).await;
    if !fixture.heal_after_fault()? {
        return Err(Flaw::new("a request whose response can be changed", "none was sent"));
    }
    if response.meaning == Meaning::OneRowMalformed {
        let changed = changed.map_err(|error| Flaw::refused(operation, &error))?;
        reports_the_others(rows(&honest), rows(&changed))?;
        return if operation == Operation::Entries {
            leads_on(&fixture, response).await
        } else {
            Ok(())
        };
    }
    match changed {
        Ok(changed) if summary(&changed) != summary(&honest) => {
            let expected = format!("{:?}, or nothing", summary(&honest));
            Err(Flaw::new(expected, format!("{:?}", summary(&changed))))
        }
        _ => Ok(()),
    }
}

/// More credits on a virtual account that has one, as far as payers can.
async fn several_credits(fixture: &Fixture, call: &PreparedCall) -> Result<(), Flaw> {
    let found = call.then(Operation::FindVirtualAccount).ask(&fixture.provider).await;
    if let Ok(Answer::Found(account)) = found {
        let amount = fixture.credit_for(&call.requests.open)?;
        for _ in 0..2 {
            let _ = fixture.credit(&account, amount).await;
        }
    }
    Ok(())
}

/// One of our accounts on which money arrived.
async fn entries_of_one_account(fixture: &Fixture) -> Result<AccountId, Flaw> {
    let operation = Operation::Accounts;
    let missing = || Flaw::new("an account with the deposits among its entries", "there is none");
    let (gateway, role) = fixture.statements().ok_or_else(missing)?;
    for number in 1..=3 {
        gateway.receive(fixture.deposit(10_000 + number)?, &format!("row {number}")).await;
    }
    let accounts = role.accounts().await.map_err(|error| Flaw::refused(operation, &error))?;
    for account in readable(accounts, operation)? {
        let filter = StatementFilter::new().with_account(account.id.clone());
        let page = role.entries(&Cursor::start(), &filter).await;
        if !page.map_err(|error| Flaw::refused(operation, &error))?.entries.is_empty() {
            return Ok(account.id);
        }
    }
    Err(missing())
}

/// Checks that a statement goes on behind a malformed row.
async fn leads_on(fixture: &Fixture, response: ChangedResponse) -> Result<(), Flaw> {
    let Some((gateway, role)) = fixture.statements() else { return Ok(()) };
    let refused = |error| Flaw::refused(Operation::Entries, &error);
    fixture.recorder.arm(CallClass::Inquiry, response.fault());
    let everything = StatementFilter::new();
    let cursor = role.entries(&Cursor::start(), &everything).await.map_err(refused)?.next;
    fixture.heal_after_fault()?;
    let later = fixture.deposit(20_000)?;
    gateway.receive(later, "later").await;
    let (entries, _) = pages::walk(role, &cursor, &everything).await?;
    if entries.iter().any(|entry| entry.amount == later) {
        return Ok(());
    }
    Err(Flaw::new("what arrived after the malformed row", "nothing"))
}

fn rows(answer: &Answer) -> &[Listed<Movement>] {
    match answer {
        Answer::Found(Reported::Movements(rows)) => rows,
        _ => &[],
    }
}

/// Checks that all rows but one are reported as they are, and one as unreadable.
fn reports_the_others(
    honest: &[Listed<Movement>],
    changed: &[Listed<Movement>],
) -> Result<(), Flaw> {
    // Without the provider's own words, which may be those of the whole response.
    let shown = |row: &Listed<Movement>| serde_json::to_string(row).unwrap_or_default();
    let reported: Vec<_> = changed.iter().map(shown).collect();
    let missing = honest.iter().filter(|row| !reported.contains(&shown(row))).count();
    let unreadable = changed.iter().filter(|row| row.as_result().is_err()).count();
    if missing <= 1 && unreadable == 1 {
        return Ok(());
    }
    let expected = format!("all of {} rows but one, and one unreadable row", honest.len());
    Err(Flaw::new(expected, format!("{missing} missing, and {unreadable} unreadable rows")))
}

/// What is reported without the gateway's own words: amounts and names.
fn summary(answer: &Answer) -> Vec<String> {
    let of = |one: &Reported| {
        let keys: Vec<_> = one.movements().iter().map(|it| (it.amount, it.key.clone())).collect();
        format!("{:?} {:?} {:?}", one.reference(), one.received(), keys)
    };
    answer.all().iter().map(of).collect()
}
