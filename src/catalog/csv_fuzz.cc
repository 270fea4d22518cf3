// Whatever the bytes: rows stay within the limits, every field is text, and what was read can be written and
// read again, cut anywhere.
#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.h"
#include "catalog/csv.h"

namespace {

using ff::catalog::csv::Limits;
using Rows = std::vector<std::vector<std::string>>;

constexpr Limits kLimits = {.field_bytes_max = 512, .row_bytes_max = 2048, .columns_max = 64};

bool read_all(std::string_view text, std::size_t chunk, Rows& rows) {
  ff::catalog::csv::MemorySource source(text, chunk);
  ff::catalog::csv::Reader reader(source, kLimits);
  ff::catalog::csv::Row row;
  for (;;) {
    const auto more = reader.next(row);
    if (!more) return false;
    if (!*more) return true;
    if (row.size() == 0 || row.size() > kLimits.columns_max) std::abort();
    auto& fields = rows.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string_view field = row[i];
      if (field.size() > kLimits.field_bytes_max || !ff::is_utf8(field) || field.find('\0') != field.npos)
        std::abort();
      if (row.place(i).line < 1 || row.place(i).column < 1) std::abort();
      fields.emplace_back(field);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Rows whole, cut;
  const bool good = read_all(text, SIZE_MAX, whole);
  if (read_all(text, 1 + size % 5, cut) != good || cut != whole) std::abort();
  std::string written;
  for (const auto& row : whole) {
    const std::vector<std::string_view> fields(row.begin(), row.end());
    ff::catalog::csv::write_row(written, fields);
  }
  Rows again;
  if (!read_all(written, SIZE_MAX, again) || again != whole) std::abort();
  return 0;
}
