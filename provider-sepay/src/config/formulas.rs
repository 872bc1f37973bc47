//! The formulas of the configuration that replace SePay's.

use provider_kit::{config::Reader, signature::Formula};

use super::{Config, given::parsed};
use crate::formula::{CHECKOUT, CHECKOUT_ALLOWLIST, WEBHOOK};

/// The formulas in use.
pub(super) struct Formulas {
    /// The formula of the checkout form.
    pub(super) checkout: Formula,
    /// The formula of webhooks, if the configuration replaces SePay's.
    pub(super) webhook: Option<Formula>,
}

impl Formulas {
    pub(super) fn of(config: &Config, read: &mut Reader<'_>) -> Self {
        let mut formulas = Self { checkout: CHECKOUT, webhook: None };
        for (name, value) in &config.formulas {
            let key = format!("formulas.{name}");
            match (name.as_str(), value.as_str()) {
                ("checkout", "checkout") => {}
                ("checkout", "checkout.allowlist") => formulas.checkout = CHECKOUT_ALLOWLIST,
                ("checkout", template) => {
                    if let Some(formula) = replaced(read, &key, &CHECKOUT, template) {
                        formulas.checkout = formula;
                    }
                }
                ("webhook", template) => {
                    formulas.webhook = replaced(read, &key, &WEBHOOK, template);
                }
                _ => read.problem(&key, "is not a formula of SePay; known: checkout, webhook"),
            }
        }
        formulas
    }
}

fn replaced(read: &mut Reader<'_>, key: &str, usual: &Formula, template: &str) -> Option<Formula> {
    let formula = parsed(read, key, template, |template| {
        usual.replaced(template).map_err(|error| error.to_string())
    })?;
    let known = usual.layout.fields();
    if let Some(unknown) = formula.layout.fields().into_iter().find(|field| !known.contains(field))
    {
        read.problem(
            key,
            format!("names {unknown:?}, which is not signed; known: {}", known.join(", ")),
        );
        return None;
    }
    if let Some(why) = formula.ambiguous_layout() {
        read.warn(key, why);
    }
    Some(formula)
}
