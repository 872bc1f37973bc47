//! Lists with a row that is malformed, or that belongs to another order or account.

use payments_core::{
    AccountId, Listed, Movement,
    statement::{Cursor, StatementFilter},
};
use provider_kit::transport::CallClass;

use crate::{
    ChangedResponse, Flaw, Meaning, Operation, Start,
    fixture::Fixture,
    flaw::{InFlaw as _, answered},
    law::Passed,
    operations::{Answer, PreparedCall, Reported},
    pages,
    step::{Opened, Step},
};

/// The lists by which money is counted. Other inquiries return lists only at some gateways.
const LISTS: [Operation; 2] = [Operation::Entries, Operation::Credits];

pub(super) async fn malformed(start: Start) -> Result<Passed, Flaw> {
    each(&start, Meaning::OneRowMalformed, "a list with one malformed row").await
}

pub(super) async fn anothers(start: Start) -> Result<Passed, Flaw> {
    each(&start, Meaning::AnothersRow, "a list with another's row").await
}

/// Makes inquiries about everything that happened, and then again with one row of the response
/// changed.
async fn each(start: &Start, meaning: Meaning, what: &str) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(start).await?;
    let mut changed = fixture.subject.gateway.changed_responses();
    changed.retain(|response| response.meaning == meaning);
    for list in LISTS.into_iter().filter(|list| list.is_offered(&fixture.provider)) {
        let is_there = changed.iter().any(|response| response.operation == list);
        let expected = format!("{what} among `Gateway::changed_responses`");
        Flaw::unless(is_there, expected, "there is none").in_call(list)?;
    }
    let roles = fixture.provider.roles();
    changed.retain(|response| roles.contains(&response.operation.role()));
    for response in &changed {
        let tried = with_a_changed_row(start, *response).await;
        tried.in_call(response.operation).under(Some(response.fault()))?;
    }
    Ok(Passed::if_any(!changed.is_empty()))
}

async fn with_a_changed_row(start: &Start, response: ChangedResponse) -> Result<(), Flaw> {
    let (fixture, operation) = (Fixture::open(start).await?, response.operation);
    let mut call = PreparedCall::ready(&fixture, operation, 1).await?;
    match operation {
        // The account is queried only by its reference, so that it is searched in a list.
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
    let is_changed = fixture.heal_after_fault()?;
    Flaw::unless(is_changed, "a request whose response can be changed", "none was sent")?;
    if response.meaning == Meaning::OneRowMalformed {
        reports_the_others(rows(&honest), rows(&answered(operation, changed)?))?;
        return match operation {
            Operation::Entries => leads_on(&fixture, response).await,
            _ => Ok(()),
        };
    }
    let Ok(changed) = changed else { return Ok(()) };
    let (expected, found) = (summary(&honest), summary(&changed));
    Flaw::unless(found == expected, format!("{expected:?}, or nothing"), format!("{found:?}"))
}

/// Makes further credits arrive on a virtual account, as far as payers can.
async fn several_credits(fixture: &Fixture, call: &PreparedCall) -> Result<(), Flaw> {
    let found = call.then(Operation::FindVirtualAccount).ask(&fixture.provider).await;
    if let Ok(Answer::Found(account)) = found {
        let asked = call.then(Operation::OpenVirtualAccount).to_pay(&fixture.provider)?;
        let opened = Opened { call, asked, reported: &account, action: 0 };
        for _ in 0..2 {
            let _ = Step::Pay(0).happen(fixture, opened).await;
        }
    }
    Ok(())
}

/// Returns one of the merchant's accounts on which money arrived.
async fn entries_of_one_account(fixture: &Fixture) -> Result<AccountId, Flaw> {
    let missing = || Flaw::new("an account with the deposits among its entries", "there is none");
    let (gateway, role) = fixture.statements().ok_or_else(missing)?;
    for number in 1..=3 {
        gateway.receive(fixture.deposit(10_000 + number)?, &format!("row {number}")).await;
    }
    for account in pages::accounts(role).await? {
        let filter = StatementFilter::new().with_account(account.id.clone());
        let page = role.entries(&Cursor::start(), &filter).await;
        if !answered(Operation::Entries, page)?.entries.is_empty() {
            return Ok(account.id);
        }
    }
    Err(missing())
}

/// Checks that a statement continues after a malformed row.
async fn leads_on(fixture: &Fixture, response: ChangedResponse) -> Result<(), Flaw> {
    let Some((gateway, role)) = fixture.statements() else { return Ok(()) };
    fixture.recorder.arm(CallClass::Inquiry, response.fault());
    let everything = StatementFilter::new();
    let page = role.entries(&Cursor::start(), &everything).await;
    let cursor = answered(Operation::Entries, page)?.next;
    fixture.heal_after_fault()?;
    let later = fixture.deposit(20_000)?;
    gateway.receive(later, "later").await;
    let (entries, _) = pages::walk(role, &cursor, &everything).await?;
    let is_there = entries.iter().any(|entry| entry.amount == later);
    Flaw::unless(is_there, "what arrived after the malformed row", "nothing")
}

fn rows(answer: &Answer) -> &[Listed<Movement>] {
    match answer {
        Answer::Found(Reported::Movements(rows)) => rows,
        _ => &[],
    }
}

/// Checks that one row is reported as unreadable, and all others unchanged.
fn reports_the_others(
    honest: &[Listed<Movement>],
    changed: &[Listed<Movement>],
) -> Result<(), Flaw> {
    // The provider's raw data are excluded, because they may be those of the whole response.
    let shown = |row: &Listed<Movement>| serde_json::to_string(row).unwrap_or_default();
    let reported: Vec<_> = changed.iter().map(shown).collect();
    let missing = honest.iter().filter(|row| !reported.contains(&shown(row))).count();
    let unreadable = changed.iter().filter(|row| row.as_result().is_err()).count();
    Flaw::unless(
        missing <= 1 && unreadable == 1,
        format!("all of {} rows but one, and one unreadable row", honest.len()),
        format!("{missing} missing, and {unreadable} unreadable rows"),
    )
}

/// Describes a response by its amounts and names, without the gateway's raw data.
fn summary(answer: &Answer) -> Vec<String> {
    let of = |one: &Reported| {
        let keys: Vec<_> = one.movements().iter().map(|it| (it.amount, it.key.clone())).collect();
        format!("{:?} {:?} {:?}", one.reference(), one.received(), keys)
    };
    answer.all().iter().map(of).collect()
}
