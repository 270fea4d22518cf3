// Short jackets: the bomber, the trucker, the gilet.
#include <fmt/format.h>

#include "pictures/figures.h"
#include "pictures/torso.h"

namespace ff::pictures {
namespace {

constexpr double kX = kAxis;
constexpr Rgb kBrass{176, 140, 84}, kSteel{190, 192, 194};

void zip(Sketch& s, const Cloth& cloth, double top, double bottom, Rgb metal) {
  s.fill(rectangle(kX - 5, top, 10, bottom - top), cloth.tones().dark.hex());
  s.raw(fmt::format(R"(<path d="M{} {}V{}" stroke="{}" stroke-width="5" stroke-dasharray="1.6 1.5"/>)",
                    number(kX), number(top), number(bottom), metal.hex()));
  stitch_both(s, Path(kX + 11, top + 4).line(kX + 11, bottom), cloth);
  s.fill(rectangle(kX - 4, top + 6, 8, 13, 2), metal.hex());
  s.fill(rectangle(kX - 2.6, top + 18, 5.2, 20, 2), mix(metal, Rgb{40, 36, 34}, 0.2).hex());
}

Path hem_band(const Torso& t, double depth, double draw_in) {
  Path half(kX, t.hem_y + t.hem_dip - 4);
  half.curve(kX + t.hem * 0.4, t.hem_y + t.hem_dip - 4, kX + t.hem * 0.75, t.hem_y - 2, kX + t.hem - 1,
             t.hem_y - 4);
  half.curve(kX + t.hem - 2, t.hem_y + 10, kX + t.hem - draw_in, t.hem_y + depth - 12,
             kX + t.hem - draw_in - 2, t.hem_y + depth);
  half.curve(kX + t.hem * 0.7, t.hem_y + depth + t.hem_dip, kX + t.hem * 0.3, t.hem_y + depth + t.hem_dip, kX,
             t.hem_y + depth + t.hem_dip);
  return half;
}

void stand_collar(Sketch& s, const Cloth& cloth, double top) {
  Path back(kX, top - 8);
  back.curve(kX + 28, top - 8, kX + 46, top - 2, kX + 54, top + 8).line(kX + 50, top + 30).line(kX, top + 34);
  s.piece(back.symmetric(), cloth.plain(cloth.tones().inside), 0, 0.4);
  Path front(kX + 5, top + 22);
  front.curve(kX + 28, top + 20, kX + 48, top + 12, kX + 57, top + 2)
      .curve(kX + 62, top + 16, kX + 68, top + 30, kX + 76, top + 40);
  front.curve(kX + 56, top + 58, kX + 30, top + 66, kX + 5, top + 68).close();
  s.piece(front.mirrored(), cloth, 8, 0.8);
  s.piece(front, cloth, -8, 0.8);
}

Figure bomber(Canvas& canvas, const Garment& g) {
  Sketch s(canvas);
  const Cloth cloth(g), rib = Cloth(mix(cloth.tones().base, cloth.tones().dark, 0.25), Fabric::kRib);
  Torso t;
  t.neck = 54;
  t.neck_y = 130;
  t.shoulder = 152;
  t.shoulder_y = 174;
  t.chest = 156;
  t.chest_y = 306;
  t.waist = 160;
  t.waist_y = 450;
  t.hem = 154;
  t.hem_y = 552;
  const SleeveShape sleeve{.fullness = 20, .length = 4, .cuff = 44, .gather = 8, .ribbed = true};
  draw_sleeves(s, t, sleeve, cloth);
  const Box box{kX - t.shoulder - 104, 92, kX + t.shoulder + 104, t.hem_y + 56, {kX + 40, 210}};
  const std::string hem = s.piece(hem_band(t, 46, 14).symmetric(), rib);
  s.folds(hem, {{{kX - t.hem, t.hem_y - 2}, {kX, t.hem_y + 8}, {kX + t.hem, t.hem_y - 2}, 6, 0.3}}, 3);
  const bool back = g.view == View::kBack;
  if (!back)
    draw_inside(s, t, 170, 0.8, Cloth(mix(cloth.tones().inside, Rgb{190, 104, 52}, 0.35), Fabric::kSilk), 6);
  const std::string body =
      s.piece(body_half(t, neckline(t, back ? t.neck_y + 10 : 166, 0.85)).symmetric(), cloth);
  draw_body_folds(s, body, t, 7);
  std::vector<Fold> gathers;
  for (int i = 0; i < 9; ++i) {
    const double x = kX - 132 + i * 33;
    gathers.push_back({{x, t.hem_y + 4},
                       {x + (x - kX) * 0.02 + 4, t.hem_y - 34},
                       {x + 2, t.hem_y - 66},
                       5,
                       i % 2 == 0 ? 0.2 : -0.14});
  }
  s.folds(body, gathers, 3);
  Path raglan(kX + t.neck + 16, t.neck_y + 14);
  raglan.curve(kX + 100, 210, kX + t.chest - 24, 270, kX + t.chest - 2, t.chest_y);
  seam_both(s, raglan, cloth);
  if (back) {
    Path nape(kX, 98);
    nape.curve(kX + 28, 98, kX + 50, 106, kX + 60, 120)
        .line(kX + 66, 142)
        .curve(kX + 44, 152, kX + 22, 154, kX, 154);
    s.piece(nape.symmetric(), rib);
    return {s.take(), box};
  }
  zip(s, cloth, 160, t.hem_y + 48, kSteel);
  stand_collar(s, rib, 104);
  for (const bool left : {false, true}) {
    Path welt(kX + 62, 470);
    welt.line(kX + 100, 386).line(kX + 114, 392).line(kX + 77, 476).close();
    const Path q = left ? welt.mirrored() : welt;
    s.piece(q, cloth, 0, 0.5);
    const Path edge = Path(kX + 67, 470).line(kX + 103, 390);
    s.stitch(left ? edge.mirrored() : edge, cloth);
  }
  return {s.take(), box};
}

Figure trucker(Canvas& canvas, const Garment& g) {
  Sketch s(canvas);
  const Cloth cloth(g);
  Torso t;
  t.neck = 54;
  t.neck_y = 128;
  t.shoulder = 148;
  t.shoulder_y = 168;
  t.chest = 148;
  t.chest_y = 300;
  t.waist = 144;
  t.waist_y = 440;
  t.hem = 140;
  t.hem_y = 548;
  draw_sleeves(s, t, {.fullness = 12, .length = 2, .cuff = 38}, cloth);
  const Box box{kX - t.shoulder - 98, 94, kX + t.shoulder + 98, t.hem_y + 44, {kX + 48, 226}};
  const bool back = g.view == View::kBack;
  if (!back) draw_inside(s, t, 172, 0.7, cloth, 12);
  s.piece(hem_band(t, 36, 2).symmetric(), cloth, 90);
  const std::string body =
      s.piece(body_half(t, neckline(t, back ? t.neck_y + 10 : 164, 0.75)).symmetric(), cloth);
  draw_body_folds(s, body, t, 6);
  if (cloth.fabric() == Fabric::kDenim) {
    // Worn paler where it rubs.
    s.folds(body,
            {{{kX - 90, 300}, {kX - 80, 400}, {kX - 84, 540}, 26, -0.16},
             {{kX + 84, 300}, {kX + 76, 400}, {kX + 80, 540}, 22, -0.12}},
            12);
  }
  Path yoke(kX, 252);
  yoke.curve(kX + 50, 252, kX + 100, 252, kX + t.chest - 10, 250);
  if (back) {
    seam_both(s, yoke, cloth);
    Path taper(kX + 66, 252);
    taper.line(kX + 40, t.hem_y);
    seam_both(s, taper, cloth);
    stitch_both(s, Path(kX + 61, 256).line(kX + 35, t.hem_y), cloth);
    Path nape(kX, 96);
    nape.curve(kX + 28, 96, kX + 50, 104, kX + 62, 116)
        .curve(kX + 72, 128, kX + 76, 140, kX + 74, 152)
        .curve(kX + 48, 164, kX + 22, 166, kX, 166);
    s.piece(nape.symmetric(), cloth);
    return {s.take(), box};
  }
  seam_both(s, yoke, cloth);
  stitch_both(s, Path(kX + 14, 257).line(kX + t.chest - 12, 255), cloth);
  for (const double shift : {0.0, 34.0}) {
    Path v(kX + 46 + shift, 254);
    v.line(kX + 26 + shift * 0.62, t.hem_y);
    seam_both(s, v, cloth);
    stitch_both(s, Path(kX + 50 + shift, 258).line(kX + 30 + shift * 0.62, t.hem_y), cloth);
  }
  s.piece(rectangle(kX - 14, 160, 28, t.hem_y + 36 + t.hem_dip - 160), cloth, 0, 0.4);
  stitch_both(s, Path(kX + 10, 166).line(kX + 10, t.hem_y + 34), cloth);
  for (const bool left : {false, true}) {
    Path flap(kX + 34, 250);
    flap.line(kX + 104, 250).line(kX + 104, 272).line(kX + 69, 294).line(kX + 34, 272).close();
    const Path q = left ? flap.mirrored() : flap;
    s.raw(
        fmt::format(R"x(<path transform="translate(2 5)" d="{}" fill="#15121d" opacity=".26" filter="{}"/>)x",
                    q.d(), canvas.blur(3)));
    s.piece(q, cloth, 0, 0.4);
    const Path edge =
        Path(kX + 38, 254).line(kX + 38, 270).line(kX + 69, 289).line(kX + 100, 270).line(kX + 100, 254);
    s.stitch(left ? edge.mirrored() : edge, cloth);
    s.button(left ? kX - 69 : kX + 69, 278, 5, kBrass);
  }
  Path leaf(kX + 2, 166);
  leaf.curve(kX + 22, 150, kX + 46, 132, kX + 55, 110).curve(kX + 70, 116, kX + 82, 128, kX + 86, 142);
  leaf.curve(kX + 88, 166, kX + 86, 190, kX + 78, 214).curve(kX + 52, 200, kX + 20, 182, kX + 2, 166).close();
  Path stand(kX, 96);
  stand.curve(kX + 28, 96, kX + 48, 102, kX + 56, 112)
      .line(kX + 50, 136)
      .curve(kX + 34, 126, kX + 16, 123, kX, 123);
  s.piece(stand.symmetric(), cloth.plain(mix(cloth.tones().base, cloth.tones().inside, 0.4)), 0, 0.5);
  for (const bool left : {true, false}) {
    const Path q = left ? leaf.mirrored() : leaf;
    s.inside(
        body,
        fmt::format(R"x(<path transform="translate(3 8)" d="{}" fill="#15121d" opacity=".34" filter="{}"/>)x",
                    q.d(), canvas.blur(4)));
    s.piece(q, cloth, left ? 40 : -40, 0.7);
    Path edge(kX + 81, 144);
    edge.curve(kX + 83, 166, kX + 81, 186, kX + 75, 206).curve(kX + 52, 194, kX + 26, 180, kX + 10, 168);
    s.stitch(left ? edge.mirrored() : edge, cloth);
  }
  draw_buttons(s, kX, 184, t.hem_y + 20, 6, 5.6, kBrass);
  return {s.take(), box};
}

Figure gilet(Canvas& canvas, const Garment& g) {
  Sketch s(canvas);
  const Cloth cloth(g);
  Torso t;
  t.neck = 56;
  t.neck_y = 130;
  t.shoulder = 122;
  t.shoulder_y = 162;
  t.chest = 140;
  t.chest_y = 314;
  t.waist = 138;
  t.waist_y = 450;
  t.hem = 142;
  t.hem_y = 612;
  const bool vee = g.collar == Collar::kVNeck, back = g.view == View::kBack;
  const double depth = vee ? 272 : 164;
  // The far armholes.
  Path hole(kX + t.shoulder - 6, t.shoulder_y + 2);
  hole.curve(kX + t.shoulder + 10, t.shoulder_y + 60, kX + t.chest + 6, t.chest_y - 40, kX + t.chest - 2,
             t.chest_y + 4)
      .line(kX + t.chest - 44, t.chest_y - 40)
      .close();
  for (const bool left : {false, true})
    s.piece(left ? hole.mirrored() : hole, cloth.plain(cloth.tones().inside), 0, 0.4);
  if (!back) draw_inside(s, t, depth, vee ? 0.1 : 0.8, Cloth(cloth.tones().inside, Fabric::kNylon), 6);
  const std::string body = s.piece(
      body_half(t, neckline(t, back ? t.neck_y + 10 : depth, vee && !back ? 0.1 : 0.85)).symmetric(), cloth);
  // Quilted channels: each catches light above and falls into shade below.
  std::string rows;
  std::vector<Fold> puffs;
  for (double y = 214; y < t.hem_y - 10; y += 50) {
    puffs.push_back({{kX - 150, y - 6}, {kX, y + 6}, {kX + 150, y - 6}, 11, 0.3});
    puffs.push_back({{kX - 140, y + 16}, {kX - 40, y + 26}, {kX + 100, y + 16}, 12, -0.2});
    rows += Path(kX - 160, y).curve(kX - 80, y + 9, kX + 80, y + 9, kX + 160, y).d();
  }
  s.folds(body, puffs, 5);
  s.inside(body, fmt::format(R"(<path d="{}" fill="none" stroke="{}" stroke-width="1.3" opacity=".75"/>)",
                             rows, cloth.tones().line.hex()));
  draw_body_folds(s, body, t, 8);
  Path armhole(kX + t.shoulder - 7, t.shoulder_y + 2);
  armhole.curve(kX + t.shoulder - 16, t.shoulder_y + 66, kX + t.chest - 22, t.chest_y - 44, kX + t.chest - 7,
                t.chest_y + 4);
  stitch_both(s, armhole, cloth);
  const Box box{kX - 175, vee ? 120.0 : 94, kX + 175, t.hem_y + 8, {kX + 24, 220}};
  if (back) {
    if (!vee) {
      Path nape(kX, 98);
      nape.curve(kX + 28, 98, kX + 50, 106, kX + 60, 120)
          .line(kX + 68, 146)
          .curve(kX + 44, 156, kX + 22, 158, kX, 158);
      s.piece(nape.symmetric(), cloth);
    }
    return {s.take(), box};
  }
  if (vee) {
    s.piece(rectangle(kX - 13, depth - 2, 26, t.hem_y + t.hem_dip - depth + 2), cloth, 0, 0.4);
    draw_band(s, t, depth - 4, 0.1, 12, cloth);
    draw_buttons(s, kX, depth + 30, t.hem_y - 34, 5, 6, kSteel);
  } else {
    zip(s, cloth, 158, t.hem_y + 4, kSteel);
    stand_collar(s, cloth, 104);
  }
  for (const bool left : {false, true}) {
    Path welt(kX + 56, 520);
    welt.line(kX + 84, 432).line(kX + 98, 436).line(kX + 71, 525).close();
    s.piece(left ? welt.mirrored() : welt, cloth, 0, 0.5);
  }
  return {s.take(), box};
}

}  // namespace

Figure draw_jacket(Canvas& canvas, const Garment& g) {
  if (g.kind == Kind::kBomber) return bomber(canvas, g);
  if (g.kind == Kind::kGilet) return gilet(canvas, g);
  return trucker(canvas, g);
}

}  // namespace ff::pictures
