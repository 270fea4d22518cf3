#include "storefront/queue_page.h"

#include <fmt/format.h>

#include "base/text.h"
#include "storefront/cart_page.h"
#include "storefront/product_card.h"
#include "storefront/queue_cookies.h"
#include "storefront/queue_words.h"

namespace ff::storefront {
namespace {

enum class State { kLimited, kSoldOut, kDraw, kWaiting, kTurn, kSpent };

State state_of(const QueueView& view) {
  const sales::Queued& queued = view.queued;
  if (queued.ticket.empty()) return State::kLimited;
  if (queued.sold_out) return State::kSoldOut;
  if (!queued.started) return State::kDraw;
  if (!queued.reached) return State::kWaiting;
  return view.spent ? State::kSpent : State::kTurn;
}

std::string_view name_of(State state) {
  switch (state) {
    case State::kLimited:
      return "limited";
    case State::kSoldOut:
      return "sold-out";
    case State::kDraw:
      return "draw";
    case State::kWaiting:
      return "waiting";
    case State::kTurn:
      return "turn";
    case State::kSpent:
      return "spent";
  }
  return "";
}

std::string heading_of(State state, const sales::Queued& queued) {
  switch (state) {
    case State::kLimited:
      return "A little slower, please";
    case State::kSoldOut:
      return "It has sold out";
    case State::kDraw:
      return "You're in the draw";
    case State::kWaiting: {
      const std::int64_t ahead = queued.ahead.value_or(0);
      return ahead == 0 ? "You're next" : grouped(ahead) + " ahead of you";
    }
    case State::kTurn:
      return "It's your turn";
    case State::kSpent:
      return "This place was used";
  }
  return "";
}

/// Who is called decides when to go in, and nothing but a new place helps whose place was used.
bool asks_again(State state) { return state != State::kTurn && state != State::kSpent; }

void write_moment(Html& html, Instant at) {
  html << "<time datetime=\"" << rfc3339(at) << "\" data-moment>" << moment_words(at) << "</time>";
}

void write_notice(Html& html, NewTicket why) {
  if (why == NewTicket::kNone) return;
  html << "<div class=\"notice notice-warning\" role=\"status\"><p>";
  if (why == NewTicket::kUsed) {
    html << "<strong>Your ticket was used already.</strong> Another browser went in with it, or the time at "
            "the checkout was over. What you ordered stands, if you did. This is a new place, at the end of "
            "the line.";
  } else {
    html << "<strong>Your old ticket is not good any more.</strong> It was of an earlier line, or was "
            "changed on its way. This is a new place, at the end of the line.";
  }
  html << "</p></div>";
}

void write_fact(Html& html, std::string_view name, std::string_view value, std::string_view key) {
  html << "<div><dt>" << name << "</dt><dd";
  if (!key.empty()) html.attribute("data-fact", key);
  html << ">" << value << "</dd></div>";
}

void write_facts(Html& html, State state, const QueueView& view) {
  const sales::Queued& queued = view.queued;
  html << "<dl class=\"queue-facts\">";
  if (state == State::kDraw) {
    write_fact(html, "Your place", "Drawn at the start", {});
    write_fact(html, "In the draw so far", grouped(static_cast<std::int64_t>(queued.line_length)), "length");
  } else if (queued.place) {
    write_fact(html, "Your place", grouped(*queued.place), "place");
    write_fact(html, "Called so far", grouped(view.called), "called");
  }
  if (view.stock) write_fact(html, "Stock", stock_words(*view.stock), {});
  html << "</dl>";
}

/// What anybody can check the draw by, from before it on.
void write_proof(Html& html, const QueueView& view) {
  const sales::Queued& queued = view.queued;
  const auto ticket = sales::parse_ticket_unverified(queued.ticket);
  const std::string state_url = "/api/v1/sales/" + queued.sale.text();
  html
      << "<details class=\"queue-proof\"><summary>How the draw is checked</summary>"
         "<p id=\"draw\">The draw is decided by a secret number, the seed, that was fixed when the sale was "
         "set up. Its "
         "fingerprint is shown from the beginning, so it can't be changed afterwards; the seed itself is "
         "shown at the start, so nobody could work their place out before.</p><ol><li>SHA-256 of the seed is "
         "the fingerprint.</li><li>HMAC-SHA256 of your ticket's number under the seed (both as bytes, not as "
         "text): its first eight bytes, as a number, divided by 2<sup>64</sup>, are your part of the line."
         "</li><li>That part, times the tickets in the draw, is how many are in front of you.</li></ol><dl>";
  html << "<dt>Fingerprint</dt><dd><code>" << view.commitment << "</code></dd><dt>Seed</dt><dd>";
  if (view.seed) {
    html << "<code>" << *view.seed << "</code>";
  } else {
    html << "Shown at the start";
  }
  html << "</dd>";
  if (ticket) {
    // Under no key, so that a picture of this page takes nobody's place.
    html << "<dt>Your ticket, to check with</dt><dd><code>"
         << sales::sign_ticket(sales::SaleSecrets{}, *ticket) << "</code>";
    if (ticket->bucket != 0)
      html << " It was taken after the start: it is drawn among those of the same five seconds.";
    html << "</dd><dt>Its number</dt><dd><code>" << Token{ticket->id}.text() << "</code></dd>";
  }
  if (view.seed && view.drawn > 0)
    html << "<dt>Tickets in the draw</dt><dd>" << grouped(static_cast<std::int64_t>(view.drawn)) << "</dd>";
  html << "</dl><p>The same for programs: <a href=\"" << href(state_url) << "\">" << state_url
       << "</a>.</p></details>";
}

/// Said before anybody waits for more.
void write_limit(Html& html, const QueueView& view) {
  if (view.per_shopper_max == 0) return;
  html << "<p>At most " << view.per_shopper_max
       << " for each shopper in this sale: with one cart, or one e-mail address.</p>";
}

void write_draw(Html& html, const QueueView& view) {
  html << "<p class=\"queue-lead\">The sale starts on ";
  write_moment(html, view.queued.starts_at);
  html << ". <span data-until></span></p><p>At that moment everybody who is here is drawn a place at random. "
          "It makes no difference who came first or reloads most often, so there is nothing to do but keep "
          "this page open. <a href=\"#draw\">Anyone can check the draw.</a></p>";
}

void write_waiting(Html& html, const QueueView& view) {
  const sales::Queued& queued = view.queued;
  html << "<p class=\"queue-lead\" data-wait>"
       << wait_words(queued.estimate_s, std::chrono::duration_cast<std::chrono::seconds>(view.left).count())
       << "</p>";
  if (queued.place) {
    const std::string place = fmt::to_string(*queued.place);
    html << "<progress class=\"progress\" aria-label=\"How far the line has come to your place\"";
    html.attribute("max", place);
    html.attribute("value", fmt::to_string(std::min(view.called, *queued.place)));
    html << "></progress>";
  }
  html << "<p>Keep this page open: it moves on by itself when it's your turn. Your place is kept in this "
          "browser, also while you <a href=\"/collections\" target=\"_blank\" "
          "rel=\"noopener\">look around the shop<span class=\"visually-hidden\"> (opens in a new "
          "tab)</span></a>. Nothing is set aside while you wait: what is left is decided when you pay.</p>";
}

void write_turn(Html& html, const QueueView& view) {
  const std::string action = queue_url(view.queued.sale) + "/enter";
  html << "<p class=\"queue-lead\">The checkout is open for you for " << span_words(view.pass_for)
       << " from when you go in.</p><form method=\"post\" action=\"" << href(action)
       << "\" data-enter><button class=\"button\" type=\"submit\">Go to checkout</button></form>"
          "<p>Nothing is set aside while you wait: what is left is decided when you pay.</p>";
}

/// Its place was called, and can't let anybody in again.
void write_spent(Html& html, const QueueView& view) {
  html << "<p class=\"queue-lead\">";
  if (view.spent->by_another) {
    html << "Somebody went in with it, from another browser or with another cart. A place lets one cart in.";
  } else {
    html << "You went in with it, and your time at the checkout ended on ";
    write_moment(html, view.spent->ends_at);
    html << ".";
  }
  html << "</p><p><strong>If you ordered, your order stands</strong>, and there is nothing more to do. "
          "Else nothing was charged.";
  if (view.per_shopper_max > 0)
    html << " One shopper may buy " << std::to_string(view.per_shopper_max)
         << " in this sale; a new place does not change that.";
  html << "</p><p>To go to the checkout (again), take a new place, at the end of the line.</p>"
          "<form method=\"post\" action=\""
       << href(queue_url(view.queued.sale) + "/enter?anew")
       << "\"><button class=\"button\" type=\"submit\">Take a new place</button></form>"
          "<p class=\"empty-ways\"><a class=\"text-link\" href=\"/cart\">Your cart</a> "
          "<a class=\"text-link\" href=\"/collections\">See what else there is</a></p>";
}

void write_sold_out(Html& html) {
  html << "<p class=\"queue-lead\">Everything in this sale is gone. What you ordered stands, if you did; "
          "else you "
          "were not charged.</p>"
          "<p>Now and then a piece comes back, when a payment falls through. Your place is kept, and this "
          "page keeps looking: stay if you like, you lose nothing by leaving.</p>"
          "<p class=\"empty-ways\"><a class=\"button\" href=\"/collections\">See what else there is</a> "
          "<a class=\"text-link\" href=\"/cart\">Your cart</a></p>";
}

void write_limited(Html& html, const sales::Queued& queued) {
  html << "<p class=\"queue-lead\">Very many places in this line were taken from your network.</p><p>So that "
          "everybody has a fair chance, there is a limit for each. You need not do anything: we ask for your "
          "place again in about "
       << queued.retry_after_s << " seconds.</p>";
}

void write_piece(Html& html, const catalog::StockLabels& labels, const QueueView& view) {
  const sales::Queued& queued = view.queued;
  const State state = state_of(view);
  html << "<div class=\"wrap queue\" data-piece=\"queue\"";
  html.attribute("data-sale", queued.sale.text());
  html.attribute("data-state", name_of(state));
  html.attribute("data-retry", fmt::to_string(queued.retry_after_s));
  if (queued.place) html.attribute("data-place", fmt::to_string(*queued.place));
  if (state == State::kDraw) html.attribute("data-starts", rfc3339(queued.starts_at));
  html << "><div class=\"queue-main\"><p class=\"queue-sale\">" << queued.title << "</p>";
  write_notice(html, view.new_ticket);
  html << "<h1 tabindex=\"-1\">" << heading_of(state, queued) << "</h1>";
  switch (state) {
    case State::kLimited:
      write_limited(html, queued);
      break;
    case State::kSoldOut:
      write_sold_out(html);
      break;
    case State::kDraw:
      write_draw(html, view);
      break;
    case State::kWaiting:
      write_waiting(html, view);
      break;
    case State::kTurn:
      write_turn(html, view);
      break;
    case State::kSpent:
      write_spent(html, view);
      break;
  }
  if (state == State::kDraw || state == State::kWaiting || state == State::kTurn) write_limit(html, view);
  if (state == State::kDraw || state == State::kWaiting) write_facts(html, state, view);
  if (state != State::kLimited && state != State::kSoldOut) write_proof(html, view);
  if (asks_again(state))
    html << "<noscript><p class=\"queue-small\">This page asks again by itself every few "
            "seconds.</p></noscript>";
  html << "</div>";
  const auto& shown = state == State::kSoldOut ? view.others : view.products;
  if (!shown.empty()) {
    html << "<section class=\"queue-goods queue-goods-"
         << (shown.size() == 1 ? std::string_view("one") : "many")
         << "\" aria-labelledby=\"queue-goods\"><h2 id=\"queue-goods\">"
         << (state == State::kSoldOut ? std::string_view("What else there is") : "In this sale") << "</h2>";
    write_grid(html, shown, labels, shown.size(), "h3");
    html << "</section>";
  }
  html << "</div>";
}

std::string title_of(State state, const sales::Queued& queued) {
  return heading_of(state, queued) + ": " + queued.title;
}

}  // namespace

http::Response queue_page(const Layout& layout, const catalog::Snapshot& snapshot,
                          const catalog::StockLabels& labels, const QueueView& view, bool piece) {
  const State state = state_of(view);
  const int status = state == State::kLimited ? 429 : 200;
  http::Response response;
  if (piece) {
    Html html;
    write_piece(html, labels, view);
    response = layout.respond(status, std::move(html).take());
  } else {
    PageHead head;
    head.title = title_of(state, view.queued);
    head.indexed = false;
    head.frame = Frame::kCheckout;
    head.page = "queue";
    head.scripts = {"queue.js"};
    response = layout.respond(
        status, layout.page(head, &snapshot, [&](Html& html) { write_piece(html, labels, view); }),
        &snapshot);
  }
  personal(response);
  if (status == 429) response.header("Retry-After", fmt::to_string(view.queued.retry_after_s));
  if (asks_again(state) && !piece) {
    response.header("Refresh",
                    fmt::format("{}; url={}", view.queued.retry_after_s, queue_url(view.queued.sale)));
  }
  return response;
}

http::Response sale_over_page(const Layout& layout, const catalog::Snapshot& snapshot,
                              const std::string& title) {
  PageHead head;
  head.title = "This sale is over";
  head.indexed = false;
  head.page = "queue";
  http::Response response = layout.respond(
      200,
      layout.page(head, &snapshot,
                  [&](Html& html) {
                    html << "<div class=\"wrap queue\"><div class=\"queue-main\"><p class=\"queue-sale\">"
                         << title
                         << "</p><h1>This sale is over</h1><p class=\"queue-lead\">There is no line any "
                            "more. What is left of it is sold like everything else.</p><p "
                            "class=\"empty-ways\"><a class=\"button\" href=\"/collections\">See the "
                            "collections</a> <a class=\"text-link\" href=\"/cart\">Your cart</a></p>"
                            "</div></div>";
                  }),
      &snapshot);
  personal(response);
  return response;
}

}  // namespace ff::storefront
