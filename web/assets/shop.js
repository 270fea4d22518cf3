// The shop works without this file; with it, it answers in place. One module for every page, no dependency.
//
// What it looks for in the page (all optional):
//   [data-cart-count]                 text of the cart's badge; hidden while it is empty
//   form[data-add]                    posts to /cart/lines; answered in the drawer
//   script#variants (JSON)            {"options": ["Colour"], "variants": [{"id", "options": ["Navy", "M"], "price",
//                                     "compare", "stock": "in_stock|few_left|backorder|sold_out", "stock_text",
//                                     "picture": index}]}; the form's pickers are inputs or selects named option1..3
//   [data-price] [data-compare] [data-stock] [data-option-value="1"]  what follows the chosen variant
//   [data-gallery] [data-picture="3"] the picture of a variant is scrolled to and marked aria-current
//   [data-product] (JSON)             {"handle", "title", "price", "picture"}: remembered as recently viewed
//   [data-recent]                     where the recently viewed go; hidden until there are any
//   form[role=search] input[name=q]   becomes a combobox with suggestions (WAI-ARIA pattern, list autocomplete)
//   img[data-fallback]                the drawing that stands in for a picture that doesn't load

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/// make("a.card", {href: "/"}, "text", child): elements without a line of HTML in strings.
function make(spec, attributes = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

// ---- live region ------------------------------------------------------------------------------------------

function announce(text) {
  const live = $("#announce");
  if (!live) return;
  live.textContent = "";
  // The same words twice are spoken twice only when the region was empty in between.
  setTimeout(() => (live.textContent = text), 50);
}

// ---- cart count -------------------------------------------------------------------------------------------

function showCount() {
  const match = document.cookie.match(/(?:^|;\s*)ff_cart_count=(\d+)/);
  const count = match ? Number(match[1]) : 0;
  for (const badge of $$("[data-cart-count]")) {
    // Read as "Cart 2 items": what is said holds what is seen.
    badge.replaceChildren(count ? String(count) : "", make("span.visually-hidden", {}, count === 1 ? " item" : " items"));
    badge.hidden = count === 0;
  }
}
showCount();
addEventListener("pageshow", showCount);  // a page from the back/forward cache kept its old count
addEventListener("visibilitychange", () => document.hidden || showCount());

// ---- pieces of pages from our own form routes -------------------------------------------------------------

/// Posts a form's fields to a storefront route that answers with a piece of HTML ("drawer", "cart") instead
/// of a whole page. The header only says which piece is wanted; what keeps other sites' posts out is the form
/// guard, which looks at the headers that the browser itself sets.
async function postForPiece(url, body, piece) {
  const response = await fetch(url, {
    method: "POST",
    body: body instanceof FormData ? new URLSearchParams(body) : body,
    headers: {"X-Piece": piece, Accept: "text/html"},
    credentials: "same-origin",
  });
  const html = await response.text();
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return {ok: response.ok, status: response.status, piece: $(`[data-piece="${piece}"]`, parsed), response};
}

// ---- drawer -----------------------------------------------------------------------------------------------

let drawer;
let returnFocusTo;

function openDrawer(piece, opener) {
  if (!drawer) {
    drawer = make("dialog.drawer", {"aria-labelledby": "drawer-title"});
    document.body.append(drawer);
    drawer.addEventListener("click", (event) => {
      if (event.target === drawer || event.target.closest("[data-close]")) {
        event.preventDefault();
        drawer.close();
      }
    });
    drawer.addEventListener("close", () => {
      document.documentElement.classList.remove("has-drawer");
      if (returnFocusTo && returnFocusTo.isConnected) returnFocusTo.focus();
    });
  }
  drawer.replaceChildren(piece);
  wirePictures(drawer);
  if (!drawer.open) {
    returnFocusTo = opener;
    document.documentElement.classList.add("has-drawer");
    drawer.showModal();
  }
  const title = $("#drawer-title", drawer);
  if (title) title.focus();
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-add]") || event.defaultPrevented) return;
  event.preventDefault();
  const button = event.submitter || $("[type=submit]", form);
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  if (button) button.setAttribute("aria-busy", "true");
  try {
    const body = new FormData(form);
    if (button && button.name) body.set(button.name, button.value);
    const answer = await postForPiece(form.action, body, "drawer");
    if (!answer.piece) throw new Error("no piece");
    showCount();
    openDrawer(answer.piece, button);
  } catch {
    // Whatever went wrong, the plain form can tell it better than we can guess it.
    form.removeAttribute("data-add");
    form.requestSubmit(button || undefined);
  } finally {
    delete form.dataset.busy;
    if (button) button.removeAttribute("aria-busy");
  }
});

