//! A whole shop that loses nothing in a crash:
//! `cargo run -p payments --features axum,mock --example small_shop`.
//!
//! Its folder contains `payments.toml`, with `[engine] store = "sqlite:shop.db"`, and `shop.db`
//! with the tables of `CREATE TABLE shipped (order_ref TEXT PRIMARY KEY)` and
//! `CREATE TABLE stock (bags INTEGER)`.

use axum::{Json, Router, extract::Path, extract::State, http::StatusCode, routing::post};
use payments::engine::{Change, Engine, Handler, HandlerError, SqliteDatabase, SqliteTransaction};
use payments::{OrderRef, Payments, money::Money, payment::CreatePayment, payout::CreatePayout};

struct Ship;

#[async_trait::async_trait]
impl Handler<SqliteTransaction> for Ship {
    async fn on_change(&self, it: &Change, tx: &mut SqliteTransaction) -> Result<(), HandlerError> {
        let Some(payment) = it.payment().filter(|payment| payment.may_ship()) else {
            return Ok(());
        };
        let shipped = "INSERT INTO shipped VALUES (?1) ON CONFLICT DO NOTHING";
        if tx.execute(shipped, [payment.order.as_str()])? == 1 {
            tx.execute("UPDATE stock SET bags = bags - 1", ())?;
        }
        Ok(())
    }
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let payments = Payments::from_toml(&std::fs::read_to_string("payments.toml")?)?;
    let database = SqliteDatabase::new("shop.db");
    let engine = payments.engine()?.with_handler("ship", database, Ship).start().await?;
    let payments = payments.through(&engine)?;
    let orders = Router::new().route("/orders/{order}", post(order)).with_state(payments);
    let payouts = Router::new().route("/payouts", post(pay)).with_state(engine.clone());
    let app = orders.merge(payouts).merge(payments::axum::webhooks(&engine));
    let listener = tokio::net::TcpListener::bind(std::env::var("SHOP_ADDRESS")?).await?;
    Ok(axum::serve(listener, app).await?)
}

async fn order(State(payments): State<Payments>, Path(order): Path<OrderRef>) -> Reply {
    let request = CreatePayment::new(order, Money::vnd(50_000)).map_err(refused)?;
    Ok(format!("{:?}", payments.open_payment(&request).await.map_err(refused)?.submission))
}

async fn pay(State(engine): State<Engine>, Json(payout): Json<CreatePayout>) -> Reply {
    Ok(format!("{:?}", engine.submit("main", &payout).await.map_err(refused)?))
}

type Reply = Result<String, (StatusCode, String)>;

fn refused(error: payments::Error) -> (StatusCode, String) {
    (StatusCode::SERVICE_UNAVAILABLE, error.to_string())
}
