#include "base/shared_library.h"

#include <dlfcn.h>

namespace ff {

SharedLibrary::SharedLibrary(const char* file) : library_(::dlopen(file, RTLD_LAZY | RTLD_LOCAL)) {
  if (library_ == nullptr) note_failure();
}

void* SharedLibrary::find(const char* name) {
  if (failure_) return nullptr;
  void* const found = ::dlsym(library_, name);
  if (found == nullptr) note_failure();
  return found;
}

void SharedLibrary::note_failure() {
  const char* const why = ::dlerror();  // names the file
  failure_ = Error{ErrorCode::kUnavailable, why != nullptr ? why : "a shared library can't be loaded", {}};
}

Result<void> SharedLibrary::loaded() const {
  if (failure_) return tl::unexpected<Error>(*failure_);
  return {};
}

}  // namespace ff
