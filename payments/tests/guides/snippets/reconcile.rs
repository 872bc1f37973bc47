use payments::{
    Timestamp,
    engine::{Engine, Period},
};

/// Compares the provider's statement of a period with the records, and returns the number of rows
/// that a person has to look at.
pub async fn reconcile(
    engine: &Engine,
    provider: &str,
    from: Timestamp,
    until: Timestamp,
) -> payments::Result<usize> {
    let run = engine.reconcile(provider, &Period::new(from, until)?).await?;
    if let Some(reason) = &run.interrupted {
        println!("run {} has to be resumed: {reason}", run.number);
    }
    let mut for_a_person = 0;
    let mut after = 0;
    loop {
        let rows = engine.reconciliation_rows(run.number, after).await?;
        let Some(last) = rows.last() else { return Ok(for_a_person) };
        after = last.number;
        for row in rows.iter().filter(|row| row.kind.needs_a_person()) {
            println!("{} {:?} {}", row.kind, row.amount, row.detail);
            for_a_person += 1;
        }
    }
}
