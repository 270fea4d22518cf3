#include "pictures/scene.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "pictures/cloth.h"
#include "pictures/figures.h"
#include "pictures/torso.h"
#include "pictures/vocabulary.h"

namespace ff::pictures {
namespace {

/// A season's colours, in the order in which they are used up, and the wall behind them.
struct Range {
  Rgb wall, wood;
  bool dresses;  // whether the rail shows dresses and blouses too
  std::array<Colour, 7> colours;
};

const Range& range_of(Palette palette) {
  using enum Colour;
  static constexpr Rgb kOak{190, 152, 108}, kWalnut{118, 84, 60}, kAsh{208, 186, 154};
  static constexpr std::array<Range, kPalettes> kRanges{{
      {{230, 220, 204}, kWalnut, true, {kCamel, kRust, kForest, kIvory, kOchre, kChocolate, kNavy}},
      {{212, 222, 225}, kAsh, false, {kNavy, kWhite, kSky, kEcru, kIndigo, kStone, kBlue}},
      {{233, 217, 205}, kOak, true, {kTerracotta, kIvory, kBurgundy, kSand, kRose, kCognac, kBlush}},
      {{217, 214, 207}, kWalnut, false, {kCharcoal, kWhite, kBlack, kGrey, kMidnight, kStone, kSlate}},
      {{216, 221, 205}, kAsh, true, {kSage, kIvory, kForest, kButter, kOlive, kEcru, kKhaki}},
      {{215, 219, 223}, kAsh, false, {kIndigo, kWhite, kBlue, kSky, kNavy, kEcru, kCognac}},
      {{226, 220, 210}, kAsh, true, {kStone, kIvory, kTaupe, kEcru, kSand, kWhite, kGrey}},
      {{231, 216, 213}, kOak, true, {kBerry, kIvory, kPlum, kBlush, kBurgundy, kRose, kMidnight}},
  }};
  return kRanges[static_cast<std::size_t>(palette)];
}

Garment make(Kind kind, Colour colour, Fabric fabric = Fabric::kNone, Pattern pattern = Pattern::kPlain) {
  Garment g = usual(kind, colour);
  if (fabric != Fabric::kNone) g.fabric = fabric;
  if (pattern != Pattern::kPlain) {
    g.pattern = pattern;
    g.accent = usual_accent(colour);
  }
  return g;
}

class Stage {
 public:
  explicit Stage(const Scene& scene)
      : range_(range_of(scene.palette)), scene_(scene), size_(size_of(scene)) {}

  double width() const { return size_.width; }
  double height() const { return size_.height; }
  double unit() const {
    return scene_.shape == Shape::kTall ? 1.05 : scene_.shape == Shape::kWide ? 1 : 0.72;
  }
  const Range& range() const { return range_; }
  Colour colour(std::size_t i) const { return range_.colours[i % range_.colours.size()]; }
  Canvas& canvas() { return canvas_; }
  void add(std::string_view markup) { markup_ += markup; }

