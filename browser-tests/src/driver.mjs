// Drives Chromium: reads one command a line as JSON, and writes one reply a line.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  // Chromium's sandbox refuses to run as root, as continuous integration does.
  chromiumSandbox: process.getuid?.() !== 0,
});
const PATIENCE = 15_000;
const pages = [];

function add(context, page) {
  const errors = [];
  page.on("pageerror", (error) => errors.push(`script: ${error.message}`));
  page.on("console", (line) => line.type() === "error" && errors.push(`console: ${line.text()}`));
  return pages.push({ page, context, errors }) - 1;
}

const commands = {
  async open({ setup }) {
    const context = await browser.newContext({ locale: "en-US", ...setup });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    context.setDefaultTimeout(PATIENCE);
    return add(context, await context.newPage());
  },
  async clickOpens({ page, context }, { selector }) {
    const [opened] = await Promise.all([
      page.waitForEvent("popup"),
      page.click(selector, { strict: true }),
    ]);
    return add(context, opened);
  },
  goto: async ({ page }, { url }) => (await page.goto(url)).status(),
  url: ({ page }) => page.url(),
  click: ({ page }, { selector }) => page.click(selector, { strict: true }),
  fill: ({ page }, { selector, text }) => page.fill(selector, text, { strict: true }),
  select: async ({ page }, { selector, value }) => {
    await page.selectOption(selector, value, { strict: true });
  },
  text: ({ page }, { selector }) => page.innerText(selector, { strict: true }),
  waitFor: async ({ page }, { selector }) => {
    await page.locator(selector).first().waitFor();
  },
  count: ({ page }, { selector }) => page.locator(selector).count(),
  attribute: ({ page }, { selector, name }) => page.getAttribute(selector, name, { strict: true }),
  reload: async ({ page }) => {
    await page.reload();
  },
  clipboard: ({ page }) => page.evaluate(() => navigator.clipboard.readText()),
  picture: async ({ page }, { path }) => {
    await page.screenshot({ path, fullPage: true });
  },
  async problems({ page, errors }) {
    const problems = [...errors];
    const [wide, window] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    if (wide > window) problems.push(`the page is ${wide} wide in a window of ${window}`);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    for (const { id, help, nodes } of violations) {
      problems.push(`${id}: ${help}: ${nodes.map((node) => node.html).slice(0, 3).join(" ")}`);
    }
    return problems;
  },
  close: ({ page }) => page.close(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, page, ...given } = JSON.parse(line);
  let reply;
  try {
    const run = commands[name];
    const result = page === undefined ? await run(given) : await run(pages[page], given);
    reply = { result: result ?? null };
  } catch (error) {
    reply = { error: `${error.message} (at ${pages[page]?.page.url()})` };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
await browser.close();
