// Dresses and skirts.
#include <fmt/format.h>

#include "pictures/figures.h"
#include "pictures/torso.h"

namespace ff::pictures {
namespace {

constexpr double kX = kAxis;

struct SkirtShape {
  double waist = 96, waist_y = 400;
  double hip = 128, hip_y = 500;
  double hem = 190, hem_y = 800;
  double wave = 10;  // how much the hem undulates
};

/// Half outline of a skirt; its hem goes in soft waves when it is full.
Path skirt_half(const SkirtShape& k) {
  Path p(kX, k.waist_y + 5);
  p.curve(kX + k.waist * 0.4, k.waist_y + 5, kX + k.waist * 0.8, k.waist_y + 2, kX + k.waist, k.waist_y - 2);
  p.curve(kX + k.waist + (k.hip - k.waist) * 0.55, k.waist_y + (k.hip_y - k.waist_y) * 0.28,
          kX + k.hip - (k.hem - k.hip) * 0.25, k.hip_y - (k.hip_y - k.waist_y) * 0.4, kX + k.hip, k.hip_y);
  p.curve(kX + k.hip + (k.hem - k.hip) * 0.25, k.hip_y + (k.hem_y - k.hip_y) * 0.35, kX + k.hem - 4,
          k.hem_y - 90, kX + k.hem, k.hem_y - k.wave);
  if (k.wave > 4) {
    const double w = k.hem / 3;
    p.curve(kX + k.hem - w * 0.3, k.hem_y + k.wave * 0.4, kX + k.hem - w * 0.6, k.hem_y + k.wave, kX + 2 * w,
            k.hem_y + 2);
    p.curve(kX + 1.7 * w, k.hem_y - 3, kX + 1.4 * w, k.hem_y + k.wave * 1.4, kX + w, k.hem_y + k.wave);
    p.curve(kX + 0.7 * w, k.hem_y + k.wave * 0.4, kX + 0.3 * w, k.hem_y + k.wave * 1.2, kX, k.hem_y + k.wave);
  } else {
    p.curve(kX + k.hem * 0.6, k.hem_y + 4, kX + k.hem * 0.3, k.hem_y + 5, kX, k.hem_y + 5);
  }
  return p;
}

void skirt_folds(Sketch& s, const std::string& id, const SkirtShape& k, bool full) {
  std::vector<Fold> folds;
  const int count = full ? 7 : 3;
  for (int i = 0; i < count; ++i) {
    const double at = count == 1 ? 0 : -0.84 + 1.68 * i / (count - 1), top = k.waist_y + 20 + (i % 2) * 46.0;
    const double x0 = kX + at * k.waist * 0.94, x1 = kX + at * k.hem * 0.95;
    const double deep = full ? 0.2 : 0.11;
    folds.push_back({{x0, top},
                     {x0 + (x1 - x0) * 0.4, (top + k.hem_y) / 2},
                     {x1, k.hem_y + k.wave},
                     full ? 10.0 : 8.0,
                     deep + 0.06 * at});
    folds.push_back({{x0 - 8, top + 30},
                     {x0 - 12 + (x1 - x0) * 0.4, (top + k.hem_y) / 2},
                     {x1 - 20, k.hem_y + k.wave},
                     full ? 9.0 : 7.0,
                     -(deep - 0.05)});
  }
  s.folds(id, folds, full ? 5 : 7);
}

void pleats(Sketch& s, const std::string& id, const SkirtShape& k, const Cloth& cloth) {
  std::vector<Fold> folds;
  std::string lines;
  for (int i = -7; i <= 7; ++i) {
    const double a = (i + 0.5) / 8;
    const double x0 = kX + a * k.waist, x1 = kX + a * k.hem, xm = x0 + (kX + a * k.hip * 1.02 - x0);
    folds.push_back({{x0 + 2, k.waist_y + 6}, {xm + 5, k.hip_y}, {x1 + 6, k.hem_y + 12}, 6, 0.24});
    folds.push_back({{x0 - 4, k.waist_y + 6}, {xm - 7, k.hip_y}, {x1 - 9, k.hem_y + 12}, 5, -0.16});
    lines +=
        Path(x0, k.waist_y).curve(x0 + (xm - x0) * 0.5, k.waist_y + 40, xm, k.hip_y, x1, k.hem_y + 14).d();
  }
  s.folds(id, folds, 2.5);
  s.inside(id, fmt::format(R"(<path d="{}" fill="none" stroke="{}" opacity=".5"/>)", lines,
                           cloth.tones().line.hex()));
}

void waistband(Sketch& s, const SkirtShape& k, const Cloth& cloth, double height) {
  Path half(kX, k.waist_y - height + 6);
  half.curve(kX + k.waist * 0.4, k.waist_y - height + 6, kX + k.waist * 0.8, k.waist_y - height + 3,
             kX + k.waist - 2, k.waist_y - height);
  half.line(kX + k.waist + 1, k.waist_y)
      .curve(kX + k.waist * 0.8, k.waist_y + 4, kX + k.waist * 0.4, k.waist_y + 7, kX, k.waist_y + 7);
  s.piece(half.symmetric(), cloth, 90);
}

}  // namespace

Figure draw_dress(Canvas& canvas, const Garment& g) {
  Sketch s(canvas);
  const Cloth cloth(g);
  const bool slim = g.cut == Cut::kSlim, wrap = g.cut == Cut::kWrap, bare = g.sleeve == Sleeve::kSleeveless,
             back = g.view == View::kBack;
  const bool strappy = bare && slim && g.collar == Collar::kScoop;  // the slip dress
  Torso t;
  t.neck = 56;
  t.neck_y = 130;
  t.shoulder = 116;
  t.shoulder_y = 160;
  t.chest = 114;
  t.chest_y = 262;
  t.waist = 92;
  t.waist_y = 372;
  t.hem = 98;
  t.hem_y = 402;
  t.hem_dip = 4;
  if (bare) {
    t.shoulder = 96;
    t.shoulder_y = 152;
    t.chest = 110;
    t.chest_y = 268;
  }
  if (g.collar == Collar::kBoat) {
    t.neck = 84;
    t.neck_y = 142;
  }
  if (g.collar == Collar::kScoop) t.neck = 68;

  SkirtShape k;
  k.waist = t.hem - 1;
  k.waist_y = t.hem_y;
  k.hem_y = g.length == Length::kShort ? 640 : g.length == Length::kLong ? 930 : 800;
  const double drop = (k.hem_y - k.waist_y) / 400;
  k.hip = slim ? 122 : 140;
  k.hem = slim ? 128 + 16 * drop : wrap ? 150 + 34 * drop : 150 + 60 * drop;
  k.wave = slim ? 3 : 11;

  const SleeveShape sleeve{.is_short = g.sleeve == Sleeve::kShort,
                           .fullness = slim ? 2.0 : 12.0,
                           .length = g.sleeve == Sleeve::kLong ? -16.0 : -6.0,
                           .cuff = g.sleeve == Sleeve::kLong ? 28.0 : 0.0,
                           .gather = 6};
  if (!bare) draw_sleeves(s, t, sleeve, cloth);

  double depth = 160, round = 0.9;
  if (g.collar == Collar::kVNeck || wrap) {
    depth = wrap ? 266 : 226;
    round = 0.1;
  }
  if (g.collar == Collar::kScoop) depth = 196;
  if (g.collar == Collar::kBoat) {
    depth = 154;
    round = 0.8;
  }
  if (g.collar == Collar::kSpread) {
    depth = wrap ? 240 : 172;
    round = 0.4;
  }

  // Skirt first: the bodice is sewn over it.
  const std::string skirt = s.piece(skirt_half(k).symmetric(), cloth);
  if (g.cut == Cut::kPleated)
    pleats(s, skirt, k, cloth);
  else
    skirt_folds(s, skirt, k, !slim);
  Path hem(kX + k.hem - 6, k.hem_y - k.wave - 10);
  hem.quad(kX + k.hem * 0.5, k.hem_y - 2, kX, k.hem_y - 5);
  if (slim) stitch_both(s, hem, cloth);

  std::string body;
  if (strappy) {
    Path half(kX, 262);
    half.curve(kX + 30, 262, kX + 62, 240, kX + 80, 214).curve(kX + 92, 236, kX + 102, 254, kX + 110, 270);
    half.curve(kX + 108, 310, kX + t.waist, 340, kX + t.waist, 372)
        .curve(kX + t.waist, 384, kX + t.hem - 2, 392, kX + t.hem, t.hem_y)
        .line(kX, t.hem_y + 4);
    if (!back) {
      Path behind(kX, 292);
      behind.curve(kX + 40, 288, kX + 86, 270, kX + 106, 268)
          .line(kX + 80, 214)
          .curve(kX + 62, 240, kX + 30, 262, kX, 262);
      s.piece(behind.symmetric(), cloth.plain(cloth.tones().inside), 0, 0.4);
    }
    for (const double x : {80.0}) {
      const Path strap = Path(kX + x, 218).curve(kX + x - 6, 190, kX + x - 14, 160, kX + x - 20, 136);
      s.stroke(strap, cloth.tones().dark.hex(), 6);
      s.stroke(strap.mirrored(), cloth.tones().dark.hex(), 6);
      s.stroke(strap, cloth.tones().base.hex(), 4.4);
      s.stroke(strap.mirrored(), cloth.tones().base.hex(), 4.4);
    }
    body = s.piece(half.symmetric(), cloth);
    s.folds(body,
            {{{kX - 70, 240}, {kX - 40, 300}, {kX - 50, 390}, 12, -0.16},
             {{kX - 30, 262}, {kX, 290}, {kX + 34, 262}, 8, 0.16},
             {{kX + 104, 290}, {kX + 60, 330}, {kX + 20, 350}, 7, 0.16},
             {{kX - 100, 300}, {kX - 60, 340}, {kX - 26, 356}, 7, 0.1}},
            5);
  } else {
    if (!back) draw_inside(s, t, depth, round, cloth, g.collar == Collar::kSpread ? 12 : 0);
    body = s.piece(body_half(t, neckline(t, back ? t.neck_y + 14 : depth, back ? 0.9 : round)).symmetric(),
                   cloth);
    s.folds(body,
            {{{kX + t.chest - 2, t.chest_y + 4}, {kX + 66, 300}, {kX + 40, 340}, 8, 0.18},
             {{kX - t.chest + 2, t.chest_y + 4}, {kX - 66, 300}, {kX - 44, 336}, 7, 0.12},
             {{kX - 64, 190}, {kX - 78, 270}, {kX - 60, 380}, 14, -0.14},
             {{kX + t.waist, 360}, {kX + 50, 372}, {kX + 10, 384}, 6, 0.15},
             {{kX + 56, t.hem_y}, {kX + 52, 370}, {kX + 58, 330}, 6, 0.14},
             {{kX - 46, t.hem_y}, {kX - 50, 370}, {kX - 44, 330}, 5, 0.12}},
            4.5);
    if (bare) {
      Path arm(kX + t.shoulder - 6, t.shoulder_y + 1);
      arm.curve(kX + t.shoulder - 14, t.shoulder_y + 46, kX + t.chest - 20, t.chest_y - 32, kX + t.chest - 6,
                t.chest_y + 2);
      stitch_both(s, arm, cloth);
    }
  }
  if (g.cut != Cut::kSlim)
    seam_both(s, Path(kX, t.hem_y + 4).curve(kX + 40, t.hem_y + 4, kX + 80, t.hem_y + 2, kX + t.hem, t.hem_y),
              cloth, 1.4);

  if (back) {
    s.seam(Path(kX, strappy ? 264.0 : t.neck_y + 16).line(kX, 470), cloth, 1.4);
  } else if (wrap) {
    Path cross(kX + t.neck, t.neck_y);
    cross.curve(kX + 34, 220, kX - 24, 300, kX - t.waist + 8, t.waist_y + 6);
    s.folds(body, {{{kX + 40, 190}, {kX - 6, 290}, {kX - 80, t.waist_y + 14}, 7, 0.3}}, 4);
    s.seam(cross, cloth, 1.8);
    Path panel(kX - t.waist + 10, t.hem_y);
    panel.curve(kX - 40, t.hem_y + 120, kX - 40, k.hem_y - 160, kX - 10, k.hem_y + k.wave - 2);
    s.folds(skirt, {{{kX - t.waist + 14, t.hem_y}, {kX - 50, 560}, {kX - 16, k.hem_y + 8}, 9, 0.34}}, 5);
    s.seam(panel, cloth, 1.8);
    Path sash(kX, t.waist_y + 2);
    sash.curve(kX + 50, t.waist_y + 2, kX + 80, t.waist_y, kX + t.waist + 2, t.waist_y - 4)
        .line(kX + t.waist + 3, t.waist_y + 18);
    sash.curve(kX + 70, t.waist_y + 24, kX + 40, t.waist_y + 26, kX, t.waist_y + 26);
    s.piece(sash.symmetric(), cloth, 90);
    for (const double turn : {-14.0, 12.0}) {
      Path tie(kX - 66, t.waist_y + 10);
      tie.curve(kX - 70 + turn, t.waist_y + 70, kX - 72 + turn * 1.6, t.waist_y + 120, kX - 70 + turn * 2,
                t.waist_y + 176)
          .line(kX - 50 + turn * 2, t.waist_y + 170);
      tie.curve(kX - 50 + turn, t.waist_y + 110, kX - 50 + turn * 0.5, t.waist_y + 60, kX - 52,
                t.waist_y + 10)
          .close();
      s.piece(tie, cloth, turn > 0 ? -6 : 8);
    }
    s.piece(rectangle(kX - 74, t.waist_y - 4, 30, 32, 9), cloth, 20);
  } else if (!strappy) {
    if (g.collar == Collar::kSpread) {
      s.piece(rectangle(kX - 12, depth - 4, 24, k.hem_y - depth - (slim ? 0 : -6)), cloth, 0, 0.3);
      stitch_both(s, Path(kX + 8, depth + 4).line(kX + 8, k.hem_y - 6), cloth);
      draw_buttons(s, kX, depth + 14, k.hem_y - 70, 9, 4.4, cloth.button());
    }
    if (g.collar == Collar::kCrew || g.collar == Collar::kBoat || g.collar == Collar::kScoop ||
        g.collar == Collar::kVNeck) {
      draw_band(s, t, depth - 4, round, 8, cloth.plain(cloth.tones().base));
    }
  }
  if (!back && g.collar == Collar::kSpread && !strappy) {
    Path leaf(kX + 1, depth);
    leaf.curve(kX + 22, depth - 18, kX + 46, 134, kX + 56, 112)
        .curve(kX + 68, 118, kX + 76, 128, kX + 80, 140);
    leaf.curve(kX + 80, 162, kX + 74, 188, kX + 64, 206)
        .curve(kX + 42, 200, kX + 16, depth + 16, kX + 1, depth)
        .close();
    for (const bool left : {true, false}) {
      const Path q = left ? leaf.mirrored() : leaf;
      s.inside(body,
               fmt::format(
                   R"x(<path transform="translate(2 7)" d="{}" fill="#15121d" opacity=".3" filter="{}"/>)x",
                   q.d(), canvas.blur(4)));
      s.piece(q, cloth, left ? 34 : -34, 0.7);
    }
  }
  if (!wrap && !slim && !back && g.collar == Collar::kSpread)
    waistband(s, {t.waist + 2, t.waist_y + 22, 0, 0, 0, 0, 0}, cloth, 24);
  const double side = std::max(k.hem, bare                        ? 110.0
                                      : g.sleeve == Sleeve::kLong ? t.shoulder + 88 + sleeve.fullness
                                                                  : t.shoulder + 66 + sleeve.fullness) +
                      4;
  return {s.take(),
          {kX - side,
           strappy                       ? 134.0
           : g.collar == Collar::kSpread ? 100.0
                                         : t.neck_y - 2,
           kX + side,
           k.hem_y + 14,
           {kX + 24, strappy ? 270.0 : 236.0}}};
}

Figure draw_skirt(Canvas& canvas, const Garment& g) {
  Sketch s(canvas);
  const Cloth cloth(g);
  SkirtShape k;
  k.waist = 104;
  k.waist_y = 190;
  k.hip_y = 300;
  k.hem_y = g.length == Length::kShort ? 450 : g.length == Length::kLong ? 720 : 600;
  const double drop = (k.hem_y - k.waist_y) / 400;
  const bool pencil = g.cut == Cut::kPencil;
  k.hip = pencil ? 138 : 144;
  k.hem = pencil ? 136 - 8 * drop : 150 + 62 * drop;
  k.wave = pencil ? 3 : g.cut == Cut::kPleated ? 8 : 12;
  Path inside(kX, k.waist_y - 22);
  inside.curve(kX + 50, k.waist_y - 23, kX + 86, k.waist_y - 26, kX + k.waist - 3, k.waist_y - 32)
      .line(kX + k.waist - 4, k.waist_y - 14)
      .line(kX, k.waist_y - 8);
  s.piece(inside.symmetric(), cloth.plain(cloth.tones().inside), 0, 0.4);
  const std::string body = s.piece(skirt_half(k).symmetric(), cloth);
  if (g.cut == Cut::kPleated)
    pleats(s, body, k, cloth);
  else
    skirt_folds(s, body, k, !pencil);
  const bool back = g.view == View::kBack, casual = g.fabric == Fabric::kDenim ||
                                                    g.fabric == Fabric::kCorduroy ||
                                                    g.fabric == Fabric::kLinen;
  if (pencil) {
    seam_both(s, Path(kX + 50, k.waist_y + 8).line(kX + 54, k.waist_y + 76), cloth, 1);
    if (back) s.seam(Path(kX, k.hem_y - 110).line(kX, k.hem_y + 4), cloth, 2.4);
  }
  if (back) {
    s.seam(Path(kX, k.waist_y + 6).line(kX, k.waist_y + 150), cloth, 1.4);
    s.fill(rectangle(kX - 1.6, k.waist_y - 20, 3.2, 22, 1), Rgb{170, 166, 158}.hex());
  } else if (casual && g.cut != Cut::kPleated) {
    s.piece(rectangle(kX - 12, k.waist_y, 24, k.hem_y - k.waist_y + (pencil ? 3 : 9)), cloth, 0, 0.3);
    draw_buttons(s, kX, k.waist_y + 28, k.hem_y - 44, 6, 5.4, cloth.button());
    Path pocket(kX + 40, k.waist_y + 6);
    pocket.curve(kX + 52, k.waist_y + 44, kX + 84, k.waist_y + 62, kX + k.waist + 20, k.waist_y + 58);
    seam_both(s, pocket, cloth);
    stitch_both(
        s,
        Path(kX + 45, k.waist_y + 6)
            .curve(kX + 58, k.waist_y + 40, kX + 86, k.waist_y + 56, kX + k.waist + 18, k.waist_y + 52),
        cloth);
  }
  waistband(s, k, cloth, 30);
  if (!back && casual && g.cut != Cut::kPleated) s.button(kX, k.waist_y - 10, 5.6, cloth.button());
  const double side = std::max(k.hem, k.hip) + 6;
  return {s.take(), {kX - side, k.waist_y - 36, kX + side, k.hem_y + 14, {kX + 40, k.waist_y + 60}}};
}

}  // namespace ff::pictures
