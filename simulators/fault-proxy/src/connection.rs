//! One connection of a client: request by request to the gateway and back, or not.

use std::cell::Cell;
use std::future::pending;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{client, server};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Mutex;

use super::fault::Fault;
use super::reply::{self, Reply};
use super::script::{Exchange, Kept, Script, SeenRequest, Upstream};

/// Serves one connection until either side ends it.
pub(super) async fn serve(stream: TcpStream, upstream: Arc<Upstream>, script: Script) {
    let (has_responded, gateway) = (Cell::new(false), Connected::default());
    let service = service_fn(move |request| {
        let (upstream, script) = (Arc::clone(&upstream), Arc::clone(&script));
        reply_to(request, has_responded.replace(true), upstream, Arc::clone(&gateway), script)
    });
    let mut connection = server::conn::http1::Builder::new()
        .preserve_header_case(true)
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service);
    // A client that goes away or speaks no HTTP is not served any further.
    let Err(error) = (&mut connection).await else { return };
    let mut stream = connection.into_parts().io.into_inner();
    match std::error::Error::source(&error).and_then(|source| source.downcast_ref()) {
        Some(Reply::Cut(bytes)) => drop(stream.write_all(bytes).await),
        // Should the option be refused, the connection is closed, which a client cannot tell from
        // a reset as to what was booked.
        Some(Reply::Reset) => drop(stream.set_zero_linger()),
        _ => {}
    }
}

/// What the client gets, as a response or as an error that ends its connection.
async fn reply_to(
    request: Request<Incoming>,
    kept_alive: bool,
    upstream: Arc<Upstream>,
    gateway: Connected,
    script: Script,
) -> Result<Response<Full<Bytes>>, Reply> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Reply::Close)?;
    let request = Request::from_parts(head, body.to_bytes());
    // A task of its own, so that the gateway books what a client that leaves early has asked for.
    let carried_out = tokio::spawn(async move {
        let seen = SeenRequest {
            host: upstream.name.clone(),
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            kept_alive,
            fault: None,
            forwarded: false,
        };
        carry_out(&Exchange::of(seen, &script), request, upstream, gateway).await
    });
    match carried_out.await {
        Ok(Reply::Whole(response)) => Ok(response.map(Full::new)),
        Ok(Reply::Silence) => pending().await,
        Ok(ending) => Err(ending),
        Err(_) => Err(Reply::Close),
    }
}

async fn carry_out(
    exchange: &Exchange,
    request: Request<Bytes>,
    upstream: Arc<Upstream>,
    gateway: Connected,
) -> Reply {
    let (script, number) = (&exchange.script, exchange.number);
    match exchange.fault {
        Some(Fault::DeliveredLate) => {
            script.send_modify(|state| state.kept.push(Kept { number, upstream, request }));
            return Reply::Close;
        }
        Some(fault) if !fault.booked() => return reply::without_a_response(fault, request.uri()),
        _ => {}
    }
    let mut gateway = gateway.lock().await;
    let mut sender = match gateway.take().filter(|sender| sender.is_ready()) {
        Some(sender) => sender,
        None => match connect(&upstream.authority).await {
            Ok(sender) => sender,
            Err(error) => return reply::unreachable(&upstream.authority, &error),
        },
    };
    script.send_modify(|state| state.forwarded(number));
    let response = ask(&mut sender, request.clone()).await;
    if response.is_ok() {
        *gateway = Some(sender);
    }
    match (response, exchange.fault) {
        (Ok(response), None) => Reply::Whole(response),
        (Ok(response), Some(fault)) => reply::to_the_response(fault, &request, response),
        // The gateway hung up: so does the proxy, unless it was to do something else.
        (Err(_), Some(fault)) => reply::without_a_response(fault, request.uri()),
        (Err(_), None) => Reply::Close,
    }
}

/// The sending end of a connection to the gateway.
type Sender = client::conn::http1::SendRequest<Full<Bytes>>;

/// The connection to the gateway that serves a client's connection, once there is one.
type Connected = Arc<Mutex<Option<Sender>>>;

pub(super) async fn connect(authority: &str) -> io::Result<Sender> {
    let stream = TcpStream::connect(authority).await?;
    let (sender, connection) = client::conn::http1::Builder::new()
        .preserve_header_case(true)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    // It ends with the sender.
    tokio::spawn(connection);
    Ok(sender)
}

/// The whole response of the gateway at the other end.
pub(super) async fn ask(
    sender: &mut Sender,
    request: Request<Bytes>,
) -> hyper::Result<Response<Bytes>> {
    let (head, body) = sender.send_request(request.map(Full::new)).await?.into_parts();
    Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
}
