#include "storage/migration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "embedded/storage_sql.h"

namespace ff::storage {

namespace {

constexpr std::string_view kServes = "-- serves: ";

/// "0001-shop.sql" -> 1, "shop".
Migration parse(std::string_view name, std::string_view sql) {
  name.remove_suffix(std::string_view(".sql").size());
  const std::size_t dash = name.find('-');
  Migration migration;
  migration.number = static_cast<int>(parse_int(name.substr(0, dash)).value_or(0));
  migration.name = name.substr(dash + 1);
  migration.sql = sql;
  if (sql.starts_with(kServes)) {
    migration.serves = trim(sql.substr(kServes.size(), sql.find('\n') - kServes.size()));
  }
  return migration;
}

}  // namespace

std::vector<Migration> migrations_of(std::string_view store) {
  const std::string prefix = fmt::format("migrations/{}-", store);
  std::vector<Migration> migrations;
  for (const EmbeddedFile& file : embedded::storage_sql()) {
    if (file.path.starts_with(prefix))
      migrations.push_back(parse(file.path.substr(prefix.size()), file.bytes));
  }
  std::sort(migrations.begin(), migrations.end(),
            [](const Migration& a, const Migration& b) { return a.number < b.number; });
  return migrations;
}

Result<void> check_schema(std::string_view database, const std::vector<AppliedMigration>& applied,
                          const std::vector<Migration>& ours, std::string_view release) {
  const int newest = ours.empty() ? 0 : ours.back().number;
  const int current = applied.empty() ? 0 : applied.back().number;
  if (current < newest) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("{}: its schema is at {}, release {} needs {}; run: fashionforward migrate",
                            database, current, release, newest));
  }
  for (const AppliedMigration& migration : applied) {
    if (migration.number > newest && is_older(release, migration.serves)) {
      return fail(ErrorCode::kUnavailable,
                  fmt::format("{}: its schema is at {}, which needs release {} or later; this is {}",
                              database, current, migration.serves, release));
    }
  }
  return {};
}

bool is_older(std::string_view release, std::string_view than) {
  const auto numbers = [](std::string_view text) {
    std::array<std::int64_t, 3> parts{};
    for (std::int64_t& part : parts) {
      const std::size_t dot = std::min(text.find('.'), text.size());
      part = parse_int(text.substr(0, dot)).value_or(0);
      text.remove_prefix(std::min(dot + 1, text.size()));
    }
    return parts;
  };
  return numbers(release) < numbers(than);
}

}  // namespace ff::storage
