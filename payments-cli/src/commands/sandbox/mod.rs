//! `sandbox`: runs every simulated gateway on this machine.

mod configuration;
mod merchants;
mod page;
mod ports;
mod signals;
mod state;
mod webhook;

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use anstream::adapter::strip_str;
use axum::Router;
use simulator_kit::{Acknowledgement, Destinations, Server, Trusted, url_of};
use tokio::net::TcpListener;

use crate::{
    exit::{Ended, Exit, Failure},
    output,
    simulator::{ListenSettings, RunningSimulator, Simulator},
};
use merchants::Merchants;
use ports::Ports;
use signals::EndSignals;
use state::StateFile;
use webhook::Webhook;

/// Run every simulated gateway on this machine until Ctrl-C
///
/// Serves a page that lists addresses, test credentials and what to try. Prints a configuration
/// file in TOML: the table of each provider for its simulated gateway, with the addresses as
/// comments. No real money is involved, and nothing leaves the machine.
///
/// Each gateway is controlled at PAGE/api/PROVIDER/: GET overview, GET samples (a curl line for
/// every documented call), GET failing (values that cause a failure), POST actions.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The port of the page; the gateways' hosts use the ports that follow. 0 uses free ones
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,

    /// The address to listen on, such as 0.0.0.0 in a container, which lets other machines reach
    /// the gateways and their test credentials
    #[arg(long, value_name = "ADDRESS", verbatim_doc_comment, default_value_t = Ipv4Addr::LOCALHOST.into())]
    host: IpAddr,

    /// Another host name to accept, besides localhost and loopback addresses
    #[arg(long, value_name = "NAME")]
    host_name: Vec<String>,

    /// The address that receives a gateway's webhooks, such as
    /// payos/webhook=http://127.0.0.1:3000/payos; may be given several times
    #[arg(long, value_name = "PROVIDER/ENDPOINT=URL", verbatim_doc_comment)]
    webhook: Vec<Webhook>,

    /// Also send webhooks to other machines
    #[arg(long)]
    allow_remote_webhooks: bool,

    /// A PEM file with certificates to trust, beside those of the machine, when webhooks are
    /// sent to https:// addresses: an authority's, or one that is signed by itself
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    webhook_ca: Option<PathBuf>,

    /// Refuse calls beyond the gateways' documented rates
    #[arg(long)]
    rate_limits: bool,

    /// A configuration file: the gateways use its merchants, secrets, accounts, codes,
    /// formulas and readings instead of those for tests. Do not give it secrets of
    /// production
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    config: Option<PathBuf>,

    /// A file that preserves the gateways' data over restarts: orders, accounts, payouts,
    /// webhooks and their deliveries, and the clock. It contains secrets
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    state: Option<PathBuf>,

    /// The replies that acknowledge a webhook: every documented one, or exactly the one that the
    /// gateway's pages print
    #[arg(long, value_enum, verbatim_doc_comment, default_value_t = Ack::Documented)]
    ack: Ack,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Ack {
    Documented,
    Strict,
}

impl Args {
    /// Returns the settings with which every gateway is started, apart from its ports.
    fn settings(&self) -> Result<ListenSettings, Failure> {
        Ok(ListenSettings {
            trusted: self.trusted()?,
            host_names: self.host_name.clone(),
            ip: self.host,
            destinations: match self.allow_remote_webhooks {
                true => Destinations::Anywhere,
                false => Destinations::LoopbackOnly,
            },
            acknowledgement: match self.ack {
                Ack::Documented => Acknowledgement::Documented,
                Ack::Strict => Acknowledgement::Strict,
            },
            rate_limits: self.rate_limits,
            failing_values: true,
            ..ListenSettings::default()
        })
    }

    fn trusted(&self) -> Result<Trusted, Failure> {
        let Some(path) = &self.webhook_ca else { return Ok(Trusted::default()) };
        let unusable = |why: &dyn std::fmt::Display| {
            Failure::usage("--webhook-ca", format!("{}: {why}", path.display()))
        };
        let text = std::fs::read(path).map_err(|error| unusable(&error))?;
        Trusted::pem(&text).map_err(|error| unusable(&error))
    }
}

pub(crate) async fn run(args: &Args, simulators: Vec<Simulator>) -> Ended {
    if simulators.is_empty() {
        return Err(Failure::usage("sandbox", "this program has no simulated gateway"));
    }
    let merchants = Merchants::read(args.config.as_deref())?;
    let mut ports = Ports::from(args.port);
    let port = ports.take(1)?;
    let listener = TcpListener::bind((args.host, port))
        .await
        .map_err(|error| cannot_listen(format_args!("the page, port {port}"), &error))?;
    let at =
        listener.local_addr().map_err(|error| cannot_listen(format_args!("the page"), &error))?;
    let gateways = start(simulators, &mut ports, &args.settings()?, &merchants).await?;
    let mut state = match &args.state {
        Some(path) => Some(StateFile::open(path, &gateways)?),
        None => None,
    };
    webhook::register(&args.webhook, &gateways).await?;
    if let Some(state) = &mut state {
        state.save(&gateways)?;
    }

    let configuration = configuration::of(&url_of(at, &args.host_name), &gateways);
    let page = page::router(&gateways, strip_str(&configuration).to_string());
    let router = gateways
        .iter()
        .filter_map(|(kind, gateway)| Some((kind, gateway.control.clone()?)))
        .fold(Router::new(), |router, (kind, control)| {
            router.nest(&format!("/api/{kind}"), simulator_kit::control::router(control))
        })
        .merge(page);
    // A program that reads the configuration may end the sandbox immediately.
    let signals = EndSignals::new();
    output::print(&configuration)?;
    // The page shows credentials, so like the gateways it accepts only known host names.
    let _page = Server::on(listener, router, args.host_name.clone())
        .map_err(|error| cannot_listen(format_args!("the page"), &error))?;
    let Some(mut state) = state else {
        signals.received().await;
        return Ok(Exit::Done);
    };
    tokio::select! {
        () = signals.received() => {}
        failure = state.keep(&gateways) => return Err(failure),
    }
    state.save(&gateways)?;
    Ok(Exit::Done)
}

/// Starts every gateway. Dropping the returned values stops them.
async fn start(
    simulators: Vec<Simulator>,
    ports: &mut Ports,
    settings: &ListenSettings,
    merchants: &Merchants,
) -> Result<Vec<(&'static str, RunningSimulator)>, Failure> {
    let mut running = Vec::with_capacity(simulators.len());
    for Simulator { kind, ports: number, start } in simulators {
        let first_port = ports.take(number)?;
        let given = merchants.of(kind);
        let listen = ListenSettings { first_port, given: given.clone(), ..settings.clone() };
        let gateway = start(listen).await.map_err(|error| {
            if error.kind() == ErrorKind::InvalidInput {
                return Failure::usage("--config", error);
            }
            let message = "choose other ports with --port";
            Failure::Machine(format!("the simulated {kind} cannot start: {error}; {message}"))
        })?;
        running.push((kind, gateway.completed_by(&given)));
    }
    Ok(running)
}

fn cannot_listen(what: std::fmt::Arguments<'_>, error: &std::io::Error) -> Failure {
    Failure::Machine(format!("{what}: {error}; choose other ports with --port"))
}