// ---- product page: choosing a variant ---------------------------------------------------------------------

function wirePicker() {
  const source = $("#variants");
  const form = $("form[data-add]");
  if (!source || !form) return;
  const product = JSON.parse(source.textContent);
  const pickers = $$("[name^=option]", form);
  const chosen = () => {
    const values = [];
    for (const picker of pickers) {
      const index = Number(picker.name.slice(6)) - 1;
      if (picker.type !== "radio" || picker.checked) values[index] = picker.value;
    }
    return values;
  };
  const find = (values) => product.variants.find((variant) => values.every((value, i) => variant.options[i] === value));

  const mark = (values) => {
    for (const picker of pickers) {
      const index = Number(picker.name.slice(6)) - 1;
      const choices = picker.type === "radio" ? [picker] : [...picker.options];
      for (const choice of choices) {
        const wished = values.map((value, i) => (i === index ? choice.value : value));
        const variant = find(wished);
        const gone = !variant || variant.stock === "sold_out";
        if (picker.type === "radio") {
          const label = choice.labels && choice.labels[0];
          if (label) label.toggleAttribute("data-unavailable", gone);
          // Marked, not disabled: it can still be looked at, and a screen reader hears why.
          let note = label && $(".visually-hidden[data-note]", label);
          if (label && !note) label.append((note = make("span.visually-hidden", {"data-note": true})));
          if (note) note.textContent = gone ? (variant ? " (sold out)" : " (not made)") : "";
        } else {
          choice.textContent = choice.value + (gone ? (variant ? " – sold out" : " – not made") : "");
        }
      }
    }
  };

  const show = (speak) => {
    const values = chosen();
    const variant = find(values);
    mark(values);
    values.forEach((value, i) => {
      for (const element of $$(`[data-option-value="${i + 1}"]`)) element.textContent = value;
    });
    const buttons = $$("[type=submit]", form);
    const gone = !variant || variant.stock === "sold_out";
    for (const button of buttons) {
      if (!button.dataset.label) button.dataset.label = button.textContent.trim();
      button.disabled = gone;
      button.textContent = gone ? (variant ? "Sold out" : "Not made in this combination") : button.dataset.label === "Sold out" ? "Add to cart" : button.dataset.label;
    }
    for (const stock of $$("[data-stock]")) {
      stock.textContent = variant ? variant.stock_text || "" : "Not made in this combination";
      stock.dataset.stock = variant ? variant.stock : "sold_out";
    }
    if (!variant) return speak && announce("Not made in this combination");
    const hidden = $("input[name=variant]", form);
    if (hidden) hidden.value = variant.id;
    for (const price of $$("[data-price]")) {
      price.textContent = variant.price;
      price.classList.toggle("price__now--sale", Boolean(variant.compare));
    }
    for (const compare of $$("[data-compare]")) {
      compare.textContent = variant.compare || "";
      compare.closest("[data-compare-row]")?.toggleAttribute("hidden", !variant.compare);
      compare.hidden = !variant.compare;
    }
    if (variant.picture >= 0) showPicture(variant.picture, speak);
    if (speak) {
      const url = new URL(location.href);
      url.searchParams.set("variant", variant.id);
      history.replaceState(history.state, "", url);
      announce(`${values.filter(Boolean).join(", ")}: ${variant.price}${gone ? ", sold out" : ""}`);
    }
  };

  const wished = new URL(location.href).searchParams.get("variant");
  const named = wished && product.variants.find((variant) => String(variant.id) === wished);
  if (named) {
    for (const picker of pickers) {
      const value = named.options[Number(picker.name.slice(6)) - 1];
      if (picker.type === "radio") picker.checked = picker.value === value;
      else picker.value = value;
    }
  }
  form.addEventListener("change", (event) => event.target.name?.startsWith("option") && show(true));
  // The browser restores a form's fields after this runs when coming back; look again then.
  addEventListener("pageshow", () => show(false));
  show(false);
}

