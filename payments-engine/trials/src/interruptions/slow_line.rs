//! A line to a gateway on which requests take some time.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Forwards connections to the server at this URL, and delays what clients send. Returns the URL of
/// the line, which ends with its runtime. What a client sent arrives even if the client has ended.
pub(super) async fn start(url: &str, delay: Duration) -> String {
    let server = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let line = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(forward(client, server.clone(), delay));
        }
    });
    line
}

async fn forward(client: TcpStream, server: String, delay: Duration) {
    let Ok(server) = TcpStream::connect(server).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    // An error means that one of both has ended.
    tokio::spawn(async move {
        let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
    });
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
        tokio::time::sleep(delay).await;
        if to_server.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
