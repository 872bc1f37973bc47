#!/bin/sh
# The first payments of a newcomer, with curl alone.
#
#   payments sandbox
#   newcomer.sh http://127.0.0.1:8080 http://127.0.0.1:3000
#
# The first address is the page that the sandbox prints, the second one of a server that replies to
# webhooks. Ends well if each gateway did what is said here.
set -eu
page=$1
receiver=$2

say() { printf '\n== %s\n' "$*"; }

# What a buyer, a bank or the gateway's staff does.
act() {
    curl -sS --fail-with-body "$page/api/$1/actions" -H 'content-type: application/json' -d "$2"
    echo
}

# Runs the curl line that the sandbox has for a call of the merchant.
call() {
    curl -sS --fail "$page/api/$1/$2" | sh
}

overview() { curl -sS --fail "$page/api/$1/overview"; }

# Waits until the overview of a gateway has a text.
await() {
    tries=0
    until overview "$1" | grep -q -e "$2"; do
        tries=$((tries + 1))
        if [ $tries -gt 100 ]; then
            echo "$1: no $2 in:"
            overview "$1"
            exit 1
        fi
        sleep 0.1
    done
    echo "$1: $2"
}

# A call whose response is lost: curl ends with 52, "empty reply from server".
lost() {
    if call "$1" "$2"; then
        echo "$1: the response to $2 was not lost"
        exit 1
    else
        [ $? = 52 ]
    fi
    echo "$1: the response to $2 was lost"
}

say "SePay: a buyer pays an order, and its IPN arrives"
act sepay "{\"action\": \"register_webhook\", \"endpoint\": \"ipn\", \"url\": \"$receiver/sepay/ipn\"}"
call sepay samples/checkout.init >/dev/null
act sepay '{"action": "pay", "order": "SANDBOX-1"}'
await sepay '"endpoint":"ipn","about":"SANDBOX-1".*"status":"acknowledged"'

say "SePay: a bank transfer with a payment code, and its webhook"
act sepay "{\"action\": \"register_webhook\", \"endpoint\": \"bank-webhook\", \"url\": \"$receiver/sepay/bank\"}"
act sepay '{"action": "credit", "account": "0900000001", "amount": 75000, "memo": "SPT123456 cam on"}'
await sepay '"endpoint":"bank-webhook".*"status":"acknowledged"'

say "SePay: a declined card"
call sepay 'samples/checkout.init?number=2' >/dev/null
act sepay '{"action": "fail", "order": "SANDBOX-2-CARD"}'
await sepay '"order":"SANDBOX-2-CARD","status":"failed"'

say "SePay: the response to a cancellation is lost after the order was cancelled"
call sepay samples/checkout.init >/dev/null
act sepay '{"action": "lose_answer", "operation": "order.cancel"}'
lost sepay samples/order.cancel
await sepay '"order":"SANDBOX-2",[^{}]*"status":"cancelled"'

say "HPay: a buyer pays an order, and its notification arrives"
act hpay "{\"action\": \"register_webhook\", \"endpoint\": \"notify\", \"url\": \"$receiver/hpay/notify\"}"
call hpay samples/open_checkout >/dev/null
act hpay '{"action": "pay", "order": "SANDBOX-1"}'
await hpay '"endpoint":"notify","about":"SANDBOX-1".*"status":"acknowledged"'

say "HPay: a declined card"
call hpay samples/open_checkout >/dev/null
act hpay '{"action": "fail", "order": "SANDBOX-2"}'
await hpay '"order":"SANDBOX-2","status":"failed"'

say "HPay: a payout, one that is refused, and two without a response"
call hpay samples/create_payout | grep '"error_code":"000"'
call hpay failing/refused | grep '"error_code":"120"'
lost hpay failing/answer_lost
await hpay '"status":"paid",[^{}]*"account":"40404040403"'
lost hpay failing/request_lost
! overview hpay | grep -q '"account":"40404040404"'

say "payOS: a buyer pays a link, and its webhook arrives"
act payos "{\"action\": \"register_webhook\", \"endpoint\": \"webhook\", \"url\": \"$receiver/payos/webhook\"}"
call payos samples/create_link | grep '"status":"PENDING"'
act payos '{"action": "pay", "order": "900001"}'
await payos '"endpoint":"webhook","about":"900001".*"status":"acknowledged"'

say "payOS: a short payment"
call payos samples/create_link >/dev/null
act payos '{"action": "pay", "order": "900002", "amount": 20000}'
await payos '"order":"900002",[^{}]*"status":"partly_paid"'

say "payOS: a payout, one that is refused, and one without a response"
call payos samples/create_payout | grep '"approvalState":"COMPLETED"'
call payos failing/refused | grep '"approvalState":"FAILED"'
lost payos failing/answer_lost
await payos '"status":"paid",[^{}]*"account":"40404040403"'

say "Done"
