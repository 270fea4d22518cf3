#include "checkout/address.h"

#include <fmt/format.h>

#include "base/text.h"

namespace ff::checkout {
namespace {

constexpr Region kAustralia[] = {{"ACT", "Australian Capital Territory"},
                                 {"NSW", "New South Wales"},
                                 {"NT", "Northern Territory"},
                                 {"QLD", "Queensland"},
                                 {"SA", "South Australia"},
                                 {"TAS", "Tasmania"},
                                 {"VIC", "Victoria"},
                                 {"WA", "Western Australia"}};
constexpr Region kCanada[] = {{"AB", "Alberta"},
                              {"BC", "British Columbia"},
                              {"MB", "Manitoba"},
                              {"NB", "New Brunswick"},
                              {"NL", "Newfoundland and Labrador"},
                              {"NT", "Northwest Territories"},
                              {"NS", "Nova Scotia"},
                              {"NU", "Nunavut"},
                              {"ON", "Ontario"},
                              {"PE", "Prince Edward Island"},
                              {"QC", "Quebec"},
                              {"SK", "Saskatchewan"},
                              {"YT", "Yukon"}};
constexpr Region kUnitedStates[] = {
    {"AL", "Alabama"},        {"AK", "Alaska"},        {"AZ", "Arizona"},
    {"AR", "Arkansas"},       {"CA", "California"},    {"CO", "Colorado"},
    {"CT", "Connecticut"},    {"DE", "Delaware"},      {"DC", "District of Columbia"},
    {"FL", "Florida"},        {"GA", "Georgia"},       {"HI", "Hawaii"},
    {"ID", "Idaho"},          {"IL", "Illinois"},      {"IN", "Indiana"},
    {"IA", "Iowa"},           {"KS", "Kansas"},        {"KY", "Kentucky"},
    {"LA", "Louisiana"},      {"ME", "Maine"},         {"MD", "Maryland"},
    {"MA", "Massachusetts"},  {"MI", "Michigan"},      {"MN", "Minnesota"},
    {"MS", "Mississippi"},    {"MO", "Missouri"},      {"MT", "Montana"},
    {"NE", "Nebraska"},       {"NV", "Nevada"},        {"NH", "New Hampshire"},
    {"NJ", "New Jersey"},     {"NM", "New Mexico"},    {"NY", "New York"},
    {"NC", "North Carolina"}, {"ND", "North Dakota"},  {"OH", "Ohio"},
    {"OK", "Oklahoma"},       {"OR", "Oregon"},        {"PA", "Pennsylvania"},
    {"PR", "Puerto Rico"},    {"RI", "Rhode Island"},  {"SC", "South Carolina"},
    {"SD", "South Dakota"},   {"TN", "Tennessee"},     {"TX", "Texas"},
    {"UT", "Utah"},           {"VT", "Vermont"},       {"VA", "Virginia"},
    {"WA", "Washington"},     {"WV", "West Virginia"}, {"WI", "Wisconsin"},
    {"WY", "Wyoming"}};

// From each postal service's own description of its codes.
constexpr AddressRules kRules[] = {
    {"AT", "NNNN", "1010"},
    {"AU", "NNNN", "2000", true, true, kAustralia},
    {"BE", "NNNN", "1000"},
    {"BR", "NNNNN-NNN", "01310-100"},
    {"CA", "ANA NAN", "M5V 2T6", true, true, kCanada},
    {"CH", "NNNN", "8001"},
    {"CN", "NNNNNN", "100000"},
    {"CZ", "NNN NN", "110 00"},
    {"DE", "NNNNN", "10115"},
    {"DK", "NNNN", "1050"},
    {"EE", "NNNNN", "10111"},
    {"ES", "NNNNN", "28001"},
    {"FI", "NNNNN", "00100"},
    {"FR", "NNNNN", "75001"},
    {"GB", "AN NAA|ANN NAA|AAN NAA|AANN NAA|ANA NAA|AANA NAA|AAA NAA", "SW1A 1AA"},
    {"GR", "NNN NN", "104 31"},
    {"HR", "NNNNN", "10000"},
    {"HU", "NNNN", "1051"},
    {"IE", "A** ****", "D02 AF30"},
    {"IN", "NNNNNN", "110001"},
    {"IT", "NNNNN", "00118"},
    {"JP", "NNN-NNNN", "100-0001"},
    {"KR", "NNNNN", "03051"},
    {"LT", "NNNNN", "01100"},
    {"LU", "NNNN", "1009"},
    {"LV", "NNNN", "1010"},
    {"MX", "NNNNN", "06000"},
    {"NL", "NNNN AA", "1012 AB"},
    {"NO", "NNNN", "0150"},
    {"NZ", "NNNN", "1010"},
    {"PL", "NN-NNN", "00-001"},
    {"PT", "NNNN-NNN", "1000-001"},
    {"RO", "NNNNNN", "010011"},
    {"SE", "NNN NN", "111 20"},
    {"SG", "NNNNNN", "018956"},
    {"SI", "NNNN", "1000"},
    {"SK", "NNN NN", "811 01"},
    {"US", "NNNNN|NNNNN-NNNN", "10001", true, true, kUnitedStates},
    {"ZA", "NNNN", "8001"},
};
constexpr AddressRules kElsewhere{"", "", "", false};

constexpr std::size_t kTextMax = 200;  // code points of a line
constexpr std::size_t kPostcodeMax = 16;
constexpr std::size_t kPhoneMax = 32;

bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// `compact`: capitals and digits only. Empty when it does not have the form.
std::string fit(std::string_view form, std::string_view compact) {
  std::string fitted;
  std::size_t at = 0;
  for (const char want : form) {
    if (want != 'N' && want != 'A' && want != '*') {
      fitted += want;
      continue;
    }
    if (at == compact.size()) return {};
    const char got = compact[at++];
    const bool fits = (want != 'A' && is_digit(got)) || (want != 'N' && is_letter(got));
    if (!fits) return {};
    fitted += got;
  }
  return at == compact.size() ? fitted : std::string();
}

// One line of text of at most `limit` code points; trims it in place.
bool check_text(std::string& text, std::string_view field, std::size_t limit, const char* missing,
                std::vector<FieldError>& errors) {
  text = std::string(trim(text));
  const auto wrong = [&](std::string message) {
    errors.push_back({std::string(field), std::move(message)});
    return false;
  };
  if (text.empty()) return missing == nullptr ? true : wrong(missing);
  if (!is_utf8(text)) return wrong("has characters that can't be read");
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return wrong("must be a single line of text");
  }
  if (utf8_length(text) > limit) return wrong(fmt::format("must have at most {} characters", limit));
  return true;
}

void check_region(const AddressRules& rules, std::string& region, std::vector<FieldError>& errors) {
  const char* missing = rules.region_required ? "choose a state, province or territory" : nullptr;
  if (!check_text(region, "region", kTextMax, missing, errors) || region.empty() || rules.regions.empty())
    return;
  for (const Region& each : rules.regions) {
    if (!iequals_ascii(region, each.code) && !iequals_ascii(region, each.name)) continue;
    region = std::string(each.code);
    return;
  }
  errors.push_back({"region", "is not one of this country's; choose it from the list"});
}

void check_postcode(const AddressRules& rules, std::string& postcode, std::vector<FieldError>& errors) {
  const char* missing = rules.postcode_required ? "enter the postcode" : nullptr;
  if (!check_text(postcode, "postcode", kPostcodeMax, missing, errors) || postcode.empty()) return;
  if (rules.postcode_forms.empty()) return;
  std::string canonical = canonical_postcode(rules, postcode);
  if (canonical.empty()) {
    errors.push_back({"postcode", fmt::format("must be like {}", rules.postcode_example)});
    return;
  }
  postcode = std::move(canonical);
}

void check_phone(std::string& phone, std::vector<FieldError>& errors) {
  if (!check_text(phone, "phone", kPhoneMax, nullptr, errors) || phone.empty()) return;
  int digits = 0;
  for (const char c : phone) {
    digits += is_digit(c) ? 1 : 0;
    if (!is_digit(c) && std::string_view("+-()/. ").find(c) == std::string_view::npos) digits = -100;
  }
  if (digits < 5) errors.push_back({"phone", "must be a telephone number like +44 20 7946 0000"});
}

}  // namespace

