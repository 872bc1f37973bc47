# Uses PyPI `sepay-pg` as a shop would, against the hosts in INPUT, and prints what it saw.
#
# The library has no setting for its hosts: they are two public attributes of its client and are
# set again here; nothing else of the library is touched.

import json
import os

import requests
from sepay_pg import SePayClient

given = json.loads(os.environ["INPUT"])
client = SePayClient(given["merchant_id"], given["secret_key"], env="sandbox")
client.api_url = given["pgapi"]
client.checkout_url = f"{given['pay']}/v1/checkout/init"

# The order in which the library signs.
SIGNED = [
    "merchant",
    "operation",
    "payment_method",
    "order_amount",
    "currency",
    "order_invoice_number",
    "order_description",
    "customer_id",
    "success_url",
    "error_url",
    "cancel_url",
    "signature",
]


def form(invoice):
    return client.generate_checkout_data(
        {
            "order_amount": 50000,
            "order_invoice_number": invoice,
            "order_description": f'Đơn hàng {invoice}, "gấp" & <b>',
            "customer_id": "KH-7",
            "success_url": "https://shop.example/paid?o=1&r=ok",
            "error_url": "https://shop.example/failed",
            "cancel_url": "https://shop.example/cart",
        }
    )


def post(fields):
    page = requests.post(client.checkout_url, data=fields, allow_redirects=False)
    return {"status": page.status_code, "text": page.text}


def in_order(fields):
    return {name: fields[name] for name in SIGNED}


def asked(invoice):
    try:
        return client.get_order(invoice)
    except Exception as error:
        return f"{type(error).__name__}: {getattr(error, 'response', None)}"


webhook = given["webhook"]

print(
    json.dumps(
        {
            "as_given": post(form("DH-1")),
            "in_order": post(in_order(form("DH-2"))),
            "changed": post({**in_order(form("DH-3")), "order_amount": "1"}),
            "order": asked("DH-2"),
            "our_signature": given["form_of_ours"]["signature"],
            "their_signature": client.sign_fields(given["form_of_ours"]),
            "webhook": client.verify_webhook_signature(
                webhook["signature"], webhook["body"].encode()
            ),
        }
    )
)
