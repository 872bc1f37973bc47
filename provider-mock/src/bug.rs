//! Mistakes that real payment code has made, each of which can be built into the mock's provider.
//!
//! They test the conformance suite: it must find each of them. The gateway and its client contain
//! none of them. A bug wraps a part of the correct provider: its HTTP client, or one of its roles.
//!
//! ```
//! use provider_kit::registry::Context;
//! use provider_mock::{MockGateway, Settings, bug::Bug};
//!
//! let gateway = MockGateway::new(Settings::test())?;
//! let context = Context::new(gateway.transport());
//! let honest = gateway.provider("mock")?;
//! let careless =
//!     Bug::RefusesADuplicate.seed(gateway.settings(), &context, move |_| honest.clone());
//! assert_eq!(careless.roles().len(), 5);
//! # Ok::<(), payments_core::Error>(())
//! ```

mod client;
mod notifications;
mod payments;
mod payouts;
mod signed_events;
mod statements;
mod virtual_accounts;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use payments_core::{Decline, DeclineReason, Listed, Provider, Result, Role, Submission};
use provider_kit::{registry::Context, transport::RetryPolicy};

use crate::{EventSignature, Settings};

/// Writes the enum, the list of its variants, and for each variant its description and its roles.
macro_rules! bugs {
    ($($(#[doc = $line:literal])+ $bug:ident $(in $($role:ident)+)?,)+) => {
        /// A mistake that can be built into a provider.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Bug {
            $($(#[doc = $line])+ $bug,)+
        }

        impl Bug {
            /// Every mistake.
            pub const ALL: &[Self] = &[$(Self::$bug,)+];

            /// Describes the mistake, and where it was seen.
            pub fn mistake(self) -> &'static str {
                match self {
                    $(Self::$bug => concat!($($line),+).trim_ascii(),)+
                }
            }

            /// Returns the roles whose code contains the mistake. The list is empty if the mistake
            /// is in code that all roles share.
            pub fn roles(self) -> &'static [Role] {
                match self {
                    $(Self::$bug => &[$($(Role::$role,)+)?],)+
                }
            }
        }
    };
}

bugs! {
    // What a provider declares.

    /// A role of the gateway is missing. Seen in formance/payments, where a plug-in's capabilities
    /// are a hand-written list that lacks one operation of its interface.
    LeavesOutARole,
    /// The balance is a constant, because the gateway is never queried.
    InventsTheBalance in Payouts,
    /// Every account has the holder of the documents' example, because the gateway is never
    /// queried.
    InventsTheHolder in Payouts,
    /// Payments that are opened by a call are declared to be opened offline.
    ClaimsToOpenOffline in Payments,
    /// A reference that is too long is cut instead of refused. Three VietQR parsers cut a digit
    /// off an account number.
    CutsALongReference in Payments,
    /// Repeats that the gateway deduplicates are declared to be paid again.
    ClaimsToPayAgain in Payouts,
    /// The check compares the request with the capabilities only, and the call then refuses more.
    /// Seen in this workspace, where a router chose a gateway for a reference that only its other
    /// method accepts.
    RefusesWhatItsCheckAllows in Payments,
    /// "Reference used before" is treated like any other refusal, so that the app pays again by
    /// another method.
    TakesADuplicateForARefusal in Payouts,

    // Sending.

    /// After a lost connection every request is sent again, instructions included, up to three
    /// times. Seen in payOS's Node library and in sepay-pg-php.
    RetriesALostConnection,
    /// After a 5xx or 429 every request is sent again, instructions included. Seen in payOS's Node
    /// library and in sepay-pg-php, where a void can be sent three times.
    RetriesAServerError,
    /// A redirect is followed with the same instruction, which is the default of many HTTP clients.
    FollowsARedirect,
    /// A lost connection is treated as one that was never made. Seen in object_store, which retries
    /// an incomplete message as not sent, and in formance/payments, which makes it a failure.
    TakesALostConnectionForNone,
    /// A timeout is treated like any other error. In active_merchant it is an exception, and the
    /// code that catches it calls again.
    ThrowsOnATimeout,
    /// A 5xx is treated as a refusal of a payout. Seen in Hyperswitch, where every error of a
    /// payout makes it failed.
    TakesAServerErrorForARefusal in Payouts,
    /// A 401 or 429 from any server is treated as a refusal of a payout.
    TakesAnyStatusForARefusal in Payouts,
    /// A 200 is treated as an acceptance of a payout, whatever its body.
    TakesAny200ForSuccess in Payouts,
    /// Each call sends the payout under a new reference. Seen in square-mcp-server, which makes a
    /// fresh key for each attempt.
    DrawsAFreshReference in Payouts,
    /// A payout is found by the gateway's own id only. Seen in Hyperswitch before it had an inquiry
    /// by reference: after a timeout the id is not known.
    FindsByTheGatewaysIdOnly in Payouts,
    /// After a lost response, the payout found is reported under the gateway's id instead of the
    /// merchant's reference.
    ReportsTheGatewaysId in Payouts,

    // Reading responses.

    /// The absence of a payout is immediately treated as conclusive.
    TakesAnAbsenceForConclusive in Payouts,
    /// A 404 from any server is treated as the absence of a payout.
    TakesAny404ForAnAbsence in Payouts,
    /// The amount, account and reference in a payout's response are not compared with the request.
    BelievesAnyEcho in Payouts,
    /// The signature of a response is not checked.
    IgnoresResponseSignatures in Payments,
    /// A response's signature is compared only up to its own length, so that a prefix is accepted.
    ComparesAPrefixOfAResponse,
    /// Further characters after a response's signature are ignored.
    ComparesAsMuchAsItMade,
    /// The last of two signatures of a response is checked.
    TakesTheLastSignatureOfAResponse,
    /// An unsigned refusal is treated like a signed one.
    ConfirmsEveryRefusal in Payments,
    /// An undocumented state is treated as a failure.
    TakesAnUnknownWordForFailed in Payouts,
    /// An undocumented code is treated as a refusal.
    TakesAnUnknownCodeForARefusal in Payments,
    /// An undecided instruction is treated as failed. Seen in Hyperswitch: payments that are
    /// pending after the last retry are set to failed.
    TakesUndecidedForFailed in Payouts,

    // Payments and credits.

    /// A payment is reported as settled as soon as it is opened.
    TakesCreatedForPaid in Payments,
    /// The amount asked is reported as received. laravel-sepay announces a payment whatever its
    /// amount.
    TakesAskedForReceived in Payments,
    /// The amount received is reported as asked, so that nothing is ever short.
    TakesReceivedForAsked in Payments,
    /// The time of the inquiry, by the provider's clock, is reported as the time at which the money
    /// arrived.
    TakesNowForWhenItArrived in Payments,
    /// A difference of one đồng counts as exact.
    ForgivesADong in Payments,
    /// A payment is found by the beginning of its reference. Seen in SePay's webhooks, where the
    /// code of one order is extracted from the longer code of another.
    FindsByTheBeginning in Payments,
    /// A payment is found by its reference in upper or lower case, as a database compares text by
    /// default.
    FindsInAnyCase in Payments,
    /// The whole amount is refunded, whatever amount was requested.
    RefundsEverything in Payments,
    /// A payment's description is cut at 40 characters. Banks and card networks accept that many.
    CutsTheDescription in Payments,
    /// The return address is not sent: the gateway uses its configured one.
    IgnoresTheReturnUrl in Payments,
    /// The expiry of a payment is sent in Vietnamese time as if it were UTC.
    SendsTheEndInLocalTime in Payments,
    /// The buyer is shown the account of the shop's documents, not the gateway's.
    ShowsAnotherAccount in Payments,
    /// The buyer is shown the order's reference as the memo, in which the gateway finds no payment
    /// code.
    ShowsTheReferenceAsMemo in Payments,
    /// The QR code has another amount than the text beside it.
    ShowsAQrOfAnotherAmount in Payments,
    /// A payment is queried by the first 40 characters of its reference.
    FindsByFortyCharacters in Payments,
    /// The state of an expired payment is missing in the table of states.
    DoesNotKnowExpired in Payments,
    /// The order that was opened first is refunded, whichever order is named.
    RefundsTheFirstOrder in Payments,
    /// Two credits of the same amount are merged.
    MergesEqualCredits in Payments,
    /// A credit of less than the amount asked is dropped.
    DropsTheShortCredit in VirtualAccounts,
    /// Only the first row of a list of credits is compared with the queried order, because an `all`
    /// became an `any`.
    ComparesTheFirstRow in VirtualAccounts,
    /// Each virtual account is reported with the credits of all: the gateway's list is not
    /// filtered.
    ListsTheCreditsOfAllAccounts in VirtualAccounts,
    /// The state of a partly paid virtual account is missing in the table of states.
    DoesNotKnowPartlyPaid in VirtualAccounts,
    /// The remark of a virtual account is not sent.
    DropsTheRemark in VirtualAccounts,
    /// Once any credit arrived on a virtual account, the amount asked is reported as received.
    TakesAnyCreditForAll in VirtualAccounts,
    /// Once any credit arrived on a virtual account, the amount received is reported as asked.
    TakesTheCreditsForTheAsked in VirtualAccounts,

    // Inquiries.

    /// An inquiry is not repeated after a 503.
    GivesUpAtOnce,
    /// The wait in `Retry-After` is ignored.
    IgnoresHowLongToWait,
    /// An inquiry that fails is treated as an absence.
    TakesAnOutageForAnAbsence in Payments,
    /// Each role has a rate limit of its own.
    LimitsEachRoleAlone,
    /// Each call makes a client of its own, whose rate limit starts from zero.
    MakesAClientForEachCall in Statements,
    /// A name check that costs a fee is repeated like any inquiry, and not cached.
    AsksForAFeeAgain in Payouts,
    /// A name check that costs a fee is cached only if its caller receives the response. If the
    /// caller drops the call, the next caller pays again. Seen in this workspace, in a shared
    /// future that was no longer polled.
    PaysAgainAfterACallerLeft,
    /// The fee is added to the amount sent and subtracted from the amount reported, so that only
    /// the beneficiary notices.
    PaysTheFeeToTheBeneficiary in Payouts,
    /// Repeats are declared to return the first payout, but are refused as duplicates. Seen in a
    /// plug-in whose documents and gateway contradict each other.
    ClaimsToDeduplicate in Payouts,
    /// A reference is deduplicated for an hour only. After that, the payout is sent under another
    /// name as if it were new.
    ForgetsAReferenceAfterAnHour in Payouts,
    /// The note is not sent.
    DropsTheNote in Payouts,
    /// The note is cut at 50 characters.
    CutsTheNote in Payouts,
    /// The time of a payout is read as Vietnamese time, although it is UTC.
    ReadsPayoutTimesAsLocal in Payouts,
    /// The holder of an account is cached by its number, whatever its bank.
    RemembersHoldersByNumber in Payouts,
    /// The holder of an account is cached by its bank, for any number there.
    RemembersHoldersByBank in Payouts,
    /// The provider refuses payout references in mixed case, and its capabilities do not say so.
    TakesNoMixedCase in Payouts,
    /// A payout goes to another account than requested, and is reported as requested.
    SendsToAnotherAccount in Payouts,
    /// Every payout goes to one bank: the account's bank is not sent.
    SendsToOneBank in Payouts,
    /// Every payout goes to the account of the first one, because a beneficiary is registered only
    /// once.
    SendsToTheFirstBeneficiary in Payouts,
    /// The balance is in đồng but read as hundredths.
    ReadsTheBalanceInHundredths in Payouts,
    /// The state of a payout when it was first found is cached for ever.
    RemembersTheFirstState in Payouts,

    // Statements.

    /// The last entry of a page is lost when there is another page.
    LosesTheLastOfAPage in Statements,
    /// An empty page is treated as the last one, although the gateway reports that there are more.
    EndsAtAnEmptyPage in Statements,
    /// The account of the statement is not sent.
    ForgetsTheAccount in Statements,
    /// The next page starts after the second of the last entry, so that further entries of that
    /// second are never listed.
    GoesOnAfterTheLastSecond in Statements,
    /// One malformed row fails the whole list, because the rows are read together.
    FailsAListForOneRow in VirtualAccounts Statements,
    /// A row that cannot be read is skipped silently.
    SkipsAMalformedRow in VirtualAccounts Statements,
    /// The rows of a statement are not compared with the requested account, so that a row of
    /// another account is accepted.
    TakesEveryRowForTheAccounts in Statements,
    /// The amount of an entry is read as đồng, whatever its currency.
    TakesEveryCurrencyForDong in Statements,
    /// Entries of the last second of a filter are left out.
    LeavesOutTheLastSecond in Statements,
    /// Entries of the first second of a filter are left out.
    LeavesOutTheFirstSecond in Statements,
    /// Vietnamese times are read as UTC.
    ReadsLocalTimeAsUtc in Statements,
    /// The bank's reference is read from the field that contains the gateway's own reference.
    ReadsTheWrongReference in Statements,

    // Notifications.

    /// A paid payment is reported as an event of an unknown kind, because its kind is misspelt in
    /// the reader and the last match arm accepts it.
    MisspellsTheKindOfAPayment in Notifications,
    /// A payout that succeeded is reported as pending, because its state is read from the first
    /// notification.
    ReportsAPayoutAsItBegan in Notifications,
    /// The amount asked in a notification is read as the amount received.
    ReadsTheAmountAskedAsReceived in Notifications,
    /// Vietnamese times in a notification are read as UTC.
    ReadsTheTimeOfAnEventAsUtc in Notifications,
    /// The time of delivery is reported as the time of the event, also for a repeated delivery.
    TakesTheDeliveryForTheEvent in Notifications,
    /// The currency of a notification is ignored: every amount is read as đồng.
    ReadsEveryEventInDong in Notifications,
    /// The dedupe key is read from the query first, which is not signed, so that an attacker can
    /// replay a credit under another key.
    KeysByTheQuery in Notifications,
    /// Đồng are divided by a hundred. Seen in active_merchant, which lists them among the
    /// currencies without fractions; and lehuygiang28/vnpay #15 divides before it hashes.
    DividesDongByAHundred in Notifications,
    /// A delivery without a signature is accepted. Seen in laravel-sepay while no token is
    /// configured, and in hyperswitch-prism, whose default algorithm accepts everything.
    AcceptsAMissingSignature in Notifications,
    /// The delivery's signature is compared only up to its own length, so that a prefix is
    /// accepted.
    ComparesAPrefix in Notifications,
    /// The time window is placed around the delivery's own timestamp.
    TakesTheTimestampForNow in Notifications,
    /// A parameter of the query takes precedence over the signed body.
    ReadsTheQueryFirst in Notifications,
    /// A confirmation returns the claim of the delivery.
    ConfirmsTheClaim in Notifications,
    /// A confirmation is given without an inquiry.
    ConfirmsWithoutAsking in Notifications,
    /// The dedupe key is the signature, which differs for each delivery. Seen in frain-dev/convoy
    /// #1618, where each provider has its key in another place.
    KeysByTheSignature in Notifications,
    /// The dedupe key of a payment's event is its order, so that a second payment counts as a
    /// repetition. Seen in shops that mark an order as handled.
    KeysByTheOrder in Notifications,
    /// The dedupe key of a payment's event is in lower case, so that the orders `INV-a` and `INV-A`
    /// share one.
    KeysInLowerCase in Notifications,
    /// A confirmed event keeps the claimed dedupe key, which a forger can choose.
    KeysByTheClaim in Notifications,
    /// The gateway's sample delivery is booked like any other. Seen in plug-ins for payOS, whose
    /// sample is a credit with a valid signature.
    BooksATestOfTheAddress in Notifications,
    /// A test delivery is refused, so that the address is never registered.
    RefusesATestOfTheAddress in Notifications,
    /// The return of the buyer's browser settles the payment.
    TrustsTheBrowser in Notifications,
    /// An event of an unknown kind is refused. Seen in async-stripe #499, where one unknown value
    /// fails the whole event.
    RefusesAnUnknownKind in Notifications,
    /// A delivery with an unknown field is refused, because the reader denies unknown fields.
    RefusesAnUnknownField in Notifications,
    /// A missing field causes a panic.
    PanicsWithoutAField in Notifications,
    /// A body that is not text causes a panic.
    PanicsOnStrangeBytes in Notifications,
    /// The reply to a delivery that was handled before is 422. Seen in laravel-sepay, so that SePay
    /// sends it again.
    RefusesADuplicate in Notifications,
    /// A forged delivery gets the reply of a handled one.
    AcknowledgesAForgedDelivery in Notifications,

    // Notifications whose signature is in the body, beside the event.

    /// An amount beside the signed event is read as the amount received, because the reader finds
    /// names anywhere in the body.
    ReadsTheAmountBesideTheEvent in Notifications,
    /// The signature is checked over the first event of a body, and the last one is read: two JSON
    /// readers choose different members of the same name.
    ReadsTheLastOfTwoEvents in Notifications,
    /// The signature is checked over the last of two members of the same name in an event, and the
    /// first is read.
    ReadsTheFirstOfTwoMembers in Notifications,
    /// The signature is computed over the documented members only, so that it no longer matches
    /// once the gateway adds a member. Seen in payOS's Python, Java and .NET libraries.
    SignsKnownMembersOnly in Notifications,
    /// The signature is computed over the members as the reader understood them, so that a new
    /// field breaks it. Seen in payOS's Java and .NET libraries, which drop unknown fields before
    /// they sign.
    SignsTheDataAsItReadsIt in Notifications,
    /// A field beside the event and its signature is refused.
    RefusesAFieldBesideTheEvent in Notifications,
    /// The kind of an event is read from beside the signed event, so that an attacker can turn a
    /// payment into an unknown event, which is acknowledged.
    TakesTheKindBesideTheEvent in Notifications,
    /// The state of a payment is read from beside the signed event, so that an attacker can use up
    /// the dedupe key of the money with a failure.
    TakesTheStateBesideTheEvent in Notifications,
    /// An event without a kind is treated as unknown and acknowledged, although moving the kind
    /// into the member before it leaves the signed text unchanged.
    TakesAnEventWithoutAKindForUnknown in Notifications,

    // Secrets.

    /// Every request is traced with its headers.
    TracesTheKey,
    /// The error of an inquiry contains the API key.
    PrintsTheKeyInAnError,
    /// The error of an inquiry contains the header that was sent, with the key in base64.
    PrintsTheKeyInBase64,
    /// The error of a refused delivery contains the secret that its signature was checked with.
    PrintsTheSecretOfAForgedDelivery in Notifications,
    /// The buyer's link contains the key.
    PutsTheKeyIntoTheLink in Payments,

    // Runtimes.

    /// The mark that a payout is in progress is removed only when the call ends, which a dropped
    /// call never does.
    StaysBusy in Payouts,
    /// Requests are sent by a task that the first call spawns on its own runtime.
    SendsFromTheFirstRuntime,

    // Departures.

    /// A payout is sent by a task of its own, so that dropping the call does not stop it. A journal
    /// around the call then cannot record the payout before it is sent.
    SendsBesideItsDeparture in Payouts,
    /// The provider does not declare that its transport asks for departures, so that a journal
    /// takes each instruction that could not be sent for a sent one.
    ForgetsItsDepartures,
    /// Instructions do not name their order or payout.
    NamesNoSubject,
}

impl Bug {
    /// Returns the provider that `build` makes, with this mistake in it. `settings` are those of
    /// its gateway. `build` is called with `context` as the bug changed it.
    pub fn seed(
        self,
        settings: &Settings,
        context: &Context,
        build: impl Fn(&Context) -> Provider + Send + Sync + 'static,
    ) -> Provider {
        let context = self.context(settings, context);
        let build = move || build(&context);
        let provider = match self {
            Self::LeavesOutARole => {
                let honest = build();
                let mut roles = honest.roles();
                roles.retain(|role| *role != Role::Payouts);
                of_roles(&honest, &roles)
            }
            Self::ForgetsItsDepartures => build().with_departures(false),
            Self::LimitsEachRoleAlone => from_several(&build),
            _ => build(),
        };
        self.around(&provider, settings, Arc::new(build))
    }

    /// Changes the settings of a gateway so that the mistake becomes visible.
    #[must_use]
    pub fn settings(self, settings: Settings) -> Settings {
        match self {
            Self::ReadsTheAmountBesideTheEvent
            | Self::ReadsTheLastOfTwoEvents
            | Self::ReadsTheFirstOfTwoMembers
            | Self::SignsKnownMembersOnly
            | Self::SignsTheDataAsItReadsIt
            | Self::RefusesAFieldBesideTheEvent
            | Self::TakesTheKindBesideTheEvent
            | Self::TakesTheStateBesideTheEvent
            | Self::TakesAnEventWithoutAKindForUnknown => {
                settings.with_event_signature(EventSignature::InBody)
            }
            _ => settings,
        }
    }

    fn context(self, settings: &Settings, context: &Context) -> Context {
        let mut context = context.clone();
        if self == Self::GivesUpAtOnce {
            let RetryPolicy { first_wait, budget, .. } = context.retry;
            context.retry = RetryPolicy::new(0, first_wait, budget);
        }
        if self.roles().is_empty() {
            let api_key = settings.api_key.clone();
            context.client = Arc::new(client::Careless::new(self, context.client, api_key));
        }
        context
    }

    fn around(self, honest: &Provider, settings: &Settings, build: Build) -> Provider {
        let mut provider = honest.clone();
        let is_in = |role| self.roles().is_empty() || self.roles().contains(&role);
        if is_in(Role::Payments)
            && let Ok(role) = honest.payments()
        {
            let role = payments::Careless::new(self, Arc::clone(role), settings);
            provider = provider.with_payments(Arc::new(role));
        }
        if is_in(Role::VirtualAccounts)
            && let Ok(role) = honest.virtual_accounts()
        {
            let role = virtual_accounts::Careless::new(self, Arc::clone(role));
            provider = provider.with_virtual_accounts(Arc::new(role));
        }
        if is_in(Role::Payouts)
            && let Ok(role) = honest.payouts()
        {
            let role = payouts::Careless::new(self, Arc::clone(role), Arc::clone(&settings.clock));
            provider = provider.with_payouts(Arc::new(role));
        }
        if is_in(Role::Statements)
            && let Ok(role) = honest.statements()
        {
            let role = statements::Careless::new(self, Arc::clone(role), build);
            provider = provider.with_statements(Arc::new(role));
        }
        if is_in(Role::Notifications)
            && let Ok(role) = honest.notifications()
        {
            let role = notifications::Careless::new(self, Arc::clone(role), settings);
            provider = provider.with_notifications(Arc::new(role));
        }
        provider
    }
}

/// The offset of Vietnamese time from UTC.
const VIETNAM: Duration = Duration::from_secs(7 * 3_600);

/// Makes a new instance of the correct provider.
type Build = Arc<dyn Fn() -> Provider + Send + Sync>;

/// Returns the provider with only the given roles.
pub fn of_roles(provider: &Provider, roles: &[Role]) -> Provider {
    let (id, kind) = (provider.id().clone(), provider.kind().clone());
    let mut made = Provider::new(id, kind, provider.environment());
    made = made.with_departures(provider.departs());
    let is_kept = |role| roles.contains(&role);
    if is_kept(Role::Payments)
        && let Ok(role) = provider.payments()
    {
        made = made.with_payments(Arc::clone(role));
    }
    if is_kept(Role::VirtualAccounts)
        && let Ok(role) = provider.virtual_accounts()
    {
        made = made.with_virtual_accounts(Arc::clone(role));
    }
    if is_kept(Role::Payouts)
        && let Ok(role) = provider.payouts()
    {
        made = made.with_payouts(Arc::clone(role));
    }
    if is_kept(Role::Statements)
        && let Ok(role) = provider.statements()
    {
        made = made.with_statements(Arc::clone(role));
    }
    if is_kept(Role::Notifications)
        && let Ok(role) = provider.notifications()
    {
        made = made.with_notifications(Arc::clone(role));
    }
    made
}

/// Returns a provider made of two providers of the same account, each of which counts only its own
/// calls.
fn from_several(build: &dyn Fn() -> Provider) -> Provider {
    let (provider, other) = (build(), build());
    match other.payouts() {
        Ok(role) => provider.with_payouts(Arc::clone(role)),
        Err(_) => provider,
    }
}

/// Returns the rows of a list as a provider with this mistake reports them.
fn of_rows<T>(bug: Bug, rows: Vec<Listed<T>>) -> Result<Vec<Listed<T>>> {
    match bug {
        Bug::FailsAListForOneRow => Listed::all(rows)
            .map(|rows| rows.into_iter().map(Listed::Read).collect())
            .map_err(|row| row.into_error("list")),
        Bug::SkipsAMalformedRow => {
            Ok(rows.into_iter().filter(|row| row.as_result().is_ok()).collect())
        }
        _ => Ok(rows),
    }
}

/// Returns a confirmed decline.
fn refused<T>(reason: DeclineReason) -> Submission<T> {
    Submission::Declined(Decline::new(reason).confirmed())
}

impl fmt::Display for Bug {
    /// Writes the name in words, such as `retries a server error`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = String::new();
        for character in format!("{self:?}").chars() {
            if character.is_ascii_uppercase() && !words.is_empty() {
                words.push(' ');
            }
            words.push(character.to_ascii_lowercase());
        }
        f.pad(&words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_says_its_name_and_what_is_wrong() {
        assert_eq!(Bug::RetriesAServerError.to_string(), "retries a server error");
        for bug in Bug::ALL {
            assert!(bug.mistake().ends_with('.'), "{bug}: {}", bug.mistake());
        }
    }
}
