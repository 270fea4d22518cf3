#include "catalog/import_faults.h"

#include <fmt/format.h>

namespace ff::catalog {

void Faults::add(std::int64_t line, std::string_view column, std::string_view rule) {
  ++count_;
  if (full()) return;
  std::string where =
      column.empty() ? fmt::format("line {}", line) : fmt::format("line {}, {}", line, column);
  error_.fields.push_back({std::move(where), std::string(rule)});
}

void Faults::add(const Error& error) {
  ++count_;
  if (error.fields.empty()) {
    error_.code = error.code;
    error_.fields.push_back({"the file", error.detail});
    return;
  }
  for (const FieldError& field : error.fields)
    error_.fields.push_back(field);
}

Error Faults::take() {
  if (error_.code == ErrorCode::kInternal) error_.code = ErrorCode::kInvalid;
  const FieldError& first = error_.fields.front();
  error_.detail = fmt::format("{}: {}", first.field, first.message);
  if (count_ > 1) error_.detail += fmt::format(" (and {} more)", count_ - 1);
  if (full()) {
    error_.fields.push_back(
        {"the file", fmt::format("may have more faults: reading stopped at the limit of {}", faults_max_)});
  }
  return std::move(error_);
}

}  // namespace ff::catalog
