// Shirts and blouses: woven, buttoned, with a collar that says which shirt it is.
#include "pictures/figures.h"
#include "pictures/torso.h"

namespace ff::pictures {
namespace {

constexpr double kX = kAxis;

Torso block(const Garment& g) {
  Torso t;
  t.tail = 34;
  t.hem_dip = 12;
  if (g.cut == Cut::kSlim) {
    t.shoulder = 132;
    t.chest = 128;
    t.waist = 114;
    t.hem = 124;
  } else if (g.cut == Cut::kRelaxed) {
    t.shoulder = 148;
    t.chest = 152;
    t.chest_y = 296;
    t.waist = 150;
    t.hem = 154;
    t.tail = 22;
  }
  if (g.collar == Collar::kCamp) {
    t.tail = 0;
    t.hem_dip = 4;
    t.hem_y = 590;
    t.shoulder += 4;
    t.chest += 6;
    t.waist += 10;
    t.hem += 6;
  }
  if (g.kind == Kind::kBlouse) {
    t.shoulder = 124;
    t.chest = 124;
    t.waist = 122;
    t.hem = 134;
    t.hem_y = 584;
    t.tail = 10;
  }
  return t;
}

/// A soft shadow below a collar leaf, then the leaf itself with its stitching.
void leaf_pair(Sketch& s, const Path& right, const Path& edge, const Cloth& cloth, const std::string& body) {
  for (const bool left : {true, false}) {
    const Path leaf = left ? right.mirrored() : right;
    s.inside(body, R"(<g filter=")" + s.canvas().blur(4) + R"x("><path transform="translate(3 7)" d=")x" +
                       leaf.d() + R"(" fill="#15121d" opacity=".32"/></g>)");
  }
  for (const bool left : {true, false}) {
    s.piece(left ? right.mirrored() : right, cloth, left ? 24 : -24, 0.7);
    s.stitch(left ? edge.mirrored() : edge, cloth);
  }
}

void collar_fall(Sketch& s, const Cloth& cloth) {
  // The collar behind the neck, seen from the front: its inner stand.
  Path half(kX, 96);
  half.curve(kX + 26, 96, kX + 44, 101, kX + 53, 113)
      .line(kX + 49, 134)
      .curve(kX + 34, 124, kX + 18, 121, kX, 121);
  s.piece(half.symmetric(), cloth.plain(mix(cloth.tones().base, cloth.tones().inside, 0.4)), 0, 0.5);
}

double draw_collar(Sketch& s, const Garment& g, const Torso& t, const Cloth& cloth, const std::string& body) {
  switch (g.collar) {
    case Collar::kSpread:
    case Collar::kButtonDown: {
      const bool down = g.collar == Collar::kButtonDown;
      const Point tip = down ? Point{kX + 50, 214} : Point{kX + 68, 204};
      Path leaf(kX + 1, 158);
      leaf.curve(kX + 20, 146, kX + 42, 130, kX + 52, 111).curve(kX + 62, 115, kX + 70, 122, kX + 74, 133);
      leaf.curve(kX + 74, 156, tip.x + 4, tip.y - 24, tip.x, tip.y);
      leaf.curve(tip.x - (down ? 12 : 22), tip.y - 12, kX + 14, 174, kX + 1, 158).close();
      Path edge(kX + 69, 134);
      edge.curve(kX + 69, 156, tip.x + 0, tip.y - 28, tip.x - 2, tip.y - 8)
          .curve(tip.x - (down ? 14 : 24), tip.y - 20, kX + 18, 170, kX + 6, 157);
      collar_fall(s, cloth);
      leaf_pair(s, leaf, edge, cloth, body);
      if (down) {
        s.button(tip.x - 3, tip.y - 10, 2.8, cloth.button());
        s.button(2 * kX - tip.x + 3, tip.y - 10, 2.8, cloth.button());
      }
      return 166;
    }
    case Collar::kCamp: {
      Path leaf(kX + 1, 222);
      leaf.curve(kX + 14, 186, kX + 42, 150, kX + 52, 112).curve(kX + 64, 116, kX + 76, 124, kX + 84, 136);
      leaf.curve(kX + 90, 152, kX + 94, 166, kX + 96, 180).line(kX + 66, 182).line(kX + 74, 204);
      leaf.curve(kX + 50, 210, kX + 20, 216, kX + 1, 222).close();
      Path edge(kX + 80, 138);
      edge.curve(kX + 85, 152, kX + 89, 164, kX + 91, 176)
          .line(kX + 60, 178)
          .line(kX + 68, 200)
          .curve(kX + 46, 205, kX + 24, 210, kX + 8, 215);
      collar_fall(s, cloth);
      leaf_pair(s, leaf, edge, cloth, body);
      return 240;
    }
    case Collar::kRound: {
      Path leaf(kX + 1, 158);
      leaf.curve(kX + 22, 148, kX + 42, 132, kX + 52, 113).curve(kX + 66, 116, kX + 78, 126, kX + 86, 140);
      leaf.curve(kX + 94, 168, kX + 84, 198, kX + 56, 204)
          .curve(kX + 24, 208, kX + 4, 190, kX + 1, 158)
          .close();
      Path edge(kX + 81, 142);
      edge.curve(kX + 88, 166, kX + 79, 192, kX + 54, 198).curve(kX + 28, 201, kX + 10, 186, kX + 7, 162);
      collar_fall(s, cloth);
      leaf_pair(s, leaf, edge, cloth, body);
      return 176;
    }
    case Collar::kBand: {
      Torso higher = t;
      higher.neck -= 6;
      higher.neck_y -= 9;
      draw_band(s, higher, 145, 0.85, 20, cloth);
      s.seam(Path(kX + 6, 148).line(kX + 8, 170), cloth, 1.5);
      return 176;
    }
    case Collar::kTie: {
      draw_band(s, t, 150, 0.8, 18, cloth);
      const auto part = [&](const Path& p, double angle) {
        const std::string id = s.piece(p, cloth, angle);
        s.folds(
            id,
            {{{kX, 172}, {p.start().x * 0.4 + kX * 0.6, 190}, {p.end().x * 0.5 + kX * 0.5, 240}, 5, 0.26}},
            3);
      };
      Path end(kX + 2, 168);
      end.curve(kX + 22, 230, kX + 34, 300, kX + 40, 372)
          .line(kX + 4, 384)
          .curve(kX + 6, 300, kX, 230, kX - 6, 170)
          .close();
      part(end, -6);
      Path end2(kX - 2, 168);
      end2.curve(kX - 18, 230, kX - 34, 290, kX - 44, 338)
          .line(kX - 10, 352)
          .curve(kX - 2, 290, kX + 4, 220, kX + 6, 170)
          .close();
      part(end2, 8);
      Path loop(kX + 3, 172);
      loop.curve(kX + 30, 138, kX + 78, 136, kX + 92, 162)
          .curve(kX + 98, 186, kX + 54, 206, kX + 3, 180)
          .close();
      for (const bool left : {true, false}) {
        const std::string id = s.piece(left ? loop.mirrored() : loop, cloth, left ? -80 : 80);
        const Fold fold{{kX + 4, 176}, {kX + 36, 166}, {kX + 74, 168}, 6, 0.3};
        const Fold fold2{{kX + 4, 178}, {kX + 30, 186}, {kX + 56, 188}, 4, 0.24};
        s.folds(id, {left ? mirrored(fold) : fold, left ? mirrored(fold2) : fold2}, 2.5);
      }
      s.piece(rectangle(kX - 11, 160, 22, 28, 8), cloth, 20);
      return 200;
    }
    default: {  // V: a faced edge
      draw_band(s, t, 222, 0.1, 9, cloth);
      return 240;
    }
  }
}

void draw_back(Sketch& s, const Garment& g, const Torso& t, const Cloth& cloth) {
  const std::string body = s.piece(body_half(t, neckline(t, t.neck_y + 10, 0.9)).symmetric(), cloth);
  draw_body_folds(s, body, t, 5);
  Path yoke(kX, 212);
  yoke.curve(kX + 50, 212, kX + 100, 210, kX + t.shoulder - 4, 200);
  seam_both(s, yoke, cloth);
  Path pleat(kX + 9, 212);
  pleat.line(kX + 7, 320);
  seam_both(s, pleat, cloth, 1);
  s.folds(body, {{{kX, 212}, {kX + 4, 330}, {kX, 470}, 10, 0.16}}, 4);
  if (g.collar == Collar::kVNeck || g.collar == Collar::kTie) return;
  Path half(kX, 94);
  half.curve(kX + 26, 94, kX + 46, 100, kX + 56, 113);
  const double low = g.collar == Collar::kBand ? 128 : 152;
  half.curve(kX + 64, 118, kX + 68, low - 18, kX + 68, low - 10)
      .curve(kX + 44, low, kX + 20, low + 3, kX, low + 3);
  s.piece(half.symmetric(), cloth, 0, 0.7);
  Path edge(kX, low - 3);
  edge.curve(kX + 22, low - 3, kX + 44, low - 6, kX + 64, low - 14);
  stitch_both(s, edge, cloth);
}

}  // namespace

