# Uses PyPI `sepay` as a shop would, against the host in INPUT, and prints what it saw.
#
# The library has no setting for its host: it is a property of its base class, which is public and
# is set again here; nothing else of the library is touched.

import json
import os

from sepay import SePay
from sepay.base import BaseRequest

given = json.loads(os.environ["INPUT"])
BaseRequest.BASE_URL = given["userapi"]

client = SePay(api_key=given["api_token"])
transactions = client.transaction
accounts = client.bank_account


def shown(model):
    return json.loads(model.model_dump_json())


listed = transactions.get_transactions()
narrowed = transactions.get_transactions(filters={"account_number": given["account_number"]})
paid = transactions.get_transactions(filters={"reference_number": given["reference_number"]})
linked = accounts.get_bank_accounts()

try:
    SePay(api_key="wrong").transaction.get_count()
    stranger = "an answer"
except Exception as error:
    stranger = type(error).__name__

print(
    json.dumps(
        {
            "transactions": [shown(row) for row in listed],
            "narrowed": [shown(row) for row in narrowed],
            "transaction": shown(transactions.get_transaction(paid[0].id)),
            "count": transactions.get_count(),
            "count_of_one": transactions.get_count(
                filters={"account_number": given["account_number"]}
            ),
            "accounts": [shown(row) for row in linked],
            "account": shown(accounts.get_bank_account(linked[1].id)),
            "count_of_accounts": accounts.get_count(),
            "stranger": stranger,
        }
    )
)
