// The files of web/assets as finished bytes under names that change with their content, so that browsers and
// CDNs may keep them for ever: /assets/shop.1f2e3d4c5b.css.
//
// Invariant: url(name) and the bytes behind it belong together; addresses of other assets inside the style
// sheet are rewritten to their hashed names. shop.css is served as shop.css followed by every other *.css
// (one request). Built at start; get() may be called from any thread; each encoding is compressed at most
// once.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/embedded_file.h"
#include "http/message.h"

namespace ff::storefront {

class Assets {
 public:
  /// `web`: embedded::web(); files outside "assets/" are left alone.
  explicit Assets(std::span<const EmbeddedFile> web);
  ~Assets();

  /// "shop.css", "fonts/x.woff2" -> "/assets/shop.<hash>.css"; empty when there is no such file.
  std::string_view url(std::string_view name) const;
  /// The raw content of an asset; empty when there is none.
  std::string_view bytes(std::string_view name) const;
  /// `path` is what follows "/assets/", with the hash. Null when unknown (an old hash included).
  std::shared_ptr<const http::FinishedBytes> get(std::string_view path, http::Encoding encoding) const;

 private:
  struct Asset;
  std::vector<std::unique_ptr<Asset>> assets_;
  std::unordered_map<std::string_view, Asset*> by_name_, by_hashed_;
};

}  // namespace ff::storefront
