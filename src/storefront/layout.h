// The frame that every page stands in: head, skip link, header, navigation, footer.
//
// Invariant: what Layout writes depends on its arguments and the shop's identity only, never on who asks, so
// that a catalogue page is the same bytes for every shopper. No inline script, no inline style.
//
// What differs per shopper is filled in by shop.js, which says at its top what it looks for:
// [data-cart-count] in the header takes its text from cookie `ff_cart_count`; the search field becomes a
// combobox. Adding to the cart (product page, quick add): POST /cart/lines,
// application/x-www-form-urlencoded, fields
//   quantity   1..99
//   variant    the variant's number; wins when it is given and not empty
//   product    handle, with option1, option2, option3: the chosen values, when there is no `variant`
// The form carries data-add. Component classes are listed at the top of web/assets/shop.css.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/snapshot.h"
#include "http/message.h"
#include "shop/shop.h"
#include "storefront/assets.h"
#include "storefront/html.h"

namespace ff::storefront {

enum class Frame {
  kShop,      // full header with search and navigation, full footer
  kCheckout,  // the name, a way back to the cart, nothing that leads away; short footer
};

struct PageHead {
  std::string title;        // "Linen Shirt"; the shop's name is added. Empty: the shop's name alone
  std::string description;  // for <meta> and previews; empty: none
  std::string canonical;    // path with query: "/products/linen-shirt"; empty: none
  std::string picture;      // for previews: address or path; empty: none
  std::string preview_type = "website";  // og:type
  bool indexed = true;                   // false: robots noindex (cart, checkout, orders, filtered listings)
  Frame frame = Frame::kShop;
  std::string current;     // path of the navigation entry to mark as current: "/collections/knitwear"
  std::string page;        // class on <body>: "product", "cart", "checkout"
  std::string data_block;  // JSON-LD, written by JsonWriter (safe inside <script>); empty: none
  std::vector<std::string> scripts;  // further files of web/assets beside shop.js: {"checkout.js"}
  /// <link rel="preload" as="image"> of the picture that fills the first screen; empty: none.
  std::string preload_picture;
};

class Layout {
 public:
  Layout(const shop::Identity& identity, const Assets& assets);  // both must outlive it

  /// The whole document; `main(html)` writes what stands inside <main id="main">. `snapshot` gives the
  /// navigation's collections; null: only the link to all of them.
  template <typename Main>
  std::string page(const PageHead& head, const catalog::Snapshot* snapshot, Main&& main) const {
    Html html;
    begin(html, head, snapshot);
    std::forward<Main>(main)(html);
    end(html, head, snapshot);
    return std::move(html).take();
  }

  /// For finish(): nothing inline, nothing foreign but the catalogue's pictures.
  const http::SecurityHeaders& security() const { return security_; }
  /// An answer with the page and its type. Where `snapshot` is given, the policy also allows the hosts of its
  /// pictures, by name. Cache-Control is the caller's.
  http::Response respond(int status, std::string page, const catalog::Snapshot* snapshot = nullptr) const;

  const shop::Identity& identity() const { return identity_; }
  const Assets& assets() const { return assets_; }
  /// Changes when a release changes the frame or an asset: part of every page's inputs.
  std::uint64_t fingerprint() const { return fingerprint_; }
  /// "https://shop.example/cart", or the path alone where the shop doesn't know its address.
  std::string absolute(std::string_view path) const;

 private:
  void begin(Html& html, const PageHead& head, const catalog::Snapshot* snapshot) const;
  void end(Html& html, const PageHead& head, const catalog::Snapshot* snapshot) const;
  void write_head(Html& html, const PageHead& head) const;
  void write_header(Html& html, const PageHead& head, const catalog::Snapshot* snapshot) const;

  const shop::Identity& identity_;
  const Assets& assets_;
  http::SecurityHeaders security_;
  std::uint64_t fingerprint_ = 0;
};

/// Our own icons, drawn on a 24 unit grid with currentColor; decorative (aria-hidden).
enum class Icon { kSearch, kBag, kClose, kArrow, kCheck, kChevron, kMinus, kPlus, kTruck, kReturn };
Html& operator<<(Html& html, Icon icon);

}  // namespace ff::storefront
