// For tests: what the demo gateway does with which card (the README tells shoppers the same).
#pragma once

namespace ff::payments {

inline constexpr const char* kGood = "4242424242424242";
inline constexpr const char* kDeclines = "4000000000000002";
inline constexpr const char* kSlowCard = "4000000000003220";
inline constexpr const char* kReplyLost = "4000000000000119";
inline constexpr const char* kNeverArrives = "4000000000000341";

}  // namespace ff::payments
