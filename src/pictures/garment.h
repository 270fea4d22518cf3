// Our own drawings of clothes: what a picture shows, as a value, and the one name that the value has.
//
// Every word of a specification comes from a closed list and each kind of garment allows only what it can
// have (a belt has no collar), so the number of pictures is finite. Invariant: a Drawing that came from
// parse() or guess() is allowed, spec() names it, and no other text names it: a picture has one address,
// /pictures/{spec}.svg, and may be cached for ever under it. Everything here is pure: any thread, no state,
// no clock.
//
//   shirt,collar=button-down,colour=sky,pattern=stripe,fabric=oxford,view=front
//   scene,kind=rail,palette=autumn,shape=wide
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace ff::pictures {

// In each list kNone means "this kind of garment has no such attribute". The words are in vocabulary.cc.

enum class Kind : std::uint8_t {
  kShirt,
  kBlouse,
  kTee,
  kPolo,
  kJumper,
  kCardigan,
  kSweatshirt,
  kHoodie,
  kGilet,
  kBlazer,
  kCoat,
  kTrench,
  kBomber,
  kDenimJacket,
  kDress,
  kSkirt,
  kTrousers,
  kJeans,
  kShorts,
  kScarf,
  kBeanie,
  kTote,
  kBelt,
  kSneaker,
  kLoafer,
  kBoot,
  kSocks,
  kParcel,
};
inline constexpr int kKinds = 28;

enum class Collar : std::uint8_t {
  kNone,
  kSpread,
  kButtonDown,
  kBand,
  kCamp,
  kTie,
  kRound,
  kCrew,
  kVNeck,
  kScoop,
  kBoat,
  kRoll,
  kShawl,
  kNotch,
  kPeak,
  kFunnel,
};
inline constexpr int kCollars = 16;

enum class Sleeve : std::uint8_t { kNone, kSleeveless, kShort, kLong };
inline constexpr int kSleeves = 4;

enum class Length : std::uint8_t { kNone, kShort, kRegular, kLong };
inline constexpr int kLengths = 4;

enum class Cut : std::uint8_t {
  kNone,
  kRegular,
  kSlim,
  kRelaxed,
  kWide,
  kTapered,
  kDouble,
  kWrap,
  kPleated,
  kPencil
};
inline constexpr int kCuts = 10;

enum class Pattern : std::uint8_t {
  kPlain,
  kStripe,
  kBreton,
  kCheck,
  kGingham,
  kHerringbone,
  kDot,
  kFloral,
  kFairIsle,
};
inline constexpr int kPatterns = 9;

enum class Fabric : std::uint8_t {
  kNone,
  kPoplin,
  kOxford,
  kLinen,
  kFlannel,
  kJersey,
  kPique,
  kFleece,
  kMerino,
  kLambswool,
  kCable,
  kRib,
  kWool,
  kTweed,
  kDenim,
  kCorduroy,
  kSilk,
  kTwill,
  kNylon,
  kCanvas,
  kLeather,
  kSuede,
};
inline constexpr int kFabrics = 22;

enum class Colour : std::uint8_t {
  kWhite,
  kIvory,
  kEcru,
  kSand,
  kStone,
  kTaupe,
  kCamel,
  kTan,
  kCognac,
  kChocolate,
  kRust,
  kTerracotta,
  kOchre,
  kButter,
  kBlush,
  kRose,
  kRed,
  kBerry,
  kBurgundy,
  kPlum,
  kLilac,
  kSky,
  kBlue,
  kCobalt,
  kIndigo,
  kNavy,
  kMidnight,
  kTeal,
  kSage,
  kOlive,
  kForest,
  kKhaki,
  kGrey,
  kSlate,
  kCharcoal,
  kBlack,
};
inline constexpr int kColours = 36;

enum class View : std::uint8_t { kFront, kDetail, kFlat, kBack };
inline constexpr int kViews = 4;

struct Garment {
  Kind kind = Kind::kParcel;
  Collar collar = Collar::kNone;
  Sleeve sleeve = Sleeve::kNone;
  Length length = Length::kNone;
  Cut cut = Cut::kNone;
  Colour colour = Colour::kSand;
  Colour accent = Colour::kSand;  // second colour of a pattern; the same as `colour` when plain
  Pattern pattern = Pattern::kPlain;
  Fabric fabric = Fabric::kNone;
  View view = View::kFront;
  bool operator==(const Garment&) const = default;
};

/// Compositions of several garments, for the first screen and for collections.
enum class SceneKind : std::uint8_t { kRail, kFlatLay, kStack, kPegs, kShelf };
inline constexpr int kSceneKinds = 5;
enum class Palette : std::uint8_t { kAutumn, kCoast, kClay, kInk, kMeadow, kDenim, kChalk, kBerry };
inline constexpr int kPalettes = 8;
enum class Shape : std::uint8_t { kWide, kTall, kTile };  // 1600x900, 900x1200, 600x750
inline constexpr int kShapes = 3;

struct Scene {
  SceneKind kind = SceneKind::kRail;
  Palette palette = Palette::kAutumn;
  Shape shape = Shape::kWide;
  bool operator==(const Scene&) const = default;
};

using Drawing = std::variant<Garment, Scene>;

/// The drawing that `spec` names. Canonical text only: attributes in the order collar, sleeve, length, cut,
/// colour, accent, pattern, fabric, view; colour and view always, any other only where it differs from what
/// is usual for the kind. kInvalid otherwise; where only the form was wrong, the message says the right one.
Result<Drawing> parse(std::string_view spec);

/// The canonical text. parse(spec(d)) == d for every allowed drawing.
std::string spec(const Drawing& drawing);

/// "/pictures/" + spec + ".svg".
std::string url(const Drawing& drawing);

/// The drawing that a url() names; kInvalid when it is not one of ours.
Result<Drawing> parse_url(std::string_view url);

/// A complete SVG document: nothing external, no script, the same bytes on every machine.
std::string draw(const Drawing& drawing);

struct Size {
  int width = 600, height = 750;
};
/// In user units; also the ratio for <img width height>.
Size size(const Drawing& drawing);

/// The ground of the drawing, "#e8e1d6": what to show while it loads.
std::string dominant_colour(const Drawing& drawing);

/// The colour of the cloth itself, "#22304d": for swatches.
std::string cloth_colour(Colour colour);

/// In words, for alt and <title>: "Sky striped oxford shirt with button-down collar, front".
std::string describe(const Drawing& drawing);

/// A colour option's value as a palette colour, by its words: "Dark Navy Melange" is navy. `otherwise` if
/// none fits.
Colour guess_colour(std::string_view name, Colour otherwise);

/// The stand-in for a product that has no picture of ours: what it most likely looks like. Never fails: what
/// says nothing about clothes becomes a parcel. `tags` is any text; pass what is at hand.
Garment guess(std::string_view title, std::string_view type, std::string_view tags,
              std::string_view colour_option, View view = View::kFront);

/// The garment as usual for its kind (default collar, sleeve, ...), plain.
Garment usual(Kind kind, Colour colour, View view = View::kFront);

/// Whether every attribute is one that the kind can have.
bool allowed(const Garment& garment);

}  // namespace ff::pictures
