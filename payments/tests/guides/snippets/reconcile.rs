use payments::{
    Timestamp,
    engine::{Engine, Period, ReconciliationRun},
};

/// Compares the provider's statement of a period with the records, and returns the number of rows
/// that a person has to look at. After an error or a crash, call it again: it first completes the
/// runs that were interrupted.
pub async fn reconcile(
    engine: &Engine,
    provider: &str,
    from: Timestamp,
    until: Timestamp,
) -> payments::Result<usize> {
    let period = Period::new(from, until)?;
    // The engine stores the runs, so an interrupted one is found by its number.
    let runs = engine.reconciliations().await?;
    let is_interrupted =
        |run: &ReconciliationRun| run.provider.as_str() == provider && !run.is_done();
    let mut runs: Vec<_> = runs.into_iter().rev().filter(is_interrupted).collect();
    if !runs.iter().any(|run| run.period == period) {
        runs.push(engine.begin_reconciliation(provider, &period).await?);
    }
    let mut for_a_person = 0;
    for run in runs {
        let run = engine.resume_reconciliation(run.number).await?;
        for_a_person += for_a_person_in(engine, run.number).await?;
    }
    Ok(for_a_person)
}

/// Prints the rows of a run that a person has to look at, and returns their number.
async fn for_a_person_in(engine: &Engine, run: u64) -> payments::Result<usize> {
    let mut for_a_person = 0;
    let mut after = 0;
    loop {
        let rows = engine.reconciliation_rows(run, after).await?;
        let Some(last) = rows.last() else { return Ok(for_a_person) };
        after = last.number;
        for row in rows.iter().filter(|row| row.kind.needs_a_person()) {
            println!("{} {:?} {}", row.kind, row.amount, row.detail);
            for_a_person += 1;
        }
    }
}
