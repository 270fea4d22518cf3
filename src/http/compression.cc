#include "http/compression.h"

#include <brotli/encode.h>
#include <libdeflate.h>

#include <memory>

namespace ff::http {
namespace {

std::string gzip(std::string_view body, int level) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(level), &libdeflate_free_compressor);
  if (!compressor) return {};
  std::string out(libdeflate_gzip_compress_bound(compressor.get(), body.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor.get(), body.data(), body.size(), out.data(), out.size()));
  return out;
}

std::string brotli(std::string_view body, int quality) {
  std::size_t size = BrotliEncoderMaxCompressedSize(body.size());
  std::string out(size, '\0');
  const BROTLI_BOOL ok = BrotliEncoderCompress(quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, body.size(),
                                               reinterpret_cast<const std::uint8_t*>(body.data()), &size,
                                               reinterpret_cast<std::uint8_t*>(out.data()));
  if (ok != BROTLI_TRUE) return {};
  out.resize(size);
  return out;
}

}  // namespace

std::string compress(std::string_view body, Encoding encoding, Effort effort) {
  switch (encoding) {
    case Encoding::kGzip:
      return gzip(body, effort == Effort::kBest ? 12 : 6);
    case Encoding::kBrotli:
      return brotli(body, effort == Effort::kBest ? 11 : 5);
    case Encoding::kIdentity:
      break;
  }
  return std::string(body);
}

bool compressible(std::string_view content_type) {
  return content_type.starts_with("text/") || content_type.find("json") != std::string_view::npos ||
         content_type.find("xml") != std::string_view::npos ||
         content_type.find("javascript") != std::string_view::npos;
}

std::string_view content_coding(Encoding encoding) {
  switch (encoding) {
    case Encoding::kGzip:
      return "gzip";
    case Encoding::kBrotli:
      return "br";
    case Encoding::kIdentity:
      break;
  }
  return "";
}

}  // namespace ff::http
