//! What each fault does to the gateway's books, and what the client can tell.

use std::io;
use std::time::Duration;

use fault_proxy::{Fault, FaultProxy, When};
use http::{StatusCode, header};
use provider_kit::transport::TransportErrorKind;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::gateway::{BOOKED, Gateway, balance, client, pay, pay_over_the_pool, start};

/// What the client gets: a failure, or a status and a body.
#[derive(Debug, PartialEq)]
enum Got {
    Failure(TransportErrorKind),
    Answer(u16, String),
}

fn expected(fault: Fault) -> Got {
    let answer = |status, body: &str| Got::Answer(status, body.to_owned());
    match fault {
        Fault::Refused => Got::Failure(TransportErrorKind::NotSent),
        Fault::Stalled(_) => Got::Failure(TransportErrorKind::TimedOut),
        Fault::ServerErrorPage(_) => answer(500, "<!doctype html>"),
        Fault::BadGatewayPage(_) => answer(502, "<!doctype html>"),
        Fault::UnavailablePage(_) => answer(503, "<!doctype html>"),
        Fault::TooManyRequests(_) => answer(429, r#"{"error":"slow "#),
        Fault::Unauthorized(_) => answer(401, r#"{"error":"log i"#),
        Fault::Redirected(_) => answer(307, "<!doctype html>"),
        Fault::Empty(_) => answer(200, ""),
        Fault::TruncatedJson => answer(200, r#"{"state":"booke"#),
        Fault::DeepJson => answer(200, "[[[[[[[[[[[[[[["),
        Fault::WrongContentType => answer(200, r#"{"state":"booke"#),
        Fault::Rubbish => Got::Failure(TransportErrorKind::TooLarge),
        _ => Got::Failure(TransportErrorKind::ConnectionLost),
    }
}

/// Pays once under `fault`. Where only a time limit ends the waiting, a busy machine can reach it
/// before the request has left: then once more, with a longer one.
async fn pay_under(fault: Fault) -> (Gateway, FaultProxy, Got) {
    let mut limit = Duration::from_millis(300);
    loop {
        if let Some(paid) = try_to_pay_under(fault, limit).await {
            return paid;
        }
        limit *= 2;
    }
}

async fn try_to_pay_under(fault: Fault, limit: Duration) -> Option<(Gateway, FaultProxy, Got)> {
    let (gateway, proxy, mut payer) = start().await;
    if fault.is_silent() {
        payer = client(limit);
    }
    if matches!(fault, Fault::KeptAliveClosed(_)) {
        // Leaves a connection to be kept alive.
        balance(&payer, &proxy).await.unwrap();
    }
    proxy.inject(fault);
    let paid = match fault {
        Fault::KeptAliveClosed(_) => pay_over_the_pool(&payer, &proxy).await,
        _ => pay(&payer, &proxy).await,
    };
    let got = match paid {
        Err(error) => Got::Failure(error.kind),
        Ok(response) => {
            let body = response.body().slice(..response.body().len().min(15));
            Got::Answer(response.status().as_u16(), String::from_utf8_lossy(&body).into_owned())
        }
    };
    tokio::time::timeout(limit, proxy.settled()).await.ok().map(|()| (gateway, proxy, got))
}

#[tokio::test]
async fn each_fault_is_seen_as_it_is_described() {
    for fault in Fault::ALL {
        let (_gateway, _proxy, got) = pay_under(fault).await;
        assert_eq!(got, expected(fault), "{fault}");
    }
}

#[tokio::test]
async fn the_gateway_has_one_booking_where_the_fault_says_so_and_none_elsewhere() {
    for fault in Fault::ALL {
        let (gateway, proxy, _) = pay_under(fault).await;
        assert_eq!(gateway.booked(), usize::from(fault.booked()), "{fault}");
        let payouts: Vec<_> =
            proxy.requests().into_iter().filter(|request| request.path == "/payouts").collect();
        assert_eq!(payouts.len(), usize::from(fault.sent()), "{fault}");
        assert!(payouts.iter().all(|payout| payout.forwarded == fault.booked()), "{fault}");
    }
}

#[tokio::test]
async fn a_closed_kept_alive_connection_had_answered_before() {
    for when in [When::BeforeBooking, When::AfterBooking] {
        let (_gateway, proxy, _) = pay_under(Fault::KeptAliveClosed(when)).await;
        let requests = proxy.requests();
        assert!(!requests[0].kept_alive && requests[0].fault.is_none(), "{requests:?}");
        assert!(requests[1].kept_alive && requests[1].fault.is_some(), "{requests:?}");
    }
}

/// A connection of its own on which one payout was sent.
async fn send_payout(proxy: &FaultProxy) -> TcpStream {
    let address = proxy.url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = b"POST /payouts HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}";
    stream.write_all(request).await.unwrap();
    stream
}

/// Everything that comes after one payout, and how it ends.
async fn read_to_the_end(proxy: &FaultProxy) -> (Vec<u8>, io::Result<usize>) {
    let mut stream = send_payout(proxy).await;
    let mut read = Vec::new();
    let end = stream.read_to_end(&mut read).await;
    (read, end)
}

#[tokio::test]
async fn a_reset_is_a_reset_and_a_close_is_a_close() {
    for when in [When::BeforeBooking, When::AfterBooking] {
        let (_gateway, proxy, _) = start().await;
        proxy.inject(Fault::Reset(when));
        let (read, end) = read_to_the_end(&proxy).await;
        assert_eq!((end.unwrap_err().kind(), read.len()), (io::ErrorKind::ConnectionReset, 0));
        proxy.inject(Fault::Closed(when));
        let (read, end) = read_to_the_end(&proxy).await;
        assert_eq!((end.unwrap(), read.len()), (0, 0));
    }
}

#[tokio::test]
async fn half_of_the_body_follows_headers_that_announce_all_of_it() {
    let (_gateway, proxy, _) = start().await;
    proxy.inject(Fault::HalfBody);
    let (read, _) = read_to_the_end(&proxy).await;
    let text = String::from_utf8(read).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("content-length: {}", BOOKED.len())), "{head}");
    assert_eq!(body, &BOOKED[..BOOKED.len() / 2]);
}

#[tokio::test]
async fn half_of_the_headers_end_before_the_body() {
    let (_gateway, proxy, _) = start().await;
    proxy.inject(Fault::HalfHeaders);
    let (read, _) = read_to_the_end(&proxy).await;
    let text = String::from_utf8(read).unwrap();
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && !text.contains("\r\n\r\n"), "{text:?}");
}

#[tokio::test]
async fn a_client_that_leaves_early_does_not_keep_the_gateway_from_booking() {
    let (gateway, proxy, _) = start().await;
    proxy.inject(Fault::Stalled(When::AfterBooking));
    drop(send_payout(&proxy).await);
    proxy.settled().await;
    assert_eq!((gateway.booked(), proxy.forwarded()), (1, 1));
}

#[tokio::test]
async fn a_refused_client_is_served_after_healing() {
    let (gateway, proxy, payer) = start().await;
    proxy.inject(Fault::Refused);
    assert_eq!(pay(&payer, &proxy).await.unwrap_err().kind, TransportErrorKind::NotSent);
    proxy.heal().unwrap();
    assert_eq!(pay(&payer, &proxy).await.unwrap().status(), 200);
    assert_eq!((gateway.booked(), proxy.requests_seen()), (1, 1));
}

#[tokio::test]
async fn healing_takes_back_what_has_not_struck() {
    let (_gateway, proxy, payer) = start().await;
    proxy.inject(Fault::HalfBody);
    proxy.heal().unwrap();
    assert_eq!(pay(&payer, &proxy).await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_answer_can_be_rewritten() {
    let (_gateway, proxy, payer) = start().await;
    proxy.inject(Fault::Rewritten {
        name: "another amount",
        rewrite: |_, _, mut answer| {
            *answer.status_mut() = StatusCode::ACCEPTED;
            answer.headers_mut().remove(header::CONTENT_TYPE);
            answer.map(|body| String::from_utf8_lossy(&body).replace("50000", "500000").into())
        },
    });
    let answer = pay(&payer, &proxy).await.unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    assert!(!answer.headers().contains_key(header::CONTENT_TYPE));
    assert_eq!(answer.body(), r#"{"state":"booked","amount":500000}"#);
    assert_eq!(pay(&payer, &proxy).await.unwrap().body(), BOOKED);
}

#[tokio::test]
async fn a_request_that_is_delivered_late_is_booked_after_an_inquiry() {
    let (gateway, proxy, payer) = start().await;
    proxy.inject(Fault::DeliveredLate);
    let lost = pay(&payer, &proxy).await.unwrap_err();
    assert_eq!(lost.kind, TransportErrorKind::ConnectionLost);
    proxy.settled().await;
    balance(&payer, &proxy).await.unwrap();
    assert_eq!((gateway.booked(), proxy.forwarded()), (0, 1));

    proxy.deliver_late().await.unwrap();
    assert_eq!((gateway.booked(), proxy.forwarded()), (1, 2));
    // It is delivered once.
    proxy.deliver_late().await.unwrap();
    assert_eq!(gateway.booked(), 1);
}
