#include "pictures/figures.h"
#include "pictures/scene.h"
namespace ff::pictures {
Figure draw_figure(Canvas& canvas, const Garment& g) {
  switch (g.kind) {
    case Kind::kShirt:
    case Kind::kBlouse:
      return draw_shirt(canvas, g);
    case Kind::kJumper:
    case Kind::kCardigan:
      return draw_knit(canvas, g);
    default:
      return draw_jersey(canvas, g);
  }
}
Size size_of(const Scene&) { return {1600, 900}; }
Rgb ground_of(const Scene&) { return {230, 225, 215}; }
std::string draw_scene(const Scene&) { return {}; }
}  // namespace ff::pictures
