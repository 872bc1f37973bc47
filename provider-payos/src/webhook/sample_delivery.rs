//! The sample that payOS posts to an address that is being registered. It has a valid signature but
//! never reports money.

use super::wire::Transfer;

/// The account and the bank's reference of the sample (source: payos.vn/docs, webhook), by which
/// payOS's plug-ins for Sapo and Haravan recognise it.
const ACCOUNT: &str = "12345678";
const REFERENCE: &str = "TF230204212323";

/// The order and the memo of an older sample (payOSHQ/payos-demo-nodejs).
const ORDER: u64 = 123;
const OLDER_MEMO: &str = "Ma giao dich thu nghiem";

/// The fields by which the sample is recognised.
pub(super) const KNOWN_BY: &[&str] = &["accountNumber", "reference", "orderCode", "description"];

/// Returns `true` if a verified delivery is the sample.
pub(super) fn is_sample(transfer: &Transfer) -> bool {
    let newer =
        transfer.account_number.as_deref() == Some(ACCOUNT) && transfer.reference == REFERENCE;
    let older = transfer.order_code.0 == ORDER
        && transfer.description.as_deref().is_some_and(|memo| memo.trim() == OLDER_MEMO);
    newer || older
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(account: &str, reference: &str, order: u64, memo: &str) -> bool {
        let json = format!(
            r#"{{"orderCode":{order},"amount":3000,"description":"{memo}","accountNumber":"{account}",
            "reference":"{reference}","paymentLinkId":"1","code":"00"}}"#
        );
        is_sample(&serde_json::from_str(&json).unwrap())
    }

    #[test]
    fn the_sample_is_known_by_two_fields_and_an_order_of_ours_is_not_one() {
        assert!(read(ACCOUNT, REFERENCE, 123, "VQRIO123"));
        assert!(read(ACCOUNT, REFERENCE, 7, "anything"));
        assert!(read("1", "FT1", 123, "Ma giao dich thu nghiem"));
        assert!(!read(ACCOUNT, "FT1", 123, "VQRIO123"));
        assert!(!read("1", REFERENCE, 123, "VQRIO123"));
        assert!(!read("1", "FT1", 7, "Ma giao dich thu nghiem"));
    }
}
