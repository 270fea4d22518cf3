#include "pictures/palette.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace ff::pictures {
namespace {

constexpr Rgb hex(unsigned value) {
  return {static_cast<int>(value >> 16U & 255U), static_cast<int>(value >> 8U & 255U),
          static_cast<int>(value & 255U)};
}

// Few grounds, all pale and near each other, so that a page of pictures hangs together.
constexpr Rgb kLinen = hex(0xE8E0D3), kMist = hex(0xD6DDDF), kBlush = hex(0xE9DAD0), kPebble = hex(0xDAD5CB),
              kClay = hex(0xC9BCA9), kHaze = hex(0xB7C2C5);

struct Entry {
  Rgb cloth, ground;
};
constexpr std::array<Entry, kColours> kPalette{{
    {hex(0xF4F2ED), kHaze},    // white
    {hex(0xF0E8D8), kClay},    // ivory
    {hex(0xE3D8C3), kHaze},    // ecru
    {hex(0xD2BF9E), kPebble},  // sand
    {hex(0xBEB5A6), kLinen},   // stone
    {hex(0x948674), kLinen},   // taupe
    {hex(0xBD935F), kMist},    // camel
    {hex(0xAF7A49), kMist},    // tan
    {hex(0x8C5230), kPebble},  // cognac
    {hex(0x4C362C), kBlush},   // chocolate
    {hex(0xA4512F), kPebble},  // rust
    {hex(0xBE7054), kLinen},   // terracotta
    {hex(0xC39440), kMist},    // ochre
    {hex(0xE8D494), kHaze},    // butter
    {hex(0xE2BFB3), kPebble},  // blush
    {hex(0xC58A88), kLinen},   // rose
    {hex(0xA63531), kPebble},  // red
    {hex(0x88304F), kBlush},   // berry
    {hex(0x5E2431), kBlush},   // burgundy
    {hex(0x563851), kLinen},   // plum
    {hex(0xB4A6C2), kLinen},   // lilac
    {hex(0xAEC5D9), kPebble},  // sky
    {hex(0x6189AF), kLinen},   // blue
    {hex(0x31589D), kLinen},   // cobalt
    {hex(0x3A4B6C), kPebble},  // indigo
    {hex(0x27334E), kLinen},   // navy
    {hex(0x1C2233), kMist},    // midnight
    {hex(0x2C6269), kBlush},   // teal
    {hex(0x9FAB8E), kLinen},   // sage
    {hex(0x68693F), kLinen},   // olive
    {hex(0x2E4A3C), kBlush},   // forest
    {hex(0x9F926C), kMist},    // khaki
    {hex(0xA4A5A6), kLinen},   // grey
    {hex(0x606C78), kLinen},   // slate
    {hex(0x434549), kPebble},  // charcoal
    {hex(0x252528), kLinen},   // black
}};

constexpr Rgb kInk = hex(0x1B1A22), kWarmWhite = hex(0xFFFAF0);

}  // namespace

std::string Rgb::hex() const { return fmt::format("#{:02x}{:02x}{:02x}", r, g, b); }

Rgb mix(Rgb a, Rgb b, double share) {
  const auto blend = [&](int x, int y) { return static_cast<int>(std::lround(x + (y - x) * share)); };
  return {blend(a.r, b.r), blend(a.g, b.g), blend(a.b, b.b)};
}

double lightness(Rgb c) { return (0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b) / 255; }

Rgb rgb(Colour colour) { return kPalette[static_cast<std::size_t>(colour)].cloth; }
Rgb ground(Colour cloth) { return kPalette[static_cast<std::size_t>(cloth)].ground; }

Tones tones(Rgb base) {
  const double l = lightness(base);
  // Dark cloth shows its seams by the light on their edges as much as by their depth.
  return {.base = base,
          .light = mix(base, kWarmWhite, l < 0.3 ? 0.22 : 0.35),
          .dark = mix(base, kInk, l > 0.7 ? 0.22 : 0.35),
          .inside = mix(base, kInk, l > 0.7 ? 0.3 : 0.42),
          .line = mix(base, kInk, l > 0.7 ? 0.48 : 0.6),
          .stitch = l < 0.35 ? mix(base, kWarmWhite, 0.32) : mix(base, kInk, 0.3)};
}

Tones tones(Colour cloth) { return tones(rgb(cloth)); }

std::string cloth_colour(Colour colour) { return rgb(colour).hex(); }

}  // namespace ff::pictures
