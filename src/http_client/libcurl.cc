#include "http_client/libcurl.h"

#include <cstdlib>

#include "base/shared_library.h"

namespace ff::http_client {
namespace {

struct Imported {
  Imported() {
#define FF_IMPORT(name) library.import(functions.name, #name);
    FF_LIBCURL_FUNCTIONS(FF_IMPORT)
#undef FF_IMPORT
  }
  SharedLibrary library{"libcurl.so.4"};
  libcurl::Functions functions;
};

const Imported& imported() {
  static const Imported once;
  return once;
}

}  // namespace

Result<void> load_libcurl() { return imported().library.loaded(); }

const libcurl::Functions& libcurl::functions() {
  const Imported& found = imported();
  if (!found.library.complete()) std::abort();
  return found.functions;
}

}  // namespace ff::http_client
