// Writes HTML by appending to one string. Templates are plain C++:
//
//   html << "<li class=\"line\">" << product.title << ' ' << price << "</li>";
//
// Invariant: escaping is decided by type. Only a string literal is markup (Markup's constructor runs in the
// compiler, so nothing that arrived at run time can become one) and only SafeHtml goes in unescaped; every
// std::string and std::string_view is text and is escaped for text and for quoted attributes alike. Always
// quote attributes with ". Addresses from the catalogue go through href(), which refuses script schemes.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/money.h"

namespace ff::storefront {

/// A string literal: markup written by us.
class Markup {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): the point is that a literal converts and nothing else does
  consteval Markup(const char* literal) : text_(literal) {}
  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

/// HTML that is known to be well-formed and harmless, made at run time.
class SafeHtml {
 public:
  /// `html` went through catalog's sanitiser (Product::body_html has) or came out of an Html.
  static SafeHtml sanitised(std::string_view html) { return SafeHtml(html); }
  std::string_view text() const { return text_; }

 private:
  explicit SafeHtml(std::string_view text) : text_(text) {}
  std::string_view text_;  // not owned
};

/// An address for href or src: relative, http(s) or mailto. Anything else ("javascript:...") becomes "#".
struct Address {
  std::string_view text;
};
inline Address href(std::string_view text) { return Address{text}; }

template <typename T>
concept PlainText = std::same_as<T, std::string> || std::same_as<T, std::string_view>;

class Html {
 public:
  Html() { out_.reserve(32 * 1024); }

  Html& operator<<(Markup markup) {
    out_.append(markup.text());
    return *this;
  }
  Html& operator<<(SafeHtml html) {
    out_.append(html.text());
    return *this;
  }
  template <PlainText T>
  Html& operator<<(const T& text) {
    escape(out_, text);
    return *this;
  }
  template <std::integral T>
    requires(!std::same_as<T, bool> && !std::same_as<T, char>)
  Html& operator<<(T number) {
    return integer(static_cast<std::int64_t>(number));
  }
  Html& operator<<(char letter) {
    escape(out_, std::string_view(&letter, 1));
    return *this;
  }
  /// As people read it: see for_people().
  Html& operator<<(const Money& money);
  Html& operator<<(Address address);

  /// ` name="value"`, value escaped.
  Html& attribute(Markup name, std::string_view value);
  /// ` name` when `on`: hidden, checked, required ...
  Html& flag(Markup name, bool on);
  /// `html.when(selected, " aria-current=\"page\"")`
  Html& when(bool on, Markup markup) { return on ? *this << markup : *this; }

  std::size_t size() const { return out_.size(); }
  std::string_view view() const { return out_; }
  std::string take() && { return std::move(out_); }

  /// Appends `text` with & < > " ' as entities. Broken UTF-8 passes: the catalogue holds none.
  static void escape(std::string& out, std::string_view text);

 private:
  Html& integer(std::int64_t number);
  std::string out_;
};

/// "€118.00", "£1,180.00", "¥1,200", "CHF 118.00" (no-break space): symbol or code first, English grouping.
std::string for_people(const Money& money);

/// `text` without tags and entities, white space collapsed, at most `bytes_max` and cut at a word: for
/// descriptions in <meta>.
std::string plain_text(std::string_view html, std::size_t bytes_max);

}  // namespace ff::storefront
