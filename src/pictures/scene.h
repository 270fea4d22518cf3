// Several garments in one picture: for the first screen and for collections.
#pragma once

#include <string>

#include "pictures/garment.h"
#include "pictures/palette.h"

namespace ff::pictures {

Size size_of(const Scene& scene);
Rgb ground_of(const Scene& scene);
/// What is inside the <svg> element.
std::string draw_scene(const Scene& scene);

}  // namespace ff::pictures
