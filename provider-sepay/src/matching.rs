//! How a credit finds its order.

use payments_core::{
    Movement, OrderRef,
    bank::AccountNumber,
    payment::{CodeMatch, CodeRules, PaymentCode},
};

/// How a credit finds its order: by the payment code in its memo, on the account to which the
/// buyer was told to transfer.
#[derive(Clone, Debug)]
pub(crate) struct Matching {
    rules: CodeRules,
    prefix: usize,
    account: Option<AccountNumber>,
}

impl Matching {
    /// Codes by `rules`, whose prefix is `prefix` long. With an `account`, a credit on another
    /// one belongs to no order.
    pub(crate) fn new(rules: CodeRules, prefix: usize, account: Option<AccountNumber>) -> Self {
        Self { rules, prefix, account }
    }

    /// The rules of payment codes.
    pub(crate) fn rules(&self) -> &CodeRules {
        &self.rules
    }

    /// Adds to a movement the code in it and, to a credit, the order that the code names.
    ///
    /// SePay's own reading (`named`) comes first; what it did not find is looked for in the memo,
    /// because its dashboard may know another form of codes, or none.
    pub(crate) fn add_to(&self, movement: &mut Movement, named: Option<&str>) {
        let code = named.and_then(|named| self.rules.recognise(named));
        let Some(code) = code.or_else(|| self.find(movement.memo.as_deref())) else { return };
        if movement.is_credit() && self.is_ours(movement) {
            movement.order = self.order(&code);
        }
        movement.code = Some(code);
    }

    fn find(&self, memo: Option<&str>) -> Option<PaymentCode> {
        match self.rules.find(memo?) {
            CodeMatch::One(code) => Some(code),
            CodeMatch::None | CodeMatch::Several(_) => None,
        }
    }

    /// The order that a code names: the code without its prefix.
    fn order(&self, code: &PaymentCode) -> Option<OrderRef> {
        code.as_str().get(self.prefix..).and_then(|order| OrderRef::new(order).ok())
    }

    /// Some banks can be watched through virtual accounts only: there the account that buyers
    /// transfer to is the virtual one.
    fn is_ours(&self, movement: &Movement) -> bool {
        self.account.as_ref().is_none_or(|ours| {
            movement.account.as_ref() == Some(ours)
                || movement.virtual_account.as_ref() == Some(ours)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payments_core::{DedupeKey, Direction, money::Money};

    const OURS: &str = "0123499999";

    fn matching(account: Option<&str>) -> Matching {
        let rules = CodeRules::new("DH", 5, 5).unwrap();
        Matching::new(rules, 2, account.map(|number| AccountNumber::new(number).unwrap()))
    }

    fn credit(memo: &str) -> Movement {
        Movement::new(DedupeKey::new("1").unwrap(), Direction::In, Money::vnd(1)).with_memo(memo)
    }

    fn order_of(movement: &Movement) -> Option<&str> {
        movement.order.as_ref().map(OrderRef::as_str)
    }

    #[test]
    fn sepays_own_reading_comes_before_the_memo() {
        for (named, memo, order) in [
            (Some("DH00042"), "", Some("00042")),
            (Some("DH00042"), "DH00043", Some("00042")),
            (Some("dh00042"), "", Some("00042")),
            (None, "MBVCB.1.dh-000.42 CT", Some("00042")),
            (Some("XYZ1"), "DH00042", Some("00042")),
            (Some("XYZ1"), "", None),
            (None, "DH00042 DH00043", None),
            (None, "tien nha", None),
        ] {
            let mut movement = credit(memo);
            matching(None).add_to(&mut movement, named);
            assert_eq!(order_of(&movement), order, "{named:?} in {memo:?}");
            assert_eq!(movement.code.is_some(), order.is_some(), "{named:?} in {memo:?}");
        }
    }

    #[test]
    fn a_credit_on_another_account_keeps_its_code_and_belongs_to_no_order() {
        let ours = || AccountNumber::new(OURS).unwrap();
        let other = || AccountNumber::new("0999999999").unwrap();
        for (mut movement, belongs) in [
            (credit("DH00042").with_account(ours()), true),
            (credit("DH00042").with_account(other()).with_virtual_account(ours()), true),
            (credit("DH00042").with_account(other()), false),
            (credit("DH00042"), false),
        ] {
            matching(Some(OURS)).add_to(&mut movement, None);
            assert_eq!(movement.code.as_ref().map(PaymentCode::as_str), Some("DH00042"));
            assert_eq!(order_of(&movement).is_some(), belongs, "{movement:?}");
        }
    }

    #[test]
    fn money_that_leaves_pays_no_order() {
        let mut out = credit("DH00042");
        out.direction = Direction::Out;
        matching(None).add_to(&mut out, None);
        assert_eq!(order_of(&out), None);
    }
}
