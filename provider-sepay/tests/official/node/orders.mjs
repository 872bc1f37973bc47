// Uses npm `sepay-pg-node` as a shop would, against the hosts in INPUT, and prints what it saw.
//
// The library has no setting for its hosts: its constructor writes the real ones into two static
// properties and reads them at every call. They are public, so they are set again here; nothing
// else of the library is touched.

import { createRequire } from "node:module";

const { SePayPgClient } = createRequire(import.meta.url)("sepay-pg-node");
const input = JSON.parse(process.env.INPUT);

const client = new SePayPgClient({
  env: "sandbox",
  merchant_id: input.merchant_id,
  secret_key: input.secret_key,
});
SePayPgClient.baseApiUrl = `${input.pgapi}/v1`;
SePayPgClient.baseCheckoutUrl = `${input.pay}/v1/checkout`;

/** What a browser does with a form: posts the fields in their order. */
async function post(url, fields) {
  const answer = await fetch(url, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams(Object.entries(fields)),
  });
  return { status: answer.status, text: await answer.text() };
}

function form(invoice, method) {
  return client.checkout.initOneTimePaymentFields({
    payment_method: method,
    order_invoice_number: invoice,
    order_amount: 50000,
    currency: "VND",
    order_description: `Đơn hàng ${invoice}, "gấp" & <b>`,
    customer_id: "KH-7",
    success_url: "https://shop.example/paid?o=1&r=ok",
    custom_data: '{"k":"v"}',
  });
}

async function refusal(call) {
  try {
    await call;
    return null;
  } catch (error) {
    return error.response?.status ?? String(error);
  }
}

const checkout = client.checkout.initCheckoutUrl();
const page = await post(checkout, form("DH-TRANSFER", "BANK_TRANSFER"));
const changed = await post(checkout, { ...form("DH-OTHER", "CARD"), order_amount: 1 });

const card = await post(checkout, form("DH-CARD", "CARD"));
const pay = card.text.match(/action="([^"]+\/pay)"/)[1];
await post(`${input.pay}${pay}`, { payment_method: "CARD" });

const listed = await client.order.all({ per_page: 1, sort: { created_at: "desc" } });
const retrieved = await client.order.retrieve("DH-CARD");
const voided = await client.order.voidTransaction("DH-CARD");
const cancelled = await client.order.cancel("DH-TRANSFER");
const refused = await refusal(client.order.cancel("DH-TRANSFER"));

const ours = Object.fromEntries(input.form_of_ours);

console.log(
  JSON.stringify({
    page,
    changed,
    listed: listed.data,
    retrieved: retrieved.data,
    voided: voided.data,
    cancelled: cancelled.data,
    refused,
    our_signature: ours.signature,
    their_signature: client.checkout.signFields(ours),
  }),
);
