//! A payout worker is killed in the middle of its payouts and started again. The worker is this
//! program in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use payments::{
    Payments, PayoutRef,
    bank::{AccountNumber, BankAccount, Bin},
    engine::{HandedOver, Limits},
    mock::{
        Booking, BookingKind, Operation, PayoutStart, Scripted, Settings, When,
        simulator::{MockSimulator, SimulatorSettings},
    },
    money::Money,
    payout::{Beneficiary, CreatePayout},
    rules::Repeat,
    vietqr::Bank,
};

use super::timeline::Timeline;

type Broken = Box<dyn std::error::Error>;

/// The command that runs the worker. The help does not list it.
pub(crate) const COMMAND: &str = "demo-worker";

/// The number of payouts.
const PAYOUTS: usize = 8;

/// The number of payouts that the gateway has when the worker is killed. The worker does not get
/// the response to the last one.
const AT_THE_KILL: usize = 4;

/// The time limit of every step, which none should reach.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) async fn play(timeline: &mut Timeline) -> Result<(), Broken> {
    timeline.section("mock", "The engine: a payout worker that is killed");
    // Like HPay, this gateway pays a repeated reference again.
    let settings = Settings::test()
        .with_payout_repeat(Repeat::PaysAgain)
        .with_payout_start(PayoutStart::Succeeded);
    let gateway = SimulatorSettings::test().with_gateway(settings.clone());
    let gateway = MockSimulator::start(gateway).await?;
    for _ in 1..AT_THE_KILL {
        gateway.script(Operation::CreatePayout, Scripted::delay(Duration::ZERO))?;
    }
    let unanswered = Scripted::NoAnswer { when: When::AfterBooking };
    gateway.script(Operation::CreatePayout, unanswered)?;

    let folder = tempfile::tempdir()?;
    let configuration = format!(
        "[providers.mock]\nkind = 'mock'\nenvironment = 'sandbox'\napi_key = '{}'\n\
         webhook_secret = '{}'\nurl = '{}'\npayout_repeat = 'pays-again'\n\
         [engine]\nstore = 'sqlite:{}'\n",
        settings.api_key,
        settings.webhook_secret,
        gateway.url(),
        folder.path().join("worker.db").display(),
    );
    std::fs::write(folder.path().join("payments.toml"), configuration)?;

    let mut worker = Worker::start(folder.path())?;
    let recorded = worker.recorded().await?;
    let until = tokio::time::Instant::now() + PATIENCE;
    while paid(&gateway).len() < AT_THE_KILL && tokio::time::Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    worker.kill()?;
    let before = paid(&gateway).len();
    timeline.step(
        "worker_killed",
        "a worker has 8 payouts on record and is killed while the gateway works on the fourth",
        recorded == PAYOUTS && before == AT_THE_KILL,
        vec![
            ("recorded", format!("{recorded} payouts")),
            ("ledger", format!("{before} payouts, the last without a response")),
        ],
    );

    let mut worker = Worker::start(folder.path())?;
    let ended_well = worker.ends_well().await?;
    let after = paid(&gateway);
    let each_once = (1..=PAYOUTS).all(|number| {
        let name = name(number);
        after.iter().filter(|booking| booking.reference.as_ref() == Some(&name)).count() == 1
    });
    let is_payout = |operation| operation == Some(Operation::CreatePayout);
    let sent = gateway.requests().iter().filter(|request| is_payout(request.operation)).count();
    timeline.step(
        "worker_recovered",
        "started again it asks about the fourth, sends the other four, and pays nothing twice",
        ended_well && each_once && after.len() == PAYOUTS && sent == PAYOUTS,
        vec![
            ("ledger", format!("{} payouts, each once: {each_once}", after.len())),
            ("sent", format!("{sent} instructions in all")),
        ],
    );
    Ok(())
}

/// Returns the payouts in the gateway's ledger.
fn paid(gateway: &MockSimulator) -> Vec<Booking> {
    let bookings = gateway.bookings().into_iter();
    bookings.filter(|booking| booking.kind == BookingKind::Payout).collect()
}

fn name(number: usize) -> String {
    format!("SALARY-{number}")
}

/// The process of the worker, which is killed when this value is dropped.
struct Worker(Child);

impl Worker {
    fn start(folder: &Path) -> Result<Self, Broken> {
        let child = Command::new(std::env::current_exe()?)
            .arg(COMMAND)
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        Ok(Self(child))
    }

    /// Waits until the worker reports that every payout is on record, and returns how many are.
    async fn recorded(&mut self) -> Result<usize, Broken> {
        let out = self.0.stdout.take().ok_or("the worker prints nothing")?;
        let lines = move || BufReader::new(out).lines().take(PAYOUTS).filter(Result::is_ok).count();
        Ok(tokio::time::timeout(PATIENCE, tokio::task::spawn_blocking(lines)).await??)
    }

    fn kill(&mut self) -> Result<(), Broken> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }

    /// Waits until the worker has ended, and returns whether every payout was final by then.
    async fn ends_well(&mut self) -> Result<bool, Broken> {
        let until = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < until {
            if let Some(status) = self.0.try_wait()? {
                return Ok(status.success());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err("the worker does not end".into())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // The worker may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs in the worker's process: hands over its payouts, prints each, and ends once all are final.
/// After a kill it is started in the same way.
pub(crate) async fn work(folder: &Path) -> Result<(), Broken> {
    let text = std::fs::read_to_string(folder.join("payments.toml"))?;
    // One after another, so that some are not sent yet at the kill.
    let limits = Limits::default().with_at_once(1);
    let builder = Payments::from_toml(&text)?.engine()?.with_limits("mock", limits);
    let engine = builder.with_interval(Duration::from_millis(50)).start().await?;
    let bank = Bank::by_name("BIDV").next().ok_or("no such bank")?;
    let account = BankAccount::new(Bin::new(bank.bin())?, AccountNumber::new("12010001234567")?);
    let beneficiary = Beneficiary::new(account, "TRAN THI B")?;
    let mut payouts = Vec::new();
    for number in 1..=PAYOUTS {
        let payout = PayoutRef::new(name(number))?;
        let request = CreatePayout::new(payout.clone(), Money::vnd(40_000), beneficiary.clone())?;
        match engine.submit("mock", &request).await? {
            HandedOver::Recorded(_) => println!("{payout}"),
            HandedOver::Failed(_) => return Err(format!("{payout} failed").into()),
            HandedOver::Unknown { why } => return Err(why.into()),
        }
        payouts.push(payout);
    }
    while let Some(payout) = payouts.last() {
        let record = engine.payout(payout).await?.ok_or("a payout is not on record")?;
        if record.state.is_final() {
            payouts.pop();
        } else {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    engine.stop().await;
    Ok(())
}
