//! A database of PostgreSQL for each trial, dropped after it.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use payments_engine::Store;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _,
    postgres::{PgConnectOptions, PgConnection},
};

/// The variable with the URL of a server on which databases may be created, such as
/// `postgres://postgres@127.0.0.1:5432/test`.
pub const URL: &str = "PAYMENTS_TEST_POSTGRES_URL";

/// The variable that selects the store of the trials: `postgres`, or SQLite if it has another
/// value.
const STORE: &str = "ENGINE_TRIAL_STORE";

/// The variable with the names of databases that the trials of a process reuse, because dropping
/// one takes a second.
const POOL: &str = "ENGINE_TRIAL_DATABASES";

/// How long an engine of a trial may be silent before the others take over its work.
pub const SILENCE: Duration = Duration::from_secs(1);

/// A database of its own, until this value is dropped.
#[derive(Debug)]
pub struct Database {
    server: PgConnectOptions,
    name: String,
    url: String,
    end: End,
}

/// What happens to a database once its trial is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It is dropped.
    Dropped,
    /// It is emptied, and returned to the pool.
    Pooled,
    /// It stays, because its whole server is the trial's.
    Kept,
}

/// Whether the trials run on PostgreSQL.
pub fn is_chosen() -> bool {
    std::env::var(STORE).is_ok_and(|store| store == "postgres")
}

/// Runs the tests of this binary again on PostgreSQL, except for those whose names contain a word
/// of `skipped`. Without [`URL`] it only prints that it skips them.
pub fn run_again_on_postgres(skipped: &[&str]) {
    if std::env::var(URL).is_err() {
        println!("skipped: {URL} is not set, so that nothing runs on PostgreSQL");
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let databases: Vec<_> = (0..4).map(|_| runtime.block_on(Database::create()).unwrap()).collect();
    let names: Vec<_> = databases.iter().map(Database::name).collect();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--nocapture", "--test-threads=2", "--skip", "on_postgres"]);
    for word in skipped {
        command.args(["--skip", word]);
    }
    command.env(STORE, "postgres").env(POOL, names.join(" "));
    let output = command.stderr(Stdio::piped()).output().unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "on PostgreSQL:\n{out}\n{err}");
    for line in out.lines().filter(|line| line.starts_with('|')) {
        println!("{line}");
    }
    let passed = out.lines().find_map(|line| line.strip_prefix("test result: ok. ")).unwrap();
    println!("on PostgreSQL: {passed}");
}

impl Database {
    /// Creates a database. Prints a note and returns `None` if there is no server.
    pub async fn create() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var(URL) else {
            println!("skipped: {URL} is not set");
            return None;
        };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("engine_trial_{}_{number}", std::process::id());
        let database = Self::of(&server, name, End::Dropped);
        let mut connection = database.connect_beside().await;
        let sql = AssertSqlSafe(format!("CREATE DATABASE {}", database.name));
        connection.execute(sql).await.unwrap();
        connection.close().await.unwrap();
        Some(database)
    }

    /// Creates the database of a trial, if the trials run on PostgreSQL.
    pub fn if_chosen() -> Option<Self> {
        is_chosen().then(|| wait_for(Self::take()).unwrap_or_else(|| panic!("{URL} is not set")))
    }

    /// Takes an empty database of the pool, or creates one.
    async fn take() -> Option<Self> {
        let free = pool().lock().unwrap().pop();
        match (free, std::env::var(URL)) {
            (Some(name), Ok(server)) => Some(Self::of(&server, name, End::Pooled)),
            _ => Self::create().await,
        }
    }

    /// Returns the database at this URL, on a server of the trial's own.
    pub fn kept(url: &str) -> Self {
        let (_, name) = url.rsplit_once('/').unwrap();
        Self::of(url, name.to_owned(), End::Kept)
    }

    fn of(server: &str, name: String, end: End) -> Self {
        let (path, settings) = server.split_once('?').unwrap_or((server, ""));
        let (path, _) = path.rsplit_once('/').unwrap();
        let url = format!("{path}/{name}?{settings}").trim_end_matches('?').to_owned();
        let server: PgConnectOptions = server.parse().unwrap();
        Self { server: server.disable_statement_logging(), name, url, end }
    }

    /// Returns its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the port of its server.
    pub fn port(&self) -> u16 {
        self.server.get_port()
    }

    /// Returns its URL through a proxy on loopback, without TLS.
    pub fn url_at(&self, port: u16) -> String {
        let server = format!(":{}/", self.port());
        let url = self.url.replace(&server, &format!(":{port}/"));
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}sslmode=disable")
    }

    /// Returns the store in it.
    pub fn store(&self) -> Store {
        Store::postgres(&self.url)
    }

    /// Connects to it.
    pub async fn connect(&self) -> PgConnection {
        self.server.clone().database(&self.name).connect().await.unwrap()
    }

    /// Returns everything in it, as text.
    pub fn text(&self) -> String {
        wait_for(async {
            let mut connection = self.connect().await;
            let sql = "SELECT schema_to_xml('payments', true, true, '')::text";
            sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
        })
    }

    /// Connects to another database of its server.
    pub async fn connect_beside(&self) -> PgConnection {
        self.server.connect().await.unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name, end) = (self.server.clone(), self.name.clone(), self.end);
        if end == End::Kept {
            return;
        }
        // The caller may be inside a runtime.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                if end == End::Pooled {
                    empty(&server, name).await
                } else {
                    let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                    server.connect().await?.execute(AssertSqlSafe(sql)).await.map(|_| ())
                }
            })?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        });
        if let Ok(Err(error)) = dropping.join() {
            println!("{} is left behind: {error}", self.name);
        }
    }
}

/// Waits for a future on a thread of its own, so that a caller inside a runtime may wait.
pub fn wait_for<T: Send>(work: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        let working = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(work)
        });
        working.join().unwrap()
    })
}

fn pool() -> &'static Mutex<Vec<String>> {
    static NAMES: OnceLock<Mutex<Vec<String>>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let names = std::env::var(POOL).unwrap_or_default();
        Mutex::new(names.split_whitespace().map(ToOwned::to_owned).collect())
    })
}

/// Empties a database and returns it to the pool, once its engines have ended. An engine that has
/// not ended keeps its database, because it would treat the next store in it as an older copy.
async fn empty(server: &PgConnectOptions, name: String) -> Result<(), sqlx::Error> {
    let mut connection = server.clone().database(&name).connect().await?;
    let until = Instant::now() + Duration::from_secs(3);
    let sql = "SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    while sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut connection).await? > 0 {
        if Instant::now() > until {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    connection.execute("DROP SCHEMA IF EXISTS payments CASCADE").await?;
    connection.close().await?;
    pool().lock().unwrap().push(name);
    Ok(())
}
