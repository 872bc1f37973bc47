//! The balance inquiry (source: HPay API reference 1.0.0, Account balance Inquiry).

use payments_core::{Error, ErrorKind, Result, Timestamp, money::Currency, payout};
use provider_kit::signature::Formula;

use super::{api::BALANCE, status::CODES, wire};
use crate::{
    api::Api,
    client::HPay,
    envelope::{Envelope, Literal},
    error_codes::Code,
    fields::Fields,
};

/// Queries the balance available for payouts.
pub(crate) async fn balance(hpay: &HPay) -> Result<payout::Balance> {
    if hpay.apis.account == Api::Openapi {
        return hpay.openapi_balance().await;
    }
    let now = hpay.clock.now();
    let fields = Fields::new()
        .with("requestId", now.unix_seconds().to_string())
        .with("merchantId", hpay.merchant_id())
        .with("requestTime", now.vietnam_civil("%Y-%m-%d"));
    hpay.inquire(&BALANCE, fields, |reply| {
        let balance = read(BALANCE.name, &reply.envelope, reply.request_formula(), now)?;
        Ok(balance.with_raw(reply.verify_success()?))
    })
    .await
}

/// Reads the balance.
fn read(
    operation: &'static str,
    envelope: &Envelope<'_>,
    formula: &Formula,
    now: Timestamp,
) -> Result<payout::Balance> {
    if !CODES.is_success(&envelope.error_code) {
        return Err(Code::of(&CODES, envelope).failed_inquiry(operation, formula));
    }
    let data: wire::Balance = envelope.data(operation, "a balance")?;
    let amount = data.balance.money(Currency::VND).map_err(|error| {
        Error::new(ErrorKind::Malformed, "HPay names an amount that is not one in đồng")
            .with_operation(operation)
            .with_source(error)
    })?;
    let at = data.respone_time.as_ref().and_then(Literal::time).unwrap_or(now);
    Ok(payout::Balance::new(amount, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulas::BALANCE_REQUEST;
    use payments_core::money::Money;

    #[test]
    fn a_balance_is_read_with_its_commas_and_its_time() {
        let read = |json: &str| {
            let envelope: Envelope<'_> = serde_json::from_str(json).unwrap();
            super::read("balance", &envelope, &BALANCE_REQUEST, Timestamp::from_unix(7))
                .map_err(|error| error.kind())
        };
        let good = r#"{"data":{"balance":"101,747,939","signature":"s","respone_time":1664182633},
            "requestId":"7C37","error_code":0,"client_ip":"10.0.9.1"}"#;
        let told = read(good).unwrap();
        assert_eq!(told.amount, Money::vnd(101_747_939));
        assert_eq!(told.at, Timestamp::from_unix(1_664_182_633));
        for code in [r#""0""#, r#""00""#, r#""000""#] {
            let text = good.replace(r#""error_code":0"#, &format!(r#""error_code":{code}"#));
            assert_eq!(read(&text).unwrap(), told, "{code}");
        }
        let refused = r#"{"requestId":"17","error_code":215303,"client_ip":"1","message":"m"}"#;
        assert_eq!(read(refused).unwrap_err(), ErrorKind::Authentication);
        assert_eq!(read(&refused.replace("215303", "104")).unwrap_err(), ErrorKind::Malformed);
    }
}
