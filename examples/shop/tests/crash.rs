//! Kills the shop's process between the notification of a payment and the packing of its order.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use example_shop::{Settings, Shop, router};
use payments::{
    Payments,
    config::Environ,
    simulators::hpay::{HPaySimulator, PayAs, Settings as HPaySettings},
};
use rusqlite::{Connection, OptionalExtension as _};

/// The time limit of every step, which none should reach.
const PATIENCE: Duration = Duration::from_secs(30);

/// The number of kills that have to fall between the reply and the packing.
const KILLS: usize = 3;

/// The shop in a process of its own, which is killed when this value is dropped.
struct Process(Child);

impl Process {
    async fn start(folder: &Path, at: SocketAddr) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "child"])
            .current_dir(folder)
            .env("SHOP_ADDRESS", at.to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let listens = async || tokio::net::TcpStream::connect(at).await.is_ok();
        eventually("the shop listens", listens).await;
        Self(child)
    }

    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The process may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn eventually(what: &str, condition: impl AsyncFn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !condition().await {
        assert!(Instant::now() < until, "{what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Returns the number of parcels of an order.
fn parcels(folder: &Path, order: &str) -> i64 {
    let connection = Connection::open(folder.join("shop.db")).unwrap();
    connection.busy_timeout(PATIENCE).unwrap();
    let sql = "SELECT count(*) FROM parcels WHERE order_reference = ?1";
    connection.query_row(sql, [order], |row| row.get(0)).unwrap()
}

/// Returns the reference of the newest order.
fn newest(folder: &Path) -> Option<String> {
    let connection = Connection::open(folder.join("shop.db")).unwrap();
    let sql = "SELECT reference FROM orders ORDER BY rowid DESC LIMIT 1";
    connection.query_row(sql, [], |row| row.get(0)).optional().unwrap()
}

#[tokio::test]
async fn killed_between_the_notification_and_the_packing_the_order_is_packed_once() {
    let hpay = HPaySimulator::start(HPaySettings::test()).await.unwrap();
    let at = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let config = format!(
        "[providers.hpay-main]\nkind = 'hpay'\nenvironment = 'sandbox'\nmerchant_id = '{}'\n\
         receiver = '{}'\npasscode = '{}'\nnotify_url = 'http://{at}/hooks/hpay-main/notify'\n\
         checkout_url = '{}'\naccount_url = '{}'\nopenapi_url = '{}'\n\
         [engine]\nstore = 'sqlite:shop.db'\n",
        hpay.merchant_id(),
        hpay.merchant_email(),
        hpay.passcode(),
        hpay.hosts()["checkout"],
        hpay.hosts()["account"],
        hpay.hosts()["openapi"],
    );
    std::fs::write(folder.join("payments.toml"), config).unwrap();
    let client = reqwest::Client::new();
    let (mut orders, mut between) = (Vec::new(), 0);
    while between < KILLS {
        assert!(orders.len() < 50, "only {between} kills were between the two");
        let shop = Process::start(folder, at).await;
        let order = client.post(format!("http://{at}/orders")).body("item=coffee&way=page");
        let form = ("content-type", "application/x-www-form-urlencoded");
        let page = order.header(form.0, form.1).send().await.unwrap().text().await.unwrap();
        let (_, link) = page.split_once("id=\"pay\"").unwrap();
        let link = link.split_once("href=\"").unwrap().1.split_once('"').unwrap().0;
        client.get(link.replace("&amp;", "&")).send().await.unwrap();
        let order = newest(folder).unwrap();
        let told = hpay.buyer_pays(&order, PayAs::Now).await.unwrap();
        shop.kill();
        assert_eq!(told.receipts[0].status(), Some(http::StatusCode::OK), "it is acknowledged");
        between += usize::from(parcels(folder, &order) == 0);
        orders.push(order);
    }
    let _shop = Process::start(folder, at).await;
    for order in &orders {
        eventually("the order is packed", async || parcels(folder, order) > 0).await;
    }
    // A change that was handled before is not handled again.
    let parcels: Vec<_> = orders.iter().map(|order| parcels(folder, order)).collect();
    assert!(parcels.iter().all(|number| *number == 1), "{parcels:?}");
    assert_eq!(hpay.bookings().len(), orders.len());
}

/// Runs the shop in the child process.
#[test]
#[ignore = "the process that the test kills"]
fn child() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let settings = Settings::from_environ(&Environ::system()).unwrap();
        let text = std::fs::read_to_string("payments.toml").unwrap();
        let payments = Payments::from_toml(&text).unwrap();
        let shop = Arc::new(Shop::start(&payments, &settings).await.unwrap());
        let listener = tokio::net::TcpListener::bind(settings.address).await.unwrap();
        axum::serve(listener, router(shop)).await.unwrap();
    });
}
