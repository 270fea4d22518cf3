#include "storefront/sale_notes.h"

#include "base/text.h"
#include "storefront/queue_cookies.h"
#include "storefront/queue_words.h"

namespace ff::storefront {
namespace {

std::int64_t units_of(const sales::SaleSettings& sale, const catalog::Snapshot& snapshot,
                      std::span<const cart::Line> lines) {
  std::int64_t units = 0;
  for (const cart::Line& line : lines) {
    const catalog::VariantRef sold = snapshot.variant(line.variant);
    if (sold && sale.covers(sold.product->handle)) units += line.quantity;
  }
  return units;
}

}  // namespace

std::vector<SaleNote> sale_notes(const sales::Board& board, const catalog::Snapshot& snapshot,
                                 std::span<const cart::Line> lines, Instant now) {
  std::vector<SaleNote> notes;
  for (const sales::Posted& posted : board.sales()) {
    const sales::SaleSettings& settings = posted.sale.settings();
    const bool started = posted.sale.started(now);
    const bool waited_for = !started && posted.sale.guarded(now);
    const bool limits = settings.per_shopper_max > 0 && (started || waited_for);
    if (settings.over(now) || (!waited_for && !limits)) continue;
    const std::int64_t units = units_of(settings, snapshot, lines);
    if (units == 0) continue;
    notes.push_back(
        {settings.id, settings.title, settings.per_shopper_max, units, waited_for, settings.starts_at});
  }
  return notes;
}

void write_sale_notes(Html& html, std::span<const SaleNote> notes) {
  for (const SaleNote& note : notes) {
    if (note.to_come) {
      html << "<p class=\"summary-small\">" << note.title << " starts on <time datetime=\""
           << rfc3339(note.starts_at) << "\">" << moment_words(note.starts_at)
           << "</time>. Until then it can't be bought, and there is a line before its checkout. "
              "<a class=\"text-link\" href=\""
           << href(queue_url(note.sale)) << "\">Take a place in it</a></p>";
    }
    if (note.units_max == 0) continue;
    const bool too_many = note.units > note.units_max;
    html << (too_many ? std::string_view("<div class=\"notice notice-warning\"><p>")
                      : std::string_view("<p class=\"summary-small\">"))
         << "At most " << note.units_max << " for each shopper in " << note.title;
    if (too_many) {
      html << ", and your cart holds " << note.units << ". Lower the quantity to go on.</p></div>";
    } else {
      html << ", earlier orders counted.</p>";
    }
  }
}

}  // namespace ff::storefront
