// Hostile bytes against what the gateway's process reads of a shop, and a shop of a gateway: no crash, and
// what was accepted keeps its promises and reads back as it is written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "payments/gateway_wire.h"
#include "payments/ledger.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace wire = ff::payments::wire;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto asked = wire::read_authorise(text)) {
    require(asked->amount.minor > 0 && ff::payments::is_card_token(asked->card));
    require(wire::read_authorise(wire::write(*asked)) == *asked);
  }
  if (const auto payment = wire::read_payment(text)) {
    require(wire::is_key(payment->key));
    const auto again = wire::read_payment(wire::write(*payment));
    require(again && again->key == payment->key && again->status == payment->status &&
            again->amount == payment->amount && again->captures == payment->captures);
  }
  if (const auto page = wire::read_page(text)) {
    const auto again = wire::read_page(wire::write(*page));
    require(again && again->payments.size() == page->payments.size() && again->next == page->next);
  }
  return 0;
}
