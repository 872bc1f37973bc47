//! The flag `--state`: a file that preserves the gateways' data over restarts.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{exit::Failure, simulator::RunningSimulator};

/// The version of the file's format.
const VERSION: u32 = 1;

/// How long a change may wait until it is written.
const INTERVAL: Duration = Duration::from_millis(250);

/// The contents of the file. It contains the secrets of webhooks and tokens, so only its owner can
/// read it.
#[derive(Serialize, Deserialize)]
struct Content {
    version: u32,
    /// The data of each gateway, by the kind of the provider.
    gateways: BTreeMap<String, Value>,
}

/// A file that preserves the gateways' data.
pub(super) struct StateFile {
    path: PathBuf,
    /// The text that was last written.
    written: String,
}

type Gateways = [(&'static str, RunningSimulator)];

impl StateFile {
    /// Loads the data of the file into the gateways. A file that does not exist counts as empty.
    pub(super) fn open(path: &Path, gateways: &Gateways) -> Result<Self, Failure> {
        let file = Self { path: path.to_owned(), written: String::new() };
        match fs::read_to_string(path) {
            Ok(text) => file.restore(&text, gateways)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(file.unusable(error)),
        }
        Ok(file)
    }

    fn restore(&self, text: &str, gateways: &Gateways) -> Result<(), Failure> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let damaged = |error: serde_json::Error| {
            // The message of serde_json may quote a value, which may be a secret.
            let place = format!("line {}, column {}", error.line(), error.column());
            self.unusable(format!("it is damaged at {place}"))
        };
        let Versioned { version } = serde_json::from_str(text).map_err(damaged)?;
        if version != VERSION {
            let message = format!("it has the form {version}, and this program reads {VERSION}");
            return Err(self.unusable(message));
        }
        let mut content: Content = serde_json::from_str(text).map_err(damaged)?;
        for (kind, gateway) in gateways {
            let Some(control) = gateway.control.as_ref().filter(|it| it.state().is_some()) else {
                continue;
            };
            let state = content.gateways.remove(*kind).ok_or_else(|| {
                self.unusable(format!("it belongs to other gateways: it has nothing of {kind}"))
            })?;
            control.restore(state).map_err(|error| self.unusable(format!("{kind}: {error}")))?;
        }
        match content.gateways.keys().next() {
            Some(other) => {
                Err(self
                    .unusable(format!("it belongs to other gateways: there is no {other} here")))
            }
            None => Ok(()),
        }
    }

    fn unusable(&self, why: impl std::fmt::Display) -> Failure {
        let advice = "move it away to begin with nothing";
        Failure::usage("--state", format!("{}: {why}; {advice}", self.path.display()))
    }

    /// Writes the gateways' data, if it changed.
    pub(super) fn save(&mut self, gateways: &Gateways) -> Result<(), Failure> {
        let gateways = gateways.iter().filter_map(|(kind, gateway)| {
            Some(((*kind).to_owned(), gateway.control.as_ref()?.state()?))
        });
        let content = Content { version: VERSION, gateways: gateways.collect() };
        let cannot = |error: &dyn std::fmt::Display| {
            Failure::Machine(format!("--state: {} cannot be written: {error}", self.path.display()))
        };
        let text = serde_json::to_string(&content).map_err(|error| cannot(&error))?;
        if text != self.written {
            write(&self.path, &text).map_err(|error| cannot(&error))?;
            self.written = text;
        }
        Ok(())
    }

    /// Writes every change, and returns when a write fails.
    pub(super) async fn keep(&mut self, gateways: &Gateways) -> Failure {
        let mut ticks = tokio::time::interval(INTERVAL);
        loop {
            ticks.tick().await;
            if let Err(failure) = self.save(gateways) {
                return failure;
            }
        }
    }
}

/// Replaces a file so that it always has either the old contents or the new ones.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    #[cfg(unix)]
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}
