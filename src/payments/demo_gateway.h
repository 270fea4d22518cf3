// A payment gateway that moves no money, for demo shops and tests: the documented test cards of ledger.h. A
// shop of one process has it inside; several share one that is a process of its own (payments/gateway_api.h).
//
// Invariants: what it answered is in its ledger, on disk, before the answer leaves (or before nobody is told,
// for the card whose reply is lost). The ledger is a SQLite file of its own, outside the shop's database, so
// the two can disagree after a crash exactly as with a real gateway. Of a card only brand and last four
// digits are written.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "payments/gateway.h"

namespace ff::payments {

struct DemoGatewaySettings {
  Duration latency{0};  // of every answer: how far away the bank is. Real ones take 50-500 ms
  bool durable = true;  // false: does not wait for the disk; only a test of crash tests may want that
};

class DemoGateway final : public Gateway {
 public:
  /// Opens or makes the ledger at `path`. `clock` outlives it; see sqlite::Writer for the
  /// contexts of those who wait.
  static Result<std::unique_ptr<DemoGateway>> open(const std::string& path, Clock& clock,
                                                   DemoGatewaySettings settings = {});
  /// Every payment in the ledger at `path`, without opening it for a gateway: nothing is made, and a user who
  /// may only read the file can do it (sqlite/read_file.h). kNotFound when there is none.
  static Result<std::vector<Payment>> read_ledger(const std::string& path);
  ~DemoGateway() override;

  Task<Result<Payment>> authorise(AuthoriseRequest request) override;
  Task<Result<Payment>> capture(std::string key, Instant deadline) override;
  Task<Result<Payment>> close(std::string key, Instant deadline) override;
  Task<Result<Payment>> lookup(std::string key, Instant deadline) override;
  Task<Result<std::vector<Payment>>> ledger() override;

  /// The two halves of close(), as a gateway's API has them. Other payments stay as they are.
  Task<Result<Payment>> void_authorisation(std::string key, Instant deadline);
  Task<Result<Payment>> refund(std::string key, Instant deadline);
  /// At most `payments_max` (> 0) payments by their keys in ascending order, from the first key above `after`
  /// on.
  Task<Result<std::vector<Payment>>> page(std::string after, std::int64_t payments_max);

 private:
  struct Ledger;
  DemoGateway(std::unique_ptr<Ledger> ledger, Clock& clock, DemoGatewaySettings settings);
  template <typename Operation>
  Task<Result<Payment>> change(std::string key, Instant deadline, Operation operation);
  /// The answer, once it has travelled; kUnknown when that takes longer than the deadline.
  Task<Result<Payment>> answer(Result<Payment> outcome, Instant asked_at, Duration takes, Instant deadline);

  std::unique_ptr<Ledger> ledger_;
  Clock& clock_;
  const DemoGatewaySettings settings_;
};

}  // namespace ff::payments
