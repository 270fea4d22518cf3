// A shared library of the system that is loaded when it is first needed, rather than with the program.
//
// What a library brings along is mapped and relocated before main(): libpq and libcurl have 30 relatives
// (LDAP, Kerberos, GnuTLS ...), 8 ms of a start of 50, and a shop on SQLite without webhooks calls neither.
// See docs/adr/0014-libraries-on-demand.md.
//
// Invariant: the library stays loaded for ever, so that its functions may be called until the process ends.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace ff {

/// One thread at a time while importing.
class SharedLibrary {
 public:
  /// `file`: "libpq.so.5", found where the dynamic linker looks.
  explicit SharedLibrary(const char* file);

  /// Points `function` at the library's function of that name; at nothing once anything has failed.
  template <typename Function>
  void import(Function*& function, const char* name) {
    function = reinterpret_cast<Function*>(find(name));
  }

  bool complete() const { return !failure_; }
  /// kUnavailable when it is not installed or lacks one of the functions: one line that names it.
  Result<void> loaded() const;

 private:
  void* find(const char* name);
  void note_failure();

  void* library_ = nullptr;
  std::optional<Error> failure_;
};

}  // namespace ff
