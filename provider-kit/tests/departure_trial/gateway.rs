//! A gateway that reads only when told to, and counts the bytes of the connection and of the
//! request.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::{ServerConfig, ServerConnection};
use tempfile::NamedTempFile;

use crate::child::{BODY, Wire};

/// A time that no step of a round takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Gateway {
    listener: TcpListener,
    tls: Option<(Arc<ServerConfig>, NamedTempFile)>,
    machine: NamedTempFile,
}

/// One connection, read on demand.
pub(crate) struct Connection {
    socket: TcpStream,
    client: SocketAddr,
    tls: Option<ServerConnection>,
    /// Bytes of the connection that were read: with TLS, those of its records.
    raw: u64,
    /// Bytes of the request that were read.
    request: u64,
}

impl Gateway {
    pub(crate) fn start(wire: Wire) -> Self {
        // The receive buffer is small, so that a body does not fit into the buffers of the
        // connection.
        let socket =
            socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(64 * 1024).unwrap();
        let address: SocketAddr = "127.0.0.1:0".parse().unwrap();
        socket.bind(&address.into()).unwrap();
        socket.listen(16).unwrap();
        let listener: TcpListener = socket.into();
        listener.set_nonblocking(true).unwrap();
        Self { listener, tls: (wire == Wire::Tls).then(identity), machine: stranger() }
    }

    pub(crate) fn url(&self) -> String {
        let port = self.listener.local_addr().unwrap().port();
        match self.tls {
            Some(_) => format!("https://gateway.example:{port}/payouts"),
            None => format!("http://127.0.0.1:{port}/payouts"),
        }
    }

    /// Returns the file of the root that the child trusts.
    pub(crate) fn root(&self) -> Option<&str> {
        self.tls.as_ref().map(|(_, root)| root.path().to_str().unwrap())
    }

    /// Returns the file of the certificates that the child's machine trusts. The gateway's is not
    /// among them.
    pub(crate) fn machine(&self) -> &Path {
        self.machine.path()
    }

    /// Returns the next connection, with TLS complete if it is used, and without reading from it.
    pub(crate) fn accept(&self) -> Option<Connection> {
        let until = Instant::now() + PATIENCE;
        let (socket, client) = loop {
            match self.listener.accept() {
                Ok(accepted) => break accepted,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    assert!(Instant::now() < until, "the child does not connect");
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(error) => panic!("{error}"),
            }
        };
        socket.set_nonblocking(false).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut connection = Connection { socket, client, tls: None, raw: 0, request: 0 };
        if let Some((config, _)) = &self.tls {
            let mut tls = ServerConnection::new(Arc::clone(config)).unwrap();
            while tls.is_handshaking() {
                let mut counted = Counted(&connection.socket, &mut connection.raw);
                tls.complete_io(&mut counted).ok()?;
            }
            connection.tls = Some(tls);
        }
        Some(connection)
    }
}

impl Connection {
    /// Reads everything that the stopped client has written, including what its operating system
    /// still has to send, and returns the number of bytes of the connection.
    pub(crate) fn drain_stopped(&mut self) -> u64 {
        self.socket.set_nonblocking(true).unwrap();
        let until = Instant::now() + PATIENCE;
        loop {
            let sent = self.unsent() == 0;
            while self.read_some().is_ok_and(|n| n > 0) {}
            if sent {
                break;
            }
            assert!(Instant::now() < until, "the client's system does not send what it holds");
            std::thread::sleep(Duration::from_millis(1));
        }
        self.socket.set_nonblocking(false).unwrap();
        self.raw
    }

    /// Reads to the end of the connection, or ends it after a whole request, and returns the number
    /// of bytes of the connection.
    pub(crate) fn drain(&mut self) -> u64 {
        loop {
            if self.whole_request() {
                self.socket.shutdown(Shutdown::Both).unwrap();
                return self.raw;
            }
            match self.read_some() {
                Ok(0) => return self.raw,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return self.raw,
                Err(error) => panic!("the connection does not end: {error}"),
            }
        }
    }

    /// Bytes of the request that were read.
    pub(crate) fn request(&self) -> u64 {
        self.request
    }

    /// Returns whether the whole request was read.
    pub(crate) fn whole_request(&self) -> bool {
        self.request > BODY as u64
    }

    fn read_some(&mut self) -> io::Result<usize> {
        let mut some = vec![0; 64 * 1024];
        let n = (&self.socket).read(&mut some)?;
        self.raw += n as u64;
        let Some(tls) = &mut self.tls else {
            self.request += n as u64;
            return Ok(n);
        };
        let mut records = &some[..n];
        while !records.is_empty() {
            tls.read_tls(&mut records).unwrap();
            let state = tls.process_new_packets().unwrap();
            let mut plain = vec![0; state.plaintext_bytes_to_read()];
            tls.reader().read_exact(&mut plain).unwrap();
            self.request += plain.len() as u64;
        }
        Ok(n)
    }

    /// Returns the bytes in the client's operating system: written and not yet acknowledged.
    fn unsent(&self) -> u64 {
        // Other connections may have the same client port, so both ends identify the connection.
        let (client, own) = (hex(self.client), hex(self.socket.local_addr().unwrap()));
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
        let row = table.lines().find(|row| {
            let mut fields = row.split_whitespace().skip(1);
            fields.next() == Some(&client) && fields.next() == Some(&own)
        });
        let queues = row.and_then(|row| row.split_whitespace().nth(4)).expect("the connection");
        let (unsent, _) = queues.split_once(':').unwrap();
        u64::from_str_radix(unsent, 16).unwrap()
    }
}

/// Returns an address as `/proc/net/tcp` spells it.
fn hex(address: SocketAddr) -> String {
    let SocketAddr::V4(address) = address else { panic!("{address} is not IPv4") };
    format!("{:08X}:{:04X}", u32::from_le_bytes(address.ip().octets()), address.port())
}

/// A socket that counts the bytes read from it.
struct Counted<'a>(&'a TcpStream, &'a mut u64);

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.0.read(into)?;
        *self.1 += n as u64;
        Ok(n)
    }
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Returns a certificate of `gateway.example`, created now, and the file from which the child reads
/// it.
fn identity() -> (Arc<ServerConfig>, NamedTempFile) {
    let made = rcgen::generate_simple_self_signed(vec!["gateway.example".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(&certificate).unwrap();
    let key = made.signing_key.serialize_der().try_into().unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    (Arc::new(config), file)
}

/// Returns a file with the certificate of somebody else.
fn stranger() -> NamedTempFile {
    let made = rcgen::generate_simple_self_signed(vec!["stranger.example".to_owned()]).unwrap();
    let mut file = NamedTempFile::new().unwrap();
    let text = STANDARD.encode(made.cert.der());
    writeln!(file, "-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----").unwrap();
    file
}
