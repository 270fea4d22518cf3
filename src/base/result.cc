#include "base/result.h"

namespace ff {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return "invalid";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kKeyReused:
      return "key_reused";
    case ErrorCode::kInProgress:
      return "in_progress";
    case ErrorCode::kSoldOut:
      return "sold_out";
    case ErrorCode::kDeclined:
      return "declined";
    case ErrorCode::kTooLarge:
      return "too_large";
    case ErrorCode::kOverloaded:
      return "overloaded";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kUnknown:
      return "unknown";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "internal";
}

}  // namespace ff
