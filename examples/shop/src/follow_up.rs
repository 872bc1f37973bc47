//! Notifications get lost: what waits is asked about.

use std::sync::Arc;
use std::time::Duration;

use crate::Shop;

/// Asks about every order that waits, one after another, again and again. Ends only with the
/// task that runs it.
///
/// It asks and never acts: no order fails because time has passed. A shop with many orders asks
/// less often about older ones.
pub async fn follow_up(shop: Arc<Shop>, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        for reference in shop.orders().waiting() {
            if let Err(error) = shop.ask(&reference).await {
                tracing::warn!(order = %reference, %error, "could not ask");
            }
        }
    }
}
