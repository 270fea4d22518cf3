#include "postgres/rows.h"

#include <cstring>

#include "base/text.h"
#include "postgres/libpq.h"

namespace ff::postgres {

namespace {

std::int64_t big_endian(const char* bytes, std::size_t size) {
  std::int64_t value = size > 0 && (bytes[0] & 0x80) != 0 ? -1 : 0;  // sign
  for (std::size_t i = 0; i < size; ++i)
    value = static_cast<std::int64_t>((static_cast<std::uint64_t>(value) << 8) |
                                      static_cast<std::uint8_t>(bytes[i]));
  return value;
}

}  // namespace

void Rows::Clear::operator()(pg_result* result) const { PQclear(result); }

Rows::Rows(pg_result* result) : result_(result) {}

int Rows::count() const { return PQntuples(result_.get()); }

std::int64_t Rows::affected() const { return parse_int(PQcmdTuples(result_.get())).value_or(0); }

bool Rows::is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }

std::string_view Rows::text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::int64_t Rows::integer(int row, int column) const {
  const std::string_view bytes = text(row, column);
  if (bytes.size() == 1) return static_cast<std::uint8_t>(bytes[0]);
  return bytes.size() > sizeof(std::int64_t) ? 0 : big_endian(bytes.data(), bytes.size());
}

std::vector<std::int64_t> Rows::integers(int row, int column) const {
  static constexpr std::size_t kHeader = 20, kElement = 12;
  const std::string_view bytes = text(row, column);
  std::vector<std::int64_t> values;
  for (std::size_t at = kHeader; at + kElement <= bytes.size(); at += kElement)
    values.push_back(big_endian(bytes.data() + at + 4, 8));
  return values;
}

std::string_view Rows::command() const { return PQcmdStatus(result_.get()); }

void Rows::bytes16(int row, int column, std::array<std::uint8_t, 16>& out) const {
  const std::string_view bytes = text(row, column);
  if (bytes.size() == out.size()) std::memcpy(out.data(), bytes.data(), out.size());
}

}  // namespace ff::postgres
