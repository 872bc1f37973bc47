//! One connection of a client: request by request to the gateway and back, or not.

use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;

use super::fault::Fault;
use super::message::{Answer, Request};
use super::reply::{self, Reply};
use super::script::{Exchange, Kept, Script, SeenRequest};
use super::wire::Wire;

/// A gateway's host that the proxy stands before.
#[derive(Debug)]
pub(super) struct Upstream {
    /// The name of the host.
    pub(super) name: String,
    /// `host:port`.
    pub(super) authority: String,
}

/// Serves one connection until either side ends it.
pub(super) async fn serve(stream: TcpStream, upstream: Arc<Upstream>, script: Script) {
    let mut client = Wire::new(stream);
    let mut kept_alive = false;
    // A client that goes away or speaks no HTTP is not served any further.
    while let Ok(Some(request)) = client.request().await {
        let exchange = script.arrived(SeenRequest {
            host: upstream.name.clone(),
            method: request.head.method.clone(),
            path: request.head.path.clone(),
            kept_alive,
            fault: None,
            forwarded: false,
        });
        if let Some(Fault::DeliveredLate) = exchange.fault {
            exchange.keep(&upstream, &request);
            return;
        }
        match upstream.carry_out(&exchange, &request).await {
            Reply::Then(bytes) => {
                let written = client.write(&bytes).await;
                if written.is_err() || !request.head.keeps_alive {
                    return;
                }
            }
            Reply::Last(bytes) => {
                // The connection ends either way.
                let _ = client.write(&bytes).await;
                return;
            }
            Reply::Close => return,
            Reply::Reset => {
                // Should the option be refused, the connection is closed, which a client cannot
                // tell from a reset as to what was booked.
                let _ = client.stream().set_zero_linger();
                return;
            }
            Reply::Silence => {
                drop(exchange);
                client.gone().await;
                return;
            }
        }
        kept_alive = true;
    }
}

impl Upstream {
    async fn carry_out(&self, exchange: &Exchange, request: &Request) -> Reply {
        if let Some(fault) = exchange.fault.filter(|fault| !fault.booked()) {
            return reply::without_an_answer(fault, &request.head);
        }
        // Each request has its own connection, so that a fault before it leaves no trace here.
        let mut gateway = match TcpStream::connect(&self.authority).await {
            Ok(stream) => Wire::new(stream),
            Err(error) => return reply::unreachable(&self.authority, &error),
        };
        match ask(&mut gateway, exchange, request).await {
            Ok(answer) => reply::to_the_answer(exchange.fault, &request.head, &answer),
            // The gateway hung up: so does the proxy, unless it was to do something else.
            Err(_) => match exchange.fault {
                Some(fault) => reply::without_an_answer(fault, &request.head),
                None => Reply::Close,
            },
        }
    }
}

/// Hands the gateway a request that was kept, and waits for its answer, which nobody gets.
pub(super) async fn deliver(kept: Kept, script: &Script) -> io::Result<()> {
    let mut gateway = Wire::new(TcpStream::connect(&kept.upstream.authority).await?);
    gateway.write(&kept.request.raw).await?;
    script.forwarded(kept.number);
    gateway.answer(&kept.request.head.method).await.map(drop)
}

async fn ask(
    gateway: &mut Wire<TcpStream>,
    exchange: &Exchange,
    request: &Request,
) -> io::Result<Answer> {
    gateway.write(&request.raw).await?;
    exchange.forwarded();
    gateway.answer(&request.head.method).await
}
