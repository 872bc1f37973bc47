use crate::{FieldPath, Flaw, VietQrError, rules};

/// A tip or fee in addition to the amount (NAPAS VietQR format 1.0, objects 55 to 57).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tip {
    /// The app asks the payer for a tip: indicator `01`.
    AskPayer,
    /// The app adds a fixed fee, in đồng: indicator `02`.
    Fixed(i64),
    /// The app adds a percentage of the amount, in hundredths of a per cent: indicator `03`. 5 per
    /// cent is `500`.
    Percent(u16),
}

impl Tip {
    pub(super) const fn indicator(self) -> &'static str {
        match self {
            Self::AskPayer => "01",
            Self::Fixed(_) => "02",
            Self::Percent(_) => "03",
        }
    }

    pub(super) fn check(self) -> Result<(), VietQrError> {
        match self {
            Self::AskPayer | Self::Percent(1..=9_999) => Ok(()),
            Self::Fixed(fee) => rules::check_amount(fee)
                .map_err(|flaw| VietQrError::new(FieldPath::TIP_FIXED, flaw)),
            Self::Percent(_) => {
                Err(VietQrError::new(FieldPath::TIP_PERCENT, Flaw::PercentOutOfRange))
            }
        }
    }
}

/// Parses a percentage of one or two digits and up to two decimals, as hundredths of a per cent.
pub(super) fn read_percent(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let fits = |digits: &str| rules::is_digits(digits) && digits.len() <= 2;
    if !fits(whole) || !fits(decimals) {
        return None;
    }
    let tenth = if decimals.len() == 1 { 10 } else { 1 };
    let hundredths = whole.parse::<u16>().ok()? * 100 + decimals.parse::<u16>().ok()? * tenth;
    (1..=9_999).contains(&hundredths).then_some(hundredths)
}
