//! The process that is stopped or killed: it sends one instruction and reports its progress.

use std::future::Future;
use std::io::{BufRead as _, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use provider_kit::transport::{
    BootInstant, Call, Departure, DepartureDecision, HttpClient, HttpClientSettings, Transport,
};

/// A size that does not fit into the buffers of a connection.
pub(crate) const BODY: usize = 16 * 1024 * 1024;

/// The time after the departure for which the instruction may be written.
const NOT_AFTER: Duration = Duration::from_millis(250);

const ROLE: &str = "DEPARTURE_TRIAL_CHILD";
const ROOT: &str = "DEPARTURE_TRIAL_ROOT";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Plain,
    Tls,
}

/// The window in which the child is interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Window {
    InDepart,
    BeforeTheFirstByte,
    BetweenTwoWrites,
}

impl Window {
    pub(crate) const ALL: [Self; 3] =
        [Self::InDepart, Self::BeforeTheFirstByte, Self::BetweenTwoWrites];

    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::InDepart => "in depart",
            Self::BeforeTheFirstByte => "between its return and first byte",
            Self::BetweenTwoWrites => "between two writes of the body",
        }
    }

    /// Returns whether the child waits in this window until it is released.
    pub(crate) const fn holds(self) -> bool {
        !matches!(self, Self::BetweenTwoWrites)
    }
}

/// Returns the command that starts the child, for a gateway at `url` with this root. `machine` is
/// the file of the certificates that the machine trusts: reading the real ones takes longer than a
/// round.
pub(crate) fn command(url: &str, root: Option<&str>, machine: &Path, window: Window) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(ROLE, format!("{window:?} {url}")).stdin(Stdio::piped()).stdout(Stdio::piped());
    command.env("SSL_CERT_FILE", machine);
    if let Some(root) = root {
        command.env(ROOT, root);
    }
    command
}

/// Returns whether this process is the child.
pub(crate) fn is_child() -> bool {
    std::env::var_os(ROLE).is_some()
}

/// Sends the instruction.
pub(crate) fn run() {
    let role = std::env::var(ROLE).unwrap();
    let (window, url) = role.split_once(' ').unwrap();
    let window = Window::ALL.into_iter().find(|it| format!("{it:?}") == window).unwrap();
    let settings = HttpClientSettings::default()
        .with_connect_timeout(Duration::from_secs(60))
        .with_timeout(Duration::from_secs(300));
    let mut builder = HttpClient::builder()
        .with_settings(settings)
        .with_addresses("gateway.example", vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]);
    if let Ok(root) = std::env::var(ROOT) {
        builder = builder.with_root(std::fs::read(root).unwrap().into());
    }
    let client: Arc<dyn Transport> = Arc::new(builder.build().unwrap());
    let departure = Arc::new(Reporting { window, wrote: AtomicU64::default() });
    let request = http::Request::post(url).body(vec![b'x'; BODY].into()).unwrap();
    let call = Call::instruction("create_payout", request).with_departure(departure);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = runtime.block_on(client.instruct(call));
    report(match outcome {
        Err(_) => "outcome nothing-left",
        Ok(_) => "outcome may-have-left",
    });
}

fn report(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

/// Reports the window and waits there for a line.
fn wait_in(window: Window) {
    report(&format!("in {window:?}"));
    std::io::stdin().lock().read_line(&mut String::new()).unwrap();
}

struct Reporting {
    window: Window,
    wrote: AtomicU64,
}

// The future is a type of its own instead of an `async fn`, so that its `drop` can wait: it runs
// after the decision was returned.
impl Departure for Reporting {
    fn depart<'a, 'departure>(
        &'a self,
    ) -> Pin<Box<dyn Future<Output = DepartureDecision> + Send + 'departure>>
    where
        'a: 'departure,
        Self: 'departure,
    {
        Box::pin(Deciding(self.window))
    }

    fn wrote(&self, bytes: u64) {
        let sum = self.wrote.fetch_add(bytes, Ordering::SeqCst) + bytes;
        report(&format!("wrote {sum}"));
    }
}

struct Deciding(Window);

impl Future for Deciding {
    type Output = DepartureDecision;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<DepartureDecision> {
        let not_after = BootInstant::now().saturating_add(NOT_AFTER);
        let since_boot = BootInstant::from_since_boot(Duration::ZERO).until(not_after);
        report(&format!("not-after {}", since_boot.as_nanos()));
        if self.0 == Window::InDepart {
            wait_in(self.0);
        }
        Poll::Ready(DepartureDecision::Go { not_after })
    }
}

impl Drop for Deciding {
    /// Waits in the window after the decision was returned and before anything is written.
    fn drop(&mut self) {
        if self.0 == Window::BeforeTheFirstByte {
            wait_in(self.0);
        }
    }
}
