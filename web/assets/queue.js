// The waiting room, quicker: the line moves before one's eyes and who is called goes in by itself. Without this
// file the answer's Refresh header asks again, and the way in is a button.
//
// Two questions: the sale's public state, the same for everybody and answered by a CDN where there is one, every
// few seconds; and the page itself, which knows the ticket, when that state says so or the server's own time to
// ask again has come. The ticket is in a cookie that scripts can't read; nothing about it is decided here.

const $ = (selector, root = document) => root.querySelector(selector);

const kPollMs = 4000;        // of the public state, and up to half of it more, so that not all ask at once
const kPollMinMs = 1000;     // for who is told to ask sooner: near the front of the line
const kHiddenPollMs = 15000;
const kPollMaxMs = 60000;    // without an answer each round waits twice as long as the one before, up to this
const kToldMaxMs = 600000;   // however long a refusal says to stay away
const kEnterMs = 1500;       // time to read that it is one's turn
const kEnterTriesMax = 5;    // then as a plain form, whose answer the shopper sees
const kTimeoutMs = 10000;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const piece = () => $('[data-piece="queue"]');
const number = new Intl.NumberFormat("en-GB");
const title = document.title.split(" \u2013 ").pop();  // the shop's name

function say(text) {
  const place = $("#announce");
  if (place && place.textContent !== text) place.textContent = text;
}

/// As src/storefront/queue_words.cc says it.
function words(seconds, left) {
  if (!Number.isFinite(seconds)) return "How long it takes can't be known yet";
  if (seconds > left) return "At this pace the sale ends before your turn comes";
  if (seconds < 60) return "Less than a minute";
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return minutes === 1 ? "About a minute" : `About ${minutes} minutes`;
  return `About ${Math.round(seconds / 3600)} hours`;
}

function write(selector, text) {
  const place = $(selector, piece());
  if (place && place.textContent !== text) place.textContent = text;
}

function titled() {
  const sale = $(".queue-sale", piece());
  document.title = [$("h1", piece())?.textContent, sale?.textContent].filter(Boolean).join(": ") + ` \u2013 ${title}`;
}

