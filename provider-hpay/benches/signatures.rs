//! Signing a payout with either signer beside aws-lc-rs alone, and the MD5 signature of a virtual
//! account beside md-5 and hex alone.
//!
//! The last lines are the ratios, taken in turns in this very run. The budgets are 1.05 for a
//! payout signed with `aws-lc`, and 1.5 for an MD5 signature; the rsa crate has none.

#[path = "../../payments-core/benches/turns/mod.rs"]
mod turns;

use std::hint::black_box;
use std::process::ExitCode;

use aws_lc_rs::{rand::SystemRandom, rsa::KeyPair, signature::RSA_PKCS1_SHA256};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use md5::{Digest as _, Md5};
use payments_core::Secret;
use provider_hpay::formulas::{PAYOUT_REQUEST, VA_CREATE_REQUEST};
use provider_kit::signature::{
    Field, Keys, SigningKeys,
    rsa::{Signer, SignerKind},
};
use turns::{in_turns, ratio};

const KEY: &str = include_str!("../../simulators/hpay/data/test-only/merchant.key.pem");
const PASSCODE: &str = "TEST-ONLY-hpay-passcode-0001";

const PAYOUT: [Field<'static>; 4] = [
    ("requestId", b"20260042"),
    ("merchantId", b"12345"),
    ("amount", b"1000000"),
    ("bankAccountName", b"NGUYEN VAN A"),
];
const ACCOUNT: [Field<'static>; 2] = [("merchantId", b"12345"), ("condition", b"1")];

/// How often each is called in one turn: short turns, so that a busy machine disturbs few of them.
const PAYOUTS: u32 = 1;
const CODES: u32 = 1_000;

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("what is measured does not work: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), Box<dyn std::error::Error>> {
    let keys = Keys::one(Secret::new(PASSCODE)?);
    let rsa = SignerKind::Rsa.read(KEY.as_bytes())?;
    let aws_lc = SignerKind::AwsLc.read(KEY.as_bytes())?;
    let pay = |signer: &dyn Signer| {
        PAYOUT_REQUEST
            .sign(black_box(&PAYOUT), SigningKeys { secret: Some(&keys), signer: Some(signer) })
            .unwrap_or_default()
    };

    let der: String = KEY.lines().filter(|line| !line.starts_with("-----")).collect();
    let alone = KeyPair::from_pkcs8(&STANDARD.decode(der)?)?;
    let text = format!("20260042|12345|1000000|NGUYEN VAN A|{PASSCODE}");
    let random = SystemRandom::new();
    let pay_alone = || {
        let mut signature = vec![0; alone.public_modulus_len()];
        let signed =
            alone.sign(&RSA_PKCS1_SHA256, &random, black_box(text.as_bytes()), &mut signature);
        if signed.is_ok() { signature } else { Vec::new() }
    };
    if pay(rsa.as_ref()) != STANDARD.encode(pay_alone())
        || pay(rsa.as_ref()) != pay(aws_lc.as_ref())
    {
        return Err("the signers do not make the same bytes".into());
    }

    let open = || {
        VA_CREATE_REQUEST
            .sign(black_box(&ACCOUNT), SigningKeys { secret: Some(&keys), signer: None })
            .unwrap_or_default()
    };
    let code_text = format!("12345|1|{PASSCODE}");
    let open_alone = || hex::encode(Md5::digest(black_box(code_text.as_bytes())));
    if open() != open_alone() {
        return Err("the codes are not the same".into());
    }

    let [with_aws_lc, alone, with_rsa] = in_turns(
        PAYOUTS,
        [&|| pay(aws_lc.as_ref()).len(), &|| pay_alone().len(), &|| pay(rsa.as_ref()).len()],
    );
    let [code, code_alone] = in_turns(CODES, [&|| open().len(), &|| open_alone().len()]);
    println!("hpay: aws-lc-rs alone signs a payout in {} ns", (alone / PAYOUTS).as_nanos());
    println!("hpay: a payout takes {} times as long (budget 1.05)", ratio(with_aws_lc, alone));
    println!("hpay: with the rsa crate it takes {} times as long", ratio(with_rsa, alone));
    println!("hpay: md-5 and hex alone make a code in {} ns", (code_alone / CODES).as_nanos());
    println!("hpay: a code takes {} times as long (budget 1.50)", ratio(code, code_alone));
    Ok(())
}
