//! What the shop does about what the engine learned.

use async_trait::async_trait;
use payments::engine::{
    Change, Handler, HandlerError, PaymentRecord, PayoutRecord, SqliteTransaction,
};

/// Keeps the rows of orders and payouts up to date, and packs what is paid.
///
/// Each change is handled exactly once, because the engine marks it as handled in the same
/// transaction. A later change of a paid order says again that it may be shipped: the row says
/// whether it was packed.
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
            // Money of no known order is a case, which the owner's page shows.
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