/// Moments in the shopper's own time, and how long it is until the start.
function tell() {
  for (const time of document.querySelectorAll("[data-moment]")) {
    const at = new Date(time.dateTime);
    const text = at.toLocaleString("en-GB", {dateStyle: "full", timeStyle: at.getSeconds() ? "medium" : "short"});
    if (time.textContent !== text) time.textContent = text;
  }
  const starts = piece()?.dataset.starts;
  if (!starts) return;
  const left = Math.max(0, Math.round((new Date(starts) - Date.now()) / 1000));
  const parts = [[Math.floor(left / 86400), "day"], [Math.floor(left / 3600) % 24, "hour"], [Math.floor(left / 60) % 60, "minute"], [left % 60, "second"]];
  const from = parts.findIndex(([count]) => count > 0);
  write("[data-until]", from < 0 ? "It starts now." :
    `In ${parts.slice(from, from + 2).filter(([count]) => count).map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`).join(" and ")}.`);
}

let told_ms = 0;  // by a refusal of this round: when to ask again

async function ask(url, headers = {}) {
  const response = await fetch(url, {headers, credentials: "same-origin", signal: AbortSignal.timeout ? AbortSignal.timeout(kTimeoutMs) : undefined});
  if (!response.ok) told_ms = Math.max(told_ms, Number(response.headers.get("Retry-After")) * 1000 || 0);
  return response;
}

/// The page as the server sees it now. False: there was no answer.
async function renew() {
  const response = await ask(`/queue/${piece().dataset.sale}`, {"X-Piece": "queue", Accept: "text/html"});
  if (response.status === 201) {
    location.assign(response.headers.get("Location"));
    return new Promise(() => {});  // this page has ended
  }
  const fresh = $('[data-piece="queue"]', new DOMParser().parseFromString(await response.text(), "text/html"));
  if (!fresh) return false;
  const before = piece();
  const was = before.dataset.state;
  const open = $("details", before)?.open;
  const focused = before.contains(document.activeElement);
  before.replaceWith(document.adoptNode(fresh));
  if ($("details", fresh)) $("details", fresh).open = Boolean(open);
  const changed = fresh.dataset.state !== was;
  if (focused) (changed ? $("h1", fresh) : $("summary", fresh) || $("h1", fresh)).focus({preventScroll: true});
  titled();
  tell();
  if (changed) say([$("h1", fresh), $(".queue-lead", fresh)].map((part) => part?.textContent || "").join(". "));
  return true;
}

/// The line as everybody sees it. True: the page has to be asked, too. Undefined: there was no answer.
async function follow() {
  const response = await ask(`/api/v1/sales/${piece().dataset.sale}`, {Accept: "application/json"});
  if (!response.ok) return response.status === 404 || undefined;
  const sale = await response.json();
  const {state, place} = piece().dataset;
  if (!sale.queue_open || sale.sold_out !== (state === "sold-out")) return true;
  if (state === "draw") {
    write('[data-fact="length"]', number.format(sale.line_length));
    return sale.phase !== "scheduled";
  }
  if (state !== "waiting" || !place) return false;
  if (sale.places_called >= Number(place)) return true;
  const ahead = Number(place) - 1 - sale.places_called;
  const estimate = words(sale.called_per_minute > 0 ? (ahead / sale.called_per_minute) * 60 : NaN, (new Date(sale.ends_at) - Date.now()) / 1000);
  write("h1", ahead > 0 ? `${number.format(ahead)} ahead of you` : "You're next");
  write("[data-wait]", estimate);
  write('[data-fact="called"]', number.format(sale.places_called));
  const progress = $("progress", piece());
  if (progress) progress.value = sale.places_called;
  titled();
  say(`${estimate}.`);  // spoken when the words change, not with each number
  return false;
}

/// It is the shopper's turn. Nobody who is looking elsewhere is sent in: the time at the checkout would run.
async function enter() {
  const form = $("form[data-enter]", piece());
  if (!form) return;
  const called = document.title;
  let on = false;
  while (document.hidden) {
    on = !on;
    document.title = on ? "\u25cf Your turn: go to checkout" : called;
    await wait(1000);
  }
  document.title = called;
  write("[data-enter] button", "Opening the checkout");
  await wait(kEnterMs);
  for (let attempt = 0; attempt < kEnterTriesMax; attempt++) {
    try {
      const response = await fetch(form.action, {method: "POST", body: new URLSearchParams(), headers: {"X-Piece": "queue"}, credentials: "same-origin", redirect: "error"});
      if (response.status === 201) return location.assign(response.headers.get("Location"));
      if (!response.headers.has("Retry-After")) break;
      write("[data-enter] button", "Still at the door: many go in at this moment");
      await wait(Number(response.headers.get("Retry-After")) * 1000);
    } catch {
      await wait(kPollMs);  // no connection: whether it arrived or not, the same ticket gives the same pass
    }
  }
  form.submit();
}

const jittered = (ms) => ms + Math.random() * ms * 0.5;

async function stay() {
  let renewed = Date.now();
  let failed = 0;  // rounds in a row
  while (piece()) {
    if (piece().dataset.state === "turn") return enter();
    if (piece().dataset.state === "spent") return;  // nothing helps but a new place, which is the shopper's choice
    const until = piece().dataset.starts ? new Date(piece().dataset.starts) - Date.now() : Infinity;
    // Places are drawn: nobody gains by asking in the first second after the start.
    const due_at = renewed + Number(piece().dataset.retry) * 1000;
    const poll = document.hidden ? jittered(kHiddenPollMs) : Math.min(jittered(kPollMs), Math.max(due_at - Date.now(), kPollMinMs));
    const planned = until > 0 && until < 4 * kPollMs ? until + 1000 + Math.random() * 4000 : poll;
    // A server that sheds load, or is away, is asked less and less, and by no two pages at the same moment.
    const back_off = failed || told_ms ? jittered(Math.max(Math.min(kPollMs * 2 ** (failed - 1), kPollMaxMs), Math.min(told_ms, kToldMaxMs))) : 0;
    await wait(Math.max(planned, back_off));
    told_ms = 0;
    const due = Date.now() >= due_at;
    const news = await follow().catch(() => undefined);
    const asked = news || due;
    const fresh = asked && await renew().catch(() => false);
    if (fresh) renewed = Date.now();
    failed = fresh || (!asked && news !== undefined) ? 0 : failed + 1;
  }
}

if (piece()?.dataset.state) {
  // The answer's Refresh header is for those without this file.
  addEventListener("load", () => setTimeout(() => window.stop(), 0));
  tell();
  setInterval(tell, 1000);
  stay();
}
// A page from the back/forward cache: its turn may have come and gone.
addEventListener("pageshow", (event) => event.persisted && location.reload());
