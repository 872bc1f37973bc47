//! The responses that can be read, and those that cannot.

use provider_kit::transport::{Transport, TransportErrorKind};

use crate::gateway::{Gateway, WIRES, settings};

/// Returns the status and the body that a client reads if a gateway sends these pieces one by one,
/// and then closes the connection if `closes`, or keeps it.
async fn answered(
    pieces: &'static [&'static str],
    closes: bool,
) -> Vec<Result<(u16, String), TransportErrorKind>> {
    let mut outcomes = Vec::new();
    for wire in WIRES {
        let gateway = Gateway::start(wire, move |mut connection| async move {
            if connection.request().await.is_none() {
                return;
            }
            for piece in pieces {
                connection.write(piece).await;
                tokio::task::yield_now().await;
            }
            match closes {
                true => connection.close().await,
                false => connection.drain().await,
            }
        })
        .await;
        let settings = settings().with_largest_answer(16);
        let client = gateway.builder(settings).build().unwrap();
        let outcome = client.send(gateway.instruction("pay")).await;
        outcomes.push(match outcome {
            Ok(response) => {
                let body = String::from_utf8(response.body().to_vec()).unwrap();
                Ok((response.status().as_u16(), body))
            }
            Err(error) => Err(error.kind),
        });
    }
    outcomes
}

#[tokio::test]
async fn a_body_is_read_by_length_in_chunks_or_until_close() {
    let both = |status, body: &str| vec![Ok((status, body.to_owned())); 2];
    let by_length = &["HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\npaid"];
    assert_eq!(answered(by_length, false).await, both(200, "paid"));
    let chunked = &[
        "HTTP/1.1 201 X\r\ntransfer-encoding: chunked\r\n\r\n",
        "2\r\npa\r\n2\r\nid\r\n0\r\n\r\n",
    ];
    assert_eq!(answered(chunked, false).await, both(201, "paid"));
    let until_close = &["HTTP/1.1 200 OK\r\n\r\npa", "id"];
    assert_eq!(answered(until_close, true).await, both(200, "paid"));
    let until_close = &["HTTP/1.0 200 OK\r\n\r\npaid"];
    assert_eq!(answered(until_close, true).await, both(200, "paid"));
    let without_body = &["HTTP/1.1 204 No Content\r\n\r\n"];
    assert_eq!(answered(without_body, false).await, both(204, ""));
    let redirect =
        &["HTTP/1.1 307 X\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n"];
    assert_eq!(answered(redirect, false).await, both(307, ""));
}

#[tokio::test]
async fn informational_responses_are_skipped() {
    let pieces = &[
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\npaid",
    ];
    assert_eq!(answered(pieces, false).await, vec![Ok((200, "paid".to_owned())); 2]);
}

#[tokio::test]
async fn a_response_that_comes_byte_by_byte_is_read_whole() {
    const PIECES: &[&str] = &[
        "H",
        "T",
        "T",
        "P",
        "/1.1 2",
        "00 ",
        "OK\r",
        "\ncontent-",
        "length: 4\r\n",
        "\r",
        "\n",
        "p",
        "a",
        "i",
        "d",
    ];
    assert_eq!(answered(PIECES, false).await, vec![Ok((200, "paid".to_owned())); 2]);
}

#[tokio::test]
async fn a_response_that_is_too_large_is_not_read_to_its_end() {
    let too_large = vec![Err(TransportErrorKind::TooLarge); 2];
    let by_length = &["HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n0123456789abcdefg"];
    assert_eq!(answered(by_length, false).await, too_large);
    let chunked = &[
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        "9\r\n012345678\r\n",
        "9\r\n9abcdefgh\r\n",
    ];
    assert_eq!(answered(chunked, false).await, too_large);
    let until_close = &["HTTP/1.1 200 OK\r\n\r\n0123456789", "abcdefgh"];
    assert_eq!(answered(until_close, false).await, too_large);
    let fits = &["HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n0123456789abcdef"];
    assert_eq!(answered(fits, false).await, vec![Ok((200, "0123456789abcdef".to_owned())); 2]);
}

#[tokio::test]
async fn a_response_that_ends_early_or_is_no_http_is_a_lost_connection() {
    let lost = vec![Err(TransportErrorKind::ConnectionLost); 2];
    assert_eq!(answered(&["HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\npaid"], true).await, lost);
    let chunked = &["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\npaid\r\n"];
    assert_eq!(answered(chunked, true).await, lost);
    assert_eq!(answered(&["HTTP/1.1 200 OK\r\nconte"], true).await, lost);
    assert_eq!(answered(&["SSH-2.0-OpenSSH_9.9\r\n"], true).await, lost);
    assert_eq!(answered(&[], true).await, lost);
}
