//! The default HTTP client on real sockets, and what each of its failures proves.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use payments_core::{Error, ErrorKind, Submission, UncertainCause};
use provider_kit::transport::{
    Call, HttpClient, HttpClientSettings, Transport, Unreached, Unreadable, unreached,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn client() -> Arc<dyn Transport> {
    let settings = HttpClientSettings::default()
        .with_timeout(Duration::from_millis(500))
        .with_largest_answer(1024);
    Arc::new(HttpClient::new(settings).unwrap())
}

/// Starts a server that reads one whole request and then calls `then` with the connection.
async fn server<F>(then: impl FnOnce(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut seen = Vec::new();
        while !seen.ends_with(b"pay") {
            let mut some = [0; 1024];
            let n = stream.read(&mut some).await.unwrap();
            assert!(n > 0, "the request ended early");
            seen.extend_from_slice(&some[..n]);
        }
        then(stream).await;
    });
    address
}

async fn instruct(at: &str) -> Result<Submission<Bytes>, Error> {
    let request = http::Request::post(at).body(Bytes::from_static(b"pay")).unwrap();
    let sent = client().instruct(Call::instruction("pay", request)).await?;
    Ok(sent.read(|response| match response.status().as_u16() {
        200 => Ok(Submission::Accepted(response.body().clone())),
        status => Err(Unreadable::new(format!("HTTP {status}"))),
    }))
}

async fn outcome(address: SocketAddr) -> Submission<Bytes> {
    instruct(&format!("http://{address}/")).await.expect("the request was sent")
}

async fn answer(mut stream: TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).await.unwrap();
    // It is held open until the client leaves, so that only the text itself ends the response.
    let _ = stream.read(&mut [0; 1]).await;
}

fn cause(submission: Submission<Bytes>) -> UncertainCause {
    match submission {
        Submission::Uncertain(uncertain) => uncertain.cause,
        other => panic!("not uncertain: {other:?}"),
    }
}

#[tokio::test]
async fn only_a_failure_to_connect_proves_that_nothing_left() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = instruct(&format!("http://{closed}/")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.is_safe_to_retry());
}

#[tokio::test]
async fn a_host_that_is_not_reached_is_told_by_what_fails() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    // Addresses of `localhost` outside loopback are not called, so there is none left.
    let elsewhere = vec!["203.0.113.9".parse().unwrap()];
    let client = HttpClient::builder().with_addresses("localhost", elsewhere).build().unwrap();
    let client: Arc<dyn Transport> = Arc::new(client);
    for (at, expected) in [
        (format!("http://{closed}/"), Unreached::Refused),
        ("http://localhost/".to_owned(), Unreached::UnknownName),
    ] {
        let request = || http::Request::post(&at).body(Bytes::from_static(b"pay")).unwrap();
        let asked = client.inquire(Call::inquiry("find", request())).await.unwrap_err();
        assert_eq!(unreached(&asked), Some(expected), "{at}");
        let told = client.instruct(Call::instruction("pay", request())).await.unwrap_err();
        assert_eq!(unreached(&told), Some(expected), "{at}");
    }
}

#[tokio::test]
async fn a_closed_connection_is_uncertain() {
    let address = server(|stream| async move { drop(stream) }).await;
    assert_eq!(cause(outcome(address).await), UncertainCause::ConnectionLost);
}

#[tokio::test]
async fn a_reset_is_uncertain() {
    let address = server(|stream| async move {
        stream.set_zero_linger().unwrap();
        drop(stream);
    })
    .await;
    assert_eq!(cause(outcome(address).await), UncertainCause::ConnectionLost);
}

#[tokio::test]
async fn silence_is_uncertain() {
    let address = server(|stream| answer(stream, "")).await;
    assert_eq!(cause(outcome(address).await), UncertainCause::TimedOut);
}

#[tokio::test]
async fn half_an_answer_is_uncertain() {
    let address = server(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345").await.unwrap();
    })
    .await;
    assert_eq!(cause(outcome(address).await), UncertainCause::ConnectionLost);
}

#[tokio::test]
async fn an_answer_without_an_end_is_not_read_for_ever() {
    let rubbish = format!("HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n{}", "x".repeat(2000));
    let address = server(move |stream| async move { answer(stream, &rubbish).await }).await;
    assert_eq!(cause(outcome(address).await), UncertainCause::UnreadableAnswer);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let address = server(|stream| {
        answer(
            stream,
            "HTTP/1.1 307 X\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n",
        )
    })
    .await;
    assert_eq!(cause(outcome(address).await), UncertainCause::UnreadableAnswer);
}

#[tokio::test]
async fn without_tls_only_loopback_is_called() {
    let error = instruct("http://gateway.example/pay?secret=canary").await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "without TLS only loopback addresses are called");
    assert!(!format!("{error:?}").contains("canary"));
}

#[tokio::test]
async fn an_error_of_a_call_does_not_name_its_address() {
    let address = server(|stream| async move { drop(stream) }).await;
    let request = http::Request::post(format!("http://{address}/?secure_code=canary"))
        .body(Bytes::from_static(b"pay"))
        .unwrap();
    let error = client().inquire(Call::inquiry("find", request)).await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains("canary"), "{error:?}");
}
