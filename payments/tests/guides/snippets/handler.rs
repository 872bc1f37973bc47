use std::path::Path;

use async_trait::async_trait;
use payments::{
    Provider,
    engine::{
        Change, Engine, Handler, HandlerError, SqliteDatabase, SqliteTransaction, Store,
        WebhookSink,
    },
};

struct Ship;

#[async_trait]
impl Handler<SqliteTransaction> for Ship {
    async fn on_change(
        &self,
        change: &Change,
        tx: &mut SqliteTransaction,
    ) -> Result<(), HandlerError> {
        if let Some(payment) = change.payment().filter(|payment| payment.may_ship()) {
            // The handler is also called for later changes of an order that was shipped.
            let ship = "UPDATE orders SET ship = 1 WHERE reference = ?1 AND ship = 0";
            tx.execute(ship, [payment.order.as_str()])?;
        }
        Ok(())
    }
}

/// Starts an engine on the app's own database, with the handler `shop` and a sink.
pub async fn start(
    provider: Provider,
    database: &Path,
    stock: WebhookSink,
) -> payments::Result<Engine> {
    Engine::builder()
        .with_store(Store::sqlite(database))
        .with_provider(provider)
        .with_handler("shop", SqliteDatabase::new(database), Ship)
        .with_sink("stock", stock)
        .start()
        .await
}
