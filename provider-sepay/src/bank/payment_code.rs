//! The payment code of a credit, by which the credit finds its order.

use payments_core::{Error, Movement, OrderRef, Result, bank::AccountNumber, payment::PaymentCode};
use provider_kit::payment_code::{CodeMatch, CodeRules, Memo};

use crate::limits;

/// The rules by which a credit finds its order: by the payment code in its memo, on the account to
/// which the buyer was told to transfer; or by the order whose virtual account received it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matching {
    codes: Option<Codes>,
    /// The accounts that buyers were told to transfer to; empty if they are not known.
    accounts: Vec<AccountNumber>,
    /// Whether orders have their own virtual accounts.
    virtual_accounts: bool,
}

/// SePay's own report of a transaction's code.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reported<'a> {
    /// `code`: the payment code that SePay found, or the code of the virtual account's order.
    pub(crate) code: Option<&'a str>,
    /// `description`: the whole message of the bank, which webhooks have.
    pub(crate) description: Option<&'a str>,
}

#[derive(Clone, Debug)]
struct Codes {
    rules: CodeRules,
    prefix: usize,
}

impl Matching {
    /// Creates the rules for codes by `rules`, whose prefix has `prefix` characters. With an
    /// `account`, a credit on any other account belongs to no order.
    pub(crate) fn new(rules: CodeRules, prefix: usize, account: Option<AccountNumber>) -> Self {
        Self {
            codes: Some(Codes { rules, prefix }),
            accounts: account.into_iter().collect(),
            virtual_accounts: false,
        }
    }

    /// Adds further accounts to which buyers may have been told to transfer.
    pub(crate) fn with_sub_accounts(mut self, numbers: Vec<AccountNumber>) -> Self {
        self.accounts.extend(numbers);
        self
    }

    /// Declares that orders have their own virtual accounts.
    pub(crate) fn with_virtual_accounts(mut self) -> Self {
        self.virtual_accounts = true;
        self
    }

    /// Returns the payment code of an order.
    pub(crate) fn code_for(&self, order: &OrderRef) -> Result<PaymentCode> {
        match &self.codes {
            Some(codes) => codes.rules.code_for(order),
            None => Err(Error::unsupported("no payment codes are configured; give `code_prefix`")),
        }
    }

    /// Adds to a movement the code in it and, to a credit, the order that the code names.
    ///
    /// The code that SePay reports and the code found here in the memo must agree, because SePay
    /// also finds codes inside longer words (docs/unverified.md), its dashboard may have another
    /// format of codes or none, and of two codes it reports the first.
    pub(crate) fn add_to(&self, movement: &mut Movement, reported: Reported<'_>) {
        if let Some(order) = self.order_of_virtual_account(movement, reported) {
            movement.order = Some(order);
            return;
        }
        let Some(codes) = &self.codes else { return };
        let Some(code) = codes.code(movement, reported) else { return };
        if movement.is_credit() && self.is_ours(movement) {
            movement.order = codes.order(&code);
        }
        movement.code = Some(code);
    }

    /// Returns the order of a credit on the virtual account of an order. SePay reports the order's
    /// code instead of a payment code (source: developer.sepay.vn, SePay API v2, VA orders: quick
    /// start). The whole code is the order reference, whatever else the memo contains, unless the
    /// code is only a part of a word in the memo. A configured virtual account is for transfers
    /// with a payment code.
    fn order_of_virtual_account(
        &self,
        movement: &Movement,
        reported: Reported<'_>,
    ) -> Option<OrderRef> {
        let number = movement.virtual_account.as_ref()?;
        if !self.virtual_accounts || !movement.is_credit() || self.accounts.contains(number) {
            return None;
        }
        let code =
            reported.code.filter(|code| limits::order_code().check("order", code).is_ok())?;
        let texts = [movement.memo.as_deref(), reported.description];
        if texts.into_iter().flatten().any(|text| Memo::new(text).is_part_of_word(code)) {
            return None;
        }
        OrderRef::new(code).ok()
    }

    /// Returns `true` if the credit is on one of the merchant's accounts. At some banks SePay can
    /// see only virtual accounts, and then the account to which buyers transfer is a virtual one.
    fn is_ours(&self, movement: &Movement) -> bool {
        let credited = [&movement.account, &movement.virtual_account];
        self.accounts.is_empty()
            || credited.into_iter().flatten().any(|number| self.accounts.contains(number))
    }
}

