#include "pictures/figures.h"

#include <fmt/format.h>

#include "pictures/cloth.h"

namespace ff::pictures {
namespace {

bool hangs(Kind kind) {
  switch (kind) {
    case Kind::kBlazer:
    case Kind::kCoat:
    case Kind::kTrench:
    case Kind::kBomber:
    case Kind::kDenimJacket:
    case Kind::kGilet:
    case Kind::kDress:
    case Kind::kSkirt:
      return true;
    default:
      return false;
  }
}

Figure front_or_back(Canvas& canvas, const Garment& g) {
  switch (g.kind) {
    case Kind::kShirt:
    case Kind::kBlouse:
      return draw_shirt(canvas, g);
    case Kind::kTee:
    case Kind::kPolo:
    case Kind::kSweatshirt:
    case Kind::kHoodie:
      return draw_jersey(canvas, g);
    case Kind::kJumper:
    case Kind::kCardigan:
      return draw_knit(canvas, g);
    case Kind::kBlazer:
    case Kind::kCoat:
    case Kind::kTrench:
      return draw_tailored(canvas, g);
    case Kind::kBomber:
    case Kind::kDenimJacket:
    case Kind::kGilet:
      return draw_jacket(canvas, g);
    case Kind::kDress:
      return draw_dress(canvas, g);
    case Kind::kSkirt:
      return draw_skirt(canvas, g);
    case Kind::kTrousers:
    case Kind::kJeans:
    case Kind::kShorts:
      return draw_trousers(canvas, g);
    case Kind::kSneaker:
    case Kind::kLoafer:
    case Kind::kBoot:
      return draw_shoes(canvas, g);
    case Kind::kScarf:
    case Kind::kBeanie:
    case Kind::kTote:
    case Kind::kBelt:
    case Kind::kSocks:
    case Kind::kParcel:
      break;
  }
  return draw_accessory(canvas, g);
}

constexpr Rgb kWood{186, 148, 104}, kSteel{120, 116, 110};

}  // namespace

Figure draw_hanging(Canvas& canvas, const Garment& g, bool with_rail) {
  Garment front = g;
  front.view = View::kFront;
  Figure figure = draw_figure(canvas, front);
  Sketch s(canvas);
  const bool clips = g.kind == Kind::kSkirt;
  const double neck = figure.box.top + (clips ? 10 : 16), rail = neck - 84;
  Path hook(kAxis, neck + 20);
  hook.line(kAxis, neck - 36).curve(kAxis, neck - 48, kAxis + 18, neck - 52, kAxis + 18, neck - 68);
  hook.curve(kAxis + 18, neck - 88, kAxis - 16, neck - 90, kAxis - 16, neck - 68);
  s.stroke(hook, kSteel.hex(), 4.6);
  if (clips) {
    s.piece(rectangle(kAxis - 112, neck - 10, 224, 13, 6), Cloth(kWood, Fabric::kNone), 0, 0.8);
  } else {
    Path wood(kAxis, neck - 2);
    wood.curve(kAxis + 26, neck, kAxis + 64, neck + 22, kAxis + 92, neck + 38)
        .line(kAxis + 88, neck + 52)
        .line(kAxis, neck + 30);
    s.piece(wood.symmetric(), Cloth(kWood, Fabric::kNone), 0, 0.8);
  }
  std::string behind = s.take();
  if (clips) {
    for (const double x : {-78.0, 66.0}) {
      s.piece(rectangle(kAxis + x, neck - 6, 12, 34, 3), Cloth(kSteel, Fabric::kLeather), 0, 1);
    }
  }
  const std::string grips = s.take();
  const std::string rod = fmt::format(
      R"(<path d="M-160 {0}H760" stroke="{1}" stroke-width="11"/><path d="M-160 {2}H760" stroke="#fff" stroke-opacity=".22" stroke-width="2.5"/>)",
      number(rail), Rgb{64, 56, 50}.hex(), number(rail - 3));
  figure.markup = (with_rail ? rod : "") + behind + figure.markup + grips;
  figure.box.top = rail - kRailBelowTop;
  return figure;
}

Figure draw_figure(Canvas& canvas, const Garment& g) {
  if (g.view != View::kFlat) return front_or_back(canvas, g);
  if (hangs(g.kind)) return draw_hanging(canvas, g);
  if (g.kind == Kind::kTrousers || g.kind == Kind::kJeans || g.kind == Kind::kShorts)
    return draw_folded_trousers(canvas, g);
  return front_or_back(canvas, g);
}

}  // namespace ff::pictures
