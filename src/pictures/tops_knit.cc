// Knitwear: jumpers and cardigans, with ribs at neck, cuffs and hem.
#include <fmt/format.h>

#include "pictures/figures.h"
#include "pictures/torso.h"

namespace ff::pictures {
namespace {

constexpr double kX = kAxis;

Torso block(const Garment& g) {
  Torso t;
  t.neck = g.collar == Collar::kBoat ? 86 : 56;
  t.neck_y = g.collar == Collar::kBoat ? 138 : 130;
  t.shoulder = 146;
  t.shoulder_y = 172;
  t.chest = 146;
  t.chest_y = 300;
  t.waist = 143;
  t.waist_y = 446;
  t.hem = 142;
  t.hem_y = 556;
  if (g.cut == Cut::kRelaxed) {
    t.shoulder = 160;
    t.shoulder_y = 182;
    t.chest = 164;
    t.chest_y = 322;
    t.waist = 164;
    t.hem = 156;
    t.hem_y = 548;
  }
  if (g.kind == Kind::kCardigan) t.hem_y += 12;
  return t;
}

/// Rib below the body, drawn in slightly. `gap` leaves the middle open, as a cardigan's fronts do.
void ribbed_hem(Sketch& s, const Torso& t, const Cloth& rib) {
  const double y = t.hem_y;
  Path half(kX, y + t.hem_dip - 4);
  half.curve(kX + t.hem * 0.4, y + t.hem_dip - 4, kX + t.hem * 0.75, y - 2, kX + t.hem - 1, y - 4);
  half.curve(kX + t.hem - 3, y + 10, kX + t.hem - 8, y + 30, kX + t.hem - 10, y + 46);
  half.curve(kX + t.hem * 0.7, y + 46 + t.hem_dip, kX + t.hem * 0.3, y + 46 + t.hem_dip, kX,
             y + 46 + t.hem_dip);
  const std::string id = s.piece(half.symmetric(), rib);
  s.folds(id, {{{kX - t.hem, y - 2}, {kX, y + 8}, {kX + t.hem, y - 2}, 5, 0.25}}, 3);
}

void roll_neck(Sketch& s, const Cloth& rib) {
  Path back(kX, 78);
  back.curve(kX + 28, 78, kX + 46, 84, kX + 53, 94).curve(kX + 40, 106, kX + 20, 108, kX, 108);
  s.piece(back.symmetric(), rib.plain(rib.tones().inside), 0, 0.5);
  Path front(kX, 102);
  front.curve(kX + 24, 102, kX + 44, 98, kX + 54, 90).curve(kX + 60, 108, kX + 64, 132, kX + 66, 152);
  front.curve(kX + 50, 172, kX + 24, 180, kX, 180);
  const std::string id = s.piece(front.symmetric(), rib, 0, 1);
  s.folds(id,
          {{{kX - 60, 148}, {kX, 192}, {kX + 64, 146}, 9, 0.2},
           {{kX - 30, 110}, {kX - 38, 140}, {kX - 30, 168}, 8, -0.16},
           {{kX + 20, 110}, {kX + 26, 140}, {kX + 14, 172}, 6, 0.14}},
          4);
}

/// The edge of a cardigan's front: around the V and straight down, `width` wide. Right side.
Path front_band(const Torso& t, double depth, double width, double bottom) {
  Path p = neckline(t, depth, 0.12);
  p.line(kX + t.neck + width * 0.7, t.neck_y + width * 0.4);
  const Path outer = neckline(t, depth + width * 0.5, 0.12, width * 0.8).reversed();
  p.curve(kX + t.neck + 6, t.neck_y + 50, kX + 42, depth - 40, kX + width * 0.5, depth + 12);
  p.line(kX + width * 0.5, bottom).line(kX - width * 0.5, bottom).line(kX - width * 0.5, depth + 4);
  return p.close();
}

void cardigan_front(Sketch& s, const Garment& g, const Torso& t, const Cloth& cloth,
                    const std::string& body) {
  const Cloth rib = cloth.rib();
  const bool flat = g.view == View::kFlat;
  const double bottom = t.hem_y + (flat ? 0 : 46) + t.hem_dip;
  const bool crew = g.collar == Collar::kCrew;
  const double depth = crew ? 166 : 286, width = 27;
  s.folds(body, {{{kX + 14, depth}, {kX + 26, 420}, {kX + 16, bottom}, 7, 0.26}}, 4);
  if (crew) {
    draw_band(s, t, 152, 0.9, 16, rib);
    s.piece(rectangle(kX - width / 2, 160, width, bottom - 160), rib, 90, 0.6);
  } else {
    const Path right = front_band(t, depth, width, bottom);
    Path left = neckline(t, depth, 0.12).mirrored();
    left.line(kX - t.neck - width * 0.7, t.neck_y + width * 0.4)
        .curve(kX - t.neck - 6, t.neck_y + 50, kX - 42, depth - 40, kX - width * 0.5, depth + 16)
        .line(kX, depth + 22)
        .close();
    s.piece(left, rib, 16, 0.6);
    s.piece(right, rib, -8, 0.7);
    Path back(kX, t.neck_y + 2);
    back.curve(kX + t.neck * 0.6, t.neck_y + 2, kX + t.neck * 0.9, t.neck_y, kX + t.neck + 2, t.neck_y - 3)
        .line(kX + t.neck - 8, t.neck_y + 16);
    back.curve(kX + t.neck * 0.5, t.neck_y + 22, kX + 12, t.neck_y + 22, kX, t.neck_y + 22);
    s.piece(back.symmetric(), rib.plain(mix(cloth.tones().base, cloth.tones().inside, 0.5)), 0, 0.4);
    if (g.collar == Collar::kShawl) {
      Path shawl(kX + 4, depth + 6);
      shawl.curve(kX + 22, depth - 60, kX + 44, 170, kX + 50, 112)
          .curve(kX + 62, 112, kX + 78, 122, kX + 86, 138);
      shawl.curve(kX + 92, 190, kX + 62, 250, kX + 12, depth + 22).close();
      for (const bool l : {true, false}) {
        const Path p = l ? shawl.mirrored() : shawl;
        s.inside(body,
                 fmt::format(
                     R"x(<path transform="translate(3 8)" d="{}" fill="#15121d" opacity=".3" filter="{}"/>)x",
                     p.d(), s.canvas().blur(5)));
        const std::string id = s.piece(p, rib, l ? -74 : 74, 0.9);
        const Fold fold{{kX + 58, 122}, {kX + 66, 200}, {kX + 16, depth - 4}, 7, 0.16};
        s.folds(id, {l ? mirrored(fold) : fold}, 4);
      }
      Path nape(kX, 98);
      nape.curve(kX + 26, 98, kX + 44, 104, kX + 54, 112).line(kX + 47, 150);
      nape.curve(kX + 30, 146, kX + 14, 145, kX, 145);
      s.piece(nape.symmetric(), rib.plain(mix(cloth.tones().base, cloth.tones().inside, 0.3)), 0, 0.5);
    }
  }
  const double first = crew ? 178 : depth + 26;
  draw_buttons(s, kX, first, bottom - 24, flat ? (crew ? 5 : 4) : crew ? 7 : 5, 6.2, cloth.button());
  if (flat) return;
  // Patch pockets, their rib on top.
  for (const bool left : {true, false}) {
    const Path pocket = rectangle(kX + 42, t.hem_y - 98, 70, 84, 3),
               top = rectangle(kX + 42, t.hem_y - 100, 70, 17, 2);
    s.piece(left ? pocket.mirrored() : pocket, cloth, 0, 0.25);
    s.piece(left ? top.mirrored() : top, rib, 0, 0.3);
  }
}

}  // namespace

Figure draw_knit(Canvas& canvas, const Garment& g) {
  Sketch s(canvas);
  const Cloth cloth(g), rib = cloth.rib();
  const bool flat = g.view == View::kFlat;
  const Torso t = flat ? folded(block(g)) : block(g);
  const bool is_short = g.kind == Kind::kJumper && g.sleeve == Sleeve::kShort, back = g.view == View::kBack;
  const bool cardigan = g.kind == Kind::kCardigan;
  const SleeveShape sleeve{.is_short = is_short,
                           .fullness = g.cut == Cut::kRelaxed ? 22.0 : 12.0,
                           .length = 4,
                           .cuff = 42,
                           .gather = 5,
                           .ribbed = true};
  if (flat) {
    draw_layers(s, t, cloth);
  } else {
    draw_sleeves(s, t, sleeve, cloth);
    ribbed_hem(s, t, rib);
  }

  double depth = 162, round = 0.9, band = 18;
  if (g.collar == Collar::kVNeck) {
    depth = cardigan ? 286 : 238;
    round = 0.12;
    band = 15;
  }
  if (g.collar == Collar::kBoat) {
    depth = 152;
    round = 0.85;
    band = 12;
  }
  if (g.collar == Collar::kShawl) {
    depth = 286;
    round = 0.12;
  }
  const bool roll = g.collar == Collar::kRoll;
  if (!back && !roll) draw_inside(s, t, depth, round, cardigan ? cloth.plain(cloth.tones().base) : cloth, 2);
  const Path edge =
      back || roll ? neckline(t, t.neck_y + 14, 0.9) : neckline(t, depth + band * 0.5, round, band * 0.5);
  const std::string body = s.piece(body_half(t, edge).symmetric(), cloth);
  draw_body_folds(s, body, t, 8);
  // Fully fashioned marks along the armhole.
  for (int i = 0; i < (flat ? 0 : 5); ++i) {
    const double y = t.shoulder_y + 24 + i * 19, x = kX + t.shoulder - 18 - i * 1.2;
    seam_both(s, Path(x, y).line(x - 6, y + 5), cloth, 1);
  }
  if (back) {
    Torso high = t;
    high.neck_y -= 3;
    Path nape = neckline(high, t.neck_y + 4, 0.9);
    nape.then(neckline(high, t.neck_y + 24, 0.9, 14).reversed());
    if (roll)
      roll_neck(s, rib);
    else
      s.piece(nape.symmetric(), rib, 0, 0.6);
  } else if (cardigan) {
    cardigan_front(s, g, t, cloth, body);
  } else if (roll) {
    s.folds(body, {{{kX - 74, 150}, {kX, 210}, {kX + 78, 150}, 12, 0.3}}, 6);
    roll_neck(s, rib);
  } else {
    draw_band(s, t, depth, round, band, rib);
    if (g.collar == Collar::kVNeck) s.seam(Path(kX, depth).line(kX, depth + 20), cloth, 1.4);
  }
  const double out = flat ? 10 : 88 + sleeve.fullness;
  return {s.take(),
          {kX - t.shoulder - out,
           roll ? 78.0 : t.neck_y - 4,
           kX + t.shoulder + out,
           t.hem_y + 52,
           {kX + 26, cardigan && g.collar != Collar::kCrew ? 300.0 : 190.0}}};
}

}  // namespace ff::pictures
