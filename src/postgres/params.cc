#include "postgres/params.h"

#include <endian.h>

#include <cstring>

namespace ff::postgres {

namespace {

void append_u32(std::string& out, std::uint32_t value) {
  const std::uint32_t big = htobe32(value);
  char bytes[sizeof big];
  std::memcpy(bytes, &big, sizeof big);
  out.append(bytes, sizeof bytes);
}

void append_u64(std::string& out, std::uint64_t value) {
  const std::uint64_t big = htobe64(value);
  char bytes[sizeof big];
  std::memcpy(bytes, &big, sizeof big);
  out.append(bytes, sizeof bytes);
}

}  // namespace

Params& Params::integer(std::int64_t value) {
  values_.push_back({bytes_.size(), 0});
  append_u64(bytes_, static_cast<std::uint64_t>(value));
  return close();
}

Params& Params::null() {
  values_.push_back({bytes_.size(), -1});
  return *this;
}

Params& Params::text(std::string_view value) {
  values_.push_back({bytes_.size(), 0});
  bytes_ += value;
  return close();
}

Params& Params::uuid(std::span<const std::uint8_t, 16> bytes) {
  values_.push_back({bytes_.size(), 0});
  bytes_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return close();
}

// array_send(): dimensions, whether there are nulls, element type; then length and lower bound of each
// dimension; then length and bytes of each element. An empty array has no dimension.
void Params::open_array(std::uint32_t element_type, std::size_t count) {
  values_.push_back({bytes_.size(), 0});
  append_u32(bytes_, count == 0 ? 0 : 1);
  append_u32(bytes_, 0);
  append_u32(bytes_, element_type);
  if (count == 0) return;
  append_u32(bytes_, static_cast<std::uint32_t>(count));
  append_u32(bytes_, 1);
}

void Params::put_integer(std::int64_t value) {
  append_u32(bytes_, sizeof value);
  append_u64(bytes_, static_cast<std::uint64_t>(value));
}

void Params::put_bytes(std::string_view bytes) {
  append_u32(bytes_, static_cast<std::uint32_t>(bytes.size()));
  bytes_ += bytes;
}

Params& Params::close() {
  values_.back().length = static_cast<int>(bytes_.size() - values_.back().begin);
  return *this;
}

void Params::pointers(std::vector<const char*>& values, std::vector<int>& lengths) const {
  values.clear();
  lengths.clear();
  for (const Value& value : values_) {
    values.push_back(value.length < 0 ? nullptr : bytes_.data() + value.begin);
    lengths.push_back(value.length < 0 ? 0 : value.length);
  }
}

}  // namespace ff::postgres
