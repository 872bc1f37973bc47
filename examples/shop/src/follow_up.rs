//! Inquiries about orders that wait, because notifications can be lost.

use std::sync::Arc;
use std::time::Duration;

use crate::Shop;

/// Asks about every order that waits, one after another, again and again. Ends only with the
/// task that runs it.
///
/// It only asks: no order fails because time has passed. A shop with many orders asks less often
/// about older ones.
pub async fn follow_up(shop: Arc<Shop>, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        shop.ask_about_all().await;
    }
}
