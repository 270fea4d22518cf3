#include "telemetry/otlp.h"

#include "base/json_writer.h"

namespace ff::telemetry {
namespace {

void write_text(JsonWriter& json, std::string_view key, std::string_view value) {
  json.object([&] {
    json.key("key").value(key);
    json.key("value").object([&] { json.key("stringValue").value(value); });
  });
}

void write(JsonWriter& json, const Attribute& attribute) {
  if (const auto* text = std::get_if<std::string>(&attribute.value)) {
    write_text(json, attribute.key, *text);
    return;
  }
  json.object([&] {
    json.key("key").value(attribute.key);
    // 64 bits are text in the protocol's JSON.
    json.key("value").object(
        [&] { json.key("intValue").value(std::to_string(std::get<std::int64_t>(attribute.value))); });
  });
}

std::string nanoseconds(Instant at) { return std::to_string(at.us) + "000"; }

void write(JsonWriter& json, const FinishedSpan& span) {
  constexpr int kError = 2;
  json.object([&] {
    json.key("traceId").value(hex(span.context.trace_id));
    json.key("spanId").value(hex(span.context.span_id));
    if (span.parent != SpanId{}) json.key("parentSpanId").value(hex(span.parent));
    json.key("name").value(std::string_view(span.name));
    json.key("kind").value(static_cast<int>(span.kind));
    json.key("startTimeUnixNano").value(nanoseconds(span.began));
    json.key("endTimeUnixNano").value(nanoseconds(span.ended));
    json.key("attributes").array([&] {
      for (const Attribute& attribute : span.attributes)
        write(json, attribute);
    });
    if (span.failed) json.key("status").object([&] { json.key("code").value(kError); });
  });
}

}  // namespace

std::string otlp_json(const Service& service, std::span<const FinishedSpan> spans) {
  constexpr std::size_t kSpanBytes = 512;
  std::string out;
  out.reserve(kSpanBytes * (spans.size() + 1));
  JsonWriter json(out);
  const auto write_spans = [&] {
    json.object([&] {
      json.key("scope").object([&] { json.key("name").value("fashionforward"); });
      json.key("spans").array([&] {
        for (const FinishedSpan& span : spans)
          write(json, span);
      });
    });
  };
  json.object([&] {
    json.key("resourceSpans").array([&] {
      json.object([&] {
        json.key("resource").object([&] {
          json.key("attributes").array([&] {
            write_text(json, "service.name", service.name);
            write_text(json, "service.version", service.version);
            write_text(json, "service.instance.id", service.instance);
          });
        });
        json.key("scopeSpans").array(write_spans);
      });
    });
  });
  return out;
}

}  // namespace ff::telemetry
