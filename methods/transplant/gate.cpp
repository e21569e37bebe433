#include "methods/transplant/gate.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/files/film_labels.h"
#include "films/film_set.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

constexpr double far_away = 1e12;

/// Squared distances along a line from squared heights: the lower envelope of parabolas. Felzenszwalb, Huttenlocher, "Distance
/// Transforms of Sampled Functions", Theory of Computing 8, 2012.
void distances_along(std::vector<double>& line) {
  const std::vector<double> height = line;
  std::vector<std::size_t> vertex;
  std::vector<double> from;  // where each vertex's parabola begins to be the lowest
  for (std::size_t q = 0; q < height.size(); ++q) {
    double begin = -std::numeric_limits<double>::infinity();
    while (!vertex.empty()) {
      const auto p = double(vertex.back()), x = double(q);
      begin = (height[q] + x * x - height[vertex.back()] - p * p) / (2 * (x - p));
      if (begin > from.back()) break;
      vertex.pop_back();
      from.pop_back();
      begin = -std::numeric_limits<double>::infinity();
    }
    vertex.push_back(q);
    from.push_back(begin);
  }
  std::size_t k = 0;
  for (std::size_t q = 0; q < line.size(); ++q) {
    while (k + 1 < vertex.size() && from[k + 1] < double(q)) ++k;
    const double away = double(q) - double(vertex[k]);
    line[q] = away * away + height[vertex[k]];
  }
}

/// How far each pixel of an H x W film is from the nearest one of the set, pixels; very far when the set is empty.
std::vector<double> distance_to(const std::vector<char>& set, std::int64_t height, std::int64_t width) {
  std::vector<double> squared(set.size());
  for (std::size_t i = 0; i < set.size(); ++i) squared[i] = set[i] ? 0 : far_away;
  std::vector<double> line;
  const auto walk = [&](std::int64_t lines, std::int64_t length, std::int64_t line_step, std::int64_t step) {
    for (std::int64_t l = 0; l < lines; ++l) {
      line.resize(std::size_t(length));
      for (std::int64_t i = 0; i < length; ++i)
        line[std::size_t(i)] = squared[std::size_t(l * line_step + i * step)];
      distances_along(line);
      for (std::int64_t i = 0; i < length; ++i)
        squared[std::size_t(l * line_step + i * step)] = line[std::size_t(i)];
    }
  };
  walk(height, width, width, 1);
  walk(width, height, 1, width);
  for (double& d : squared) d = std::sqrt(d);
  return squared;
}

std::vector<char> above_half(const Tensor& values) {
  std::vector<char> set;
  for (const float value : values.data<float>()) set.push_back(value > 0.5f);
  return set;
}

}  // namespace

Tensor gate_of(const Tensor& values, double margin, double largest_share) {
  const std::int64_t height = values.size(1), width = values.size(2);
  const auto value = values.data<float>();
  const std::vector<char> sure = above_half(values);
  std::vector<char> unsure = sure;
  for (char& c : unsure) c = !c;
  const std::vector<double> away = distance_to(sure, height, width),
                            depth = distance_to(unsure, height, width);
  const double widened = margin * double(std::max(height, width));
  std::vector<std::size_t> pixels;
  for (std::size_t i = 0; i < away.size(); ++i)
    if (away[i] <= widened) pixels.push_back(i);
  const auto most = std::size_t(largest_share * double(height * width));
  if (pixels.size() > most) {
    std::nth_element(pixels.begin(), pixels.begin() + std::ptrdiff_t(most), pixels.end(),
                     [&](std::size_t a, std::size_t b) {
                       if (sure[a] != sure[b]) return bool(sure[a]);
                       if (sure[a] && value[a] != value[b]) return value[a] > value[b];
                       const double from_rim_a = depth[a] - away[a], from_rim_b = depth[b] - away[b];
                       return from_rim_a != from_rim_b ? from_rim_a > from_rim_b : a < b;
                     });
    pixels.resize(most);
  }
  Tensor gate = Tensor::zeros(values.shape());
  for (const std::size_t i : pixels) gate.mutable_data<float>()[i] = 1;
  return gate;
}

Tensor with_soft_rim(const Tensor& gate, double rim) {
  const std::int64_t height = gate.size(1), width = gate.size(2);
  std::vector<char> outside = above_half(gate);
  for (char& c : outside) c = !c;
  const std::vector<double> depth = distance_to(outside, height, width);
  const double pixels = std::max(1.0, rim * double(std::max(height, width)));
  Tensor soft = Tensor::zeros(gate.shape());
  for (std::size_t i = 0; i < depth.size(); ++i)
    soft.mutable_data<float>()[i] = float(std::min(1.0, depth[i] / pixels));
  return soft;
}

double share_of(const Tensor& gate) {
  double sum = 0;
  for (const float value : gate.data<float>()) sum += value;
  return sum / double(gate.shape().numel());
}

KnownFindings::KnownFindings(fs::path path, double boxes_side) : boxes_side_(boxes_side) {
  if (fs::is_directory(path)) {
    folders_.push_back(path);
    for (const std::string_view finding : finding_names)
      if (fs::is_directory(path / finding)) folders_.push_back(path / finding);
    return;
  }
  if (!fs::is_regular_file(path))
    throw UsageError(fmt::format(
        "[transplant] {} is neither a folder of masks of findings nor a table of boxes", path.string()));
  for (const FindingBox& box : read_finding_boxes(path)) {
    require_inside(box, boxes_side);
    boxes_[box.film].push_back(box);
  }
}

Tensor KnownFindings::of(const std::string& film, std::int64_t size) const {
  Tensor found = Tensor::zeros({1, size, size, 1});
  const auto out = found.mutable_data<float>();
  for (const auto& folder : folders_) {
    if (!fs::exists(folder / film)) continue;
    const Tensor mask = resized_film(tensor_from_image(read_image(folder / film)), size, size);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::max(out[i], mask.data<float>()[i]);
  }
  const auto boxes = boxes_.find(film);
  if (boxes == boxes_.end()) return found;
  const double cell = boxes_side_ / double(size);
  for (const FindingBox& box : boxes->second)
    for (std::int64_t row = 0; row < size; ++row)
      for (std::int64_t column = 0; column < size; ++column) {
        const double x = (double(column) + 0.5) * cell, y = (double(row) + 0.5) * cell;
        if (x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height)
          out[std::size_t(row * size + column)] = 1;
      }
  return found;
}

}  // namespace scrim
