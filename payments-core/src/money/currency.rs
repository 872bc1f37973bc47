use std::fmt;

use super::MoneyError;
use super::error::excerpt;

/// The greatest number of decimals of any currency in ISO 4217 (CLF and UYW).
const MAX_EXPONENT: u8 = 4;

/// A currency: its three-letter code and its number of decimals.
///
/// The number of decimals (the *exponent* of ISO 4217) determines the size of the minor unit, so it
/// is part of the identity: 0 for VND, 2 for USD, 3 for KWD.
///
/// With serde a currency is its code, such as `"VND"`. It is deserialised with
/// [`Currency::from_code`], so a currency made by [`Currency::new`] with a code that ISO 4217 does
/// not know can be serialised but not deserialised.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency {
    code: [u8; 3],
    exponent: u8,
}

impl Currency {
    /// Vietnamese đồng, without decimals.
    pub const VND: Self = Self { code: *b"VND", exponent: 0 };
    /// United States dollar, with two decimals.
    pub const USD: Self = Self { code: *b"USD", exponent: 2 };
    /// Euro, with two decimals.
    pub const EUR: Self = Self { code: *b"EUR", exponent: 2 };
    /// Pound sterling, with two decimals.
    pub const GBP: Self = Self { code: *b"GBP", exponent: 2 };
    /// Japanese yen, without decimals.
    pub const JPY: Self = Self { code: *b"JPY", exponent: 0 };
    /// South Korean won, without decimals.
    pub const KRW: Self = Self { code: *b"KRW", exponent: 0 };
    /// Chinese yuan, with two decimals.
    pub const CNY: Self = Self { code: *b"CNY", exponent: 2 };
    /// Singapore dollar, with two decimals.
    pub const SGD: Self = Self { code: *b"SGD", exponent: 2 };
    /// Thai baht, with two decimals.
    pub const THB: Self = Self { code: *b"THB", exponent: 2 };

    /// Creates a currency from its code and its number of decimals, for codes that
    /// [`Currency::from_code`] does not know.
    ///
    /// # Errors
    /// Returns [`MoneyError::MalformedCurrency`] if the code is not three upper-case letters,
    /// [`MoneyError::TooFineExponent`] if `exponent` is above four, and
    /// [`MoneyError::ContradictedExponent`] if ISO 4217 gives the code another number of decimals,
    /// because amounts with the same code would then differ by powers of ten.
    pub fn new(code: &str, exponent: u8) -> Result<Self, MoneyError> {
        let malformed = || MoneyError::MalformedCurrency { code: excerpt(code) };
        let bytes: [u8; 3] = code.as_bytes().try_into().map_err(|_| malformed())?;
        if !bytes.iter().all(u8::is_ascii_uppercase) {
            return Err(malformed());
        }
        if exponent > MAX_EXPONENT {
            return Err(MoneyError::TooFineExponent { exponent });
        }
        match known_exponent(bytes) {
            Some(known) if known != exponent => Err(MoneyError::ContradictedExponent {
                currency: Self { code: bytes, exponent: known },
                exponent,
            }),
            _ => Ok(Self { code: bytes, exponent }),
        }
    }

    /// Returns the currency of ISO 4217 with this code, in upper or lower case.
    ///
    /// # Errors
    /// Returns [`MoneyError::UnknownCurrency`] for any other text.
    pub fn from_code(code: &str) -> Result<Self, MoneyError> {
        <[u8; 3]>::try_from(code.as_bytes())
            .ok()
            .map(|bytes| bytes.map(|byte| byte.to_ascii_uppercase()))
            .and_then(|bytes| Some(Self { code: bytes, exponent: known_exponent(bytes)? }))
            .ok_or_else(|| MoneyError::UnknownCurrency { code: excerpt(code) })
    }

    /// Returns the three-letter code, in upper case.
    #[must_use]
    pub fn code(&self) -> &str {
        // `code` contains ASCII letters only, so the fallback is never used.
        std::str::from_utf8(&self.code).unwrap_or_default()
    }

    /// Returns the number of decimals: 0 for VND, 2 for USD.
    #[must_use]
    pub const fn exponent(&self) -> u8 {
        self.exponent
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Currency({self})")
    }
}

/// Returns the number of decimals of a currency, for the active codes of ISO 4217 (list one) except
/// metals, testing codes and most funds codes.
const fn known_exponent(code: [u8; 3]) -> Option<u8> {
    match &code {
        b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF"
        | b"UGX" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => Some(0),

        b"AED" | b"AFN" | b"ALL" | b"AMD" | b"AOA" | b"ARS" | b"AUD" | b"AWG" | b"AZN" | b"BAM"
        | b"BBD" | b"BDT" | b"BMD" | b"BND" | b"BOB" | b"BRL" | b"BSD" | b"BTN" | b"BWP"
        | b"BYN" | b"BZD" | b"CAD" | b"CDF" | b"CHF" | b"CNY" | b"COP" | b"CRC" | b"CUP"
        | b"CVE" | b"CZK" | b"DKK" | b"DOP" | b"DZD" | b"EGP" | b"ERN" | b"ETB" | b"EUR"
        | b"FJD" | b"FKP" | b"GBP" | b"GEL" | b"GHS" | b"GIP" | b"GMD" | b"GTQ" | b"GYD"
        | b"HKD" | b"HNL" | b"HTG" | b"HUF" | b"IDR" | b"ILS" | b"INR" | b"IRR" | b"JMD"
        | b"KES" | b"KGS" | b"KHR" | b"KPW" | b"KYD" | b"KZT" | b"LAK" | b"LBP" | b"LKR"
        | b"LRD" | b"LSL" | b"MAD" | b"MDL" | b"MGA" | b"MKD" | b"MMK" | b"MNT" | b"MOP"
        | b"MRU" | b"MUR" | b"MVR" | b"MWK" | b"MXN" | b"MYR" | b"MZN" | b"NAD" | b"NGN"
        | b"NIO" | b"NOK" | b"NPR" | b"NZD" | b"PAB" | b"PEN" | b"PGK" | b"PHP" | b"PKR"
        | b"PLN" | b"QAR" | b"RON" | b"RSD" | b"RUB" | b"SAR" | b"SBD" | b"SCR" | b"SDG"
        | b"SEK" | b"SGD" | b"SHP" | b"SLE" | b"SOS" | b"SRD" | b"SSP" | b"STN" | b"SVC"
        | b"SYP" | b"SZL" | b"THB" | b"TJS" | b"TMT" | b"TOP" | b"TRY" | b"TTD" | b"TWD"
        | b"TZS" | b"UAH" | b"USD" | b"UYU" | b"UZS" | b"VED" | b"VES" | b"WST" | b"XCD"
        | b"XCG" | b"YER" | b"ZAR" | b"ZMW" | b"ZWG" => Some(2),

        b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => Some(3),

        b"CLF" | b"UYW" => Some(4),

        _ => None,
    }
}
