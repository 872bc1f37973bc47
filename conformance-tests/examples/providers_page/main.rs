//! Writes `docs/providers.md` out of the reports of the suite, or holds it against them.
//!
//! ```sh
//! CONFORMANCE_REPORT=$PWD/target/conformance \
//!     cargo test -p conformance-tests --test hpay --test mock --test payos --test sepay
//! cargo run -p conformance-tests --example providers_page -- target/conformance docs/providers.md
//! ```
//!
//! With `--check` behind it, nothing is written, and a page that is stale is an error.

mod capabilities;
mod faults;
mod laws;
mod report;
mod table;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use report::Report;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, page, check) = match arguments.as_slice() {
        [folder, page] => (folder, page, false),
        [folder, page, flag] if flag == "--check" => (folder, page, true),
        _ => return Err("give the folder of the reports, the page, and perhaps --check".into()),
    };
    let reports = report::read(Path::new(folder))?;
    let written = write(&reports)?;
    let summary = faults::summary(&reports);
    println!("{summary}");
    if !check {
        std::fs::write(page, written)?;
        return Ok(ExitCode::SUCCESS);
    }
    if std::fs::read_to_string(page)? == written {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("{page} is stale: run the two commands at its head");
    Ok(ExitCode::FAILURE)
}

fn write(reports: &[Report]) -> Result<String, Box<dyn Error>> {
    if let Some(broken) = reports.iter().find_map(Report::broken) {
        return Err(format!("a law is broken, and no page is written: {broken}").into());
    }
    Ok(format!(
        "# Providers\n\n\
         What each provider says that it can do, and how it was held to it. Generated out of the \
         suite's reports; do not edit:\n\n\
         ```sh\n\
         CONFORMANCE_REPORT=$PWD/target/conformance cargo test -p conformance-tests \
         --test hpay --test mock --test payos --test sepay\n\
         cargo run -p conformance-tests --example providers_page -- target/conformance \
         docs/providers.md\n\
         ```\n\n\
         ## Capabilities\n\n{}\n\
         ## Laws\n\nWhat each law says and why is in [laws.md](../conformance-tests/laws.md); which \
         mistakes it kills, in [kill-matrix.md](kill-matrix.md). A law is not applicable to a provider \
         that does nothing of what it speaks of.\n\n{}\n\
         ## Faults\n\nEach instruction was carried out once under each fault of the wire, before \
         or after the gateway booked it. The word is what the provider said, and the number how \
         often the gateway's own books then had it. *declined* and *error* would be wrong wherever \
         anything could have left; only a refused connection proves that nothing did.\n\n{}",
        capabilities::table(reports),
        laws::table(reports),
        faults::tables(reports),
    ))
}
