// Copies lines, keeps the lists of the page up to date, and presses buttons without loading the page
// again. Everything works without it too.
"use strict";

for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
    const label = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = label), 1500);
  });
}

async function update(live) {
  const response = await fetch(live.dataset.url).catch(() => undefined);
  if (!response?.ok) return;
  const html = await response.text();
  if (html === live.dataset.shown) return;
  live.dataset.shown = html;
  const opened = new Set();
  for (const details of live.querySelectorAll("details[open]")) opened.add(details.dataset.key);
  const focused = live.contains(document.activeElement)
    ? document.activeElement.closest("details")?.dataset.key
    : undefined;
  live.innerHTML = html;
  for (const details of live.querySelectorAll("details")) {
    details.open = opened.has(details.dataset.key);
    if (focused !== undefined && details.dataset.key === focused) {
      details.querySelector("summary").focus();
    }
  }
}

const lists = [...document.querySelectorAll(".live")];

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form.act")) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  // Not `form.action`: that is the field of this name.
  await fetch(form.getAttribute("action"), { method: "POST", body, redirect: "manual" });
  await Promise.all(lists.map(update));
});

// One round after the other, and none while nobody looks.
(async function follow() {
  if (!document.hidden) await Promise.all(lists.map(update));
  setTimeout(follow, 1000);
})();
