// Hostile bodies against the reader and the largest schema that it is used with: it must neither crash nor
// accept what it then can't hand out.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "api/json_reader.h"
#include "api/schemas.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ff::api::Schema schema = ff::api::schemas::checkout_request();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto body = ff::api::JsonBody::parse(text, schema);
  if (!body) {
    if (body.error().kind == &ff::api::problems::kInvalid && body.error().errors.empty()) std::abort();
    return 0;
  }
  if (body->root()["cart_id"].text().size() != 32) std::abort();
  body->root()["lines"].each([](ff::api::JsonValue line) {
    const std::int64_t quantity = line["quantity"].integer();
    if (quantity < 1 || quantity > 99) std::abort();
  });
  return 0;
}
