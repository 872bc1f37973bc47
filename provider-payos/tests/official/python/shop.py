"""Uses PyPI `payos` as a shop would, against the host in INPUT, and prints what it saw."""

import json
import os
import urllib.request

from payos import PayOS
from payos.types import CreatePaymentLinkRequest, ItemData
from payos.types.v1 import PayoutBatchItem, PayoutBatchRequest, PayoutRequest
from payos.types.v1.payouts.payouts import GetPayoutListParams

given = json.loads(os.environ["INPUT"])

links = PayOS(
    given["client_id"], given["api_key"], given["checksum_key"], base_url=given["api"]
)
payouts = PayOS(
    given["payout_client_id"],
    given["payout_api_key"],
    given["payout_checksum_key"],
    base_url=given["api"],
)


def fetched(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as answer:
        return json.load(answer)


def link(order_code):
    return links.payment_requests.create(
        CreatePaymentLinkRequest(
            order_code=order_code,
            amount=50000,
            description="Hai ly ca phe",
            return_url="https://shop.example/back?o=1&r=ok",
            cancel_url="https://shop.example/cancelled",
            items=[ItemData(name="Cà phê / 1", quantity=2, price=25000)],
        )
    )


def refusal(call):
    try:
        call()
    except Exception as error:  # whichever it is, it is what the library says
        return getattr(error, "error_code", None) or getattr(error, "code", None) or str(error)
    return None


def plain(model):
    return model.model_dump(by_alias=True, mode="json")


created = link(7)
link(8)
duplicate = refusal(lambda: link(7))
registered = links.webhooks.confirm(given["webhook_url"])
fetched(f"{given['control']}/pay", {"link": "7", "amount": 50000})
found = links.payment_requests.get(7)
cancelled = links.payment_requests.cancel(8, "het hang")

# The webhook as the simulator posted it to the shop.
webhook = fetched(given["last_webhook"])
paid = links.webhooks.verify(webhook)
changed = {**webhook, "data": {**webhook["data"], "amount": 5000000}}
forged = refusal(lambda: links.webhooks.verify(changed)) is not None

to = {"to_bin": "970422", "to_account_number": "0123456789"}
payout = payouts.payouts.create(
    PayoutRequest(
        reference_id="P-1", amount=20000, description="Hoan tien 1", category=["refund"], **to
    )
)
payout_found = payouts.payouts.get(payout.id)
batch = payouts.payouts.batch.create(
    PayoutBatchRequest(
        reference_id="B-1",
        category=["salary"],
        validate_destination=True,
        payouts=[
            PayoutBatchItem(reference_id=one, amount=25000, description="Luong", **to)
            for one in ["B-1-1", "B-1-2"]
        ],
    )
)
page = payouts.payouts.list(GetPayoutListParams(reference_id="P-1"))
balance = payouts.payouts_account.balance()

print(
    json.dumps(
        {
            "created": plain(created),
            "found": plain(found),
            "cancelled": plain(cancelled),
            "duplicate": duplicate,
            "registered": plain(registered),
            "paid": plain(paid),
            "forged": forged,
            "payout": plain(payout),
            "payout_found": plain(payout_found),
            "listed": [plain(one) for one in page.data],
            "batch": plain(batch),
            "balance": plain(balance),
        }
    )
)
