//! The macro that writes the tests, and what each of them runs.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::future::{FutureExt as _, join, join_all};

use crate::{
    Finding, Flaw, LAWS, Law, Operation, Start,
    law::{Check, Held},
    proxy::Fault,
    report,
    scene::Scene,
    trial::{Standing, Trial},
};

/// Writes one test for each law, and one for each instruction under each fault, of the roles that
/// are named.
///
/// The first argument is an `async fn` without arguments that starts your gateway and returns
/// it; the roles are `payments`, `virtual_accounts`, `payouts`, `statements` and
/// `notifications`. For each role your gateway implements one trait, see [`gateway`](crate::gateway);
/// the compiler names the one that is missing.
///
/// The tests are plain `#[test]`s in modules named after the roles, so that filters, editors
/// and nextest find them: `cargo test payouts::create_payout::reset_after_booking`. Two suites
/// in one file stand in a module each.
///
/// `suite!(MyGateway::start; payouts, notifications)` is all of it; a complete example is that of
/// [this crate](crate).
#[macro_export]
macro_rules! suite {
    ($start:expr; $($role:ident),+ $(,)?) => {
        fn __start() -> $crate::Start {
            $crate::Start::new(|| async {
                let subject = $crate::__Roles::of($start().await);
                $(let subject = $crate::__role!(subject, $role, $role);)+
                subject.named()
            })
        }

        mod every_role {
            $crate::__laws! {
                roles_are_as_declared,
                what_cannot_be_honoured_never_leaves,
                capabilities_are_true,
                no_credit_is_lost,
                absence_is_conclusive_only_when_it_is,
                a_changed_answer_is_not_believed,
                an_unsigned_refusal_is_not_confirmed,
                every_documented_word_maps_and_an_invented_one_is_uncertain,
                one_reference_is_as_often_as_declared,
                inquiries_are_patient,
                the_rate_is_kept,
                no_secret_is_shown,
                a_dropped_call_leaves_it_usable,
                two_runtimes_can_share_it,
                layers_change_nothing,
            }
        }
        $($crate::__tests_of!($role);)+
    };
    ($start:expr $(;)?) => {
        ::core::compile_error!(
            "which roles does the provider have? Name them behind a semicolon: \
             `suite!(MyGateway::start; payments, notifications)`"
        );
    };
    ($(;)? $($role:ident),+ $(,)?) => {
        ::core::compile_error!(
            "how does the gateway start? Name an async fn that starts it, before a semicolon: \
             `suite!(MyGateway::start; payments, notifications)`"
        );
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "give an async fn that starts your gateway, a semicolon, and the provider's roles: \
             `suite!(MyGateway::start; payments, notifications)`"
        );
    };
}

