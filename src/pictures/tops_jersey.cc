// Jersey: T-shirts and polos, and their loopback cousins with a ribbed hem.
#include <fmt/format.h>

#include "pictures/figures.h"
#include "pictures/torso.h"

namespace ff::pictures {
namespace {

constexpr double kX = kAxis;

struct Neck {
  double half = 56, depth = 166, round = 0.9, band = 13;
};

Neck neck_of(const Garment& g) {
  switch (g.collar) {
    case Collar::kVNeck:
      return {58, 224, 0.12, 11};
    case Collar::kScoop:
      return {74, 204, 0.95, 10};
    case Collar::kBoat:
      return {88, 150, 0.8, 9};
    default:
      break;
  }
  if (g.kind == Kind::kSweatshirt) return {56, 164, 0.9, 18};
  return {};
}

/// The ribbed edge below the body of a sweatshirt.
void ribbed_hem(Sketch& s, const Torso& t, const Cloth& cloth, double depth) {
  Path half(kX, t.hem_y + t.hem_dip - 3);
  half.curve(kX + t.hem * 0.4, t.hem_y + t.hem_dip - 3, kX + t.hem * 0.75, t.hem_y - 1, kX + t.hem - 2,
             t.hem_y - 3);
  half.curve(kX + t.hem - 3, t.hem_y + 8, kX + t.hem - 9, t.hem_y + depth - 8, kX + t.hem - 10,
             t.hem_y + depth);
  half.curve(kX + t.hem * 0.7, t.hem_y + depth + t.hem_dip, kX + t.hem * 0.3, t.hem_y + depth + t.hem_dip, kX,
             t.hem_y + depth + t.hem_dip);
  s.piece(half.symmetric(), cloth.rib());
}

void hood_behind(Sketch& s, const Cloth& cloth) {
  Path half(kX, 42);
  half.curve(kX + 52, 40, kX + 94, 64, kX + 100, 108).curve(kX + 103, 134, kX + 92, 158, kX + 70, 176);
  half.line(kX, 214);
  const std::string id = s.piece(half.symmetric(), cloth.plain(cloth.tones().inside), 0, 0.8);
  s.folds(id,
          {{{kX - 60, 90}, {kX, 60}, {kX + 60, 90}, 14, 0.3},
           {{kX - 40, 150}, {kX, 110}, {kX + 44, 150}, 20, 0.4}},
          8);
  s.seam(Path(kX, 44).curve(kX + 2, 70, kX + 2, 100, kX, 128), cloth, 1.2);
}

void hood_front(Sketch& s, const Cloth& cloth, const std::string& body) {
  // The two sides of the hood, falling forward and crossing at the throat.
  Path side(kX + 40, 46);
  side.curve(kX + 82, 52, kX + 108, 84, kX + 110, 122).curve(kX + 112, 158, kX + 72, 196, kX - 4, 232);
  side.curve(kX - 10, 226, kX - 12, 220, kX - 10, 214).curve(kX + 34, 190, kX + 68, 160, kX + 70, 124);
  side.curve(kX + 72, 92, kX + 62, 62, kX + 40, 46).close();
  for (const bool left : {false, true}) {
    const Path p = left ? side.mirrored() : side;
    s.inside(
        body,
        fmt::format(R"x(<path transform="translate(3 9)" d="{}" fill="#15121d" opacity=".3" filter="{}"/>)x",
                    p.d(), s.canvas().blur(5)));
    const std::string id = s.piece(p, cloth, left ? 20 : -20);
    const Fold fold{{kX + 104, 112}, {kX + 92, 172}, {kX + 26, 214}, 7, 0.18};
    const Fold glow{{kX + 60, 62}, {kX + 98, 88}, {kX + 98, 130}, 7, -0.12};
    s.folds(id, {left ? mirrored(fold) : fold, left ? mirrored(glow) : glow}, 4);
    Path edge(kX + 48, 50);
    edge.curve(kX + 74, 66, kX + 84, 96, kX + 80, 126).curve(kX + 76, 164, kX + 40, 198, kX - 2, 222);
    s.stitch(left ? edge.mirrored() : edge, cloth);
  }
  // Cords.
  for (const auto& [x, bend, end, y] :
       {std::tuple{kX + 26, kX + 34, kX + 28, 330.0}, {kX - 26, kX - 36, kX - 32, 316.0}}) {
    Path cord(x, 212);
    cord.curve(bend, 240, bend + 2, 280, end, y);
    s.stroke(cord, "#15121d", 5.5, 0.18);
    s.stroke(cord, mix(cloth.tones().base, Rgb{245, 240, 230}, 0.65).hex(), 4);
    s.stroke(Path(end, y - 6).line(end, y + 8), cloth.tones().line.hex(), 5, 0.8);
    s.fill(ellipse(x, 210, 4, 4), cloth.tones().line.hex(), 0.9);
  }
}

void kangaroo_pocket(Sketch& s, const Torso& t, const Cloth& cloth, const std::string& body) {
  const double top = t.hem_y - 148, low = t.hem_y + 2;
  Path half(kX, top);
  half.line(kX + 58, top)
      .curve(kX + 62, top + 30, kX + 84, top + 62, kX + 102, top + 76)
      .line(kX + 102, low)
      .line(kX, low + 3);
  s.folds(body,
          {{{kX + 62, top + 4}, {kX + 84, top + 60}, {kX + 108, top + 80}, 7, 0.3},
           {{kX - 62, top + 4}, {kX - 84, top + 60}, {kX - 108, top + 80}, 7, 0.25}},
          4);
  const std::string id = s.piece(half.symmetric(), cloth, 0, 0.4);
  s.folds(id,
          {{{kX + 40, low}, {kX + 34, top + 80}, {kX + 50, top + 30}, 9, 0.1},
           {{kX - 30, low}, {kX - 40, top + 90}, {kX - 30, top + 30}, 8, -0.1}},
          5);
  stitch_both(
      s,
      Path(kX, top + 6).line(kX + 53, top + 6).curve(kX + 57, top + 34, kX + 78, top + 66, kX + 97, top + 79),
      cloth);
}

void polo_collar(Sketch& s, const Cloth& cloth, const std::string& body) {
  Path stand(kX, 100);
  stand.curve(kX + 26, 100, kX + 46, 106, kX + 56, 118)
      .line(kX + 52, 136)
      .curve(kX + 34, 128, kX + 18, 125, kX, 125);
  const Cloth rib = cloth.rib();
  s.piece(stand.symmetric(), rib.plain(mix(cloth.tones().base, cloth.tones().inside, 0.4)), 0, 0.5);
  s.piece(rectangle(kX - 13, 160, 26, 92), cloth, 0, 0.4);
  s.seam(Path(kX - 13, 160).line(kX - 13, 252).line(kX + 13, 252), cloth, 1);
  stitch_both(s, Path(kX + 10, 170).line(kX + 10, 249).line(kX, 249), cloth);
  Path leaf(kX + 2, 170);
  leaf.curve(kX + 22, 152, kX + 44, 136, kX + 55, 117).curve(kX + 66, 121, kX + 74, 130, kX + 77, 141);
  leaf.curve(kX + 78, 162, kX + 72, 186, kX + 62, 206).curve(kX + 42, 200, kX + 16, 186, kX + 2, 170).close();
  for (const bool left : {true, false}) {
    const Path p = left ? leaf.mirrored() : leaf;
    s.inside(
        body,
        fmt::format(R"x(<path transform="translate(2 7)" d="{}" fill="#15121d" opacity=".3" filter="{}"/>)x",
                    p.d(), s.canvas().blur(4)));
    s.piece(p, rib, left ? 62 : -62, 0.8);
  }
  draw_buttons(s, kX, 192, 236, 2, 4.2, cloth.button());
}

}  // namespace

Figure draw_jersey(Canvas& canvas, const Garment& g) {
  Sketch s(canvas);
  const Cloth cloth(g);
  const bool sweat = g.kind == Kind::kSweatshirt || g.kind == Kind::kHoodie, polo = g.kind == Kind::kPolo;
  const Neck neck = neck_of(g);

  Torso t;
  t.neck = neck.half;
  t.neck_y = g.collar == Collar::kBoat ? 138 : 130;
  t.hem_y = 590;
  if (sweat) {
    t.shoulder = 150;
    t.shoulder_y = 172;
    t.chest = 150;
    t.chest_y = 302;
    t.waist = 150;
    t.waist_y = 450;
    t.hem = 146;
    t.hem_y = 548;
  } else if (g.cut == Cut::kSlim) {
    t.shoulder = 126;
    t.chest = 124;
    t.waist = 114;
    t.hem = 122;
  } else if (g.cut == Cut::kRelaxed) {
    t.shoulder = 152;
    t.shoulder_y = 170;
    t.chest = 150;
    t.chest_y = 300;
    t.waist = 148;
    t.hem = 150;
    t.hem_y = 580;
  }
  const bool flat = g.view == View::kFlat;
  if (flat) t = folded(t);
  const bool is_short = !sweat && g.sleeve == Sleeve::kShort;
  SleeveShape sleeve{.is_short = is_short, .cuff = sweat || polo ? 34.0 : 0.0, .ribbed = sweat || polo};
  if (g.cut == Cut::kRelaxed) sleeve = {.is_short = is_short, .fullness = 10, .length = 10, .cuff = 0};
  if (sweat) {
    sleeve.fullness = 12;
    sleeve.gather = 4;
  }

  const bool hood = g.kind == Kind::kHoodie, back = g.view == View::kBack;
  if (hood && !back) hood_behind(s, cloth);
  if (flat)
    draw_layers(s, t, cloth);
  else
    draw_sleeves(s, t, sleeve, cloth);
  const double depth = hood ? 214 : polo ? 172 : neck.depth, round = hood ? 0.3 : polo ? 0.6 : neck.round;
  if (!back && !hood) draw_inside(s, t, depth, round, cloth, polo ? 10 : 2);
  if (sweat && !flat) ribbed_hem(s, t, cloth, 44);
  const Path edge = back ? neckline(t, t.neck_y + 12, 0.9)
                         : neckline(t, depth + neck.band * 0.6, round, hood || polo ? 0 : neck.band * 0.6);
  const std::string body = s.piece(body_half(t, edge).symmetric(), cloth);
  draw_body_folds(s, body, t, sweat ? 7 : 5.5);

  if (flat) {
    // Folded under: no hem to see.
  } else if (!sweat) {
    Path hem(kX, t.hem_y + t.hem_dip - 13);
    hem.curve(kX + t.hem * 0.4, t.hem_y + t.hem_dip - 13, kX + t.hem * 0.75, t.hem_y - 12, kX + t.hem - 1,
              t.hem_y - 13);
    stitch_both(s, hem, cloth);
  } else {
    // Raglan-like drop seam and the V of a gym sweatshirt.
    Path drop(kX + t.shoulder - 1, t.shoulder_y + 2);
    drop.curve(kX + t.shoulder - 12, t.shoulder_y + 50, kX + t.chest - 16, t.chest_y - 30, kX + t.chest,
               t.chest_y);
    seam_both(s, drop, cloth, 1.2);
  }

  if (back) {
    if (hood) {
      Path half(kX, 60);
      half.curve(kX + 50, 60, kX + 92, 84, kX + 98, 126).curve(kX + 100, 176, kX + 58, 226, kX, 244);
      const std::string id = s.piece(half.symmetric(), cloth);
      s.seam(Path(kX, 62).line(kX, 243), cloth);
      s.folds(id,
              {{{kX - 70, 100}, {kX - 50, 180}, {kX - 10, 226}, 10, 0.16},
               {{kX + 70, 100}, {kX + 50, 180}, {kX + 10, 226}, 10, 0.2}},
              5);
    } else if (polo) {
      Path half(kX, 98);
      half.curve(kX + 28, 98, kX + 50, 106, kX + 60, 118).curve(kX + 70, 124, kX + 74, 136, kX + 73, 150);
      half.curve(kX + 48, 160, kX + 22, 163, kX, 163);
      s.piece(half.symmetric(), cloth.rib());
    } else {
      Torso high = t;
      high.neck_y -= 2;
      Path band = neckline(high, t.neck_y + 6, 0.9);
      band.then(neckline(high, t.neck_y + 8 + neck.band, 0.9, neck.band * 0.7).reversed());
      s.piece(band.symmetric(), cloth.rib(), 0, 0.6);
    }
    Path yoke(kX, 196);
    yoke.curve(kX + 60, 196, kX + 110, 194, kX + t.shoulder - 6, 190);
    if (polo) seam_both(s, yoke, cloth, 1);
  } else if (hood) {
    if (!flat) kangaroo_pocket(s, t, cloth, body);
    hood_front(s, cloth, body);
  } else if (polo) {
    polo_collar(s, cloth, body);
  } else {
    draw_band(s, t, neck.depth, neck.round, neck.band,
              sweat || g.collar == Collar::kCrew ? cloth.rib() : cloth.plain(cloth.tones().base));
    if (sweat) {
      Path v(kX + 14, neck.depth + 17);
      v.line(kX, neck.depth + 44);
      stitch_both(s, v, cloth);
    }
  }
  const double out = flat ? 10 : 84 + sleeve.fullness;
  return {s.take(),
          {kX - t.shoulder - out,
           hood   ? 42.0
           : polo ? 98.0
                  : t.neck_y - 4,
           kX + t.shoulder + out,
           t.hem_y + (sweat ? 48 : 6),
           {kX + 30, hood ? 220.0 : 196.0}}};
}

}  // namespace ff::pictures
