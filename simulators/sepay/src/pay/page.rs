//! The pages that a buyer sees.

use maud::{Markup, html};
use simulator_kit::page::{Language, Text, amount, buyer_page, facts};

use crate::order::{Order, PaymentMethod, Purpose};

const GATEWAY: &str = "SePay";

/// The page on which the buyer pays, fails to pay or goes back.
pub(super) fn checkout(order: &Order, language: Language) -> Markup {
    const HEADING: Text = Text::new("Pay for your order", "Thanh toán đơn hàng");
    const VERIFIED: Text =
        Text::new("The verification is noted.", "Yêu cầu xác minh đã được ghi nhận.");
    let purchase = &order.purchase;
    let total = i64::try_from(purchase.amount);
    let body = html! {
        @if let (Ok(total), Purpose::Purchase) = (total, purchase.purpose) {
            p.total { (amount(total, "VND", language)) }
        }
        (facts([
            (Text::new("Order", "Đơn hàng").to(language), html! { (order.reference()) }),
            (Text::new("Description", "Nội dung").to(language), html! { (purchase.description) }),
        ]))
        @match purchase.purpose {
            Purpose::Purchase => (actions(order, language)),
            // SePay does not document what follows a verification.
            Purpose::Verify => p { (VERIFIED.to(language)) },
        }
    };
    buyer_page(GATEWAY, language, HEADING.to(language), body)
}

/// The page for a form or a button that is refused, saying `reason`.
pub(super) fn error(reason: &str, language: Language) -> Markup {
    const HEADING: Text = Text::new("The request is not valid", "Yêu cầu không hợp lệ");
    buyer_page(GATEWAY, language, HEADING.to(language), html! { p.bad role="alert" { (reason) } })
}

/// A page with only the text `words`.
pub(super) fn message(words: &str, language: Language) -> Markup {
    buyer_page(GATEWAY, language, words, html! {})
}

fn actions(order: &Order, language: Language) -> Markup {
    const METHOD: Text = Text::new("How do you want to pay?", "Chọn phương thức thanh toán");
    const PAY: Text = Text::new("Pay", "Thanh toán");
    const FAIL: Text = Text::new("Let the payment fail", "Cho thanh toán thất bại");
    const LEAVE: Text = Text::new("Back to the shop", "Quay lại cửa hàng");
    let offered: Vec<PaymentMethod> = match order.purchase.method {
        Some(method) => vec![method],
        None => PaymentMethod::ALL.to_vec(),
    };
    let action = |name: &str| format!("/v1/checkout/{}/{name}", order.order_id);
    html! {
        form method="post" action=(action("pay")) {
            fieldset {
                legend { (METHOD.to(language)) }
                @for (place, method) in offered.into_iter().enumerate() {
                    label {
                        input type="radio" name="payment_method" value=(method.name())
                            checked[place == 0];
                        " " (label(method).to(language))
                    }
                }
            }
            button.main { (PAY.to(language)) }
            button formaction=(action("fail")) { (FAIL.to(language)) }
            button formaction=(action("leave")) { (LEAVE.to(language)) }
        }
    }
}

fn label(method: PaymentMethod) -> Text {
    match method {
        PaymentMethod::Card => Text::new("International card", "Thẻ quốc tế"),
        PaymentMethod::BankTransfer => {
            Text::new("Bank transfer (VietQR)", "Chuyển khoản ngân hàng (VietQR)")
        }
        PaymentMethod::NapasBankTransfer => {
            Text::new("Bank transfer (NAPAS)", "Chuyển khoản ngân hàng (NAPAS)")
        }
    }
}
