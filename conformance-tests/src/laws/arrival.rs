//! The fields of a request arrive at the gateway.

use crate::{
    Flaw, Operation,
    flaw::InFlaw as _,
    law::Passed,
    record::{About, Record, Seen, Step},
    requests::Requests,
};

/// The seconds that an expiry loses at gateways that write it in minutes.
const INEXACT: u64 = 60;

pub(super) fn judge(record: &Record) -> Result<Passed, Flaw> {
    let mut tested = false;
    for life in &record.lives {
        let is_allowed = life.about != About::Texts || life.allowed.is_ok();
        let found = format!("{:?}", life.allowed);
        life.unless(is_allowed, "texts within the rules allowed", found)?;
        // Another law checks where a payout goes.
        for seen in life.steps.iter().filter(|_| life.about != About::Beneficiary) {
            let operation = match seen.step {
                // The content of a link arrives only when the buyer follows it.
                Step::Visit => Operation::CreatePayment,
                Step::Do(operation) if operation != Operation::CreatePayment => operation,
                _ => continue,
            };
            tested = true;
            arrived(seen, &given(operation, &life.call.requests))
                .in_call(operation)
                .sent_at(seen.line())?;
        }
    }
    Ok(Passed::if_any(tested))
}

/// Returns the fields of a request under the names of [`ReceivedFields`](crate::ReceivedFields).
fn given(operation: Operation, requests: &Requests) -> Vec<(&'static str, Option<String>)> {
    let end = |at: Option<payments_core::Timestamp>| at.map(|at| at.unix_seconds().to_string());
    match operation {
        Operation::CreatePayment => {
            let request = &requests.payment;
            vec![
                ("description", Some(request.description.clone())),
                ("return_url", request.return_url.clone()),
                ("cancel_url", request.cancel_url.clone()),
                ("notify_url", request.notify_url.clone()),
                ("expires_at", end(request.expires_at)),
            ]
        }
        Operation::RefundPayment => vec![("reason", requests.refund.reason.clone())],
        Operation::OpenVirtualAccount => {
            let request = &requests.open;
            vec![
                ("holder", Some(request.holder.clone())),
                ("remark", request.remark.clone()),
                ("expires_at", end(request.expires_at)),
            ]
        }
        Operation::CreatePayout => {
            let request = &requests.payout;
            vec![("holder", Some(request.beneficiary.name.clone())), ("note", request.note.clone())]
        }
        _ => Vec::new(),
    }
}

/// Checks that each field that the gateway's protocol has arrived unchanged.
fn arrived(seen: &Seen, given: &[(&'static str, Option<String>)]) -> Result<(), Flaw> {
    for (name, given) in given {
        let (Some(given), Some(received)) = (given, seen.received.get(name)) else { continue };
        let is_same = match (given.parse::<i64>(), received.parse::<i64>()) {
            (Ok(given), Ok(received)) => given.abs_diff(received) < INEXACT,
            _ => given == received,
        };
        let expected = format!("{name} {given:?}, as it was given");
        Flaw::unless(is_same, expected, format!("{name} {received:?}"))?;
    }
    Ok(())
}
