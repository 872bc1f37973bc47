//! A row that is malformed hides no other row.

use payments_core::{
    Listed, Movement,
    statement::{Cursor, StatementFilter},
    transport::CallClass,
};

use crate::{
    ChangedResponse, Flaw, Meaning, Operation, Start,
    fixture::Fixture,
    law::Passed,
    undisturbed::{needed, open_virtual_account, refused},
};

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let malformed: Vec<ChangedResponse> = fixture
        .subject
        .gateway
        .changed_responses()
        .into_iter()
        .filter(|answer| answer.meaning == Meaning::OneRowMalformed)
        .collect();
    let mut tried = false;
    for operation in [Operation::Entries, Operation::Credits] {
        if !operation.is_offered(&fixture.provider) {
            continue;
        }
        let of_operation: Vec<_> =
            malformed.iter().filter(|answer| answer.operation == operation).collect();
        if of_operation.is_empty() {
            let expected = "a list with one malformed row among `Gateway::changed_responses`";
            return Err(Flaw::new(expected, "there is none").in_call(operation));
        }
        for answer in of_operation {
            let held = match operation {
                Operation::Entries => a_statement(&start, *answer).await,
                _ => credits(&start, *answer).await,
            };
            held.map_err(|flaw| flaw.in_call(operation).under(Some(answer.fault())))?;
            tried = true;
        }
    }
    Ok(Passed::if_any(tried))
}

async fn a_statement(start: &Start, answer: ChangedResponse) -> Result<(), Flaw> {
    let operation = Operation::Entries;
    let fixture = Fixture::open(start).await?;
    let Some((gateway, role)) = fixture.statements() else { return Ok(()) };
    for number in 1..=3 {
        gateway.receive(fixture.deposit(10_000 + number)?, &format!("row {number}")).await;
    }
    let everything = StatementFilter::new();
    let ask = async |after: &Cursor| {
        role.entries(after, &everything).await.map_err(|error| refused(operation, &error))
    };
    let honest = ask(&Cursor::start()).await?.entries;
    let page = struck(&fixture, answer, ask(&Cursor::start())).await?;
    reports(&honest, &page.entries)?;

    // The cursor leads on behind the malformed row.
    let later = fixture.deposit(20_000)?;
    gateway.receive(later, "later").await;
    let (mut cursor, mut seen) = (page.next, false);
    for _ in 0..10 {
        let page = ask(&cursor).await?;
        let read = |entry: &Listed<Movement>| entry.as_result().is_ok_and(|it| it.amount == later);
        seen |= page.entries.iter().any(read);
        if !page.more {
            break;
        }
        cursor = page.next;
    }
    if seen { Ok(()) } else { Err(Flaw::new("what arrived after the malformed row", "nothing")) }
}

async fn credits(start: &Start, answer: ChangedResponse) -> Result<(), Flaw> {
    let operation = Operation::Credits;
    let fixture = Fixture::open(start).await?;
    let Some((_, role)) = fixture.virtual_accounts() else { return Ok(()) };
    let gateway = needed(fixture.subject.virtual_accounts.as_ref(), operation)?;
    let account = open_virtual_account(&fixture, 1).await?;
    let amount = fixture.credit_for(&account.order)?;
    let times = if gateway.payers().twice { 3 } else { 1 };
    for _ in 0..times {
        gateway.credit(&account, amount).await.map_err(|impossible| {
            Flaw::new("a payer who can pay what was asked", impossible).in_call(operation)
        })?;
    }
    let reference = account.reference();
    let ask = async || role.credits(&reference).await.map_err(|error| refused(operation, &error));
    let honest = ask().await?;
    let told = struck(&fixture, answer, ask()).await?;
    reports(&honest, &told)
}

/// Asks with one response changed on its way.
pub(super) async fn struck<T>(
    fixture: &Fixture,
    answer: ChangedResponse,
    ask: impl Future<Output = Result<T, Flaw>>,
) -> Result<T, Flaw> {
    fixture.recorder.arm(CallClass::Inquiry, answer.fault());
    let told = ask.await;
    let was_struck = !fixture.recorder.is_armed();
    fixture.recorder.disarm();
    fixture.proxy.heal().map_err(|error| Flaw::new("the proxy listens again", error))?;
    match was_struck {
        true => told,
        false => Err(Flaw::new("a request whose response can be changed", "none was sent")),
    }
}

/// Holds that all rows but one are reported as they are, and one as unreadable.
fn reports(honest: &[Listed<Movement>], told: &[Listed<Movement>]) -> Result<(), Flaw> {
    // Without the provider's own words, which may be those of the whole response.
    let shown = |row: &Listed<Movement>| serde_json::to_string(row).unwrap_or_default();
    let told_rows: Vec<_> = told.iter().map(shown).collect();
    let missing = honest.iter().filter(|row| !told_rows.contains(&shown(row))).count();
    let unreadable = told.iter().filter(|row| row.as_result().is_err()).count();
    if missing <= 1 && unreadable == 1 {
        return Ok(());
    }
    Err(Flaw::new(
        format!(
            "{} rows of {} and one unreadable row",
            honest.len().saturating_sub(1),
            honest.len()
        ),
        format!("{} rows and {unreadable} unreadable rows", honest.len().saturating_sub(missing)),
    ))
}
