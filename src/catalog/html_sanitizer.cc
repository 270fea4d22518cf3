#include "catalog/html_sanitizer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/text.h"
#include "catalog/html_text.h"

namespace ff::catalog {
namespace {

constexpr std::size_t kDepthMax = 48;
constexpr std::size_t kTagBytesMax = 8 * 1024;

enum class Tag : std::uint8_t {
  kParagraph,
  kBreak,
  kBulletList,
  kNumberList,
  kItem,
  kStrong,
  kB,
  kEmphasis,
  kI,
  kU,
  kS,
  kH2,
  kH3,
  kH4,
  kH5,
  kH6,
  kQuote,
  kTable,
  kHead,
  kBody,
  kRow,
  kHeadCell,
  kCell,
  kLink,
};

struct Known {
  std::string_view name;
  Tag tag;
};
// The first entry of a tag is how it is written; the others are read as it.
constexpr std::array<Known, 29> kKnown = {{{"p", Tag::kParagraph},
                                           {"br", Tag::kBreak},
                                           {"ul", Tag::kBulletList},
                                           {"ol", Tag::kNumberList},
                                           {"li", Tag::kItem},
                                           {"strong", Tag::kStrong},
                                           {"b", Tag::kB},
                                           {"em", Tag::kEmphasis},
                                           {"i", Tag::kI},
                                           {"u", Tag::kU},
                                           {"s", Tag::kS},
                                           {"h2", Tag::kH2},
                                           {"h3", Tag::kH3},
                                           {"h4", Tag::kH4},
                                           {"h5", Tag::kH5},
                                           {"h6", Tag::kH6},
                                           {"blockquote", Tag::kQuote},
                                           {"table", Tag::kTable},
                                           {"thead", Tag::kHead},
                                           {"tbody", Tag::kBody},
                                           {"tr", Tag::kRow},
                                           {"th", Tag::kHeadCell},
                                           {"td", Tag::kCell},
                                           {"a", Tag::kLink},
                                           {"h1", Tag::kH2},
                                           {"strike", Tag::kS},
                                           {"del", Tag::kS},
                                           {"ins", Tag::kU},
                                           {"tfoot", Tag::kBody}}};

constexpr std::array<std::string_view, 26> kDroppedWithContent = {
    "script",  "style",    "iframe",    "object", "embed",    "noscript", "template", "svg",    "math",
    "head",    "title",    "textarea",  "select", "video",    "audio",    "canvas",   "applet", "xmp",
    "noembed", "noframes", "plaintext", "button", "frameset", "datalist", "map",      "marquee"};
// Their text would run into its neighbours' when they are unwrapped.
constexpr std::array<std::string_view, 14> kBlocks = {"div",     "section", "article", "header",    "footer",
                                                      "hr",      "dl",      "dt",      "dd",        "pre",
                                                      "address", "main",    "figure",  "figcaption"};

std::optional<Tag> known(std::string_view name) {
  for (const Known& one : kKnown) {
    if (one.name == name) return one.tag;
  }
  return std::nullopt;
}

std::string_view name_of(Tag tag) {
  return std::find_if(kKnown.begin(), kKnown.end(), [tag](const Known& one) { return one.tag == tag; })->name;
}

bool is_heading(Tag tag) { return tag >= Tag::kH2 && tag <= Tag::kH6; }
bool is_list(Tag tag) { return tag == Tag::kBulletList || tag == Tag::kNumberList; }
bool is_cell(Tag tag) { return tag == Tag::kCell || tag == Tag::kHeadCell; }
bool is_row_group(Tag tag) { return tag == Tag::kHead || tag == Tag::kBody; }
bool is_table_part(Tag tag) { return is_row_group(tag) || tag == Tag::kRow || is_cell(tag); }
bool is_block(Tag tag) {
  return tag == Tag::kParagraph || is_list(tag) || is_heading(tag) || tag == Tag::kQuote ||
         tag == Tag::kTable;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// A tag as it stands in the input.
struct Markup {
  std::string name;  // lower case
  bool closing = false;
  bool self_closing = false;
  std::optional<std::string_view> href;  // as written
  std::size_t size = 0;                  // bytes, with < and >
};

/// The tag that `text` starts with ("<" and a letter, or "</" and a letter); nothing when it has no end.
std::optional<Markup> read_tag(std::string_view text) {
  text = text.substr(0, kTagBytesMax);
  Markup tag;
  std::size_t i = 1;
  if (i < text.size() && text[i] == '/') {
    tag.closing = true;
    ++i;
  }
  const std::size_t name = i;
  while (i < text.size() && !is_space(text[i]) && text[i] != '/' && text[i] != '>')
    ++i;
  tag.name = lower_ascii(text.substr(name, i - name));
  while (i < text.size()) {
    if (text[i] == '>') {
      tag.self_closing = text[i - 1] == '/';
      tag.size = i + 1;
      return tag;
    }
    if (is_space(text[i]) || text[i] == '/') {
      ++i;
      continue;
    }
    const std::size_t attribute = i++;  // an attribute may begin with any character, even '='
    while (i < text.size() && !is_space(text[i]) && text[i] != '/' && text[i] != '>' && text[i] != '=')
      ++i;
    const std::string_view attribute_name = text.substr(attribute, i - attribute);
    std::size_t after = i;
    while (after < text.size() && is_space(text[after]))
      ++after;
    if (after == text.size() || text[after] != '=') continue;
    i = after + 1;
    while (i < text.size() && is_space(text[i]))
      ++i;
    if (i == text.size()) return std::nullopt;
    std::string_view value;
    if (text[i] == '"' || text[i] == '\'') {
      const std::size_t end = text.find(text[i], i + 1);
      if (end == text.npos) return std::nullopt;
      value = text.substr(i + 1, end - i - 1);
      i = end + 1;
    } else {
      const std::size_t begin = i;
      while (i < text.size() && !is_space(text[i]) && text[i] != '>')
        ++i;
      value = text.substr(begin, i - begin);
    }
    if (!tag.href && iequals_ascii(attribute_name, "href")) tag.href = value;
  }
  return std::nullopt;
}

class Sanitizer {
 public:
  explicit Sanitizer(std::string_view html) : in_(html) {}

  std::string run() {
    while (at_ < in_.size()) {
      const std::size_t bracket = std::min(in_.find('<', at_), in_.size());
      if (bracket > at_) text(in_.substr(at_, bracket - at_));
      at_ = bracket;
      if (at_ < in_.size()) markup();
    }
    close_down_to(0);
    return std::string(trim(out_));
  }

 private:
  void markup() {
    const std::string_view rest = in_.substr(at_);
    const char next = rest.size() > 1 ? rest[1] : '\0';
    if (rest.starts_with("<!--")) {
      const std::size_t end = rest.find("-->", 2);  // "<!-->" is a whole comment
      at_ = end == rest.npos ? in_.size() : at_ + end + 3;
      return;
    }
    const bool closing = next == '/' && rest.size() > 2;
    if (next == '!' || next == '?' || (closing && !is_letter(rest[2]))) {  // what HTML calls a bogus comment
      const std::size_t end = rest.find('>');
      if (end != rest.npos) {
        at_ += end + 1;
        return;
      }
    } else if (is_letter(closing ? rest[2] : next)) {
      if (const auto tag = read_tag(rest)) {
        at_ += tag->size;
        handle(*tag);
        return;
      }
    }
    text(rest.substr(0, 1));  // a bracket that opens nothing
    ++at_;
  }

  void handle(const Markup& markup) {
    if (const auto tag = known(markup.name)) {
      if (*tag == Tag::kBreak) {
        ensure_flow();
        out_ += "<br>";
      } else if (markup.closing) {
        close(*tag);
      } else {
        open(*tag, markup);
      }
      return;
    }
    const auto listed = [&](const auto& names) {
      return std::find(names.begin(), names.end(), markup.name) != names.end();
    };
    if (!markup.closing && listed(kDroppedWithContent)) {
      const bool empty =
          markup.name == "embed" || (markup.self_closing && (markup.name == "svg" || markup.name == "math"));
      if (!empty) skip_past_end_of(markup.name);
    } else if (listed(kBlocks) && !out_.empty() && out_.back() != '>' && !is_space(out_.back())) {
      out_ += '\n';
    }
  }

  void skip_past_end_of(std::string_view name) {
    for (std::size_t i = in_.find("</", at_); i != in_.npos; i = in_.find("</", i + 2)) {
      const std::string_view found = in_.substr(i + 2, name.size());
      const std::size_t after = i + 2 + name.size();
      if (!iequals_ascii(found, name)) continue;
      if (after < in_.size() && !is_space(in_[after]) && in_[after] != '/' && in_[after] != '>') continue;
      const std::size_t end = in_.find('>', after);
      at_ = end == in_.npos ? in_.size() : end + 1;
      return;
    }
    at_ = in_.size();
  }

  void text(std::string_view raw) {
    const std::string escaped = escape_html_text(raw);
    if (!trim(escaped).empty()) ensure_flow();
    out_ += escaped;
  }

  void open(Tag tag, const Markup& markup) {
    if (is_table_part(tag)) return open_table_part(tag);
    if (tag == Tag::kItem) return open_item();
    std::string link;
    if (tag == Tag::kLink) {
      const auto url = markup.href ? safe_link(*markup.href) : std::nullopt;
      if (!url) return;
      close(Tag::kLink);  // links don't nest
      if (std::find(stack_.begin(), stack_.end(), Tag::kLink) != stack_.end()) return;
      link = *url;
    }
    if (is_block(tag)) close(Tag::kParagraph);
    if (is_heading(tag)) close_heading();
    ensure_flow();
    if (stack_.size() >= kDepthMax) return;
    if (tag == Tag::kLink) {
      stack_.push_back(tag);
      out_ += "<a href=\"" + link + "\" rel=\"nofollow noopener\">";
    } else {
      push(tag);
    }
  }

  void open_item() {
    // Up to the list that it belongs to; without one it gets one.
    for (std::size_t i = stack_.size(); i > 0 && !is_cell(stack_[i - 1]); --i) {
      if (!is_list(stack_[i - 1])) continue;
      close_down_to(i);
      push(Tag::kItem);
      return;
    }
    close(Tag::kParagraph);
    close_heading();
    ensure_flow();
    if (stack_.size() >= kDepthMax) return;
    push(Tag::kBulletList);
    push(Tag::kItem);
  }

  void open_table_part(Tag tag) {
    const auto table = std::find(stack_.rbegin(), stack_.rend(), Tag::kTable);
    if (table == stack_.rend()) return;
    const auto inside =
        static_cast<std::size_t>(stack_.rend() - table);  // size of the stack just inside the table
    std::size_t keep = inside;
    if (!is_row_group(tag) && stack_.size() > keep && is_row_group(stack_[keep])) {
      ++keep;
      if (is_cell(tag) && stack_.size() > keep && stack_[keep] == Tag::kRow) ++keep;
    }
    close_down_to(keep);
    if (!is_row_group(tag) && stack_.back() == Tag::kTable) push(Tag::kBody);
    if (is_cell(tag) && is_row_group(stack_.back())) push(Tag::kRow);
    push(tag);
  }

  /// Before anything but white space: lists hold items and tables cells, nothing else.
  void ensure_flow() {
    if (stack_.empty()) return;
    if (is_list(stack_.back())) push(Tag::kItem);
    if (stack_.back() == Tag::kTable) push(Tag::kBody);
    if (is_row_group(stack_.back())) push(Tag::kRow);
    if (stack_.back() == Tag::kRow) push(Tag::kCell);
  }

  void push(Tag tag) {
    stack_.push_back(tag);
    out_ += '<';
    out_ += name_of(tag);
    out_ += '>';
  }

  /// Ends the innermost such element and what is open in it; nothing when there is none within this cell.
  void close(Tag tag) {
    for (std::size_t i = stack_.size(); i > 0; --i) {
      if (stack_[i - 1] == tag) return close_down_to(i - 1);
      if (is_cell(stack_[i - 1]) && !is_table_part(tag) && tag != Tag::kTable) return;
      if (stack_[i - 1] == Tag::kTable) return;
    }
  }

  void close_heading() {
    for (std::size_t i = stack_.size(); i > 0 && !is_cell(stack_[i - 1]); --i) {
      if (is_heading(stack_[i - 1])) return close_down_to(i - 1);
    }
  }

  void close_down_to(std::size_t size) {
    while (stack_.size() > size) {
      out_ += "</";
      out_ += name_of(stack_.back());
      out_ += '>';
      stack_.pop_back();
    }
  }

  std::string_view in_;
  std::size_t at_ = 0;
  std::string out_;
  std::vector<Tag> stack_;  // what is open
};

}  // namespace

std::string sanitize_html(std::string_view html) { return Sanitizer(html).run(); }

}  // namespace ff::catalog
