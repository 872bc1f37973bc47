//! Parsing a code: strictly, with its objects in any order, up to the last character.

use std::collections::BTreeMap;

use crate::crc::checksum;
use crate::objects::{Object, Objects};
use crate::tip::read_percent;
use crate::{FieldPath, Flaw, Initiation, ParseError, Problem, Service, Tip, VietQr, rules};

impl VietQr {
    /// Parses the text of a code.
    ///
    /// Objects may come in any order between the first (00) and the last (63), and unknown objects
    /// are kept. The CRC may be in lower case, and the amount may end in a point (`50000.`, which
    /// NAPAS VietQR format 1.0 allows). The purpose may be longer than the format allows, see
    /// [`VietQr::warnings`]. White space and invisible characters around the text, which scanners
    /// and editors add, are ignored; the offset of an error does not count those before the text.
    ///
    /// # Errors
    /// Returns an error if the CRC is wrong, if a length does not match the text, also inside a
    /// template, if an object occurs twice or is missing, or if an object has a value that is not
    /// allowed. A right CRC alone does not prove that a code is right: the format's own example in
    /// section 6.1.1 has one, but a length in it cuts off the last digit of the account.
    pub fn parse(payload: &str) -> Result<Self, ParseError> {
        read(payload, Decimals::Refused)
    }

    /// Parses the text of a code and also accepts an amount with one or two zero decimals:
    /// `50000.00`.
    ///
    /// Some generators write them, although the format does not allow it. More zeros are refused,
    /// because `50.000` may be fifty thousand.
    ///
    /// # Errors
    /// Returns the errors of [`VietQr::parse`] for everything else.
    pub fn parse_lenient(payload: &str) -> Result<Self, ParseError> {
        read(payload, Decimals::MayBeZero)
    }
}

#[derive(Clone, Copy)]
enum Decimals {
    Refused,
    MayBeZero,
}

/// The parts that have been read so far.
#[derive(Default)]
struct Draft<'a> {
    initiation: Option<Initiation>,
    beneficiary: Option<(String, String, Service)>,
    amount: Option<i64>,
    tip: [Option<Object<'a>>; 3],
    texts: Texts,
}

type Texts = BTreeMap<FieldPath, String>;

fn read(payload: &str, decimals: Decimals) -> Result<VietQr, ParseError> {
    let payload = payload.trim_matches(is_unseen);
    check_crc(payload)?;
    let mut objects = Objects::of_payload(payload);
    let mut draft = Draft::default();
    let mut is_first = true;
    while let Some(object) = objects.next()? {
        let (opens, closes) = (object.field == FieldPath::FORMAT, object.field == FieldPath::CRC);
        if opens != is_first || closes != objects.is_empty() {
            return Err(object.error(Problem::OutOfPlace));
        }
        is_first = false;
        draft.take(object, decimals)?;
    }
    objects.require(FieldPath::CURRENCY)?;
    objects.require(FieldPath::COUNTRY)?;
    let missing = |field| objects.missing(field);
    let (bin, number, service) =
        draft.beneficiary.ok_or_else(|| missing(FieldPath::BENEFICIARY))?;
    Ok(VietQr {
        bin,
        number,
        service,
        initiation: Some(draft.initiation.ok_or_else(|| missing(FieldPath::INITIATION))?),
        amount: draft.amount,
        tip: tip(draft.tip, decimals)?,
        texts: draft.texts,
    })
}

/// Returns whether a character is invisible: white space, control characters, zero-width spaces and
/// joiners, direction marks, the byte order mark.
fn is_unseen(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}'
                | '\u{feff}'
        )
}

/// Checks the CRC before anything else is read, so that a damaged text is reported as damaged.
fn check_crc(payload: &str) -> Result<(), ParseError> {
    let split = payload.len().saturating_sub(4);
    let fail = |problem| Err(ParseError::new(FieldPath::CRC, split, problem));
    let Some((covered, digits)) = payload.split_at_checked(split) else {
        return fail(Problem::NoCrc);
    };
    // `from_str_radix` alone would accept a sign.
    let all_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    match u16::from_str_radix(digits, 16) {
        Ok(stated) if all_hexadecimal && covered.ends_with("6304") => match checksum(covered) {
            computed if computed == stated => Ok(()),
            computed => fail(Problem::WrongCrc { stated, computed }),
        },
        _ => fail(Problem::NoCrc),
    }
}

impl<'a> Draft<'a> {
    /// Reads an object of the payload.
    fn take(&mut self, object: Object<'a>, decimals: Decimals) -> Result<(), ParseError> {
        let [indicator, fixed, percent] = &mut self.tip;
        match object.field {
            FieldPath::FORMAT => object.expect("01")?,
            FieldPath::INITIATION => self.initiation = Some(initiation(object)?),
            FieldPath::BENEFICIARY => {
                self.beneficiary = Some(beneficiary(object, &mut self.texts)?);
            }
            FieldPath::CURRENCY => object.expect("704")?,
            FieldPath::AMOUNT => self.amount = Some(dong(object, decimals)?),
            FieldPath::TIP => *indicator = Some(object),
            FieldPath::TIP_FIXED => *fixed = Some(object),
            FieldPath::TIP_PERCENT => *percent = Some(object),
            FieldPath::COUNTRY => object.expect("VN")?,
            FieldPath::ADDITIONAL_DATA => {
                template_of_texts(object, &mut self.texts)?;
            }
            FieldPath::OTHER_LANGUAGE => {
                let objects = template_of_texts(object, &mut self.texts)?;
                objects.require(FieldPath::LANGUAGE)?;
                objects.require(FieldPath::LOCAL_NAME)?;
            }
            // It is checked before anything else.
            FieldPath::CRC => {}
            _ => keep(object, &mut self.texts)?,
        }
        Ok(())
    }
}

