//! The signals that end the sandbox: Ctrl-C, and SIGTERM on systems that have it.

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that end the sandbox, counted from the creation of this value.
pub(super) struct EndSignals {
    #[cfg(unix)]
    signals: std::io::Result<(Signal, Signal)>,
}

impl EndSignals {
    #[cfg(unix)]
    pub(super) fn new() -> Self {
        let terminate = signal(SignalKind::terminate());
        let interrupt = signal(SignalKind::interrupt());
        Self { signals: terminate.and_then(|terminate| Ok((terminate, interrupt?))) }
    }

    #[cfg(not(unix))]
    pub(super) fn new() -> Self {
        Self {}
    }

    /// Waits for one of the signals. If they cannot be received, it returns immediately.
    pub(super) async fn received(self) {
        #[cfg(unix)]
        if let Ok((mut terminate, mut interrupt)) = self.signals {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}
