// The upper body: the block from which shirts, knitwear, jackets and the tops of dresses are cut.
//
// Invariant: right and left are mirror images in outline; only light, closures and folds tell them apart.
#pragma once

#include <vector>

#include "pictures/canvas.h"
#include "pictures/cloth.h"
#include "pictures/garment.h"

namespace ff::pictures {

/// Half widths from the axis, and heights. One unit is about 1.6 mm of cloth.
struct Torso {
  double neck = 52, neck_y = 126;           // where the shoulder seam meets the neck
  double shoulder = 138, shoulder_y = 164;  // where it meets the sleeve
  double chest = 138, chest_y = 284;        // under the arm
  double waist = 130, waist_y = 440;
  double hem = 138, hem_y = 612;
  double hem_dip = 6;     // how much lower the hem is at the centre
  double tail = 0;        // how much higher it is at the side seams
  bool straight = false;  // folded: the side runs straight from the shoulder down
  double hem_end = 0;     // where half a hem ends: right of the axis, or over it
};

/// Half of the front: along `neckline` (axis to neck), shoulder, armhole, side seam, hem to the axis.
Path body_half(const Torso& t, const Path& neckline);
/// The neck's edge: from the axis at `depth` up to the shoulder seam, `out` further out. `round`: 0 is a V, 1
/// a U.
Path neckline(const Torso& t, double depth, double round, double out = 0);

struct SleeveShape {
  bool is_short = false;
  double fullness = 0;  // extra width
  double length = 0;    // extra length
  double cuff = 32;     // depth of the cuff; 0: a plain hem
  double gather = 0;    // how much narrower the cuff is than the sleeve
  bool ribbed = false;
};
/// Both sleeves; to be drawn before the body.
void draw_sleeves(Sketch& sketch, const Torso& t, const SleeveShape& shape, const Cloth& cloth);
/// Outline of the right sleeve, without its cuff.
Path sleeve_outline(const Torso& t, const SleeveShape& shape);
inline constexpr double kSleeveAngle = -8;  // degrees, of the right one

/// What is seen through the neck: the inside of the back, with a label.
void draw_inside(Sketch& sketch, const Torso& t, double depth, double round, const Cloth& cloth,
                 double rise = 0);
/// A band around the neck, `width` wide.
void draw_band(Sketch& sketch, const Torso& t, double depth, double round, double width, const Cloth& band);

/// The block of a top folded for a drawer: sleeves behind, sides straight.
Torso folded(Torso t);
/// The layers that show below a folded piece; to be drawn before it.
void draw_layers(Sketch& sketch, const Torso& t, const Cloth& cloth);

/// How woven or knitted cloth falls on a body.
void draw_body_folds(Sketch& sketch, const std::string& id, const Torso& t, double softness);

/// Buttons down the front, evenly from `top` to `bottom`.
void draw_buttons(Sketch& sketch, double x, double top, double bottom, int count, double radius, Rgb colour);

Fold mirrored(const Fold& fold);
/// Draws the path and its mirror image.
void seam_both(Sketch& sketch, const Path& path, const Cloth& cloth, double width = 1.3);
void stitch_both(Sketch& sketch, const Path& path, const Cloth& cloth);

}  // namespace ff::pictures
