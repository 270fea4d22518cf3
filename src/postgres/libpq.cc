#include "postgres/libpq.h"

#include <cstdlib>

#include "base/shared_library.h"

namespace ff::postgres {
namespace {

struct Imported {
  Imported() {
#define FF_IMPORT(name) library.import(functions.name, #name);
    FF_LIBPQ_FUNCTIONS(FF_IMPORT)
#undef FF_IMPORT
  }
  SharedLibrary library{"libpq.so.5"};
  libpq::Functions functions;
};

const Imported& imported() {
  static const Imported once;
  return once;
}

}  // namespace

Result<void> load_libpq() { return imported().library.loaded(); }

const libpq::Functions& libpq::functions() {
  const Imported& found = imported();
  if (!found.library.complete()) std::abort();
  return found.functions;
}

}  // namespace ff::postgres
