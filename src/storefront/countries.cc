#include "storefront/countries.h"

#include <algorithm>
#include <iterator>

namespace ff::storefront {
namespace {

struct Country {
  std::string_view code, name;
};
// By code, for the binary search.
constexpr Country countries[] = {
    {"AD", "Andorra"},
    {"AE", "United Arab Emirates"},
    {"AL", "Albania"},
    {"AR", "Argentina"},
    {"AT", "Austria"},
    {"AU", "Australia"},
    {"BA", "Bosnia and Herzegovina"},
    {"BE", "Belgium"},
    {"BG", "Bulgaria"},
    {"BR", "Brazil"},
    {"CA", "Canada"},
    {"CH", "Switzerland"},
    {"CL", "Chile"},
    {"CN", "China"},
    {"CO", "Colombia"},
    {"CY", "Cyprus"},
    {"CZ", "Czechia"},
    {"DE", "Germany"},
    {"DK", "Denmark"},
    {"EE", "Estonia"},
    {"EG", "Egypt"},
    {"ES", "Spain"},
    {"FI", "Finland"},
    {"FR", "France"},
    {"GB", "United Kingdom"},
    {"GR", "Greece"},
    {"HK", "Hong Kong"},
    {"HR", "Croatia"},
    {"HU", "Hungary"},
    {"ID", "Indonesia"},
    {"IE", "Ireland"},
    {"IL", "Israel"},
    {"IN", "India"},
    {"IS", "Iceland"},
    {"IT", "Italy"},
    {"JP", "Japan"},
    {"KR", "South Korea"},
    {"LI", "Liechtenstein"},
    {"LT", "Lithuania"},
    {"LU", "Luxembourg"},
    {"LV", "Latvia"},
    {"MA", "Morocco"},
    {"MC", "Monaco"},
    {"MD", "Moldova"},
    {"ME", "Montenegro"},
    {"MK", "North Macedonia"},
    {"MT", "Malta"},
    {"MX", "Mexico"},
    {"MY", "Malaysia"},
    {"NL", "Netherlands"},
    {"NO", "Norway"},
    {"NZ", "New Zealand"},
    {"PH", "Philippines"},
    {"PL", "Poland"},
    {"PT", "Portugal"},
    {"QA", "Qatar"},
    {"RO", "Romania"},
    {"RS", "Serbia"},
    {"SA", "Saudi Arabia"},
    {"SE", "Sweden"},
    {"SG", "Singapore"},
    {"SI", "Slovenia"},
    {"SK", "Slovakia"},
    {"SM", "San Marino"},
    {"TH", "Thailand"},
    {"TR", "Türkiye"},
    {"TW", "Taiwan"},
    {"UA", "Ukraine"},
    {"US", "United States"},
    {"VN", "Vietnam"},
    {"ZA", "South Africa"},
};
static_assert(std::is_sorted(std::begin(countries), std::end(countries),
                             [](const Country& a, const Country& b) { return a.code < b.code; }));

}  // namespace

std::string_view country_name(std::string_view code) {
  const Country* found = std::lower_bound(std::begin(countries), std::end(countries), code,
                                          [](const Country& a, std::string_view b) { return a.code < b; });
  return found != std::end(countries) && found->code == code ? found->name : code;
}

}  // namespace ff::storefront
