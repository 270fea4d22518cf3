// Cart, checkout and order page, quicker: changes in place, one payment however often one presses, the same
// order after a lost connection. Everything here works without this file, by plain forms.
//
// Pieces: a form post with "X-Piece: cart|checkout" is answered with that part of the page alone, which takes
// the place of [data-piece] (see src/storefront/cart_routes.h). The server decides; nothing is computed here.

const $ = (selector, root = document) => root.querySelector(selector);

const kRetriesMax = 6;        // sends of one press; the key makes them one order
const kRetryMs = 1500;        // doubled each time, at most kRetryMsMax
const kRetryMsMax = 8000;
const kTimeoutMs = 40000;
const kOrderPollMs = 2000;
const kQuantityDelayMs = 400;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function say(text) {
  const place = $("#announce");
  if (place) place.textContent = text;
}

/// What the shopper sees after a change: the answer's piece where the old one stood.
function swap(html, name) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const fresh = $(`[data-piece="${name}"]`, parsed);
  const old = $(`[data-piece="${name}"]`);
  if (!fresh || !old) return null;
  const piece = document.adoptNode(fresh);
  old.replaceWith(piece);
  return piece;
}

function post(url, fields, piece) {
  return fetch(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: {"X-Piece": piece, Accept: "text/html"},
    credentials: "same-origin",
    redirect: "error",
    signal: AbortSignal.timeout ? AbortSignal.timeout(kTimeoutMs) : undefined,
  });
}

// ---- cart -------------------------------------------------------------------------------------------------

let changing = Promise.resolve();  // one change after the other: the last answer is the last state

/// A selector that finds the same control in the new piece, so that the keyboard stays where it was.
function addressOf(element) {
  if (!element || !element.closest) return null;
  if (element.id) return `#${CSS.escape(element.id)}`;
  const line = element.closest("[id^=line-]");
  if (!line) return null;
  const named = element.name ? `[name="${element.name}"][value="${element.value}"]` : "";
  const form = element.form ? `form[action="${element.form.getAttribute("action")}"] ` : "";
  return `#${CSS.escape(line.id)} ${form}button${named}`;
}

async function changeCart(form, submitter) {
  const fields = new FormData(form);
  if (submitter && submitter.name) fields.set(submitter.name, submitter.value);
  const focused = document.activeElement;
  const back = addressOf(focused && form.contains(focused) ? focused : submitter);
  form.setAttribute("aria-busy", "true");
  const response = await post(form.action, fields, "cart");
  const piece = swap(await response.text(), "cart");
  if (!piece) throw new Error(`no piece in an answer of ${response.status}`);
  dispatchEvent(new Event("pageshow"));  // the badge in the header reads its cookie again
  const notice = $(".notice", piece);
  const target = (back && $(back, piece)) || (notice && $("button", notice)) || $("h1", piece);
  if (target) {
    if (target.tagName === "H1") target.tabIndex = -1;
    target.focus({preventScroll: true});
  }
  const sum = $(".sum .amount", piece);
  say(notice ? $("p", notice).textContent : sum ? `Subtotal ${sum.textContent}` : "Your cart is empty");
}

let quantityTimer;
document.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches("[data-line] input[name=quantity]")) return;
  clearTimeout(quantityTimer);
  // Arrow keys change the number step by step: the last one is meant.
  quantityTimer = setTimeout(() => input.isConnected && input.form.requestSubmit(), kQuantityDelayMs);
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-line]") || !$('[data-piece="cart"]')) return;
  event.preventDefault();
  clearTimeout(quantityTimer);
  const submitter = event.submitter;
  changing = changing.then(() => changeCart(form, submitter)).catch(() => {
    // Let the browser do it, and tell what is wrong.
    if (submitter && submitter.name) {
      form.append(Object.assign(document.createElement("input"), {type: "hidden", name: submitter.name, value: submitter.value}));
    }
    form.isConnected ? form.submit() : location.reload();
  });
});
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-estimate]");
  if (!form) return;
  changing = changing.then(async () => {
    const url = `/cart?${new URLSearchParams(new FormData(form))}`;
    const response = await fetch(url, {headers: {"X-Piece": "cart"}, credentials: "same-origin"});
    const piece = swap(await response.text(), "cart");
    $("#estimate-country", piece)?.focus({preventScroll: true});
    say([...piece.querySelectorAll(".estimate-offers li")].map((offer) => offer.textContent).join(", "));
  }).catch(() => form.submit());
});

