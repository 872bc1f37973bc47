//! `engine`: shows the engine's store, and records a person's decisions.

mod lists;
mod reconcile;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use payments::{
    OrderRef, Payments, PayoutRef, ProviderId,
    config::Environ,
    engine::{CaseId, Decision, Engine, EngineBuilder, RecordState},
    money::Language,
    registry::{Context, Registry},
    transport::{HttpClient, HttpClientSettings},
};

use crate::{
    configuration,
    exit::{Ended, Exit, Failure},
    offline,
    output::{self, BAD, STRONG, styled, word},
};

/// Look at the engine's store, decide its cases, and reconcile
///
/// Opens the store that `[engine]` names, even while an engine runs. No instruction is sent;
/// `reconcile` asks the provider for its statement. Decisions take effect in the running engine, or
/// in the next one that starts.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The configuration, in TOML
    #[arg(long, value_name = "FILE", global = true, default_value = "payments.toml")]
    config: PathBuf,
    #[command(subcommand)]
    command: EngineCommand,
}

#[derive(clap::Subcommand)]
enum EngineCommand {
    /// Count the records, and show what needs a person; exits with 1 if anything does
    Status,
    /// List the cases that wait for a person
    Cases,
    /// Record a person's decision about a case
    Decide {
        /// The case, as `cases` prints it: payout:P-1#2
        case: CaseId,
        /// The decision
        decision: Word,
        /// The person who decides
        #[arg(long)]
        who: String,
        /// The reason, in one line
        #[arg(long)]
        why: String,
    },
    /// Assign an unmatched credit to an order
    Assign {
        /// The case, as `cases` prints it
        case: CaseId,
        /// The order
        order: OrderRef,
        /// The person who decides
        #[arg(long)]
        who: String,
        /// The reason, in one line
        #[arg(long)]
        why: String,
    },
    /// Print the record of a payout and its history, as JSON
    Payout {
        /// The reference of the payout
        payout: PayoutRef,
    },
    /// Print the record of a payment and its history, as JSON
    Payment {
        /// The reference of its order
        order: OrderRef,
    },
    /// List the payouts on record, or only those in one state
    Payouts(lists::Payouts),
    /// List the payments on record, or only those of which too little was received
    Payments(lists::Payments),
    /// List the virtual accounts on record
    Accounts(lists::Accounts),
    /// Print the record of a virtual account and the history of its order, as JSON
    Account {
        /// The name of its provider
        provider: ProviderId,
        /// The reference of its order
        order: OrderRef,
    },
    /// List the deliveries that are not trusted
    Inbox,
    /// List the changes for which a handler failed too often
    DeadLetters,
    /// Give every dead letter to its handler again
    Replay,
    /// Withdraw a payout that was handed over but not sent
    Withdraw {
        /// The reference of the payout
        payout: PayoutRef,
        /// The person who withdraws it
        #[arg(long)]
        who: String,
        /// The reason, in one line
        #[arg(long)]
        why: String,
    },
    /// Compare a provider's statement with the store; exits with 1 if a row needs a person
    Reconcile(reconcile::Reconcile),
    /// List the reconciliations, newest first
    Reconciliations,
    /// Print a reconciliation and its rows; exits with 1 if a row needs a person
    Reconciliation {
        /// The number of the reconciliation
        number: u64,
        #[command(flatten)]
        form: reconcile::Form,
    },
    /// Create the tables of the store, or update them, without starting an engine
    Migrate,
    /// Seal every row with the first key of `[engine]`, so that the others can be removed
    Reseal,
    /// Accept a store that seems to be an older copy of itself; compare it with the gateway first
    AcceptStore,
}

/// A decision on the command line.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Word {
    /// The payout never reached the beneficiary and never will
    NeverArrived,
    /// The payout reached the beneficiary
    WasPaid,
    /// The credits are the same money
    Same,
    /// The credits are different money
    Different,
    /// The case was examined, and the record stays as it is
    Closed,
}

impl From<Word> for Decision {
    fn from(word: Word) -> Self {
        match word {
            Word::NeverArrived => Self::NeverArrived,
            Word::WasPaid => Self::WasPaid,
            Word::Same => Self::Same,
            Word::Different => Self::Different,
            Word::Closed => Self::Closed,
        }
    }
}

