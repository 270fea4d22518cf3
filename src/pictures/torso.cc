#include "pictures/torso.h"

#include <fmt/format.h>

namespace ff::pictures {
namespace {

constexpr double kX = kAxis;

/// The cuff's corners: outer and inner, at the sleeve's end (where the cuff begins) and at the cuff's own
/// end.
struct Wrist {
  Point outer, inner, outer_end, inner_end;
};

Wrist wrist_of(const Torso& t, const SleeveShape& s) {
  const double y = t.shoulder_y + 396 + s.length - s.cuff;
  const double out = kX + t.shoulder + 80 + s.fullness * 0.6, in = kX + t.shoulder + 28 - s.fullness * 0.3;
  Wrist w;
  w.outer = {out, y};
  w.inner = {in, y + 12};
  const double narrow = s.gather;
  w.outer_end = {out + 5 - narrow, y + s.cuff};
  w.inner_end = {in + 7 + narrow, y + s.cuff + 10};
  return w;
}

}  // namespace

Path neckline(const Torso& t, double depth, double round, double out) {
  const double n = t.neck + out, y0 = t.neck_y + out * 0.4;
  Path p(kX, depth);
  const double pull = 0.12 + 0.48 * round;
  p.curve(kX + n * pull, depth - (1 - round) * 26 * (depth - y0) / 100, kX + n * (0.62 + 0.34 * round),
          y0 + (depth - y0) * (0.3 + 0.28 * round), kX + n, y0);
  return p;
}

Path body_half(const Torso& t, const Path& neck) {
  Path p = neck;
  const Point n = neck.end();
  const double slope = (t.shoulder_y - n.y) / 3;
  p.curve(n.x + (kX + t.shoulder - n.x) * 0.35, n.y + slope * 0.8, kX + t.shoulder - 30,
          t.shoulder_y - slope * 0.9, kX + t.shoulder, t.shoulder_y);
  const double lower = t.hem_y - t.waist_y;
  if (t.straight) {
    p.curve(kX + t.shoulder + 9, t.shoulder_y + 6, kX + t.waist, t.shoulder_y + 30, kX + t.waist, t.waist_y);
  } else {
    const double drop = t.chest_y - t.shoulder_y;
    p.curve(kX + t.shoulder - 8, t.shoulder_y + drop * 0.4, kX + t.chest - 12, t.chest_y - drop * 0.28,
            kX + t.chest, t.chest_y);
    const double upper = t.waist_y - t.chest_y;
    p.curve(kX + t.chest - 2, t.chest_y + upper * 0.4, kX + t.waist, t.waist_y - upper * 0.35, kX + t.waist,
            t.waist_y);
  }
  p.curve(kX + t.waist, t.waist_y + lower * 0.35, kX + t.hem - 1, t.hem_y - t.tail - lower * 0.3, kX + t.hem,
          t.hem_y - t.tail);
  if (t.tail > 0) {
    p.curve(kX + t.hem - 4, t.hem_y - t.tail * 0.2, kX + t.hem * 0.72, t.hem_y + t.hem_dip, kX + t.hem * 0.42,
            t.hem_y + t.hem_dip);
    p.line(kX, t.hem_y + t.hem_dip);
  } else {
    p.curve(kX + t.hem * 0.6, t.hem_y + t.hem_dip, kX + t.hem * 0.25, t.hem_y + t.hem_dip, kX,
            t.hem_y + t.hem_dip);
  }
  return p;
}

Path sleeve_outline(const Torso& t, const SleeveShape& s) {
  const double f = s.fullness, sx = kX + t.shoulder, sy = t.shoulder_y;
  Path p(sx - 40, sy - 14);
  p.curve(sx - 24, sy - 8, sx - 10, sy - 4, sx, sy);
  if (s.is_short) {
    const double y = sy + 142 + s.length;
    p.curve(sx + 20, sy + 10, sx + 36 + f * 0.4, sy + 50, sx + 49 + f * 0.6, sy + 86);
    p.curve(sx + 54 + f * 0.8, sy + 104, sx + 58 + f, y - 26, sx + 63 + f, y);
    p.curve(sx + 44 + f, y + 11, sx + 22, y + 17, kX + t.chest + 5, y + 19);
    p.curve(kX + t.chest + 4, y, kX + t.chest, t.chest_y + 16, kX + t.chest - 10, t.chest_y - 6);
    return p.line(sx - 40, sy + 60).close();
  }
  const Wrist w = wrist_of(t, s);
  p.curve(sx + 22, sy + 9, sx + 40 + f * 0.5, sy + 62, sx + 53 + f * 0.8, sy + 116);
  p.curve(sx + 67 + f, sy + 172, sx + 74 + f * 1.3, sy + 236, w.outer.x, w.outer.y);
  p.curve(w.outer.x - 14, w.outer.y + 8, w.inner.x + 14, w.inner.y + 5, w.inner.x, w.inner.y);
  p.curve(w.inner.x - 10 - f * 0.5, w.inner.y - 90, kX + t.chest + 14 - f * 0.2, t.chest_y + 84,
          kX + t.chest - 6, t.chest_y + 6);
  return p.line(sx - 40, sy + 60).close();
}

void draw_sleeves(Sketch& sketch, const Torso& t, const SleeveShape& s, const Cloth& cloth) {
  const Path right = sleeve_outline(t, s);
  const double sx = kX + t.shoulder, sy = t.shoulder_y;
  std::vector<Fold> folds;
  if (s.is_short) {
    folds = {{{kX + t.chest - 4, t.chest_y - 4}, {sx + 14, sy + 92}, {sx + 26, sy + 56}, 7, 0.2},
             {{kX + t.chest + 6, t.chest_y + 30}, {sx + 24, t.chest_y - 4}, {sx + 46, sy + 96}, 5, 0.14},
             {{sx - 14, sy + 8}, {sx + 18, sy + 40}, {sx + 34, sy + 92}, 7, -0.14}};
  } else {
    const Wrist w = wrist_of(t, s);
    const double elbow = (t.chest_y + w.inner.y) / 2;
    folds = {
        {{kX + t.chest - 4, t.chest_y}, {sx + 20, sy + 96}, {sx + 34, sy + 54}, 8, 0.22},
        {{kX + t.chest + 2, t.chest_y + 30}, {sx + 30, sy + 140}, {sx + 58, sy + 118}, 6, 0.16},
        {{w.inner.x - 30, elbow - 34}, {w.inner.x, elbow - 50}, {w.outer.x - 16, elbow - 78}, 6, 0.2},
        {{w.inner.x - 26, elbow - 2}, {w.inner.x + 8, elbow - 4}, {w.outer.x - 8, elbow - 32}, 5, 0.17},
        {{w.inner.x - 20, elbow + 32}, {w.inner.x + 10, elbow + 38}, {w.outer.x - 14, elbow + 22}, 5, 0.14},
        {{w.inner.x + 4, w.inner.y},
         {w.inner.x + 2, w.inner.y - 50},
         {w.inner.x + 14, w.inner.y - 100},
         6,
         0.15},
        {{w.inner.x + 26, w.inner.y},
         {w.inner.x + 20, w.inner.y - 40},
         {w.inner.x + 32, w.inner.y - 70},
         4,
         0.12},
        {{sx - 10, sy + 8}, {sx + 36, sy + 60}, {w.outer.x - 30, elbow - 60}, 8, -0.13},
        {{w.outer.x - 22, elbow - 50}, {w.outer.x - 24, elbow}, {w.outer.x - 20, w.outer.y - 20}, 6, -0.12}};
  }
  for (const bool left : {false, true}) {
    const double angle = left ? -kSleeveAngle : kSleeveAngle;
    if (s.cuff > 0 && !s.is_short) {
      const Wrist w = wrist_of(t, s);
      Path cuff(w.outer.x + (s.ribbed ? -4 : 1), w.outer.y - 3);
      cuff.curve(w.outer.x + 3, w.outer.y + 8, w.outer_end.x, w.outer_end.y - 8, w.outer_end.x, w.outer_end.y)
          .curve(w.outer_end.x - 14, w.outer_end.y + 7, w.inner_end.x + 14, w.inner_end.y + 4, w.inner_end.x,
                 w.inner_end.y)
          .curve(w.inner_end.x - 2, w.inner_end.y - 8, w.inner.x - 1, w.inner.y + 8,
                 w.inner.x + (s.ribbed ? 3 : -1), w.inner.y - 3)
          .close();
      sketch.piece(left ? cuff.mirrored() : cuff, s.ribbed ? cloth.rib() : cloth, angle);
      if (!s.ribbed) {
        Path rim(w.outer_end.x - 2, w.outer_end.y - 4);
        rim.curve(w.outer_end.x - 15, w.outer_end.y + 3, w.inner_end.x + 14, w.inner_end.y, w.inner_end.x + 1,
                  w.inner_end.y - 4);
        sketch.stitch(left ? rim.mirrored() : rim, cloth);
      }
    }
    const std::string id = sketch.piece(left ? right.mirrored() : right, cloth, angle);
    std::vector<Fold> own;
    for (const Fold& f : folds)
      own.push_back(left ? mirrored(f) : f);
    sketch.folds(id, own, 3.5);
    if (s.is_short) {
      const double y = sy + 142 + s.length, f = s.fullness;
      Path hem(sx + 60 + f, y - 12);
      hem.curve(sx + 42 + f, y - 1, sx + 22, y + 6, kX + t.chest + 6, y + 8);
      sketch.stitch(left ? hem.mirrored() : hem, cloth);
    }
  }
}

void draw_inside(Sketch& sketch, const Torso& t, double depth, double round, const Cloth& cloth,
                 double rise) {
  const double top = t.neck_y - rise;
  Path half(kX, top + 9);
  half.curve(kX + t.neck * 0.5, top + 9, kX + t.neck * 0.85, top + 4, kX + t.neck, t.neck_y - rise * 0.4);
  half.line(kX + t.neck + 3, t.neck_y + 5).then(neckline(t, depth + 4, round, 2).reversed());
  const Path hole = half.symmetric();
  const Cloth back = cloth.plain(cloth.tones().inside);
  const std::string id = sketch.piece(hole, back, 0, 0.6);
  sketch.folds(id, {{{kX - t.neck, depth - 8}, {kX, depth - 30}, {kX + t.neck, depth - 8}, 26, 0.35}}, 8);
  const Rgb label = mix(Rgb{240, 233, 220}, cloth.tones().inside, 0.15);
  sketch.fill(rectangle(kX - 15, top + 17, 30, 11, 1), label.hex());
  sketch.stroke(Path(kX - 8, top + 22.5).line(kX + 8, top + 22.5), cloth.tones().inside.hex(), 1.4, 0.7);
}

void draw_band(Sketch& sketch, const Torso& t, double depth, double round, double width, const Cloth& band) {
  // Behind the neck first, then around the front.
  const double y = t.neck_y;
  Path back(kX, y + 7);
  back.curve(kX + t.neck * 0.55, y + 7, kX + t.neck * 0.9, y + 3, kX + t.neck, y - 2)
      .line(kX + t.neck - 4, y + width * 0.75);
  back.curve(kX + t.neck * 0.7, y + width + 3, kX + t.neck * 0.4, y + width + 6, kX, y + width + 6);
  sketch.piece(back.symmetric(), band.plain(mix(band.tones().base, band.tones().inside, 0.55)), 0, 0.5);

  Path front = neckline(t, depth, round);
  front.then(neckline(t, depth + width * (round < 0.5 ? 1.35 : 1), round, width * 0.9).reversed());
  const std::string id = sketch.piece(front.symmetric(), band, 0, 0.8);
  sketch.folds(
      id, {{{kX + 6, depth + width}, {kX + t.neck, depth - 4}, {kX + t.neck + width, y + 4}, 3, 0.18}}, 3);
}

void draw_body_folds(Sketch& sketch, const std::string& id, const Torso& t, double soft) {
  const double c = kX + t.chest, w = kX + t.waist, h = kX + t.hem;
  std::vector<Fold> folds{
      {{c - 2, t.chest_y + 4}, {c - 54, t.chest_y + 40}, {kX + 54, t.chest_y + 150}, 9, 0.17},
      {{c - 2, t.chest_y + 26}, {c - 36, t.chest_y + 76}, {kX + 78, t.chest_y + 190}, 7, 0.12},
      {{kX + t.shoulder - 6, t.shoulder_y + 26}, {c - 34, t.chest_y - 60}, {c - 20, t.chest_y - 6}, 6, 0.15},
      {{w - 2, t.waist_y - 10}, {w - 44, t.waist_y + 6}, {kX + 46, t.waist_y + 52}, 7, 0.13},
      {{w - 2, t.waist_y + 24}, {w - 50, t.waist_y + 50}, {kX + 34, t.waist_y + 84}, 6, 0.1},
      {{h - 44, t.hem_y + 4}, {h - 58, t.hem_y - 70}, {h - 40, t.hem_y - 140}, 9, 0.12},
  };
  std::vector<Fold> all = folds;
  for (Fold f : folds) {
    f = mirrored(f);
    f.depth *= 0.62;
    all.push_back(f);
  }
  all.push_back({{kX - 70, t.shoulder_y + 30}, {kX - 88, t.chest_y + 30}, {kX - 66, t.waist_y}, 18, -0.13});
  all.push_back({{kX - 60, t.waist_y + 20}, {kX - 84, t.hem_y - 80}, {kX - 72, t.hem_y}, 13, -0.1});
  all.push_back({{kX + 40, t.hem_y}, {kX + 30, t.hem_y - 60}, {kX + 44, t.hem_y - 130}, 8, -0.08});
  all.push_back({{kX - t.shoulder + 20, t.shoulder_y + 2},
                 {kX - 90, t.neck_y + 26},
                 {kX - t.neck - 6, t.neck_y + 12},
                 7,
                 -0.14});
  sketch.folds(id, all, soft);
}

void draw_buttons(Sketch& sketch, double x, double top, double bottom, int count, double radius, Rgb colour) {
  for (int i = 0; i < count; ++i) {
    sketch.button(x, count == 1 ? top : top + (bottom - top) * i / (count - 1), radius, colour);
  }
}

Torso folded(Torso t) {
  t.straight = true;
  t.shoulder = 148;
  t.shoulder_y = t.neck_y + 24;
  t.chest = t.waist = 157;
  t.chest_y = 300;
  t.waist_y = 400;
  t.hem = 155;
  t.hem_y = 516;
  t.hem_dip = 3;
  t.tail = 0;
  return t;
}

void draw_layers(Sketch& s, const Torso& t, const Cloth& cloth) {
  for (const double down : {19.0, 10.0}) {
    const Path layer =
        rectangle(kX - t.hem - 3 + down * 0.3, t.hem_y - 90, 2 * t.hem + 6 - down * 0.6, 94 + down, 9);
    s.piece(layer, cloth.plain(mix(cloth.tones().base, cloth.tones().inside, 0.12 + down * 0.016)), 0, 0.7);
  }
}

Fold mirrored(const Fold& f) {
  const auto flip = [](Point p) { return Point{2 * kAxis - p.x, p.y}; };
  return {flip(f.from), flip(f.bend), flip(f.to), f.width, f.depth};
}

void seam_both(Sketch& sketch, const Path& path, const Cloth& cloth, double width) {
  sketch.seam(path, cloth, width);
  sketch.seam(path.mirrored(), cloth, width);
}

void stitch_both(Sketch& sketch, const Path& path, const Cloth& cloth) {
  sketch.stitch(path, cloth);
  sketch.stitch(path.mirrored(), cloth);
}

}  // namespace ff::pictures
