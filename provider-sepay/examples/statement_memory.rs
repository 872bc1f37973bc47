//! Reads long statements from a simulator in another process and prints the peak of memory, for
//! 10,000 and for 100,000 entries over either version of the User API:
//!
//! ```sh
//! cargo run -p provider-sepay --example statement_memory
//! ```
//!
//! It fails if an entry is missing or told twice, if the simulator had to refuse a call for its
//! rate, or if the longer statement takes more memory than the shorter one and a little.
//!
//! Each reading is a process of its own, because the peak is one of a process. Limits are set high
//! on both sides, so that the run is short; the code that keeps to them is the same.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::num::NonZeroU32;
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::Instant;

use payments_core::statement::{Cursor, StatementFilter, StatementReader};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    transport::{HttpClient, HttpClientSettings},
};
use simulator_sepay::{Host, SePaySimulator, Settings};

type Failure = Box<dyn std::error::Error>;

const SHORT: u64 = 10_000;
const LONG: u64 = 100_000;

/// Calls a second, at the simulator and at the client.
const RATE: u32 = 400;

/// How much more the longer statement may take: what an allocator keeps, not what grows.
const A_LITTLE_KIB: u64 = 8 * 1024;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        [] => compare(),
        ["simulate", count] => simulate(count),
        ["read", version, count, v1, v2] => read(version, count, v1, v2),
        _ => Err("run it without arguments".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Runs everything and compares.
fn compare() -> Result<(), Failure> {
    for version in ["v1", "v2"] {
        let short = one(version, SHORT)?;
        let long = one(version, LONG)?;
        if let (Some(short), Some(long)) = (short, long)
            && long > short.saturating_add(A_LITTLE_KIB)
        {
            return Err(format!("{version}: memory grows with the statement").into());
        }
    }
    Ok(())
}

/// Reads one statement and prints its line; the peak in KiB, where the system tells it.
fn one(version: &str, count: u64) -> Result<Option<u64>, Failure> {
    let mut simulator = child(&["simulate", &count.to_string()])?;
    let mut said = BufReader::new(simulator.stdout.take().ok_or("the simulator has no output")?);
    let (v1, v2) = (line(&mut said)?, line(&mut said)?);

    let reader = child(&["read", version, &count.to_string(), &v1, &v2])?.wait_with_output()?;
    // Its input ends: it says how often it had to refuse, and goes.
    drop(simulator.stdin.take());
    let refused = line(&mut said)?;
    simulator.wait()?;
    let told = String::from_utf8(reader.stdout)?;
    println!("{version}: {}, {refused} refused for their rate", told.trim());
    if !reader.status.success() {
        return Err(format!("{version}: the statement of {count} was not read whole").into());
    }
    if refused != "0 calls" {
        return Err(format!("{version}: the rate limit was exceeded").into());
    }
    let peak = told.split("peak ").nth(1).and_then(|rest| rest.split(' ').next());
    Ok(peak.and_then(|kib| kib.parse().ok()))
}

fn child(arguments: &[&str]) -> Result<Child, Failure> {
    let this = std::env::current_exe()?;
    Ok(Command::new(this).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?)
}

fn line(said: &mut BufReader<ChildStdout>) -> Result<String, Failure> {
    let mut line = String::new();
    said.read_line(&mut line)?;
    match line.trim() {
        "" => Err("the simulator says nothing".into()),
        line => Ok(line.to_owned()),
    }
}

/// The simulator, until its input ends.
fn simulate(count: &str) -> Result<(), Failure> {
    let rate = NonZeroU32::new(RATE).ok_or("no rate")?;
    let settings = Settings::test().with_rate_limit(rate).with_v1_rate_limit(rate);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let sepay = runtime.block_on(SePaySimulator::start(settings))?;
    sepay.fill_statement("0900000001", count.parse()?)?;
    println!("{}\n{}", sepay.url(Host::My), sepay.url(Host::UserApi));
    std::io::stdout().flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    println!("{} calls", sepay.rate_limited());
    Ok(())
}

/// The reader: one entry after the other, none kept.
fn read(version: &str, count: &str, v1: &str, v2: &str) -> Result<(), Failure> {
    let config: PaymentsConfig = toml::from_str(&format!(
        "[providers.sepay]\nkind = \"sepay\"\nenvironment = \"sandbox\"\napi_token = \"{}\"\n\
         userapi_url = \"{v2}\"\nuserapi_v1_url = \"{v1}/userapi\"\nstatements_api = \"{version}\"\n\
         userapi_rate = {RATE}\nuserapi_v1_rate = {RATE}\n",
        Settings::test().api_token(),
    ))?;
    let client = Arc::new(HttpClient::new(HttpClientSettings::default())?);
    let registry = Registry::empty().add(provider_sepay::REGISTRATION);
    let mut providers =
        registry.build(&config, &Context::new(client)).map_err(|problems| problems.to_string())?;
    let statements = providers.remove(0).statements()?.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let start = Instant::now();
    let (mut entries, mut sum) = (0_u64, 0_i64);
    runtime.block_on(async {
        let mut reader = StatementReader::new(statements, Cursor::start(), StatementFilter::new());
        while let Some(entry) = reader.next().await? {
            entries += 1;
            let entry = entry.into_result().map_err(|row| row.into_error("entries"))?;
            sum = sum.saturating_add(entry.amount.minor());
        }
        Ok::<(), payments_core::Error>(())
    })?;
    let took = start.elapsed().as_millis();
    let peak = peak().map_or("unknown here".to_owned(), |kib| format!("{kib} KiB"));
    println!("{entries} entries in {took} ms, peak {peak}");
    // The simulator's amounts are 1,001, 1,002 and so on.
    let asked: i64 = count.parse()?;
    let whole = asked * 1_000 + asked * (asked + 1) / 2;
    if i64::try_from(entries)? == asked && sum == whole { Ok(()) } else { Err("not whole".into()) }
}

/// The most memory that this process ever had at once, in KiB; Linux tells it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
