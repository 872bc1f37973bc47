//! Header names are spelt exactly as on SePay's pages, read from the socket.

use simulator_sepay::{SePaySimulator, Webhook, WebhookAuth, WebhookBody};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::world::{arrive, form, settings, start};

/// A receiver that keeps the bytes of each request and responds with 200.
struct Socket {
    listener: TcpListener,
}

impl Socket {
    async fn open() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    fn at(&self, path: &str) -> http::Uri {
        format!("http://{}{path}", self.listener.local_addr().unwrap()).parse().unwrap()
    }

    /// The head of the next request.
    async fn next_head(&self) -> String {
        let (mut stream, _) = self.listener.accept().await.unwrap();
        let mut seen = Vec::new();
        let end = loop {
            assert_ne!(stream.read_buf(&mut seen).await.unwrap(), 0, "a whole head");
            if let Some(end) = seen.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
        };
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        String::from_utf8(seen[..end].to_vec()).unwrap()
    }
}

/// The names of the headers of a head.
fn names(head: &str) -> Vec<&str> {
    head.lines().skip(1).filter_map(|line| line.split_once(':')).map(|(name, _)| name).collect()
}

async fn head_of_a_transfer(socket: &Socket, sepay: &SePaySimulator) -> String {
    let (head, transfer) =
        tokio::join!(socket.next_head(), sepay.bank_transfer("0900000001", 1, "x"));
    assert!(transfer.unwrap().deliveries[0].acknowledged);
    head
}

#[tokio::test]
async fn webhooks_have_the_header_names_of_sepays_pages() {
    for (auth, printed) in [
        (WebhookAuth::None, vec![]),
        (WebhookAuth::ApiKey { key: "k".to_owned() }, vec!["Authorization"]),
        (
            WebhookAuth::HmacSha256 { secret: "s".to_owned() },
            vec!["X-SePay-Signature", "X-SePay-Timestamp"],
        ),
    ] {
        for body in [WebhookBody::Json, WebhookBody::Form, WebhookBody::Multipart] {
            let socket = Socket::open().await;
            let webhook = Webhook::new(socket.at("/hook?shop=7"), auth.clone()).with_body(body);
            let sepay = start(settings().with_webhook(webhook)).await;
            let head = head_of_a_transfer(&socket, &sepay).await;
            assert!(head.starts_with("POST /hook?shop=7 HTTP/1.1\r\n"), "{head}");
            let names = names(&head);
            for name in printed.iter().chain(&["Content-Type", "Content-Length", "Host"]) {
                assert!(names.contains(name), "{name} in {names:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_ipn_has_its_secret_under_the_name_of_sepays_page() {
    let socket = Socket::open().await;
    let sepay = start(settings().with_ipn_url(socket.at("/ipn"))).await;
    arrive(&sepay, form(sepay.settings(), "DH-1", &[])).await;
    let (head, paid) = tokio::join!(socket.next_head(), sepay.buyer_pays("DH-1"));
    assert!(paid.unwrap()[0].acknowledged);
    assert!(names(&head).contains(&"X-Secret-Key"), "{head}");
}
