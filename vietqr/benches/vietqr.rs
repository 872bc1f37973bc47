//! Building and parsing a VietQR payload, compared with a hand-written builder that does no more
//! than it must: one buffer, and a CRC by a table of bytes.
//!
//! The last lines are the ratios, measured in turns in the same run. The budgets are 1.35 for
//! building and 2 for parsing.

#[path = "../../payments-core/benches/turns/mod.rs"]
mod turns;

use std::hint::black_box;
use std::process::ExitCode;

use criterion::Criterion;
use turns::{in_turns, ratio};
use vietqr::{Detail, VietQr, VietQrError};

const BIN: &str = "970403";
const NUMBER: &str = "0011012345678";
const AMOUNT: i64 = 180_000;
const BILL: &str = "NPS6869";
const PURPOSE: &str = "thanh toan don hang";

/// The payload that all of the above build (NAPAS VietQR format 1.0, section 6.1.3).
const PAYLOAD: &str = "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA\
                       530370454061800005802VN62340107NPS68690819thanh toan don hang63042E2E";

/// The number of calls of each in one turn.
const CALLS: u32 = 2_000;

fn main() -> ExitCode {
    let build = || build(black_box(BIN), black_box(NUMBER)).map_or(0, |payload| payload.len());
    let parse =
        || VietQr::parse(black_box(PAYLOAD)).map_or(0, |qr| usize::from(qr.amount().is_some()));
    let by_hand =
        || baseline::build(black_box(BIN), NUMBER, black_box(AMOUNT), BILL, PURPOSE).len();
    if (build(), parse(), by_hand()) != (PAYLOAD.len(), 1, PAYLOAD.len()) {
        eprintln!("what is measured does not work");
        return ExitCode::FAILURE;
    }

    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("vietqr/build", |bencher| bencher.iter(build));
    criterion.bench_function("vietqr/parse", |bencher| bencher.iter(parse));
    criterion.bench_function("vietqr/by hand", |bencher| bencher.iter(by_hand));
    criterion.final_summary();

    let [build, parse, by_hand] = in_turns(CALLS, [&build, &parse, &by_hand]);
    println!("vietqr: one call by hand takes {} ns", (by_hand / CALLS).as_nanos());
    println!("vietqr: build takes {} times as long (budget 1.35)", ratio(build, by_hand));
    println!("vietqr: parse takes {} times as long (budget 2.00)", ratio(parse, by_hand));
    ExitCode::SUCCESS
}

/// Builds the text from the values, with all checks.
fn build(bin: &str, number: &str) -> Result<String, VietQrError> {
    let qr = VietQr::to_account(bin, number)?
        .with_amount(black_box(AMOUNT))?
        .with_detail(Detail::Bill, black_box(BILL))?
        .with_purpose(black_box(PURPOSE))?;
    Ok(qr.payload())
}

/// The minimal builder.
mod baseline {
    pub(super) fn build(bin: &str, number: &str, amount: i64, bill: &str, purpose: &str) -> String {
        let mut out = String::with_capacity(256);
        out.push_str("00020101021238");
        two_digits(&mut out, number.len() + 44);
        out.push_str("0010A00000072701");
        two_digits(&mut out, number.len() + 14);
        out.push_str("0006");
        out.push_str(bin);
        object(&mut out, "01", number);
        out.push_str("0208QRIBFTTA5303704");
        object(&mut out, "54", &amount.to_string());
        out.push_str("5802VN62");
        two_digits(&mut out, 8 + bill.len() + purpose.len());
        object(&mut out, "01", bill);
        object(&mut out, "08", purpose);
        out.push_str("6304");
        let crc = crc(out.as_bytes());
        for shift in [12, 8, 4, 0] {
            let digit = char::from_digit(u32::from(crc >> shift & 0xF), 16);
            out.extend(digit.map(|digit| digit.to_ascii_uppercase()));
        }
        out
    }

    fn object(out: &mut String, id: &str, value: &str) {
        out.push_str(id);
        two_digits(out, value.len());
        out.push_str(value);
    }

    fn two_digits(out: &mut String, number: usize) {
        for digit in [number / 10, number % 10] {
            out.push(char::from(b'0' + u8::try_from(digit).unwrap_or(0)));
        }
    }

    static TABLE: [u16; 256] = table();

    #[expect(
        clippy::indexing_slicing,
        reason = "a constant is made, and a wrong index fails to compile"
    )]
    const fn table() -> [u16; 256] {
        let mut table = [0; 256];
        let mut index = 0;
        let mut first = 0_u16;
        while index < table.len() {
            let mut crc = first << 8;
            let mut bit = 0;
            while bit < 8 {
                crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
                bit += 1;
            }
            table[index] = crc;
            index += 1;
            first += 1;
        }
        table
    }

    #[expect(clippy::indexing_slicing, reason = "a byte is always below 256")]
    fn crc(bytes: &[u8]) -> u16 {
        bytes.iter().fold(0xFFFF, |crc, &byte| {
            let [high, _] = crc.to_be_bytes();
            (crc << 8) ^ TABLE[usize::from(high ^ byte)]
        })
    }
}
