#include "pictures/vocabulary.h"

#include <array>

namespace ff::pictures {
namespace {

using enum Collar;
using enum Pattern;

template <typename T, std::size_t n>
std::string_view at(const std::array<std::string_view, n>& words, T value) {
  return words[static_cast<std::size_t>(value)];
}

constexpr std::array<std::string_view, kCollars> kCollarWords{
    "",       "spread", "button-down", "band", "camp",  "tie",   "round", "crew",
    "v-neck", "scoop",  "boat",        "roll", "shawl", "notch", "peak",  "funnel"};
constexpr std::array<std::string_view, kSleeves> kSleeveWords{"", "none", "short", "long"};
constexpr std::array<std::string_view, kLengths> kLengthWords{"", "short", "regular", "long"};
constexpr std::array<std::string_view, kCuts> kCutWords{"",        "regular", "slim", "relaxed", "wide",
                                                        "tapered", "double",  "wrap", "pleated", "pencil"};
constexpr std::array<std::string_view, kPatterns> kPatternWords{
    "plain", "stripe", "breton", "check", "gingham", "herringbone", "dot", "floral", "fair-isle"};
constexpr std::array<std::string_view, kFabrics> kFabricWords{
    "",       "poplin",    "oxford", "linen",  "flannel", "jersey", "pique", "fleece",
    "merino", "lambswool", "cable",  "rib",    "wool",    "tweed",  "denim", "corduroy",
    "silk",   "twill",     "nylon",  "canvas", "leather", "suede"};
constexpr std::array<std::string_view, kColours> kColourWords{
    "white",     "ivory", "ecru",       "sand",   "stone",  "taupe",  "camel",  "tan",      "cognac",
    "chocolate", "rust",  "terracotta", "ochre",  "butter", "blush",  "rose",   "red",      "berry",
    "burgundy",  "plum",  "lilac",      "sky",    "blue",   "cobalt", "indigo", "navy",     "midnight",
    "teal",      "sage",  "olive",      "forest", "khaki",  "grey",   "slate",  "charcoal", "black"};
constexpr std::array<std::string_view, kViews> kViewWords{"front", "detail", "flat", "back"};
constexpr std::array<std::string_view, kSceneKinds> kSceneWords{"rail", "flat-lay", "stack", "pegs", "shelf"};
constexpr std::array<std::string_view, kPalettes> kPaletteWords{"autumn", "coast", "clay",  "ink",
                                                                "meadow", "denim", "chalk", "berry"};
constexpr std::array<std::string_view, kShapes> kShapeWords{"wide", "tall", "tile"};

using Collars = Choices<Collar>;
using Sleeves = Choices<Sleeve>;
using Lengths = Choices<Length>;
using Cuts = Choices<Cut>;
using Fabrics = Choices<Fabric>;
using Patterns = Choices<Pattern>;
using Views = Choices<View>;

constexpr Patterns kWovenPatterns{kPlain, kStripe, kBreton, kCheck, kGingham, kDot, kFloral, kHerringbone};
constexpr Patterns kTailoredPatterns{kPlain, kStripe, kCheck, kHerringbone};
constexpr Patterns kJerseyPatterns{kPlain, kBreton, kStripe, kDot};
constexpr Patterns kKnitPatterns{kPlain, kBreton, kFairIsle, kCheck, kDot};
constexpr Fabrics kKnits{Fabric::kMerino, Fabric::kLambswool, Fabric::kCable, Fabric::kRib};
constexpr Views kAllRound{View::kFront, View::kDetail, View::kFlat, View::kBack};
constexpr Views kSmall{View::kFront, View::kDetail, View::kFlat};

constexpr std::array<Rules, kKinds> kRules{{
    {Kind::kShirt, "shirt", "shirt", Collars{kSpread, kButtonDown, kBand, kCamp},
     Sleeves{Sleeve::kLong, Sleeve::kShort}, Lengths{}, Cuts{Cut::kRegular, Cut::kSlim, Cut::kRelaxed},
     Fabrics{Fabric::kPoplin, Fabric::kOxford, Fabric::kLinen, Fabric::kFlannel, Fabric::kDenim,
             Fabric::kCorduroy, Fabric::kTwill},
     kWovenPatterns, kAllRound},
    {Kind::kBlouse, "blouse", "blouse", Collars{kVNeck, kTie, kBand, kRound},
     Sleeves{Sleeve::kLong, Sleeve::kShort}, Lengths{}, Cuts{},
     Fabrics{Fabric::kSilk, Fabric::kPoplin, Fabric::kLinen}, kWovenPatterns, kAllRound},
    {Kind::kTee, "t-shirt", "T-shirt", Collars{kCrew, kVNeck, kScoop, kBoat},
     Sleeves{Sleeve::kShort, Sleeve::kLong}, Lengths{}, Cuts{Cut::kRegular, Cut::kSlim, Cut::kRelaxed},
     Fabrics{Fabric::kJersey, Fabric::kLinen, Fabric::kRib}, kJerseyPatterns, kAllRound},
    {Kind::kPolo, "polo", "polo shirt", Collars{}, Sleeves{Sleeve::kShort, Sleeve::kLong}, Lengths{}, Cuts{},
     Fabrics{Fabric::kPique, Fabric::kMerino}, kJerseyPatterns, kAllRound},
    {Kind::kJumper, "jumper", "jumper", Collars{kCrew, kVNeck, kRoll, kBoat},
     Sleeves{Sleeve::kLong, Sleeve::kShort}, Lengths{}, Cuts{Cut::kRegular, Cut::kRelaxed}, kKnits,
     kKnitPatterns, kAllRound},
    {Kind::kCardigan, "cardigan", "cardigan", Collars{kVNeck, kCrew, kShawl}, Sleeves{}, Lengths{},
     Cuts{Cut::kRegular, Cut::kRelaxed}, kKnits, kKnitPatterns, kAllRound},
    {Kind::kSweatshirt, "sweatshirt", "sweatshirt", Collars{}, Sleeves{}, Lengths{}, Cuts{},
     Fabrics{Fabric::kFleece}, Patterns{kPlain, kBreton}, kAllRound},
    {Kind::kHoodie, "hoodie", "hooded sweatshirt", Collars{}, Sleeves{}, Lengths{}, Cuts{},
     Fabrics{Fabric::kFleece}, Patterns{kPlain}, kAllRound},
    {Kind::kGilet, "gilet", "gilet", Collars{kBand, kVNeck}, Sleeves{}, Lengths{}, Cuts{},
     Fabrics{Fabric::kNylon, Fabric::kWool, Fabric::kCorduroy}, Patterns{kPlain}, kAllRound},
    {Kind::kBlazer, "blazer", "blazer", Collars{kNotch, kPeak, kShawl}, Sleeves{}, Lengths{},
     Cuts{Cut::kRegular, Cut::kDouble},
     Fabrics{Fabric::kWool, Fabric::kLinen, Fabric::kTweed, Fabric::kCorduroy}, kTailoredPatterns, kAllRound},
    {Kind::kCoat, "coat", "coat", Collars{kNotch, kFunnel, kShawl, kSpread}, Sleeves{},
     Lengths{Length::kRegular, Length::kShort, Length::kLong}, Cuts{Cut::kRegular, Cut::kDouble, Cut::kWrap},
     Fabrics{Fabric::kWool, Fabric::kTweed, Fabric::kTwill}, kTailoredPatterns, kAllRound},
    {Kind::kTrench, "trench", "trench coat", Collars{}, Sleeves{}, Lengths{Length::kRegular, Length::kLong},
     Cuts{}, Fabrics{Fabric::kTwill}, Patterns{kPlain}, kAllRound},
    {Kind::kBomber, "bomber", "bomber jacket", Collars{}, Sleeves{}, Lengths{}, Cuts{},
     Fabrics{Fabric::kNylon, Fabric::kSuede, Fabric::kWool, Fabric::kLeather}, Patterns{kPlain}, kAllRound},
    {Kind::kDenimJacket, "denim-jacket", "trucker jacket", Collars{}, Sleeves{}, Lengths{}, Cuts{},
     Fabrics{Fabric::kDenim, Fabric::kCorduroy, Fabric::kSuede}, Patterns{kPlain}, kAllRound},
    {Kind::kDress, "dress", "dress", Collars{kCrew, kVNeck, kSpread, kBoat, kScoop},
     Sleeves{Sleeve::kShort, Sleeve::kSleeveless, Sleeve::kLong},
     Lengths{Length::kRegular, Length::kShort, Length::kLong},
     Cuts{Cut::kRegular, Cut::kSlim, Cut::kWrap, Cut::kPleated},
     Fabrics{Fabric::kPoplin, Fabric::kLinen, Fabric::kSilk, Fabric::kJersey, Fabric::kRib, Fabric::kDenim},
     kWovenPatterns, kAllRound},
    {Kind::kSkirt, "skirt", "skirt", Collars{}, Sleeves{},
     Lengths{Length::kRegular, Length::kShort, Length::kLong},
     Cuts{Cut::kRegular, Cut::kPencil, Cut::kPleated},
     Fabrics{Fabric::kPoplin, Fabric::kSilk, Fabric::kWool, Fabric::kDenim, Fabric::kLinen, Fabric::kCorduroy,
             Fabric::kLeather},
     kWovenPatterns, kAllRound},
    {Kind::kTrousers, "trousers", "trousers", Collars{}, Sleeves{}, Lengths{},
     Cuts{Cut::kRegular, Cut::kTapered, Cut::kWide, Cut::kPleated},
     Fabrics{Fabric::kTwill, Fabric::kWool, Fabric::kLinen, Fabric::kCorduroy, Fabric::kFleece},
     kTailoredPatterns, kAllRound},
    {Kind::kJeans, "jeans", "jeans", Collars{}, Sleeves{}, Lengths{},
     Cuts{Cut::kRegular, Cut::kSlim, Cut::kWide}, Fabrics{Fabric::kDenim}, Patterns{kPlain}, kAllRound},
    {Kind::kShorts, "shorts", "shorts", Collars{}, Sleeves{}, Lengths{}, Cuts{Cut::kRegular, Cut::kWide},
     Fabrics{Fabric::kTwill, Fabric::kLinen, Fabric::kDenim, Fabric::kFleece}, kTailoredPatterns, kAllRound},
    {Kind::kScarf, "scarf", "scarf", Collars{}, Sleeves{}, Lengths{}, Cuts{},
     Fabrics{Fabric::kWool, Fabric::kLambswool, Fabric::kSilk},
     Patterns{kPlain, kCheck, kBreton, kStripe, kHerringbone, kDot, kFloral, kFairIsle}, kSmall},
    {Kind::kBeanie, "beanie", "beanie", Collars{}, Sleeves{}, Lengths{}, Cuts{},
     Fabrics{Fabric::kRib, Fabric::kCable, Fabric::kMerino}, Patterns{kPlain, kBreton, kFairIsle}, kSmall},
    {Kind::kTote, "tote", "tote bag", Collars{}, Sleeves{}, Lengths{}, Cuts{},
     Fabrics{Fabric::kCanvas, Fabric::kLeather, Fabric::kSuede}, Patterns{kPlain, kStripe, kBreton, kCheck},
     kSmall},
    {Kind::kBelt, "belt", "belt", Collars{}, Sleeves{}, Lengths{}, Cuts{},
     Fabrics{Fabric::kLeather, Fabric::kSuede, Fabric::kCanvas}, Patterns{kPlain}, kSmall},
    {Kind::kSneaker, "sneaker", "trainers", Collars{}, Sleeves{}, Lengths{}, Cuts{},
     Fabrics{Fabric::kLeather, Fabric::kCanvas, Fabric::kSuede}, Patterns{kPlain}, kSmall},
    {Kind::kLoafer, "loafer", "loafers", Collars{}, Sleeves{}, Lengths{}, Cuts{},
     Fabrics{Fabric::kLeather, Fabric::kSuede}, Patterns{kPlain}, kSmall},
    {Kind::kBoot, "boot", "boots", Collars{}, Sleeves{}, Lengths{}, Cuts{},
     Fabrics{Fabric::kLeather, Fabric::kSuede}, Patterns{kPlain}, kSmall},
    {Kind::kSocks, "socks", "socks", Collars{}, Sleeves{}, Lengths{}, Cuts{},
     Fabrics{Fabric::kRib, Fabric::kMerino, Fabric::kCable},
     Patterns{kPlain, kBreton, kDot, kFairIsle, kCheck}, kSmall},
    {Kind::kParcel, "parcel", "parcel", Collars{}, Sleeves{}, Lengths{}, Cuts{}, Fabrics{}, Patterns{kPlain},
     Views{View::kFront}},
}};

}  // namespace

const Rules& rules(Kind kind) { return kRules[static_cast<std::size_t>(kind)]; }

std::string_view word(Kind value) { return rules(value).word; }
std::string_view word(Collar value) { return at(kCollarWords, value); }
std::string_view word(Sleeve value) { return at(kSleeveWords, value); }
std::string_view word(Length value) { return at(kLengthWords, value); }
std::string_view word(Cut value) { return at(kCutWords, value); }
std::string_view word(Pattern value) { return at(kPatternWords, value); }
std::string_view word(Fabric value) { return at(kFabricWords, value); }
std::string_view word(Colour value) { return at(kColourWords, value); }
std::string_view word(View value) { return at(kViewWords, value); }
std::string_view word(SceneKind value) { return at(kSceneWords, value); }
std::string_view word(Palette value) { return at(kPaletteWords, value); }
std::string_view word(Shape value) { return at(kShapeWords, value); }

Colour usual_accent(Colour colour) {
  using enum Colour;
  switch (colour) {
    case kWhite:
    case kIvory:
    case kEcru:
    case kSand:
    case kStone:
    case kButter:
    case kBlush:
    case kCamel:
      return kNavy;
    case kSky:
    case kLilac:
    case kSage:
    case kRose:
      return kWhite;
    default:
      return kIvory;
  }
}

}  // namespace ff::pictures
