use std::convert::Infallible;
use std::net::IpAddr;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use payments::{engine::Engine, notification::Delivery};
use tokio::net::TcpListener;

/// The largest accepted body of a delivery, in bytes. Gateways send far smaller ones.
const LARGEST_BODY: usize = 256 * 1024;

/// Accepts deliveries at `/hooks/{provider}/{endpoint}`.
pub async fn serve(listener: TcpListener, engine: Engine) -> std::io::Result<()> {
    loop {
        let (stream, peer) = listener.accept().await?;
        let engine = engine.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| accept(&engine, peer.ip(), request));
            if let Err(error) =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service).await
            {
                eprintln!("a connection ended early: {error}");
            }
        });
    }
}

async fn accept(
    engine: &Engine,
    peer: IpAddr,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    // The signature covers the bytes as they arrived, so pass on the raw body.
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await else {
        return Ok(status(StatusCode::PAYLOAD_TOO_LARGE));
    };
    let request = Request::from_parts(head, body.to_bytes());
    let names = request.uri().path().strip_prefix("/hooks/").and_then(|path| path.split_once('/'));
    let Some((provider, endpoint)) = names else {
        return Ok(status(StatusCode::NOT_FOUND));
    };
    let delivery = Delivery::of(&request).from_source(peer);
    Ok(engine.accept(provider, endpoint, &delivery).await.reply.map(Full::new))
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}
