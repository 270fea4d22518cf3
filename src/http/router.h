// Which handler answers which request: a table of route templates, built once at start and then only read.
//
// Invariant: at most one route matches a path and method; a path that exists under other methods gets 405
// with Allow, any other 404. HEAD is answered by the GET route. Where templates overlap, the one whose
// segment is literal wins over one with a {parameter}, and that over {rest...}, decided segment by segment.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.h"
#include "http/message.h"

namespace ff::http {

/// Runs on the connection's thread; must not block. The request outlives the task.
using Handler = std::function<Task<Response>(const Request&)>;
/// For answers that need no wait: no coroutine is made.
using ImmediateHandler = std::function<Response(const Request&)>;
/// Makes the body of an error that the server itself answers with (404, 405, 413, 503 ...), in the style
/// that the path calls for: a page or problem+json.
using ErrorPage = std::function<Response(const Request& request, int status, std::string_view title)>;

struct Route {
  Method method;
  std::string pattern;  // "/products/{handle}"; "{path...}" as last segment matches the rest, slashes too
  Priority priority;
  std::size_t body_bytes_max = 0;  // a larger body gets 413 before it is read
  ImmediateHandler immediate;      // exactly one of the two is set
  Handler handler;
};

class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  /// Registration is single-threaded and ends before serving. Two routes that match the same path and
  /// method are our own mistake and abort.
  void get(std::string pattern, Priority priority, ImmediateHandler handler);
  void add(Method method, std::string pattern, Priority priority, Handler handler,
           std::size_t body_bytes_max = 64 * 1024);
  void set_error_page(ErrorPage page) { error_page_ = std::move(page); }

  struct Match {
    const Route* route = nullptr;
    std::string allow;  // when route is null and the path exists: the methods for Allow, "GET, HEAD"
    bool slash_too_many = false;  // when route is null: without the slash at its end the path can be read
  };
  /// Fills request.params, which refer to request.path, and request.route. Any thread, no lock, no allocation
  /// where a route matches. Time in the segments of the path.
  Match match(Request& request) const;
  const std::vector<Route>& routes() const { return routes_; }
  const ErrorPage& error_page() const { return error_page_; }

 private:
  struct Node;
  void insert(Route route);
  const Node* find(const Node& node, std::string_view rest, Request& request) const;

  std::vector<Route> routes_;
  std::unique_ptr<Node> root_;
  ErrorPage error_page_;
};

}  // namespace ff::http
