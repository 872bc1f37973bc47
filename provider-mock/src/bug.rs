//! Mistakes that real payment code has made, each of which can be put into the mock's provider.
//!
//! They test the conformance suite: a suite that passes a provider with one of them measures too
//! little. The gateway and its client contain none of them. A bug wraps what the honest code
//! builds: its HTTP client, or one of its roles.
//!
//! ```
//! use payments_core::registry::Context;
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

use payments_core::{
    Decline, DeclineReason, Listed, Provider, Result, Submission,
    registry::Context,
    transport::{RetryPolicy, Transport},
};

use crate::{EventSignature, Settings};

/// Writes the enum, the list of its variants, and the description of each.
macro_rules! bugs {
    ($($(#[doc = $line:literal])+ $bug:ident,)+) => {
        /// A mistake.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Bug {
            $($(#[doc = $line])+ $bug,)+
        }

        impl Bug {
            /// Every mistake.
            pub const ALL: &[Self] = &[$(Self::$bug,)+];

            /// What is wrong, and where it was seen.
            pub fn mistake(self) -> &'static str {
                match self {
                    $(Self::$bug => concat!($($line),+).trim_ascii(),)+
                }
            }
        }
    };
}

bugs! {
    // What a provider declares.

    /// A role of the gateway is missing. Seen in formance/payments: a plug-in's capabilities are a
    /// list kept by hand, in which one operation of its interface is missing.
    LeavesOutARole,
    /// The balance is a constant: the gateway is never asked.
    InventsTheBalance,
    /// Every account has the holder of the documents' example: the gateway is never asked.
    InventsTheHolder,
    /// Payments that are opened by a call are declared to be opened offline.
    ClaimsToOpenOffline,
    /// A reference that is too long is cut instead of refused. Three VietQR parsers cut a digit
    /// off an account number.
    CutsALongReference,
    /// Repeats that the gateway deduplicates are declared to be paid again.
    ClaimsToPayAgain,
    /// The check asks the capabilities only, and the call then refuses more. Seen in this workspace:
    /// a router chose a gateway for a reference that only its other method takes.
    RefusesWhatItsCheckAllows,
    /// "Reference used before" is treated like any other refusal, so that the app pays again in
    /// another way.
    TakesADuplicateForARefusal,

    // Sending.

    /// A lost connection is tried again, instructions included, up to three times. Seen in payOS's
    /// Node library and in sepay-pg-php.
    RetriesALostConnection,
    /// A 5xx or 429 is tried again, instructions included. Seen in payOS's Node library and in
    /// sepay-pg-php, where a void can be sent three times.
    RetriesAServerError,
    /// A redirect is followed with the same instruction: the default of many HTTP clients.
    FollowsARedirect,
    /// A lost connection is treated as one that was never made. Seen in object_store, which retries
    /// an incomplete message as not sent, and in formance/payments, which makes it a failure.
    TakesALostConnectionForNone,
    /// A timeout is treated like any other error. In active_merchant it is an exception, and the
    /// code that catches it calls again.
    ThrowsOnATimeout,
    /// A 5xx is treated as a refusal of a payout. Seen in Hyperswitch, where every error of a
    /// payout makes it failed.
    TakesAServerErrorForARefusal,
    /// A 401 or 429 from any server is treated as a refusal of a payout.
    TakesAStrangersStatusForARefusal,
    /// A 200 is treated as an acceptance of a payout, whatever its body.
    TakesAny200ForSuccess,
    /// The next payout is sent under another reference whenever it is called. Seen in
    /// square-mcp-server: a fresh key for each attempt.
    DrawsAFreshReference,
    /// A payout is found by the gateway's own id only. Seen in Hyperswitch before its inquiry by
    /// reference: after a timeout there is no such id to ask about.
    FindsOnlyWhatWasAnswered,
    /// After a lost response, the payout found is reported under the gateway's id instead of the
    /// merchant's reference.
    TellsTheGatewaysName,

    // Reading responses.

    /// The absence of a payout is treated as conclusive at once.
    TakesAnAbsenceForConclusive,
    /// A 404 from any server is treated as the absence of a payout.
    TakesAny404ForAnAbsence,
    /// Amount, account and reference of a payout's response are not compared with what was sent.
    BelievesAnyEcho,
    /// The signature of a response is not checked.
    IgnoresAnswerSignatures,
    /// Only the characters of a response's signature that were sent are compared.
    ComparesAPrefixOfAResponse,
    /// Further characters after a response's signature are ignored.
    ComparesAsMuchAsItMade,
    /// The last of two signatures of a response is checked.
    TakesTheLastSignatureOfAResponse,
    /// An unsigned refusal is treated like a signed one.
    ConfirmsEveryRefusal,
    /// An undocumented state is treated as a failure.
    TakesAnUnknownWordForFailed,
    /// An undocumented code is treated as a refusal.
    TakesAnUnknownCodeForARefusal,
    /// An undecided instruction is treated as failed. Seen in Hyperswitch: payments that are
    /// pending after the last retry are set to failed.
    TakesUndecidedForFailed,

    // Payments and credits.

    /// A payment is reported as settled as soon as it is opened.
    TakesCreatedForPaid,
    /// The amount asked is reported as received. laravel-sepay announces a payment whatever its
    /// amount.
    TakesAskedForReceived,
    /// The amount received is reported as asked, so that nothing is ever short.
    TakesReceivedForAsked,
    /// The time of an inquiry, by the provider's clock, is reported as the time at which the money
    /// arrived.
    TakesNowForWhenItArrived,
    /// A difference of one đồng counts as exact.
    ForgivesADong,
    /// A payment is found by the beginning of its reference. Seen in SePay's webhooks, where the
    /// code of one order is extracted from the longer code of another.
    FindsByTheBeginning,
    /// A payment is found by its reference in any case, as a database compares text by default.
    FindsInAnyCase,
    /// The whole amount is refunded, whatever amount was requested.
    RefundsEverything,
    /// A payment's description is cut at 40 characters. Banks and card networks accept that many.
    CutsTheDescription,
    /// The return address is not sent: the gateway uses its configured one.
    IgnoresTheReturnUrl,
    /// The expiry of a payment is sent in Vietnamese time as if it were UTC.
    TellsTheEndInLocalTime,
    /// The buyer is shown the account of the shop's documents, not the gateway's.
    ShowsAnotherAccount,
    /// The buyer is shown the order's reference as the memo, in which the gateway finds no payment
    /// code.
    ShowsTheReferenceAsMemo,
    /// The QR code has another amount than the text beside it.
    ShowsAQrOfAnotherAmount,
    /// A payment is asked about by the first 40 characters of its reference.
    FindsByFortyCharacters,
    /// The state of an expired payment is missing in the table of states.
    DoesNotKnowExpired,
    /// The order that was opened first is refunded, whichever order is named.
    RefundsTheFirstOrder,
    /// Two credits of the same amount are merged.
    MergesEqualCredits,
    /// A credit of less than the amount asked is dropped.
    DropsTheShortCredit,
    /// Only the first row of a list of credits is compared with the order asked about: an `all`
    /// that became an `any`.
    ComparesTheFirstRow,
    /// Each virtual account is reported with the credits of all: the gateway's list is not
    /// filtered.
    ListsEverybodysCredits,
    /// The state of a partly paid virtual account is missing in the table of states.
    DoesNotKnowPartlyPaid,
    /// The remark of a virtual account is not sent.
    DropsTheRemark,
    /// Once any credit arrived on a virtual account, the amount asked is reported as received.
    TakesAnyCreditForAll,
    /// Once any credit arrived on a virtual account, the amount received is reported as asked.
    TakesTheCreditsForTheAsked,

    // Inquiries.

    /// An inquiry is not repeated after a 503.
    GivesUpAtOnce,
    /// The wait in `Retry-After` is ignored.
    IgnoresHowLongToWait,
    /// An inquiry that fails is treated as an absence.
    TakesAnOutageForAnAbsence,
    /// Each role has a rate limit of its own.
    LimitsEachRoleAlone,
    /// Each call makes a client of its own, whose rate limit starts from zero.
    MakesAClientForEachCall,
    /// A name check that costs a fee is repeated like any inquiry, and not cached.
    AsksForAFeeAgain,
    /// A name check that costs a fee is cached only when its caller gets the response: if the
    /// caller leaves, the next one pays again. Seen in this workspace, in a shared future that was
    /// no longer polled.
    PaysAgainAfterACallerLeft,
    /// The fee is added to the amount sent and subtracted from the amount reported, so that only
    /// the beneficiary notices.
    PaysTheFeeToTheBeneficiary,
    /// Repeats are declared to return the first payout, but are refused as duplicates. Seen in a
    /// plug-in whose documents and gateway disagreed.
    ClaimsToDeduplicate,
    /// A reference is deduplicated for an hour, and then sent under another name as if it were new.
    ForgetsAReferenceAfterAnHour,
    /// The note is not sent.
    DropsTheNote,
    /// The note is cut at 50 characters.
    CutsTheNote,
    /// The time of a payout is read as Vietnamese time, although it is UTC.
    ReadsPayoutTimesAsLocal,
    /// The holder of an account is cached by its number, whatever its bank.
    RemembersHoldersByNumber,
    /// The holder of an account is cached by its bank, for any number there.
    RemembersHoldersByBank,
    /// The provider refuses payout references in mixed case, and its capabilities do not say so.
    TakesNoMixedCase,
    /// A payout goes to another account than requested, and is reported as requested.
    SendsToAnotherAccount,
    /// Every payout goes to one bank: the account's bank is not sent.
    SendsToOneBank,
    /// Every payout goes to the account of the first one: a beneficiary that is registered once.
    SendsToTheFirstBeneficiary,
    /// The balance is in đồng but read as hundredths.
    ReadsTheBalanceInHundredths,
    /// The state of a payout when it was first found is cached for ever.
    RemembersTheFirstState,

    // Statements.

    /// The last entry of a page is lost when there is another page.
    LosesTheLastOfAPage,
    /// An empty page is treated as the last one, although the gateway says that there are more.
    EndsAtAnEmptyPage,
    /// The account that is asked about is not sent.
    ForgetsTheAccount,
    /// The next page starts after the second of the last entry, so that further entries of that
    /// second are never listed.
    GoesOnAfterTheLastSecond,
    /// One malformed row fails the whole list: the rows are read together.
    FailsAListForOneRow,
    /// A row that cannot be read is skipped silently.
    SkipsAMalformedRow,
    /// The rows of a statement are not compared with the account asked about: a row of another
    /// account is accepted.
    TakesEveryRowForTheAccounts,
    /// The amount of an entry is read as đồng, whatever its currency.
    TakesEveryCurrencyForDong,
    /// Entries of the last second of a filter are left out.
    LeavesOutTheLastSecond,
    /// Entries of the first second of a filter are left out.
    LeavesOutTheFirstSecond,
    /// Vietnamese times are read as UTC.
    ReadsLocalTimeAsUtc,
    /// The bank's reference is read from the field with the gateway's own.
    ReadsTheWrongReference,

    // Notifications.

    /// A paid payment is reported as an event of an unknown kind: its kind is misspelt in the
    /// reader, and the last match arm accepts it.
    OverhearsAPayment,
    /// A payout that succeeded is reported as pending: its state is that of the first notification.
    TellsAPayoutAsItBegan,
    /// A notification's amount asked is read as the amount received.
    HearsAskedForReceived,
    /// Vietnamese times in a notification are read as UTC.
    HearsLocalTimeAsUtc,
    /// The time of delivery is reported as the time of the event, also for a repeated delivery.
    HearsMoneyWhenItIsDelivered,
    /// The currency of a notification is ignored: every amount is read as đồng.
    HearsEveryAmountInDong,
    /// The dedupe key is read from the query first, which no signature covers: an attacker can
    /// replay a credit under another key.
    KeysByTheQuery,
    /// Đồng are divided by a hundred. Seen in active_merchant, which lists them among the
    /// currencies without fractions; and lehuygiang28/vnpay #15 divides before it hashes.
    DividesDongByAHundred,
    /// A delivery without a signature needs none. Seen in laravel-sepay while no token is
    /// configured, and in hyperswitch-prism, whose default algorithm accepts everything.
    AcceptsAMissingSignature,
    /// Only the characters of the signature that were sent are compared.
    ComparesAPrefix,
    /// The time window is placed around the delivery's own timestamp.
    TakesTheStampForNow,
    /// A parameter of the query takes precedence over the signed body.
    ReadsTheQueryFirst,
    /// A confirmation returns the claim of the delivery.
    ConfirmsTheClaim,
    /// A confirmation is given without an inquiry.
    ConfirmsWithoutAsking,
    /// The dedupe key is the signature, which differs each time. frain-dev/convoy #1618: each
    /// provider has its key elsewhere.
    KeysByTheSignature,
    /// The dedupe key of a payment's event is its order, so that a second payment counts as a
    /// repetition. Seen in shops that mark an order as handled.
    KeysByTheOrder,
    /// The dedupe key of a payment's event is in lower case, so that the orders `INV-a` and `INV-A`
    /// share one.
    KeysInLowerCase,
    /// A confirmed event keeps the claimed dedupe key, which a forger can choose.
    KeysByTheClaim,
    /// The gateway's sample delivery is booked like any other. Seen in plug-ins for payOS, whose sample
    /// is a validly signed credit.
    BooksATestOfTheAddress,
    /// A test delivery is refused, so that the address is never registered.
    RefusesATestOfTheAddress,
    /// The return of the buyer's browser settles the payment.
    TrustsTheBrowser,
    /// An event of an unknown kind is refused. Seen in async-stripe #499: one unknown value fails
    /// the whole event.
    RefusesAnUnknownKind,
    /// A delivery with an unknown field is refused: a reader that denies unknown fields.
    RefusesAnUnknownField,
    /// A missing field causes a panic.
    PanicsWithoutAField,
    /// A body that is not text causes a panic.
    PanicsOnStrangeBytes,
    /// The reply to a delivery that was handled before is 422. Seen in laravel-sepay, so that SePay
    /// sends it again.
    RefusesADuplicate,
    /// The reply to a forgery is that of a handled delivery.
    AcknowledgesAForgery,

    // Notifications whose signature is in the body, beside the event.

    /// An amount beside the signed event is read as the amount received: a reader that finds names
    /// anywhere.
    ReadsTheAmountBesideTheEvent,
    /// The signature is checked over the first event of a body, and the last one is read. Two JSON
    /// readers choose different ones of two members.
    ReadsTheLastOfTwoEvents,
    /// The signature is checked over the last of two members of an event, and the first is read.
    ReadsTheFirstOfTwoMembers,
    /// Only the documented members are signed again, so that no signature fits once the gateway adds
    /// one. Seen in payOS's Python, Java and .NET libraries.
    SignsKnownMembersOnly,
    /// The members of an event are written again as they were read, so that a new field breaks the
    /// signature. Seen in payOS's Java and .NET libraries, which drop fields before they sign.
    SignsTheDataAsItReadsIt,
    /// A field beside the event and its signature is refused.
    RefusesAFieldBesideTheEvent,
    /// The kind of an event is read beside it, so that an attacker can turn a payment into an
    /// unknown event, which is acknowledged.
    TakesTheKindBesideTheEvent,
    /// The state of a payment is read beside its event, so that an attacker can use up the key of
    /// the money with a failure.
    TakesTheStateBesideTheEvent,
    /// An event whose kind was moved into the member before it has the same signed text; it is
    /// treated as unknown and acknowledged.
    TakesAnEventWithoutAKindForUnknown,

    // Secrets.

    /// Every request is traced with its headers.
    TracesTheKey,
    /// The error of an inquiry contains the API key.
    TellsTheKeyInAnError,
    /// The error of an inquiry contains the header that was sent, with the key in base64.
    TellsTheKeyInBase64,
    /// The error of a refused delivery contains the secret that it was checked with.
    TellsTheSecretToAForger,
    /// The buyer's link contains the key.
    PutsTheKeyIntoTheLink,

    // Runtimes.

    /// The mark that a payout is under way is removed at its end, which a dropped call never
    /// reaches.
    StaysBusy,
    /// Requests are sent by a task that the first call spawns.
    SendsFromTheFirstRuntime,

    // Departures.

    /// A payout is sent by a task of its own, so that a caller who leaves does not stop it; a
    /// journal around the call then cannot record it before it is sent.
    SendsBesideItsDeparture,
    /// Instructions do not name the order or payout that they are about.
    NamesNoSubject,
}

impl Bug {
    /// The provider that `build` makes, with this mistake in it. `settings` are those of its
    /// gateway, and `build` is called with the `context` that the bug has changed.
    pub fn seed(
        self,
        settings: &Settings,
        context: &Context,
        build: impl Fn(&Context) -> Provider + Send + Sync + 'static,
    ) -> Provider {
        let context = self.context(settings, context);
        let build = move || build(&context);
        let provider = match self {
            Self::LeavesOutARole => without_payouts(&build()),
            Self::LimitsEachRoleAlone => from_several(&build),
            _ => build(),
        };
        self.around(&provider, settings, Arc::new(build))
    }

    /// The settings of a gateway at which the mistake can be seen.
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
        let api_key = settings.api_key.clone();
        context.client = self.client(context.client, api_key);
        context
    }

    fn client(self, inner: Arc<dyn Transport>, api_key: String) -> Arc<dyn Transport> {
        Arc::new(client::Careless::new(self, inner, api_key))
    }

    fn around(self, honest: &Provider, settings: &Settings, build: Build) -> Provider {
        let mut provider = honest.clone();
        if let Ok(role) = honest.payments() {
            let role = payments::Careless::new(self, Arc::clone(role), settings);
            provider = provider.with_payments(Arc::new(role));
        }
        if let Ok(role) = honest.virtual_accounts() {
            let role = virtual_accounts::Careless::new(self, Arc::clone(role));
            provider = provider.with_virtual_accounts(Arc::new(role));
        }
        if let Ok(role) = honest.payouts() {
            let role = payouts::Careless::new(self, Arc::clone(role), Arc::clone(&settings.clock));
            provider = provider.with_payouts(Arc::new(role));
        }
        if let Ok(role) = honest.statements() {
            let role = statements::Careless::new(self, Arc::clone(role), build);
            provider = provider.with_statements(Arc::new(role));
        }
        if let Ok(role) = honest.notifications() {
            let role = notifications::Careless::new(self, Arc::clone(role), settings);
            provider = provider.with_notifications(Arc::new(role));
        }
        provider
    }
}

/// The offset of Vietnamese time from UTC.
const VIETNAM: Duration = Duration::from_secs(7 * 3_600);

/// Makes the honest provider once more.
type Build = Arc<dyn Fn() -> Provider + Send + Sync>;

fn without_payouts(honest: &Provider) -> Provider {
    let mut provider =
        Provider::new(honest.id().clone(), honest.kind().clone(), honest.environment());
    if let Ok(role) = honest.payments() {
        provider = provider.with_payments(Arc::clone(role));
    }
    if let Ok(role) = honest.virtual_accounts() {
        provider = provider.with_virtual_accounts(Arc::clone(role));
    }
    if let Ok(role) = honest.statements() {
        provider = provider.with_statements(Arc::clone(role));
    }
    if let Ok(role) = honest.notifications() {
        provider = provider.with_notifications(Arc::clone(role));
    }
    provider
}

/// Two providers of the same account, each of which counts only its own calls.
fn from_several(build: &dyn Fn() -> Provider) -> Provider {
    let (provider, other) = (build(), build());
    match other.payouts() {
        Ok(role) => provider.with_payouts(Arc::clone(role)),
        Err(_) => provider,
    }
}

/// The rows of a list as a provider with this mistake reports them.
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

/// A confirmed decline.
fn refused<T>(reason: DeclineReason) -> Submission<T> {
    Submission::Declined(Decline::new(reason).confirmed())
}

impl fmt::Display for Bug {
    /// Its name in words, such as `retries a server error`.
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