const AddressRules& address_rules(std::string_view country) {
  for (const AddressRules& rules : kRules) {
    if (rules.country == country) return rules;
  }
  return kElsewhere;
}

std::string canonical_postcode(const AddressRules& rules, std::string_view text) {
  std::string compact;
  for (const char c : text) {
    if (c == ' ' || c == '-') continue;
    compact += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  std::string_view forms = rules.postcode_forms;
  while (!forms.empty()) {
    const std::size_t end = forms.find('|');
    if (std::string fitted = fit(forms.substr(0, end), compact); !fitted.empty()) return fitted;
    forms = end == forms.npos ? std::string_view() : forms.substr(end + 1);
  }
  return {};
}

void check_address(orders::Address& address, std::vector<FieldError>& errors) {
  const AddressRules& rules = address_rules(address.country);
  check_text(address.name, "name", kTextMax, "enter a name", errors);
  check_text(address.line1, "line1", kTextMax, "enter the street and number", errors);
  check_text(address.line2, "line2", kTextMax, nullptr, errors);
  check_text(address.city, "city", kTextMax, "enter the town or city", errors);
  check_region(rules, address.region, errors);
  check_postcode(rules, address.postcode, errors);
  check_phone(address.phone, errors);
}

}  // namespace ff::checkout
