#include "storefront/assets.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "http/compression.h"

namespace ff::storefront {
namespace {

constexpr std::string_view kFolder = "assets/";
constexpr std::string_view kStyleSheet = "shop.css";

std::string_view content_type_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  const std::string_view extension = dot == std::string_view::npos ? "" : name.substr(dot + 1);
  if (extension == "css") return "text/css; charset=utf-8";
  if (extension == "js") return "text/javascript; charset=utf-8";
  if (extension == "svg") return "image/svg+xml";
  if (extension == "woff2") return "font/woff2";
  if (extension == "png") return "image/png";
  if (extension == "ico") return "image/x-icon";
  if (extension == "webmanifest") return "application/manifest+json";
  if (extension == "txt" || extension == "md") return "text/plain; charset=utf-8";
  return "application/octet-stream";
}

/// "fonts/x.woff2" -> "fonts/x.1f2e3d4c5b.woff2"
std::string hashed_name(std::string_view name, std::string_view bytes) {
  const std::string hash = fmt::format("{:016x}", fingerprint(bytes)).substr(0, 10);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || name.find('/', dot) != std::string_view::npos)
    return fmt::format("{}.{}", name, hash);
  return fmt::format("{}.{}{}", name.substr(0, dot), hash, name.substr(dot));
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

struct Assets::Asset {
  std::string name, bytes, url;
  std::array<std::once_flag, 3> once;
  std::array<std::shared_ptr<const http::FinishedBytes>, 3> finished;
};

Assets::Assets(std::span<const EmbeddedFile> web) {
  Asset* style_sheet = nullptr;
  std::string more_css;
  for (const EmbeddedFile& file : web) {
    if (!file.path.starts_with(kFolder)) continue;
    const std::string_view name = file.path.substr(kFolder.size());
    if (name.ends_with(".css") && name != kStyleSheet) {
      more_css += file.bytes;
      continue;
    }
    auto asset = std::make_unique<Asset>();
    asset->name = name;
    asset->bytes = file.bytes;
    if (name == kStyleSheet) style_sheet = asset.get();
    assets_.push_back(std::move(asset));
  }
  const auto name_it = [](Asset& asset) { asset.url = "/assets/" + hashed_name(asset.name, asset.bytes); };
  for (const auto& asset : assets_) {
    if (asset.get() != style_sheet) name_it(*asset);
  }
  if (style_sheet != nullptr) {
    style_sheet->bytes += more_css;
    for (const auto& asset : assets_) {
      if (asset.get() != style_sheet) replace_all(style_sheet->bytes, "/assets/" + asset->name, asset->url);
    }
    name_it(*style_sheet);
  }
  for (const auto& asset : assets_) {
    by_name_.emplace(asset->name, asset.get());
    by_hashed_.emplace(std::string_view(asset->url).substr(8), asset.get());
  }
}

Assets::~Assets() = default;

std::string_view Assets::url(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? std::string_view{} : std::string_view(found->second->url);
}

std::string_view Assets::bytes(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? std::string_view{} : std::string_view(found->second->bytes);
}

std::shared_ptr<const http::FinishedBytes> Assets::get(std::string_view path, http::Encoding encoding) const {
  const auto found = by_hashed_.find(path);
  if (found == by_hashed_.end()) return nullptr;
  Asset& asset = *found->second;
  const std::string_view type = content_type_of(asset.name);
  if (!http::compressible(type)) encoding = http::Encoding::kIdentity;
  const auto slot = static_cast<std::size_t>(encoding);
  std::call_once(asset.once[slot], [&] {
    http::Response response;
    response.content_type = type;
    response.body = http::compress(asset.bytes, encoding, http::Effort::kBest);
    if (http::compressible(type)) response.header("Vary", "Accept-Encoding");
    if (encoding != http::Encoding::kIdentity)
      response.header("Content-Encoding", std::string(http::content_coding(encoding)));
    // The name changes with the content, so nobody ever needs to ask again.
    response.header("Cache-Control", "public, max-age=31536000, immutable");
    asset.finished[slot] = http::finish(response, fmt::format("{}:{}", asset.url, slot));
  });
  return asset.finished[slot];
}

}  // namespace ff::storefront
