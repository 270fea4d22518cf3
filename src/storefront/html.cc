#include "storefront/html.h"

#include <array>
#include <charconv>

#include "base/text.h"

namespace ff::storefront {
namespace {

constexpr std::array<bool, 256> special = [] {
  std::array<bool, 256> table{};
  for (const char letter : {'&', '<', '>', '"', '\''})
    table[static_cast<unsigned char>(letter)] = true;
  return table;
}();

std::string_view entity(char letter) {
  switch (letter) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    default:
      return "&#39;";
  }
}

struct Symbol {
  std::string_view code, symbol;
};
constexpr Symbol symbols[] = {{"EUR", "€"}, {"USD", "$"}, {"GBP", "£"}, {"JPY", "¥"}};

bool allowed_scheme(std::string_view address) {
  const std::size_t end = address.find_first_of(":/?#");
  if (end == std::string_view::npos || address[end] != ':') return true;  // relative
  const std::string scheme = lower_ascii(address.substr(0, end));
  return scheme == "https" || scheme == "http" || scheme == "mailto";
}

}  // namespace

void Html::escape(std::string& out, std::string_view text) {
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!special[static_cast<unsigned char>(text[i])]) continue;
    out.append(text, from, i - from);
    out.append(entity(text[i]));
    from = i + 1;
  }
  out.append(text, from, text.size() - from);
}

Html& Html::integer(std::int64_t number) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  out_.append(digits, static_cast<std::size_t>(end - digits));
  return *this;
}

Html& Html::operator<<(const Money& money) { return *this << for_people(money); }

Html& Html::operator<<(Address address) {
  // Control characters and spaces in front of a scheme are skipped by browsers: so they must not hide one.
  const std::string_view text = trim(address.text);
  for (const char letter : text) {
    if (static_cast<unsigned char>(letter) < 0x20) return *this << "#";
  }
  if (!allowed_scheme(text)) return *this << "#";
  return *this << text;
}

Html& Html::attribute(Markup name, std::string_view value) {
  return *this << " " << name << "=\"" << value << "\"";
}

Html& Html::flag(Markup name, bool on) {
  if (on) *this << " " << name;
  return *this;
}

std::string for_people(const Money& money) {
  std::string digits = money.decimal();
  std::string sign;
  if (!digits.empty() && digits.front() == '-') {
    sign = "−";
    digits.erase(0, 1);
  }
  std::size_t point = digits.find('.');
  if (point == std::string::npos) point = digits.size();
  for (std::size_t at = point; at > 3; at -= 3)
    digits.insert(at - 3, ",");
  for (const Symbol& symbol : symbols) {
    if (symbol.code == money.currency.code()) return sign + std::string(symbol.symbol) + digits;
  }
  return sign + std::string(money.currency.code()) + "\u00a0" + digits;
}

std::string plain_text(std::string_view html, std::size_t bytes_max) {
  std::string out;
  bool space = false;
  for (std::size_t i = 0; i < html.size() && out.size() < bytes_max + 8; ++i) {
    const char letter = html[i];
    if (letter == '<') {
      const std::size_t end = html.find('>', i);
      if (end == std::string_view::npos) break;
      i = end;
      space = true;
      continue;
    }
    if (static_cast<unsigned char>(letter) <= ' ') {
      space = true;
      continue;
    }
    if (space && !out.empty()) out += ' ';
    space = false;
    if (letter == '&') {
      const std::size_t end = html.find(';', i);
      if (end != std::string_view::npos && end - i <= 7) {
        const std::string_view name = html.substr(i + 1, end - i - 1);
        out += name == "amp"    ? "&"
               : name == "lt"   ? "<"
               : name == "gt"   ? ">"
               : name == "quot" ? "\""
               : name == "#39"  ? "'"
                                : " ";
        i = end;
        continue;
      }
    }
    out += letter;
  }
  if (out.size() <= bytes_max) return out;
  std::size_t cut = out.rfind(' ', bytes_max);
  if (cut == std::string::npos || cut < bytes_max / 2) {
    cut = bytes_max;
    while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xC0) == 0x80)
      --cut;  // not inside a character
  }
  out.resize(cut);
  return out + "…";
}

}  // namespace ff::storefront
