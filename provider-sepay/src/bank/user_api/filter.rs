//! Filters of lists, as parameters of a query.

use payments_core::{Direction, Timestamp, money::Money};

use crate::field::civil;

/// The parameters that are set, in the order of the documents.
pub(crate) type Pairs = Vec<(&'static str, String)>;

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// `asc`: the smallest or oldest first.
    Ascending,
    /// `desc`: the largest or newest first.
    Descending,
}

/// A value of a parameter in SePay's spelling.
pub(crate) trait Parameter {
    fn text(&self) -> String;
}

impl Parameter for String {
    fn text(&self) -> String {
        self.clone()
    }
}

impl Parameter for u64 {
    fn text(&self) -> String {
        self.to_string()
    }
}

/// `1` or `0`.
impl Parameter for bool {
    fn text(&self) -> String {
        u8::from(*self).to_string()
    }
}

/// Whole đồng. An amount in another currency is sent unchanged and matches nothing.
impl Parameter for Money {
    fn text(&self) -> String {
        self.to_decimal().to_string()
    }
}

/// Vietnamese time without an offset.
impl Parameter for Timestamp {
    fn text(&self) -> String {
        civil(*self)
    }
}

impl Parameter for Direction {
    fn text(&self) -> String {
        match self {
            Self::In => "in".to_owned(),
            Self::Out => "out".to_owned(),
        }
    }
}

impl Parameter for Sort {
    fn text(&self) -> String {
        match self {
            Self::Ascending => "asc".to_owned(),
            Self::Descending => "desc".to_owned(),
        }
    }
}

/// Defines filters whose setters are named after SePay's parameters.
macro_rules! filter {
    (
        $(#[$about:meta])*
        $name:ident { $( $(#[$doc:meta])* $parameter:ident: $type:ty, )+ }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $name { $( $parameter: Option<$type>, )+ }

        impl $name {
            /// Creates a filter that matches everything.
            pub fn new() -> Self {
                Self::default()
            }

            $(
                $(#[$doc])*
                #[must_use]
                pub fn $parameter(mut self, $parameter: impl Into<$type>) -> Self {
                    self.$parameter = Some($parameter.into());
                    self
                }
            )+

            pub(crate) fn pairs(&self) -> $crate::bank::user_api::filter::Pairs {
                use $crate::bank::user_api::filter::Parameter;
                let pairs = [
                    $( (
                        // The name of a parameter may be a keyword of Rust.
                        stringify!($parameter).trim_start_matches("r#"),
                        self.$parameter.as_ref().map(|value| Parameter::text(value)),
                    ), )+
                ];
                pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
            }
        }
    };
}

pub(crate) use filter;
