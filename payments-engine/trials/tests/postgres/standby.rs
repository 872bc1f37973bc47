//! A standby that is promoted after its primary was lost. PostgreSQL's own programs create both
//! servers; without them the test prints that it is skipped.

use std::path::{Path, PathBuf};
use std::process::Command;

use payments_engine::RecordState;
use provider_mock::PayoutStart;
use sqlx::{Connection as _, postgres::PgConnection};

use engine_trials::database::Database;
use engine_trials::world::{
    MAIN, PATIENCE, World, free_port, holds_within, payout, state, waits_for_a_person,
};

/// The user that runs the servers if the test runs as root, as which they refuse to run.
const USER: &str = "postgres";

/// Two servers in a folder, which are stopped and removed when this value is dropped.
struct Servers {
    programs: PathBuf,
    folder: String,
    primary: u16,
    standby: u16,
}

/// Returns the folder with the newest version of the server's programs, if there is one.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let folders = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
    folders.filter(|folder| folder.join("initdb").exists()).max()
}

/// Runs a command as a user that may run a server, and returns what it prints, or `None` if it
/// fails.
fn run(command: &str) -> Option<String> {
    let mut shell = if rustix::process::geteuid().is_root() {
        let mut shell = Command::new("su");
        shell.args([USER, "-s", "/bin/sh"]);
        shell
    } else {
        Command::new("/bin/sh")
    };
    let output = shell.args(["-c", command]).current_dir("/").output().ok()?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if !output.status.success() {
        println!("{command}: {said} {}", String::from_utf8_lossy(&output.stderr));
        return None;
    }
    Some(said)
}

impl Servers {
    /// Creates a primary and its standby, and starts both.
    fn start() -> Option<Self> {
        let programs = programs()?;
        let folder = run("mktemp -d")?;
        let servers = Self { programs, folder, primary: free_port(), standby: free_port() };
        servers.run("initdb", "-N -A trust -U postgres -D {folder}/primary")?;
        servers.start_server("primary")?;
        let copy = format!(
            "-R -c fast -h 127.0.0.1 -p {} -U postgres -D {{folder}}/standby",
            servers.primary
        );
        servers.run("pg_basebackup", &copy)?;
        servers.start_server("standby")?;
        Some(servers)
    }

    /// Runs one of the server's programs.
    fn run(&self, program: &str, arguments: &str) -> Option<String> {
        let program = Path::new(&self.programs).join(program);
        let arguments = arguments.replace("{folder}", &self.folder);
        run(&format!("{} {arguments} >>{}/log 2>&1", program.display(), self.folder))
    }

    fn start_server(&self, name: &str) -> Option<()> {
        let port = if name == "primary" { self.primary } else { self.standby };
        let options = format!("-p {port} -h 127.0.0.1 -k {{folder}}");
        self.control(&format!("start -o '{options}' -l {{folder}}/{name}.log"), name)
    }

    fn control(&self, action: &str, name: &str) -> Option<()> {
        self.run("pg_ctl", &format!("{action} -w -D {{folder}}/{name}")).map(|_| ())
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for name in ["primary", "standby"] {
            // It may be stopped already.
            let _ = self.control("stop -m immediate", name);
        }
        let _ = run(&format!("rm -r {}", self.folder));
    }
}

/// Returns a world whose store is on the server at this port.
async fn world_at(port: u16, world: World) -> World {
    let database = Database::kept(&format!("postgres://postgres@127.0.0.1:{port}/postgres"));
    World { database: Some(database), ..world }
}

async fn is_replicated(port: u16, name: &str) -> bool {
    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
    let mut standby = PgConnection::connect(&url).await.unwrap();
    let sql = "SELECT count(*) FROM payments.payout WHERE reference = $1";
    // The table may not be there yet.
    let count = sqlx::query_scalar::<_, i64>(sql).bind(name).fetch_one(&mut standby).await;
    count.is_ok_and(|count| count == 1)
}

#[tokio::test]
async fn a_real_standby_that_is_promoted_waits_for_a_person_and_sends_nothing_again() {
    let Some(servers) = Servers::start() else {
        println!("skipped: the programs of a PostgreSQL server cannot be run");
        return;
    };
    let world = World::with(PayoutStart::Pending, 0).await;
    let world = world_at(servers.primary, world).await;
    let engine = world.engine(None).await;
    let _ = engine.submit(MAIN, &payout("P-0")).await.unwrap();
    let is_there = holds_within(PATIENCE, async || is_replicated(servers.standby, "P-0").await);
    assert!(is_there.await, "the standby does not follow its primary");
    // The standby never learns that the payout is sent.
    servers.control("stop -m fast", "standby").unwrap();
    engine.tick().await.unwrap();
    assert_eq!(world.carried_out("P-0"), 1);
    engine.stop().await;
    servers.control("stop -m immediate", "primary").unwrap();
    servers.start_server("standby").unwrap();
    let world = world_at(servers.standby, world).await;
    // Until it is promoted, it is read-only.
    let error = world.builder().start().await.unwrap_err();
    assert!(error.to_string().contains("is a standby, which accepts no writes"), "{error}");
    servers.control("promote", "standby").unwrap();
    waits_for_a_person(&world, 1, "a standby was promoted").await;
    assert_eq!(world.carried_out("P-0"), 1, "asked for, and not sent again");
    let engine = world.engine(None).await;
    assert_eq!(state(&engine, "P-0").await, RecordState::Pending);
    engine.stop().await;
}
