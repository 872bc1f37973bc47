use payments::{
    engine::{AppDatabase as _, Engine, HandedOver, HandlerError, SqliteDatabase},
    money::Money,
    payout::{Beneficiary, CreatePayout},
};

/// A row of the table `salaries`, in which `payout` is the reference, or NULL before the salary is
/// handed over.
pub struct Salary {
    pub id: i64,
    pub beneficiary: Beneficiary,
    pub amount: Money,
}

/// Hands over the salaries that were not handed over before. A job may call it repeatedly, also
/// after an error or a crash, and several jobs may call it at once: each salary is paid once.
pub async fn pay(
    engine: &Engine,
    database: &SqliteDatabase,
    provider: &str,
    salaries: &[Salary],
) -> Result<(), HandlerError> {
    for salary in salaries {
        // The engine writes to the same file, so call it before the transaction begins.
        let reference = engine.new_payout(provider).await?;
        let request = CreatePayout::new(reference, salary.amount, salary.beneficiary.clone())?;
        let mut transaction = database.begin().await?;
        let claim = "UPDATE salaries SET payout = ?1 WHERE id = ?2 AND payout IS NULL";
        if transaction.execute(claim, (request.payout.as_str(), salary.id))? == 0 {
            database.discard(transaction).await;
            continue;
        }
        // The reference in the row and the payout are stored together, or not at all: without the
        // commit, both are discarded.
        let handed_over = engine.submit_in(&mut transaction, provider, &request).await?;
        let HandedOver::Recorded(_) = handed_over else {
            return Err(HandlerError::new(format!("not handed over: {handed_over:?}")));
        };
        database.commit(transaction).await?;
    }
    engine.wake();
    Ok(())
}
