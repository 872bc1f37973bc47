//! `NotSent` is returned exactly if no byte was given to the connection, and never for a request of
//! which the gateway read a byte.

use std::sync::Arc;
use std::time::Duration;

use provider_kit::transport::{BootInstant, DepartureDecision, Transport, TransportErrorKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::gateway::{Gateway, Journal, WIRES, Wire, settings};

/// What a gateway does to a connection instead of responding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Refuse,
    CloseAtAccept,
    ResetAtAccept,
    StallBeforeTls,
    NoTls,
    CloseUnread,
    ResetAfterOneByte,
    CloseAfterOneByte,
    CloseAfterTheRequest,
    SilentAfterTheRequest,
    HalfAnAnswer,
}

const FAULTS: [Fault; 11] = [
    Fault::Refuse,
    Fault::CloseAtAccept,
    Fault::ResetAtAccept,
    Fault::StallBeforeTls,
    Fault::NoTls,
    Fault::CloseUnread,
    Fault::ResetAfterOneByte,
    Fault::CloseAfterOneByte,
    Fault::CloseAfterTheRequest,
    Fault::SilentAfterTheRequest,
    Fault::HalfAnAnswer,
];

/// Returns whether nothing is sent, or `None` if both may happen because the gateway ends a
/// connection while it is being used.
fn nothing_leaves(wire: Wire, fault: Fault) -> Option<bool> {
    match (fault, wire) {
        (Fault::Refuse, _) => Some(true),
        (
            Fault::CloseAtAccept | Fault::ResetAtAccept | Fault::StallBeforeTls | Fault::NoTls,
            Wire::Tls,
        ) => Some(true),
        (Fault::CloseAtAccept | Fault::ResetAtAccept | Fault::NoTls, Wire::Plain) => None,
        (Fault::CloseUnread, _) => None,
        _ => Some(false),
    }
}

async fn gateway(wire: Wire, fault: Fault) -> Gateway {
    match fault {
        Fault::Refuse => {
            let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
            Gateway::at(wire, closed)
        }
        Fault::CloseAtAccept | Fault::ResetAtAccept | Fault::StallBeforeTls | Fault::NoTls => {
            Gateway::accepting(wire, move |mut socket, _| async move {
                match fault {
                    Fault::ResetAtAccept => socket.set_zero_linger().unwrap(),
                    Fault::StallBeforeTls => drop(socket.read(&mut [0; 1]).await),
                    Fault::NoTls => drop(socket.write_all(b"HTTP/1.1 400 Bad\r\n\r\n").await),
                    _ => {}
                }
                if fault == Fault::StallBeforeTls {
                    std::future::pending::<()>().await;
                }
            })
            .await
        }
        _ => {
            Gateway::start(wire, move |mut connection| async move {
                match fault {
                    Fault::CloseUnread => {}
                    Fault::ResetAfterOneByte => connection.read_one().await,
                    Fault::CloseAfterOneByte => {
                        connection.read_one().await;
                        connection.close().await;
                        return;
                    }
                    Fault::HalfAnAnswer => {
                        connection.request().await;
                        connection.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\npai").await;
                    }
                    _ => drop(connection.request().await),
                }
                if fault == Fault::SilentAfterTheRequest {
                    connection.drain().await;
                }
            })
            .await
        }
    }
}

#[tokio::test]
async fn nothing_left_is_returned_exactly_if_nothing_was_written() {
    for wire in WIRES {
        for fault in FAULTS {
            let gateway = gateway(wire, fault).await;
            let settings = settings().with_timeout(Duration::from_millis(300));
            let client = gateway.builder(settings).build().unwrap();
            let journal = Arc::new(Journal::default());
            let call = gateway.instruction("pay").with_departure(journal.clone());
            let error = client.send(call).await.unwrap_err();
            let nothing_left = error.kind == TransportErrorKind::NotSent;
            let (wrote, read) = (journal.wrote(), gateway.read());
            let case = format!("{wire:?} {fault:?}: {error:?}, wrote {wrote}, read {read}");
            assert_eq!(nothing_left, wrote == 0, "{case}");
            assert!(read <= wrote, "{case}");
            assert!(journal.asked() <= 1, "{case}");
            if let Some(expected) = nothing_leaves(wire, fault) {
                assert_eq!(nothing_left, expected, "{case}");
            }
        }
    }
}

#[tokio::test]
async fn an_instruction_that_is_not_released_does_not_leave() {
    for wire in WIRES {
        for decision in [
            DepartureDecision::Stay { why: "the permit was taken".to_owned() },
            DepartureDecision::Go { not_after: BootInstant::from_since_boot(Duration::ZERO) },
        ] {
            let gateway = Gateway::start(wire, |mut connection| async move {
                connection.drain().await;
            })
            .await;
            let journal = Arc::new(Journal::new(decision.clone()));
            let call = gateway.instruction("pay").with_departure(journal.clone());
            let error = gateway.client().send(call).await.unwrap_err();
            let case = format!("{wire:?} {decision:?}: {error:?}");
            assert_eq!(error.kind, TransportErrorKind::NotSent, "{case}");
            while gateway.connections() == 0 {
                tokio::task::yield_now().await;
            }
            assert_eq!((journal.asked(), journal.wrote(), gateway.read()), (1, 0, 0), "{case}");
        }
    }
}
