//! `sandbox`: every simulated gateway on this machine.

mod configuration;
mod page;
mod ports;

use std::net::Ipv4Addr;

use anstream::adapter::strip_str;
use axum::{Router, response::Html, routing::get};
use simulator_kit::Server;
use tokio::{net::TcpListener, signal};

use crate::{
    exit::{Ended, Exit, Failure},
    output,
    simulator::{ListenSettings, RunningSimulator, Simulator},
};
use ports::Ports;

/// Run every simulated gateway on this machine until Ctrl-C
///
/// Serves a page that lists addresses, test credentials and what to try. Prints TOML: the
/// configuration of each provider for its simulated gateway, with the addresses as comments, so
/// that all of it can be saved as a configuration file. No real money, and nothing leaves the
/// machine.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The port of the page; the gateways' hosts take those that follow. 0 takes free ones
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,

    /// Another host name to accept, besides localhost and loopback addresses
    #[arg(long, value_name = "NAME")]
    host_name: Vec<String>,
}

pub(crate) async fn run(args: &Args, simulators: Vec<Simulator>) -> Ended {
    if simulators.is_empty() {
        return Err(Failure::usage("sandbox", "this program has no simulated gateway"));
    }
    let mut ports = Ports::from(args.port);
    let port = ports.take(1)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| cannot_listen(format_args!("the page, port {port}"), &error))?;
    let at =
        listener.local_addr().map_err(|error| cannot_listen(format_args!("the page"), &error))?;
    let gateways = start(simulators, &mut ports, &args.host_name).await?;

    let configuration = configuration::of(&format!("http://{at}"), &gateways);
    let page = page::of(&gateways, &strip_str(&configuration).to_string());
    let router = gateways
        .iter()
        .filter_map(|(kind, gateway)| Some((kind, gateway.control.clone()?)))
        .fold(Router::new(), |router, (kind, control)| {
            router.nest(&format!("/api/{kind}"), simulator_kit::control::router(control))
        })
        .route("/", get(|| async { Html(page) }));
    output::print(&configuration)?;
    // The page shows credentials: like the gateways it accepts loopback host names only.
    let _page = Server::on(listener, router, args.host_name.clone())
        .map_err(|error| cannot_listen(format_args!("the page"), &error))?;
    // If the signal cannot be received, the sandbox ends at once.
    let _ = signal::ctrl_c().await;
    Ok(Exit::Done)
}

/// Starts every gateway. Dropping them stops them.
async fn start(
    simulators: Vec<Simulator>,
    ports: &mut Ports,
    host_names: &[String],
) -> Result<Vec<(&'static str, RunningSimulator)>, Failure> {
    let mut running = Vec::with_capacity(simulators.len());
    for Simulator { kind, ports: number, start } in simulators {
        let first_port = ports.take(number)?;
        let listen = ListenSettings { first_port, host_names: host_names.to_vec() };
        let gateway = start(listen).await.map_err(|error| {
            let message = "choose other ports with --port";
            Failure::Machine(format!("the simulated {kind} cannot start: {error}; {message}"))
        })?;
        running.push((kind, gateway));
    }
    Ok(running)
}

fn cannot_listen(what: std::fmt::Arguments<'_>, error: &std::io::Error) -> Failure {
    Failure::Machine(format!("{what}: {error}; choose other ports with --port"))
}
