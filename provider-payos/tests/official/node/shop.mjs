// Uses npm `@payos/node` as a shop would, against the host in INPUT, and prints what it saw.

import { createRequire } from "node:module";

const { PayOS } = createRequire(import.meta.url)("@payos/node");
const input = JSON.parse(process.env.INPUT);

const links = new PayOS({
  clientId: input.client_id,
  apiKey: input.api_key,
  checksumKey: input.checksum_key,
  baseURL: input.api,
});
const payouts = new PayOS({
  clientId: input.payout_client_id,
  apiKey: input.payout_api_key,
  checksumKey: input.payout_checksum_key,
  baseURL: input.api,
});

async function post(path, body) {
  const answer = await fetch(`${input.control}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return await answer.json();
}

function link(orderCode) {
  return links.paymentRequests.create({
    orderCode,
    amount: 50000,
    description: "Hai ly ca phe",
    returnUrl: "https://shop.example/back?o=1&r=ok",
    cancelUrl: "https://shop.example/cancelled",
    items: [{ name: "Cà phê / 1", quantity: 2, price: 25000 }],
  });
}

async function refusal(call) {
  try {
    await call();
    return null;
  } catch (error) {
    return error.code ?? String(error);
  }
}

const created = await link(7);
await link(8);
const duplicate = await refusal(() => link(7));
const registered = await links.webhooks.confirm(input.webhook_url);
await post("pay", { link: "7", amount: 50000 });
const found = await links.paymentRequests.get(7);
const cancelled = await links.paymentRequests.cancel(8, "het hang");

// The webhook as the simulator posted it to the shop.
const webhook = await fetch(input.last_webhook).then((answer) => answer.json());
const paid = await links.webhooks.verify(webhook);
const changed = { ...webhook, data: { ...webhook.data, amount: 5000000 } };
const forged = (await refusal(() => links.webhooks.verify(changed))) !== null;

const to = { toBin: "970422", toAccountNumber: "0123456789" };
const payout = await payouts.payouts.create({
  referenceId: "P-1",
  amount: 20000,
  description: "Hoan tien 1",
  category: ["refund"],
  ...to,
});
const payout_found = await payouts.payouts.get(payout.id);
const batch = await payouts.payouts.batch.create({
  referenceId: "B-1",
  category: ["salary"],
  validateDestination: true,
  payouts: ["B-1-1", "B-1-2"].map((referenceId) => ({
    referenceId,
    amount: 25000,
    description: "Luong",
    ...to,
  })),
});
const page = await payouts.payouts.list({ referenceId: "P-1" });
const balance = await payouts.payoutsAccount.balance();

console.log(
  JSON.stringify({
    created,
    found,
    cancelled,
    duplicate,
    registered,
    paid,
    forged,
    payout,
    payout_found,
    listed: page.data,
    batch,
    balance,
  }),
);
