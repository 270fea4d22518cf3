#include "cart/cart.h"

#include <fmt/format.h>

#include <algorithm>

namespace ff::cart {

namespace {

auto find(std::vector<Line>& lines, VariantId variant) {
  return std::find_if(lines.begin(), lines.end(), [&](const Line& line) { return line.variant == variant; });
}

/// The line's quantity becomes `quantity`; 0 removes it. The limits were checked.
void put(std::vector<Line>& lines, const Change& change, inventory::Quantity quantity) {
  const auto line = find(lines, change.variant);
  if (quantity == 0) {
    if (line != lines.end()) lines.erase(line);
  } else if (line == lines.end()) {
    lines.push_back({change.variant, quantity, change.price_seen, change.name});
  } else {
    line->quantity = quantity;
    line->price_seen = change.price_seen;
    if (!change.name.empty()) line->name = change.name;
  }
}

Result<void> check_limits(const std::vector<Line>& lines, bool is_new, inventory::Quantity quantity,
                          inventory::Quantity quantity_min) {
  if (quantity < quantity_min || quantity > inventory::kQuantityMax) {
    return invalid("quantity",
                   fmt::format("must be between {} and {}", quantity_min, inventory::kQuantityMax));
  }
  if (is_new && quantity > 0 && lines.size() >= kLinesMax) {
    return invalid("lines", fmt::format("a cart holds at most {} different items", kLinesMax));
  }
  return {};
}

const Addition* remembered(const Cart& cart, std::uint64_t key) {
  if (key == 0) return nullptr;
  const auto found = std::find_if(cart.additions.begin(), cart.additions.end(),
                                  [&](const Addition& addition) { return addition.key == key; });
  return found == cart.additions.end() ? nullptr : &*found;
}

void remember(Cart& cart, const Addition& addition) {
  if (addition.key == 0) return;
  if (cart.additions.size() >= kAdditionsMax) cart.additions.erase(cart.additions.begin());
  cart.additions.push_back(addition);
}

}  // namespace

Result<void> apply(Cart& cart, const Change& change, Instant now) {
  const Addition addition{change.kind == Change::Kind::kAdd ? change.key : 0, change.variant,
                          change.quantity};
  if (const Addition* made = remembered(cart, addition.key)) {
    if (*made != addition)
      return fail(ErrorCode::kKeyReused, "the key belongs to another addition to the cart");
    cart.made_line = false;
    return {};
  }
  std::vector<Line> lines = cart.lines;
  const auto line = find(lines, change.variant);
  const bool is_new = line == lines.end();
  switch (change.kind) {
    case Change::Kind::kAdd: {
      // Checked before it is added, so that no sum can overflow.
      if (auto ok = check_limits(lines, false, change.quantity, 1); !ok) return ok;
      const inventory::Quantity sum = change.quantity + (is_new ? 0 : line->quantity);
      if (auto ok = check_limits(lines, is_new, sum, 1); !ok) return ok;
      put(lines, change, sum);
      break;
    }
    case Change::Kind::kSet:
      if (auto ok = check_limits(lines, is_new, change.quantity, 0); !ok) return ok;
      put(lines, change, change.quantity);
      break;
    case Change::Kind::kSeen:
      if (!is_new) line->price_seen = change.price_seen;
      break;
    case Change::Kind::kEmpty:
      lines.clear();
      break;
  }
  cart.made_line = lines.size() > cart.lines.size();
  if (lines == cart.lines) return {};
  cart.lines = std::move(lines);
  remember(cart, addition);
  ++cart.version;
  cart.updated_at = now;
  return {};
}

void remove_ordered(Cart& cart, std::span<const std::pair<VariantId, inventory::Quantity>> ordered,
                    Instant now) {
  bool changed = false;
  for (const auto& [variant, quantity] : ordered) {
    const auto line = find(cart.lines, variant);
    if (line == cart.lines.end() || quantity <= 0) continue;
    changed = true;
    line->quantity -= quantity;
    if (line->quantity <= 0) cart.lines.erase(line);
  }
  if (!changed) return;
  ++cart.version;
  cart.updated_at = now;
}

}  // namespace ff::cart
