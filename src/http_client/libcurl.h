// The functions of libcurl that this room calls: loaded when the first of them is needed
// (base/shared_library.h). In this namespace their names mean these, so that code reads as usual.
//
// Invariant: a function is called only after load_libcurl() has succeeded once; without it the process
// aborts. Any thread.
#pragma once

#include <curl/curl.h>

#include "base/result.h"

// Type checks of C and of pedantry, which would be taken for the functions.
#undef curl_easy_getinfo
#undef curl_easy_setopt
#undef curl_multi_setopt

namespace ff::http_client {

// clang-format off
#define FF_LIBCURL_FUNCTIONS(each) \
  each(curl_easy_cleanup) each(curl_easy_getinfo) each(curl_easy_init) each(curl_easy_setopt) \
  each(curl_easy_strerror) each(curl_free) each(curl_global_cleanup) each(curl_global_init) \
  each(curl_multi_add_handle) each(curl_multi_cleanup) each(curl_multi_info_read) \
  each(curl_multi_init) each(curl_multi_perform) each(curl_multi_poll) \
  each(curl_multi_remove_handle) each(curl_multi_setopt) each(curl_multi_wakeup) \
  each(curl_slist_append) each(curl_slist_free_all) each(curl_url) each(curl_url_cleanup) \
  each(curl_url_get) each(curl_url_set)
// clang-format on

/// kUnavailable when libcurl is not installed. Cheap once it is loaded; when it failed, it fails ever after.
Result<void> load_libcurl();

namespace libcurl {

struct Functions {
#define FF_POINTER(name) \
  decltype(&::name) name = nullptr;  // NOLINT(bugprone-macro-parentheses): it declares the name
  FF_LIBCURL_FUNCTIONS(FF_POINTER)
#undef FF_POINTER
};
const Functions& functions();

}  // namespace libcurl

#define FF_CALL(name) \
  inline constexpr auto name = [](auto... arguments) { return libcurl::functions().name(arguments...); };
FF_LIBCURL_FUNCTIONS(FF_CALL)
#undef FF_CALL

}  // namespace ff::http_client
