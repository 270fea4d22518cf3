// Blazers and coats: two fronts that overlap over a lining, with lapels that roll from the first button.
#include <fmt/format.h>

#include "pictures/figures.h"
#include "pictures/torso.h"

namespace ff::pictures {
namespace {

constexpr double kX = kAxis;

struct Plan {
  Torso t;
  double overlap = 11;   // how far the upper front reaches over the axis
  double break_y = 366;  // where the lapel starts to roll
  double corner = 44;    // radius of the front's lower corner
  bool buttoned = true;
  double sleeve_length = 8, fullness = 8;
};

Plan plan_of(const Garment& g) {
  Plan p;
  Torso& t = p.t;
  t.neck = 52;
  t.neck_y = 124;
  t.shoulder = 150;
  t.shoulder_y = 160;
  t.chest = 144;
  t.chest_y = 292;
  t.waist = 128;
  t.waist_y = 436;
  t.hem = 150;
  t.hem_y = 622;
  t.hem_dip = 4;
  const bool is_double = g.cut == Cut::kDouble;
  if (is_double) {
    p.overlap = 46;
    p.corner = 6;
  }
  if (g.kind == Kind::kBlazer) {
    if (g.collar == Collar::kShawl) p.break_y = 390;
    return p;
  }
  t.shoulder = 156;
  t.chest = 156;
  t.waist = 154;
  t.hem = 172;
  t.waist_y = 470;
  t.hem_dip = 5;
  t.hem_y = g.length == Length::kShort ? 684 : g.length == Length::kLong ? 900 : 796;
  t.hem += (t.hem_y - 684) * 0.09;
  p.corner = 5;
  p.overlap = is_double ? 52 : 16;
  p.break_y = 330;
  p.sleeve_length = 20;
  p.fullness = 14;
  if (g.cut == Cut::kWrap) {
    p.overlap = 62;
    p.break_y = 424;
    p.buttoned = false;
  }
  if (g.kind == Kind::kTrench) {
    p.overlap = 56;
    p.break_y = 318;
    t.waist = 138;
    t.waist_y = 452;
    t.hem += 12;
  }
  return p;
}

Path roll_line(const Plan& p) {
  Path line(kX - p.overlap, p.break_y);
  line.curve(kX - p.overlap + 34, p.break_y - 70, kX + p.t.neck - 6, p.t.neck_y + 74, kX + p.t.neck - 2,
             p.t.neck_y - 8);
  return line;
}

/// One front, the right one of the picture; its mirror image lies below it.
Path front_panel(const Plan& p) {
  const Torso& t = p.t;
  const double bottom = t.hem_y + t.hem_dip, edge = kX - p.overlap;
  Torso front = t;
  front.hem_end = p.corner > 10 ? p.corner : -p.overlap;
  Path whole = body_half(front, roll_line(p));
  if (p.corner > 10) whole.curve(kX + 18, bottom, edge, bottom - 34, edge, bottom - 96);
  return whole.line(edge, p.break_y).close();
}

struct Lapel {
  Point gorge_in, notch, collar_tip, tip;
};

Lapel lapel_of(const Garment& g, const Plan& p) {
  const bool peak = g.collar == Collar::kPeak;
  const double wide = g.kind == Kind::kBlazer ? 0 : 12;
  const double y = p.t.neck_y;
  if (peak)
    return {{kX + 34, y + 82}, {kX + 80 + wide, y + 66}, {kX + 86 + wide, y + 58}, {kX + 118 + wide, y + 44}};
  return {{kX + 33, y + 84}, {kX + 66 + wide, y + 70}, {kX + 92 + wide, y + 52}, {kX + 108 + wide, y + 76}};
}

void shadowed(Sketch& s, const std::string& body, const Path& p, double depth) {
  s.inside(
      body,
      fmt::format(R"x(<path transform="translate(3 {})" d="{}" fill="#15121d" opacity=".36" filter="{}"/>)x",
                  number(depth), p.d(), s.canvas().blur(5)));
}

void draw_nape(Sketch& s, const Cloth& cloth) {
  Path half(kX, 96);
  half.curve(kX + 26, 96, kX + 46, 102, kX + 56, 112)
      .line(kX + 49, 136)
      .curve(kX + 34, 126, kX + 16, 123, kX, 123);
  s.piece(half.symmetric(), cloth.plain(mix(cloth.tones().base, cloth.tones().inside, 0.35)), 0, 0.5);
}

void draw_lapels(Sketch& s, const Garment& g, const Plan& p, const Cloth& cloth, const std::string& right,
                 const std::string& left) {
  const double edge = kX - p.overlap, y = p.t.neck_y;
  draw_nape(s, cloth);
  for (const bool mirror : {true, false}) {
    const std::string& body = mirror ? left : right;
    const auto side = [&](const Path& path) { return mirror ? path.mirrored() : path; };
    const double turn = mirror ? 1 : -1;
    if (g.collar == Collar::kShawl) {
      Path shawl = roll_line(p);
      shawl.curve(kX + 66, y - 10, kX + 84, y + 2, kX + 94, y + 22);
      shawl.curve(kX + 106, y + 90, kX + 70, p.break_y - 70, edge, p.break_y).close();
      shadowed(s, body, side(shawl), 9);
      const std::string id = s.piece(side(shawl), cloth, turn * 22);
      const Fold fold{{kX + 66, y + 8}, {kX + 78, y + 100}, {edge + 10, p.break_y - 20}, 9, 0.13};
      const Fold glow{{kX + 52, y + 20}, {kX + 42, y + 120}, {edge + 16, p.break_y - 30}, 6, -0.16};
      s.folds(id, {mirror ? mirrored(fold) : fold, mirror ? mirrored(glow) : glow}, 4);
      continue;
    }
    const Lapel l = lapel_of(g, p);
    Path lapel(edge, p.break_y);
    lapel
        .curve(edge + (l.tip.x - edge) * 0.34 + 7, p.break_y + (l.tip.y - p.break_y) * 0.34 + 7,
               edge + (l.tip.x - edge) * 0.72 + 9, p.break_y + (l.tip.y - p.break_y) * 0.64 + 9, l.tip.x,
               l.tip.y)
        .line(l.notch.x, l.notch.y);
    lapel.line(l.gorge_in.x, l.gorge_in.y)
        .curve(kX + 22, y + 120, edge + 26, p.break_y - 60, edge, p.break_y)
        .close();
    shadowed(s, body, side(lapel), 8);
    const std::string id = s.piece(side(lapel), cloth, turn * 16);
    const Fold glow{
        {l.gorge_in.x + 8, l.gorge_in.y + 10}, {kX + 26, y + 150}, {edge + 12, p.break_y - 26}, 7, -0.18};
    s.folds(id, {mirror ? mirrored(glow) : glow}, 4);
    Path collar(kX + 50, y - 12);
    collar.curve(kX + 68, y - 10, kX + 82, y + 4, kX + 90, y + 20)
        .line(l.collar_tip.x, l.collar_tip.y)
        .line(l.notch.x, l.notch.y);
    collar.line(l.gorge_in.x - 3, l.gorge_in.y + 1)
        .curve(kX + 42, y + 50, kX + 50, y + 20, kX + 50, y - 12)
        .close();
    shadowed(s, body, side(collar), 6);
    s.piece(side(collar), cloth, turn * 30, 0.8);
    if (!mirror && g.kind == Kind::kBlazer) {
      s.seam(Path(l.tip.x - 22, l.tip.y + 14).line(l.tip.x - 8, l.tip.y + 11), cloth, 1.6);
    }
  }
}

void coat_collar(Sketch& s, const Garment& g, const Plan& p, const Cloth& cloth, const std::string& body) {
  const double y = p.t.neck_y;
  if (g.collar == Collar::kFunnel) {
    Path half(kX, 84);
    half.curve(kX + 30, 84, kX + 50, 88, kX + 58, 96).curve(kX + 60, 116, kX + 66, 134, kX + 76, 148);
    half.curve(kX + 50, 168, kX + 24, 174, kX, 174);
    Path back(kX, 72);
    back.curve(kX + 30, 72, kX + 48, 80, kX + 57, 96).line(kX, 104);
    s.piece(back.symmetric(), cloth.plain(cloth.tones().inside), 0, 0.5);
    const std::string id = s.piece(half.symmetric(), cloth);
    s.folds(id,
            {{{kX - 60, 150}, {kX, 178}, {kX + 66, 148}, 6, 0.2},
             {{kX - 36, 92}, {kX - 42, 130}, {kX - 34, 166}, 10, -0.15}},
            4);
    s.seam(Path(kX - p.overlap, 90).line(kX - p.overlap, 174), cloth, 1.4);
    return;
  }
  draw_nape(s, cloth);
  Path leaf(kX + 2, y + 46);
  leaf.curve(kX + 24, y + 30, kX + 48, y + 8, kX + 54, y - 12)
      .curve(kX + 72, y - 6, kX + 86, y + 6, kX + 94, y + 24);
  leaf.curve(kX + 98, y + 60, kX + 94, y + 86, kX + 84, y + 112)
      .curve(kX + 56, y + 92, kX + 24, y + 66, kX + 2, y + 46)
      .close();
  for (const bool left : {true, false}) {
    const Path path = left ? leaf.mirrored() : leaf;
    shadowed(s, body, path, 8);
    s.piece(path, cloth, left ? 40 : -40, 0.8);
  }
}

void flap(Sketch& s, const Cloth& cloth, double x, double y, double width, double height, double tilt,
          bool left) {
  Path p(x, y);
  p.line(x + width, y - tilt)
      .line(x + width, y + height - tilt - 6)
      .curve(x + width, y + height - tilt, x + width - 4, y + height - tilt, x + width - 8,
             y + height - tilt + 1);
  p.line(x + 8, y + height).curve(x + 3, y + height, x, y + height - 2, x, y + height - 7).close();
  const Path q = left ? p.mirrored() : p;
  s.raw(fmt::format(R"x(<path transform="translate(2 4)" d="{}" fill="#15121d" opacity=".2" filter="{}"/>)x",
                    q.d(), s.canvas().blur(3)));
  s.piece(q, cloth, 0, 0.3);
  Path edge(x + 4, y + height - 5);
  edge.line(x + width - 5, y + height - tilt - 5);
  if (cloth.fabric() == Fabric::kTwill) s.stitch(left ? edge.mirrored() : edge, cloth);
}

/// A slanted welt for the hand.
void slant(Sketch& s, const Cloth& cloth, double x, double y, bool left) {
  Path p(x, y + 92);
  p.line(x + 34, y).line(x + 52, y + 6).line(x + 18, y + 98).close();
  const Path q = left ? p.mirrored() : p;
  s.raw(fmt::format(R"x(<path transform="translate(2 4)" d="{}" fill="#15121d" opacity=".22" filter="{}"/>)x",
                    q.d(), s.canvas().blur(3)));
  s.piece(q, cloth, left ? -20 : 20, 0.4);
}

void belt(Sketch& s, const Torso& t, const Cloth& cloth, bool buckle) {
  const double y = t.waist_y - 16, w = t.waist + 4;
  Path half(kX, y + 5);
  half.curve(kX + w * 0.4, y + 5, kX + w * 0.8, y + 2, kX + w, y - 2)
      .line(kX + w + 2, y + 30)
      .curve(kX + w * 0.8, y + 35, kX + w * 0.4, y + 38, kX, y + 38);
  s.raw(fmt::format(R"x(<path transform="translate(1 8)" d="{}" fill="#15121d" opacity=".28" filter="{}"/>)x",
                    half.symmetric().d(), s.canvas().blur(4)));
  s.piece(half.symmetric(), cloth, 90);
  const auto tail = [&](double x1, double x2, double length, double turn) {
    Path p(x1, y + 14);
    p.curve(x1 + turn * 0.4, y + 60, x2 + turn, y + length * 0.6, x2 + turn, y + length)
        .line(x2 + turn + 27, y + length - 7);
    p.curve(x2 + turn + 26, y + length * 0.6, x1 + 30, y + 60, x1 + 28, y + 12).close();
    const std::string id = s.piece(p, cloth);
    s.folds(id, {{{x1 + 10, y + 20}, {x1 + turn * 0.6 + 14, y + 80}, {x2 + turn + 10, y + length}, 5, 0.18}},
            3);
  };
  if (buckle) {
    tail(kX - 46, kX - 66, 132, -6);
    const std::string ring = fmt::format(
        R"(<rect x="{}" y="{}" width="44" height="46" rx="5" fill="none" stroke="{}" stroke-width="7"/>)",
        number(kX - 44), number(y - 1), Rgb{78, 56, 42}.hex());
    s.raw(ring);
    s.stroke(Path(kX - 22, y + 3).line(kX - 22, y + 40), Rgb{78, 56, 42}.hex(), 4);
    return;
  }
  tail(kX - 22, kX - 34, 178, -6);
  tail(kX - 8, kX + 4, 206, 8);
  const std::string knot = s.piece(rectangle(kX - 24, y - 3, 44, 46, 12), cloth, 24);
  s.folds(knot, {{{kX - 20, y + 4}, {kX, y + 20}, {kX + 16, y + 40}, 6, 0.3}}, 3);
}

void storm_details(Sketch& s, const Plan& p, const Cloth& cloth) {
  const Torso& t = p.t;
  // Gun flap, epaulettes.
  Path gun(kX + 58, 188);
  gun.curve(kX + 90, 176, kX + 130, 172, kX + t.shoulder - 4, 178)
      .curve(kX + t.shoulder - 12, 230, kX + t.chest - 16, 268, kX + t.chest - 8, 288);
  gun.curve(kX + 110, 300, kX + 82, 296, kX + 66, 276).close();
  s.raw(fmt::format(R"x(<path transform="translate(1 6)" d="{}" fill="#15121d" opacity=".22" filter="{}"/>)x",
                    gun.d(), s.canvas().blur(4)));
  s.piece(gun, cloth, 0, 0.4);
  for (const bool left : {false, true}) {
    Path strap(kX + 92, 150);
    strap.line(kX + t.shoulder - 2, 164)
        .line(kX + t.shoulder - 6, 182)
        .line(kX + 92, 168)
        .curve(kX + 84, 164, kX + 84, 152, kX + 92, 150)
        .close();
    s.piece(left ? strap.mirrored() : strap, cloth, 0, 0.4);
    s.button(left ? kX - 97 : kX + 97, 159, 3.6, cloth.button());
  }
}

void draw_back(Sketch& s, const Garment& g, const Plan& p, const Cloth& cloth) {
  const Torso& t = p.t;
  const std::string body = s.piece(body_half(t, neckline(t, t.neck_y + 8, 0.9)).symmetric(), cloth);
  draw_body_folds(s, body, t, 7);
  s.seam(Path(kX, 150).curve(kX + 2, 300, kX + 2, 400, kX, t.hem_y - 150), cloth);
  s.folds(body, {{{kX, t.hem_y - 160}, {kX + 8, t.hem_y - 80}, {kX + 2, t.hem_y + 6}, 9, 0.32}}, 3);
  s.seam(Path(kX, t.hem_y - 150).line(kX + 1, t.hem_y + 4), cloth, 2);
  if (g.kind == Kind::kTrench) {
    Path cape(kX, 300);
    cape.curve(kX + 50, 300, kX + 110, 288, kX + t.chest - 12, 262);
    s.folds(body, {{{kX - 140, 262}, {kX, 330}, {kX + 140, 262}, 8, 0.25}}, 4);
    seam_both(s, cape, cloth, 1.6);
  }
  if (g.kind == Kind::kTrench || g.cut == Cut::kWrap) {
    const double y = t.waist_y - 16;
    Path half(kX, y + 5);
    half.curve(kX + t.waist * 0.5, y + 5, kX + t.waist * 0.8, y + 2, kX + t.waist + 4, y - 2)
        .line(kX + t.waist + 6, y + 30)
        .curve(kX + t.waist * 0.8, y + 35, kX + t.waist * 0.5, y + 38, kX, y + 38);
    s.piece(half.symmetric(), cloth, 90);
  }
  Path half(kX, 94);
  half.curve(kX + 28, 94, kX + 50, 102, kX + 62, 114)
      .curve(kX + 74, 124, kX + 82, 140, kX + 82, 152)
      .curve(kX + 54, 166, kX + 24, 170, kX, 170);
  s.piece(half.symmetric(), cloth, 0, 0.8);
}

}  // namespace

Figure draw_tailored(Canvas& canvas, const Garment& g) {
  Sketch s(canvas);
  const Cloth cloth(g);
  const Plan p = plan_of(g);
  const Torso& t = p.t;
  const bool coat = g.kind != Kind::kBlazer, trench = g.kind == Kind::kTrench,
             is_double = g.cut == Cut::kDouble;
  const SleeveShape sleeve{.fullness = p.fullness, .length = p.sleeve_length, .cuff = 0};
  draw_sleeves(s, t, sleeve, cloth);

  // At the wrist: buttons of a jacket, the strap of a trench.
  const double wy = t.shoulder_y + 396 + sleeve.length;
  if (g.kind == Kind::kBlazer) {
    for (int i = 0; i < 3; ++i) {
      const double by = wy - 12 - i * 12, bx = t.shoulder + 46 - i * 1.6;
      s.button(kX + bx, by, 3.4, cloth.button());
      s.button(kX - bx, by, 3.4, cloth.button());
    }
  }
  if (trench) {
    Path strap(kX + t.shoulder + 21, wy - 46);
    strap.line(kX + t.shoulder + 87, wy - 58)
        .line(kX + t.shoulder + 89, wy - 40)
        .line(kX + t.shoulder + 23, wy - 28)
        .close();
    s.piece(strap, cloth, 90, 0.7);
    s.piece(strap.mirrored(), cloth, 90, 0.7);
  }

  const Box box{kX - t.shoulder - 92 - p.fullness,
                84,
                kX + t.shoulder + 92 + p.fullness,
                t.hem_y + t.hem_dip + 4,
                {kX + 44, 236}};
  if (g.view == View::kBack) {
    draw_back(s, g, p, cloth);
    return {s.take(), box};
  }

  const bool lapels =
      trench || g.collar == Collar::kNotch || g.collar == Collar::kPeak || g.collar == Collar::kShawl;
  const Cloth lining = Cloth(mix(cloth.tones().inside, Rgb{120, 92, 78}, 0.25), Fabric::kSilk);
  std::string left, right;
  if (lapels) {
    draw_inside(s, t, p.break_y + 30, 0.1, lining, 12);
    const Path panel = front_panel(p);
    left = s.piece(panel.mirrored(), cloth);
    draw_body_folds(s, left, t, 7);
    if (p.corner > 10 || is_double || trench || !p.buttoned) {
      s.inside(left,
               fmt::format(
                   R"x(<path transform="translate(-9 3)" d="{}" fill="#15121d" opacity=".34" filter="{}"/>)x",
                   panel.d(), canvas.blur(6)));
    }
    right = s.piece(panel, cloth);
    draw_body_folds(s, right, t, 7);
    const double low = t.hem_y - (p.corner > 10 ? 84 : 10);
    s.stitch(Path(kX - p.overlap + 5, p.break_y + 6).line(kX - p.overlap + 5, low), cloth);
  } else {
    if (g.collar == Collar::kSpread) draw_inside(s, t, 168, 0.6, lining, 12);
    right =
        s.piece(body_half(t, neckline(t, g.collar == Collar::kSpread ? 168 : 150, 0.7)).symmetric(), cloth);
    draw_body_folds(s, right, t, 7);
    s.folds(right,
            {{{kX - p.overlap - 2, 170}, {kX - p.overlap - 9, 420}, {kX - p.overlap - 2, t.hem_y}, 6, 0.3}},
            3);
    s.seam(Path(kX - p.overlap, 168).line(kX - p.overlap, t.hem_y + t.hem_dip), cloth, 1.6);
    s.stitch(Path(kX - p.overlap + 6, 172).line(kX - p.overlap + 6, t.hem_y), cloth);
    left = right;
  }

  // Darts or princess seams.
  Path dart(kX + 76, 330);
  dart.curve(kX + 70, 400, kX + 72, 440, kX + 80, coat ? 520.0 : 480.0);
  if (!trench) seam_both(s, dart, cloth, 0.9);

  if (trench) {
    storm_details(s, p, cloth);
    slant(s, cloth, kX + 76, t.waist_y + 34, false);
    slant(s, cloth, kX + 76, t.waist_y + 34, true);
  } else if (coat) {
    if (is_double || g.collar == Collar::kNotch) {
      flap(s, cloth, kX + 58, t.waist_y + 40, 84, 30, 4, false);
      flap(s, cloth, kX + 58, t.waist_y + 40, 84, 30, 4, true);
    } else {
      slant(s, cloth, kX + 78, t.waist_y + 30, false);
      slant(s, cloth, kX + 78, t.waist_y + 30, true);
    }
  } else {
    flap(s, cloth, kX + 46, 486, 78, 27, 5, false);
    flap(s, cloth, kX + 46, 486, 78, 27, 5, true);
    Path welt(kX + 64, 300);
    welt.line(kX + 116, 292).line(kX + 117, 305).line(kX + 65, 313).close();
    s.piece(welt, cloth, -8, 0.4);
  }

  if (lapels) {
    if (trench) {
      Garment plain = g;
      plain.collar = Collar::kNotch;
      draw_lapels(s, plain, p, cloth, right, left);
    } else {
      draw_lapels(s, g, p, cloth, right, left);
    }
  } else {
    coat_collar(s, g, p, cloth, right);
  }

  const double r = coat ? 8 : 6.5;
  if (trench || is_double) {
    const double x = p.overlap - 16, step = coat ? 88 : 62;
    const int rows = trench ? 2 : 3;
    for (int i = 0; i < rows; ++i) {
      const double y = (trench ? p.break_y + 22 : p.break_y + 14) + i * step - (trench ? 0 : coat ? 0 : 10);
      const double flare = !trench && i == 0 && !coat ? 10 : 0;
      s.button(kX - x - flare, y, r, cloth.button());
      s.button(kX + x + flare, y, r, cloth.button());
    }
    if (trench) {
      s.button(kX - x, t.waist_y + 70, r, cloth.button());
      s.button(kX + x, t.waist_y + 70, r, cloth.button());
    }
  } else if (p.buttoned) {
    const double first = lapels ? p.break_y + 8 : 200, step = coat ? 104 : 78;
    draw_buttons(s, kX, first, first + step * (coat ? (lapels ? 2 : 3) : 1),
                 coat ? (lapels ? 3 : 4) : (g.collar == Collar::kShawl ? 1 : 2), r, cloth.button());
  }
  if (trench || g.cut == Cut::kWrap) belt(s, t, cloth, trench);
  return {s.take(), box};
}

}  // namespace ff::pictures
