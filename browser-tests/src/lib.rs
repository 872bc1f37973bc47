//! Chromium for the tests of pages: what they show and do in a browser, with and without scripts,
//! on a phone, in the dark, and for people who cannot see them.
//!
//! The browser is driven by `driver.mjs` in a process of its own, one for all tests of a program.
//! A test that uses it needs a multi-threaded runtime, because its calls block the thread.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a part of tests, which may panic"
)]

mod install;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::{Value, json};

const REQUESTED: &str = "BROWSER_TESTS";

/// Whether tests in a browser are to run; says on standard error what is skipped or runs.
pub fn is_requested(test: &str) -> bool {
    let is_requested = std::env::var_os(REQUESTED).is_some_and(|value| !value.is_empty());
    // Past the capture of the test harness: what is skipped is not to be overlooked.
    let line = match is_requested {
        true => format!("\nbrowser test {test} runs\n"),
        false => format!("\nSKIPPED {test}: it needs Chromium; set {REQUESTED}=1 to run it\n"),
    };
    let _ = std::io::stderr().write_all(line.as_bytes());
    is_requested
}

/// The process that drives Chromium.
struct Driver {
    /// Ends by itself when its standard input closes, which is when the test program ends.
    _process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Driver {
    fn start() -> Self {
        let folder = install::packages();
        let script = folder.join("driver.mjs");
        std::fs::write(&script, include_str!("driver.mjs")).unwrap();
        let mut command = Command::new("node");
        command.arg(script).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        for proxy in ["http_proxy", "https_proxy", "all_proxy"] {
            command.env_remove(proxy).env_remove(proxy.to_uppercase());
        }
        let mut child = command.spawn().expect("node has to be installed");
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { _process: child, input, output: BufReader::new(output) }
    }

    fn call(&mut self, command: &Value) -> Result<Value, String> {
        writeln!(self.input, "{command}").expect("the driver of Chromium ended");
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let reply: Value = serde_json::from_str(&line).expect("the driver of Chromium ended");
        match reply.get("error") {
            Some(error) => Err(format!("{command}: {}", error.as_str().unwrap_or_default())),
            None => Ok(reply["result"].clone()),
        }
    }
}

fn call(command: Value) -> Value {
    static DRIVER: OnceLock<Mutex<Driver>> = OnceLock::new();
    tokio::task::block_in_place(|| {
        let driver = DRIVER.get_or_init(|| Mutex::new(Driver::start()));
        driver.lock().unwrap_or_else(PoisonError::into_inner).call(&command)
    })
    .unwrap_or_else(|error| panic!("{error}"))
}

/// How a browser is set up.
#[derive(Clone, Debug, Default)]
pub struct Setup(serde_json::Map<String, Value>);

impl Setup {
    /// A desktop in light colours that prefers English, with scripts.
    pub fn desktop() -> Self {
        Self::default().with("viewport", json!({ "width": 1100, "height": 800 }))
    }

    /// A phone.
    pub fn phone() -> Self {
        Self::default()
            .with("viewport", json!({ "width": 390, "height": 780 }))
            .with("isMobile", json!(true))
            .with("hasTouch", json!(true))
    }

    fn with(mut self, name: &str, value: Value) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    /// In dark colours.
    #[must_use]
    pub fn dark(self) -> Self {
        self.with("colorScheme", json!("dark"))
    }

    /// Prefers this language, such as `vi-VN`.
    #[must_use]
    pub fn language(self, tag: &str) -> Self {
        self.with("locale", json!(tag))
    }

    /// Runs no scripts.
    #[must_use]
    pub fn without_scripts(self) -> Self {
        self.with("javaScriptEnabled", json!(false))
    }

    /// Sends this name and password where they are asked for.
    #[must_use]
    pub fn password(self, name: &str, password: &str) -> Self {
        self.with("httpCredentials", json!({ "username": name, "password": password }))
    }
}

/// A browser with one page, cookies of its own, and nothing remembered. Every call waits until what
/// it names is there, for some seconds at most, and panics otherwise.
#[derive(Debug)]
pub struct Chromium {
    page: u64,
}

impl Chromium {
    /// Opens a browser.
    pub fn open(setup: &Setup) -> Self {
        let page = call(json!({ "do": "open", "setup": setup.0 }));
        Self { page: page.as_u64().unwrap() }
    }

    fn act(&self, name: &str, arguments: Value) -> Value {
        let mut command = json!({ "do": name, "page": self.page });
        let members = command.as_object_mut().unwrap();
        members.extend(arguments.as_object().cloned().unwrap_or_default());
        call(command)
    }

    /// Goes to an address; returns the HTTP status.
    pub fn goto(&self, url: &str) -> u64 {
        self.act("goto", json!({ "url": url })).as_u64().unwrap()
    }

    /// The address that it is at.
    pub fn url(&self) -> String {
        self.act("url", json!({})).as_str().unwrap().to_owned()
    }

    /// Clicks what the selector of Playwright finds, which has to be one element.
    pub fn click(&self, selector: &str) {
        self.act("click", json!({ "selector": selector }));
    }

    /// Clicks what opens a page in another tab, and returns that.
    pub fn click_opens(&self, selector: &str) -> Self {
        let page = self.act("clickOpens", json!({ "selector": selector }));
        Self { page: page.as_u64().unwrap() }
    }

    /// Types a text into a field.
    pub fn fill(&self, selector: &str, text: &str) {
        self.act("fill", json!({ "selector": selector, "text": text }));
    }

    /// Chooses an option by its value.
    pub fn select(&self, selector: &str, value: &str) {
        self.act("select", json!({ "selector": selector, "value": value }));
    }

    /// The visible text of an element.
    pub fn text(&self, selector: &str) -> String {
        self.act("text", json!({ "selector": selector })).as_str().unwrap().to_owned()
    }

    /// Waits until an element that the selector finds is visible.
    pub fn wait_for(&self, selector: &str) {
        self.act("waitFor", json!({ "selector": selector }));
    }

    /// The number of elements that the selector finds now.
    pub fn count(&self, selector: &str) -> u64 {
        self.act("count", json!({ "selector": selector })).as_u64().unwrap()
    }

    /// The value of an attribute of an element.
    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let value = self.act("attribute", json!({ "selector": selector, "name": name }));
        value.as_str().map(str::to_owned)
    }

    /// Loads the page again.
    pub fn reload(&self) {
        self.act("reload", json!({}));
    }

    /// What was last copied to the clipboard.
    pub fn clipboard(&self) -> String {
        self.act("clipboard", json!({})).as_str().unwrap().to_owned()
    }

    /// Stores a picture of the whole page as `target/browser/{name}.png`.
    pub fn picture(&self, name: &str) {
        let path = install::folder().join(format!("{name}.png"));
        self.act("picture", json!({ "path": path }));
    }

    /// Asserts that the page is accessible by the rules of axe-core (labels, contrast, headings,
    /// language), is no wider than the window, and caused no error in a script.
    pub fn assert_well_made(&self) {
        let problems = self.act("problems", json!({}));
        assert_eq!(problems, json!([]), "{}: {problems:#}", self.url());
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // After a failed test, the process may have ended already.
        if !std::thread::panicking() {
            self.act("close", json!({}));
        }
    }
}

/// Where pictures are stored: `target/browser`.
pub fn pictures() -> PathBuf {
    install::folder()
}