// ---- checkout ---------------------------------------------------------------------------------------------

const kCardFields = ["card_number", "card_expiry", "card_cvc"];
let paying = false;

/// The server never sends card details back; here they are still in the shopper's own page.
function carried(form) {
  return kCardFields.map((name) => [name, form.elements[name]?.value || ""]);
}
function carry(values, form) {
  for (const [name, value] of values) if (form.elements[name] && value) form.elements[name].value = value;
  if (values.some(([, value]) => value)) $(".card-again", form)?.remove();
}

function status(form, text) {
  const place = $("[data-pay-status]", form);
  if (place) place.textContent = text;
}

function busy(form, on) {
  paying = on;
  form.toggleAttribute("data-busy", on);
  const button = $("[data-pay]", form);
  // aria-disabled, not disabled: a disabled button would lose the focus and isn't announced.
  if (button) on ? button.setAttribute("aria-disabled", "true") : button.removeAttribute("aria-disabled");
}

function focusErrors(piece) {
  const summary = $("[data-error-summary]", piece);
  if (summary) summary.focus();
  if (summary) summary.scrollIntoView({block: "start"});
  return Boolean(summary);
}

/// Country or method chosen: the server says what follows from it.
async function update(form) {
  if (paying) return;
  const fields = new FormData(form);
  kCardFields.forEach((name) => fields.delete(name));
  fields.set("update", "1");
  const focused = document.activeElement;
  const focusedAt = focused && focused.name ? `[name="${focused.name}"]${focused.type === "radio" ? `[value="${focused.value}"]` : ""}` : null;
  const response = await post(form.action, fields, "checkout");
  const now = carried(form);  // also what was typed while we waited
  const typed = new FormData(form);
  const piece = swap(await response.text(), "checkout");
  if (!piece) throw new Error("no piece");
  const fresh = $("form[data-checkout]", piece);
  for (const [name, value] of typed) {
    const field = fresh.elements[name];
    if (field && field.tagName === "INPUT" && !["hidden", "radio"].includes(field.type)) field.value = value;
  }
  carry(now, fresh);
  if (focusedAt) $(focusedAt, fresh)?.focus({preventScroll: true});
  const total = $(".summary-total dd", piece);
  if (total) say(`Total ${total.textContent}`);
}

/// What was typed waits in this tab while its shopper does, in the line before the checkout; no card details.
const kTyped = "ff_typed";
function typedFields(form) {
  return [...form.elements].filter((field) => field.name && !kCardFields.includes(field.name) && (field.tagName === "SELECT" || (field.tagName === "INPUT" && !["hidden", "radio", "submit"].includes(field.type))));
}
function keepTyped(form) {
  sessionStorage.setItem(kTyped, JSON.stringify(typedFields(form).map((field) => [field.name, field.value])));
}
function bringTyped(form) {
  const kept = sessionStorage.getItem(kTyped);
  if (!kept) return;
  sessionStorage.removeItem(kTyped);
  const country = form.elements.country?.value;
  for (const [name, value] of JSON.parse(kept)) {
    const field = form.elements[name];
    if (field && value && (field.tagName === "SELECT" || !field.value)) field.value = value;
  }
  if (form.elements.country && form.elements.country.value !== country) update(form).catch(() => {});
}

