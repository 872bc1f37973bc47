//! What passes untouched, and which request a fault picks.

use axum::{Router, body::Bytes, extract::Request, routing::post};
use fault_proxy::{Fault, FaultProxy, When};
use http::Response;
use provider_kit::transport::{Call, Transport as _};
use simulator_kit::{HangUp, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::gateway::{BOOKED, Gateway, pay, pay_over_the_pool, start};

#[tokio::test]
async fn without_a_fault_everything_passes_on_one_connection() {
    let (gateway, proxy, payer) = start().await;
    for _ in 0..3 {
        assert_eq!(pay_over_the_pool(&payer, &proxy).await.unwrap().body(), BOOKED);
    }
    assert_eq!((gateway.booked(), proxy.requests_seen(), proxy.forwarded()), (3, 3, 3));
    let kept_alive: Vec<_> = proxy.requests().iter().map(|request| request.kept_alive).collect();
    assert_eq!(kept_alive, [false, true, true]);
}

#[tokio::test]
async fn a_fault_strikes_the_next_request_once() {
    let (gateway, proxy, payer) = start().await;
    proxy.inject(Fault::TruncatedJson);
    assert_ne!(pay(&payer, &proxy).await.unwrap().body(), BOOKED);
    assert_eq!(pay(&payer, &proxy).await.unwrap().body(), BOOKED);
    let struck: Vec<_> =
        proxy.requests().iter().map(|request| request.fault.map(Fault::name)).collect();
    assert_eq!(struck, [Some("truncated JSON".to_owned()), None]);
    assert_eq!(gateway.booked(), 2);
}

#[tokio::test]
async fn chunked_bodies_pass_in_both_directions() {
    let echo = post(|request: Request| async { Response::new(request.into_body()) });
    let router = Router::new().route("/echo", echo);
    let server = Server::start(router, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let proxy = FaultProxy::start(&server.url()).await.unwrap();
    let address = proxy.url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = b"POST /echo HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
        transfer-encoding: chunked\r\n\r\n3\r\nABC\r\n2\r\nDE\r\n0\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("transfer-encoding: chunked"), "{head}");
    let letters: String = body.chars().filter(char::is_ascii_uppercase).collect();
    assert_eq!(letters, "ABCDE", "{body:?}");
}

#[tokio::test]
async fn a_gateway_that_hangs_up_makes_the_proxy_hang_up() {
    let router = Router::new().fallback(|_: Bytes| async { HangUp });
    let server = Server::start(router, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (_gateway, _proxy, payer) = start().await;
    let proxy = FaultProxy::start(&server.url()).await.unwrap();
    pay(&payer, &proxy).await.unwrap_err();
    assert_eq!((proxy.requests_seen(), proxy.forwarded()), (1, 1));
}

#[tokio::test]
async fn a_gateway_that_is_not_there_is_named() {
    let (gateway, proxy, payer) = start().await;
    let address = gateway.url();
    drop(gateway);
    while TcpStream::connect(address.trim_start_matches("http://")).await.is_ok() {}
    let answer = pay(&payer, &proxy).await.unwrap();
    let page = String::from_utf8_lossy(answer.body());
    assert_eq!((answer.status().as_u16(), proxy.forwarded()), (502, 0));
    assert!(page.contains(address.trim_start_matches("http://")), "{page}");
}

#[tokio::test]
async fn several_hosts_share_one_script() {
    let (one, two) = (Gateway::start().await, Gateway::start().await);
    let hosts = [("one", one.url()), ("two", format!("{}/", two.url()))];
    let proxy = FaultProxy::start_all(hosts).await.unwrap();
    let (_, _, payer) = start().await;
    proxy.inject(Fault::Empty(When::AfterBooking));
    for name in ["two", "one"] {
        let request = http::Request::post(format!("{}/payouts", proxy.hosts()[name]))
            .body(Bytes::new())
            .unwrap();
        let answer = payer.send(Call::instruction("pay", request)).await.unwrap();
        assert_eq!(answer.body().is_empty(), name == "two");
    }
    assert_eq!((one.booked(), two.booked()), (1, 1));
    let hosts: Vec<_> = proxy.requests().into_iter().map(|request| request.host).collect();
    assert_eq!(hosts, ["two", "one"]);
}

#[tokio::test]
async fn an_address_that_cannot_be_proxied_is_refused_naming_it() {
    for address in ["https://gateway.example", "gateway:80", "/payouts", ""] {
        let error = FaultProxy::start(address).await.unwrap_err();
        assert!(error.to_string().contains(&format!("{address:?}")), "{error}");
    }
    assert!(FaultProxy::start_all::<&str, &str>([]).await.is_err());
}
