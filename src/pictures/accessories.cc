// Scarves, hats, bags, belts, socks; and the parcel that stands for what we know nothing about.
#include <fmt/format.h>

#include <cmath>

#include "pictures/cloth.h"
#include "pictures/figures.h"
#include "pictures/torso.h"

namespace ff::pictures {
namespace {

constexpr double kX = kAxis;
constexpr Rgb kBrass{186, 150, 92};

std::string soft_shadow(Sketch& s, const Path& p, double dx, double dy, double blur = 5) {
  return fmt::format(
      R"x(<path transform="translate({} {})" d="{}" fill="#15121d" opacity=".3" filter="{}"/>)x", number(dx),
      number(dy), p.d(), s.canvas().blur(blur));
}

void fringe(Sketch& s, const Cloth& cloth, double x0, double x1, double y, double length, double lean) {
  std::string dark, light;
  int i = 0;
  for (double x = x0 + 3; x < x1 - 1; x += 6.5, ++i) {
    const double sway = lean + ((i * 7) % 5 - 2) * 1.6, end = y + length + ((i * 5) % 4) * 2;
    (i % 2 == 0 ? dark : light) += Path(x, y - 3).quad(x + sway * 0.2, y + length * 0.5, x + sway, end).d();
  }
  s.raw(fmt::format(
      R"(<g fill="none" stroke-width="3.4" stroke-linecap="round"><path d="{}" stroke="{}"/><path d="{}" stroke="{}"/></g>)",
      dark, cloth.tones().dark.hex(), light, cloth.tones().base.hex()));
}

Figure scarf(Canvas& canvas, const Garment& g) {
  Sketch s(canvas);
  const Cloth cloth(g);
  const bool silk = g.fabric == Fabric::kSilk;
  if (g.view == View::kFlat) {
    // Folded in four, the fringe to one side.
    for (const double down : {30.0, 15.0}) {
      const Path layer = rectangle(kX - 170, 240, 340, 300 + down, 12);
      s.piece(layer, cloth.plain(mix(cloth.tones().base, cloth.tones().inside, 0.12 + down * 0.01)), 0, 0.6);
    }
    if (!silk) fringe(s, cloth, kX - 168, kX + 168, 542, 46, 3);
    Path top(kX - 172, 236);
    top.curve(kX - 80, 228, kX + 80, 228, kX + 174, 234).curve(kX + 180, 330, kX + 178, 440, kX + 172, 540);
    top.curve(kX + 80, 546, kX - 80, 548, kX - 170, 540)
        .curve(kX - 178, 440, kX - 178, 330, kX - 172, 236)
        .close();
    const std::string id = s.piece(top, cloth);
    s.folds(id,
            {{{kX - 60, 236}, {kX - 66, 380}, {kX - 58, 544}, 10, 0.14},
             {{kX - 90, 236}, {kX - 96, 380}, {kX - 88, 544}, 14, -0.14},
             {{kX + 60, 236}, {kX + 72, 380}, {kX + 62, 544}, 9, 0.12},
             {{kX - 170, 246}, {kX, 234}, {kX + 170, 244}, 10, -0.2},
             {{kX - 170, 538}, {kX, 526}, {kX + 170, 536}, 10, 0.24}},
            6);
    return {s.take(), {kX - 182, 226, kX + 182, 600, {kX + 60, 500}}};
  }
  // Looped once round the neck: the far end, the near end, the loop over both.
  const double end = silk ? 560 : 620;
  Path far(kX - 40, 230);
  far.curve(kX - 70, 340, kX - 98, 450, kX - 104, end - 62)
      .line(kX - 4, end - 46)
      .curve(kX + 4, 450, kX + 14, 340, kX + 20, 230)
      .close();
  const std::string back = s.piece(far, cloth, 6);
  s.folds(back,
          {{{kX - 10, 250}, {kX - 40, 400}, {kX - 50, end}, 12, 0.2},
           {{kX - 40, 250}, {kX - 72, 400}, {kX - 82, end}, 10, -0.16},
           {{kX - 60, 250}, {kX, 290}, {kX + 20, 260}, 30, 0.3}},
          6);
  if (!silk) fringe(s, cloth, kX - 104, kX - 4, end - 52, 44, -3);
  Path near(kX - 16, 236);
  near.curve(kX + 2, 360, kX + 10, 480, kX + 8, end)
      .line(kX + 112, end - 10)
      .curve(kX + 112, 470, kX + 92, 350, kX + 64, 236)
      .close();
  s.raw(soft_shadow(s, near, -6, 6, 8));
  const std::string front = s.piece(near, cloth, -5);
  s.folds(front,
          {{{kX + 20, 260}, {kX + 40, 420}, {kX + 42, end}, 12, 0.2},
           {{kX + 44, 260}, {kX + 70, 420}, {kX + 78, end}, 12, -0.16},
           {{kX - 10, 250}, {kX + 26, 300}, {kX + 70, 250}, 30, 0.34}},
          6);
  if (!silk) fringe(s, cloth, kX + 9, kX + 112, end - 4, 46, 3);
  const Path hole = ellipse(kX, 146, 96, 46);
  const std::string inside = s.piece(hole, cloth.plain(cloth.tones().inside), 0, 0.6);
  s.folds(inside,
          {{{kX - 90, 160}, {kX, 110}, {kX + 90, 160}, 22, 0.34},
           {{kX - 80, 120}, {kX, 96}, {kX + 80, 120}, 8, -0.2}},
          8);
  Path loop(kX - 128, 158);
  loop.curve(kX - 128, 136, kX - 110, 118, kX - 88, 118).curve(kX - 80, 118, kX - 86, 130, kX - 84, 142);
  loop.curve(kX - 62, 182, kX + 60, 184, kX + 84, 140).curve(kX + 86, 128, kX + 80, 118, kX + 90, 118);
  loop.curve(kX + 112, 120, kX + 130, 138, kX + 128, 162).curve(kX + 124, 232, kX + 66, 290, kX, 292);
  loop.curve(kX - 70, 290, kX - 126, 228, kX - 128, 158).close();
  s.raw(soft_shadow(s, loop, 2, 10, 8));
  const std::string id = s.piece(loop, cloth, 12);
  s.folds(id,
          {{{kX - 120, 150}, {kX - 40, 240}, {kX + 70, 226}, 11, 0.26},
           {{kX - 106, 132}, {kX - 20, 212}, {kX + 90, 180}, 8, 0.2},
           {{kX - 124, 190}, {kX - 60, 268}, {kX + 30, 272}, 8, 0.2},
           {{kX - 116, 170}, {kX - 46, 252}, {kX + 50, 246}, 8, -0.24},
           {{kX + 124, 160}, {kX + 96, 230}, {kX + 20, 276}, 11, 0.22},
           {{kX - 96, 120}, {kX - 40, 190}, {kX + 60, 178}, 6, -0.16}},
          5);
  return {s.take(), {kX - 136, 92, kX + 136, end + 56, {kX + 10, 250}}};
}

Figure beanie(Canvas& canvas, const Garment& g) {
  Sketch s(canvas);
  const Cloth cloth(g);
  const bool flat = g.view == View::kFlat;
  Path dome(kX - 150, 430);
  dome.curve(kX - 160, 300, kX - 110, 190, kX - 20, 172)
      .curve(kX - 6, 166, kX + 12, 166, kX + 24, 172)
      .curve(kX + 112, 192, kX + 160, 300, kX + 150, 430)
      .close();
  const std::string id = s.piece(dome, cloth);
  std::vector<Fold> crown;
  for (int i = -3; i <= 3; ++i) {
    const double x = i * 36.0;
    crown.push_back({{kX + i * 5.0, 174}, {kX + x * 0.9, 230}, {kX + x * 1.15, 330}, 7, 0.2 + 0.02 * i});
    crown.push_back(
        {{kX - 10 + i * 5.0, 178}, {kX - 16 + x * 0.9, 230}, {kX - 20 + x * 1.15, 320}, 6, -0.16});
  }
  crown.push_back({{kX - 140, 424}, {kX, 440}, {kX + 140, 424}, 16, 0.3});
  s.folds(id, crown, 5);
  Path cuff(kX - 160, 420);
  cuff.curve(kX - 80, 436, kX + 80, 436, kX + 160, 420)
      .curve(kX + 166, 450, kX + 166, 490, kX + 158, 520)
      .curve(kX + 80, 540, kX - 80, 540, kX - 158, 520)
      .curve(kX - 166, 490, kX - 166, 450, kX - 160, 420)
      .close();
  s.raw(soft_shadow(s, cuff, 0, -5, 6));
  const std::string rim = s.piece(cuff, cloth.rib());
  s.folds(rim,
          {{{kX - 158, 428}, {kX, 446}, {kX + 158, 428}, 7, -0.22},
           {{kX - 156, 520}, {kX, 530}, {kX + 156, 520}, 10, 0.3}},
          4);
  const Rgb leather{150, 104, 66};
  s.piece(rectangle(kX + 44, 462, 46, 32, 2), Cloth(leather, Fabric::kLeather), 0, 0.7);
  s.stitch(rectangle(kX + 48, 466, 38, 24, 1), Cloth(leather, Fabric::kLeather));
  Figure figure{s.take(), {kX - 170, 160, kX + 170, 540, {kX + 30, 440}}};
  if (flat) {
    figure.markup = fmt::format(R"x(<g transform="rotate(-24 300 350)">{}</g>)x", figure.markup);
    figure.box = {kX - 210, 130, kX + 210, 580, {kX + 30, 440}};
  }
  return figure;
}

Figure tote(Canvas& canvas, const Garment& g) {
  Sketch s(canvas);
  const Cloth cloth(g);
  const bool flat = g.view == View::kFlat, leather = g.fabric != Fabric::kCanvas;
  const auto strap = [&](const Path& p, double width) {
    s.stroke(p, "#15121d", width + 2, 0.22);
    s.stroke(p, cloth.tones().line.hex(), width);
    s.stroke(p, cloth.tones().base.hex(), width - 2);
    s.stroke(p, cloth.tones().light.hex(), 1.4, 0.4);
  };
  if (flat) {
    Path h1(kX - 70, 250);
    h1.curve(kX - 120, 140, kX + 40, 90, kX + 120, 150).curve(kX + 160, 190, kX + 110, 230, kX + 70, 250);
    strap(h1, 21);
  } else {
    Path behind(kX - 76, 300);
    behind.curve(kX - 74, 150, kX - 50, 96, kX + 6, 96).curve(kX + 62, 96, kX + 82, 150, kX + 84, 300);
    s.stroke(behind, cloth.tones().inside.hex(), 20);
  }
  Path opening(kX - 168, 268);
  opening.curve(kX - 80, 254, kX + 80, 254, kX + 168, 268).line(kX + 166, 290).line(kX - 166, 290).close();
  s.piece(opening, cloth.plain(cloth.tones().inside), 0, 0.5);
  Path body(kX - 170, 272);
  body.curve(kX - 80, 284, kX + 80, 284, kX + 170, 272)
      .curve(kX + 176, 400, kX + 184, 540, kX + 178, 650)
      .curve(kX + 174, 664, kX + 166, 668, kX + 152, 668);
  body.curve(kX + 60, 676, kX - 60, 676, kX - 152, 668)
      .curve(kX - 168, 668, kX - 174, 664, kX - 178, 650)
      .curve(kX - 184, 540, kX - 176, 400, kX - 170, 272)
      .close();
  const std::string id = s.piece(body, cloth);
  s.folds(id,
          {{{kX - 130, 280}, {kX - 110, 420}, {kX - 140, 600}, 18, -0.15},
           {{kX + 40, 284}, {kX + 60, 420}, {kX + 30, 560}, 14, 0.1},
           {{kX + 168, 300}, {kX + 130, 440}, {kX + 170, 640}, 15, 0.15},
           {{kX - 150, 660}, {kX - 90, 620}, {kX - 110, 540}, 10, 0.14},
           {{kX + 150, 660}, {kX + 100, 620}, {kX + 110, 560}, 10, 0.15},
           {{kX - 40, 300}, {kX - 20, 380}, {kX - 46, 470}, 10, 0.08}},
          8);
  s.stitch(Path(kX - 169, 296).curve(kX - 80, 307, kX + 80, 307, kX + 169, 296), cloth);
  s.stitch(Path(kX - 169, 302).curve(kX - 80, 313, kX + 80, 313, kX + 169, 302), cloth);
  if (leather) {
    s.stitch(Path(kX - 172, 640).curve(kX - 60, 662, kX + 60, 662, kX + 172, 640), cloth);
  }
  for (const double x : {-80.0, 80.0}) {
    s.piece(rectangle(kX + x - 11, 276, 22, 74, 2), cloth, 0, 0.5);
    s.stitch(Path(kX + x - 7, 320)
                 .line(kX + x + 7, 346)
                 .line(kX + x - 7, 346)
                 .line(kX + x + 7, 320)
                 .line(kX + x - 7, 320),
             cloth);
  }
  Path front(kX - 80, 284);
  if (flat)
    front.curve(kX - 110, 400, kX + 60, 440, kX + 100, 380).curve(kX + 120, 340, kX + 90, 310, kX + 80, 284);
  else
    front.curve(kX - 82, 140, kX - 56, 74, kX, 74).curve(kX + 56, 74, kX + 82, 140, kX + 80, 284);
  strap(front, 21);
  if (leather) {
    s.piece(rectangle(kX - 30, 470, 60, 22, 2), cloth, 0, 0.4);
  } else {
    s.raw(fmt::format(
        R"(<g fill="none" stroke="{0}" stroke-width="3" opacity=".75"><circle cx="300" cy="480" r="30"/><path d="M288 495V466H299M288 480H297M305 495V466H316M305 480H314"/></g>)",
        lightness(cloth.tones().base) > 0.5 ? "#2b2a2e" : "#f1ebdf"));
  }
  Figure figure{s.take(), {kX - 188, flat ? 110.0 : 62.0, kX + 188, 678, {kX + 60, 320}}};
  if (flat) {
    figure.markup = fmt::format(R"x(<g transform="rotate(11 300 400)">{}</g>)x", figure.markup);
    figure.box = {kX - 230, 90, kX + 230, 710, {kX + 60, 320}};
  }
  return figure;
}

void strap_along(Sketch& s, const Path& p, const Cloth& cloth, double width) {
  s.stroke(p, cloth.tones().line.hex(), width + 1.6);
  s.stroke(p, cloth.tones().base.hex(), width);
  if (const std::string texture = cloth.texture(s.canvas(), 0); !texture.empty()) s.stroke(p, texture, width);
  s.stroke(p, cloth.tones().light.hex(), width * 0.3, 0.22);
}

void buckle(Sketch& s, double x, double y, double w, double h) {
  s.raw(fmt::format(
      R"(<rect x="{}" y="{}" width="{}" height="{}" rx="7" fill="none" stroke="#15121d" stroke-opacity=".3" stroke-width="9"/>)",
      number(x + 2), number(y + 4), number(w), number(h)));
  s.raw(fmt::format(
      R"(<rect x="{0}" y="{1}" width="{2}" height="{3}" rx="7" fill="none" stroke="{4}" stroke-width="8.5"/><rect x="{0}" y="{1}" width="{2}" height="{3}" rx="7" fill="none" stroke="#fff6dc" stroke-opacity=".6" stroke-width="2"/>)",
      number(x), number(y), number(w), number(h), kBrass.hex()));
  s.stroke(Path(x + w * 0.5, y + h * 0.5).line(x + w + 3, y + h * 0.5), kBrass.hex(), 7);
  s.stroke(Path(x + w * 0.5, y + h * 0.5 - 1.5).line(x + w + 2, y + h * 0.5 - 1.5), "#fff6dc", 1.6, 0.7);
}

Figure belt(Canvas& canvas, const Garment& g) {
  Sketch s(canvas);
  const Cloth cloth(g);
  if (g.view == View::kFlat) {
    // Rolled up, seen from above: the edge of the leather goes round and round.
    constexpr double kTurn = 0.7853981634;  // an eighth
    constexpr double kPitch = 3.15;         // how much further out after each eighth
    const auto at = [&](int i) {
      const double r = 30 + i * kPitch;
      return Point{kX + r * std::cos(i * kTurn), 390 + r * std::sin(i * kTurn)};
    };
    Path spiral(at(0).x, at(0).y);
    for (int i = 0; i < 38; ++i) {
      // A cubic close to an eighth of a circle: controls along the tangents.
      const Point a = at(i), b = at(i + 1);
      const double k = (30 + (i + 0.5) * kPitch) * 0.2652;
      spiral.curve(a.x - k * std::sin(i * kTurn), a.y + k * std::cos(i * kTurn),
                   b.x + k * std::sin((i + 1) * kTurn), b.y - k * std::cos((i + 1) * kTurn), b.x, b.y);
    }
    s.stroke(spiral, "#15121d", 21, 0.35);
    s.stroke(spiral, cloth.tones().dark.hex(), 18);
    s.stroke(spiral, cloth.tones().base.hex(), 12);
    s.stroke(spiral, cloth.tones().light.hex(), 2.6, 0.55);
    const Point end = at(38);
    s.piece(rectangle(end.x - 13, end.y - 30, 26, 46, 3), cloth, 0, 0.6);
    buckle(s, end.x - 26, end.y - 60, 52, 44);
    return {s.take(), {kX - 160, end.y - 70, kX + 170, 560, {kX - 30, 300}}};
  }
  // Buckled: a ring seen a little from above.
  Path back(kX - 236, 356);
  back.curve(kX - 236, 270, kX - 120, 236, kX, 236).curve(kX + 120, 236, kX + 236, 270, kX + 236, 356);
  const Cloth lining = cloth.plain(mix(cloth.tones().inside, Rgb{168, 128, 92}, 0.4));
  strap_along(s, back, lining, 50);
  Path ring(kX - 236, 350);
  ring.curve(kX - 240, 470, kX - 130, 506, kX, 506).curve(kX + 130, 506, kX + 240, 470, kX + 236, 350);
  Path front(kX - 262, 352);
  front.curve(kX - 266, 330, kX - 262, 322, kX - 250, 322)
      .curve(kX - 240, 330, kX - 214, 350, kX - 212, 366)
      .curve(kX - 190, 440, kX - 90, 478, kX, 478);
  front.curve(kX + 90, 478, kX + 190, 440, kX + 212, 366)
      .curve(kX + 214, 350, kX + 240, 330, kX + 250, 322)
      .curve(kX + 262, 322, kX + 266, 330, kX + 262, 352);
  front.curve(kX + 258, 480, kX + 140, 534, kX, 534)
      .curve(kX - 140, 534, kX - 258, 480, kX - 262, 352)
      .close();
  const std::string id = s.piece(front, cloth);
  s.folds(id,
          {{{kX - 240, 400}, {kX - 140, 500}, {kX, 496}, 10, -0.2},
           {{kX, 526}, {kX + 160, 520}, {kX + 250, 400}, 12, 0.22}},
          6);
  if (g.fabric != Fabric::kCanvas) {
    s.stitch(Path(kX - 254, 352)
                 .curve(kX - 250, 474, kX - 136, 526, kX, 526)
                 .curve(kX + 136, 526, kX + 250, 474, kX + 254, 352),
             cloth);
    s.stitch(Path(kX - 216, 376)
                 .curve(kX - 196, 446, kX - 94, 486, kX, 486)
                 .curve(kX + 94, 486, kX + 196, 446, kX + 216, 376),
             cloth);
  }
  Path tip(kX + 10, 478);
  tip.curve(kX + 60, 478, kX + 116, 466, kX + 150, 448)
      .curve(kX + 168, 454, kX + 172, 480, kX + 164, 496)
      .curve(kX + 126, 520, kX + 66, 534, kX + 10, 534)
      .close();
  s.raw(soft_shadow(s, tip, 3, 5, 4));
  s.piece(tip, cloth, 0, 0.5);
  s.stitch(Path(kX + 40, 526)
               .curve(kX + 90, 524, kX + 130, 508, kX + 158, 490)
               .curve(kX + 160, 476, kX + 158, 464, kX + 149, 457)
               .curve(kX + 112, 474, kX + 70, 484, kX + 40, 485),
           cloth);
  for (int i = 0; i < 3; ++i)
    s.fill(ellipse(kX + 66 + i * 28, 506 - i * (6.5 + i * 1.4), 3.6, 3.6), "#1c1612", 0.85);
  s.piece(rectangle(kX + 2, 470, 18, 70, 3), cloth, 0, 0.6);
  buckle(s, kX - 62, 470, 56, 70);
  return {s.take(), {kX - 268, 206, kX + 268, 548, {kX + 10, 500}}};
}

Path sock_outline(double x) {
  Path p(x - 58, 150);
  p.curve(x - 20, 144, x + 30, 144, x + 62, 150).curve(x + 66, 260, x + 60, 370, x + 62, 440);
  p.curve(x + 66, 500, x + 50, 540, x + 10, 566)
      .curve(x - 40, 600, x - 90, 618, x - 136, 616)
      .curve(x - 178, 610, x - 180, 560, x - 146, 540);
  p.curve(x - 100, 516, x - 64, 480, x - 60, 430).curve(x - 54, 350, x - 60, 250, x - 58, 150);
  return p.close();
}

void sock(Sketch& s, const Garment& g, const Cloth& cloth, double x) {
  const Path outline = sock_outline(x);
  s.raw(soft_shadow(s, outline, 6, 8, 8));
  const std::string id = s.piece(outline, cloth);
  const Rgb accent =
      g.pattern == Pattern::kPlain ? mix(cloth.tones().base, cloth.tones().dark, 0.75) : rgb(g.accent);
  Path heel(x + 64, 420);
  heel.curve(x + 20, 440, x + 4, 490, x + 30, 552).line(x + 90, 540).line(x + 90, 420).close();
  Path toe(x - 96, 520);
  toe.curve(x - 74, 550, x - 76, 580, x - 84, 612).line(x - 200, 640).line(x - 190, 520).close();
  s.inside(id,
           fmt::format(R"(<path d="{}{}" fill="{}" fill-opacity=".92"/>)", heel.d(), toe.d(), accent.hex()));
  s.folds(id,
          {{{x - 40, 160}, {x - 36, 300}, {x - 40, 430}, 12, -0.18},
           {{x + 50, 160}, {x + 40, 300}, {x + 46, 430}, 13, 0.18},
           {{x - 60, 440}, {x - 20, 450}, {x + 20, 430}, 6, 0.2},
           {{x - 70, 476}, {x - 30, 480}, {x + 12, 462}, 6, 0.18},
           {{x - 140, 606}, {x - 60, 590}, {x + 20, 552}, 12, 0.2},
           {{x - 130, 556}, {x - 90, 540}, {x - 60, 512}, 8, -0.16}},
          5);
  Path cuff(x - 60, 146);
  cuff.curve(x - 20, 139, x + 30, 139, x + 64, 146)
      .line(x + 65, 206)
      .curve(x + 30, 200, x - 20, 200, x - 60, 206)
      .close();
  s.piece(cuff, Cloth(accent, Fabric::kRib), 0, 0.9);
}

Figure socks(Canvas& canvas, const Garment& g) {
  Sketch s(canvas);
  const Cloth cloth(g);
  if (g.view == View::kFlat) {
    // Folded into each other: the pair as it lies in a drawer.
    Path body(kX - 150, 300);
    body.curve(kX - 60, 284, kX + 70, 284, kX + 150, 298)
        .curve(kX + 164, 340, kX + 164, 420, kX + 150, 462)
        .curve(kX + 60, 478, kX - 70, 478, kX - 150, 462)
        .curve(kX - 166, 420, kX - 166, 340, kX - 150, 300)
        .close();
    s.piece(rectangle(kX - 146, 306, 300, 168, 30), cloth.plain(cloth.tones().dark), 0, 0.6);
    const std::string id = s.piece(body, cloth, 90);
    s.folds(id,
            {{{kX - 150, 460}, {kX, 470}, {kX + 150, 460}, 12, 0.26},
             {{kX - 140, 320}, {kX, 306}, {kX + 130, 318}, 12, -0.2},
             {{kX - 30, 300}, {kX - 40, 380}, {kX - 26, 470}, 8, 0.14}},
            6);
    Path band(kX + 16, 288);
    band.curve(kX + 66, 288, kX + 110, 292, kX + 152, 298)
        .curve(kX + 166, 340, kX + 166, 420, kX + 152, 464)
        .curve(kX + 106, 474, kX + 60, 476, kX + 16, 476)
        .curve(kX + 30, 420, kX + 30, 346, kX + 16, 288)
        .close();
    const Rgb accent =
        g.pattern == Pattern::kPlain ? mix(cloth.tones().base, cloth.tones().dark, 0.6) : rgb(g.accent);
    s.raw(soft_shadow(s, band, -5, 3, 5));
    s.piece(band, Cloth(accent, Fabric::kRib), 90, 0.9);
    return {s.take(), {kX - 176, 270, kX + 176, 490, {kX, 380}}};
  }
  sock(s, g, cloth, kX + 130);
  sock(s, g, cloth, kX + 8);
  return {s.take(), {kX - 172, 134, kX + 200, 622, {kX + 20, 230}}};
}

Figure parcel(Canvas& canvas, const Garment& g) {
  Sketch s(canvas);
  const Cloth paper(mix(rgb(g.colour), Rgb{214, 188, 152}, 0.35), Fabric::kNone);
  const Path front = rectangle(kX - 170, 300, 340, 270, 4);
  const std::string id = s.piece(front, paper);
  s.folds(id,
          {{{kX - 168, 566}, {kX, 556}, {kX + 168, 566}, 16, 0.18},
           {{kX - 150, 310}, {kX - 130, 420}, {kX - 150, 560}, 24, -0.12}},
          8);
  Path lid(kX - 170, 302);
  lid.line(kX - 128, 236).line(kX + 150, 236).line(kX + 170, 302).close();
  s.piece(lid, paper.plain(mix(paper.tones().base, paper.tones().light, 0.5)), 0, 0.5);
  s.stroke(Path(kX - 20, 236).curve(kX - 22, 262, kX - 24, 290, kX - 24, 302).line(kX - 24, 570), "#f4eee2",
           9);
  s.stroke(Path(kX - 169, 420).line(kX + 169, 420), "#f4eee2", 9);
  s.stroke(Path(kX - 19, 236).curve(kX - 20, 262, kX - 22, 290, kX - 22, 302).line(kX - 22, 570), "#8a7a66",
           1.2, 0.5);
  s.stroke(Path(kX - 169, 423).line(kX + 169, 423), "#8a7a66", 1.2, 0.5);
  for (const double turn : {-1.0, 1.0}) {
    Path bow(kX - 24, 268);
    bow.curve(kX - 24 + turn * 30, 214, kX - 24 + turn * 92, 214, kX - 24 + turn * 86, 248)
        .curve(kX - 24 + turn * 80, 274, kX - 24 + turn * 30, 274, kX - 24, 268);
    s.stroke(bow, "#8a7a66", 10, 0.35);
    s.stroke(bow, "#f4eee2", 8);
  }
  s.piece(rectangle(kX + 46, 470, 92, 58, 2), Cloth(Rgb{244, 238, 226}, Fabric::kNone), 0, 0.4);
  s.stroke(Path(kX + 58, 488).line(kX + 118, 488), "#6d6257", 2.4, 0.7);
  s.stroke(Path(kX + 58, 500).line(kX + 102, 500), "#6d6257", 2.4, 0.5);
  s.stroke(Path(kX + 58, 512).line(kX + 110, 512), "#6d6257", 2.4, 0.5);
  return {s.take(), {kX - 174, 214, kX + 174, 576, {kX, 300}}};
}

}  // namespace

Figure draw_accessory(Canvas& canvas, const Garment& g) {
  switch (g.kind) {
    case Kind::kScarf:
      return scarf(canvas, g);
    case Kind::kBeanie:
      return beanie(canvas, g);
    case Kind::kTote:
      return tote(canvas, g);
    case Kind::kBelt:
      return belt(canvas, g);
    case Kind::kSocks:
      return socks(canvas, g);
    default:
      return parcel(canvas, g);
  }
}

}  // namespace ff::pictures
