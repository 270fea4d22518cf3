// Trousers, jeans and shorts: two legs, a waistband, and the details that tell chinos from denim.
#include <fmt/format.h>

#include "pictures/figures.h"
#include "pictures/torso.h"

namespace ff::pictures {
namespace {

constexpr double kX = kAxis;
constexpr Rgb kCopper{170, 112, 66}, kPatch{176, 128, 84};

struct Legs {
  double waist = 94, waist_y = 140;
  double hip = 126, hip_y = 262;
  double crotch_y = 352;
  double knee_out = 128, knee_in = 26, knee_y = 560;
  double hem_out = 116, hem_in = 30, hem_y = 850;
};

Legs legs_of(const Garment& g) {
  Legs l;
  if (g.kind == Kind::kShorts) {
    const bool wide = g.cut == Cut::kWide;
    l.hem_y = 500;
    l.knee_y = 420;
    l.hip = 132;
    l.knee_out = wide ? 154 : 142;
    l.hem_out = wide ? 166 : 148;
    l.knee_in = 10;
    l.hem_in = wide ? 12 : 18;
    return l;
  }
  switch (g.cut) {
    case Cut::kTapered:
      l.hip = 132;
      l.knee_out = 124;
      l.hem_out = 96;
      l.hem_in = 34;
      l.hem_y = 826;
      break;
    case Cut::kWide:
      l.hip = 130;
      l.knee_out = 146;
      l.knee_in = 14;
      l.hem_out = 162;
      l.hem_in = 14;
      l.hem_y = 858;
      break;
    case Cut::kPleated:
      l.hip = 138;
      l.knee_out = 136;
      l.knee_in = 22;
      l.hem_out = 112;
      l.hem_in = 28;
      break;
    case Cut::kSlim:
      l.hip = 120;
      l.knee_out = 108;
      l.knee_in = 30;
      l.hem_out = 92;
      l.hem_in = 38;
      break;
    default:
      break;
  }
  return l;
}

Path leg_path(const Legs& l) {
  Path p(kX - 2, l.waist_y + 6);
  p.curve(kX + 40, l.waist_y + 5, kX + 70, l.waist_y + 3, kX + l.waist, l.waist_y);
  p.curve(kX + l.waist + 12, l.waist_y + 40, kX + l.hip - 2, l.hip_y - 46, kX + l.hip, l.hip_y);
  const double thigh = l.knee_y - l.hip_y, shin = l.hem_y - l.knee_y;
  p.curve(kX + l.hip + 4, l.hip_y + thigh * 0.35, kX + l.knee_out + 2, l.knee_y - thigh * 0.3,
          kX + l.knee_out, l.knee_y);
  p.curve(kX + l.knee_out - 2, l.knee_y + shin * 0.35, kX + l.hem_out, l.hem_y - shin * 0.3, kX + l.hem_out,
          l.hem_y);
  p.quad(kX + (l.hem_out + l.hem_in) / 2, l.hem_y + 9, kX + l.hem_in, l.hem_y + 2);
  p.curve(kX + l.hem_in - 2, l.hem_y - shin * 0.35, kX + l.knee_in + 2, l.knee_y + shin * 0.3, kX + l.knee_in,
          l.knee_y);
  p.curve(kX + l.knee_in - 6, l.knee_y - thigh * 0.3, kX + 6, l.crotch_y + 34, kX - 2, l.crotch_y);
  return p.close();
}

void draw_legs(Sketch& s, const Garment& g, const Legs& l, const Cloth& cloth) {
  const bool denim = cloth.fabric() == Fabric::kDenim, shorts = g.kind == Kind::kShorts;
  const double mid = (l.knee_out + l.knee_in) / 2, hem_mid = (l.hem_out + l.hem_in) / 2;
  for (const bool left : {true, false}) {
    const Path leg = leg_path(l);
    const std::string id = s.piece(left ? leg.mirrored() : leg, cloth, 0);
    std::vector<Fold> folds{
        {{kX + 2, l.crotch_y - 4}, {kX + 40, l.crotch_y - 14}, {kX + 92, l.crotch_y - 46}, 7, 0.22},
        {{kX + 2, l.crotch_y + 8}, {kX + 44, l.crotch_y + 14}, {kX + 104, l.crotch_y - 6}, 6, 0.16},
        {{kX + l.hip - 2, l.hip_y - 20}, {kX + l.hip - 40, l.hip_y + 10}, {kX + 50, l.hip_y + 26}, 6, 0.1},
        {{kX + mid - 18, l.hip_y + 20},
         {kX + mid - 14, l.knee_y - 60},
         {kX + hem_mid - 14, l.hem_y - 30},
         13,
         -0.15},
    };
    if (!shorts) {
      const double k = l.knee_y;
      folds.insert(
          folds.end(),
          {{{kX + l.knee_in, k - 16}, {kX + mid - 14, k - 10}, {kX + l.knee_out - 12, k - 34}, 6, 0.16},
           {{kX + l.knee_in, k + 16}, {kX + mid - 8, k + 26}, {kX + l.knee_out - 8, k + 6}, 6, 0.14},
           {{kX + l.knee_out, k + 40}, {kX + mid + 10, k + 60}, {kX + l.knee_in + 20, k + 54}, 5, 0.1},
           {{kX + l.hem_in, l.hem_y - 44},
            {kX + hem_mid, l.hem_y - 30},
            {kX + l.hem_out - 10, l.hem_y - 50},
            6,
            0.15},
           {{kX + l.hem_out, l.hem_y - 16},
            {kX + hem_mid, l.hem_y - 10},
            {kX + l.hem_in + 12, l.hem_y - 22},
            5,
            0.14}});
    }
    if (g.cut == Cut::kWide)
      folds.push_back({{kX + mid + 30, l.knee_y - 120},
                       {kX + mid + 36, l.knee_y + 80},
                       {kX + hem_mid + 44, l.hem_y},
                       13,
                       0.15});
    std::vector<Fold> own;
    for (const Fold& f : folds)
      own.push_back(left ? mirrored(f) : f);
    s.folds(id, own, 5);
    if (denim && g.colour != Colour::kBlack && !shorts) {
      const std::vector<Fold> worn{{{kX + mid - 8, l.hip_y + 30},
                                    {kX + mid - 6, l.crotch_y + 110},
                                    {kX + mid - 4, l.knee_y + 60},
                                    34,
                                    -0.2}};
      s.folds(id, {left ? mirrored(worn[0]) : worn[0]}, 14);
    }
    const auto side = [&](const Path& p) { return left ? p.mirrored() : p; };
    if (g.kind == Kind::kTrousers && cloth.fabric() != Fabric::kFleece &&
        cloth.fabric() != Fabric::kCorduroy) {
      Path crease(kX + 50, l.waist_y + (g.cut == Cut::kPleated ? 20 : 110));
      crease.curve(kX + 66, l.hip_y, kX + mid, l.knee_y - 120, kX + mid, l.knee_y)
          .curve(kX + mid, l.knee_y + 100, kX + hem_mid, l.hem_y - 120, kX + hem_mid, l.hem_y + 4);
      s.stroke(side(crease), cloth.tones().line.hex(), 1.2, 0.45);
    }
    if (g.cut == Cut::kPleated) {
      for (const double x : {48.0, 70.0}) {
        const Fold tuck{
            {kX + x, l.waist_y + 4}, {kX + x + 4, l.waist_y + 46}, {kX + x + 12, l.waist_y + 100}, 5, 0.34};
        s.folds(id, {left ? mirrored(tuck) : tuck}, 2.5);
        s.seam(side(Path(kX + x, l.waist_y + 4).line(kX + x + 4, l.waist_y + 40)), cloth, 1.2);
      }
    }
    if (denim || shorts || cloth.fabric() == Fabric::kTwill || cloth.fabric() == Fabric::kCorduroy) {
      Path hem(kX + l.hem_out - 1, l.hem_y - 15);
      hem.quad(kX + hem_mid, l.hem_y - 7, kX + l.hem_in + 1, l.hem_y - 13);
      s.stitch(side(hem), cloth);
    }
    if (denim) {
      Path outseam(kX + l.hip - 6, l.hip_y);
      outseam.curve(kX + l.hip - 2, l.hip_y + 100, kX + l.knee_out - 5, l.knee_y - 80, kX + l.knee_out - 6,
                    l.knee_y);
      s.stitch(side(outseam), cloth);
    }
  }
}

void waistband(Sketch& s, const Legs& l, const Cloth& cloth, bool ribbed, bool back) {
  const double h = 32;
  Path half(kX, l.waist_y - h + 8);
  half.curve(kX + 40, l.waist_y - h + 8, kX + 70, l.waist_y - h + 4, kX + l.waist - 5, l.waist_y - h);
  half.line(kX + l.waist + 1, l.waist_y + 1)
      .curve(kX + 70, l.waist_y + 5, kX + 40, l.waist_y + 8, kX, l.waist_y + 8);
  s.piece(half.symmetric(), ribbed ? cloth.rib() : cloth, ribbed ? 0 : 90, 0.8);
  if (ribbed) return;
  stitch_both(s,
              Path(kX, l.waist_y + 3)
                  .curve(kX + 40, l.waist_y + 3, kX + 70, l.waist_y, kX + l.waist - 2, l.waist_y - 3),
              cloth);
  for (const double x : {34.0, 74.0}) {
    const Path loop = rectangle(kX + x, l.waist_y - h - 1 + (x < 50 ? 6 : 2), 9, h + 9, 1.5);
    s.piece(loop, cloth, 0, 0.4);
    s.piece(loop.mirrored(), cloth, 0, 0.4);
  }
  if (back) s.piece(rectangle(kX - 4.5, l.waist_y - h + 4, 9, h + 8, 1.5), cloth, 0, 0.4);
}

void front_details(Sketch& s, const Legs& l, const Cloth& cloth) {
  const bool jeans = cloth.fabric() == Fabric::kDenim, sporty = cloth.fabric() == Fabric::kFleece;
  s.seam(Path(kX, l.waist_y + 6).line(kX, l.crotch_y + 2), cloth, 1.4);
  if (jeans) {
    Path scoop(kX + 40, l.waist_y + 6);
    scoop.curve(kX + 46, l.waist_y + 44, kX + 82, l.waist_y + 62, kX + l.waist + 22, l.waist_y + 56);
    seam_both(s, scoop, cloth, 1.4);
    Path inner(kX + 46, l.waist_y + 6);
    inner.curve(kX + 53, l.waist_y + 38, kX + 84, l.waist_y + 56, kX + l.waist + 20, l.waist_y + 50);
    stitch_both(s, inner, cloth);
    Path coin(kX + 62, l.waist_y + 34);
    coin.line(kX + 98, l.waist_y + 30).line(kX + 101, l.waist_y + 54);
    s.stitch(coin, cloth);
    for (const double x : {44.0, 104.0}) {
      s.fill(ellipse(kX + x, l.waist_y + (x < 50 ? 14 : 56), 2.4, 2.4), kCopper.hex());
      s.fill(ellipse(kX - x, l.waist_y + (x < 50 ? 14 : 56), 2.4, 2.4), kCopper.hex());
    }
  } else {
    const Path welt = Path(kX + 62, l.waist_y + 6).line(kX + 104, l.waist_y + 104);
    seam_both(s, welt, cloth, 1.6);
    stitch_both(s, Path(kX + 57, l.waist_y + 8).line(kX + 99, l.waist_y + 106), cloth);
  }
  if (sporty) {
    waistband(s, l, cloth, true, false);
    for (const double turn : {-1.0, 1.0}) {
      Path cord(kX + turn * 8, l.waist_y - 6);
      cord.curve(kX + turn * 14, l.waist_y + 30, kX + turn * 20, l.waist_y + 50, kX + turn * 16,
                 l.waist_y + 86 + turn * 6);
      s.stroke(cord, mix(cloth.tones().base, Rgb{245, 240, 230}, 0.6).hex(), 4);
    }
    return;
  }
  Path fly(kX + 26, l.waist_y + 8);
  fly.line(kX + 26, l.crotch_y - 78)
      .curve(kX + 26, l.crotch_y - 54, kX + 16, l.crotch_y - 44, kX + 2, l.crotch_y - 40);
  s.stitch(fly, cloth);
  waistband(s, l, cloth, false, false);
  s.button(kX + 2, l.waist_y - 8, jeans ? 6.6 : 5.4, jeans ? kCopper : cloth.button());
}

void back_details(Sketch& s, const Legs& l, const Cloth& cloth) {
  const bool jeans = cloth.fabric() == Fabric::kDenim, sporty = cloth.fabric() == Fabric::kFleece;
  s.seam(Path(kX, l.waist_y + 6).curve(kX + 2, l.waist_y + 90, kX + 2, l.crotch_y - 40, kX, l.crotch_y + 2),
         cloth, 1.6);
  if (jeans) {
    seam_both(s, Path(kX, l.waist_y + 58).line(kX + l.waist + 14, l.waist_y + 36), cloth, 1.5);
    stitch_both(s, Path(kX + 4, l.waist_y + 63).line(kX + l.waist + 14, l.waist_y + 41), cloth);
    for (const bool left : {false, true}) {
      Path pocket(kX + 26, l.waist_y + 72);
      pocket.line(kX + 94, l.waist_y + 62)
          .line(kX + 98, l.waist_y + 136)
          .line(kX + 64, l.waist_y + 158)
          .line(kX + 28, l.waist_y + 144)
          .close();
      s.piece(left ? pocket.mirrored() : pocket, cloth, 0, 0.4);
      Path arc(kX + 29, l.waist_y + 104);
      arc.curve(kX + 46, l.waist_y + 126, kX + 58, l.waist_y + 116, kX + 63, l.waist_y + 110)
          .curve(kX + 70, l.waist_y + 114, kX + 84, l.waist_y + 118, kX + 95, l.waist_y + 96);
      s.stitch(left ? arc.mirrored() : arc, cloth);
      Path edge(kX + 30, l.waist_y + 78);
      edge.line(kX + 31, l.waist_y + 141)
          .line(kX + 64, l.waist_y + 154)
          .line(kX + 94, l.waist_y + 133)
          .line(kX + 91, l.waist_y + 68);
      s.stitch(left ? edge.mirrored() : edge, cloth);
    }
  } else {
    for (const bool left : {false, true}) {
      const Path welt = rectangle(kX + 30, l.waist_y + 74, 62, 9, 1);
      s.piece(left ? welt.mirrored() : welt, cloth, 0, 0.3);
      if (!sporty) s.button(left ? kX - 61 : kX + 61, l.waist_y + 92, 3.8, cloth.button());
    }
  }
  waistband(s, l, cloth, sporty, !sporty);
  if (jeans) s.piece(rectangle(kX + 42, l.waist_y - 25, 46, 30, 2), Cloth(kPatch, Fabric::kLeather), 0, 0.6);
}

}  // namespace

Figure draw_trousers(Canvas& canvas, const Garment& g) {
  Sketch s(canvas);
  const Cloth cloth(g);
  const Legs l = legs_of(g);
  const bool back = g.view == View::kBack;
  if (!back) {
    Path inside(kX, l.waist_y - 14);
    inside.curve(kX + 40, l.waist_y - 18, kX + 70, l.waist_y - 26, kX + l.waist - 6, l.waist_y - 36)
        .line(kX + l.waist - 4, l.waist_y - 10)
        .line(kX, l.waist_y);
    s.piece(inside.symmetric(), cloth.plain(cloth.tones().inside), 0, 0.4);
    s.fill(rectangle(kX - 13, l.waist_y - 17, 26, 9, 1), Rgb{228, 220, 206}.hex(), 0.9);
  }
  draw_legs(s, g, l, cloth);
  if (back)
    back_details(s, l, cloth);
  else
    front_details(s, l, cloth);
  const double side = std::max({l.hip, l.hem_out, l.knee_out}) + 4;
  return {s.take(), {kX - side, l.waist_y - 40, kX + side, l.hem_y + 8, {kX + 40, l.waist_y + 60}}};
}

Figure draw_folded_trousers(Canvas& canvas, const Garment& g) {
  Sketch s(canvas);
  const Cloth cloth(g);
  const bool jeans = cloth.fabric() == Fabric::kDenim, sporty = cloth.fabric() == Fabric::kFleece;
  const double width = g.cut == Cut::kWide      ? 282
                       : g.cut == Cut::kSlim    ? 234
                       : g.cut == Cut::kTapered ? 246
                                                : 258;
  const double left = kX - width / 2, top = 190, bottom = g.kind == Kind::kShorts ? 470 : 560;
  // The legs, folded up behind, end a little below the fold.
  const double leg = width * 0.56;
  const Path cuff = rectangle(left + 26, bottom - 60, leg, 104, 5);
  const std::string hem = s.piece(cuff, cloth, 0, 0.8);
  s.folds(hem,
          {{{left, bottom + 12}, {left + leg / 2, bottom + 18}, {left + leg + 40, bottom + 12}, 14, 0.4}}, 6);
  s.stitch(Path(left + 27, bottom + 28).line(left + 25 + leg, bottom + 28), cloth);
  for (const double down : {22.0, 11.0}) {
    s.piece(rectangle(left + 8 - down * 0.2, bottom - 120, width - 10 + down * 0.2, 120 + down, 12),
            cloth.plain(mix(cloth.tones().base, cloth.tones().inside, 0.1 + down * 0.015)), 0, 0.7);
  }
  Path body(left + 14, top);
  body.line(left + width - 4, top - 6)
      .curve(left + width + 10, top + 110, left + width + 6, top + 250, left + width, bottom - 8);
  body.curve(left + width - 40, bottom + 3, left + 40, bottom + 3, left + 2, bottom - 6)
      .curve(left - 6, top + 220, left - 2, top + 120, left + 14, top)
      .close();
  const std::string id = s.piece(body, cloth);
  s.folds(id,
          {{{left + width, top + 90}, {kX + 40, top + 120}, {kX - 30, top + 130}, 8, 0.13},
           {{left, bottom - 70}, {kX - 30, bottom - 50}, {kX + 70, bottom - 62}, 9, 0.12},
           {{left + 40, top + 60}, {left + 50, top + 200}, {left + 44, bottom}, 22, -0.15},
           {{left, bottom - 6}, {kX, bottom - 14}, {left + width, bottom - 6}, 10, 0.2}},
          6);
  Path band(left + 12, top - 30);
  band.line(left + width - 6, top - 38).line(left + width - 3, top).line(left + 14, top + 7).close();
  s.piece(band, sporty ? cloth.rib() : cloth, sporty ? 0 : 90, 0.8);
  if (!sporty) {
    s.stitch(Path(left + 15, top + 2).line(left + width - 4, top - 5), cloth);
    for (const double x : {36.0, 176.0})
      s.piece(rectangle(left + x, top - 34, 10, 44, 1.5), cloth, 0, 0.4);
  }
  if (jeans) {
    s.stitch(Path(left + 16, top + 44).line(left + width, top + 20), cloth);
    s.seam(Path(left + 15, top + 39).line(left + width, top + 15), cloth, 1.4);
    Path pocket(left + 66, top + 66);
    pocket.line(left + 196, top + 54)
        .line(left + 202, top + 178)
        .line(left + 138, top + 212)
        .line(left + 72, top + 186)
        .close();
    s.piece(pocket, cloth, 0, 0.4);
    s.stitch(Path(left + 72, top + 74)
                 .line(left + 78, top + 181)
                 .line(left + 138, top + 205)
                 .line(left + 196, top + 173)
                 .line(left + 190, top + 62),
             cloth);
    s.stitch(Path(left + 72, top + 78).line(left + 191, top + 67), cloth);
    Path arc(left + 75, top + 120);
    arc.curve(left + 104, top + 160, left + 128, top + 140, left + 136, top + 128)
        .curve(left + 148, top + 140, left + 176, top + 148, left + 196, top + 106);
    s.stitch(arc, cloth);
    s.piece(rectangle(left + 92, top - 30, 74, 44, 2), Cloth(kPatch, Fabric::kLeather), 0, 0.6);
    s.stitch(rectangle(left + 96, top - 26, 66, 36, 1), Cloth(kPatch, Fabric::kLeather));
  } else {
    s.piece(rectangle(left + 70, top + 66, 118, 13, 1), cloth, 0, 0.3);
    if (!sporty) s.button(left + 129, top + 96, 5, cloth.button());
    s.seam(
        Path(left + 128, top + 110).curve(left + 132, top + 190, left + 128, top + 260, left + 130, bottom),
        cloth, 0.9);
  }
  return {s.take(), {left - 10, top - 40, left + width + 12, bottom + 46, {kX, top + 100}}};
}

}  // namespace ff::pictures
