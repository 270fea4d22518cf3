// What a product without a picture most likely looks like, from its words.
#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "pictures/garment.h"
#include "pictures/vocabulary.h"

namespace ff::pictures {
namespace {

constexpr std::size_t kTextBytesMax = 600;  // of each input; the rest says nothing new

/// Words in lower case without accents, each between two spaces: " rain coat ".
std::string words(std::string_view text) {
  std::string out = " ";
  for (const char c : fold(text.substr(0, kTextBytesMax))) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (letter)
      out += c;
    else if (out.back() != ' ')
      out += ' ';
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

/// Whether `word` stands in `text`, alone or in the plural.
bool says(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    if (at == 0 || text[at - 1] != ' ') continue;
    std::string_view after = text.substr(at + word.size());
    if (after.starts_with("es ") || after.starts_with("s ") || after.starts_with(" ")) return true;
  }
  return false;
}

template <typename T>
struct Clue {
  std::string_view word;
  T means;
};

template <typename T, std::size_t n>
std::optional<T> first_said(const std::array<Clue<T>, n>& clues, std::string_view text) {
  const auto found =
      std::find_if(clues.begin(), clues.end(), [&](const Clue<T>& clue) { return says(text, clue.word); });
  if (found == clues.end()) return std::nullopt;
  return found->means;
}

// In order: what is more telling stands first ("shirt dress" is a dress, "denim jacket" is not jeans).
constexpr auto kKindClues = std::to_array<Clue<Kind>>({
    {"gift card", Kind::kParcel},
    {"trench", Kind::kTrench},
    {"trenchcoat", Kind::kTrench},
    {"denim jacket", Kind::kDenimJacket},
    {"jean jacket", Kind::kDenimJacket},
    {"trucker", Kind::kDenimJacket},
    {"chore", Kind::kDenimJacket},
    {"overshirt", Kind::kDenimJacket},
    {"shacket", Kind::kDenimJacket},
    {"gilet", Kind::kGilet},
    {"waistcoat", Kind::kGilet},
    {"body warmer", Kind::kGilet},
    {"bodywarmer", Kind::kGilet},
    {"vest", Kind::kGilet},
    {"dress", Kind::kDress},
    {"gown", Kind::kDress},
    {"jumpsuit", Kind::kDress},
    {"skirt", Kind::kSkirt},
    {"hoodie", Kind::kHoodie},
    {"hoody", Kind::kHoodie},
    {"hooded", Kind::kHoodie},
    {"sweatshirt", Kind::kSweatshirt},
    {"crewneck sweat", Kind::kSweatshirt},
    {"varsity top", Kind::kSweatshirt},
    {"cardigan", Kind::kCardigan},
    {"jumper", Kind::kJumper},
    {"sweater", Kind::kJumper},
    {"pullover", Kind::kJumper},
    {"knit", Kind::kJumper},
    {"turtleneck", Kind::kJumper},
    {"blazer", Kind::kBlazer},
    {"suit jacket", Kind::kBlazer},
    {"sport coat", Kind::kBlazer},
    {"tuxedo", Kind::kBlazer},
    {"polo", Kind::kPolo},
    {"bomber", Kind::kBomber},
    {"parka", Kind::kCoat},
    {"raincoat", Kind::kTrench},
    {"mac", Kind::kTrench},
    {"peacoat", Kind::kCoat},
    {"overcoat", Kind::kCoat},
    {"coat", Kind::kCoat},
    {"windbreaker", Kind::kBomber},
    {"anorak", Kind::kBomber},
    {"jacket", Kind::kBomber},
    {"t shirt", Kind::kTee},
    {"tshirt", Kind::kTee},
    {"tee", Kind::kTee},
    {"blouse", Kind::kBlouse},
    {"camisole", Kind::kTee},
    {"tank", Kind::kTee},
    {"shirt", Kind::kShirt},
    {"shorts", Kind::kShorts},
    {"bermuda", Kind::kShorts},
    {"jean", Kind::kJeans},
    {"trouser", Kind::kTrousers},
    {"chino", Kind::kTrousers},
    {"pant", Kind::kTrousers},
    {"slack", Kind::kTrousers},
    {"legging", Kind::kTrousers},
    {"jogger", Kind::kTrousers},
    {"culotte", Kind::kTrousers},
    {"sneaker", Kind::kSneaker},
    {"trainer", Kind::kSneaker},
    {"plimsoll", Kind::kSneaker},
    {"boot", Kind::kBoot},
    {"chelsea", Kind::kBoot},
    {"loafer", Kind::kLoafer},
    {"moccasin", Kind::kLoafer},
    {"shoe", Kind::kLoafer},
    {"sandal", Kind::kLoafer},
    {"scarf", Kind::kScarf},
    {"scarves", Kind::kScarf},
    {"shawl", Kind::kScarf},
    {"bandana", Kind::kScarf},
    {"neckerchief", Kind::kScarf},
    {"beanie", Kind::kBeanie},
    {"hat", Kind::kBeanie},
    {"bobble", Kind::kBeanie},
    {"tote", Kind::kTote},
    {"bag", Kind::kTote},
    {"shopper", Kind::kTote},
    {"backpack", Kind::kTote},
    {"purse", Kind::kTote},
    {"belt", Kind::kBelt},
    {"sock", Kind::kSocks},
    {"tights", Kind::kSocks},
    {"top", Kind::kTee},
    {"wool", Kind::kJumper},
    {"denim", Kind::kJeans},
});

constexpr auto kCollarClues = std::to_array<Clue<Collar>>({
    {"button down", Collar::kButtonDown},
    {"oxford", Collar::kButtonDown},
    {"band collar", Collar::kBand},
    {"grandad", Collar::kBand},
    {"mandarin", Collar::kBand},
    {"stand collar", Collar::kBand},
    {"camp", Collar::kCamp},
    {"cuban", Collar::kCamp},
    {"resort", Collar::kCamp},
    {"pussy bow", Collar::kTie},
    {"tie neck", Collar::kTie},
    {"bow", Collar::kTie},
    {"peter pan", Collar::kRound},
    {"roll neck", Collar::kRoll},
    {"rollneck", Collar::kRoll},
    {"turtleneck", Collar::kRoll},
    {"polo neck", Collar::kRoll},
    {"shawl", Collar::kShawl},
    {"v neck", Collar::kVNeck},
    {"scoop", Collar::kScoop},
    {"boat neck", Collar::kBoat},
    {"bateau", Collar::kBoat},
    {"crew", Collar::kCrew},
    {"peak lapel", Collar::kPeak},
    {"funnel", Collar::kFunnel},
    {"shirt dress", Collar::kSpread},
    {"shirtdress", Collar::kSpread},
});
constexpr auto kSleeveClues = std::to_array<Clue<Sleeve>>({
    {"sleeveless", Sleeve::kSleeveless},
    {"slip", Sleeve::kSleeveless},
    {"pinafore", Sleeve::kSleeveless},
    {"short sleeve", Sleeve::kShort},
    {"short sleeved", Sleeve::kShort},
    {"long sleeve", Sleeve::kLong},
    {"long sleeved", Sleeve::kLong},
    {"camp", Sleeve::kShort},
    {"cuban", Sleeve::kShort},
});
constexpr auto kLengthClues = std::to_array<Clue<Length>>({
    {"mini", Length::kShort},
    {"cropped", Length::kShort},
    {"maxi", Length::kLong},
    {"midi", Length::kRegular},
    {"car coat", Length::kShort},
    {"peacoat", Length::kShort},
    {"long", Length::kLong},
});
constexpr auto kCutClues = std::to_array<Clue<Cut>>({
    {"double breasted", Cut::kDouble},
    {"peacoat", Cut::kDouble},
    {"wrap", Cut::kWrap},
    {"pleated", Cut::kPleated},
    {"pencil", Cut::kPencil},
    {"wide", Cut::kWide},
    {"flared", Cut::kWide},
    {"baggy", Cut::kWide},
    {"tapered", Cut::kTapered},
    {"skinny", Cut::kSlim},
    {"slim", Cut::kSlim},
    {"relaxed", Cut::kRelaxed},
    {"oversized", Cut::kRelaxed},
    {"boxy", Cut::kRelaxed},
});
constexpr auto kPatternClues = std::to_array<Clue<Pattern>>({
    {"breton", Pattern::kBreton},
    {"gingham", Pattern::kGingham},
    {"herringbone", Pattern::kHerringbone},
    {"fair isle", Pattern::kFairIsle},
    {"fairisle", Pattern::kFairIsle},
    {"nordic", Pattern::kFairIsle},
    {"stripe", Pattern::kStripe},
    {"striped", Pattern::kStripe},
    {"check", Pattern::kCheck},
    {"checked", Pattern::kCheck},
    {"plaid", Pattern::kCheck},
    {"tartan", Pattern::kCheck},
    {"dot", Pattern::kDot},
    {"polka", Pattern::kDot},
    {"spotted", Pattern::kDot},
    {"floral", Pattern::kFloral},
    {"flower", Pattern::kFloral},
    {"liberty", Pattern::kFloral},
    {"pinstripe", Pattern::kStripe},
});
constexpr auto kFabricClues = std::to_array<Clue<Fabric>>({
    {"oxford", Fabric::kOxford},    {"linen", Fabric::kLinen},      {"flannel", Fabric::kFlannel},
    {"denim", Fabric::kDenim},      {"chambray", Fabric::kDenim},   {"corduroy", Fabric::kCorduroy},
    {"cord", Fabric::kCorduroy},    {"tweed", Fabric::kTweed},      {"silk", Fabric::kSilk},
    {"satin", Fabric::kSilk},       {"suede", Fabric::kSuede},      {"leather", Fabric::kLeather},
    {"canvas", Fabric::kCanvas},    {"nylon", Fabric::kNylon},      {"cable", Fabric::kCable},
    {"aran", Fabric::kCable},       {"ribbed", Fabric::kRib},       {"rib", Fabric::kRib},
    {"merino", Fabric::kMerino},    {"cashmere", Fabric::kMerino},  {"lambswool", Fabric::kLambswool},
    {"mohair", Fabric::kLambswool}, {"chunky", Fabric::kLambswool}, {"wool", Fabric::kWool},
    {"jersey", Fabric::kJersey},    {"twill", Fabric::kTwill},      {"poplin", Fabric::kPoplin},
    {"jogger", Fabric::kFleece},    {"sweatpant", Fabric::kFleece},
});

// Names that shops give to colours of our palette, beside the palette's own words.
constexpr auto kColourClues = std::to_array<Clue<Colour>>({
    {"off white", Colour::kIvory},   {"cream", Colour::kIvory},      {"natural", Colour::kEcru},
    {"oat", Colour::kEcru},          {"oatmeal", Colour::kEcru},     {"beige", Colour::kSand},
    {"bone", Colour::kStone},        {"mushroom", Colour::kTaupe},   {"mink", Colour::kTaupe},
    {"caramel", Colour::kCamel},     {"biscuit", Colour::kCamel},    {"toffee", Colour::kTan},
    {"chestnut", Colour::kCognac},   {"brandy", Colour::kCognac},    {"brown", Colour::kChocolate},
    {"bark", Colour::kTaupe},        {"coffee", Colour::kChocolate}, {"espresso", Colour::kChocolate},
    {"copper", Colour::kRust},       {"orange", Colour::kRust},      {"brick", Colour::kTerracotta},
    {"coral", Colour::kTerracotta},  {"mustard", Colour::kOchre},    {"yellow", Colour::kOchre},
    {"gold", Colour::kOchre},        {"lemon", Colour::kButter},     {"pink", Colour::kBlush},
    {"peach", Colour::kBlush},       {"dusty rose", Colour::kRose},  {"scarlet", Colour::kRed},
    {"crimson", Colour::kRed},       {"raspberry", Colour::kBerry},  {"fuchsia", Colour::kBerry},
    {"magenta", Colour::kBerry},     {"wine", Colour::kBurgundy},    {"bordeaux", Colour::kBurgundy},
    {"maroon", Colour::kBurgundy},   {"oxblood", Colour::kBurgundy}, {"purple", Colour::kPlum},
    {"aubergine", Colour::kPlum},    {"violet", Colour::kLilac},     {"lavender", Colour::kLilac},
    {"light blue", Colour::kSky},    {"pale blue", Colour::kSky},    {"chambray", Colour::kSky},
    {"royal blue", Colour::kCobalt}, {"dark blue", Colour::kNavy},   {"ocean", Colour::kCobalt},
    {"mid wash", Colour::kBlue},     {"light wash", Colour::kSky},   {"stonewash", Colour::kBlue},
    {"dark wash", Colour::kIndigo},  {"raw", Colour::kIndigo},       {"ink", Colour::kMidnight},
    {"turquoise", Colour::kTeal},    {"petrol", Colour::kTeal},      {"mint", Colour::kSage},
    {"moss", Colour::kOlive},        {"army", Colour::kOlive},       {"bottle green", Colour::kForest},
    {"dark green", Colour::kForest}, {"green", Colour::kForest},     {"silver", Colour::kGrey},
    {"light grey", Colour::kGrey},   {"gray", Colour::kGrey},        {"anthracite", Colour::kCharcoal},
    {"graphite", Colour::kCharcoal}, {"steel", Colour::kSlate},
});

std::optional<Colour> said_colour(std::string_view text) {
  // "navy" beats the "blue" of "navy blue": the palette's more telling words stand before its plain ones.
  if (says(text, "navy")) return Colour::kNavy;
  if (says(text, "midnight")) return Colour::kMidnight;
  if (const auto found = first_said(kColourClues, text)) return found;
  for (int i = 0; i < kColours; ++i) {
    const Colour colour = static_cast<Colour>(i);
    if (says(text, word(colour))) return colour;
  }
  return std::nullopt;
}

Colour usual_colour(Kind kind) {
  switch (kind) {
    case Kind::kShirt:
      return Colour::kSky;
    case Kind::kBlouse:
      return Colour::kIvory;
    case Kind::kTee:
      return Colour::kStone;
    case Kind::kPolo:
    case Kind::kBlazer:
      return Colour::kNavy;
    case Kind::kJumper:
      return Colour::kOchre;
    case Kind::kCardigan:
      return Colour::kSage;
    case Kind::kSweatshirt:
    case Kind::kHoodie:
    case Kind::kSocks:
      return Colour::kGrey;
    case Kind::kGilet:
    case Kind::kBomber:
      return Colour::kOlive;
    case Kind::kCoat:
      return Colour::kCamel;
    case Kind::kTrench:
      return Colour::kSand;
    case Kind::kDenimJacket:
    case Kind::kJeans:
      return Colour::kIndigo;
    case Kind::kDress:
      return Colour::kTerracotta;
    case Kind::kSkirt:
      return Colour::kForest;
    case Kind::kTrousers:
      return Colour::kCharcoal;
    case Kind::kShorts:
      return Colour::kKhaki;
    case Kind::kScarf:
      return Colour::kRust;
    case Kind::kBeanie:
      return Colour::kTeal;
    case Kind::kTote:
      return Colour::kEcru;
    case Kind::kBelt:
    case Kind::kLoafer:
      return Colour::kCognac;
    case Kind::kSneaker:
      return Colour::kWhite;
    case Kind::kBoot:
      return Colour::kChocolate;
    case Kind::kParcel:
      break;
  }
  return Colour::kCamel;
}

template <typename T>
void take(T& field, const Choices<T>& choices, std::optional<T> said) {
  if (said && !choices.empty() && choices.has(*said)) field = *said;
}

}  // namespace

Colour guess_colour(std::string_view name, Colour otherwise) {
  return said_colour(words(name)).value_or(otherwise);
}

Garment guess(std::string_view title, std::string_view type, std::string_view tags,
              std::string_view colour_option, View view) {
  const std::string named = words(title);
  const std::string all = named + words(type) + words(tags);

  std::optional<Kind> kind = first_said(kKindClues, named);
  if (!kind) kind = first_said(kKindClues, words(type));
  if (!kind) kind = first_said(kKindClues, all);
  if (!kind) return usual(Kind::kParcel, Colour::kCamel);

  std::optional<Colour> colour = said_colour(words(colour_option));
  if (!colour) colour = said_colour(named);
  Garment garment = usual(*kind, colour.value_or(usual_colour(*kind)), view);

  const Rules& r = rules(*kind);
  take(garment.collar, r.collars, first_said(kCollarClues, all));
  take(garment.sleeve, r.sleeves, first_said(kSleeveClues, all));
  take(garment.length, r.lengths, first_said(kLengthClues, named));
  take(garment.cut, r.cuts, first_said(kCutClues, all));
  take(garment.fabric, r.fabrics, first_said(kFabricClues, all));
  if (garment.kind == Kind::kDress && garment.cut == Cut::kWrap && garment.collar != Collar::kSpread) {
    garment.collar = Collar::kVNeck;
  }
  const auto pattern = first_said(kPatternClues, all);
  if (pattern && *pattern != Pattern::kPlain && r.patterns.has(*pattern)) {
    garment.pattern = *pattern;
    garment.accent = usual_accent(garment.colour);
  }
  return garment;
}

}  // namespace ff::pictures
