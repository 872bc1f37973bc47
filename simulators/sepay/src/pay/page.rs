//! The pages that a buyer sees.

use std::fmt;

use axum::response::Html;

use crate::order::{Order, PaymentMethod, Purpose};

/// A page of HTML.
pub(super) type Page = Html<String>;

/// The page on which the buyer pays, fails to pay or goes back.
pub(super) fn checkout(order: &Order) -> Page {
    let purchase = &order.purchase;
    let actions = match purchase.purpose {
        Purpose::Purchase => actions(order),
        // SePay does not document what follows a verification.
        Purpose::Verify => "<p>Yêu cầu xác minh đã được ghi nhận.</p>".to_owned(),
    };
    document(
        "Thanh toán đơn hàng",
        format_args!(
            "<dl><dt>Đơn hàng</dt><dd>{reference}</dd>\
             <dt>Nội dung</dt><dd>{description}</dd>\
             <dt>Số tiền</dt><dd>{amount} VND</dd></dl>\n{actions}",
            reference = Escaped(order.reference()),
            description = Escaped(&purchase.description),
            amount = purchase.amount,
        ),
    )
}

/// The page for a form or a button that is refused, saying `reason`.
pub(super) fn error(reason: &str) -> Page {
    document("Yêu cầu không hợp lệ", format_args!("<p>{}</p>", Escaped(reason)))
}

/// A page with only the text `words`.
pub(super) fn message(words: &str) -> Page {
    document("SePay", format_args!("<p>{}</p>", Escaped(words)))
}

fn actions(order: &Order) -> String {
    let offered: Vec<PaymentMethod> = match order.purchase.method {
        Some(method) => vec![method],
        None => PaymentMethod::ALL.to_vec(),
    };
    let choices: String = offered
        .into_iter()
        .enumerate()
        .map(|(place, method)| {
            let checked = if place == 0 { " checked" } else { "" };
            format!(
                "<label><input type=\"radio\" name=\"payment_method\" value=\"{}\"{checked}> {}</label><br>\n",
                method.name(),
                label(method)
            )
        })
        .collect();
    let action = |name: &str| format!("/v1/checkout/{}/{name}", order.order_id);
    format!(
        "<form method=\"post\" action=\"{pay}\">\n{choices}\
         <button>Thanh toán</button>\n\
         <button formaction=\"{fail}\">Thanh toán thất bại</button>\n\
         <button formaction=\"{leave}\">Quay lại cửa hàng</button>\n</form>",
        pay = action("pay"),
        fail = action("fail"),
        leave = action("leave"),
    )
}

fn label(method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::Card => "Thẻ quốc tế",
        PaymentMethod::BankTransfer => "Chuyển khoản ngân hàng (VietQR)",
        PaymentMethod::NapasBankTransfer => "Chuyển khoản NAPAS",
    }
}

fn document(title: &str, body: fmt::Arguments<'_>) -> Page {
    Html(format!(
        "<!doctype html>\n<html lang=\"vi\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body>\n<h1>{title}</h1>\n{body}\n\
         <p><small>Môi trường mô phỏng: không có tiền thật.</small></p>\n</body>\n</html>\n"
    ))
}

/// A merchant's text, escaped for HTML.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in self.0.chars() {
            match char {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                _ => fmt::Write::write_char(f, char)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_merchants_text_cannot_become_markup() {
        let Html(page) = error("<b>\"Tom & Jerry's\"</b>");
        assert!(page.contains("&lt;b&gt;&quot;Tom &amp; Jerry&#39;s&quot;&lt;/b&gt;"), "{page}");
    }
}
