#include "study/report/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/atomic_file.h"
#include "base/strings.h"

namespace scrim {

std::vector<Curve> metric_curves(const std::filesystem::path& metrics) {
  const std::string text = read_file(metrics, 256 << 20);
  std::vector<Curve> curves;
  std::size_t line_number = 0;
  for (const std::string_view line : split_lines(text)) {
    const auto cells = split(line, ',');
    if (line_number++ == 0) {
      for (const auto name : cells) curves.push_back({std::string(name), {}, false});
      continue;
    }
    const auto number = [](std::string_view cell) {
      double value = std::nan("");
      std::from_chars(cell.data(), cell.data() + cell.size(), value);
      return value;
    };
    for (std::size_t i = 0; i < std::min(cells.size(), curves.size()); ++i)
      if (!cells[i].empty()) curves[i].points.emplace_back(number(cells[0]), number(cells[i]));
  }
  std::erase_if(curves, [](const Curve& c) {
    return c.points.size() < 2 || !(c.label.starts_with("train_") || c.label.starts_with("valid_"));
  });
  // At most two hundred places a curve: each the mean of its neighborhood.
  for (Curve& curve : curves) {
    const std::size_t group = (curve.points.size() + 199) / 200;
    std::vector<std::pair<double, double>> thin;
    for (std::size_t i = 0; i < curve.points.size(); i += group) {
      double sum = 0;
      const std::size_t end = std::min(i + group, curve.points.size());
      for (std::size_t k = i; k < end; ++k) sum += curve.points[k].second;
      thin.emplace_back(curve.points[end - 1].first, sum / double(end - i));
    }
    curve.points = std::move(thin);
  }
  return curves;
}

std::string flow_figure(const Tensor& displacement, std::int64_t size, double longest_pixels) {
  constexpr std::int64_t arrows = 16;
  std::string out = fmt::format(
      "<figure><svg class=\"picture\" viewBox=\"0 0 {0} {0}\" role=\"img\" aria-label=\"flow field\">\n"
      "<rect width=\"{0}\" height=\"{0}\" fill=\"#000\"/>\n",
      size);
  const double gain = longest_pixels > 0 ? double(size) / double(arrows) * 0.9 / longest_pixels : 0;
  for (std::int64_t i = 0; i < arrows; ++i)
    for (std::int64_t j = 0; j < arrows; ++j) {
      const std::int64_t row = (2 * i + 1) * size / (2 * arrows), column = (2 * j + 1) * size / (2 * arrows);
      const auto at = std::size_t((row * size + column) * 2);
      const double dx = displacement.data<float>()[at] * double(size - 1) / 2 * gain;
      const double dy = displacement.data<float>()[at + 1] * double(size - 1) / 2 * gain;
      out += fmt::format(
          "<path d=\"M{} {}l{:.2f} {:.2f}\" stroke=\"#7fd4ff\" stroke-width=\"{:.2f}\"/>"
          "<circle cx=\"{}\" cy=\"{}\" r=\"{:.2f}\" fill=\"#7fd4ff\"/>\n",
          column, row, dx, dy, double(size) / 200, column, row, double(size) / 150);
    }
  return out + fmt::format(
                   "</svg><figcaption>where pixels come from; at most {:.2f} pixels</figcaption></figure>\n",
                   longest_pixels);
}

}  // namespace scrim
