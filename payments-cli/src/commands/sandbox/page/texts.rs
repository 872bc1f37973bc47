//! The texts of the page, in English and in Vietnamese.

use simulator_kit::{
    control::{AccountStatus, DeliveryStatus, OrderStatus, PayoutStatus},
    page::Text,
};

/// Defines a constant for each text, and the list of all.
macro_rules! texts {
    ($($name:ident: $english:literal, $vietnamese:literal;)*) => {
        $(pub(super) const $name: Text = Text::new($english, $vietnamese);)*

        /// Every text by its name.
        #[cfg(test)]
        const ALL: &[(&str, Text)] = &[$((stringify!($name), $name)),*];
    };
}

texts! {
    TITLE: "Payments sandbox", "Môi trường thử nghiệm thanh toán";
    INTRODUCTION:
        "Simulated gateways on this machine: no real money, and credentials for tests only.",
        "Các cổng thanh toán giả lập trên máy này: không có tiền thật, thông tin xác thực chỉ dùng để thử nghiệm.";
    GATEWAYS: "Gateways", "Cổng thanh toán";
    LANGUAGE: "Language", "Ngôn ngữ";
    CONFIGURATION: "The configuration that talks to them", "Cấu hình để kết nối với các cổng này";
    CREDENTIALS:
        "Addresses, credentials and what to try", "Địa chỉ, thông tin xác thực và các gợi ý";
    NO_CONTROL:
        "This gateway is controlled by its own routes, which the tables list.",
        "Cổng này được điều khiển qua các đường dẫn riêng, liệt kê trong các bảng.";

    START: "Start a payment", "Bắt đầu một khoản thanh toán";
    START_NOTE:
        "As a buyer, with a signed request of this moment. The page of the gateway opens in a new tab.",
        "Bạn đóng vai người mua, với request vừa được ký. Trang của cổng thanh toán mở trong tab mới.";
    CALLS: "Every call, as a curl line", "Các lệnh gọi API bằng curl";
    CALLS_NOTE:
        "Each line runs as it is. Load the page again for lines with new references.",
        "Mỗi dòng chạy được ngay. Tải lại trang để có dòng lệnh với mã tham chiếu mới.";
    COPY: "Copy", "Sao chép";
    COPIED: "Copied", "Đã sao chép";
    FAILING: "Values that fail by themselves", "Các giá trị tự gây lỗi";
    FIELD: "Field", "Trường";
    VALUE: "Value", "Giá trị";
    OUTCOME: "What happens", "Kết quả";

    ORDERS: "Orders", "Đơn hàng";
    ORDER: "Order", "Đơn hàng";
    AMOUNT: "Amount", "Số tiền";
    PAID_AMOUNT: "Paid", "Đã trả";
    STATUS: "Status", "Trạng thái";
    ACTIONS: "Actions", "Thao tác";
    NONE: "None yet.", "Chưa có.";
    PAY: "Pay", "Thanh toán";
    PAY_SHORT: "Pay short", "Trả thiếu";
    PAY_OVER: "Pay over", "Trả thừa";
    PAY_LATE: "Pay late", "Trả muộn";
    PAY_TWICE: "Pay twice", "Trả hai lần";
    FAIL: "Fail", "Cho thất bại";
    HOLD: "Hold", "Tạm giữ";
    RELEASE: "Release", "Bỏ tạm giữ";
    OPEN: "open", "chờ thanh toán";
    PARTLY_PAID: "partly paid", "trả thiếu";
    HELD: "held", "đang tạm giữ";
    PAID: "paid", "đã thanh toán";
    CANCELLED: "cancelled", "đã hủy";
    EXPIRED: "expired", "đã hết hạn";

    PAYOUTS: "Payouts", "Lệnh chi";
    PAYOUT: "Payout", "Lệnh chi";
    TO: "To", "Người thụ hưởng";
    SETTLE_PAID: "Let it succeed", "Cho thành công";
    SETTLE_REFUSED: "Refuse", "Từ chối";
    SETTLE_RETURNED: "Return", "Ngân hàng trả lại";
    SETTLE_HELD: "Keep pending", "Giữ ở trạng thái chờ";
    PENDING: "pending", "đang xử lý";
    PAYOUT_PAID: "paid", "đã chi";
    REFUSED: "refused", "bị từ chối";
    RETURNED: "returned", "bị trả lại";
    UNCLEAR: "unclear", "chưa rõ kết quả";

    ACCOUNTS: "Accounts", "Tài khoản";
    ACCOUNT: "Account", "Tài khoản";
    BALANCE: "Balance", "Số dư";
    VIRTUAL: "virtual", "tài khoản ảo";
    CLOSED: "closed", "đã đóng";
    IN_USE: "open", "đang mở";
    TRANSFER: "Transfer money to an account", "Chuyển tiền vào tài khoản";
    TRANSFER_BUTTON: "Transfer", "Chuyển tiền";
    MEMO: "Memo", "Nội dung chuyển khoản";
    CREDITS: "Transfers that arrived", "Tiền đã vào";

    DELIVERIES: "Webhook deliveries", "Webhook đã gửi";
    ENDPOINT: "Endpoint", "Điểm nhận";
    ABOUT: "About", "Thông báo về";
    TIME: "Time (UTC+7)", "Thời gian (UTC+7)";
    REPLY: "Reply", "Câu trả lời của cửa hàng";
    REQUEST: "Request", "Yêu cầu";
    SEND_AGAIN: "Send again", "Gửi lại";
    DELIVERY_PENDING: "waiting for the reply", "đang chờ phản hồi";
    ACKNOWLEDGED: "acknowledged", "đã báo nhận";
    NOT_ACKNOWLEDGED: "not acknowledged", "chưa báo nhận";
    WEBHOOKS: "Where webhooks are sent", "Nơi nhận webhook";
    REGISTER: "Send webhooks to an address", "Gửi webhook tới địa chỉ";
    REGISTER_BUTTON: "Register", "Đăng ký";
    ADDRESS: "Address", "Địa chỉ";
    DELETE: "Delete", "Xóa";

    FAULTS: "Faults and time", "Lỗi cố ý và thời gian";
    LOSE_AFTER: "Lose the next response, after booking", "Mất phản hồi kế tiếp, sau khi ghi sổ";
    LOSE_BEFORE: "Lose the next response, before booking", "Mất phản hồi kế tiếp, trước khi ghi sổ";
    CLOCK: "The gateway's clock", "Đồng hồ của cổng thanh toán";
    AN_HOUR: "One hour later", "Tua thêm một giờ";
    A_DAY: "One day later", "Tua thêm một ngày";
    DONE: "Done", "Đã thực hiện";
    NOT_DONE: "Nothing happened", "Không có gì xảy ra";
    FOREIGN:
        "The form comes from another page. Use the buttons of the sandbox itself.",
        "Form được gửi từ một trang khác. Hãy dùng các nút trên chính trang sandbox.";
}

