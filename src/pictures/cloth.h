// Cloth: what fills a piece. The pattern that is printed or woven in, the texture of the fabric over it.
//
// Invariant: the same cloth at the same angle is defined once per document.
#pragma once

#include <string>

#include "pictures/canvas.h"
#include "pictures/garment.h"
#include "pictures/palette.h"

namespace ff::pictures {

class Cloth {
 public:
  Cloth(Colour colour, Colour accent, Pattern pattern, Fabric fabric);
  explicit Cloth(const Garment& g) : Cloth(g.colour, g.accent, g.pattern, g.fabric) {}
  /// Plain cloth of any colour: a sole, a lining, a buckle's strap.
  Cloth(Rgb colour, Fabric fabric);

  /// The same fabric, plain, in another tone.
  Cloth plain(Rgb colour) const { return {colour, fabric_}; }
  Cloth rib() const;  // the ribbed trim that goes with it, without its pattern

  std::string paint(Canvas& canvas, double angle) const;    // a colour or url(#...)
  std::string texture(Canvas& canvas, double angle) const;  // url(#...), or "" for none
  bool glossy() const;
  bool knitted() const;
  const Tones& tones() const { return tones_; }
  Rgb thread() const;  // of visible stitching
  Rgb button() const;  // what buttons on it are like
  Fabric fabric() const { return fabric_; }

 private:
  Tones tones_;
  Rgb accent_;
  Pattern pattern_ = Pattern::kPlain;
  Fabric fabric_ = Fabric::kNone;
};

}  // namespace ff::pictures
