// The colours of the shop's drawings: cloth, the tones it takes in light and shade, and the ground behind it.
#pragma once

#include <string>

#include "pictures/garment.h"

namespace ff::pictures {

struct Rgb {
  int r = 0, g = 0, b = 0;
  std::string hex() const;
};

/// `share` of `b` in `a`, 0..1.
Rgb mix(Rgb a, Rgb b, double share);

/// 0 (black) .. 1 (white), as the eye weighs it.
double lightness(Rgb colour);

Rgb rgb(Colour colour);

/// The ground that lets cloth of this colour stand out quietly.
Rgb ground(Colour cloth);

struct Tones {
  Rgb base;
  Rgb light;   // where light falls
  Rgb dark;    // in shade
  Rgb inside;  // the wrong side, seen at a neck or a hem
  Rgb line;    // seams and edges
  Rgb stitch;  // thread
};
Tones tones(Colour cloth);
Tones tones(Rgb cloth);

}  // namespace ff::pictures
