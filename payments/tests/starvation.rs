//! Forged posts to an unsigned webhook do not starve the merchant's own inquiries.
//!
//! Real sockets: posts arrive at an HTTP server, and SePay's simulator limits its calls. The short
//! run is part of the tests. The long one takes about a minute:
//! `STARVATION_RUN=full cargo test -p payments --features sepay,simulators --test starvation -- --nocapture`

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::{Router, body::Body, extract::Request, routing::post};
use futures_util::future::join_all;
use payments::{
    Clock, Payments, SystemClock,
    config::PaymentsConfig,
    notification::Delivery,
    registry::{Context, Registry},
    sepay,
    simulators::sepay::{Host, LoggedRequest, SePaySimulator, Settings},
    statement::{Cursor, StatementFilter, StatementReader},
    transport::{HttpClient, HttpClientSettings},
};
use simulator_kit::Server;

/// The size of a run.
struct Size {
    posts: u32,
    /// The time in which all posts and all inquiries begin.
    within: Duration,
    calls_per_second: u32,
    call_time: Duration,
}

const SHORT: Size = Size {
    posts: 200,
    within: Duration::from_secs(2),
    calls_per_second: 30,
    call_time: Duration::from_secs(1),
};

const FULL: Size = Size {
    posts: 200,
    within: Duration::from_secs(20),
    calls_per_second: 3,
    call_time: Duration::from_secs(10),
};

const INQUIRIES: u32 = 8;

/// The lines of the statement that each inquiry of the merchant reads, 100 to a page.
const LINES: usize = 700;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_posts_leave_the_merchants_inquiries_their_half_and_their_order() {
    let size = match std::env::var("STARVATION_RUN").as_deref() {
        Ok("full") => FULL,
        _ => SHORT,
    };
    let rate = NonZeroU32::new(size.calls_per_second).unwrap();
    let simulator = SePaySimulator::start(Settings::test().with_rate_limit(rate)).await.unwrap();
    let account = simulator.bank_accounts()[0].number.clone();
    simulator.fill_statement(&account, LINES as u64).unwrap();
    let hub = Arc::new(hub(&simulator, &size));
    let server = serve(Arc::clone(&hub)).await;

    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let begun = Instant::now();
    let posts = join_all((0..size.posts).map(|number| {
        let (client, url) = (client.clone(), format!("{}/hooks", server.url()));
        let at = size.within * number / size.posts;
        tokio::spawn(async move {
            tokio::time::sleep(at).await;
            forged_post(&client, &url, number).await
        })
    }));
    let inquiries = join_all((0..INQUIRIES).map(|number| {
        let hub = Arc::clone(&hub);
        let at = size.within * number / INQUIRIES;
        tokio::spawn(async move {
            tokio::time::sleep(at).await;
            let lines = statement(&hub).await;
            (number, lines, begun.elapsed())
        })
    }));
    let (posts, inquiries) = tokio::join!(posts, inquiries);

    let mut replies = BTreeMap::new();
    for reply in posts {
        *replies.entry(reply.unwrap()).or_insert(0) += 1;
    }
    let mut inquiries: Vec<_> = inquiries.into_iter().map(Result::unwrap).collect();
    inquiries.sort_by_key(|(.., ended)| *ended);
    let requests = simulator.requests();
    let confirmations = requests.iter().filter(|request| is_confirmation(request)).count();
    let refused = simulator.rate_limited();

    println!(
        "{} forged posts in {:?}, {} calls a second, call time {:?}",
        size.posts, size.within, size.calls_per_second, size.call_time
    );
    for (number, lines, ended) in &inquiries {
        println!("inquiry {number}: {lines:?} lines, ended after {ended:.2?}");
    }
    println!("replies to the posts: {replies:?}");
    println!(
        "calls at the gateway: {} in all, {confirmations} confirmations, {refused} refused by its limit",
        requests.len()
    );

    let order: Vec<_> = inquiries.iter().map(|(number, ..)| *number).collect();
    assert_eq!(order, (0..INQUIRIES).collect::<Vec<_>>(), "the order in which they began");
    for (number, lines, _) in &inquiries {
        assert_eq!(lines.as_ref().ok(), Some(&LINES), "inquiry {number}: {lines:?}");
    }
    let try_again = (503, r#"{"success": false}"#.to_owned());
    assert_eq!(replies.get(&try_again), Some(&size.posts), "{replies:?}");
    assert!(confirmations > 0, "no post was confirmed at all");
    assert!(
        2 * confirmations <= requests.len(),
        "{confirmations} of {} calls were confirmations",
        requests.len()
    );
    assert_eq!(refused, 0, "calls beyond the limit");
}

/// The hub with one SePay account whose webhooks are unsigned.
fn hub(simulator: &SePaySimulator, size: &Size) -> Payments {
    let text = format!(
        "[providers.bank]\nkind = \"sepay\"\nenvironment = \"sandbox\"\napi_token = \"{}\"\n\
         userapi_url = \"{}\"\nuserapi_rate = {}\nwebhook_unauthenticated = true\n",
        simulator.settings().api_token(),
        simulator.url(Host::UserApi),
        size.calls_per_second,
    );
    let config: PaymentsConfig = toml::from_str(&text).unwrap();
    let client =
        HttpClient::new(HttpClientSettings::default().with_timeout(size.call_time)).unwrap();
    let context = Context::new(Arc::new(client));
    let registry = Registry::empty().add(sepay::REGISTRATION);
    Payments::build(&config, &registry, &context).unwrap()
}

/// The app, which receives every post to `/hooks` and sends the hub's reply.
async fn serve(hub: Arc<Payments>) -> Server {
    let receive = move |request: Request| {
        let hub = Arc::clone(&hub);
        async move {
            let (head, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            let request = http::Request::from_parts(head, body);
            let delivery = Delivery::of(&request);
            let intake = hub.receive("bank", "bank-webhook", &delivery).await.unwrap();
            intake.reply(intake.outcome()).map(Body::from)
        }
    };
    let router = Router::new().route("/hooks", post(receive));
    Server::start(router, ([127, 0, 0, 1], 0).into()).await.unwrap()
}

/// Posts a transfer that never happened; returns the status and body of the reply.
async fn forged_post(client: &reqwest::Client, url: &str, number: u32) -> (u16, String) {
    let now = SystemClock.now().vietnam_civil("%Y-%m-%d %H:%M:%S");
    let body = serde_json::json!({
        "id": 9_000_000 + number, "gateway": "Vietcombank", "transactionDate": now,
        "accountNumber": "0123499999", "code": null, "content": format!("DH{number:05}"),
        "transferType": "in", "transferAmount": 50_000 + number, "accumulated": 0,
        "subAccount": null, "referenceCode": format!("FORGED.{number}"), "description": "",
    });
    let request = client.post(url).header("content-type", "application/json");
    let reply = request.body(body.to_string()).send().await.unwrap();
    (reply.status().as_u16(), reply.text().await.unwrap())
}

/// Reads the whole statement, page by page, as a merchant does to reconcile.
async fn statement(hub: &Payments) -> payments::Result<usize> {
    let statements = Arc::clone(hub.provider("bank")?.statements()?);
    let mut reader = StatementReader::new(statements, Cursor::start(), StatementFilter::new());
    let mut lines = 0;
    while reader.next().await?.is_some() {
        lines += 1;
    }
    Ok(lines)
}

/// A confirmation asks for the reference that the post claims.
fn is_confirmation(request: &LoggedRequest) -> bool {
    request.query.as_deref().is_some_and(|query| query.contains("reference_number=FORGED"))
}
