// One SVG document in the making: its shared definitions, and the strokes that garments are drawn with.
//
// Invariant: every id is defined once, before use, and is unique in the document; nothing refers outside it.
// Light falls from the upper left in every drawing.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pictures/palette.h"
#include "pictures/path.h"

namespace ff::pictures {

class Canvas {
 public:
  std::string id();
  void define(std::string_view markup) { definitions_ += markup; }
  /// "url(#...)" of a definition made once per document. `markup` has "{id}" where its id belongs.
  std::string shared(const std::string& key, std::string_view markup);
  bool has(const std::string& key) const { return shared_.contains(key); }
  const std::string& definitions() const { return definitions_; }

  // What most pieces share.
  std::string blur(double deviation);
  std::string roundness();  // light and shade across a piece, by its bounding box
  std::string sheen();      // the stronger gloss of leather and silk

 private:
  std::string definitions_;
  std::map<std::string, std::string> shared_;
  int next_ = 0;
};

/// Where a fold lies. `width` is its half width; negative depth catches light instead of shade.
struct Fold {
  Point from, bend, to;
  double width = 6;
  double depth = 0.2;
};

class Cloth;

/// Markup of one figure, drawn piece by piece from back to front.
class Sketch {
 public:
  explicit Sketch(Canvas& canvas) : canvas_(canvas) {}
  Canvas& canvas() { return canvas_; }

  /// A piece of cloth with its pattern turned by `angle` degrees, texture, light and edge. Returns the id of
  /// its outline.
  std::string piece(const Path& outline, const Cloth& cloth, double angle = 0, double shading = 1);
  /// Soft shadows and lights inside the piece `id`.
  void folds(const std::string& id, const std::vector<Fold>& folds, double blur = 4);
  /// Any markup, clipped to the piece.
  void inside(const std::string& id, std::string_view markup);
  void fill(const Path& outline, std::string_view paint, double opacity = 1);
  void stroke(const Path& path, std::string_view paint, double width, double opacity = 1);
  void seam(const Path& path, const Cloth& cloth, double width = 1.3);
  void stitch(const Path& path, const Cloth& cloth);
  void button(double x, double y, double radius, Rgb colour);
  void raw(std::string_view markup) { markup_ += markup; }

  std::string take() { return std::move(markup_); }

 private:
  Canvas& canvas_;
  std::string markup_;
};

/// The extent of a figure in its own units, and the place that a detail picture looks at.
struct Box {
  double left = 0, top = 0, right = 600, bottom = 750;
  Point focus{kAxis, 200};
};

struct Figure {
  std::string markup;
  Box box;
};

}  // namespace ff::pictures