impl Codes {
    /// Returns the only code of a movement.
    fn code(&self, movement: &Movement, reported: Reported<'_>) -> Option<PaymentCode> {
        let memo = Memo::new(movement.memo.as_deref().unwrap_or_default());
        let CodeMatch::One(code) = self.rules.find_reported(&memo, reported.code) else {
            return None;
        };
        // If the memo does not contain the code, the bank's whole message may contain the word that
        // it was cut out of.
        let is_shown =
            || reported.code.is_none() || matches!(self.rules.find(&memo), CodeMatch::One(_));
        let is_part = |text| !is_shown() && Memo::new(text).is_part_of_word(code.as_str());
        (!reported.description.is_some_and(is_part)).then_some(code)
    }

    /// Returns the order that a code names: the code without its prefix.
    fn order(&self, code: &PaymentCode) -> Option<OrderRef> {
        code.as_str().get(self.prefix..).and_then(|order| OrderRef::new(order).ok())
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
        Movement::new(DedupeKey::new("test.line", "1").unwrap(), Direction::In, Money::vnd(1))
            .with_memo(memo)
    }

    fn code(code: Option<&str>) -> Reported<'_> {
        Reported { code, description: None }
    }

    fn order_of(movement: &Movement) -> Option<&str> {
        movement.order.as_ref().map(OrderRef::as_str)
    }

    #[test]
    fn a_code_counts_if_sepays_reading_and_the_memo_agree_or_only_one_has_it() {
        for (named, memo, order) in [
            (Some("DH00042"), "", Some("00042")),
            (Some("DH00042"), "MBVCB.1.DH00042.CT", Some("00042")),
            (Some("DH00042"), "DH00043", None),
            (Some("DH00042"), "DH00042 DH00043", None),
            (Some("dh00042"), "", Some("00042")),
            (None, "MBVCB.1.dh-000.42 CT", Some("00042")),
            (Some("XYZ1"), "DH00042", Some("00042")),
            (Some("XYZ1"), "", None),
            (None, "DH00042 DH00043", None),
            (None, "tien nha", None),
        ] {
            let mut movement = credit(memo);
            matching(None).add_to(&mut movement, code(named));
            assert_eq!(order_of(&movement), order, "{named:?} in {memo:?}");
            assert_eq!(movement.code.is_some(), order.is_some(), "{named:?} in {memo:?}");
        }
    }

    #[test]
    fn a_code_that_sepay_cut_out_of_a_word_belongs_to_no_order() {
        let ranged = || CodeRules::new("DH", 1, 10).unwrap().digits_only();
        for (rules, named, memo) in [
            (ranged(), "DH123", "thanh toan DH1234"),
            (ranged(), "DH123", "DH123 4"),
            (ranged(), "DH123", "XDH123"),
            (ranged(), "DH20260521", "SEVQR DH20260521M9F2"),
            (CodeRules::new("DH", 5, 5).unwrap(), "DH12345", "DH1234567"),
        ] {
            let matching = Matching::new(rules, 2, Some(AccountNumber::new(OURS).unwrap()));
            let sub = AccountNumber::new("VQRQ0001").unwrap();
            let matching = matching.with_sub_accounts(vec![sub.clone()]);
            let on_account = credit(memo).with_account(AccountNumber::new(OURS).unwrap());
            let on_sub_account = on_account.clone().with_virtual_account(sub);
            for mut movement in [on_account, on_sub_account] {
                matching.add_to(&mut movement, code(Some(named)));
                assert_eq!(order_of(&movement), None, "{named} in {memo:?}: {movement:?}");
            }
        }
    }

    #[test]
    fn the_banks_message_shows_what_a_code_was_cut_out_of_where_the_memo_does_not() {
        for (memo, description, order) in [
            ("", "BankAPINotify DH00042 1", Some("00042")),
            ("", "BankAPINotify DH000421", None),
            ("chuyen tien", "BankAPINotify XDH00042", None),
            // The memo itself contains the code, so the text that the bank adds around it does not
            // matter.
            ("DH00042", "BankAPINotifyDH00042", Some("00042")),
        ] {
            let mut movement = credit(memo);
            let reported = Reported { code: Some("DH00042"), description: Some(description) };
            matching(None).add_to(&mut movement, reported);
            assert_eq!(order_of(&movement), order, "{memo:?} in {description:?}");
        }
    }

    #[test]
    fn on_a_sub_account_the_memo_and_sepay_have_to_agree_too() {
        for (memo, order) in [
            ("cam on", Some("00042")),
            ("DH00042", Some("00042")),
            ("DH00043", None),
            ("DH000421", None),
            ("DH00042 DH00043", None),
        ] {
            let number = AccountNumber::new("963NQD0001").unwrap();
            let mut movement = credit(memo).with_virtual_account(number);
            matching(None).add_to(&mut movement, code(Some("DH00042")));
            assert_eq!(order_of(&movement), order, "{memo}");
        }
    }

    #[test]
    fn an_order_code_that_sepay_cut_out_of_a_word_names_no_virtual_account_order() {
        // As seen at BIDV: 32 characters of a word of 37 characters.
        let word = "GOLDENGATE20260521M9F2K7P4Q8R1T6W3Z5X";
        assert_eq!(word.len(), 37);
        let cut = word.get(..32).unwrap();
        let ours = Matching::default().with_virtual_accounts();
        for (memo, description, named, order) in [
            (word, "", cut, None),
            ("", word, cut, None),
            (word, "", word, Some(word)),
            (&word.to_lowercase(), "", word, Some(word)),
            ("cam on", "", cut, Some(cut)),
        ] {
            let number = AccountNumber::new("963NQD0001").unwrap();
            let mut movement = credit(memo).with_virtual_account(number);
            let reported = Reported { code: Some(named), description: Some(description) };
            ours.add_to(&mut movement, reported);
            assert_eq!(order_of(&movement), order, "{named} in {memo:?} {description:?}");
        }
    }

    #[test]
    fn what_arrives_on_an_orders_own_account_belongs_to_the_order_of_that_whole_code() {
        let number = |text| AccountNumber::new(text).unwrap();
        let ours = matching(Some(OURS)).with_sub_accounts(vec![number("VQRQ0001")]);
        let ours = ours.with_virtual_accounts();
        for (on, named, memo, order) in [
            // The code in the memo would name the order of a transfer, which this is not.
            ("963NQD0001", Some("DH00042"), "DH00043", Some("DH00042")),
            ("963NQD0001", Some("DH20250001"), "", Some("DH20250001")),
            ("963NQD0001", Some("no code"), "", None),
            // A virtual account for transfers with a payment code.
            ("VQRQ0001", Some("DH00042"), "DH00042", Some("00042")),
        ] {
            let mut movement = credit(memo).with_account(number(OURS));
            movement.virtual_account = Some(number(on));
            ours.add_to(&mut movement, code(named));
            assert_eq!(order_of(&movement), order, "{named:?} on {on}");
        }
        let mut movement = credit("").with_virtual_account(number("963NQD0001"));
        Matching::default().with_virtual_accounts().add_to(&mut movement, code(Some("DH20250001")));
        assert_eq!(order_of(&movement), Some("DH20250001"), "without payment codes too");
    }

    #[test]
    fn a_code_that_a_bank_broke_is_the_one_that_sepay_read_and_a_truncated_one_is_none() {
        let ranged = Matching::new(CodeRules::new("DH", 3, 8).unwrap(), 2, None);
        let mut broken = credit("DH00042 2026");
        ranged.add_to(&mut broken, code(Some("DH00042")));
        assert_eq!(order_of(&broken), Some("00042"));
        let mut unread = credit("DH000 42");
        ranged.add_to(&mut unread, code(None));
        assert_eq!(order_of(&unread), None);

        let mut truncated = credit("thanh toan DH0004");
        matching(None).add_to(&mut truncated, code(None));
        assert_eq!((order_of(&truncated), &truncated.code), (None, &None));
    }

    #[test]
    fn a_configured_sub_account_is_ours_too() {
        let sub = || AccountNumber::new("VQRQ0001").unwrap();
        let matching = matching(Some(OURS)).with_sub_accounts(vec![sub()]);
        let mut movement = credit("DH00042").with_virtual_account(sub());
        matching.add_to(&mut movement, code(None));
        assert_eq!(order_of(&movement), Some("00042"));
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
            matching(Some(OURS)).add_to(&mut movement, code(None));
            assert_eq!(movement.code.as_ref().map(PaymentCode::as_str), Some("DH00042"));
            assert_eq!(order_of(&movement).is_some(), belongs, "{movement:?}");
        }
    }

    #[test]
    fn money_that_leaves_pays_no_order() {
        let mut out = credit("DH00042");
        out.direction = Direction::Out;
        matching(None).add_to(&mut out, code(None));
        assert_eq!(order_of(&out), None);
    }
}
