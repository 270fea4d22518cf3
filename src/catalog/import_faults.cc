#include "catalog/import_faults.h"

#include <fmt/format.h>

namespace ff::catalog {

std::string place_in(std::string_view source, std::int64_t line, std::string_view column) {
  std::string place = source.empty() ? fmt::format("line {}", line) : fmt::format("{}:{}", source, line);
  if (!column.empty()) place += fmt::format("{} {}", source.empty() ? "," : ":", column);
  return place;
}

void Faults::add(std::int64_t line, std::string_view column, std::string_view rule) {
  ++count_;
  if (error_.fields.size() == kept_max_) return;
  error_.fields.push_back({place_in(source_, line, column), std::string(rule)});
}

void Faults::add(const Error& error, const std::optional<csv::Fault>& format) {
  if (format) {
    add(format->place.line, fmt::format("column {}", format->place.column), format->rule);
    return;
  }
  ++count_;
  error_.code = error.code;
  if (error_.fields.size() == kept_max_) return;
  error_.fields.push_back({source_.empty() ? "the file" : source_, error.detail});
}

Error Faults::take() {
  if (error_.code == ErrorCode::kInternal) error_.code = ErrorCode::kInvalid;
  if (count_ == 1) {
    error_.detail = fmt::format("{}: {}", error_.fields.front().field, error_.fields.front().message);
  } else {
    error_.detail = fmt::format("{} has {} faults", source_.empty() ? "the file" : source_, count_);
    const auto kept = static_cast<std::int64_t>(error_.fields.size());
    if (count_ > kept) error_.detail += fmt::format(", of which the first {} are told", kept);
  }
  return std::move(error_);
}

}  // namespace ff::catalog
