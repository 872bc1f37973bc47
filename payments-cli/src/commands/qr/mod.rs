//! `qr`: makes and parses VietQR codes.

mod facts;

use std::fs;
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Color, Style};
use payments::{
    bank::{AccountNumber, Bin},
    money::{Currency, Money},
    vietqr::{Bank, BankCodeError, Initiation, VietQr, render},
};

use crate::{
    exit::{Ended, Exit, Failure},
    output::{self, styled},
};
use facts::Facts;

/// Make a VietQR code, or parse one
///
/// Draws the code on the terminal, ready to be scanned by a bank app, with its contents below.
#[derive(clap::Args)]
#[command(verbatim_doc_comment, arg_required_else_help = true)]
pub(crate) struct Args {
    /// The bank of the account, by its BIN (970436) or a short code (VCB)
    #[arg(long, value_name = "BIN|CODE", required_unless_present = "parse")]
    bank: Option<String>,
    /// The account or virtual account that receives the money
    #[arg(long, value_name = "NUMBER", required_unless_present = "parse")]
    account: Option<String>,
    /// The amount in đồng; if left out, the payer types it
    #[arg(long, value_name = "DONG", value_parser = dong)]
    amount: Option<Money>,
    /// The memo of the transfer, which contains the payment code; bank apps accept 25 characters
    #[arg(long, value_name = "TEXT")]
    memo: Option<String>,
    /// Allow the code to be paid any number of times, although it has an amount
    #[arg(long = "static")]
    is_static: bool,
    /// Parse this payload instead of making one
    #[arg(
        long,
        value_name = "PAYLOAD",
        conflicts_with_all = ["bank", "account", "amount", "memo", "is_static"]
    )]
    parse: Option<String>,
    /// Also draw the code as an SVG image
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Print JSON instead of drawing
    #[arg(long)]
    json: bool,
}

/// The maximum number of banks that are suggested for a name that was given instead of a code.
const MOST_GUESSES: usize = 8;

pub(crate) fn run(args: &Args) -> Ended {
    let (qr, payload) = match &args.parse {
        Some(payload) => {
            let qr = VietQr::parse(payload).map_err(|error| Failure::usage("--parse", error))?;
            // White space around the payload is not part of the code.
            let payload = payload.trim_matches(|around: char| !around.is_ascii_alphanumeric());
            (qr, payload.to_owned())
        }
        None => {
            let qr = make(args)?;
            let payload = qr.payload();
            (qr, payload)
        }
    };
    if let Some(path) = &args.svg {
        write_svg(path, &payload)?;
    }
    let facts = Facts::of(&qr, &payload);
    if args.json {
        output::print_json(&facts)?;
    } else {
        output::print(&format!("{}\n{facts}", drawn(&payload)?))?;
    }
    Ok(Exit::Done)
}

fn make(args: &Args) -> Result<VietQr, Failure> {
    let missing = |flag| Failure::usage(flag, "is missing");
    let bin = bin(args.bank.as_deref().ok_or_else(|| missing("--bank"))?)?;
    let number = args.account.as_deref().ok_or_else(|| missing("--account"))?;
    let number = AccountNumber::new(number).map_err(|error| Failure::usage("--account", error))?;
    let mut qr = VietQr::to_account(&bin, number.as_str())
        .map_err(|error| Failure::usage("--account", error))?;
    if let Some(amount) = args.amount {
        qr = qr.with_amount(amount.minor()).map_err(|error| Failure::usage("--amount", error))?;
    }
    if let Some(memo) = &args.memo {
        // With more than 25 characters, the facts contain a warning.
        qr = qr.with_long_purpose(memo).map_err(|error| Failure::usage("--memo", error))?;
    }
    if args.is_static {
        qr = qr.with_initiation(Initiation::Static);
    }
    Ok(qr)
}

/// Returns the BIN of a bank. Six digits are a BIN even if the directory does not list it; anything
/// else is a short code.
fn bin(bank: &str) -> Result<String, Failure> {
    if Bin::new(bank).is_ok() {
        return Ok(bank.to_owned());
    }
    let error = match Bank::one_by_code(bank) {
        Ok(bank) => return Ok(bank.bin().to_owned()),
        Err(error) => error,
    };
    let (message, candidates): (_, Vec<&Bank>) = match error {
        BankCodeError::Ambiguous { .. } => {
            ("means different banks in different lists", Bank::by_code(bank).collect())
        }
        _ => ("is not the code of a known bank", Bank::by_name(bank).take(MOST_GUESSES).collect()),
    };
    let candidates: Vec<_> =
        candidates.iter().map(|bank| format!("{} ({})", bank.bin(), bank.name())).collect();
    let advice = if candidates.is_empty() {
        "name the bank by its BIN".to_owned()
    } else {
        format!("name the bank by its BIN: {}", candidates.join(", "))
    };
    Err(Failure::usage("--bank", format!("{bank:?} {message}; {advice}")))
}

fn dong(text: &str) -> Result<Money, String> {
    Money::parse(text, Currency::VND).map_err(|error| error.to_string())
}

fn write_svg(path: &Path, payload: &str) -> Result<(), Failure> {
    let image = render::svg(payload).map_err(|error| Failure::usage("--parse", error))?;
    fs::write(path, image).map_err(|error| {
        Failure::usage("--svg", format!("{} cannot be written: {error}", path.display()))
    })
}

/// Draws the code in white on black if the terminal has colours, so that it can also be scanned on
/// a terminal with dark text on a light background.
fn drawn(payload: &str) -> Result<String, Failure> {
    const PAPER: Style = Style::new()
        .fg_color(Some(Color::Ansi(AnsiColor::BrightWhite)))
        .bg_color(Some(Color::Ansi(AnsiColor::Black)));
    let lines = render::terminal(payload).map_err(|error| Failure::usage("--parse", error))?;
    Ok(lines.lines().map(|line| format!("{}\n", styled(PAPER, line))).collect())
}
