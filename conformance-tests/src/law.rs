//! The laws as data: what each says, why, where to look when it is broken, and how it is held.

use std::fmt;

use futures_util::future::BoxFuture;

use crate::{Flaw, Start, fault_case::FaultCase, laws};

/// One law that holds for every provider.
pub struct Law {
    /// Its name, which is also the name of its test.
    pub name: &'static str,
    /// What it says, in one sentence.
    pub says: &'static str,
    /// Why, in one sentence.
    pub why: &'static str,
    /// Where to look in a provider that breaks it.
    pub look_at: &'static str,
    pub(crate) check: Check,
}

/// How a law is held.
pub(crate) enum Check {
    /// By every fault_case of an instruction under a fault.
    FaultCase(fn(&FaultCase) -> Result<(), Flaw>),
    /// By a fixture of its own.
    Fixture(fn(Start) -> BoxFuture<'static, Result<Held, Flaw>>),
}

/// A law that is not broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// It was put to the test.
    Tried,
    /// The provider does nothing of what it speaks of: it holds, and proves nothing.
    NothingToTry,
}

impl Held {
    pub(crate) fn if_any(tried: bool) -> Self {
        if tried { Self::Tried } else { Self::NothingToTry }
    }
}

impl Law {
    /// Whether every instruction under every fault is judged by it; the other laws have a test
    /// each.
    pub fn is_of_fault_cases(&self) -> bool {
        matches!(self.check, Check::FaultCase(_))
    }
}

impl fmt::Debug for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Law({})", self.name)
    }
}

/// Every law.
pub static LAWS: [&Law; 39] = [
    &laws::roles::ROLES_ARE_AS_DECLARED,
    &laws::limits::WHAT_CANNOT_BE_HONOURED_NEVER_LEAVES,
    &laws::checking::WHAT_THE_CHECK_ALLOWS_IS_ACCEPTED,
    &laws::capabilities::CAPABILITIES_ARE_TRUE,
    &laws::opening::OPENING_IS_AS_DECLARED,
    &laws::settling::CREATED_IS_NOT_PAID,
    &laws::settling::ONLY_THE_EXACT_AMOUNT_SETTLES,
    &laws::near_miss::MONEY_BELONGS_TO_ITS_ORDER_ALONE,
    &laws::credits::NO_CREDIT_IS_LOST,
    &laws::sending::ONE_CALL_SENDS_ONCE,
    &laws::sending::WHAT_WAS_SENT_IS_NEVER_AN_ERROR,
    &laws::sending::ONLY_THE_GATEWAYS_OWN_RESPONSE_COUNTS,
    &laws::sending::AN_INQUIRY_FINDS_WHAT_WAS_DONE,
    &laws::departure::AN_INSTRUCTION_DEPARTS_ONCE,
    &laws::absence::ABSENCE_IS_CONCLUSIVE_ONLY_WHEN_IT_IS,
    &laws::answers::A_CHANGED_RESPONSE_IS_NOT_BELIEVED,
    &laws::answers::AN_UNSIGNED_REFUSAL_IS_NOT_CONFIRMED,
    &laws::answers::EVERY_DOCUMENTED_WORD_MAPS_AND_AN_INVENTED_ONE_IS_UNCERTAIN,
    &laws::rows::ONE_MALFORMED_ROW_HIDES_NO_OTHER,
    &laws::repeats::ONE_REFERENCE_IS_AS_OFTEN_AS_DECLARED,
    &laws::inquiries::INQUIRIES_ARE_PATIENT,
    &laws::inquiries::THE_RATE_LIMIT_IS_KEPT,
    &laws::inquiries::A_PAID_INQUIRY_IS_MADE_ONCE,
    &laws::payouts::HOW_A_PAYOUT_ENDS_IS_REPORTED,
    &laws::statements::A_STATEMENT_LEAVES_NOTHING_OUT,
    &laws::statements::ONE_TRANSFER_IS_ONE_ON_EVERY_SOURCE,
    &laws::deliveries::A_NOTIFICATION_AGREES_WITH_THE_LEDGER,
    &laws::forgery::A_FORGED_DELIVERY_IS_UNTRUSTED,
    &laws::forgery::AN_OLD_DELIVERY_IS_UNTRUSTED,
    &laws::coverage::NOTHING_UNSIGNED_IS_BELIEVED,
    &laws::coverage::A_CONFIRMED_EVENT_CARRIES_THE_INQUIRYS_VALUES,
    &laws::deliveries::THE_SAME_HAPPENING_HAS_ONE_KEY,
    &laws::deliveries::A_BROWSERS_RETURN_SETTLES_NOTHING,
    &laws::deliveries::UNKNOWN_EVENTS_AND_FIELDS_ARE_ACCEPTED,
    &laws::deliveries::THE_REPLY_IS_THE_DOCUMENTED_ONE,
    &laws::secrets::NO_SECRET_IS_SHOWN,
    &laws::dropping::A_DROPPED_CALL_LEAVES_IT_USABLE,
    &laws::dropping::TWO_RUNTIMES_CAN_SHARE_IT,
    &laws::layers::LAYERS_CHANGE_NOTHING,
];