Figure draw_shirt(Canvas& canvas, const Garment& g) {
  Sketch s(canvas);
  const Cloth cloth(g);
  const bool flat = g.view == View::kFlat;
  const Torso t = flat ? folded(block(g)) : block(g);
  const bool blouse = g.kind == Kind::kBlouse, is_short = g.sleeve == Sleeve::kShort;

  SleeveShape sleeve{.is_short = is_short, .fullness = g.cut == Cut::kRelaxed ? 12.0 : 0.0};
  if (blouse) {
    sleeve.fullness = is_short ? 10 : 24;
    sleeve.gather = 8;
    sleeve.length = -8;
  }
  if (flat)
    draw_layers(s, t, cloth);
  else
    draw_sleeves(s, t, sleeve, cloth);
  const double arm = flat ? 10 : 90 + sleeve.fullness;
  const Box box{kX - t.shoulder - arm, 94, kX + t.shoulder + arm, t.hem_y + t.hem_dip, {kX + 34, 206}};
  if (g.view == View::kBack) {
    draw_back(s, g, t, cloth);
    return {s.take(), box};
  }

  const bool open = g.collar == Collar::kCamp || g.collar == Collar::kVNeck;
  const double depth = open ? 222 : 160, round = open ? 0.1 : 0.8;
  draw_inside(s, t, depth, round, cloth, 12);
  const std::string body = s.piece(body_half(t, neckline(t, depth, round)).symmetric(), cloth);
  draw_body_folds(s, body, t, blouse ? 6 : 4.5);
  Path shoulder(kX + t.neck + 18, t.neck_y + 26);
  shoulder.line(kX + t.shoulder - 8, t.shoulder_y + 18);
  if (!blouse) seam_both(s, shoulder, cloth, 1);
  Path side_stitch(kX + t.hem - 4, t.hem_y - t.tail - 4);
  if (t.tail > 0) {
    side_stitch.curve(kX + t.hem - 8, t.hem_y - t.tail * 0.2 - 8, kX + t.hem * 0.7, t.hem_y + t.hem_dip - 8,
                      kX + t.hem * 0.42, t.hem_y + t.hem_dip - 8);
  } else {
    side_stitch = Path(kX + t.hem - 1, t.hem_y - 12);
    side_stitch.quad(kX + t.hem * 0.6, t.hem_y + t.hem_dip - 12, kX + t.hem * 0.42, t.hem_y + t.hem_dip - 12);
  }
  side_stitch.line(kX + 14, t.hem_y + t.hem_dip - 8);
  stitch_both(s, side_stitch, cloth);

  const bool closed_front = !(blouse && (g.collar == Collar::kVNeck || g.collar == Collar::kTie));
  if (closed_front) {
    const double top = depth - 6;
    const std::string placket =
        s.piece(rectangle(kX - 13, top, 26, t.hem_y + t.hem_dip - top - 1), cloth, 0, 0.35);
    s.folds(placket, {{{kX + 12, top}, {kX + 14, 400}, {kX + 12, t.hem_y}, 4, 0.2}}, 3);
    s.folds(body, {{{kX + 14, top + 30}, {kX + 22, 400}, {kX + 15, t.hem_y}, 5, 0.2}}, 3);
    stitch_both(s, Path(kX + 9, top + 6).line(kX + 9, t.hem_y), cloth);
  } else if (g.collar == Collar::kVNeck) {
    s.folds(body,
            {{{kX, depth + 12}, {kX + 12, 380}, {kX + 2, t.hem_y}, 7, 0.16},
             {{kX - 20, depth + 10}, {kX - 30, 400}, {kX - 24, t.hem_y}, 7, 0.12}},
            5);
  }
  const double first = draw_collar(s, g, t, cloth, body);
  if (closed_front)
    draw_buttons(s, kX, first, t.hem_y - (flat ? 20 : 52), flat ? 5 : open ? 5 : 7, 4.3, cloth.button());

  if (!blouse) {
    // A breast pocket on the wearer's left.
    const double px = kX + 38, py = 270;
    Path pocket(px, py);
    pocket.line(px + 64, py - 2).line(px + 64, py + 58).line(px + 32, py + 72).line(px, py + 60).close();
    s.piece(pocket, cloth, 0, 0.25);
    s.stitch(Path(px + 3, py + 10).line(px + 61, py + 8), cloth);
    s.stitch(Path(px + 3, py + 3)
                 .line(px + 3, py + 57)
                 .line(px + 32, py + 68)
                 .line(px + 61, py + 55)
                 .line(px + 61, py + 2),
             cloth);
  }
  return {s.take(), box};
}

}  // namespace ff::pictures
