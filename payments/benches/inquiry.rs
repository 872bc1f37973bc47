//! Compares one inquiry through the hub, the layers and the trait object with reqwest alone: the
//! same server and the same body, on loopback.
//!
//! The last lines of the output are the added time with one call in flight (budget 3 µs), and the
//! calls per second with 16 in flight as a share of reqwest alone (budget 0.90).

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::{Router, routing::get};
use futures_util::future::join_all;
use payments::{
    OrderRef, Payments,
    registry::{Context, Registry},
    transport::{HttpClient, HttpClientSettings},
};
use simulator_kit::Server;

/// The number of calls per round, of rounds, and of calls in flight at the same time.
const CALLS: usize = 100;
const TURNS: usize = 101;
const IN_FLIGHT: usize = 16;

type Broken = Box<dyn std::error::Error>;

/// An order as SePay describes it (order detail, payment gateway API).
const ORDER: &str = r#"{"data":{"id":"1","customer_id":null,"order_id":"SEPAY-68BA83CE637C1",
"order_invoice_number":"DH1756370479","order_status":"CAPTURED","order_amount":"300000.00",
"order_currency":"VND","order_description":"Two coffees","authentication_status":null,
"created_at":"2025-09-05 13:33:02","updated_at":"2025-09-05 13:35:18","transactions":[{"id":"1",
"payment_method":"BANK_TRANSFER","transaction_type":"PAYMENT","transaction_amount":"300000",
"transaction_currency":"VND","transaction_status":"APPROVED","authentication_status":null,
"card_number":null,"card_holder_name":null,"card_expiry":null,"card_funding_method":null,
"card_brand":null,"transaction_date":"2025-09-05 13:35:18",
"transaction_last_updated_date":"2025-09-05 13:35:18"}]}}"#;

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(measure()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the measured inquiry failed: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure() -> Result<(), Broken> {
    let router = Router::new().route("/v1/order/detail/{invoice}", get(|| async { ORDER }));
    let server = Server::start(router, ([127, 0, 0, 1], 0).into()).await?;
    let ours = hub(&server)?;
    let raw = reqwest::Client::builder().no_proxy().build()?;
    let url = format!("{}/v1/order/detail/DH1756370479", server.url());
    let order = OrderRef::new("DH1756370479")?;

    let ask_ours = || async { ask_hub(&ours, &order).await };
    let ask_raw = || async { ask_reqwest(&raw, &url).await };
    if !(ask_ours().await && ask_raw().await) {
        return Err("an inquiry failed".into());
    }

    let (mut one, mut many) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for _ in 0..TURNS {
        one[0].push(in_a_row(&ask_raw).await);
        one[1].push(in_a_row(&ask_ours).await);
        many[0].push(at_once(&ask_raw).await);
        many[1].push(at_once(&ask_ours).await);
    }
    let [raw_one, our_one] = one.map(median);
    let [raw_many, our_many] = many.map(median);
    let calls = u32::try_from(CALLS)?;
    let added = (our_one / calls).saturating_sub(raw_one / calls);
    let share = raw_many.as_nanos() * 100 / our_many.as_nanos().max(1);
    println!("inquiry: reqwest alone takes {:?} a call at 1 in flight", raw_one / calls);
    println!("inquiry: hub and layers add {added:?} (budget 3µs)");
    println!(
        "inquiry: at {IN_FLIGHT} in flight they reach {}.{:02} of its calls a second (budget 0.90)",
        share / 100,
        share % 100
    );
    Ok(())
}

fn hub(server: &Server) -> Result<Payments, Broken> {
    let config = toml::from_str(&format!(
        r#"
[providers.sepay]
kind = "sepay"
environment = "sandbox"
merchant_id = "SP-TEST-BENCH"
secret_key = "spsk_test_bench"
pgapi_url = "{}"
"#,
        server.url()
    ))?;
    let client = Arc::new(HttpClient::new(HttpClientSettings::default())?);
    Ok(Payments::build(&config, &Registry::linked(), &Context::new(client))?)
}

async fn ask_hub(payments: &Payments, order: &OrderRef) -> bool {
    let Ok(provider) = payments.provider("sepay") else { return false };
    let Ok(role) = provider.payments() else { return false };
    black_box(role.find_payment(order).await)
        .is_ok_and(|lookup| matches!(lookup, payments::Lookup::Found(_)))
}

async fn ask_reqwest(client: &reqwest::Client, url: &str) -> bool {
    let Ok(response) = client.get(url).basic_auth("SP-TEST-BENCH", Some("x")).send().await else {
        return false;
    };
    black_box(response.bytes().await).is_ok()
}

async fn in_a_row<F: Future<Output = bool>>(ask: impl Fn() -> F) -> Duration {
    let start = Instant::now();
    for _ in 0..CALLS {
        black_box(ask().await);
    }
    start.elapsed()
}

async fn at_once<F: Future<Output = bool>>(ask: impl Fn() -> F) -> Duration {
    let start = Instant::now();
    join_all((0..IN_FLIGHT).map(|_| async {
        for _ in 0..CALLS / 4 {
            black_box(ask().await);
        }
    }))
    .await;
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
