//! The examples below the help of a command, with the program's own name and formulas.

use payments::{registry::Registry, signature::Formula};

/// Adds an example to each command with flags that need one.
pub(crate) fn with_examples(
    command: clap::Command,
    program: &str,
    registry: &Registry,
) -> clap::Command {
    let qr = format!(
        "Examples:
  {program} qr --bank VCB --account 0071001234567 --amount 50000 --memo DH00042
  {program} qr --parse \"$(cat payload.txt)\" --json"
    );
    let verify = format!(
        "Example:
  {program} verify --config payments.toml --provider main --endpoint notify \\
      --path /hooks/notify --header 'X-Signature: …' --body-file body.json --explain"
    );
    let command = command
        .mut_subcommand("qr", |qr_command| qr_command.after_help(qr))
        .mut_subcommand("verify", |verify_command| verify_command.after_help(verify));
    let Some(formula) = shortest(registry) else { return command };
    let fields: Vec<_> =
        formula.layout.fields().iter().map(|name| format!("--field {name}=…")).collect();
    let message = format!("{} {}", formula.id, fields.join(" "));
    let sign = format!("Example:\n  {program} sign {message} --secret-env SECRET");
    let check = format!(
        "Example:\n  {program} check {message} \\\n      --signature … --secret-env SECRET --explain"
    );
    command
        .mut_subcommand("sign", |sign_command| sign_command.after_help(sign))
        .mut_subcommand("check", |check_command| check_command.after_help(check))
}

/// Returns the formula with the fewest fields, of those with known fields.
fn shortest(registry: &Registry) -> Option<&'static Formula> {
    let formulas = registry.registrations().iter().flat_map(|kind| kind.formulas);
    let known = formulas.filter(|formula| !formula.layout.fields().is_empty());
    known.min_by_key(|formula| formula.layout.fields().len())
}
