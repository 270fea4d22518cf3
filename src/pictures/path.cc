#include "pictures/path.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ff::pictures {
namespace {

constexpr double kCircle = 0.5523;  // control distance of a quarter circle drawn as one cubic

Point mirror(Point p) { return {2 * kAxis - p.x, p.y}; }
bool same(Point a, Point b) { return std::abs(a.x - b.x) < 0.05 && std::abs(a.y - b.y) < 0.05; }

void put(std::string& out, Point p) {
  const std::string x = number(p.x), y = number(p.y);
  const char last = out.back();
  if (last >= '0' && last <= '9' && x[0] != '-') out += ' ';
  out += x;
  if (y[0] != '-') out += ' ';
  out += y;
}

}  // namespace

std::string number(double value) {
  // Whole tenths, so that the text does not depend on how a library rounds doubles.
  const long tenths = std::lround(value * 10);
  const long whole = std::labs(tenths) / 10, tenth = std::labs(tenths) % 10;
  std::string out = tenths < 0 ? "-" : "";
  if (tenth == 0) return out + std::to_string(whole);
  if (whole != 0) out += std::to_string(whole);
  return out + "." + std::to_string(tenth);
}

Path& Path::line(double x, double y) {
  segments_.push_back({true, {}, {}, {x, y}});
  return *this;
}

Path& Path::curve(double x1, double y1, double x2, double y2, double x, double y) {
  segments_.push_back({false, {x1, y1}, {x2, y2}, {x, y}});
  return *this;
}

Path& Path::quad(double cx, double cy, double x, double y) {
  const Point from = end();
  return curve(from.x + 2 * (cx - from.x) / 3, from.y + 2 * (cy - from.y) / 3, x + 2 * (cx - x) / 3,
               y + 2 * (cy - y) / 3, x, y);
}

Path& Path::close() {
  closed_ = true;
  return *this;
}

Path& Path::then(const Path& next) {
  if (!same(end(), next.start_)) line(next.start_.x, next.start_.y);
  segments_.insert(segments_.end(), next.segments_.begin(), next.segments_.end());
  return *this;
}

Path Path::mirrored() const {
  Path out = *this;
  out.start_ = mirror(start_);
  for (Segment& s : out.segments_)
    s = {s.straight, mirror(s.c1), mirror(s.c2), mirror(s.to)};
  return out;
}

Path Path::reversed() const {
  const Point last = end();
  Path out(last.x, last.y);
  for (std::size_t i = segments_.size(); i-- > 0;) {
    const Segment& s = segments_[i];
    out.segments_.push_back({s.straight, s.c2, s.c1, i == 0 ? start_ : segments_[i - 1].to});
  }
  out.closed_ = closed_;
  return out;
}

Path Path::symmetric() const {
  Path out = *this;
  out.then(mirrored().reversed());
  return out.close();
}

Point Path::middle() const {
  Point low = start_, high = start_;
  for (const Segment& s : segments_) {
    low = {std::min(low.x, s.to.x), std::min(low.y, s.to.y)};
    high = {std::max(high.x, s.to.x), std::max(high.y, s.to.y)};
  }
  return {(low.x + high.x) / 2, (low.y + high.y) / 2};
}

std::string Path::d() const {
  std::string out = "M";
  put(out, start_);
  Point at = start_;
  char last = 'M';
  for (const Segment& s : segments_) {
    const char command = s.straight ? 'l' : 'c';
    if (command != last) out += command;
    last = command;
    // Relative to the point as it was written, so that rounding never adds up along a path.
    const auto relative = [&](Point p) { return Point{p.x - at.x, p.y - at.y}; };
    if (!s.straight) {
      put(out, relative(s.c1));
      put(out, relative(s.c2));
    }
    put(out, relative(s.to));
    at = {at.x + std::round((s.to.x - at.x) * 10) / 10, at.y + std::round((s.to.y - at.y) * 10) / 10};
  }
  if (closed_) out += 'z';
  return out;
}

Path leaf(Point from, Point bend, Point to, double width) {
  const double dx = to.x - from.x, dy = to.y - from.y;
  const double length = std::max(1.0, std::hypot(dx, dy));
  const double nx = -dy / length * width, ny = dx / length * width;
  Path out(from.x, from.y);
  out.quad(bend.x + nx, bend.y + ny, to.x, to.y).quad(bend.x - nx, bend.y - ny, from.x, from.y);
  return out.close();
}

Path ellipse(double cx, double cy, double rx, double ry) {
  const double kx = rx * kCircle, ky = ry * kCircle;
  Path out(cx + rx, cy);
  out.curve(cx + rx, cy + ky, cx + kx, cy + ry, cx, cy + ry)
      .curve(cx - kx, cy + ry, cx - rx, cy + ky, cx - rx, cy)
      .curve(cx - rx, cy - ky, cx - kx, cy - ry, cx, cy - ry)
      .curve(cx + kx, cy - ry, cx + rx, cy - ky, cx + rx, cy);
  return out.close();
}

Path rectangle(double x, double y, double width, double height, double radius) {
  const double k = radius * (1 - kCircle), r = x + width, b = y + height;
  Path out(x + radius, y);
  out.line(r - radius, y);
  if (radius > 0) out.curve(r - k, y, r, y + k, r, y + radius);
  out.line(r, b - radius);
  if (radius > 0) out.curve(r, b - k, r - k, b, r - radius, b);
  out.line(x + radius, b);
  if (radius > 0) out.curve(x + k, b, x, b - k, x, b - radius);
  out.line(x, y + radius);
  if (radius > 0) out.curve(x, y + k, x + k, y, x + radius, y);
  return out.close();
}

}  // namespace ff::pictures