/// Reads template 38, which identifies the beneficiary.
fn beneficiary(
    template: Object<'_>,
    texts: &mut Texts,
) -> Result<(String, String, Service), ParseError> {
    let (mut member_read, mut service) = (None, None);
    let mut objects = template.objects();
    while let Some(object) = objects.next()? {
        match object.field {
            FieldPath::SCHEME => object.expect("A000000727")?,
            FieldPath::MEMBER => member_read = Some(member(object, texts)?),
            FieldPath::SERVICE if object.value == Service::Card.code() => {
                service = Some(Service::Card);
            }
            FieldPath::SERVICE => {
                object.expect(Service::Account.code())?;
                service = Some(Service::Account);
            }
            _ => keep(object, texts)?,
        }
    }
    objects.require(FieldPath::SCHEME)?;
    let (bin, number) = member_read.ok_or_else(|| objects.missing(FieldPath::MEMBER))?;
    Ok((bin, number, service.ok_or_else(|| objects.missing(FieldPath::SERVICE))?))
}

/// Reads template 38.01: the bank and the number at the bank.
fn member(template: Object<'_>, texts: &mut Texts) -> Result<(String, String), ParseError> {
    let (mut bin, mut number) = (None, None);
    let mut objects = template.objects();
    while let Some(object) = objects.next()? {
        match object.field {
            FieldPath::BIN => bin = Some(object.text()?.to_owned()),
            FieldPath::NUMBER => number = Some(object.text()?.to_owned()),
            _ => keep(object, texts)?,
        }
    }
    let missing = |field| objects.missing(field);
    Ok((
        bin.ok_or_else(|| missing(FieldPath::BIN))?,
        number.ok_or_else(|| missing(FieldPath::NUMBER))?,
    ))
}

/// Stores all objects of a template whose values are text.
fn template_of_texts<'a>(
    template: Object<'a>,
    texts: &mut Texts,
) -> Result<Objects<'a>, ParseError> {
    let mut objects = template.objects();
    while let Some(object) = objects.next()? {
        keep(object, texts)?;
    }
    Ok(objects)
}

/// Stores an object whose value is text, whether it is known or not.
fn keep(object: Object<'_>, texts: &mut Texts) -> Result<(), ParseError> {
    texts.insert(object.field, object.text()?.to_owned());
    Ok(())
}

fn initiation(object: Object<'_>) -> Result<Initiation, ParseError> {
    match object.value {
        "11" => Ok(Initiation::Static),
        "12" => Ok(Initiation::Dynamic),
        _ => Err(object.error(Problem::Unexpected { expected: "11 or 12" })),
    }
}

/// Reads an amount or a fixed fee. Both may end in a point (NAPAS VietQR format 1.0, objects 54 and
/// 56).
fn dong(object: Object<'_>, decimals: Decimals) -> Result<i64, ParseError> {
    let (digits, rest) = object.value.split_once('.').unwrap_or((object.value, ""));
    if !rules::is_digits(digits) || !(rest.is_empty() || rules::is_digits(rest)) {
        return Err(object.error(Problem::NotAnAmount));
    }
    let are_taken = match decimals {
        Decimals::Refused => rest.is_empty(),
        Decimals::MayBeZero => rest.len() <= 2 && rest.bytes().all(|byte| byte == b'0'),
    };
    if !are_taken {
        return Err(object.error(Problem::Decimals));
    }
    let amount = digits.parse().map_err(|_| object.error(Flaw::AmountTooLong))?;
    rules::check_amount(amount).map_err(|flaw| object.error(flaw))?;
    if object.value.len() > 13 {
        return Err(object.error(Flaw::AmountTooLong));
    }
    Ok(amount)
}

/// Reads objects 55 to 57. The first decides which of the others must be present.
fn tip(
    [indicator, fixed, percent]: [Option<Object<'_>>; 3],
    decimals: Decimals,
) -> Result<Option<Tip>, ParseError> {
    match (indicator.map(|object| (object, object.value)), fixed, percent) {
        (None, None, None) => Ok(None),
        (Some((_, "01")), None, None) => Ok(Some(Tip::AskPayer)),
        (Some((_, "02")), Some(fee), None) => dong(fee, decimals).map(Tip::Fixed).map(Some),
        (Some((_, "03")), None, Some(fee)) => match read_percent(fee.value) {
            Some(hundredths) => Ok(Some(Tip::Percent(hundredths))),
            None => Err(fee.error(Flaw::PercentOutOfRange)),
        },
        (Some((object, _)), _, _) | (None, Some(object), _) | (None, _, Some(object)) => {
            Err(object.error(Problem::TipMismatch))
        }
    }
}
