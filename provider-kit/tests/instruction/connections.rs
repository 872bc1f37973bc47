//! The connection that an instruction uses.

use std::sync::Arc;
use std::time::Duration;

use provider_kit::transport::{CallClass, Transport, TransportErrorKind};
use tokio::time::Instant;

use crate::gateway::{Connection, Gateway, Journal, LOOPBACK, WIRES, Wire, settings};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\npaid";

async fn keeps_connections(mut connection: Connection) {
    while connection.request().await.is_some() {
        connection.write(OK).await;
    }
}

#[tokio::test]
async fn an_instruction_never_reuses_a_connection_and_inquiries_do() {
    for wire in WIRES {
        let gateway = Gateway::start(wire, keeps_connections).await;
        let client = gateway.client();
        let mut connections = Vec::new();
        for class in [
            CallClass::Inquiry,
            CallClass::Inquiry,
            CallClass::Instruction,
            CallClass::Inquiry,
            CallClass::Instruction,
            CallClass::Inquiry,
        ] {
            let call = match class {
                CallClass::Instruction => gateway.instruction("pay"),
                _ => gateway.inquiry(),
            };
            assert_eq!(client.send(call).await.unwrap().body(), "paid");
            connections.push(gateway.connections());
        }
        assert_eq!(connections, [1, 1, 2, 2, 3, 3], "connections after each call, {wire:?}");
    }
}

#[tokio::test]
async fn an_instruction_is_one_whole_request_that_closes_its_connection() {
    for wire in WIRES {
        let (seen, mut requests) = tokio::sync::mpsc::unbounded_channel();
        let gateway = Gateway::start(wire, move |mut connection| {
            let seen = seen.clone();
            async move {
                seen.send(connection.request().await.unwrap()).unwrap();
                connection.write(OK).await;
                // The client ends the connection, although the gateway would keep it.
                connection.drain().await;
            }
        })
        .await;
        let (outcome, journal) = gateway.instruct("pay").await;
        assert_eq!(outcome.unwrap().body(), "paid");
        let request = requests.recv().await.unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert_eq!(body, "pay");
        let mut lines: Vec<_> = head.split("\r\n").map(str::to_ascii_lowercase).collect();
        assert_eq!(lines.remove(0), "post /pay?order=1 http/1.1");
        lines.sort_unstable();
        let host = gateway.url().split('/').nth(2).unwrap().to_owned();
        let expected = [
            "accept: */*".to_owned(),
            "connection: close".to_owned(),
            "content-length: 3".to_owned(),
            format!("host: {host}"),
            format!("user-agent: payments-rs/{}", env!("CARGO_PKG_VERSION")),
        ];
        assert_eq!(lines, expected, "{wire:?}");
        assert_eq!(journal.wrote(), request.len() as u64, "bytes counted and bytes read");
        assert_eq!(journal.asked(), 1);
    }
}

#[tokio::test]
async fn an_empty_instruction_says_that_it_is_empty() {
    let (seen, mut requests) = tokio::sync::mpsc::unbounded_channel();
    let gateway = Gateway::start(Wire::Plain, move |mut connection| {
        let seen = seen.clone();
        async move {
            seen.send(String::from_utf8(connection.read().await).unwrap()).unwrap();
            connection.write(OK).await;
        }
    })
    .await;
    let (outcome, _) = gateway.instruct("").await;
    assert_eq!(outcome.unwrap().body(), "paid");
    let request = requests.recv().await.unwrap();
    assert!(request.contains("content-length: 0\r\n"), "{request}");
}

#[tokio::test]
async fn every_address_is_tried_until_one_connects() {
    for wire in WIRES {
        let gateway = Gateway::start(wire, keeps_connections).await;
        let refusing = ["127.0.0.2".parse().unwrap(), "127.0.0.3".parse().unwrap()];
        let addresses = vec![refusing[0], refusing[1], LOOPBACK];
        let client = gateway
            .builder(settings())
            .with_addresses("localhost", addresses.clone())
            .with_addresses("gateway.example", addresses)
            .build()
            .unwrap();
        let journal = Arc::new(Journal::default());
        let call = gateway.instruction("pay").with_departure(journal.clone());
        assert_eq!(client.send(call).await.unwrap().body(), "paid", "{wire:?}");
        assert_eq!(journal.asked(), 1, "asked for the address that connects only");
        assert_eq!(client.send(gateway.inquiry()).await.unwrap().body(), "paid", "{wire:?}");
    }
}

#[tokio::test]
async fn an_address_that_does_not_answer_leaves_time_for_the_next() {
    let gateway = Gateway::start(Wire::Plain, keeps_connections).await;
    // Another listener on the same port, whose queue of connections is full: further attempts to
    // connect get no response at all.
    let port = gateway.url().split([':', '/']).nth(4).unwrap().parse().unwrap();
    let _full = full_listener("127.0.0.2", port).await;
    let client = gateway
        .builder(settings().with_connect_timeout(Duration::from_millis(400)))
        .with_addresses("localhost", vec!["127.0.0.2".parse().unwrap(), LOOPBACK])
        .build()
        .unwrap();
    let outcome = client.send(gateway.instruction("pay")).await;
    assert_eq!(outcome.unwrap().body(), "paid");
}

#[tokio::test]
async fn a_connection_that_is_never_made_ends_at_the_deadline_of_the_call() {
    for wire in WIRES {
        let (listener, _waiting) = full_listener("127.0.0.1", 0).await;
        let gateway = Gateway::at(wire, listener.local_addr().unwrap());
        let journal = Arc::new(Journal::default());
        let call = gateway
            .instruction("pay")
            .with_departure(journal.clone())
            .with_deadline(Instant::now() + Duration::from_millis(100));
        let error = gateway.client().send(call).await.unwrap_err();
        assert_eq!(error.kind, TransportErrorKind::NotSent, "{wire:?}: {error}");
        assert_eq!(journal.asked(), 0, "{wire:?}");
    }
}

#[tokio::test]
async fn a_certificate_of_a_stranger_is_refused_before_the_departure() {
    let gateway = Gateway::start(Wire::Tls, keeps_connections).await;
    let addresses = vec![LOOPBACK];
    let stranger =
        provider_kit::transport::HttpClient::builder().with_addresses("gateway.example", addresses);
    let journal = Arc::new(Journal::default());
    let call = gateway.instruction("pay").with_departure(journal.clone());
    let error = stranger.build().unwrap().send(call).await.unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::NotSent, "{error}");
    assert_eq!((journal.asked(), gateway.read()), (0, 0));
    let other = gateway.url().replace("gateway.example", "other.example");
    let request = http::Request::post(other).body("pay".into()).unwrap();
    let call = provider_kit::transport::Call::instruction("pay", request);
    let client = gateway.builder(settings()).with_addresses("other.example", vec![LOOPBACK]);
    let error = client.build().unwrap().send(call).await.unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::NotSent, "another name: {error}");
}

/// Returns a listener whose queue is full, and the connections that fill it.
async fn full_listener(
    host: &str,
    port: u16,
) -> (std::net::TcpListener, Vec<tokio::net::TcpStream>) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let address = std::net::SocketAddr::new(host.parse().unwrap(), port);
    socket.bind(&address.into()).unwrap();
    socket.listen(0).unwrap();
    let listener: std::net::TcpListener = socket.into();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_millis(100), tokio::net::TcpStream::connect(address))
            .await
    {
        waiting.push(stream);
    }
    (listener, waiting)
}
