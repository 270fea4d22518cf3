// Whatever the address or the words: what parses has just this one name and can be drawn; what is guessed has
// a name.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "pictures/garment.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ff::pictures;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto drawing = parse(text)) {
    if (spec(*drawing) != text) std::abort();
    if (draw(*drawing).empty()) std::abort();
  }
  static_cast<void>(parse_url(text));
  const std::size_t half = text.size() / 2;
  const Garment guessed = guess(text.substr(0, half), "", text.substr(half), text.substr(half), View::kBack);
  if (!parse(spec(guessed))) std::abort();
  return 0;
}