/// Takes a role twice: to tell which it is, and for the place in the source to point at.
#[doc(hidden)]
#[macro_export]
macro_rules! __role {
    ($subject:ident, payments, $role:ident) => {
        $subject.$role()
    };
    ($subject:ident, virtual_accounts, $role:ident) => {
        $subject.$role()
    };
    ($subject:ident, payouts, $role:ident) => {
        $subject.$role()
    };
    ($subject:ident, statements, $role:ident) => {
        $subject.$role()
    };
    ($subject:ident, notifications, $role:ident) => {
        $subject.$role()
    };
    // The tests of the role say what is wrong.
    ($subject:ident, $other:ident, $role:ident) => {
        $subject
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __tests_of {
    (payments) => {
        mod payments {
            $crate::__laws! {
                opening_is_as_declared,
                created_is_not_paid,
                only_the_exact_amount_settles,
            }
            $crate::__instructions!(create_payment, cancel_payment, refund_payment);
        }
    };
    (virtual_accounts) => {
        mod virtual_accounts {
            $crate::__instructions!(
                open_virtual_account,
                update_virtual_account,
                close_virtual_account,
                reopen_virtual_account,
            );
        }
    };
    (payouts) => {
        mod payouts {
            $crate::__laws! {
                how_a_payout_ends_is_told,
                a_paid_inquiry_is_made_once,
            }
            $crate::__instructions!(create_payout);
        }
    };
    (statements) => {
        mod statements {
            $crate::__laws! {
                a_statement_leaves_nothing_out,
                one_transfer_is_one_on_every_source,
            }
        }
    };
    (notifications) => {
        mod notifications {
            $crate::__laws! {
                a_notification_tells_what_the_ledger_says,
                a_forged_delivery_is_untrusted,
                an_old_delivery_is_untrusted,
                nothing_unsigned_is_believed,
                a_confirmed_event_carries_the_inquirys_values,
                the_same_happening_has_one_key,
                a_browsers_return_settles_nothing,
                strangers_are_welcome,
                the_reply_is_the_documented_one,
            }
        }
    };
    ($other:ident) => {
        ::core::compile_error!(::core::concat!(
            "`",
            ::core::stringify!($other),
            "` is no role; the roles are payments, virtual_accounts, payouts, statements and notifications"
        ));
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __laws {
    ($($law:ident),+ $(,)?) => {
        $(
            #[test]
            fn $law() {
                $crate::assert_law(super::__start(), ::core::stringify!($law));
            }
        )+
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __instructions {
    ($($operation:ident),+ $(,)?) => {
        $(
            mod $operation {
                $crate::__faults! {
                    $operation:
                    nothing_wrong,
                    refused,
                    reset_before_booking,
                    reset_after_booking,
                    closed_before_booking,
                    closed_after_booking,
                    kept_alive_closed_before_booking,
                    kept_alive_closed_after_booking,
                    stalled_before_booking,
                    stalled_after_booking,
                    half_of_the_headers,
                    half_of_the_body,
                    a_500_page_before_booking,
                    a_500_page_after_booking,
                    a_502_page_before_booking,
                    a_502_page_after_booking,
                    a_503_page_before_booking,
                    a_503_page_after_booking,
                    a_429_before_booking,
                    a_429_after_booking,
                    a_401_before_booking,
                    a_401_after_booking,
                    redirected_before_booking,
                    redirected_after_booking,
                    empty_200_before_booking,
                    empty_200_after_booking,
                    truncated_json,
                    deeply_nested_json,
                    wrong_content_type,
                    a_10_mb_of_rubbish,
                }
            }
        )+
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __faults {
    ($operation:ident: $($fault:ident),+ $(,)?) => {
        $(
            #[test]
            fn $fault() {
                $crate::assert_trial(
                    super::super::__start(),
                    ::core::stringify!($operation),
                    ::core::stringify!($fault),
                );
            }
        )+
    };
}

/// Holds a provider to one law. Starts a runtime of its own.
///
/// # Panics
/// The law is broken, with the [`Finding`] as message, or there is no law of that name.
#[track_caller]
#[expect(clippy::panic, reason = "a test says that it failed by panicking")]
pub fn assert_law(start: Start, law: &str) {
    let Some(law) = LAWS.into_iter().find(|known| known.name == law) else {
        panic!("there is no law `{law}`");
    };
    let began = Instant::now();
    let held = in_a_runtime(|| async {
        report::capabilities_of(&start).await;
        hold(start, law).await
    });
    report::note_law(law, &held, began.elapsed());
    if let Err(finding) = held {
        panic!("\n{finding}\n");
    }
}

/// Holds a provider to every law about one instruction under one fault, both by the names of
/// their tests. Starts a runtime of its own.
///
/// # Panics
/// A law is broken, with every [`Finding`] as message, or there is no such instruction or fault.
#[track_caller]
#[expect(clippy::panic, reason = "a test says that it failed by panicking")]
pub fn assert_trial(start: Start, operation: &str, fault: &str) {
    let known = Operation::INSTRUCTIONS.into_iter().find(|known| known.name() == operation);
    let Some(operation) = known else { panic!("there is no instruction `{operation}`") };
    let Some(fault) = fault_of_test(fault) else { panic!("there is no fault `{fault}`") };
    let began = Instant::now();
    let (trial, mut findings) = in_a_runtime(|| break_trial_laws(start.clone(), operation, fault));
    for finding in &mut findings {
        finding.flaw = in_a_runtime(|| with_a_line(&start, finding.flaw.clone()));
    }
    report::note_trial(operation, fault, trial.as_ref(), &findings, began.elapsed());
    if !findings.is_empty() {
        let all: Vec<String> = findings.iter().map(Finding::to_string).collect();
        panic!("\n{}\n", all.join("\n\n"));
    }
}

/// What a provider breaks of one law; `None` if it holds. Laws about faults are held under every
/// fault and instruction.
pub async fn break_law(start: Start, law: &'static Law) -> Option<Finding> {
    hold(start, law).await.err()
}

async fn hold(start: Start, law: &'static Law) -> Result<Held, Finding> {
    let finding = |flaw: Flaw| Finding { law, flaw };
    match law.check {
        Check::Scene(hold) => match hold(start.clone()).await {
            Ok(held) => Ok(held),
            Err(flaw) => Err(finding(with_a_line(&start, flaw).await)),
        },
        Check::Trial(holds) => {
            let mut any = false;
            for (operation, fault) in trials(&start).await {
                let trial = Trial::hold(&start, operation, fault).await.map_err(finding)?;
                holds(&trial).map_err(finding)?;
                any |= trial.standing == Standing::Offered;
            }
            Ok(Held::if_any(any))
        }
    }
}

/// What a provider breaks of every law, each tried at once with the others: at most one finding for
/// each law, in their order. Laws about faults are held by these trials, and a panic breaks the law
/// in which it happens.
///
/// It runs in one thread: call it in a current-thread runtime.
pub async fn break_laws(start: &Start, trials: &[(Operation, Option<Fault>)]) -> Vec<Finding> {
    let scenes = LAWS.into_iter().filter_map(|law| match law.check {
        Check::Scene(hold) => Some(async move {
            caught(hold(start.clone())).await.err().map(|flaw| Finding { law, flaw })
        }),
        Check::Trial(_) => None,
    });
    let trials = trials.iter().map(|(operation, fault)| async move {
        let trial = caught(Trial::hold(start, *operation, *fault)).await;
        findings_of_trial(trial.as_ref())
    });
    let (of_scenes, of_trials) = join(join_all(scenes), join_all(trials)).await;
    let mut findings: Vec<Finding> = of_scenes.into_iter().flatten().collect();
    findings.extend(of_trials.into_iter().flatten());
    LAWS.into_iter()
        .filter_map(|law| findings.iter().find(|finding| finding.law.name == law.name).cloned())
        .collect()
}

/// A panic is a flaw like any other.
async fn caught<T>(hold: impl Future<Output = Result<T, Flaw>>) -> Result<T, Flaw> {
    let held = AssertUnwindSafe(hold).catch_unwind().await;
    held.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default();
        Err(Flaw::new("a provider that does not panic", format!("a panic: {said}")))
    })
}

/// Where no call and no delivery shows the line to begin at, it is the one that makes the provider.
async fn with_a_line(start: &Start, flaw: Flaw) -> Flaw {
    if flaw.line.is_some() {
        return flaw;
    }
    match Scene::open(start).await {
        Ok(scene) => flaw.at(scene.bare.made_at()),
        Err(_) => flaw,
    }
}

/// Every instruction of the roles that there are, under every fault and under none.
async fn trials(start: &Start) -> Vec<(Operation, Option<Fault>)> {
    let roles = start.start().await.roles();
    let faults = || std::iter::once(None).chain(Fault::ALL.into_iter().map(Some));
    Operation::INSTRUCTIONS
        .into_iter()
        .filter(|operation| roles.contains(&operation.role()))
        .flat_map(|operation| faults().map(move |fault| (operation, fault)))
        .collect()
}

async fn break_trial_laws(
    start: Start,
    operation: Operation,
    fault: Option<Fault>,
) -> (Option<Trial>, Vec<Finding>) {
    let trial = Trial::hold(&start, operation, fault).await;
    let findings = findings_of_trial(trial.as_ref());
    (trial.ok(), findings)
}

fn findings_of_trial(trial: Result<&Trial, &Flaw>) -> Vec<Finding> {
    let laws = LAWS.into_iter().filter_map(|law| match law.check {
        Check::Trial(holds) => Some((law, holds)),
        Check::Scene(_) => None,
    });
    match trial {
        Ok(trial) => laws
            .filter_map(|(law, holds)| Some(Finding { law, flaw: holds(trial).err()? }))
            .collect(),
        // What cannot be tried breaks the first of them.
        Err(flaw) => laws.take(1).map(|(law, _)| Finding { law, flaw: flaw.clone() }).collect(),
    }
}

/// The fault with this name as a test; `Some(None)` for none.
#[expect(clippy::option_option, reason = "no fault, and no such fault")]
fn fault_of_test(name: &str) -> Option<Option<Fault>> {
    if name == NO_FAULT {
        return Some(None);
    }
    Fault::ALL.into_iter().find(|fault| fault.test_name() == name).map(Some)
}

const NO_FAULT: &str = "nothing_wrong";

#[expect(clippy::panic, reason = "without a runtime there is no test")]
fn in_a_runtime<F: Future>(run: impl FnOnce() -> F) -> F::Output {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run()),
        Err(error) => panic!("a runtime cannot be started: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The names in the macros above, which cannot read the lists themselves.
    fn names_in_macros() -> BTreeSet<&'static str> {
        let source = include_str!("suite.rs");
        let start = source.find("macro_rules! suite").unwrap();
        let end = source.find("/// Holds a provider to one law.").unwrap();
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        source[start..end].split(|c: char| !is_name(c)).collect()
    }

    #[test]
    fn every_law_has_a_test() {
        let named = names_in_macros();
        for law in LAWS.iter().filter(|law| matches!(law.check, Check::Scene(_))) {
            assert!(named.contains(law.name), "no test of `{}` is written", law.name);
        }
    }

    #[test]
    fn every_instruction_and_every_fault_has_a_test() {
        let named = names_in_macros();
        for operation in Operation::INSTRUCTIONS {
            assert!(named.contains(operation.name()), "no test of {operation} is written");
        }
        for fault in Fault::ALL {
            let name = fault.test_name();
            assert!(named.contains(name.as_str()), "no test under {fault} is written: {name}");
            assert_eq!(fault_of_test(&name).flatten().map(Fault::name), Some(fault.name()));
        }
        assert!(named.contains(NO_FAULT));
    }

    #[test]
    fn the_guide_tells_what_every_fault_does() {
        let guide = include_str!("../../docs/plug-ins.md");
        for fault in Fault::ALL {
            let name = fault.test_name();
            let either = name.replace("before_booking", "…").replace("after_booking", "…");
            assert!(guide.contains(&format!("`{either}`")), "{either} is not in docs/plug-ins.md");
        }
    }

    #[test]
    fn no_two_laws_share_a_name() {
        let names: BTreeSet<_> = LAWS.iter().map(|law| law.name).collect();
        assert_eq!(names.len(), LAWS.len());
    }
}
