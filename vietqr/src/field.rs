use std::fmt;

/// The path of an object in a payload: the IDs that lead to it, such as `38.01.01`.
///
/// Paths are ordered as in a payload: by ascending ID, a template before its objects.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath {
    ids: [u8; 3],
    depth: u8,
}

/// A detail of a payment besides the purpose: objects 01 to 07 of template 62 (NAPAS VietQR format
/// 1.0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Detail {
    /// 01: the number of the bill or invoice.
    Bill,
    /// 02: a mobile number, to top it up or to pay its bill.
    Mobile,
    /// 03: the store.
    Store,
    /// 04: the payer's loyalty number.
    Loyalty,
    /// 05: a reference of the merchant or of the acquirer.
    Reference,
    /// 06: the customer.
    Customer,
    /// 07: the terminal or counter.
    Terminal,
}

impl Detail {
    pub(super) const fn path(self) -> FieldPath {
        let id = match self {
            Self::Bill => 1,
            Self::Mobile => 2,
            Self::Store => 3,
            Self::Loyalty => 4,
            Self::Reference => 5,
            Self::Customer => 6,
            Self::Terminal => 7,
        };
        FieldPath::two(62, id)
    }
}

impl FieldPath {
    pub(super) const ROOT: Self = Self { ids: [0, 0, 0], depth: 0 };
    pub(super) const FORMAT: Self = Self::one(0);
    pub(super) const INITIATION: Self = Self::one(1);
    pub(super) const BENEFICIARY: Self = Self::one(38);
    pub(super) const SCHEME: Self = Self::two(38, 0);
    pub(super) const MEMBER: Self = Self::two(38, 1);
    pub(super) const BIN: Self = Self { ids: [38, 1, 0], depth: 3 };
    pub(super) const NUMBER: Self = Self { ids: [38, 1, 1], depth: 3 };
    pub(super) const SERVICE: Self = Self::two(38, 2);
    pub(super) const CATEGORY: Self = Self::one(52);
    pub(super) const CURRENCY: Self = Self::one(53);
    pub(super) const AMOUNT: Self = Self::one(54);
    pub(super) const TIP: Self = Self::one(55);
    pub(super) const TIP_FIXED: Self = Self::one(56);
    pub(super) const TIP_PERCENT: Self = Self::one(57);
    pub(super) const COUNTRY: Self = Self::one(58);
    pub(super) const MERCHANT_NAME: Self = Self::one(59);
    pub(super) const MERCHANT_CITY: Self = Self::one(60);
    pub(super) const POSTAL_CODE: Self = Self::one(61);
    pub(super) const ADDITIONAL_DATA: Self = Self::one(62);
    pub(super) const PURPOSE: Self = Self::two(62, 8);
    pub(super) const CONSUMER_DATA: Self = Self::two(62, 9);
    pub(super) const CRC: Self = Self::one(63);
    pub(super) const OTHER_LANGUAGE: Self = Self::one(64);
    pub(super) const LANGUAGE: Self = Self::two(64, 0);
    pub(super) const LOCAL_NAME: Self = Self::two(64, 1);
    pub(super) const LOCAL_CITY: Self = Self::two(64, 2);

    const fn one(id: u8) -> Self {
        Self { ids: [id, 0, 0], depth: 1 }
    }

    const fn two(template: u8, id: u8) -> Self {
        Self { ids: [template, id, 0], depth: 2 }
    }

    /// Returns the path of an object in the template at this path. No object is nested deeper than
    /// three.
    pub(super) const fn child(self, id: u8) -> Self {
        let [first, second, _] = self.ids;
        match self.depth {
            0 => Self::one(id),
            1 => Self::two(first, id),
            _ => Self { ids: [first, second, id], depth: 3 },
        }
    }

    /// Returns the object's own ID.
    pub(super) const fn id(self) -> u8 {
        let [first, second, third] = self.ids;
        match self.depth {
            0 | 1 => first,
            2 => second,
            _ => third,
        }
    }

    /// Returns whether the object is in the template at a path, at any depth.
    pub(super) const fn is_within(self, template: Self) -> bool {
        let ([first, second, _], [outer, inner, _]) = (self.ids, template.ids);
        self.depth > template.depth
            && match template.depth {
                0 => true,
                1 => first == outer,
                _ => first == outer && second == inner,
            }
    }

    /// Returns whether the object is a [`Detail`].
    pub(super) const fn is_detail(self) -> bool {
        matches!(self, Self { ids: [62, 1..=7, _], depth: 2 })
    }

    fn ids(self) -> impl Iterator<Item = u8> {
        self.ids.into_iter().take(usize::from(self.depth))
    }

    /// Returns the format's name for the object, for messages.
    const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::FORMAT => "payload format",
            Self::INITIATION => "initiation method",
            Self::BENEFICIARY => "beneficiary",
            Self::SCHEME => "scheme",
            Self::MEMBER => "bank and account",
            Self::BIN => "BIN",
            Self::NUMBER => "account number",
            Self::SERVICE => "service code",
            Self::CATEGORY => "merchant category",
            Self::CURRENCY => "currency",
            Self::AMOUNT => "amount",
            Self::TIP => "tip indicator",
            Self::TIP_FIXED => "fixed fee",
            Self::TIP_PERCENT => "percentage fee",
            Self::COUNTRY => "country",
            Self::MERCHANT_NAME => "merchant name",
            Self::MERCHANT_CITY => "merchant city",
            Self::POSTAL_CODE => "postal code",
            Self::ADDITIONAL_DATA => "additional data",
            Self::PURPOSE => "purpose",
            Self::CONSUMER_DATA => "consumer data request",
            Self::CRC => "CRC",
            Self::OTHER_LANGUAGE => "other language",
            Self::LANGUAGE => "language",
            Self::LOCAL_NAME => "name in another language",
            Self::LOCAL_CITY => "city in another language",
            Self { ids: [62, 1, _], depth: 2 } => "bill number",
            Self { ids: [62, 2, _], depth: 2 } => "mobile number",
            Self { ids: [62, 3, _], depth: 2 } => "store",
            Self { ids: [62, 4, _], depth: 2 } => "loyalty number",
            Self { ids: [62, 5, _], depth: 2 } => "reference",
            Self { ids: [62, 6, _], depth: 2 } => "customer",
            Self { ids: [62, 7, _], depth: 2 } => "terminal",
            _ => return None,
        })
    }

    /// Returns the name and the IDs, for the beginning of a message: `purpose (62.08)`.
    pub(super) fn described(self) -> String {
        match self.name() {
            Some(name) => format!("{name} ({self})"),
            None => format!("object {self}"),
        }
    }
}

/// Writes the path, such as `38.01.01`, or `payload` for the payload as a whole.
impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.depth == 0 {
            return f.write_str("payload");
        }
        for (level, id) in self.ids().enumerate() {
            let separator = if level == 0 { "" } else { "." };
            write!(f, "{separator}{id:02}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldPath({self})")
    }
}
