#include "payments/gateway_wire.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "base/json_writer.h"
#include "payments/card.h"
#include "payments/ledger.h"

namespace ff::payments::wire {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::element;

constexpr std::size_t kDepthMax = 8;
constexpr std::size_t kTextBytesMax = 512;  // of a reason, a reference, a hint
constexpr int kCapturesMax = 1'000'000;     // more than one is for the audit to judge, not for the reader
constexpr std::array kStatuses = {Status::kNone,     Status::kAuthorised, Status::kDeclined,
                                  Status::kCaptured, Status::kVoided,     Status::kRefunded};

std::optional<Status> status_of(std::string_view text) {
  const auto found =
      std::find_if(kStatuses.begin(), kStatuses.end(), [&](Status each) { return to_string(each) == text; });
  return found == kStatuses.end() ? std::nullopt : std::optional(*found);
}

// A parsed document; its elements live as long as it does.
class Document {
 public:
  static Result<Document> parse(std::string_view json, std::size_t bytes_max) {
    Document document;
    if (json.size() > bytes_max) return fail(ErrorCode::kInvalid, "is too long");
    simdjson::error_code error =
        document.parser_->allocate(std::max<std::size_t>(json.size(), 64), kDepthMax);
    if (error == SUCCESS) error = document.parser_->parse(json.data(), json.size(), true).get(document.root_);
    if (error != SUCCESS)
      return fail(ErrorCode::kInvalid, fmt::format("is no JSON: {}", simdjson::error_message(error)));
    return document;
  }
  element root() const { return root_; }

 private:
  std::unique_ptr<simdjson::dom::parser> parser_ = std::make_unique<simdjson::dom::parser>();
  element root_;
};

// The members of one object, each at most once; all of `names` must be there.
enum class Others : std::uint8_t { kRefused, kPassedOver };
template <std::size_t count>
Result<std::array<element, count>> members(element value, const std::array<std::string_view, count>& names,
                                           Others others) {
  simdjson::dom::object object;
  if (value.get(object) != SUCCESS) return fail(ErrorCode::kInvalid, "must be an object");
  std::array<element, count> found;
  std::array<bool, count> seen{};
  for (const auto& [name, member] : object) {
    const auto known = std::find(names.begin(), names.end(), name);
    if (known == names.end()) {
      if (others == Others::kPassedOver) continue;
      return fail(ErrorCode::kInvalid, "has a member that is not known here");
    }
    const auto index = static_cast<std::size_t>(known - names.begin());
    if (std::exchange(seen[index], true))
      return fail(ErrorCode::kInvalid, fmt::format("has {} twice", *known));
    found[index] = member;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (!seen[i]) return fail(ErrorCode::kInvalid, fmt::format("must have {}", names[i]));
  }
  return found;
}

Result<std::string> text_of(element value, std::string_view name, std::size_t bytes_max = kTextBytesMax) {
  std::string_view text;
  if (value.get(text) != SUCCESS || text.size() > bytes_max)
    return fail(ErrorCode::kInvalid, fmt::format("{} must be a text of at most {} bytes", name, bytes_max));
  return std::string(text);
}

Result<Money> money_of(element value, std::int64_t least, Others others) {
  static constexpr std::array<std::string_view, 2> kNames = {"amount", "currency"};
  const auto found = members(value, kNames, others);
  if (!found) return fail(ErrorCode::kInvalid, "amount " + found.error().detail);
  std::int64_t minor = 0;
  if ((*found)[0].get(minor) != SUCCESS || minor < least || minor > Money::kMinorMax)
    return fail(ErrorCode::kInvalid,
                fmt::format("amount.amount must be a whole number from {} to {}", least, Money::kMinorMax));
  std::string_view code;
  if ((*found)[1].get(code) != SUCCESS)
    return fail(ErrorCode::kInvalid, "amount.currency must be an ISO 4217 code");
  const auto currency = Currency::parse(code);
  if (!currency) return fail(ErrorCode::kInvalid, "amount.currency must be an ISO 4217 code that is known");
  return Money{minor, *currency};
}

void append(JsonWriter& json, const Payment& payment) {
  json.object([&] {
    json.key("key").value(payment.key);
    json.key("status").value(to_string(payment.status));
    json.key("amount").value(payment.amount);
    json.key("reference").value(payment.reference);
    json.key("decline_reason").value(payment.decline_reason);
    json.key("card_hint").value(payment.card_hint);
    json.key("captures").value(payment.captures);
  });
}

Result<Payment> payment_of(element value) {
  static constexpr std::array<std::string_view, 7> kNames = {
      "key", "status", "amount", "reference", "decline_reason", "card_hint", "captures"};
  const auto found = members(value, kNames, Others::kPassedOver);
  if (!found) return tl::unexpected(found.error());
  Payment payment;
  auto key = text_of((*found)[0], "key", kKeyBytesMax);
  if (!key || !is_key(*key)) return fail(ErrorCode::kInvalid, "key is none");
  payment.key = std::move(*key);
  std::string_view name;
  const auto status = (*found)[1].get(name) == SUCCESS ? status_of(name) : std::nullopt;
  if (!status) return fail(ErrorCode::kInvalid, "status is not one that is known here");
  payment.status = *status;
  const auto amount = money_of((*found)[2], 0, Others::kPassedOver);
  if (!amount) return tl::unexpected(amount.error());
  payment.amount = *amount;
  for (const auto& [index, into] : {std::pair{3, &payment.reference}, std::pair{4, &payment.decline_reason},
                                    std::pair{5, &payment.card_hint}}) {
    auto text = text_of((*found)[static_cast<std::size_t>(index)], kNames[static_cast<std::size_t>(index)]);
    if (!text) return tl::unexpected(std::move(text.error()));
    *into = std::move(*text);
  }
  std::int64_t captures = 0;
  if ((*found)[6].get(captures) != SUCCESS || captures < 0 || captures > kCapturesMax)
    return fail(ErrorCode::kInvalid, "captures must be a whole number");
  payment.captures = static_cast<int>(captures);
  return payment;
}

tl::unexpected<Error> no_answer(const Error& error) {
  return fail(ErrorCode::kInternal, "the payment gateway's answer can't be read: it " + error.detail);
}

}  // namespace

