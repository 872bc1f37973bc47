//! The shop's handler of the engine's changes.

use async_trait::async_trait;
use payments::engine::{
    Change, Handler, HandlerError, PaymentRecord, PayoutRecord, SqliteTransaction,
};

/// Updates the rows of orders and payouts, and packs paid orders.
///
/// Each change is handled exactly once, because the engine marks it as handled in the same
/// transaction. A later change of a paid order again reports that it may be shipped, so the row
/// records whether it was packed.
pub(crate) struct OnChange;

#[async_trait]
impl Handler<SqliteTransaction> for OnChange {
    async fn on_change(
        &self,
        change: &Change,
        transaction: &mut SqliteTransaction,
    ) -> Result<(), HandlerError> {
        match change {
            Change::Payment(payment) => paid(payment, transaction),
            Change::Payout(payout) => paid_out(payout, transaction),
            // Money without a known order is a case, which the owner's page shows.
            _ => Ok(()),
        }
    }
}

fn paid(payment: &PaymentRecord, transaction: &SqliteTransaction) -> Result<(), HandlerError> {
    let order = payment.order.as_str();
    if let Some(received) = payment.received() {
        let sql = "UPDATE orders SET received = ?2 WHERE reference = ?1";
        transaction.execute(sql, (order, received.minor()))?;
    }
    if payment.may_ship() {
        let sql = "UPDATE orders SET packed_at = ?2 WHERE reference = ?1 AND packed_at IS NULL";
        if transaction.execute(sql, (order, payment.changed_at.unix_seconds()))? == 1 {
            transaction.execute("INSERT INTO parcels (order_reference) VALUES (?1)", [order])?;
            tracing::info!(order, "paid, and to be packed");
        }
    }
    Ok(())
}

fn paid_out(payout: &PayoutRecord, transaction: &SqliteTransaction) -> Result<(), HandlerError> {
    let sql = "UPDATE payouts SET state = ?2 WHERE reference = ?1";
    transaction.execute(sql, (payout.reference().as_str(), payout.state.to_string()))?;
    Ok(())
}