function showPicture(index, smoothly) {
  if (!$(`[data-picture="${index}"]`)) return;  // not among those that the page shows
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  for (const picture of $$("[data-picture]")) {
    const current = Number(picture.dataset.picture) === index;
    picture.toggleAttribute("data-current", current);
    if (picture.matches("a, button")) {
      current ? picture.setAttribute("aria-current", "true") : picture.removeAttribute("aria-current");
    } else if (current) {
      // Only the strip moves, never the page under the shopper's finger.
      const strip = picture.closest("[data-gallery]");
      if (strip) strip.scrollTo({left: picture.offsetLeft - strip.offsetLeft, behavior: smoothly && !calm ? "smooth" : "instant"});
    }
  }
}

function wireThumbnails() {
  document.addEventListener("click", (event) => {
    const thumb = event.target.closest("[data-gallery-thumbs] [data-picture]");
    if (!thumb) return;
    event.preventDefault();
    showPicture(Number(thumb.dataset.picture), true);
  });
}

// ---- search suggestions: combobox with a list, https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ --------

const kSuggestDelayMs = 120;
const kSuggestMin = 2;

function money(value) {
  const format = new Intl.NumberFormat("en", {style: "currency", currency: value.currency});
  return format.format(value.amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

function wireSearch(input, number) {
  const form = input.form;
  const list = make("div.suggestions", {id: `suggestions-${number}`, role: "listbox", "aria-label": "Suggestions", hidden: true});
  input.after(list);
  for (const [name, value] of Object.entries({role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off"})) {
    input.setAttribute(name, value);
  }
  let timer, asked, active = -1, typed = "";
  const known = new Map();

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const activate = (index) => {
    const options = $$("[role=option]", list);
    active = options.length ? (index + options.length + 1) % (options.length + 1) : -1;
    if (active === options.length) active = -1;  // one step past either end is the input itself
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    if (active < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", options[active].id);
    options[active].scrollIntoView({block: "nearest"});
  };
  const option = (url, ...children) =>
    make("div.suggestion", {role: "option", id: `${list.id}-${list.childElementCount}`, "aria-selected": "false", "data-url": url}, ...children);

  const render = (found) => {
    list.replaceChildren();
    for (const text of found.corrections || []) {
      list.append(option(`/search?q=${encodeURIComponent(text)}`, make("span.suggestion__kind", {}, "Did you mean"), make("span.suggestion__title", {}, text)));
    }
    for (const collection of found.collections || []) {
      list.append(option(`/collections/${encodeURIComponent(collection.handle)}`, make("span.suggestion__kind", {}, "Collection"), make("span.suggestion__title", {}, collection.title)));
    }
    for (const product of found.products || []) {
      const picture = product.picture?.url;
      const {lowest, highest} = product.price;
      list.append(option(`/products/${encodeURIComponent(product.handle)}`,
        picture ? make("img.suggestion__picture", {src: picture, alt: "", width: 48, height: 60, "data-fallback": kBlank}) : null,
        make("span.suggestion__title", {}, product.title),
        make("span.suggestion__price", {}, (lowest.amount === highest.amount ? "" : "from ") + money(lowest))));
    }
    const count = list.childElementCount;
    if (!count || document.activeElement !== input) return close();
    active = -1;
    list.hidden = false;
    input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-expanded", "true");
    announce(`${count} ${count === 1 ? "suggestion" : "suggestions"}`);
  };

  const ask = async () => {
    const text = input.value.trim();
    if (text.length < kSuggestMin) return close();
    if (text === typed && !list.hidden) return;
    typed = text;
    if (known.has(text)) return render(known.get(text));
    asked?.abort();
    asked = new AbortController();
    try {
      const response = await fetch(`/api/v1/suggestions?q=${encodeURIComponent(text)}`, {signal: asked.signal, headers: {Accept: "application/json"}});
      if (!response.ok) return close();
      const found = await response.json();
      if (known.size > 50) known.clear();
      known.set(text, found);
      if (input.value.trim() === text) render(found);
    } catch {
      // Suggestions are a courtesy: without them the search itself still works.
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, kSuggestDelayMs);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return ask();
      activate(event.key === "ArrowDown" ? active + 1 : active < 0 ? -2 : active - 1);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      location.assign($$("[role=option]", list)[active].dataset.url);
    }
  });
  // Before blur, so that the list is still there when the pointer goes up.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-url]");
    if (chosen) location.assign(chosen.dataset.url);
  });
  input.addEventListener("blur", close);
  form.addEventListener("submit", close);
}

// ---- recently viewed --------------------------------------------------------------------------------------

const kRecentKey = "ff_recent";
const kRecentMax = 12;

function readRecent() {
  try {
    const list = JSON.parse(localStorage.getItem(kRecentKey) || "[]");
    return Array.isArray(list) ? list.filter((item) => item && typeof item.handle === "string") : [];
  } catch {
    return [];  // storage is blocked or broken: the shop is complete without it
  }
}

function wireRecent() {
  const here = $("[data-product]");
  const current = here ? JSON.parse(here.dataset.product) : null;
  const others = readRecent().filter((item) => item.handle !== current?.handle);
  const place = $("[data-recent]");
  if (place && others.length) {
    const list = $("[data-recent-list]", place) || place.appendChild(make("ul.grid"));
    list.replaceChildren(...others.slice(0, 4).map((item) =>
      make("li", {}, make("a.card", {href: `/products/${encodeURIComponent(item.handle)}`},
        make("span.card__frame", {}, item.picture ? make("img.card__picture", {src: item.picture, alt: "", width: 600, height: 750, loading: "lazy", "data-fallback": kBlank}) : null),
        make("h3.card__title", {}, item.title), make("span.card__price", {}, item.price || "")))));
    wirePictures(list);
    place.hidden = false;
  }
  if (current) {
    try {
      localStorage.setItem(kRecentKey, JSON.stringify([current, ...others].slice(0, kRecentMax)));
    } catch { /* full or blocked: nothing is lost but the courtesy */ }
  }
}

// ---- pictures ---------------------------------------------------------------------------------------------

/// Where nothing of ours is known to stand in: an empty picture on its ground.
const kBlank = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>";

function standIn(picture) {
  const fallback = picture.dataset.fallback;
  if (!fallback) return;
  delete picture.dataset.fallback;  // once: a stand-in that fails must not loop
  picture.removeAttribute("srcset");
  picture.src = fallback;
}
function wirePictures(root) {
  for (const picture of $$("img[data-fallback]", root)) {
    // It may have failed before this module ran.
    if (picture.complete && picture.naturalWidth === 0 && picture.src) standIn(picture);
  }
}
document.addEventListener("error", (event) => event.target.matches?.("img[data-fallback]") && standIn(event.target), true);

// ---- filters that submit themselves (the button stays for those without scripts) ---------------------------

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-submit-on-change]");
  if (form) form.requestSubmit();
});

wirePictures(document);
wirePicker();
wireThumbnails();
wireRecent();
$$("form[role=search] input[name=q]").forEach(wireSearch);

