//! Records of payouts and payments, each a fold of its observations. Everything here is pure.

mod case;
mod content;
mod credit;
mod observation;
mod outcome;
mod payment;
mod payout;
mod report;
mod seen;
mod state;
#[cfg(test)]
mod stored;

pub use case::{Case, CaseId, CaseKind, Decision, Settled};
pub use credit::CreditRecord;
pub use observation::{Conclusion, Observation, Observed, RefundOf};
pub use outcome::Outcome;
pub use payment::{
    AccountChange, AccountChangeKind, AccountRecord, Cancellation, Compared, Credit, CreditName,
    Instruction, OpeningState, PaymentObservation, PaymentOpening, PaymentRecord, RefundRecord,
    RefundRecordState, Sending, SendingState, Standing, Stated,
};
pub use payout::{PayoutRecord, Permit, RecordKind};
pub use report::{Report, ReportData, Source};
pub use seen::Seen;
pub use state::RecordState;

pub(crate) use content::differing_field;
pub(crate) use payment::LookedAfter;
pub(crate) use seen::CaseText;
