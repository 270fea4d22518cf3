// A figure on its ground: the finished picture.
#include <fmt/format.h>

#include <algorithm>

#include "pictures/canvas.h"
#include "pictures/cloth.h"
#include "pictures/figures.h"
#include "pictures/garment.h"
#include "pictures/scene.h"
#include "pictures/vocabulary.h"

namespace ff::pictures {
namespace {

constexpr Size kPlate{600, 750};
// How much of the plate a garment may fill, and where its middle stands.
constexpr double kWidthMax = 492, kHeightMax = 606, kScaleMax = 1.16, kFoldedScaleMax = 1.36, kMiddleY = 380;
constexpr double kDetailScale = 2.35;

std::string backdrop(Canvas& canvas, View view, Rgb tint) {
  // A wall with light from the upper left; laid flat, a table with the shadow of a window bar.
  const std::string glow = canvas.shared(
      "glow",
      R"(<radialGradient id="{id}" cx=".28" cy=".18" r="1.05"><stop stop-color="#fff" stop-opacity=".42"/>)"
      R"(<stop offset=".55" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#3a3027" stop-opacity=".13"/></radialGradient>)");
  std::string all = fmt::format(
      R"(<path fill="{}" d="M0 0h600v750H0z"/><path fill="{}" d="M0 0h600v750H0z"/>)", tint.hex(), glow);
  if (view != View::kFlat) return all;
  return all +
         fmt::format(
             R"(<path d="M-40 250L640 -90V10L-40 350zM-40 660L640 320V430L-40 770z" fill="#fff" opacity=".17" filter="{}"/>)",
             canvas.blur(14));
}

std::string placed(Canvas& canvas, const Figure& figure, View view, double lift) {
  const Box& b = figure.box;
  const double width = b.right - b.left, height = b.bottom - b.top;
  std::string transform;
  if (view == View::kDetail) {
    transform = fmt::format("translate(300 372)rotate(-7)scale({})translate({} {})", number(kDetailScale),
                            number(-b.focus.x), number(-b.focus.y));
  } else {
    const double scale =
        std::min({kWidthMax / width, kHeightMax / height, view == View::kFlat ? kFoldedScaleMax : kScaleMax});
    transform = fmt::format("translate(300 {})scale({:.3f})translate({} {})", number(kMiddleY), scale,
                            number(-(b.left + b.right) / 2), number(-(b.top + b.bottom) / 2));
  }
  const std::string shadow = canvas.shared(
      "cast",
      fmt::format(
          R"(<filter id="{{id}}" x="-20%" y="-10%" width="140%" height="130%"><feDropShadow dx="{}" dy="{}" )"
          R"(stdDeviation="{}" flood-color="#2a2119" flood-opacity=".3"/></filter>)",
          number(7 * lift), number(12 * lift), number(10 * lift)));
  return fmt::format(R"(<g filter="{}"><g transform="{}">{}</g></g>)", shadow, transform, figure.markup);
}

std::string draw_garment(const Garment& g) {
  Canvas canvas;
  const std::string ground_markup = backdrop(canvas, g.view, ground(g.colour));
  const std::string figure = placed(canvas, draw_figure(canvas, g), g.view, g.view == View::kFlat ? 0.6 : 1);
  return ground_markup + "\n" + figure + "\n<defs>" + canvas.definitions() + "</defs>";
}

}  // namespace

Size size(const Drawing& drawing) {
  const auto* scene = std::get_if<Scene>(&drawing);
  return scene == nullptr ? kPlate : size_of(*scene);
}

std::string dominant_colour(const Drawing& drawing) {
  if (const auto* garment = std::get_if<Garment>(&drawing)) return ground(garment->colour).hex();
  return ground_of(std::get<Scene>(drawing)).hex();
}

std::string draw(const Drawing& drawing) {
  const Size z = size(drawing);
  const auto* garment = std::get_if<Garment>(&drawing);
  return fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img"><title>{2}</title>)"
      "{3}</svg>\n",
      z.width, z.height, describe(drawing),
      garment != nullptr ? draw_garment(*garment) : draw_scene(std::get<Scene>(drawing)));
}

}  // namespace ff::pictures
