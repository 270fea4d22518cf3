#include "storefront/error_pages.h"

#include <fmt/format.h>

#include "base/text.h"
#include "http/failure_log.h"
#include "storefront/cart_page.h"

namespace ff::storefront {
namespace {

struct Words {
  std::string_view title, body;
};

Words words_for(int status, std::string_view title) {
  switch (status) {
    case 400:
      return {"We couldn't read that",
              "Something in the address or the form is broken. Go back and try again."};
    case 403:
      return {"This form came from another site",
              "To protect you, the shop takes forms only from its own pages. Nothing was changed. Open the "
              "page here and try again."};
    case 404:
      return {"There is no such page", "It may have sold out for good, or the address has a slip in it."};
    case 405:
      return {"That doesn't work here", "This address can't be used in that way. Nothing was changed."};
    case 409:
      return {"Still at work on it", "An earlier request of yours is being finished. Try again in a moment."};
    case 413:
      return {"That was too much at once",
              "What was sent is larger than anything this page takes. Nothing was changed."};
    case 429:
      return {"A little slower, please", "More was asked for from your address than the shop gives to one."};
    case 503:
      return {
          "One moment, please",
          "The shop can't do this right now: more people are here than it can serve well, or a part of it "
          "is coming back."};
    default:
      break;
  }
  if (status >= 500) {
    return {"Something broke on our side",
            "It has been noted. Nothing was charged by this page. Try again, or come back in a few minutes."};
  }
  return {title, "Go back and try again."};
}

bool safe_to_repeat(const http::Request& request) {
  return request.method == http::Method::kGet || request.method == http::Method::kHead;
}

constexpr std::string_view kQueuePath = "/queue/", kWayIn = "/enter";

}  // namespace

/// What a page that says "later" tells of what was asked for, and where it leads.
struct Later {
  std::string_view fate;
  std::string_view before_wait, after_wait;  // of the seconds
  std::string_view to, label;                // the way on; an empty reference is the page itself
  bool by_itself = false;                    // it goes there when the time has come
};

namespace {

/// `nothing_done`: no change was made, for certain.
Later later_for(const http::Request& request, bool nothing_done) {
  if (safe_to_repeat(request)) {
    return {"Nothing is lost: your cart is kept, and this page asks again by itself.",
            "We ask again in about ",
            " seconds.",
            "",
            "Try now",
            true};
  }
  if (is_way_in(request)) {
    return {"Nothing is lost: your place in the line is kept.",
            "This page takes you back to it in about ",
            " seconds.",
            ".",  // beside /queue/{sale}/enter: the same bytes for every sale
            "Back to your place",
            true};
  }
  if (!nothing_done) {
    return {"It can't be told yet whether what you sent was done.",
            "Wait about ",
            " seconds, and look at your cart before you send it again.",
            "/cart",
            "See your cart",
            false};
  }
  // Reloading comes first: a browser sends the same again, also where it forgets a form on the way back.
  return {"What you sent was not done, and nothing was changed.",
          "Wait about ",
          " seconds, then reload this page: your browser asks whether to send the same again. Or go back and "
          "send it from there.",
          "/cart",
          "See your cart",
          false};
}

}  // namespace

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
    case ErrorCode::kKeyReused:
      return 422;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kConflict:
    case ErrorCode::kInProgress:
    case ErrorCode::kSoldOut:
      return 409;
    case ErrorCode::kDeclined:
      return 402;
    case ErrorCode::kTooLarge:
      return 413;
    case ErrorCode::kOverloaded:
    case ErrorCode::kUnavailable:
    case ErrorCode::kUnknown:
      return 503;
    case ErrorCode::kInternal:
      return 500;
  }
  return 500;
}

bool is_way_in(const http::Request& request) {
  const std::string_view path = request.path;
  return request.method == http::Method::kPost && path.starts_with(kQueuePath) && path.ends_with(kWayIn);
}

int retry_after_s(const http::Request& request) {
  return 4 + static_cast<int>(fingerprint(request.request_id()) % 6);
}

ErrorPages::ErrorPages(const Layout& layout, const catalog::SnapshotHolder& catalogue)
    : layout_(layout), catalogue_(catalogue) {}

http::Response ErrorPages::page(const http::Request& request, int status, std::string_view title) const {
  if (status == 503) return later(status, retry_after_s(request), later_for(request, true));
  const Words words = words_for(status, title);
  PageHead head;
  head.title = words.title;
  head.indexed = false;
  head.page = "error";
  const std::shared_ptr<const catalog::Snapshot> snapshot = catalogue_.load();
  http::Response response = layout_.respond(status, layout_.page(head, snapshot.get(), [&](Html& html) {
    html << "<div class=\"wrap empty\"><p class=\"error-status\">" << status << "</p><h1>" << words.title
         << "</h1><p>" << words.body << "</p>";
    if (status == 404) {
      html << "<form class=\"error-search\" action=\"/search\" method=\"get\"><label "
              "for=\"error-search\">What were you "
              "looking for?</label><div class=\"estimate-row\"><input id=\"error-search\" type=\"search\" "
              "name=\"q\" "
              "maxlength=\"200\"><button class=\"button\" type=\"submit\">Search</button></div></form>";
    }
    html << "<p class=\"empty-ways\"><a class=\"text-link\" href=\"/collections\">See the collections</a> "
            "<a class=\"text-link\" href=\"/cart\">Your cart</a></p></div>";
  }));
  personal(response);
  return response;
}

http::Response ErrorPages::refusal(const http::Request& request, int status, int retry_after_s) const {
  return later(status, retry_after_s, later_for(request, true));
}

/// The smallest page that still is the shop's, without navigation to send people on to: there are many who
/// get it.
http::Response ErrorPages::later(int status, int wait_s, const Later& told) const {
  const Words words = words_for(status, {});
  PageHead head;
  head.title = words.title;
  head.indexed = false;
  head.page = "error";
  head.frame = Frame::kCheckout;
  http::Response response = layout_.respond(status, layout_.page(head, nullptr, [&](Html& html) {
    html << "<div class=\"wrap empty\"><p class=\"error-status\">" << status << "</p><h1>" << words.title
         << "</h1><p>" << words.body << "</p><p>" << told.fate << "</p><p>" << told.before_wait << wait_s
         << told.after_wait << "</p><p class=\"empty-ways\"><a class=\""
         << (told.by_itself ? std::string_view("button") : std::string_view("text-link")) << "\" href=\""
         << href(told.to) << "\">" << told.label << "</a></p></div>";
  }));
  personal(response);
  response.header("Retry-After", fmt::to_string(wait_s));
  // A header rather than <meta>: it leaves the page's content as it is, and a form is never posted twice by
  // it.
  if (told.by_itself) {
    response.header("Refresh",
                    told.to.empty() ? fmt::to_string(wait_s) : fmt::format("{}; url={}", wait_s, told.to));
  }
  return response;
}

http::Response ErrorPages::of(const http::Request& request, const Error& error) const {
  http::log_failure("storefront", request, error);
  if (status_of(error.code) == 503)
    return later(503, retry_after_s(request), later_for(request, error.code != ErrorCode::kUnknown));
  return page(request, status_of(error.code), "That didn't work");
}

}  // namespace ff::storefront
