// generate_export VARIANTS [SEED]: writes a product export with that many variants to standard output.
#include <cstdio>
#include <cstdlib>

#include "base/text.h"
#include "catalog/testing/dirty_export.h"

int main(int argc, char** argv) {
  const auto variants = argc > 1 ? ff::parse_int(argv[1]) : std::nullopt;
  const auto seed = argc > 2 ? ff::parse_int(argv[2]) : std::optional<std::int64_t>(1);
  if (!variants || *variants < 1 || !seed || argc > 3) {
    static_cast<void>(std::fputs("usage: generate_export VARIANTS [SEED] > export.csv\n", stderr));
    return 2;
  }
  bool written = true;
  ff::catalog::testing::DirtyExport(static_cast<std::uint64_t>(*seed))
      .write(*variants, [&](std::string_view piece) {
        written = written && std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size();
      });
  return written && std::fflush(stdout) == 0 ? 0 : 1;
}