  /// Puts the figure's point (ax, ay) at (x, y).
  void place(const Figure& f, double x, double y, double scale, double turn, double ax, double ay) {
    const std::string shadow = canvas_.shared(
        "cast",
        R"(<filter id="{id}" x="-20%" y="-10%" width="140%" height="130%"><feDropShadow dx="9" dy="11" stdDeviation="10" flood-color="#2a2119" flood-opacity=".33"/></filter>)");
    markup_ += fmt::format(
        R"x(<g filter="{}"><g transform="translate({} {}){}scale({:.3f})translate({} {})">{}</g></g>)x",
        shadow, number(x), number(y), turn == 0 ? "" : fmt::format("rotate({})", number(turn)), scale,
        number(-ax), number(-ay), f.markup);
  }
  void place_middle(const Figure& f, double x, double y, double scale, double turn) {
    place(f, x, y, scale, turn, (f.box.left + f.box.right) / 2, (f.box.top + f.box.bottom) / 2);
  }
  /// Standing on (x, y) by the middle of its foot.
  void stand(const Figure& f, double x, double y, double scale) {
    place(f, x, y, scale, 0, (f.box.left + f.box.right) / 2, f.box.bottom - 12);
  }

  void bar(double x, double y, double w, double h, Rgb colour) {
    const Tones t = tones(colour);
    add(fmt::format(R"x(<path d="{}" fill="#15121d" opacity=".26" filter="{}"/>)x",
                    rectangle(x, y + h * 0.8, w, h + 10).d(), canvas_.blur(9)));
    add(fmt::format(
        R"x(<path d="{}" fill="{}"/><path d="{}" fill="{}" opacity=".5"/><path d="{}" fill="{}" opacity=".45"/>)x",
        rectangle(x, y, w, h, 3).d(), colour.hex(), rectangle(x, y, w, h * 0.22, 2).d(), t.light.hex(),
        rectangle(x, y + h * 0.72, w, h * 0.28, 2).d(), t.dark.hex()));
  }

  std::string finish() {
    const std::string glow = canvas_.shared(
        "wall",
        R"(<radialGradient id="{id}" cx=".22" cy=".1" r="1.1"><stop stop-color="#fff" stop-opacity=".5"/><stop offset=".6" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#3a3027" stop-opacity=".16"/></radialGradient>)");
    const std::string sheet = rectangle(0, 0, width(), height()).d();
    const std::string back = fmt::format(R"x(<path d="{0}" fill="{1}"/><path d="{0}" fill="{2}"/>)x", sheet,
                                         range_.wall.hex(), glow);
    return back + markup_ + "<defs>" + canvas_.definitions() + "</defs>";
  }

  /// Window light across the picture.
  void window_light() {
    const double w = width(), h = height();
    std::string d;
    for (const double at : {0.18, 0.62})
      d += Path(-40, h * at + w * 0.3)
               .line(w + 40, h * at - w * 0.25)
               .line(w + 40, h * (at + 0.13) - w * 0.25)
               .line(-40, h * (at + 0.13) + w * 0.3)
               .close()
               .d();
    add(fmt::format(R"x(<path d="{}" fill="#fff" opacity=".2" filter="{}"/>)x", d, canvas_.blur(18)));
  }

  void floor(double y) {
    add(fmt::format(
        R"x(<path d="{}" fill="{}"/><path d="{}" fill="#fff" opacity=".3"/><path d="{}" fill="#15121d" opacity=".08"/>)x",
        rectangle(0, y, width(), height() - y).d(), mix(range_.wall, range_.wood, 0.34).hex(),
        rectangle(0, y - 16, width(), 16).d(), rectangle(0, y, width(), 5).d()));
  }

 private:
  const Range& range_;
  Scene scene_;
  Size size_;
  Canvas canvas_;
  std::string markup_;
};

void draw_rail(Stage& st, Shape shape) {
  const double u = st.unit(), rail = st.height() * (shape == Shape::kWide ? 0.115 : 0.12),
               ground = st.height() * (shape == Shape::kWide ? 0.9 : 0.91);
  st.floor(ground);
  std::vector<Garment> clothes;
  if (st.range().dresses) {
    Garment coat = make(Kind::kCoat, st.colour(0)),
            dress = make(Kind::kDress, st.colour(2), Fabric::kNone, Pattern::kFloral),
            tie = make(Kind::kBlouse, st.colour(3)), slip = make(Kind::kDress, st.colour(5), Fabric::kSilk);
    coat.cut = Cut::kWrap;
    coat.collar = Collar::kShawl;
    dress.collar = Collar::kVNeck;
    dress.cut = Cut::kWrap;
    dress.sleeve = Sleeve::kLong;
    tie.collar = Collar::kTie;
    slip.cut = Cut::kSlim;
    slip.sleeve = Sleeve::kSleeveless;
    clothes = {coat,
               tie,
               dress,
               make(Kind::kBlazer, st.colour(4), Fabric::kCorduroy),
               make(Kind::kCardigan, st.colour(1), Fabric::kCable),
               slip,
               make(Kind::kTrench, Colour::kSand)};
  } else {
    Garment coat = make(Kind::kCoat, st.colour(0)),
            oxford = make(Kind::kShirt, st.colour(2), Fabric::kOxford),
            stripe = make(Kind::kShirt, st.colour(1), Fabric::kNone, Pattern::kStripe);
    coat.cut = Cut::kDouble;
    oxford.collar = Collar::kButtonDown;
    clothes = {coat,
               oxford,
               make(Kind::kBlazer, st.colour(4)),
               stripe,
               make(Kind::kDenimJacket, Colour::kIndigo),
               make(Kind::kShirt, st.colour(3), Fabric::kLinen),
               make(Kind::kTrench, Colour::kSand)};
  }
  const std::size_t count = shape == Shape::kWide ? 7 : shape == Shape::kTall ? 4 : 3;
  const double scale = (shape == Shape::kWide ? 0.82 : shape == Shape::kTall ? 0.98 : 0.62);
  const double step = st.width() * (shape == Shape::kWide ? 0.137 : shape == Shape::kTall ? 0.215 : 0.245);
  st.bar(-20, rail - 7 * u, st.width() + 40, 13 * u, Rgb{70, 60, 52});
  const double first = st.width() / 2 - step * (static_cast<double>(count) - 1) / 2;
  for (std::size_t i = 0; i < count; ++i) {
    const Figure f = draw_hanging(st.canvas(), clothes[i], false);
    const double turn = (i % 3 == 0 ? -0.7 : i % 3 == 1 ? 0.6 : 0);
    st.place(f, first + step * static_cast<double>(i), rail, scale, turn, kAxis, f.box.top + kRailBelowTop);
  }
  const double foot = ground + (st.height() - ground) * 0.62;
  st.stand(draw_figure(st.canvas(), make(st.range().dresses ? Kind::kBoot : Kind::kLoafer, Colour::kCognac)),
           st.width() * (shape == Shape::kWide ? 0.36 : 0.3), foot, scale * 0.42);
  if (shape != Shape::kTile)
    st.stand(draw_figure(st.canvas(), make(Kind::kTote, Colour::kEcru)),
             st.width() * (shape == Shape::kWide ? 0.66 : 0.74), foot, scale * 0.46);
}

void draw_flat_lay(Stage& st, Shape shape) {
  st.window_light();
  const bool denim = st.range().colours[0] == Colour::kIndigo;
  const Figure top = draw_figure(st.canvas(), denim ? make(Kind::kDenimJacket, Colour::kIndigo)
                                                    : make(Kind::kJumper, st.colour(0), Fabric::kCable));
  Garment folded = make(denim ? Kind::kJeans : Kind::kTrousers, denim ? Colour::kBlue : st.colour(5),
                        denim ? Fabric::kDenim : Fabric::kTwill);
  folded.view = View::kFlat;
  Garment shirt = make(Kind::kTee, st.colour(1), Fabric::kNone, Pattern::kBreton);
  shirt.view = View::kFlat;
  Garment shoes = make(denim ? Kind::kSneaker : Kind::kLoafer, denim ? Colour::kWhite : Colour::kCognac);
  shoes.view = View::kFlat;
  Garment belt = make(Kind::kBelt, Colour::kCognac);
  belt.view = View::kFlat;
  Garment hat = make(Kind::kBeanie, st.colour(2));
  hat.view = View::kFlat;
  const double w = st.width(), h = st.height();
  Canvas& c = st.canvas();
  if (shape == Shape::kWide) {
    st.place_middle(draw_figure(c, folded), w * 0.735, h * 0.42, 1.15, 7);
    st.place_middle(top, w * 0.43, h * 0.5, 1.24, -6);
    st.place_middle(draw_figure(c, shirt), w * 0.125, h * 0.4, 0.98, -13);
    st.place_middle(draw_figure(c, shoes), w * 0.92, h * 0.6, 0.95, 17);
    st.place_middle(draw_figure(c, belt), w * 0.69, h * 0.86, 0.62, 12);
    st.place_middle(draw_figure(c, hat), w * 0.17, h * 0.83, 0.62, 4);
  } else {
    const double k = shape == Shape::kTall ? 1.5 : 1;
    st.place_middle(draw_figure(c, folded), w * 0.74, h * 0.69, 0.78 * k, 9);
    st.place_middle(top, w * 0.43, h * 0.37, 0.86 * k, -7);
    st.place_middle(draw_figure(c, shoes), w * 0.26, h * 0.8, 0.5 * k, -14);
    st.place_middle(draw_figure(c, belt), w * 0.86, h * 0.18, 0.44 * k, 10);
  }
}

/// Folded knitwear from its side: the fold to the left, the open edges to the right.
void slab(Stage& st, double x, double y, double w, double h, const Cloth& cloth) {
  Sketch s(st.canvas());
  Path p(x + h * 0.5, y);
  p.curve(x + w * 0.4, y - h * 0.08, x + w * 0.7, y - h * 0.05, x + w - h * 0.2, y + h * 0.03);
  p.curve(x + w + 1, y + h * 0.1, x + w + 2, y + h * 0.9, x + w - h * 0.15, y + h * 0.98);
  p.curve(x + w * 0.7, y + h * 1.02, x + w * 0.3, y + h * 1.02, x + h * 0.5, y + h);
  p.curve(x - h * 0.2, y + h, x - h * 0.2, y, x + h * 0.5, y).close();
  const std::string id = s.piece(p, cloth, 90, 0.5);
  s.folds(id,
          {{{x, y + h * 0.28}, {x + w / 2, y + h * 0.12}, {x + w, y + h * 0.22}, h * 0.16, -0.3},
           {{x, y + h * 0.98}, {x + w / 2, y + h * 0.9}, {x + w, y + h}, h * 0.26, 0.42}},
          5);
  for (const double at : {0.34, 0.62}) {
    const Path lip = Path(x + h * (at < 0.5 ? 0.7 : 0.4), y + h * at)
                         .curve(x + w * 0.4, y + h * (at + 0.07), x + w * 0.7, y + h * (at + 0.02), x + w - 3,
                                y + h * (at + 0.05));
    s.folds(id, {{lip.start(), {x + w / 2, y + h * (at + 0.12)}, lip.end(), 5, 0.4}}, 2.5);
    s.stroke(lip, cloth.tones().line.hex(), 1.3, 0.55);
  }
  st.add(s.take());
}

void draw_stack(Stage& st, Shape shape) {
  const double w = st.width(), h = st.height(), u = shape == Shape::kTile ? 1 : 1.4;
  const double board = h * 0.84;
  st.window_light();
  const Fabric fabrics[] = {Fabric::kLambswool, Fabric::kCable, Fabric::kRib, Fabric::kMerino,
                            Fabric::kLambswool, Fabric::kCable, Fabric::kRib};
  const auto pile = [&](double x, double wide, std::size_t from, std::size_t count) {
    double y = board;
    for (std::size_t i = 0; i < count; ++i) {
      const double high = (60 + static_cast<double>((i * 5 + from) % 3) * 9) * u,
                   shrink = static_cast<double>((i * 7 + from) % 4) * 5 * u;
      y -= high;
      slab(st, x + shrink, y, wide - shrink * 1.6, high,
           Cloth(rgb(st.colour(from + i)), fabrics[(from + i) % 7]));
    }
    return y;
  };
  st.bar(-20, board, w + 40, 26 * u, st.range().wood);
  if (shape == Shape::kWide) {
    pile(w * 0.1, 400, 0, 4);
    pile(w * 0.4, 420, 2, 6);
    pile(w * 0.7, 390, 5, 3);
    st.stand(draw_figure(st.canvas(), make(Kind::kBeanie, st.colour(6))), w * 0.82, board - 3 * 66 * u - 12,
             0.62);
  } else {
    const double wide = w * 0.62;
    const double y = pile((w - wide) / 2, wide, 0, 6);
    st.stand(draw_figure(st.canvas(), make(Kind::kBeanie, st.colour(6))), w * 0.5, y + 10 * u, 0.46 * u);
  }
}

void draw_pegs(Stage& st, Shape shape) {
  const double w = st.width(), h = st.height(),
               k = shape == Shape::kWide   ? 0.86
                   : shape == Shape::kTall ? 1.14
                                           : 0.76;
  const double y = h * 0.13;
  st.floor(h * 0.93);
  st.bar(shape == Shape::kWide ? w * 0.06 : -10, y - 20 * k, shape == Shape::kWide ? w * 0.88 : w + 20,
         46 * k, st.range().wood);
  Garment coat = make(Kind::kCoat, st.colour(0)), second = make(Kind::kTrench, Colour::kSand),
          third = make(Kind::kCoat, st.colour(2), Fabric::kNone, Pattern::kHerringbone);
  third.length = Length::kShort;
  third.collar = Collar::kFunnel;
  third.accent = usual_accent(third.colour);
  const Garment scarf = make(Kind::kScarf, st.colour(1), Fabric::kNone, Pattern::kCheck),
                bag = make(Kind::kTote, Colour::kEcru);
  struct Hung {
    Garment garment;
    double at, scale;
  };
  std::vector<Hung> hung;
  if (shape == Shape::kWide)
    hung = {
        {coat, 0.17, 0.9}, {scarf, 0.335, 0.78}, {second, 0.5, 0.9}, {bag, 0.672, 0.7}, {third, 0.83, 0.9}};
  else
    hung = {{bag, 0.81, 0.62}, {coat, 0.36, 0.9}};
  const auto peg = [&](double x, double drop) {
    st.add(fmt::format(
        R"x(<circle cx="{}" cy="{}" r="{}" fill="#15121d" opacity=".25" filter="{}"/><circle cx="{}" cy="{}" r="{}" fill="{}"/><circle cx="{}" cy="{}" r="{}" fill="#fff" opacity=".3"/>)x",
        number(x + 3), number(y + 8 + drop), number(13 * k), st.canvas().blur(3), number(x),
        number(y + 3 + drop), number(12 * k), mix(st.range().wood, Rgb{40, 30, 24}, 0.25).hex(),
        number(x - 3 * k), number(y + drop), number(5 * k)));
  };
  for (const Hung& item : hung) {
    peg(w * item.at, 0);
    const Figure f = draw_figure(st.canvas(), item.garment);
    const double lift = item.garment.kind == Kind::kTote ? 12 : item.garment.kind == Kind::kScarf ? 40 : 14;
    st.place(f, w * item.at, y + 6 * k, k * item.scale, 0, kAxis, f.box.top + lift);
    if (item.garment.kind == Kind::kTote) peg(w * item.at, 0);
  }
  st.stand(draw_figure(st.canvas(), make(Kind::kBoot, Colour::kChocolate)),
           w * (shape == Shape::kWide ? 0.672 : 0.8), h * 0.965, k * 0.52);
}

void draw_shelf(Stage& st, Shape shape) {
  const double w = st.width(), h = st.height();
  Canvas& c = st.canvas();
  const bool wide = shape == Shape::kWide;
  const double k = wide ? 0.82 : shape == Shape::kTall ? 1.0 : 0.66;
  const auto board = [&](double y) {
    st.bar(wide ? w * 0.05 : w * 0.06, y, wide ? w * 0.9 : w * 0.88, 20 * k, st.range().wood);
  };
  st.window_light();
  if (wide) {
    board(h * 0.47);
    board(h * 0.89);
    st.stand(draw_figure(c, make(Kind::kLoafer, st.colour(2))), w * 0.2, h * 0.47 + 4, k * 0.66);
    st.stand(draw_figure(c, make(Kind::kBeanie, st.colour(0), Fabric::kCable)), w * 0.44, h * 0.47 - 4,
             k * 0.62);
    st.stand(draw_figure(c, make(Kind::kSneaker, Colour::kWhite)), w * 0.68, h * 0.47 + 4, k * 0.66);
    st.stand(draw_figure(c, make(Kind::kTote, Colour::kCognac, Fabric::kLeather)), w * 0.87, h * 0.47 - 4,
             k * 0.5);
    st.stand(draw_figure(c, make(Kind::kTote, Colour::kEcru)), w * 0.17, h * 0.89 - 4, k * 0.52);
    st.stand(draw_figure(c, make(Kind::kBoot, Colour::kChocolate)), w * 0.39, h * 0.89 + 4, k * 0.66);
    st.stand(draw_figure(c, make(Kind::kBelt, Colour::kCognac)), w * 0.62, h * 0.89 - 2, k * 0.6);
    for (std::size_t i = 0; i < 3; ++i)
      slab(st, w * 0.765, h * 0.89 - 62 * (static_cast<double>(i) + 1), 250, 62,
           Cloth(rgb(st.colour(i + 2)), i % 2 == 0 ? Fabric::kLambswool : Fabric::kRib));
    return;
  }
  board(h * 0.32);
  board(h * 0.62);
  board(h * 0.9);
  st.stand(draw_figure(c, make(Kind::kBeanie, st.colour(0), Fabric::kCable)), w * 0.3, h * 0.32 - 4,
           k * 0.52);
  st.stand(draw_figure(c, make(Kind::kTote, Colour::kEcru)), w * 0.7, h * 0.32 - 4, k * 0.42);
  st.stand(draw_figure(c, make(Kind::kSneaker, Colour::kWhite)), w * 0.32, h * 0.62 + 3, k * 0.56);
  const double slab_h = 44 * k / 0.66;
  for (std::size_t i = 0; i < 3; ++i)
    slab(st, w * 0.56, h * 0.62 - slab_h * (static_cast<double>(i) + 1), w * 0.32, slab_h,
         Cloth(rgb(st.colour(i + 2)), i % 2 == 0 ? Fabric::kLambswool : Fabric::kRib));
  st.stand(draw_figure(c, make(Kind::kBoot, Colour::kChocolate)), w * 0.32, h * 0.9 + 3, k * 0.54);
  st.stand(draw_figure(c, make(Kind::kLoafer, st.colour(2))), w * 0.7, h * 0.9 + 3, k * 0.5);
}

}  // namespace

Size size_of(const Scene& scene) {
  switch (scene.shape) {
    case Shape::kWide:
      return {1600, 900};
    case Shape::kTall:
      return {900, 1200};
    case Shape::kTile:
      break;
  }
  return {600, 750};
}

Rgb ground_of(const Scene& scene) { return range_of(scene.palette).wall; }

std::string draw_scene(const Scene& scene) {
  Stage stage(scene);
  switch (scene.kind) {
    case SceneKind::kRail:
      draw_rail(stage, scene.shape);
      break;
    case SceneKind::kFlatLay:
      draw_flat_lay(stage, scene.shape);
      break;
    case SceneKind::kStack:
      draw_stack(stage, scene.shape);
      break;
    case SceneKind::kPegs:
      draw_pegs(stage, scene.shape);
      break;
    case SceneKind::kShelf:
      draw_shelf(stage, scene.shape);
      break;
  }
  return stage.finish();
}

}  // namespace ff::pictures