bool is_key(std::string_view text) {
  const auto is_unreserved = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
  };
  // "." and ".." are steps of a path, not names in it.
  return !text.empty() && text.size() <= kKeyBytesMax && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), is_unreserved);
}

std::string write(const Authorise& asked) {
  std::string out;
  JsonWriter json(out);
  json.object([&] {
    json.key("amount").value(asked.amount);
    json.key("card").value(asked.card);
  });
  return out;
}

Result<Authorise> read_authorise(std::string_view json) {
  static constexpr std::array<std::string_view, 2> kNames = {"amount", "card"};
  const auto document = Document::parse(json, kRequestBytesMax);
  if (!document) return tl::unexpected(document.error());
  const auto found = members(document->root(), kNames, Others::kRefused);
  if (!found) return tl::unexpected(found.error());
  const auto amount = money_of((*found)[0], 1, Others::kRefused);
  if (!amount) return tl::unexpected(amount.error());
  std::string_view card;
  // What was sent instead is not repeated: it may be a number that should never have come here.
  if ((*found)[1].get(card) != SUCCESS || !is_card_token(card))
    return fail(ErrorCode::kInvalid,
                "card must be a published test number, or another with all but its first six "
                "and last four digits written as x");
  return Authorise{*amount, std::string(card)};
}

std::string write(const Payment& payment) {
  std::string out;
  JsonWriter json(out);
  append(json, payment);
  return out;
}

Result<Payment> read_payment(std::string_view json) {
  const auto document = Document::parse(json, kAnswerBytesMax);
  if (!document) return no_answer(document.error());
  auto payment = payment_of(document->root());
  if (!payment) return no_answer(payment.error());
  return payment;
}

std::string write(const Page& page) {
  std::string out;
  JsonWriter json(out);
  json.object([&] {
    json.key("payments").array([&] {
      for (const Payment& payment : page.payments)
        append(json, payment);
    });
    if (!page.next.empty()) json.key("next").value(page.next);
  });
  return out;
}

Result<Page> read_page(std::string_view json) {
  static constexpr std::array<std::string_view, 1> kNames = {"payments"};
  const auto document = Document::parse(json, kAnswerBytesMax);
  if (!document) return no_answer(document.error());
  const auto found = members(document->root(), kNames, Others::kPassedOver);
  if (!found) return no_answer(found.error());
  simdjson::dom::array list;
  if ((*found)[0].get(list) != SUCCESS) return no_answer({ErrorCode::kInvalid, "must have a list", {}});
  Page page;
  for (const element item : list) {
    auto payment = payment_of(item);
    if (!payment) return no_answer(payment.error());
    page.payments.push_back(std::move(*payment));
  }
  element next;
  if (document->root().at_key("next").get(next) != SUCCESS) return page;
  auto text = text_of(next, "next", kKeyBytesMax);
  if (!text || !is_key(*text)) return no_answer({ErrorCode::kInvalid, "has a next that is no key", {}});
  page.next = std::move(*text);
  return page;
}

}  // namespace ff::payments::wire