pub(crate) async fn run(args: Args, registry: &Registry) -> Ended {
    let read = configuration::read(&args.config)?;
    if let Some(problem) = read.problems.first() {
        return Err(Failure::usage("--config", format!("{problem}; `doctor` lists every problem")));
    }
    let context = match &args.command {
        EngineCommand::Reconcile(_) => {
            let client = HttpClient::new(HttpClientSettings::default()).map_err(failed)?;
            Context::new(Arc::new(client)).with_environ(Environ::system())
        }
        _ => offline::context(Environ::system()),
    };
    let builder = Payments::build(&read.config, registry, &context)
        .and_then(|payments| payments.engine())
        .map_err(|error| Failure::usage("--config", error))?;
    match args.command {
        EngineCommand::Migrate => return migrate(builder).await,
        EngineCommand::AcceptStore => return accept_store(builder).await,
        _ => {}
    }
    let engine = builder.visit().await.map_err(failed)?;
    let ended = carry_out(args.command, &engine).await;
    engine.stop().await;
    ended
}

async fn migrate(builder: EngineBuilder) -> Ended {
    let migrated = builder.migrate().await.map_err(failed)?;
    let (from, to) = (migrated.from, migrated.to);
    output::print(&match from {
        0 => format!("the store has the tables of schema {to} now\n"),
        _ if from >= to => format!("the store has schema {from} already\n"),
        _ => format!("the store has schema {to} now, and had {from}\n"),
    })?;
    Ok(Exit::Done)
}

async fn accept_store(builder: EngineBuilder) -> Ended {
    let accepted = builder.accept_store().await.map_err(failed)?;
    output::print(&match accepted {
        Some(why) => format!("accepted: {why}\n"),
        None => "there is nothing to accept: the store is not an older copy of itself\n".to_owned(),
    })?;
    Ok(Exit::Done)
}

async fn carry_out(command: EngineCommand, engine: &Engine) -> Ended {
    match command {
        EngineCommand::Status => return status(engine).await,
        EngineCommand::Cases => cases(engine).await?,
        EngineCommand::Decide { case, decision, who, why } => {
            engine.decide(&case, decision.into(), &who, &why).await.map_err(failed)?;
            output::print(&format!("{case} is closed\n"))?;
        }
        EngineCommand::Assign { case, order, who, why } => {
            engine.assign(&case, &order, &who, &why).await.map_err(failed)?;
            output::print(&format!("{case} is closed: the credit belongs to {order}\n"))?;
        }
        EngineCommand::Payout { payout } => {
            let record = engine.payout(&payout).await.map_err(failed)?;
            let record = record.ok_or_else(|| unknown("payout", payout.as_str()))?;
            let history = engine.history(&payout).await.map_err(failed)?;
            output::print_json(&serde_json::json!({ "record": record, "history": history }))?;
        }
        EngineCommand::Payment { order } => {
            let record = engine.payment(&order).await.map_err(failed)?;
            let record = record.ok_or_else(|| unknown("order", order.as_str()))?;
            let history = engine.payment_history(&order).await.map_err(failed)?;
            output::print_json(&serde_json::json!({ "record": record, "history": history }))?;
        }
        EngineCommand::Payouts(args) => lists::payouts(args, engine).await?,
        EngineCommand::Payments(args) => lists::payments(args, engine).await?,
        EngineCommand::Accounts(args) => lists::accounts(args, engine).await?,
        EngineCommand::Account { provider, order } => {
            let record = engine.virtual_account(&provider, &order).await.map_err(failed)?;
            let record = record.ok_or_else(|| unknown("virtual account of", order.as_str()))?;
            let history = engine.payment_history(&order).await.map_err(failed)?;
            output::print_json(&serde_json::json!({ "record": record, "history": history }))?;
        }
        EngineCommand::Inbox => inbox(engine).await?,
        EngineCommand::DeadLetters => dead_letters(engine).await?,
        EngineCommand::Replay => {
            let letters = engine.dead_letters().await.map_err(failed)?;
            for letter in &letters {
                engine.replay(letter).await.map_err(failed)?;
            }
            output::print(&format!("{} given again\n", letters.len()))?;
        }
        EngineCommand::Withdraw { payout, who, why } => {
            engine.withdraw(&payout, &who, &why).await.map_err(failed)?;
            output::print(&format!("payout {payout} is withdrawn: it will not be sent\n"))?;
        }
        EngineCommand::Reseal => {
            let changed = engine.reseal().await.map_err(failed)?;
            output::print(&format!("{changed} values are sealed with the first key now\n"))?;
        }
        EngineCommand::Reconcile(args) => return reconcile::reconcile(args, engine).await,
        EngineCommand::Reconciliations => reconcile::reconciliations(engine).await?,
        EngineCommand::Reconciliation { number, form } => {
            return reconcile::reconciliation(number, &form, engine).await;
        }
        // These are carried out without a visitor.
        EngineCommand::Migrate | EngineCommand::AcceptStore => {}
    }
    Ok(Exit::Done)
}

