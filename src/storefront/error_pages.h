// What a shopper sees when something can't be shown: said in words, in the shop's style, with a way on.
//
// Invariant: the operator's detail of an Error never reaches the page; an answer that says "later" (503, 429)
// also says when, and what became of what was asked for. It asks again by itself only where nothing is lost
// by that: a page, or the way in from the waiting room; a form that was sent is the shopper's to send again.
// Making one touches no store, so it works when everything else is away.
#pragma once

#include <string_view>

#include "base/result.h"
#include "catalog/snapshot.h"
#include "http/message.h"
#include "storefront/layout.h"

namespace ff::storefront {

struct Later;

class ErrorPages {
 public:
  ErrorPages(const Layout& layout, const catalog::SnapshotHolder& catalogue);  // both must outlive it

  /// For Router::set_error_page, for every path that is not the API's. `title` is HTTP's, for statuses that
  /// we have no words of our own for.
  http::Response page(const http::Request& request, int status, std::string_view title) const;

  /// The page for a request that is not worked for at present: 503, or 429 for one client's too many. Says
  /// the same to everybody, so that it can be finished once: for reading, for forms, and for the way in
  /// (is_way_in).
  http::Response refusal(const http::Request& request, int status, int retry_after_s) const;

  /// The page for an error that a handler met.
  http::Response of(const http::Request& request, const Error& error) const;

 private:
  http::Response later(int status, int wait_s, const Later& told) const;

  const Layout& layout_;
  const catalog::SnapshotHolder& catalogue_;
};

/// The status that a page with this error has.
int status_of(ErrorCode code);

/// POST /queue/{sale}/enter: the same ticket gives the same pass, so it may be tried for ever.
bool is_way_in(const http::Request& request);

/// Seconds until an answer of 503 asks again: 4 to 9, by the request, so that those who were refused together
/// don't come back together.
int retry_after_s(const http::Request& request);

}  // namespace ff::storefront
