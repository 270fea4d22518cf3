#include <fmt/format.h>

#include "pictures/garment.h"

namespace ff::pictures {
std::string cloth_colour(Colour) { return "#999999"; }
std::string dominant_colour(const Drawing&) { return "#e8e1d6"; }
Size size(const Drawing& d) {
  const auto* s = std::get_if<Scene>(&d);
  if (s == nullptr || s->shape == Shape::kTile) return {600, 750};
  return s->shape == Shape::kWide ? Size{1600, 900} : Size{900, 1200};
}
std::string draw(const Drawing& d) {
  const Size z = size(d);
  return fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}"><title>{2}</title><rect width="{0}" height="{1}" fill="#e8e1d6"/></svg>)",
      z.width, z.height, describe(d));
}
}  // namespace ff::pictures
