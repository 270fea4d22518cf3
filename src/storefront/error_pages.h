// What a shopper sees when something can't be shown: said in words, in the shop's style, with a way on.
//
// Invariant: the operator's detail of an Error never reaches the page; an answer that says "later" (503, 429)
// also says when, and asks again by itself. Making one touches no store, so it works when everything else is
// away.
#pragma once

#include <string_view>

#include "base/result.h"
#include "catalog/snapshot.h"
#include "http/message.h"
#include "storefront/layout.h"

namespace ff::storefront {

class ErrorPages {
 public:
  ErrorPages(const Layout& layout, const catalog::SnapshotHolder& catalogue);  // both must outlive it

  /// For Router::set_error_page, for every path that is not the API's. `title` is HTTP's, for statuses that
  /// we have no words of our own for.
  http::Response page(const http::Request& request, int status, std::string_view title) const;

  /// The page for a request that is not worked for at present: 503, or 429 for one client's too many. Says
  /// the same to everybody, so that it can be finished once.
  http::Response refusal(const http::Request& request, int status, int retry_after_s) const;

  /// The page for an error that a handler met.
  http::Response of(const http::Request& request, const Error& error) const;

 private:
  http::Response later(const http::Request& request, int status, int retry_after_s,
                       std::string_view same_page) const;

  const Layout& layout_;
  const catalog::SnapshotHolder& catalogue_;
};

/// The status that a page with this error has.
int status_of(ErrorCode code);

/// Seconds until an answer of 503 asks again: 4 to 9, by the request, so that those who were refused together
/// don't come back together.
int retry_after_s(const http::Request& request);

}  // namespace ff::storefront
