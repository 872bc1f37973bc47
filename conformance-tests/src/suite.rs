//! The macro that writes the tests.

/// Writes the tests of the named roles: one for each law, and one for each instruction under each
/// fault.
///
/// The first argument is an `async fn` without arguments that starts your gateway and returns it.
/// The roles are `payments`, `virtual_accounts`, `payouts`, `statements` and `notifications`. For
/// each role your gateway implements one trait of [`gateway`](crate::gateway); the compiler names a
/// missing one.
///
/// Faults do not apply to an instruction that is never sent. After the role, list each instruction
/// that your provider refuses as unsupported or carries out without sending, in this form:
///
/// ```text
/// suite!(MyGateway::start; payments { create_payment: offline, refund_payment: refused }, notifications);
/// ```
///
/// Such an instruction has one test instead of one for each fault. The list must agree with the
/// capabilities, which the test `is_set_up` of the role checks.
///
/// The tests are plain `#[test]`s in modules named after the roles, so that filters, editors and
/// nextest find them: `cargo test payouts::create_payout::reset_after_booking`. Two suites in one
/// file need a module each.
///
/// For example, `suite!(MyGateway::start; payouts, notifications)`. The documentation of [this
/// crate](crate) has a complete example.
#[macro_export]
macro_rules! suite {
    ($start:expr; $($role:ident $({ $($unsent:ident: $how:ident),* $(,)? })?),+ $(,)?) => {
        fn __start() -> $crate::Start {
            static START: ::std::sync::OnceLock<$crate::Start> = ::std::sync::OnceLock::new();
            let start = START.get_or_init(|| $crate::Start::new(|| async {
                let gateway = ::std::sync::Arc::new($start().await);
                let mut subject = $crate::Subject::new(gateway.clone());
                $(subject.$role = ::core::option::Option::Some(gateway.clone());)+
                subject.unsent = ::core::option::Option::Some(::std::vec![$($($(
                    (::core::stringify!($unsent), ::core::stringify!($how)),
                )*)?)+]);
                subject
            }));
            start.with_a_client_of_its_own()
        }

        mod every_role {
            $crate::__laws! {
                roles_are_as_declared,
                what_is_not_allowed_is_never_sent,
                what_the_check_allows_is_accepted,
                capabilities_are_true,
                no_credit_is_lost,
                absence_is_conclusive_only_when_it_is,
                a_forged_response_is_not_believed,
                a_changed_response_is_not_believed,
                an_unsigned_refusal_is_not_confirmed,
                documented_states_are_known_and_others_are_uncertain,
                a_row_of_another_order_or_account_is_not_believed,
                one_malformed_row_hides_no_other,
                a_declared_reference_is_accepted_and_found,
                what_is_requested_arrives,
                the_buyer_pays_the_order_by_what_is_shown,
                no_honest_run_is_uncertain,
                times_and_currencies_are_the_gateways,
                a_response_belongs_to_its_inquiry,
                a_repeated_reference_does_what_is_declared,
                inquiries_are_patient,
                the_rate_limit_is_kept,
                no_secret_is_shown,
                a_dropped_call_leaves_the_provider_usable,
                two_runtimes_can_share_a_provider,
                departures_are_declared,
                an_instruction_departs_once,
            }
        }
        $($crate::__tests_of!($role { $($($unsent: $how,)*)? });)+
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

#[doc(hidden)]
#[macro_export]
macro_rules! __tests_of {
    (payments $unsent:tt) => {
        mod payments {
            $crate::__set_up!(payments);
            $crate::__laws! {
                opening_is_as_declared,
                created_is_not_paid,
                only_the_exact_amount_settles,
                money_belongs_to_its_order_alone,
                a_refund_goes_back_to_its_payer,
            }
            $crate::__instructions_of!(payments $unsent);
        }
    };
    (virtual_accounts $unsent:tt) => {
        mod virtual_accounts {
            $crate::__set_up!(virtual_accounts);
            $crate::__instructions_of!(virtual_accounts $unsent);
        }
    };
    (payouts $unsent:tt) => {
        mod payouts {
            $crate::__set_up!(payouts);
            $crate::__laws! {
                a_payout_goes_to_its_beneficiary,
                how_a_payout_ends_is_reported,
                a_paid_inquiry_is_made_once,
            }
            $crate::__instructions_of!(payouts $unsent);
        }
    };
    (statements $unsent:tt) => {
        mod statements {
            $crate::__set_up!(statements);
            $crate::__laws! {
                a_statement_leaves_nothing_out,
                one_transfer_is_one_on_every_source,
            }
            $crate::__instructions_of!(statements $unsent);
        }
    };
    (notifications $unsent:tt) => {
        mod notifications {
            $crate::__set_up!(notifications);
            $crate::__laws! {
                a_notification_agrees_with_the_ledger,
                a_forged_delivery_is_untrusted,
                an_old_delivery_is_untrusted,
                nothing_unsigned_is_believed,
                a_confirmed_event_has_the_values_of_the_inquiry,
                one_event_has_one_key,
                a_browsers_return_settles_nothing,
                unknown_events_and_fields_are_accepted,
                a_test_of_the_address_moves_no_money,
                the_reply_is_the_documented_one,
            }
            $crate::__instructions_of!(notifications $unsent);
        }
    };
    ($other:ident $unsent:tt) => {
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
macro_rules! __set_up {
    ($role:ident) => {
        #[test]
        fn is_set_up() {
            $crate::assert_set_up(super::__start(), ::core::stringify!($role));
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __instruction {
    ($operation:ident) => {
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
    };
    ($operation:ident refused) => {
        mod $operation {
            #[test]
            fn is_refused() {
                $crate::assert_unsent(super::super::__start(), ::core::stringify!($operation), "refused");
            }
        }
    };
    ($operation:ident offline) => {
        mod $operation {
            #[test]
            fn is_offline() {
                $crate::assert_unsent(super::super::__start(), ::core::stringify!($operation), "offline");
            }
        }
    };
    ($operation:ident $other:ident) => {
        ::core::compile_error!(::core::concat!(
            "`",
            ::core::stringify!($operation: $other),
            "`: an instruction that is not sent is `refused` or `offline`"
        ));
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __faults {
    ($operation:ident: $($fault:ident),+ $(,)?) => {
        $(
            #[test]
            fn $fault() {
                $crate::assert_fault_case(
                    super::super::__start(),
                    ::core::stringify!($operation),
                    ::core::stringify!($fault),
                );
            }
        )+
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::{
        LAWS,
        fault_case::{faults, test_name},
        proxy::Fault,
    };

    /// Returns the names in the macros above, which cannot read the lists themselves.
    fn names_in_macros() -> BTreeSet<&'static str> {
        let source = include_str!("suite.rs");
        let start = source.find("macro_rules! suite").unwrap();
        let end = source.find("#[cfg(test)]").unwrap();
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        source[start..end].split(|c: char| !is_name(c)).collect()
    }

    #[test]
    fn every_law_has_a_test() {
        let named = names_in_macros();
        for law in LAWS.iter().filter(|law| !law.is_of_fault_cases()) {
            assert!(named.contains(law.name), "no test of `{}` is written", law.name);
        }
    }

    #[test]
    fn every_fault_has_a_test() {
        let named = names_in_macros();
        for name in faults().map(test_name) {
            assert!(named.contains(name.as_str()), "no test under the fault is written: {name}");
        }
        assert_eq!(faults().map(test_name).collect::<BTreeSet<_>>().len(), Fault::ALL.len() + 1);
    }

    #[test]
    fn the_guide_tells_what_every_fault_does() {
        let guide = include_str!("../../docs/plug-ins/findings.md");
        for fault in Fault::ALL {
            let name = fault.test_name();
            let either = name.replace("before_booking", "…").replace("after_booking", "…");
            assert!(
                guide.contains(&format!("`{either}`")),
                "{either} is not in docs/plug-ins/findings.md"
            );
        }
    }

    #[test]
    fn no_two_laws_share_a_name() {
        let names: BTreeSet<_> = LAWS.iter().map(|law| law.name).collect();
        assert_eq!(names.len(), LAWS.len());
    }
}
