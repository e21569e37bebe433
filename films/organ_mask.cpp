#include "films/organ_mask.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tensor/parallel.h"

namespace scrim {
namespace {

struct Point {
  double x, y;  // pixels
};

/// Where the polygon's edges cross the horizontal line at y, from left to right. An edge owns its upper end,
/// so that a corner counts once.
std::vector<double> crossings(const std::vector<Point>& polygon, double y) {
  std::vector<double> at;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const Point &a = polygon[i], &b = polygon[(i + 1) % polygon.size()];
    if ((a.y <= y) == (b.y <= y)) continue;
    at.push_back(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
  }
  std::sort(at.begin(), at.end());
  return at;
}

}  // namespace

Tensor organ_masks(const Tensor& landmarks, const std::vector<std::int64_t>& organs, std::int64_t height,
                   std::int64_t width) {
  const Shape& s = landmarks.shape();
  const std::int64_t nodes = std::accumulate(organs.begin(), organs.end(), std::int64_t(0));
  require(s.rank() == 3 && s[1] == nodes && s[2] == 2 && height > 0 && width > 0, "organ_masks",
          "landmarks {} came for {} landmarks of {} organs and an image of {} x {}, expected [N,{},2]",
          s.str(), nodes, organs.size(), height, width, nodes);
  const auto at = landmarks.data<float>();
  require(std::all_of(at.begin(), at.end(), [](float v) { return std::isfinite(v); }), "organ_masks",
          "a landmark is not finite");
  const std::int64_t count = std::int64_t(organs.size());
  Tensor masks = Tensor::zeros({s[0], height, width, count});
  float* out = masks.mutable_data<float>().data();
  for (std::int64_t n = 0; n < s[0]; ++n) {
    std::int64_t first = 0;
    for (std::int64_t o = 0; o < count; first += organs[std::size_t(o)], ++o) {
      std::vector<Point> polygon;
      for (std::int64_t i = first; i < first + organs[std::size_t(o)]; ++i) {
        const std::size_t place = std::size_t((n * nodes + i) * 2);
        polygon.push_back({double(at[place]) * double(width), double(at[place + 1]) * double(height)});
      }
      parallel_for(height, 64, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t h = begin; h < end; ++h) {
          const auto x = crossings(polygon, double(h) + 0.5);
          for (std::size_t i = 0; i + 1 < x.size(); i += 2) {
            const auto pixel = [&](double edge) {  // the first pixel whose center is right of the edge
              return std::int64_t(std::ceil(std::clamp(edge - 0.5, 0.0, double(width))));
            };
            for (std::int64_t w = pixel(x[i]); w < pixel(x[i + 1]); ++w)
              out[((n * height + h) * width + w) * count + o] = 1;
          }
        }
      });
    }
  }
  return masks;
}

}  // namespace scrim
