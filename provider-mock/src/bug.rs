//! Mistakes that real payment code has made, each of which can be put into the mock's provider.
//!
//! They are what the conformance suite is tested by: a suite that lets one of them pass measures
//! too little. The gateway and its client know nothing of them. A bug stands around what the honest
//! code builds: before its HTTP client, or before one of its roles.
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

/// Writes the enum, the list of its variants, and what each says of itself.
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
    // What a provider says of itself.

    /// A role that the gateway has is not handed over. Seen in formance/payments: what a plug-in
    /// can do is a list kept by hand, and one operation of its interface has no entry there.
    LeavesOutARole,
    /// The balance is a constant: the gateway is never asked.
    InventsTheBalance,
    /// Every account has the holder of the documents' example: the gateway is never asked.
    InventsTheHolder,
    /// What is sent over the network is declared to be made offline.
    ClaimsToOpenOffline,
    /// What the capabilities deny is answered all the same, by whoever holds the role without its
    /// guard.
    AnswersWhatItDoesNotDeclare,
    /// An amount beyond the limits is left to the guard to refuse.
    LeavesLimitsToTheGuard,
    /// A field that the gateway requires is left to the guard to ask for.
    LeavesARequiredFieldToTheGuard,
    /// A reference that is too long is cut instead of refused. Three VietQR parsers cut a digit
    /// off an account number.
    CutsALongReference,
    /// Repeats that the gateway recognises are declared to be paid again.
    ClaimsToPayAgain,
    /// The check asks the capabilities only, and the call then refuses more. Seen in this workspace:
    /// a router chose a gateway for a reference that only its other method takes.
    RefusesWhatItsCheckAllows,
    /// A reference that was used before is a refusal like any other, so that the app chooses another
    /// way to pay what was paid already.
    TakesADuplicateForARefusal,

    // What was sent.

    /// A lost connection is tried again, instructions included, up to three times. Seen in payOS's
    /// Node library and in sepay-pg-php.
    RetriesALostConnection,
    /// A 5xx or 429 is tried again, instructions included. Seen in payOS's Node library and in
    /// sepay-pg-php, where a void can be sent three times.
    RetriesAServerError,
    /// A redirect is followed with the same instruction: the default of many HTTP clients.
    FollowsARedirect,
    /// A lost connection is taken for one that was never made. Seen in object_store, which retries
    /// an incomplete message as not sent, and in formance/payments, which makes it a failure.
    TakesALostConnectionForNone,
    /// A timeout is an error like any other. In active_merchant it is an exception, and whoever
    /// catches it calls again.
    ThrowsOnATimeout,
    /// A 5xx refuses a payout. Seen in Hyperswitch, where every error of a payout makes it failed.
    TakesAServerErrorForARefusal,
    /// A 401 or 429 of anybody's refuses a payout.
    TakesAStrangersStatusForARefusal,
    /// A 200 accepts a payout, whatever stands in its body.
    TakesAny200ForSuccess,
    /// The next payout is sent under another reference whenever it is called. Seen in
    /// square-mcp-server: a fresh key for each attempt.
    DrawsAFreshReference,
    /// A payout is known by the gateway's own name alone. Seen in Hyperswitch before its inquiry by
    /// reference: after a timeout there is no such name, and nothing to ask about.
    FindsOnlyWhatWasAnswered,
    /// What is found after a lost answer is told under the gateway's name instead of the merchant's.
    TellsTheGatewaysName,

    // What an answer says.

    /// That the gateway does not know a payout is conclusive at once.
    TakesAnAbsenceForConclusive,
    /// A 404 of anybody's says that there is no such payout.
    TakesAny404ForAnAbsence,
    /// Amount, account and reference of a payout's answer are not compared with what was sent.
    BelievesAnyEcho,
    /// The signature of an answer is not checked.
    IgnoresAnswerSignatures,
    /// As much of a response's signature is compared as was sent.
    ComparesAPrefixOfAResponse,
    /// A response's signature may go on behind the right one.
    ComparesAsMuchAsItMade,
    /// Of two signatures of a response the last one counts.
    TakesTheLastSignatureOfAResponse,
    /// A refusal that nobody signed is as good as a signed one.
    ConfirmsEveryRefusal,
    /// A state that is documented nowhere is a failure.
    TakesAnUnknownWordForFailed,
    /// A code that is documented nowhere is a refusal.
    TakesAnUnknownCodeForARefusal,
    /// What the gateway has not decided has failed. Seen in Hyperswitch: payments that are pending
    /// after the last retry are set to failed.
    TakesUndecidedForFailed,

    // Payments and credits.

    /// A payment is settled as soon as it is opened.
    TakesCreatedForPaid,
    /// As much arrived as was asked. laravel-sepay announces a payment whatever its amount.
    TakesAskedForReceived,
    /// As much was asked as arrived, so that nothing is ever short.
    TakesReceivedForAsked,
    /// A payment's money arrived when the payment is asked about, by the provider's own clock.
    TakesNowForWhenItArrived,
    /// A đồng more or less is exact.
    ForgivesADong,
    /// A payment is found by the beginning of its reference. Seen in SePay's webhooks, where the
    /// code of one order is cut out of the longer code of another one.
    FindsByTheBeginning,
    /// A payment is found by its reference in any case, as a database compares text by default.
    FindsInAnyCase,
    /// Everything is given back, however much was asked for.
    RefundsEverything,
    /// A payment's description is cut at 40 characters. Banks and cards take so many.
    CutsTheDescription,
    /// The address to return to is not sent: another one is configured at the gateway.
    IgnoresTheReturnUrl,
    /// The end of a payment is told in the zone of Vietnam as if it were of Greenwich.
    TellsTheEndInLocalTime,
    /// The account that the buyer is shown is the one of the shop's documents, not the gateway's.
    ShowsAnotherAccount,
    /// The buyer is shown the order's reference as the memo, in which the gateway finds no code.
    ShowsTheReferenceAsMemo,
    /// The QR code is of another amount than the text beside it.
    ShowsAQrOfAnotherAmount,
    /// A payment is asked about by the first 40 characters of its reference.
    FindsByFortyCharacters,
    /// A payment that expired is in a state that the table of words does not have.
    DoesNotKnowExpired,
    /// The money of the order that was opened first is given back, whichever is named.
    RefundsTheFirstOrder,
    /// Two credits of one amount are one.
    MergesEqualCredits,
    /// A credit of less than was asked is none.
    DropsTheShortCredit,
    /// Of a list of credits only the first row is compared with what was asked about: an `all` that
    /// became an `any`.
    ComparesTheFirstRow,
    /// The credits of every virtual account are told of each: the gateway's list is not filtered.
    ListsEverybodysCredits,
    /// A virtual account that is paid in part is in a state that the table of words does not have.
    DoesNotKnowPartlyPaid,
    /// The remark of a virtual account is not sent.
    DropsTheRemark,
    /// As much arrived on a virtual account as was asked, once anything did.
    TakesAnyCreditForAll,
    /// As much was asked on a virtual account as arrived, once anything did.
    TakesTheCreditsForTheAsked,

    // Inquiries.

    /// The first 503 is the last word.
    GivesUpAtOnce,
    /// How long to wait is read from no header.
    IgnoresHowLongToWait,
    /// A payment that cannot be asked for is absent.
    TakesAnOutageForAnAbsence,
    /// Each role counts its calls by itself.
    LimitsEachRoleAlone,
    /// Each call makes a client of its own, which counts from zero.
    MakesAClientForEachCall,
    /// A name check that costs a fee is asked again like any inquiry, and not kept.
    AsksForAFeeAgain,
    /// A name check that costs a fee is kept once its caller has the answer: if the caller leaves, the
    /// next one pays again. Seen in this workspace, in a shared future that nobody polled any more.
    PaysAgainAfterACallerLeft,
    /// The fee is put on top of what is sent, and taken off what is told: nobody sees it but the
    /// beneficiary.
    PaysTheFeeToTheBeneficiary,
    /// Repeats are declared to be answered with the first payout, and are refused as duplicates. Seen in
    /// a plug-in whose documents said the one while its gateway did the other.
    ClaimsToDeduplicate,
    /// A reference is remembered for an hour, and then sent under another name as if it were new.
    ForgetsAReferenceAfterAnHour,
    /// The note is not sent.
    DropsTheNote,
    /// The note is cut at 50 characters.
    CutsTheNote,
    /// The time of a payout is read in the zone of Vietnam, although it is in UTC.
    ReadsPayoutTimesAsLocal,
    /// The holder of an account is remembered by its number, whatever its bank.
    RemembersHoldersByNumber,
    /// The holder of an account is remembered by its bank, and any number there has it.
    RemembersHoldersByBank,
    /// A payout's reference in which letters of both cases are mixed is not taken, and the capabilities
    /// do not say so.
    TakesNoMixedCase,
    /// A payout goes to another account than the one that was asked for, and is reported as asked.
    SendsToAnotherAccount,
    /// Every payout goes to one bank: the account's bank is not sent.
    SendsToOneBank,
    /// Every payout goes to the account of the first one: a beneficiary that is registered once.
    SendsToTheFirstBeneficiary,
    /// The balance is in đồng and read as hundredths.
    ReadsTheBalanceInHundredths,
    /// What a payout was when it was first found is what it stays.
    RemembersTheFirstState,

    // Statements.

    /// The last entry of a page is lost when there is another page.
    LosesTheLastOfAPage,
    /// A page without entries is the last one, whatever the gateway says of more.
    EndsAtAnEmptyPage,
    /// The account that is asked about is not handed on.
    ForgetsTheAccount,
    /// The next page goes on after the second of the last entry, so that what was booked in the same
    /// second and did not fit is never listed.
    GoesOnAfterTheLastSecond,
    /// One malformed row fails the whole list: the rows are read together.
    FailsAListForOneRow,
    /// A row that cannot be read is skipped without a word.
    SkipsAMalformedRow,
    /// The rows of a statement of one account are not compared with that account: one of another account
    /// is read like the others.
    TakesEveryRowForTheAccounts,
    /// Whatever currency a line is in, its amount is taken for đồng.
    TakesEveryCurrencyForDong,
    /// What was booked in the last second of a filter is left out.
    LeavesOutTheLastSecond,
    /// What was booked in the first second of a filter is left out.
    LeavesOutTheFirstSecond,
    /// Times of Vietnam are read as if they were of Greenwich.
    ReadsLocalTimeAsUtc,
    /// The bank's reference is read from the field of the gateway's own.
    ReadsTheWrongReference,

    // Notifications.

    /// A payment that is paid is told as an event of an unknown kind: its kind is spelt otherwise
    /// than it is read, and the last arm takes it.
    OverhearsAPayment,
    /// A payout that succeeded is told as one that is under way: its state is what the first
    /// notification said.
    TellsAPayoutAsItBegan,
    /// A notification's amount asked is taken for the amount that came.
    HearsAskedForReceived,
    /// Times of Vietnam in a notification are read as if they were of Greenwich.
    HearsLocalTimeAsUtc,
    /// What a notification tells of happened when it is delivered, also if it is delivered again.
    HearsMoneyWhenItIsDelivered,
    /// The currency of a notification is not read: every amount is in đồng.
    HearsEveryAmountInDong,
    /// The dedupe key is read from the query first, which no signature covers: who overheard a credit
    /// tells it again under another key.
    KeysByTheQuery,
    /// Đồng are divided by a hundred. Seen in active_merchant, which lists them among the
    /// currencies without fractions; and lehuygiang28/vnpay #15 divides before it hashes.
    DividesDongByAHundred,
    /// A delivery without a signature needs none. Seen in laravel-sepay while no token is
    /// configured, and in hyperswitch-prism, whose default algorithm accepts everything.
    AcceptsAMissingSignature,
    /// As much of the signature is compared as was sent.
    ComparesAPrefix,
    /// The window of time is laid around the delivery's own stamp.
    TakesTheStampForNow,
    /// A parameter of the query goes before the signed body.
    ReadsTheQueryFirst,
    /// A confirmation repeats what the delivery claimed.
    ConfirmsTheClaim,
    /// A confirmation is given without an inquiry.
    ConfirmsWithoutAsking,
    /// The dedupe key is the signature, which is another one each time. frain-dev/convoy #1618: each
    /// provider's key sits elsewhere.
    KeysByTheSignature,
    /// The dedupe key of a payment's news is its order, so that money which arrives a second time is
    /// taken for the first. Seen in shops that mark an order as handled.
    KeysByTheOrder,
    /// The dedupe key of a payment's news is written in small letters, so that the orders `INV-a` and
    /// `INV-A` share one.
    KeysInLowerCase,
    /// A confirmed event keeps the dedupe key that was claimed, which a forger can choose.
    KeysByTheClaim,
    /// The gateway's sample delivery is booked like any other. Seen in plug-ins for payOS, whose sample
    /// is a validly signed credit.
    BooksATestOfTheAddress,
    /// A delivery that only tries the address is refused, so that it is never registered.
    RefusesATestOfTheAddress,
    /// The return of the buyer's browser settles the payment.
    TrustsTheBrowser,
    /// An event of a kind that is not known is refused. Seen in async-stripe #499: one unknown value
    /// fails the whole event.
    RefusesAnUnknownKind,
    /// A delivery with a field that is not known is refused: a reader that denies unknown fields.
    RefusesAnUnknownField,
    /// A field that the gateway leaves out panics.
    PanicsWithoutAField,
    /// A body that is not text panics.
    PanicsOnStrangeBytes,
    /// A delivery that was handled before is answered by 422. Seen in laravel-sepay, so that SePay
    /// sends it again.
    RefusesADuplicate,
    /// A forgery is answered like a delivery that was handled.
    AcknowledgesAForgery,

    // Notifications whose signature is in the body, beside the event.

    /// An amount beside the signed event is the amount that came: a reader that looks for names
    /// wherever they are.
    ReadsTheAmountBesideTheEvent,
    /// The signature is checked over the first event of a body, and the last one is read. Two readers
    /// of JSON take another one of two members each.
    ReadsTheLastOfTwoEvents,
    /// The signature is checked over the last of two members of an event, and the first is read.
    ReadsTheFirstOfTwoMembers,
    /// Only the documented members are signed again, so that no signature fits once the gateway adds
    /// one. Seen in payOS's Python, Java and .NET libraries.
    SignsKnownMembersOnly,
    /// What an event holds is written again as it was read, so that a new field in it breaks the
    /// signature. Seen in payOS's Java and .NET libraries, which drop fields before they sign.
    SignsTheDataAsItReadsIt,
    /// A field beside the event and its signature is refused.
    RefusesAFieldBesideTheEvent,
    /// The kind of an event is read beside it, so that who overheard a payment turns it into something
    /// unknown, which is acknowledged.
    TakesTheKindBesideTheEvent,
    /// The state of a payment is read beside its event, so that who overheard it uses up the key of the
    /// money with a failure.
    TakesTheStateBesideTheEvent,
    /// An event whose kind was made part of the member before it is unknown, and acknowledged: the
    /// signed text is the same.
    TakesAnEventWithoutAKindForUnknown,

    // Secrets.

    /// Every request is traced with its headers.
    TracesTheKey,
    /// An inquiry's error says with which key it was made.
    TellsTheKeyInAnError,
    /// The same by the header that was sent, in which the key stands in base64.
    TellsTheKeyInBase64,
    /// A refused delivery says with which secret it was checked.
    TellsTheSecretToAForger,
    /// The buyer's link carries the key.
    PutsTheKeyIntoTheLink,

    // Runtimes.

    /// A mark that another payout is under way is taken back at its end, which a dropped call never
    /// reaches.
    StaysBusy,
    /// Requests are sent by a task that the first call spawns.
    SendsFromTheFirstRuntime,

    // Departures.

    /// A payout is sent by a task of its own, so that a caller who leaves does not stop it; a journal
    /// around the call then cannot record it before it leaves.
    SendsBesideItsDeparture,
    /// Instructions do not name the order or payout that they are about.
    NamesNoSubject,
}

impl Bug {
    /// The provider that `build` makes, with this mistake in it. `settings` are its gateway's, and
    /// `build` is called with what the bug makes of `context`.
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

/// How far the clocks of Vietnam are ahead of Greenwich.
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

/// Two providers of the same account, each of which knows only of its own calls.
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

/// A refusal that is believed.
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
