// Body and foot measures for the ways in which sizes are named.
#pragma once

#include <span>
#include <string_view>

#include "storefront/html.h"

namespace ff::storefront {

enum class SizeGuide { kNone, kLetters, kWaist, kShoes };

/// Which guide fits an option: by its name ("Size") and values ("S", "M" / "30", "32" / "41", "42").
SizeGuide size_guide_for(std::string_view option_name, std::span<const std::string_view> values);
void write_size_guide(Html& html, SizeGuide guide);

}  // namespace ff::storefront