/// Sends the form until there is an answer. The idempotency key in it stays the same, so however often it
/// arrives there is one order and one charge.
async function pay(form, submitter) {
  busy(form, true);
  status(form, "Paying. Please stay on this page.");
  const fields = new FormData(form);
  if (submitter && submitter.name) fields.set(submitter.name, submitter.value);
  const cards = carried(form);
  for (let attempt = 0, pause = kRetryMs; ; attempt++, pause = Math.min(pause * 2, kRetryMsMax)) {
    let response = null;
    let html = "";
    try {
      response = await post(form.action, fields, "checkout");
      html = await response.text();
    } catch {
      response = null;  // no answer: it may or may not have arrived, which the key makes safe
    }
    if (response && response.status === 201) {
      const to = response.headers.get("Location");
      const queued = to.startsWith("/queue/");
      if (queued) keepTyped(form);
      status(form, queued ? "There is a line before the checkout now. Keeping your place." : "Done. Opening your order.");
      return location.assign(to);
    }
    // 429 also says when, but not to us: it may be an hour away, and the shopper has other ways.
    const again = !response || (response.status !== 429 && response.headers.has("Retry-After"));
    if (again && attempt + 1 < kRetriesMax) {
      const asked = response ? Number(response.headers.get("Retry-After")) * 1000 : 0;
      status(form, response ? "It takes a little longer. We keep trying, nothing is charged twice." : "No connection. We keep trying, nothing is charged twice.");
      await wait(Math.max(pause, Math.min(asked || 0, kRetryMsMax)));
      continue;
    }
    const piece = response ? swap(html, "checkout") : null;
    busy(form, false);
    if (!piece) {
      status(form, "We couldn't reach the shop. Nothing is lost: press again, it is still the same order and can't be charged twice.");
      return;
    }
    carry(cards, $("form[data-checkout]", piece));
    if (!focusErrors(piece)) $("h1", piece)?.focus();
    return;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-checkout]")) return;
  event.preventDefault();
  if (paying) return;
  const updates = event.submitter && event.submitter.name === "update";
  (updates ? update(form) : pay(form, event.submitter)).catch(() => {
    busy(form, false);
    form.submit();
  });
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-update]")) return;
  const form = event.target.form;
  update(form).catch(() => status(form, "We couldn't work the total out again. It is checked when you pay."));
});
// A page from the back/forward cache must not stay "paying".
addEventListener("pageshow", (event) => {
  const form = $("form[data-checkout]");
  if (form && event.persisted) busy(form, false);
});

/// Digits in groups as on the card; the caret stays behind the digit it was behind.
function group(input, format) {
  const before = input.value.slice(0, input.selectionStart ?? input.value.length).replace(/\D/g, "").length;
  const text = format(input.value.replace(/\D/g, ""));
  if (text === input.value) return;
  input.value = text;
  let caret = 0;
  for (let seen = 0; caret < text.length && seen < before; caret++) if (/\d/.test(text[caret])) seen++;
  if (before && caret && /\D/.test(text[caret] || "")) while (caret < text.length && /\D/.test(text[caret])) caret++;
  input.setSelectionRange(caret, caret);
}
document.addEventListener("input", (event) => {
  const input = event.target;
  if (event.isComposing) return;
  if (input.name === "card_number") {
    group(input, (digits) => {
      const amex = /^3[47]/.test(digits);
      return digits.slice(0, 19).replace(amex ? /^(\d{4})(\d{0,6})(\d{0,5}).*/ : /(\d{4})(?=\d)/g, amex ? "$1 $2 $3" : "$1 ").trim();
    });
  } else if (input.name === "card_expiry" && !event.inputType?.startsWith("delete") && !/^\d{0,2}\s*\/\s*\d{3,}/.test(input.value)) {
    group(input, (digits) => {
      const month = /^[2-9]/.test(digits) ? `0${digits}` : digits;  // "5" can only be May
      return month.length < 2 ? month : `${month.slice(0, 2)} / ${month.slice(2, 4)}`;
    });
  }
});

// The link of the error summary goes to the field itself, for the keyboard as for the eye.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-error-summary] a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  field.focus();
  (field.closest(".field, fieldset") || field).scrollIntoView({block: "center"});
});

// ---- order ------------------------------------------------------------------------------------------------

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
(async () => {
  // Without this file the answer's Refresh header asks again; with it, the page is not torn away for that.
  if ($('[data-piece="order"][data-pending]')) addEventListener("load", () => setTimeout(() => window.stop(), 0));
  while ($('[data-piece="order"][data-pending]')) {
    await wait(kOrderPollMs);
    if (document.hidden) continue;
    try {
      const response = await fetch(location.href, {credentials: "same-origin"});
      if (!response.ok) continue;
      const piece = swap(await response.text(), "order");
      if (piece && !piece.matches("[data-pending]")) {
        dispatchEvent(new Event("pageshow"));
        say($("h1", piece).textContent);
      }
    } catch {
      // The connection is away; the next round asks again.
    }
  }
})();

const form = $("form[data-checkout]");
if (form) {
  try {
    bringTyped(form);
  } catch {
    // No storage here: then it is typed once more.
  }
}
const errors = $('[data-piece="checkout"]');
if (errors) focusErrors(errors);
