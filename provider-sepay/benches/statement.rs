//! Statement entries to the core's types, beside `serde_json` into owned structs; and whole
//! statements from the simulator over loopback, without a limit.
//!
//! 5,000 entries are one answer of v1, 2.1 MB. The first lines are the ratio, taken in turns in this
//! very run; its budget is 1.3. The last are entries a second, where the simulator works on the
//! same machine.

#[path = "../../payments-core/benches/turns/mod.rs"]
mod turns;

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use payments_core::{
    Provider,
    statement::{Cursor, StatementFilter, StatementReader},
};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    transport::{Call, HttpClient, HttpClientSettings, Transport, TransportError},
};
use rust_decimal::Decimal;
use serde::Deserialize;
use simulator_sepay::{Host, SePaySimulator, Settings};
use turns::{in_turns, ratio};

type Broken = Box<dyn std::error::Error>;

const ENTRIES: usize = 5_000;
const LONG: u64 = 100_000;

/// The least that reading an entry can be.
#[derive(Deserialize)]
struct Plain {
    transactions: Vec<PlainEntry>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct PlainEntry {
    id: String,
    bank_brand_name: String,
    account_number: String,
    transaction_date: String,
    amount_out: Decimal,
    amount_in: Decimal,
    accumulated: Decimal,
    transaction_content: String,
    reference_number: String,
    code: Option<String>,
    sub_account: Option<String>,
    bank_account_id: String,
}

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("what is measured does not work: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), Broken> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let body = Bytes::from(answer()?);
    let bare = provider(Arc::new(Always(body.clone())), "")?;
    let matching = provider(Arc::new(Always(body.clone())), "code_prefix = \"DH\"\ncode_min = 8")?;

    let plain = || -> usize {
        serde_json::from_slice::<Plain>(&body).map_or(0, |read| read.transactions.len())
    };
    let ours = |provider: &Provider| -> usize {
        let Ok(statements) = provider.statements() else { return 0 };
        let (start, all) = (Cursor::start(), StatementFilter::new());
        let page = runtime.block_on(statements.entries(&start, &all));
        page.map_or(0, |page| page.entries.len())
    };
    for (read, who) in [(plain(), "serde_json"), (ours(&bare), "we"), (ours(&matching), "we")] {
        if read != ENTRIES {
            return Err(format!("{who} read {read} entries").into());
        }
    }

    let times = in_turns(1, [&plain, &|| ours(&bare), &|| ours(&matching)]);
    let [json, bare, matched] = times;
    println!("{ENTRIES} entries, {} bytes: serde_json {json:?}, ours {bare:?}", body.len());
    println!("ours beside serde_json: {} (budget 1.30)", ratio(bare, json));
    println!("the same with payment codes looked for in every memo: {}", ratio(matched, json));
    runtime.block_on(from_the_simulator())
}

/// Whole statements over loopback, from a simulator without a limit.
async fn from_the_simulator() -> Result<(), Broken> {
    let sepay = SePaySimulator::start(Settings::test()).await?;
    sepay.fill_statement("0900000001", LONG)?;
    let (v1, v2) = (sepay.url(Host::My), sepay.url(Host::UserApi));
    for version in ["v1", "v2"] {
        let keys = format!(
            "userapi_url = \"{v2}\"\nuserapi_v1_url = \"{v1}/userapi\"\n\
             statements_api = \"{version}\""
        );
        let client = Arc::new(HttpClient::new(HttpClientSettings::default())?);
        let provider = provider(client, &keys)?;
        let statements = provider.statements()?.clone();
        let mut reader = StatementReader::new(statements, Cursor::start(), StatementFilter::new());
        let (start, mut count) = (Instant::now(), 0_u128);
        while reader.next().await?.is_some() {
            count += 1;
        }
        let a_second = count * 1_000 / start.elapsed().as_millis().max(1);
        println!("{version}: {count} entries from the simulator, {a_second} a second");
    }
    Ok(())
}

fn provider(client: Arc<dyn Transport>, keys: &str) -> Result<Provider, Broken> {
    let token = Settings::test().api_token().to_owned();
    let keys = match keys.contains("statements_api") {
        true => keys.to_owned(),
        false => format!("{keys}\nstatements_api = \"v1\""),
    };
    let config: PaymentsConfig = toml::from_str(&format!(
        "[providers.sepay]\nkind = \"sepay\"\nenvironment = \"sandbox\"\napi_token = \"{token}\"\n\
         userapi_rate = 0\nuserapi_v1_rate = 0\n{keys}\n"
    ))?;
    let registry = Registry::empty().add(provider_sepay::REGISTRATION);
    let mut built = registry.build(&config, &Context::new(client)).map_err(|e| e.to_string())?;
    Ok(built.remove(0))
}

/// Gives the same answer to everything.
struct Always(Bytes);

#[async_trait]
impl Transport for Always {
    async fn send(&self, _: Call) -> Result<Response<Bytes>, TransportError> {
        Ok(Response::new(self.0.clone()))
    }
}

/// One full answer of v1.
fn answer() -> Result<String, std::fmt::Error> {
    let mut body =
        String::from(r#"{"status":200,"error":null,"messages":{"success":true},"transactions":["#);
    for id in 1..=ENTRIES {
        let comma = if id == 1 { "" } else { "," };
        write!(
            body,
            r#"{comma}{{"id":"{id}","bank_brand_name":"Vietcombank","account_number":"0071000888888","transaction_date":"2023-05-05 19:59:48","amount_out":"0.00","amount_in":"{}.00","accumulated":"{}.00","transaction_content":"MBVCB.3278907687.{id:06}.NGUYEN VAN A chuyen tien thanh toan don hang.CT tu 0071000123456 NGUYEN VAN A toi 0071000888888 CONG TY TNHH THU NGHIEM","reference_number":"677760.050523.{id:06}","code":null,"sub_account":"VCB0011ABC004","bank_account_id":"19"}}"#,
            18_000_000 + id,
            1_200_000_000 + id,
        )?;
    }
    body.push_str("]}");
    Ok(body)
}
