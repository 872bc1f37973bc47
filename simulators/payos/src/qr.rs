//! The VietQR code of a link (NAPAS VietQR format 1.0): a transfer to an account with an amount and a
//! memo.

/// The text of the code.
pub(crate) fn of(bin: &str, account: &str, amount: i64, memo: &str) -> String {
    let beneficiary = field("00", bin) + &field("01", account);
    let merchant =
        field("00", "A000000727") + &field("01", &beneficiary) + &field("02", "QRIBFTTA");
    let text = field("00", "01")
        + &field("01", "12")
        + &field("38", &merchant)
        + &field("53", "704")
        + &field("54", &amount.to_string())
        + &field("58", "VN")
        + &field("62", &field("08", memo))
        + "6304";
    let crc = crc(text.as_bytes());
    format!("{text}{crc:04X}")
}

fn field(id: &str, value: &str) -> String {
    format!("{id}{:02}{value}", value.len())
}

/// CRC-16/CCITT-FALSE, as EMVCo has it.
fn crc(text: &[u8]) -> u16 {
    let mut crc: u16 = 0xFFFF;
    for byte in text {
        crc ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
        }
    }
    crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_ends_with_the_checksum_of_what_stands_before() {
        let code = of("970418", "V3CAS0123456789", 50_000, "CS62H9BJD45 Hai ly ca phe");
        let (text, written) = code.split_at(code.len() - 4);
        let crc = crc::Crc::<u16>::new(&crc::CRC_16_IBM_3740).checksum(text.as_bytes());
        assert_eq!(written, format!("{crc:04X}"));
        assert!(text.contains("540550000") && text.contains("0825CS62H9BJD45 Hai ly ca phe"));
    }
}
