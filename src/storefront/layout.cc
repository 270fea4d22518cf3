#include "storefront/layout.h"

#include <algorithm>

#include "base/text.h"

namespace ff::storefront {
namespace {

constexpr std::size_t kNavigationMax = 7;  // what one line of a desktop header holds

void write_link(Html& html, std::string_view path, std::string_view title, std::string_view current) {
  html << "<li><a href=\"" << href(path) << "\"";
  html.when(path == current, " aria-current=\"page\"") << ">" << title << "</a></li>";
}

}  // namespace

Layout::Layout(const shop::Identity& identity, const Assets& assets)
    : identity_(identity), assets_(assets), security_(identity.picture_hosts) {
  std::string inputs = FF_VERSION;
  for (const std::string_view name : {"shop.css", "shop.js", "icon.svg"})
    inputs += assets.url(name);
  inputs += identity.name + '\n' + identity.public_url + '\n' + identity.support_email + '\n' +
            security_.content_security_policy();
  inputs += identity.demo ? 'd' : '-';
  fingerprint_ = ff::fingerprint(inputs);
}

std::string Layout::absolute(std::string_view path) const {
  if (path.find("://") != std::string_view::npos) return std::string(path);
  return identity_.public_url + std::string(path);
}

http::Response Layout::respond(int status, std::string page, const catalog::Snapshot* snapshot) const {
  http::Response response = http::Response::html(status, std::move(page));
  if (snapshot != nullptr && !snapshot->picture_hosts().empty()) {
    std::vector<std::string> hosts = identity_.picture_hosts;
    hosts.insert(hosts.end(), snapshot->picture_hosts().begin(), snapshot->picture_hosts().end());
    response.header("Content-Security-Policy", http::SecurityHeaders(hosts).content_security_policy());
  }
  return response;
}

void Layout::begin(Html& html, const PageHead& head, const catalog::Snapshot* snapshot) const {
  html << "<!doctype html>\n<html lang=\"en\">\n";
  write_head(html, head);
  html << "<body class=\"page-"
       << (head.page.empty() ? std::string_view("plain") : std::string_view(head.page))
       << "\">\n<a class=\"skip-link\" href=\"#main\">Skip to content</a>\n";
  if (identity_.demo) {
    html << "<aside class=\"demo-mark\" aria-label=\"Demo mode\">Demo shop: pay with a test card, nothing is "
            "charged or sent.</aside>\n";
  }
  write_header(html, head, snapshot);
  html << "<main id=\"main\" tabindex=\"-1\">\n";
}

void Layout::write_head(Html& html, const PageHead& head) const {
  const std::string title = head.title.empty() ? identity_.name : head.title + " – " + identity_.name;
  html << "<head>\n<meta charset=\"utf-8\">\n<title>" << title
       << "</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n"
          "<meta name=\"theme-color\" media=\"(prefers-color-scheme: light)\" content=\"#f7f4ee\">\n"
          "<meta name=\"theme-color\" media=\"(prefers-color-scheme: dark)\" content=\"#171512\">\n";
  for (const std::string_view font : {"fonts/display.woff2", "fonts/text.woff2"}) {
    const std::string_view url = assets_.url(font);
    if (url.empty()) continue;
    html << "<link rel=\"preload\" as=\"font\" type=\"font/woff2\" crossorigin href=\"" << url << "\">\n";
  }
  html << "<link rel=\"stylesheet\" href=\"" << assets_.url("shop.css") << "\">\n";
  if (!head.preload_picture.empty()) {
    html << "<link rel=\"preload\" as=\"image\" fetchpriority=\"high\" href=\"" << href(head.preload_picture)
         << "\">\n";
  }
  if (const std::string_view icon = assets_.url("icon.svg"); !icon.empty()) {
    html << "<link rel=\"icon\" type=\"image/svg+xml\" href=\"" << icon << "\">\n";
  }
  const auto script = [&](std::string_view name) {
    const std::string_view url = assets_.url(name);
    if (!url.empty()) html << "<script type=\"module\" src=\"" << url << "\"></script>\n";
  };
  script("shop.js");
  for (const std::string& name : head.scripts)
    script(name);

  if (!head.description.empty())
    html << "<meta name=\"description\" content=\"" << head.description << "\">\n";
  if (!head.indexed) html << "<meta name=\"robots\" content=\"noindex\">\n";
  if (!head.canonical.empty()) {
    const std::string url = absolute(head.canonical);
    html << "<link rel=\"canonical\" href=\"" << href(url) << "\">\n<meta property=\"og:url\" content=\""
         << href(url) << "\">\n<meta property=\"og:title\" content=\"" << title
         << "\">\n<meta property=\"og:site_name\" content=\"" << identity_.name
         << "\">\n<meta property=\"og:type\" content=\"" << head.preview_type << "\">\n";
    if (!head.description.empty())
      html << "<meta property=\"og:description\" content=\"" << head.description << "\">\n";
    if (!head.picture.empty()) {
      const std::string picture = absolute(head.picture);
      html << "<meta property=\"og:image\" content=\"" << href(picture) << "\">\n";
    }
  }
  if (!head.data_block.empty()) {
    // A data block is never run, so script-src has no say in it; JsonWriter escapes '<' in it.
    html << "<script type=\"application/ld+json\">" << SafeHtml::sanitised(head.data_block) << "</script>\n";
  }
  html << "</head>\n";
}

void Layout::write_header(Html& html, const PageHead& head, const catalog::Snapshot* snapshot) const {
  if (head.frame == Frame::kCheckout) {
    html << "<header class=\"site-header site-header-short\"><div class=\"wrap header-row\">"
            "<a class=\"wordmark\" href=\"/\">"
         << identity_.name << "</a><a class=\"back-link\" href=\"/cart\">Back to cart</a></div></header>\n";
    return;
  }
  html << "<header class=\"site-header\"><div class=\"wrap header-row\"><a class=\"wordmark\" href=\"/\"";
  html.when(head.current == "/", " aria-current=\"page\"")
      << ">" << identity_.name << "</a>\n"
      << "<form class=\"search-form\" action=\"/search\" role=\"search\">"
         "<label class=\"visually-hidden\" for=\"search\">Search the shop</label>"
      << Icon::kSearch
      << "<input id=\"search\" type=\"search\" name=\"q\" placeholder=\"Search\" maxlength=\"200\" "
         "autocomplete=\"off\" "
         "autocapitalize=\"none\" spellcheck=\"false\" enterkeyhint=\"search\">"
         "<button class=\"search-submit\" type=\"submit\"><span class=\"visually-hidden\">Search</span>"
      << Icon::kArrow
      << "</button></form>\n"
         "<a class=\"cart-link\" href=\"/cart\" data-cart-link>"
      << Icon::kBag
      << "<span class=\"cart-word\">Cart</span><span class=\"cart-count\" data-cart-count "
         "hidden></span></a></div>\n";

  html << "<nav class=\"site-nav\" aria-label=\"Collections\"><ul class=\"wrap\" role=\"list\">";
  if (snapshot != nullptr) {
    std::size_t shown = 0;
    for (const catalog::Collection& collection : snapshot->collections()) {
      if (snapshot->members(collection).empty()) continue;
      if (shown++ == kNavigationMax) break;
      write_link(html, "/collections/" + collection.handle, collection.title, head.current);
    }
  }
  write_link(html, "/collections", "All collections", head.current);
  html << "</ul></nav></header>\n";
}

void Layout::end(Html& html, const PageHead& head, const catalog::Snapshot* snapshot) const {
  // Where shop.js and buying.js say aloud what changed: it must stand in the page before there is news.
  html << "</main>\n<div class=\"visually-hidden\" id=\"announce\" role=\"status\"></div>\n"
          "<footer class=\"site-footer\"><div class=\"wrap\">\n";
  if (head.frame == Frame::kShop) {
    html << "<div class=\"footer-about\"><p class=\"footer-name\">" << identity_.name
         << "</p><p>An independent clothing shop. Few pieces, good cloth, honest sizes.</p></div>\n";
    if (snapshot != nullptr && !snapshot->collections().empty()) {
      html << "<nav aria-label=\"Shop\"><h2>Shop</h2><ul role=\"list\">";
      std::size_t shown = 0;
      for (const catalog::Collection& collection : snapshot->collections()) {
        if (snapshot->members(collection).empty() || shown++ >= kNavigationMax) continue;
        write_link(html, "/collections/" + collection.handle, collection.title, "");
      }
      html << "</ul></nav>\n";
    }
    html << "<nav aria-label=\"Help\"><h2>Help</h2><ul role=\"list\"><li><a "
            "href=\"/help#delivery\">Delivery</a></li>"
            "<li><a href=\"/help#returns\">Returns</a></li><li><a href=\"/help#sizes\">Size guide</a></li>"
            "<li><a href=\"/help#contact\">Contact</a></li></ul></nav>\n";
  }
  html << "<p class=\"footer-small\">" << identity_.name;
  if (!identity_.support_email.empty()) {
    const std::string mail = "mailto:" + identity_.support_email;
    html << " · <a href=\"" << href(mail) << "\">" << identity_.support_email << "</a>";
  }
  html.when(identity_.demo, " · Demo mode") << "</p>\n</div></footer>\n"
                                               "</body>\n</html>\n";
}

Html& operator<<(Html& html, Icon icon) {
  html << "<svg class=\"icon\" viewBox=\"0 0 24 24\" width=\"24\" height=\"24\" fill=\"none\" "
          "stroke=\"currentColor\" "
          "stroke-width=\"1.5\" aria-hidden=\"true\" focusable=\"false\">";
  switch (icon) {
    case Icon::kSearch:
      html << "<circle cx=\"10.5\" cy=\"10.5\" r=\"6\"/><path d=\"m15 15 5 5\"/>";
      break;
    case Icon::kBag:
      html << "<path d=\"M5 8h14l1 12H4L5 8Z\"/><path d=\"M9 10.5V7a3 3 0 0 1 6 0v3.5\"/>";
      break;
    case Icon::kClose:
      html << "<path d=\"m6 6 12 12M18 6 6 18\"/>";
      break;
    case Icon::kArrow:
      html << "<path d=\"M4 12h15m-5.5-5.5L19 12l-5.5 5.5\"/>";
      break;
    case Icon::kCheck:
      html << "<path d=\"m5 12.5 4.5 4.5L19 7.5\"/>";
      break;
    case Icon::kChevron:
      html << "<path d=\"m6 9.5 6 6 6-6\"/>";
      break;
    case Icon::kMinus:
      html << "<path d=\"M6 12h12\"/>";
      break;
    case Icon::kPlus:
      html << "<path d=\"M6 12h12M12 6v12\"/>";
      break;
    case Icon::kTruck:
      html << "<path d=\"M3 6.5h11v10H3zM14 10h4l3 3.5v3h-7z\"/><circle cx=\"7.5\" cy=\"17\" "
              "r=\"1.8\"/><circle cx=\"17\" cy=\"17\" r=\"1.8\"/>";
      break;
    case Icon::kReturn:
      html << "<path d=\"M8 5 4 9l4 4\"/><path d=\"M4 9h10a5.5 5.5 0 0 1 0 11H8\"/>";
      break;
  }
  return html << "</svg>";
}

}  // namespace ff::storefront
