#include "http/fault.h"

namespace ff::http {

int status_of(Fault fault) {
  switch (fault) {
    case Fault::kUriTooLong:
      return 414;
    case Fault::kHeaderTooLarge:
    case Fault::kTooManyFields:
      return 431;
    case Fault::kBodyTooLarge:
      return 413;
    case Fault::kMisdirected:
      return 421;
    case Fault::kUnknownMethod:
    case Fault::kUnknownTransferCoding:
      return 501;
    case Fault::kUnknownVersion:
      return 505;
    case Fault::kUnknownExpectation:
      return 417;
    case Fault::kHeaderTimeout:
    case Fault::kBodyTimeout:
      return 408;
    default:
      return 400;
  }
}

std::string_view to_string(Fault fault) {
  switch (fault) {
    case Fault::kNone:
      return "none";
    case Fault::kBadRequestLine:
      return "bad_request_line";
    case Fault::kBadLineEnd:
      return "bad_line_end";
    case Fault::kControlCharacter:
      return "control_character";
    case Fault::kFoldedField:
      return "folded_field";
    case Fault::kBadField:
      return "bad_field";
    case Fault::kBadTarget:
      return "bad_target";
    case Fault::kBadHost:
      return "bad_host";
    case Fault::kBadContentLength:
      return "bad_content_length";
    case Fault::kBadTransferEncoding:
      return "bad_transfer_encoding";
    case Fault::kUnknownTransferCoding:
      return "unknown_transfer_coding";
    case Fault::kBadChunk:
      return "bad_chunk";
    case Fault::kUriTooLong:
      return "uri_too_long";
    case Fault::kHeaderTooLarge:
      return "header_too_large";
    case Fault::kTooManyFields:
      return "too_many_fields";
    case Fault::kBodyTooLarge:
      return "body_too_large";
    case Fault::kUnknownMethod:
      return "unknown_method";
    case Fault::kUnknownVersion:
      return "unknown_version";
    case Fault::kUnknownExpectation:
      return "unknown_expectation";
    case Fault::kMisdirected:
      return "misdirected";
    case Fault::kHeaderTimeout:
      return "header_timeout";
    case Fault::kBodyTimeout:
      return "body_timeout";
  }
  return "none";
}

}  // namespace ff::http