pub(super) fn order_status(status: OrderStatus) -> Text {
    match status {
        OrderStatus::Open => OPEN,
        OrderStatus::PartlyPaid => PARTLY_PAID,
        OrderStatus::Held => HELD,
        OrderStatus::Paid => PAID,
        OrderStatus::Cancelled => CANCELLED,
        OrderStatus::Expired => EXPIRED,
    }
}

pub(super) fn payout_status(status: PayoutStatus) -> Text {
    match status {
        PayoutStatus::Pending => PENDING,
        PayoutStatus::Paid => PAYOUT_PAID,
        PayoutStatus::Refused => REFUSED,
        PayoutStatus::Returned => RETURNED,
        PayoutStatus::Unclear => UNCLEAR,
    }
}

pub(super) fn account_status(status: AccountStatus) -> Text {
    match status {
        AccountStatus::Open => IN_USE,
        AccountStatus::Paid => PAID,
        AccountStatus::Closed => CLOSED,
        AccountStatus::Expired => EXPIRED,
    }
}

pub(super) fn delivery_status(status: DeliveryStatus) -> Text {
    match status {
        DeliveryStatus::Pending => DELIVERY_PENDING,
        DeliveryStatus::Acknowledged => ACKNOWLEDGED,
        DeliveryStatus::NotAcknowledged => NOT_ACKNOWLEDGED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages() {
        for (name, text) in ALL {
            for one in [text.english, text.vietnamese] {
                assert!(!one.is_empty() && one.trim() == one, "{name}: {one:?}");
            }
            assert_ne!(text.english, text.vietnamese, "{name} is not translated");
            assert!(text.english.is_ascii(), "{name}: {}", text.english);
            assert!(!text.vietnamese.is_ascii(), "{name} has no marks: {}", text.vietnamese);
            let ends = |text: &str| text.ends_with('.');
            assert_eq!(ends(text.english), ends(text.vietnamese), "{name} is a sentence or not");
        }
    }
}
