#include "catalog/collections_file.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <set>

#include "base/text.h"
#include "catalog/import_faults.h"
#include "catalog/picture_url.h"

namespace ff::catalog {
namespace {

enum Column : std::size_t { kHandle, kTitle, kDescription, kPicture, kProducts, kTags, kTypes, kColumns };
constexpr std::array<std::string_view, kColumns> kNames = {"Handle",   "Title", "Description", "Picture",
                                                           "Products", "Tags",  "Types"};

constexpr std::size_t kCollectionsMax = 10'000;
constexpr std::size_t kTextBytesMax = 64 * 1024;
constexpr std::size_t kTitleMax = 1024;

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    if (const std::string_view item = trim(text.substr(0, end)); !item.empty()) out.emplace_back(item);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string join_list(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) {
    if (!out.empty()) out += "; ";
    out += item;
  }
  return out;
}

}  // namespace

Result<std::vector<Collection>> read_collections_csv(csv::Source& source, std::string file,
                                                     std::size_t faults_max) {
  csv::Reader reader(source);
  csv::Row row;
  Faults faults(std::move(file), faults_max);
  std::array<std::optional<std::size_t>, kColumns> index;
  std::vector<Collection> out;
  std::set<std::string> handles;
  bool header = true;
  for (;;) {
    auto more = reader.next(row);
    if (!more) faults.add(more.error(), reader.fault());
    if (!more || !*more) break;
    const std::int64_t line = row.place().line;
    if (header) {
      header = false;
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string_view name = trim(row[i]);
        std::size_t column = 0;
        while (column < kColumns && !iequals_ascii(kNames[column], name))
          ++column;
        if (column == kColumns) {
          if (!name.empty())
            faults.add(line, name, fmt::format("must be one of {}", fmt::join(kNames, ", ")));
        } else if (index[column]) {
          faults.add(line, name, "the column must be there once");
        } else {
          index[column] = i;
        }
      }
      if (!index[kHandle] || !index[kTitle])
        faults.add(line, "", "the file must have the columns Handle and Title");
      if (faults.count() > 0) break;
      continue;
    }
    if (row.blank()) continue;
    const auto cell = [&](Column column) {
      return index[column] ? trim(row[*index[column]]) : std::string_view{};
    };
    Collection collection;
    collection.handle = cell(kHandle);
    if (collection.handle.empty() || slug(collection.handle) != collection.handle) {
      faults.add(line, "Handle", "must be lower-case letters, digits and single dashes");
    } else if (!handles.insert(collection.handle).second) {
      faults.add(line, "Handle", "must differ from the handles before it");
    }
    collection.title = cell(kTitle);
    if (collection.title.empty() || collection.title.size() > kTitleMax) {
      faults.add(line, "Title", fmt::format("must be between 1 and {} bytes", kTitleMax));
    }
    collection.description = cell(kDescription);
    if (collection.description.size() > kTextBytesMax) {
      faults.add(line, "Description", fmt::format("must be at most {} bytes", kTextBytesMax));
    }
    if (const std::string_view picture = cell(kPicture); !picture.empty()) {
      auto url = PictureUrl::parse(picture);
      if (!url) faults.add(line, "Picture", url.error().fields.front().message);
      if (url) collection.picture_url = std::move(*url).text();
    }
    collection.handles = split_list(cell(kProducts));
    collection.tags = split_list(cell(kTags));
    collection.types = split_list(cell(kTypes));
    if (out.size() == kCollectionsMax) {
      faults.add(line, "", fmt::format("a file must have at most {} collections", kCollectionsMax));
      break;
    }
    out.push_back(std::move(collection));
  }
  if (header && faults.count() == 0) faults.add(1, "", "the file must have a header row");
  if (faults.count() > 0) return tl::unexpected(faults.take());
  return out;
}

void write_collections_csv(std::string& out, std::span<const Collection> collections) {
  csv::write_row(out, kNames);
  for (const Collection& collection : collections) {
    const std::string products = join_list(collection.handles);
    const std::string tags = join_list(collection.tags);
    const std::string types = join_list(collection.types);
    const std::array<std::string_view, kColumns> fields = {collection.handle,
                                                           collection.title,
                                                           collection.description,
                                                           collection.picture_url,
                                                           products,
                                                           tags,
                                                           types};
    csv::write_row(out, fields);
  }
}

}  // namespace ff::catalog
