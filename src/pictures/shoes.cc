// Shoes: a pair from the side, or from above. Units: a shoe is about 440 long.
#include <fmt/format.h>

#include "pictures/cloth.h"
#include "pictures/figures.h"
#include "pictures/torso.h"

namespace ff::pictures {
namespace {

constexpr double kX = kAxis;
constexpr Rgb kRubber{240, 236, 226}, kSoleLeather{96, 66, 46}, kLace{243, 239, 230};

void sneaker(Sketch& s, const Cloth& cloth) {
  const bool pale = lightness(cloth.tones().base) > 0.8;
  const Rgb trim = pale ? Rgb{46, 84, 72} : mix(cloth.tones().base, cloth.tones().dark, 0.6);
  // Inside of the far quarter, then the upper, toe to the left.
  Path far(372, 318);
  far.curve(400, 300, 470, 306, 504, 322).line(500, 372).line(380, 372).close();
  s.piece(far, Cloth(mix(cloth.tones().inside, Rgb{210, 190, 160}, 0.35), Fabric::kNone), 0, 0.5);
  Path tongue(316, 338);
  tongue.curve(326, 306, 344, 288, 366, 284).curve(384, 286, 388, 298, 384, 318).line(352, 376).close();
  s.piece(tongue, cloth, 0, 0.8);
  Path upper(84, 462);
  upper.curve(80, 430, 96, 408, 134, 398)
      .curve(186, 388, 236, 372, 276, 350)
      .curve(296, 338, 310, 330, 322, 326);
  upper.curve(338, 322, 350, 330, 362, 342)
      .curve(386, 364, 440, 366, 470, 344)
      .curve(488, 330, 496, 318, 508, 316);
  upper.curve(520, 318, 520, 336, 518, 352).curve(514, 390, 522, 430, 520, 464).close();
  const std::string id = s.piece(upper, cloth);
  s.folds(id,
          {{{110, 420}, {180, 404}, {260, 372}, 12, -0.22},
           {{200, 440}, {230, 420}, {262, 384}, 6, 0.12},
           {{222, 446}, {252, 424}, {280, 392}, 5, 0.1},
           {{90, 460}, {300, 440}, {520, 460}, 16, 0.2},
           {{430, 380}, {470, 372}, {512, 350}, 9, 0.14}},
          5);
  // Eyelet stay, heel tab, side panel, toe seam.
  Path stay(238, 372);
  stay.curve(270, 356, 300, 338, 322, 328)
      .curve(340, 324, 352, 334, 362, 344)
      .curve(350, 368, 322, 392, 292, 404)
      .curve(270, 400, 250, 390, 238, 372)
      .close();
  s.piece(stay, cloth, 0, 0.5);
  s.stitch(Path(246, 376).curve(262, 392, 278, 398, 292, 398).curve(320, 386, 344, 364, 355, 345), cloth);
  Path tab(486, 334);
  tab.curve(494, 322, 500, 317, 508, 316)
      .curve(520, 318, 520, 336, 518, 352)
      .line(516, 392)
      .curve(500, 392, 488, 380, 486, 334)
      .close();
  s.piece(tab, Cloth(trim, cloth.fabric()), 0, 0.6);
  Path cap(190, 462);
  cap.curve(196, 432, 186, 408, 166, 393);
  s.seam(cap, cloth);
  s.stitch(Path(184, 460).curve(190, 432, 180, 410, 161, 396), cloth);
  Path panel(330, 462);
  panel.curve(342, 430, 372, 404, 410, 392).curve(440, 384, 470, 388, 490, 396);
  s.seam(panel, cloth);
  s.stitch(Path(338, 460).curve(350, 432, 378, 410, 412, 398).curve(440, 391, 468, 394, 488, 402), cloth);
  for (int i = 0; i < 5; ++i) {
    const double x = 256 + i * 23.0, y = 374 - i * 10.6;
    s.stroke(Path(x - 4, y - 9).curve(x + 10, y - 6, x + 22, y + 6, x + 30, y + 14), "#15121d", 7.5, 0.2);
    s.stroke(Path(x - 6, y - 11).curve(x + 8, y - 8, x + 20, y + 4, x + 28, y + 11), kLace.hex(), 6.5);
    s.fill(ellipse(x + 29, y + 13, 2.6, 2.6), mix(cloth.tones().dark, Rgb{60, 56, 52}, 0.4).hex());
  }
  Path sole(76, 452);
  sole.curve(120, 462, 480, 462, 526, 452)
      .curve(532, 470, 530, 488, 522, 496)
      .curve(400, 502, 180, 502, 96, 494)
      .curve(80, 488, 72, 470, 76, 452)
      .close();
  const std::string rubber = s.piece(sole, Cloth(kRubber, Fabric::kNone), 0, 0.9);
  s.folds(rubber, {{{80, 498}, {300, 490}, {524, 498}, 10, 0.28}}, 3);
  s.stroke(Path(80, 466).curve(180, 474, 430, 474, 526, 466), Rgb{176, 168, 152}.hex(), 1.4, 0.8);
  s.stroke(Path(80, 471).curve(180, 479, 430, 479, 526, 471), trim.hex(), 2.2, 0.75);
}

void leather_sole(Sketch& s, double heel) {
  Path sole(80, 468);
  sole.curve(120, 478, 250, 472, 330, 466)
      .curve(390, 462, 470, 466, 522, 466)
      .line(524, 478)
      .curve(470, 480, 420, 478, 384, 480);
  sole.curve(300, 486, 160, 494, 104, 488).curve(86, 486, 78, 478, 80, 468).close();
  const std::string id = s.piece(sole, Cloth(kSoleLeather, Fabric::kNone), 0, 0.8);
  s.folds(id, {{{84, 488}, {240, 486}, {380, 478}, 5, 0.3}}, 2);
  Path block(408, 477);
  block.line(523, 477).line(518, 478 + heel).line(414, 480 + heel).close();
  s.piece(block, Cloth(mix(kSoleLeather, Rgb{30, 24, 22}, 0.4), Fabric::kNone), 0, 0.9);
}

void loafer(Sketch& s, const Cloth& cloth) {
  Path far(318, 372);
  far.curve(380, 352, 450, 352, 506, 372).line(500, 402).line(330, 402).close();
  s.piece(far, Cloth(Rgb{196, 160, 118}, Fabric::kNone), 0, 0.7);
  leather_sole(s, 24);
  Path upper(84, 470);
  upper.curve(80, 440, 100, 420, 140, 408)
      .curve(196, 394, 240, 370, 276, 346)
      .curve(286, 340, 300, 338, 310, 346);
  upper.curve(322, 366, 344, 388, 384, 392)
      .curve(430, 394, 478, 384, 508, 366)
      .curve(520, 366, 520, 380, 518, 392)
      .curve(516, 420, 524, 446, 522, 468);
  upper.curve(440, 464, 380, 464, 330, 468).curve(240, 476, 140, 482, 84, 470).close();
  const std::string id = s.piece(upper, cloth);
  s.folds(id,
          {{{112, 436}, {180, 418}, {250, 384}, 10, -0.26},
           {{90, 470}, {300, 452}, {520, 468}, 13, 0.25},
           {{440, 410}, {480, 402}, {514, 386}, 8, -0.12},
           {{250, 452}, {280, 430}, {300, 400}, 7, 0.12}},
          5);
  // The raised seam round the apron, its tucks, and the saddle with its slot.
  Path apron(126, 430);
  apron.curve(140, 412, 210, 412, 262, 384).curve(280, 374, 292, 360, 300, 346);
  s.stroke(apron, cloth.tones().dark.hex(), 5.5);
  s.stroke(apron, cloth.tones().light.hex(), 1.6, 0.6);
  for (int i = 0; i < 6; ++i) {
    const double x = 128 + i * 12.0, y = 428 - (i > 0 ? 6 + i * 1.6 : 0);
    s.stroke(Path(x, y).line(x - 5 + i, y + 12), cloth.tones().line.hex(), 1.6, 0.6);
  }
  Path saddle(250, 388);
  saddle.curve(266, 378, 284, 364, 298, 351)
      .line(320, 374)
      .curve(324, 404, 334, 440, 350, 465)
      .line(306, 469);
  saddle.curve(292, 440, 274, 412, 250, 388).close();
  s.raw(fmt::format(R"x(<path transform="translate(-2 5)" d="{}" fill="#15121d" opacity=".3" filter="{}"/>)x",
                    saddle.d(), s.canvas().blur(4)));
  s.piece(saddle, cloth, 0, 0.9);
  s.stitch(Path(257, 390).curve(280, 414, 298, 442, 310, 466), cloth);
  s.stitch(Path(316, 380).curve(320, 408, 330, 440, 344, 463), cloth);
  s.fill(leaf({272, 388}, {288, 384}, {304, 372}, 5), cloth.tones().inside.hex());
  s.stitch(Path(326, 392).curve(360, 402, 440, 402, 514, 378), cloth);
}

void boot(Sketch& s, const Cloth& cloth) {
  leather_sole(s, 28);
  Path upper(84, 470);
  upper.curve(80, 440, 100, 418, 146, 408)
      .curve(220, 394, 290, 372, 330, 330)
      .curve(350, 300, 356, 240, 356, 172);
  upper.curve(400, 164, 460, 164, 506, 170)
      .curve(510, 240, 500, 300, 510, 360)
      .curve(518, 400, 524, 440, 522, 468);
  upper.curve(440, 464, 380, 464, 330, 468).curve(240, 476, 140, 482, 84, 470).close();
  const std::string id = s.piece(upper, cloth);
  s.folds(id,
          {{{112, 436}, {190, 416}, {280, 384}, 11, -0.25},
           {{90, 470}, {300, 452}, {520, 468}, 13, 0.25},
           {{372, 180}, {378, 260}, {360, 330}, 10, -0.2},
           {{330, 344}, {370, 360}, {420, 356}, 7, 0.2},
           {{300, 372}, {350, 392}, {410, 384}, 7, 0.16},
           {{490, 190}, {484, 280}, {496, 380}, 10, 0.16}},
          5);
  Path gusset(396, 172);
  gusset.curve(396, 250, 410, 310, 432, 352).curve(452, 310, 464, 250, 464, 170).close();
  const Cloth elastic(mix(cloth.tones().dark, Rgb{40, 38, 38}, 0.5), Fabric::kRib);
  s.piece(gusset, elastic, 0, 0.6);
  s.stitch(Path(390, 176).curve(390, 254, 406, 318, 432, 362).curve(458, 318, 470, 250, 470, 176), cloth);
  s.seam(Path(432, 356).curve(436, 400, 430, 440, 424, 464), cloth);
  Path welt(84, 462);
  welt.curve(130, 474, 250, 468, 330, 460).curve(390, 456, 470, 458, 520, 460);
  s.stroke(welt, mix(kSoleLeather, Rgb{220, 190, 140}, 0.45).hex(), 1.6, 0.9);
  Path pull(486, 176);
  pull.curve(482, 150, 496, 138, 508, 146)
      .curve(518, 154, 514, 170, 508, 184)
      .line(500, 184)
      .curve(504, 168, 504, 158, 500, 158)
      .curve(494, 160, 494, 170, 496, 184)
      .line(487, 184)
      .close();
  s.piece(pull, elastic, 0, 0.6);
}

void side_view(Sketch& s, Kind kind, const Cloth& cloth) {
  if (kind == Kind::kSneaker)
    sneaker(s, cloth);
  else if (kind == Kind::kLoafer)
    loafer(s, cloth);
  else
    boot(s, cloth);
}

/// One shoe from above, the right one; toe up.
void from_above(Sketch& s, Kind kind, const Cloth& cloth, bool left) {
  const auto side = [&](const Path& p) { return left ? p.mirrored() : p; };
  const bool sneaker_like = kind == Kind::kSneaker;
  const double c = kX + 92;
  Path outline(c - 8, 170);
  outline.curve(c + 40, 168, c + 66, 214, c + 70, 282)
      .curve(c + 74, 350, c + 52, 410, c + 54, 470)
      .curve(c + 56, 540, c + 44, 588, c, 590);
  outline.curve(c - 46, 588, c - 54, 540, c - 52, 470)
      .curve(c - 50, 410, c - 66, 350, c - 64, 280)
      .curve(c - 62, 214, c - 46, 172, c - 8, 170)
      .close();
  if (sneaker_like) {
    s.stroke(side(outline), mix(kRubber, Rgb{120, 110, 96}, 0.35).hex(), 15);
    s.stroke(side(outline), kRubber.hex(), 13);
  } else {
    s.stroke(side(outline), kSoleLeather.hex(), 6);
  }
  const std::string id = s.piece(side(outline), cloth);
  std::vector<Fold> folds{{{c - 40, 230}, {c - 34, 300}, {c - 44, 380}, 14, -0.24},
                          {{c + 58, 250}, {c + 54, 330}, {c + 44, 400}, 12, 0.2},
                          {{c - 30, 330}, {c, 318}, {c + 36, 330}, 5, 0.14}};
  if (left)
    for (Fold& f : folds)
      f = mirrored(f);
  s.folds(id, folds, 6);
  Path opening(c, 414);
  opening.curve(c + 30, 416, c + 40, 450, c + 38, 490)
      .curve(c + 38, 540, c + 28, 570, c, 572)
      .curve(c - 28, 570, c - 38, 540, c - 38, 490)
      .curve(c - 40, 450, c - 30, 416, c, 414)
      .close();
  const std::string hole =
      s.piece(side(opening),
              Cloth(kind == Kind::kBoot ? cloth.tones().inside : Rgb{196, 162, 122}, Fabric::kNone), 0, 0.8);
  std::vector<Fold> deep{{{c - 30, 424}, {c, 452}, {c + 34, 424}, 22, 0.4}};
  if (left) deep[0] = mirrored(deep[0]);
  s.folds(hole, deep, 7);
  if (sneaker_like) {
    Path tongue(c - 24, 330);
    tongue.line(c + 24, 330).line(c + 28, 426).curve(c + 12, 438, c - 12, 438, c - 28, 426).close();
    s.piece(side(tongue), cloth, 0, 0.6);
    for (int i = 0; i < 5; ++i) {
      const double y = 338 + i * 20.0;
      s.stroke(side(Path(c - 32, y + 3).line(c + 32, y)), "#15121d", 8, 0.18);
      s.stroke(side(Path(c - 32, y).line(c + 32, y - 3)), kLace.hex(), 7.5);
    }
    Path cap(c - 60, 258);
    cap.curve(c - 30, 232, c + 34, 232, c + 66, 260);
    s.seam(side(cap), cloth);
    s.stitch(side(Path(c - 60, 264).curve(c - 30, 239, c + 34, 239, c + 66, 266)), cloth);
  } else if (kind == Kind::kLoafer) {
    Path apron(c - 36, 412);
    apron.curve(c - 46, 330, c - 48, 250, c - 6, 214).curve(c + 42, 238, c + 50, 330, c + 38, 412);
    s.stroke(side(apron), cloth.tones().dark.hex(), 5);
    s.stroke(side(apron), cloth.tones().light.hex(), 1.4, 0.6);
    Path saddle(c - 64, 338);
    saddle.curve(c - 20, 324, c + 26, 324, c + 68, 342)
        .line(c + 60, 392)
        .curve(c + 24, 378, c - 20, 378, c - 58, 390)
        .close();
    s.piece(side(saddle), cloth, 0, 0.7);
    s.fill(side(leaf({c - 26, 356}, {c, 346}, {c + 26, 356}, 8)), cloth.tones().inside.hex());
  } else {
    for (const double turn : {-1.0, 1.0}) {
      Path gusset(c + turn * 38, 450);
      gusset.curve(c + turn * 46, 470, c + turn * 46, 510, c + turn * 38, 530)
          .line(c + turn * 52, 526)
          .line(c + turn * 52, 452)
          .close();
      s.piece(side(gusset), Cloth(cloth.tones().inside, Fabric::kRib), 90, 0.4);
    }
    s.stitch(side(Path(c - 50, 400).curve(c - 20, 388, c + 24, 388, c + 54, 402)), cloth);
  }
}

}  // namespace

Figure draw_shoes(Canvas& canvas, const Garment& g) {
  Sketch s(canvas);
  const Cloth cloth(g);
  if (g.view == View::kFlat) {
    for (const bool left : {true, false})
      from_above(s, g.kind, cloth, left);
    return {s.take(), {kX - 180, 150, kX + 180, 606, {kX, 400}}};
  }
  side_view(s, g.kind, cloth);
  const std::string one = s.take();
  const std::string floor = fmt::format(
      R"x(<ellipse cx="306" cy="500" rx="232" ry="13" fill="#15121d" opacity=".34" filter="{}"/>)x",
      canvas.blur(9));
  const double rise = g.kind == Kind::kBoot ? -96 : -118, shift = g.kind == Kind::kBoot ? 44 : 34;
  const std::string name = canvas.id();
  const std::string pair = fmt::format(R"x(<g transform="translate({} {})">{}<g id="{}">{}</g></g>)x",
                                       number(shift), number(rise), floor, name, one) +
                           floor + fmt::format(R"x(<use href="#{}"/>)x", name);
  const double top = (g.kind == Kind::kBoot ? 140 : g.kind == Kind::kSneaker ? 284 : 338) + rise;
  return {pair,
          {72,
           top,
           530 + shift,
           516,
           {g.kind == Kind::kBoot ? 400.0 : 300.0, g.kind == Kind::kBoot ? 300.0 : 400.0}}};
}

}  // namespace ff::pictures
