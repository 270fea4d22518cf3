#include "http/router.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace ff::http {
namespace {

constexpr std::size_t kMethods = static_cast<std::size_t>(Method::kOptions) + 1;
constexpr std::size_t kNoRoute = SIZE_MAX;

[[noreturn]] void abort_registration(std::string_view pattern, std::string_view why) {
  std::fprintf(stderr, "route %.*s: %.*s\n", static_cast<int>(pattern.size()), pattern.data(),
               static_cast<int>(why.size()), why.data());
  std::abort();
}

/// Cuts the first segment off `rest`, which starts after a slash.
std::string_view take_segment(std::string_view& rest, bool& last) {
  const std::size_t slash = rest.find('/');
  last = slash == rest.npos;
  const std::string_view segment = rest.substr(0, slash);
  rest.remove_prefix(last ? rest.size() : slash + 1);
  return segment;
}

}  // namespace

/// One segment of the tree of templates. A node where a template ends knows its routes by method.
struct Router::Node {
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals;
  std::unique_ptr<Node> parameter;  // {name}: one segment, not empty
  std::unique_ptr<Node> rest;       // {name...}: everything that is left, perhaps empty
  std::array<std::size_t, kMethods> routes;
  std::vector<std::string> parameter_names;  // of the template that ends here, in path order
  bool ends = false;

  Node() { routes.fill(kNoRoute); }
  std::size_t route(Method method) const { return routes[static_cast<std::size_t>(method)]; }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::get(std::string pattern, Priority priority, ImmediateHandler handler) {
  insert(Route{Method::kGet, std::move(pattern), priority, 0, std::move(handler), {}});
}

void Router::add(Method method, std::string pattern, Priority priority, Handler handler,
                 std::size_t body_bytes_max) {
  insert(Route{method, std::move(pattern), priority, body_bytes_max, {}, std::move(handler)});
}

void Router::insert(Route route) {
  const std::string_view pattern = route.pattern;
  if (pattern.empty() || pattern[0] != '/') abort_registration(pattern, "a template starts with '/'");
  if (route.method == Method::kHead) abort_registration(pattern, "HEAD is answered by the GET route");
  std::string_view rest = pattern.substr(1);
  Node* node = root_.get();
  std::vector<std::string> names;
  for (bool last = false; !last;) {
    const std::string_view segment = take_segment(rest, last);
    if (segment.starts_with('{') && segment.ends_with("...}")) {
      if (!last) abort_registration(pattern, "{name...} can only be the last segment");
      names.emplace_back(segment.substr(1, segment.size() - 5));
      if (!node->rest) node->rest = std::make_unique<Node>();
      node = node->rest.get();
    } else if (segment.starts_with('{') && segment.ends_with('}')) {
      names.emplace_back(segment.substr(1, segment.size() - 2));
      if (!node->parameter) node->parameter = std::make_unique<Node>();
      node = node->parameter.get();
    } else {
      auto& literals = node->literals;
      auto found =
          std::find_if(literals.begin(), literals.end(), [&](const auto& l) { return l.first == segment; });
      if (found == literals.end()) {
        literals.emplace_back(std::string(segment), std::make_unique<Node>());
        found = std::prev(literals.end());
      }
      node = found->second.get();
    }
  }
  if (node->ends && node->parameter_names != names) {
    abort_registration(pattern, "names its parameters unlike another template of the same shape");
  }
  if (node->route(route.method) != kNoRoute) abort_registration(pattern, "registered twice");
  node->ends = true;
  node->parameter_names = std::move(names);
  node->routes[static_cast<std::size_t>(route.method)] = routes_.size();
  routes_.push_back(std::move(route));
}

/// `rest` is the path after the slash before the segment at hand. Values of parameters are pushed to
/// request.params without names; a branch that fails takes its own back.
const Router::Node* Router::find(const Node& node, std::string_view rest, Request& request) const {
  bool last = false;
  std::string_view after = rest;
  const std::string_view segment = take_segment(after, last);
  const auto descend = [&](const Node& child) -> const Node* {
    if (!last) return find(child, after, request);
    return child.ends ? &child : nullptr;
  };
  for (const auto& [literal, child] : node.literals) {
    if (literal != segment) continue;
    if (const Node* found = descend(*child)) return found;
    break;
  }
  const std::size_t depth = request.params.size();
  if (node.parameter && !segment.empty()) {
    request.params.emplace_back(std::string_view(), segment);
    if (const Node* found = descend(*node.parameter)) return found;
    request.params.resize(depth);
  }
  if (node.rest) {
    request.params.emplace_back(std::string_view(), rest);
    return node.rest.get();
  }
  return nullptr;
}

Router::Match Router::match(Request& request) const {
  Match match;
  request.params.clear();
  request.route = {};
  if (request.path.empty() || request.path[0] != '/') return match;
  const Node* node = find(*root_, std::string_view(request.path).substr(1), request);
  if (node == nullptr) {
    request.params.clear();
    std::string_view shorter = request.path;
    while (shorter.ends_with('/'))
      shorter.remove_suffix(1);
    const bool reading = request.method == Method::kGet || request.method == Method::kHead;
    if (reading && !shorter.empty() && shorter.size() < request.path.size()) {
      const Node* const meant = find(*root_, shorter.substr(1), request);
      match.slash_too_many = meant != nullptr && meant->route(Method::kGet) != kNoRoute;
      request.params.clear();
    }
    return match;
  }
  for (std::size_t i = 0; i < node->parameter_names.size(); ++i) {
    request.params[i].first = node->parameter_names[i];
  }
  const Method method = request.method == Method::kHead ? Method::kGet : request.method;
  if (const std::size_t index = node->route(method); index != kNoRoute) {
    match.route = &routes_[index];
    request.route = match.route->pattern;
    return match;
  }
  for (std::size_t i = 0; i < kMethods; ++i) {
    if (node->routes[i] == kNoRoute) continue;
    if (request.route.empty()) request.route = routes_[node->routes[i]].pattern;
    if (!match.allow.empty()) match.allow += ", ";
    match.allow += to_string(static_cast<Method>(i));
    if (static_cast<Method>(i) == Method::kGet) match.allow += ", HEAD";
  }
  match.allow += ", OPTIONS";
  return match;
}

}  // namespace ff::http
