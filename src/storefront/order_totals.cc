#include "storefront/order_totals.h"

#include <fmt/format.h>

namespace ff::storefront {
namespace {

std::string_view tax_name(std::string_view country) {
  return country == "US" || country == "CA" || country == "AU" ? "tax" : "VAT";
}

std::string percent(BasisPoints rate) {
  const int whole = rate.value / 100;
  const int part = rate.value % 100;
  if (part == 0) return fmt::format("{} %", whole);
  if (part % 10 == 0) return fmt::format("{}.{} %", whole, part / 10);
  return fmt::format("{}.{:02} %", whole, part);
}

}  // namespace

std::string tax_words(const orders::Totals& totals, std::string_view country) {
  if (totals.tax.minor == 0) return {};
  return fmt::format("{} {} {} ({})", totals.tax_included ? "includes" : "is with", for_people(totals.tax),
                     tax_name(country), percent(totals.tax_rate));
}

void write_totals(Html& html, const orders::Totals& totals, std::string_view country,
                  std::string_view delivery) {
  html << "<dl class=\"summary tabular\"><div><dt>Subtotal</dt><dd>" << totals.subtotal
       << "</dd></div><div><dt>Delivery";
  if (!delivery.empty()) html << "<span class=\"muted summary-detail\">" << delivery << "</span>";
  html << "</dt><dd>";
  if (totals.delivery.minor == 0) {
    html << "Free";
  } else {
    html << totals.delivery;
  }
  html << "</dd></div>";
  const std::string tax_rate = fmt::format("{} ({})", tax_name(country), percent(totals.tax_rate));
  if (!totals.tax_included && totals.tax.minor != 0) {
    html << "<div><dt class=\"summary-tax\">" << tax_rate << "</dt><dd>" << totals.tax << "</dd></div>";
  }
  html << "<div class=\"summary-total\"><dt>Total";
  if (totals.tax_included && totals.tax.minor != 0) {
    html << "<span class=\"muted summary-detail\">" << tax_words(totals, country) << "</span>";
  }
  html << "</dt><dd>" << totals.total << "</dd></div></dl>";
}

}  // namespace ff::storefront
