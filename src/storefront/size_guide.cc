#include "storefront/size_guide.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace ff::storefront {
namespace {

constexpr std::array<std::string_view, 8> kLetters = {"xxs", "xs", "s", "m", "l", "xl", "xxl", "2xl"};

void head(Html& html, std::string_view caption, std::span<const std::string_view> titles) {
  html << "<div class=\"table-frame\" tabindex=\"0\" role=\"region\" aria-label=\"" << caption
       << "\"><table class=\"table\"><caption>" << caption << "</caption><thead><tr>";
  for (const std::string_view title : titles)
    html << "<th scope=\"col\">" << title << "</th>";
  html << "</tr></thead><tbody>";
}

template <std::size_t Columns>
void rows(Html& html, std::span<const std::array<std::string_view, Columns>> cells) {
  for (const auto& row : cells) {
    html << "<tr><th scope=\"row\">" << row.front() << "</th>";
    for (const std::string_view cell : std::span(row).subspan(1))
      html << "<td>" << cell << "</td>";
    html << "</tr>";
  }
  html << "</tbody></table></div>";
}

}  // namespace

SizeGuide size_guide_for(std::string_view option_name, std::span<const std::string_view> values) {
  const std::string name = fold(option_name);
  if (name.find("size") == std::string::npos || values.empty()) return SizeGuide::kNone;
  const auto letters = std::count_if(values.begin(), values.end(), [](std::string_view value) {
    return std::find(kLetters.begin(), kLetters.end(), lower_ascii(value)) != kLetters.end();
  });
  if (letters * 2 > static_cast<std::ptrdiff_t>(values.size())) return SizeGuide::kLetters;
  const auto number = parse_int(values.front());
  if (number && *number >= 24 && *number < 35) return SizeGuide::kWaist;
  if (number && *number >= 35 && *number <= 50) return SizeGuide::kShoes;
  return SizeGuide::kNone;
}

void write_size_guide(Html& html, SizeGuide guide) {
  using Row4 = std::array<std::string_view, 4>;
  if (guide == SizeGuide::kLetters) {
    static constexpr Row4 titles = {"Size", "Chest", "Waist", "Hips"};
    static constexpr Row4 cells[] = {{"XS", "82–87", "66–71", "88–93"},
                                     {"S", "88–94", "72–78", "94–99"},
                                     {"M", "95–101", "79–85", "100–105"},
                                     {"L", "102–109", "86–93", "106–112"},
                                     {"XL", "110–118", "94–102", "113–120"}};
    head(html, "Your body, in centimetres", titles);
    rows<4>(html, cells);
  } else if (guide == SizeGuide::kWaist) {
    static constexpr Row4 titles = {"Size", "Waist, cm", "Hips, cm", "Usually"};
    static constexpr Row4 cells[] = {{"28", "71–73", "88–90", "XS"},
                                     {"30", "76–78", "93–95", "S"},
                                     {"32", "81–83", "98–100", "M"},
                                     {"34", "86–88", "103–105", "L"},
                                     {"36", "91–93", "108–110", "XL"}};
    head(html, "Your body and the waist size", titles);
    rows<4>(html, cells);
  } else if (guide == SizeGuide::kShoes) {
    static constexpr Row4 titles = {"EU", "UK", "US", "Foot, cm"};
    static constexpr Row4 cells[] = {
        {"37", "4", "5", "23.3"},     {"38", "5", "6", "24.0"},      {"39", "5.5", "6.5", "24.6"},
        {"40", "6.5", "7.5", "25.3"}, {"41", "7", "8", "25.9"},      {"42", "8", "9", "26.6"},
        {"43", "9", "10", "27.3"},    {"44", "9.5", "10.5", "27.9"}, {"45", "10.5", "11.5", "28.6"}};
    head(html, "Shoe sizes", titles);
    rows<4>(html, cells);
  }
}

}  // namespace ff::storefront
