// The figures: each paints one family of garments, front or back, in its own units about kAxis.
#pragma once

#include "pictures/canvas.h"
#include "pictures/garment.h"

namespace ff::pictures {

Figure draw_shirt(Canvas& canvas, const Garment& g);     // shirt, blouse
Figure draw_jersey(Canvas& canvas, const Garment& g);    // T-shirt, polo, sweatshirt, hoodie
Figure draw_knit(Canvas& canvas, const Garment& g);      // jumper, cardigan
Figure draw_tailored(Canvas& canvas, const Garment& g);  // blazer, coat, trench
Figure draw_jacket(Canvas& canvas, const Garment& g);    // bomber, trucker, gilet
Figure draw_dress(Canvas& canvas, const Garment& g);     // dress
Figure draw_skirt(Canvas& canvas, const Garment& g);     // skirt
Figure draw_trousers(Canvas& canvas, const Garment& g);  // trousers, jeans, shorts
Figure draw_shoes(Canvas& canvas, const Garment& g);     // sneaker, loafer, boot; flat: seen from above
Figure draw_accessory(Canvas& canvas,
                      const Garment& g);  // scarf, beanie, tote, belt, socks, parcel; front or flat

/// Folded in three: trousers, jeans, shorts.
Figure draw_folded_trousers(Canvas& canvas, const Garment& g);
/// The front on a hanger, kRailBelowTop below the box's top; with its own piece of rail or without.
Figure draw_hanging(Canvas& canvas, const Garment& g, bool rail = true);
inline constexpr double kRailBelowTop = 26;

/// Whichever of the above the garment's kind and view ask for (a detail is the front, seen nearer).
Figure draw_figure(Canvas& canvas, const Garment& g);

}  // namespace ff::pictures
