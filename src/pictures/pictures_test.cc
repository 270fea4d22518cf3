#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "embedded/demo.h"
#include "pictures/garment.h"
#include "pictures/vocabulary.h"

namespace ff::pictures {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Garment of(std::string_view spec) {
  const Result<Drawing> drawing = parse(spec);
  EXPECT_TRUE(drawing) << spec << ": " << (drawing ? "" : drawing.error().detail);
  return drawing ? std::get<Garment>(*drawing) : Garment{};
}

template <typename T>
std::vector<T> values(const Choices<T>& choices, int count) {
  std::vector<T> out;
  for (int i = 0; i < count; ++i) {
    if (choices.has(static_cast<T>(i))) out.push_back(static_cast<T>(i));
  }
  return out;
}

/// Every cut, collar, sleeve and length of a kind, plain and seen from the front.
std::vector<Garment> shapes(Kind kind) {
  const Rules& r = rules(kind);
  std::vector<Garment> out;
  for (const Collar collar : values(r.collars, kCollars)) {
    for (const Sleeve sleeve : values(r.sleeves, kSleeves)) {
      for (const Length length : values(r.lengths, kLengths)) {
        for (const Cut cut : values(r.cuts, kCuts)) {
          Garment g = usual(kind, Colour::kSage);
          g.collar = collar;
          g.sleeve = sleeve;
          g.length = length;
          g.cut = cut;
          if (allowed(g)) out.push_back(g);
        }
      }
    }
  }
  return out;
}

/// The usual garment of a kind in every fabric, pattern, colour and view, one at a time.
std::vector<Garment> finishes(Kind kind) {
  const Rules& r = rules(kind);
  const Garment plain = usual(kind, Colour::kNavy);
  std::vector<Garment> out{plain};
  for (Garment g = plain; const Fabric fabric : values(r.fabrics, kFabrics)) {
    g.fabric = fabric;
    if (fabric != plain.fabric) out.push_back(g);
  }
  for (Garment g = plain; const Pattern pattern : values(r.patterns, kPatterns)) {
    g.pattern = pattern;
    for (const Colour accent : {Colour::kIvory, Colour::kRust}) {
      g.accent = accent;
      if (pattern != Pattern::kPlain) out.push_back(g);
    }
  }
  for (int i = 0; i < kColours; ++i) {
    if (static_cast<Colour>(i) != plain.colour) out.push_back(usual(kind, static_cast<Colour>(i)));
  }
  for (const View view : values(r.views, kViews)) {
    if (view != plain.view) out.push_back(usual(kind, plain.colour, view));
  }
  return out;
}

std::vector<Garment> sample() {
  std::vector<Garment> out;
  for (int i = 0; i < kKinds; ++i) {
    for (const Garment& g : shapes(static_cast<Kind>(i)))
      out.push_back(g);
    for (const Garment& g : finishes(static_cast<Kind>(i)))
      out.push_back(g);
  }
  return out;
}

std::vector<Scene> scenes() {
  std::vector<Scene> out;
  for (int kind = 0; kind < kSceneKinds; ++kind) {
    for (int palette = 0; palette < kPalettes; ++palette) {
      for (int shape = 0; shape < kShapes; ++shape) {
        out.push_back(
            {static_cast<SceneKind>(kind), static_cast<Palette>(palette), static_cast<Shape>(shape)});
      }
    }
  }
  return out;
}

/// What is wrong with the nesting of an XML document's tags; "" if nothing.
std::string unbalanced(std::string_view xml) {
  std::vector<std::string_view> open;
  while (!xml.empty()) {
    if (xml[0] != '<') {
      if (xml[0] == '>') return "stray >";
      xml.remove_prefix(std::min(xml.find_first_of("<>"), xml.size()));
      continue;
    }
    const std::size_t end = xml.find('>');
    if (end == std::string_view::npos) return "tag without end";
    const std::string_view tag = xml.substr(1, end - 1);
    if (tag.find('<') != std::string_view::npos) return "tag in a tag";
    if (std::count(tag.begin(), tag.end(), '"') % 2 != 0) return "unclosed quote";
    const bool closing = tag.starts_with('/');
    const std::string_view name = tag.substr(closing ? 1 : 0, tag.find_first_of(" /", 1) - (closing ? 1 : 0));
    if (closing) {
      if (open.empty() || open.back() != name) return "</" + std::string(name) + "> closes nothing";
      open.pop_back();
    } else if (!tag.ends_with('/')) {
      open.push_back(name);
    }
    xml.remove_prefix(end + 1);
  }
  return open.empty() ? "" : "<" + std::string(open.back()) + "> is never closed";
}

std::vector<std::string> found_between(std::string_view text, std::string_view before,
                                       std::string_view after) {
  std::vector<std::string> out;
  for (std::size_t at = text.find(before); at != std::string_view::npos; at = text.find(before, at + 1)) {
    const std::size_t from = at + before.size();
    out.emplace_back(text.substr(from, text.find(after, from) - from));
  }
  return out;
}

/// Ids that are there twice, and references to ids that are not there.
std::string broken_references(std::string_view svg) {
  const std::vector<std::string> all = found_between(svg, " id=\"", "\"");
  const std::set<std::string> ids(all.begin(), all.end());
  if (ids.size() != all.size()) return "an id is there twice";
  for (const auto& [before, after] : {std::pair{"href=\"#", "\""}, std::pair{"url(#", ")"}}) {
    for (const std::string& name : found_between(svg, before, after)) {
      if (!ids.contains(name)) return "nothing is called " + name;
    }
  }
  return "";
}

std::string without_title(std::string svg) {
  const std::size_t from = svg.find("<title>"), to = svg.find("</title>");
  return svg.erase(from, to - from);
}

TEST(Spec, NamesEveryDrawingSoThatParseGivesItBack) {
  for (const Garment& g : sample()) {
    const std::string name = spec(g);
    const Result<Drawing> back = parse(name);
    ASSERT_TRUE(back) << name << ": " << back.error().detail;
    EXPECT_EQ(std::get<Garment>(*back), g) << name;
  }
  for (const Scene& s : scenes())
    EXPECT_EQ(std::get<Scene>(parse(spec(s)).value()), s);
}

TEST(Spec, GivesEveryDrawingAnotherName) {
  std::set<std::string> names;
  std::size_t count = 0;
  for (const Garment& g : sample()) {
    names.insert(spec(g));
    ++count;
  }
  // The usual sage one is in both lists of each kind.
  EXPECT_EQ(names.size(), count - kKinds);
}

TEST(Spec, IsWhatTheHeaderShows) {
  const Garment g = of("shirt,collar=button-down,colour=sky,pattern=stripe,fabric=oxford,view=front");
  EXPECT_EQ(g.kind, Kind::kShirt);
  EXPECT_EQ(g.collar, Collar::kButtonDown);
  EXPECT_EQ(g.sleeve, Sleeve::kLong);
  EXPECT_EQ(g.accent, Colour::kWhite);
  EXPECT_EQ(url(g),
            "/pictures/shirt,collar=button-down,colour=sky,pattern=stripe,fabric=oxford,view=front.svg");
  EXPECT_EQ(parse_url(url(g)).value(), Drawing(g));
}

TEST(Parse, RefusesWhatIsNotCanonicalAndSaysWhatIs) {
  for (const std::string_view text :
       {"shirt,view=front,colour=sky", "shirt,colour=sky,colour=sky,view=front", "shirt,colour=sky",
        "shirt,collar=spread,colour=sky,view=front", "shirt,colour=sky,pattern=plain,view=front",
        "shirt,colour=sky,view=front,", "shirt,colour=white,accent=navy,pattern=stripe,view=front",
        "shirt,colour=white,accent=navy,view=front"}) {
    const auto result = parse(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code, ErrorCode::kInvalid);
    EXPECT_THAT(result.error().detail, HasSubstr("shirt,colour=")) << text;
  }
}

TEST(Parse, RefusesHostileText) {
  const std::string endless(100'000, 'a'), commas(199, ',');
  for (const std::string_view text :
       {std::string_view(""),
        std::string_view(","),
        std::string_view("="),
        std::string_view("scene"),
        std::string_view("shirt,,colour=sky,view=front"),
        std::string_view("shirt,colour=,view=front"),
        std::string_view("shirt,=,view=front"),
        std::string_view("shirt,collar=,colour=sky,view=front"),
        std::string_view("../../etc/passwd"),
        std::string_view("shirt,colour=\"><script>alert(1)</script>,view=front"),
        std::string_view("shirt\0,colour=sky,view=front", 28),
        std::string_view("SHIRT,colour=sky,view=front"),
        std::string_view("shirt,colour=sky,view=front&#x0;"),
        std::string_view("shirt%2Ccolour=sky,view=front"),
        std::string_view("belt,collar=spread,colour=black,view=front"),
        std::string_view("parcel,colour=sand,view=back"),
        std::string_view("jeans,colour=indigo,pattern=floral,view=front"),
        std::string_view("scene,kind=rail,palette=autumn,shape=huge"),
        std::string_view("shirt,colour=navy,accent=navy,pattern=dot,view=front"),
        std::string_view(endless),
        std::string_view(commas)}) {
    EXPECT_FALSE(parse(text)) << text.substr(0, 80);
  }
}

TEST(ParseUrl, RefusesOtherAddresses) {
  for (const std::string_view text : {"", "/pictures/", "/pictures/.svg", ".svg", "/pictures.svg",
                                      "/pictures/shirt,colour=sky,view=front.png",
                                      "https://example.com/pictures/shirt,colour=sky,view=front.svg",
                                      "/pictures/shirt,colour=sky,view=front.svg?x"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

TEST(Draw, IsWellFormedWithinItsBudgetAndRefersToNothingOutside) {
  const auto check = [](const Drawing& drawing, std::size_t bytes_max) {
    const std::string svg = draw(drawing), name = spec(drawing);
    ASSERT_LT(svg.size(), bytes_max) << name;
    ASSERT_EQ(unbalanced(svg), "") << name;
    ASSERT_EQ(broken_references(svg), "") << name;
    ASSERT_THAT(svg, StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ")) << name;
    ASSERT_THAT(svg, HasSubstr("<title>" + describe(drawing) + "</title>")) << name;
    for (const std::string_view never :
         {"nan", "inf", "script", "http://www.w3.org/1999", "href=\"h", "{", "}"}) {
      ASSERT_EQ(svg.find(never), std::string::npos) << name << " contains " << never;
    }
  };
  for (const Garment& g : sample())
    check(g, 25'000);
  for (const Scene& s : scenes())
    check(s, 150'000);
}

TEST(Draw, DrawsNoTwoGarmentsAlike) {
  std::map<std::string, std::string> drawn;
  std::set<std::string> seen;
  for (const Garment& g : sample()) {
    const std::string name = spec(g);
    if (!seen.insert(name).second) continue;
    const auto [at, fresh] = drawn.emplace(without_title(draw(g)), name);
    EXPECT_TRUE(fresh) << name << " looks like " << at->second;
  }
}

TEST(Draw, GivesTheSameBytesEveryTime) {
  const Garment g = of("jumper,collar=roll,colour=ivory,fabric=cable,view=detail");
  EXPECT_EQ(draw(g), draw(g));
  EXPECT_EQ(draw(Scene{}), draw(Scene{}));
}

TEST(DominantColour, IsTheGroundThatThePictureStartsWith) {
  const Garment g = usual(Kind::kCoat, Colour::kCamel);
  EXPECT_THAT(draw(g), HasSubstr("fill=\"" + dominant_colour(g) + "\""));
  EXPECT_THAT(dominant_colour(Scene{}), testing::MatchesRegex("#[0-9a-f]+"));
  EXPECT_EQ(cloth_colour(Colour::kNavy).size(), 7U);
}

TEST(Size, HasTheRatioOfTheShape) {
  EXPECT_EQ(size(usual(Kind::kTote, Colour::kEcru)).height, 750);
  EXPECT_EQ(size(Scene{.shape = Shape::kWide}).width, 1600);
  EXPECT_EQ(size(Scene{.shape = Shape::kTall}).height, 1200);
}

struct Guessed {
  std::string_view title, type, colour;
  Kind kind;
  Colour cloth;
};

TEST(Guess, SeesTheGarmentInTheTitle) {
  for (const Guessed& it : std::initializer_list<Guessed>{
           {"Ocean Blue Shirt", "", "", Kind::kShirt, Colour::kCobalt},
           {"Classic Varsity Top", "", "", Kind::kSweatshirt, Colour::kGrey},
           {"Yellow Wool Jumper", "", "", Kind::kJumper, Colour::kOchre},
           {"Floral White Top", "", "", Kind::kTee, Colour::kWhite},
           {"Striped Silk Blouse", "", "Navy Blue", Kind::kBlouse, Colour::kNavy},
           {"Classic Leather Jacket", "", "Black", Kind::kBomber, Colour::kBlack},
           {"Dark Denim Top", "", "", Kind::kTee, Colour::kStone},
           {"Soft Winter Jacket", "", "Olive", Kind::kBomber, Colour::kOlive},
           {"LED High Tops", "Shoes", "", Kind::kTee, Colour::kStone},
           {"Linen Shirt Dress", "Dresses", "", Kind::kDress, Colour::kTerracotta},
           {"Denim Jacket", "Jackets", "", Kind::kDenimJacket, Colour::kIndigo},
           {"The Anna", "Trench coats", "Beige", Kind::kTrench, Colour::kSand},
           {"Zipped Hoodie", "", "grey melange", Kind::kHoodie, Colour::kGrey},
           {"Skinny Jeans", "", "Black", Kind::kJeans, Colour::kBlack},
           {"Suede Chelsea Boots", "", "Tan", Kind::kBoot, Colour::kTan},
           {"Pair of Socks", "", "Bordeaux", Kind::kSocks, Colour::kBurgundy},
           {"Canvas Shopper", "Bags", "", Kind::kTote, Colour::kEcru},
           {"Jäckchen", "Cardigans", "Crème", Kind::kCardigan, Colour::kSage},
       }) {
    const Garment g = guess(it.title, it.type, "", it.colour);
    EXPECT_EQ(word(g.kind), word(it.kind)) << it.title;
    EXPECT_EQ(word(g.colour), word(it.cloth)) << it.title;
    EXPECT_TRUE(allowed(g)) << it.title;
  }
}

TEST(Guess, TakesCutCollarFabricAndPatternFromTheWords) {
  const Garment shirt = guess("Short-Sleeved Gingham Shirt", "Shirts", "linen, button-down", "Red");
  EXPECT_EQ(spec(shirt),
            "shirt,collar=button-down,sleeve=short,colour=red,pattern=gingham,fabric=linen,view=front");
  const Garment dress = guess("Floral Wrap Maxi Dress", "", "silk", "Forest", View::kBack);
  EXPECT_EQ(spec(dress),
            "dress,collar=v-neck,length=long,cut=wrap,colour=forest,pattern=floral,fabric=silk,view=back");
}

TEST(Guess, MakesAParcelOfWhatIsNotClothes) {
  for (const std::string_view title :
       {"", "Gift card", "Antique Drawers", "7 Shakra Bracelet", "\xff\xfe", "Chequered"}) {
    EXPECT_EQ(guess(title, "", "", "").kind, Kind::kParcel) << title;
  }
  EXPECT_EQ(guess(std::string(1'000'000, 'x'), "", "", "").kind, Kind::kParcel);
}

TEST(Guess, IsAlwaysADrawingThatCanBeNamed) {
  for (const std::string_view view_less : {"Striped leather belt", "Fair isle gift card", "Floral jeans",
                                           "Roll-neck dress", "Wrap dress, boat neck"}) {
    const Garment g = guess(view_less, "", "", "", View::kBack);
    EXPECT_TRUE(parse(spec(g))) << view_less << ": " << spec(g);
  }
}

TEST(GuessColour, PrefersTheTellingWord) {
  EXPECT_EQ(guess_colour("Dark Navy Melange", Colour::kRed), Colour::kNavy);
  EXPECT_EQ(guess_colour("Ciel", Colour::kSky), Colour::kSky);
  EXPECT_EQ(guess_colour("OLIVE GREEN", Colour::kRed), Colour::kForest);
}

TEST(DemoShop, NamesOnlyDrawingsThatWeDraw) {
  std::set<std::string> urls;
  for (const EmbeddedFile& file : embedded::demo()) {
    for (const std::string& name : found_between(file.bytes, "/pictures/", ".svg"))
      urls.insert("/pictures/" + name + ".svg");
  }
  EXPECT_GT(urls.size(), 300U);
  for (const std::string& address : urls) {
    const auto drawing = parse_url(address);
    ASSERT_TRUE(drawing) << address << ": " << drawing.error().detail;
    EXPECT_EQ(unbalanced(draw(*drawing)), "") << address;
  }
}

}  // namespace
}  // namespace ff::pictures
