//! The operations of the checkout (source: HPay API reference 1.0.0, Checkout): links that the
//! buyer opens, order inquiries, and revocations of tokens.

use payments_core::{GatewayRef, Lookup, OrderRef, Result, payment::Payment};

use super::{order, status};
use crate::{
    client::HPay,
    compat,
    fields::Fields,
    formulas::{
        CHECKOUT_LINK, CHECKOUT_LINK_SHORT, CHECKOUT_V1_LINK, ORDER_INQUIRY_REQUEST,
        ORDER_INQUIRY_RESPONSE, REVOKE_TOKEN_LINK,
    },
    hosts::Host,
    limits::REFERENCE,
    operation::{Class, Encoding, Operation, Signature},
};

/// The operation Create Link. Five fields are signed, and a buyer can change the others.
pub(crate) const V1_LINK: Operation<'static> = Operation {
    name: "create_payment",
    host: Host::Checkout,
    path: compat::LINK_PATH,
    encoding: Encoding::Query,
    class: Class::Link,
    fields: &[
        "merchant_site_code",
        "return_url",
        "receiver",
        "transaction_info",
        "order_code",
        "price",
        "currency",
        "order_description",
        "sub_order",
        "buyer_info",
        "lang",
        "cancel_url",
        "notify_url",
        "time_limit",
        "installment",
        "inpage",
        "token",
        "token_type",
        "cyber_token",
        "payment_method_id",
        "method_group",
    ],
    request: Signature { field: "secure_code", formula: &CHECKOUT_V1_LINK },
    response: None,
    codes: &status::CODES,
};

/// The page of the provider's libraries (`htpgroup/omipay_php_lib`, 2022), to which Advanced
/// Checkout Payment refers: instalments, frames, tokens of domestic cards. Eighteen fields are
/// signed.
pub(crate) const ADVANCED_LINK: Operation<'static> = Operation {
    path: compat::ADVANCED_LINK_PATH,
    fields: &[
        "merchant_site_code",
        "return_url",
        "receiver",
        "transaction_info",
        "order_code",
        "price",
        "currency",
        "quantity",
        "tax",
        "discount",
        "fee_cal",
        "fee_shipping",
        "order_description",
        "buyer_info",
        "affiliate_code",
        "installment",
        "inpage",
        "payment_method_id",
        "token",
        "token_type",
        "cyber_token",
        "sub_order",
        "lang",
        "method_group",
        "notify_url",
        "cancel_url",
        "time_limit",
    ],
    request: Signature { field: "secure_code", formula: &CHECKOUT_LINK },
    ..V1_LINK
};

/// A link in the short form of the PHP library.
pub(crate) const SHORT_LINK: Operation<'static> = Operation {
    fields: &[
        "merchant_site_code",
        "return_url",
        "receiver",
        "transaction_info",
        "order_code",
        "price",
        "order_description",
        "installment",
        "inpage",
        "payment_method_id",
        "token",
        "token_type",
        "cyber_token",
        "sub_order",
        "lang",
        "method_group",
        "notify_url",
        "cancel_url",
        "time_limit",
    ],
    request: Signature { field: "secure_code", formula: &CHECKOUT_LINK_SHORT },
    ..ADVANCED_LINK
};

/// The operation Order Inquiry, a POST without an effect.
pub(crate) const FIND_PAYMENT: Operation<'static> = Operation {
    name: "find_payment",
    host: Host::Checkout,
    path: compat::ORDER_INQUIRY_PATH,
    encoding: Encoding::Form,
    class: Class::Inquiry,
    fields: &["merchant_id", "order_code", "transaction_id"],
    request: Signature { field: "checksum", formula: &ORDER_INQUIRY_REQUEST },
    response: Some(Signature { field: "checksum", formula: &ORDER_INQUIRY_RESPONSE }),
    codes: &status::CODES,
};

/// The order inquiry for one attempt to pay an order.
pub(crate) const FIND_TRANSACTION: Operation<'static> =
    Operation { name: "find_transaction", ..FIND_PAYMENT };

/// The order inquiry that confirms an event.
pub(crate) const CONFIRM_PAYMENT: Operation<'static> =
    Operation { name: "confirm", ..FIND_PAYMENT };

/// The operation Revoke ATM tokenization.
pub(crate) const REVOKE_TOKEN: Operation<'static> = Operation {
    name: "revoke_token",
    path: compat::REVOKE_TOKEN_PATH,
    fields: &[
        "merchant_id",
        "receive_email",
        "bank_code",
        "bank_token",
        "return_url",
        "notify_url",
        "merchant_site_code",
    ],
    request: Signature { field: "secure_code", formula: &REVOKE_TOKEN_LINK },
    ..V1_LINK
};

impl HPay {
    /// Queries one attempt to pay an order, by HPay's number of the attempt: the `payment_id` of a
    /// notification. An order that was paid twice has two attempts.
    ///
    /// # Errors
    /// The request to HPay failed, or its response could not be read or was about something else.
    pub async fn find_transaction(
        &self,
        order: &OrderRef,
        transaction: &GatewayRef,
    ) -> Result<Lookup<Payment>> {
        REFERENCE.check("order", order.as_str())?;
        REFERENCE.check("transaction", transaction.as_str())?;
        self.find_order(&FIND_TRANSACTION, order, Some(transaction)).await
    }

    /// Queries an order, or one attempt to pay it.
    pub(crate) async fn find_order(
        &self,
        operation: &Operation<'_>,
        order: &OrderRef,
        transaction: Option<&GatewayRef>,
    ) -> Result<Lookup<Payment>> {
        let operation = Operation {
            path: &self.compat.order_inquiry_path,
            encoding: self.compat.order_inquiry_body.into(),
            ..*operation
        };
        let fields = Fields::new()
            .with("merchant_id", self.merchant_id())
            .with("order_code", order.as_str())
            .with_some("transaction_id", transaction.map(GatewayRef::as_str));
        self.inquire(&operation, fields, |reply| {
            let raw = reply.verify_success()?;
            let found = order::read(
                operation.name,
                self.account(),
                order,
                transaction,
                &reply.envelope,
                reply.request_formula(),
                raw,
            )?;
            // A code that reports the state of the order has no signature.
            if !reply.worked() && matches!(found, Lookup::Found(_)) {
                reply.refuse_unsigned()?;
            }
            Ok(found)
        })
        .await
    }
}