async fn status(engine: &Engine) -> Ended {
    let health = engine.health().await.map_err(failed)?;
    let mut out = String::new();
    let mut is_well = true;
    output::row(&mut out, "payouts", {
        let states = health.records.iter().map(|(state, count)| format!("{count} {state}"));
        let states: Vec<_> = states.collect();
        if states.is_empty() { "none".to_owned() } else { states.join(", ") }
    });
    if let Some(since) = health.oldest_uncertain {
        output::row(&mut out, "uncertain since", since);
    }
    let mut concern = |label: &str, is_one: bool, value: String| {
        is_well &= !is_one;
        let style = if is_one { BAD } else { STRONG };
        output::row(&mut out, label, styled(style, value));
    };
    let kinds = health.cases.iter().map(|(kind, count)| format!("{count} {}", kind.as_str()));
    let kinds: Vec<_> = kinds.collect();
    let cases = if kinds.is_empty() { "0".to_owned() } else { kinds.join(", ") };
    concern("open cases", health.open_cases > 0, cases);
    let is_final = |state: &RecordState| state.is_final();
    let has_work =
        health.records.iter().any(|(state, _)| !is_final(state)) || health.inbox.unconfirmed > 0;
    concern("engines that run", has_work && health.running == 0, health.running.to_string());
    concern("forgotten records", health.forgotten > 0, health.forgotten.to_string());
    concern("dead letters", health.dead_letters > 0, health.dead_letters.to_string());
    concern("doubtful deliveries", health.inbox.doubtful > 0, health.inbox.doubtful.to_string());
    concern("unconfirmed deliveries", false, health.inbox.unconfirmed.to_string());
    if !health.held.is_empty() {
        let held: Vec<_> = health.held.iter().map(ToString::to_string).collect();
        concern("permits held", true, held.join(", "));
    }
    if let Some(why) = health.restored {
        concern("nothing is sent", true, why);
    }
    output::print(&out)?;
    Ok(if is_well { Exit::Done } else { Exit::Problems })
}

async fn cases(engine: &Engine) -> Result<(), Failure> {
    let mut out = String::new();
    for (id, case, _) in engine.cases().await.map_err(failed)? {
        let (kind, since) = (word(&case.kind), case.opened_at);
        let text = case.text(Language::English);
        let _ = writeln!(out, "{} {kind} since {since}: {text}", styled(STRONG, id));
    }
    output::print(if out.is_empty() { "no case is open\n" } else { &out })
}

async fn inbox(engine: &Engine) -> Result<(), Failure> {
    let mut out = String::new();
    for delivery in engine.doubtful_deliveries().await.map_err(failed)? {
        let from = format!("{}/{}", delivery.provider, delivery.endpoint);
        let (from, at) = (styled(STRONG, from), delivery.received_at);
        let _ = writeln!(out, "{} at {from} of {at}: {}", delivery.number, delivery.why.join("; "));
    }
    output::print(if out.is_empty() {
        "every delivery is trusted or waits for its confirmation\n"
    } else {
        &out
    })
}

async fn dead_letters(engine: &Engine) -> Result<(), Failure> {
    let mut out = String::new();
    for letter in engine.dead_letters().await.map_err(failed)? {
        let (handler, subject) = (&letter.handler, styled(STRONG, &letter.subject));
        let (tries, at) = (letter.tries, letter.at);
        let _ = writeln!(out, "{subject} at {handler}: {} ({tries} tries, {at})", letter.why);
    }
    output::print(if out.is_empty() { "there are none\n" } else { &out })
}

fn failed(error: payments::Error) -> Failure {
    Failure::Machine(error.to_string())
}

fn unknown(what: &str, reference: &str) -> Failure {
    Failure::Machine(format!("the store has no {what} {reference}"))
}
