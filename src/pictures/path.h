// Outlines made of lines and cubic curves, with what a pattern cutter needs: mirror, reverse, cut on the
// fold.
//
// Invariant: a Path is one connected run of segments; coordinates are user units, x to the right, y down, and
// garments stand symmetrically about x = kAxis.
#pragma once

#include <string>
#include <vector>

namespace ff::pictures {

inline constexpr double kAxis = 300;

struct Point {
  double x = 0, y = 0;
};

class Path {
 public:
  Path(double x, double y) : start_{x, y} {}

  Path& line(double x, double y);
  Path& curve(double x1, double y1, double x2, double y2, double x, double y);
  Path& quad(double cx, double cy, double x, double y);
  Path& close();
  /// Goes on along `next`; with a line first when it does not start where this ends.
  Path& then(const Path& next);

  Path mirrored() const;
  Path reversed() const;
  /// The closed outline whose right half this is, from the axis at the top to the axis at the bottom.
  Path symmetric() const;

  Point start() const { return start_; }
  Point end() const { return segments_.empty() ? start_ : segments_.back().to; }
  Point middle() const;  // of the box around its corners
  std::string d() const;

 private:
  struct Segment {
    bool straight = true;
    Point c1, c2, to;
  };
  Point start_;
  std::vector<Segment> segments_;
  bool closed_ = false;
};

/// A number as short as it can be: at most one decimal.
std::string number(double value);

/// A long thin leaf from one point to another, bent through a third: how a fold lies in cloth.
Path leaf(Point from, Point bend, Point to, double width);

Path ellipse(double cx, double cy, double rx, double ry);
Path rectangle(double x, double y, double width, double height, double radius = 0);

}  // namespace ff::pictures
