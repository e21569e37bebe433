#include "study/svg_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "study/html.h"

namespace scrim {
namespace {

// Okabe and Ito's palette, made to be told apart by color-blind readers.
constexpr std::array<const char*, 8> colors{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                            "#e69f00", "#56b4e9", "#8c6d1f", "#777777"};
constexpr double width = 420, height = 300, left = 58, right = 12, top = 26, bottom = 42;

struct Axis {
  double low, high;
  double place(double value, double from, double to) const {
    return from + (value - low) / (high - low) * (to - from);
  }
};

Axis axis_of(const Plot& plot, bool is_x) {
  const auto& range = is_x ? plot.x_range : plot.y_range;
  if (range) return {range->first, range->second};
  double low = 1e308, high = -1e308;
  for (const Curve& curve : plot.curves)
    for (const auto& [x, y] : curve.points) {
      low = std::min(low, is_x ? x : y);
      high = std::max(high, is_x ? x : y);
    }
  if (low > high) return {0, 1};
  const double margin = high > low ? (high - low) * 0.04 : 0.5;
  return {low - (is_x ? 0 : margin), high + margin};
}

/// Round numbers inside the axis.
std::vector<double> ticks(const Axis& axis) {
  const double rough = (axis.high - axis.low) / 5, power = std::pow(10, std::floor(std::log10(rough)));
  double step = power;
  for (const double factor : {1., 2., 5., 10.})
    if (factor * power >= rough * 0.999) {
      step = factor * power;
      break;
    }
  std::vector<double> places;
  for (double at = std::ceil(axis.low / step - 1e-9) * step; at <= axis.high + step * 1e-9; at += step)
    places.push_back(std::abs(at) < step * 1e-9 ? 0 : at);
  return places;
}

/// The mark of curve i: shapes change when the colors are used up.
std::string mark(double x, double y, std::size_t i) {
  const char* color = colors[i % colors.size()];
  switch (i / colors.size() % 3) {
    case 0:
      return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" fill=\"{}\"/>\n", x, y, color);
    case 1:
      return fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"9\" height=\"9\" fill=\"{}\"/>\n", x - 4.5,
                         y - 4.5, color);
    default:
      return fmt::format("<polygon points=\"{:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f}\" fill=\"{}\"/>\n", x,
                         y - 6, x - 6, y + 5, x + 6, y + 5, color);
  }
}

}  // namespace

std::string svg(const Plot& plot) {
  const Axis x = axis_of(plot, true), y = axis_of(plot, false);
  const double x0 = left, x1 = width - right, y0 = height - bottom, y1 = top;
  const double whole = height + 18 * double(plot.curves.size());
  std::string out = fmt::format(
      "<svg viewBox=\"0 0 {} {}\" width=\"{}\" role=\"img\" aria-label=\"{}\" "
      "xmlns=\"http://www.w3.org/2000/svg\">\n",
      width, whole, width, escaped(plot.title));
  out += fmt::format("<text x=\"{}\" y=\"16\" font-weight=\"600\">{}</text>\n", x0, escaped(plot.title));
  for (const double at : ticks(x)) {
    const double place = x.place(at, x0, x1);
    out += fmt::format(
        "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\" stroke=\"currentColor\" opacity=\".12\"/>"
        "<text x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4:.4g}</text>\n",
        place, y0, y1, y0 + 16, at);
  }
  for (const double at : ticks(y)) {
    const double place = y.place(at, y0, y1);
    out += fmt::format(
        "<line x1=\"{1}\" x2=\"{2}\" y1=\"{0:.1f}\" y2=\"{0:.1f}\" stroke=\"currentColor\" opacity=\".12\"/>"
        "<text x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"end\">{5:.3g}</text>\n",
        place, x0, x1, x0 - 6, place + 4, at);
  }
  out += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", (x0 + x1) / 2, y0 + 34,
                     escaped(plot.x_label));
  out += fmt::format("<text transform=\"translate(14 {}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
                     (y0 + y1) / 2, escaped(plot.y_label));
  if (plot.diagonal)
    out += fmt::format(
        "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"currentColor\" opacity=\".35\" "
        "stroke-dasharray=\"3 4\"/>\n",
        x0, y0, x1, y1);
  for (std::size_t i = 0; i < plot.curves.size(); ++i) {
    const Curve& curve = plot.curves[i];
    const char* color = colors[i % colors.size()];
    if (!curve.band.empty()) {
      std::string outline;
      for (const auto& [px, py] : curve.band)
        outline += fmt::format("{:.1f},{:.1f} ", x.place(px, x0, x1), y.place(py, y0, y1));
      out += fmt::format("<polygon points=\"{}\" fill=\"{}\" opacity=\".1\"/>\n", outline, color);
    }
    std::string line;
    for (const auto& [px, py] : curve.points) {
      const double cx = x.place(px, x0, x1), cy = y.place(py, y0, y1);
      if (curve.dots)
        out += mark(cx, cy, i);
      else
        line += fmt::format("{:.1f},{:.1f} ", cx, cy);
    }
    if (!line.empty())
      out += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\"{}/>\n",
                         line, color, i >= colors.size() ? " stroke-dasharray=\"5 3\"" : "");
    const double row = height + 14 + 18 * double(i);
    if (curve.dots)
      out += mark(x0 + 6, row - 4, i);
    else
      out += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"12\" height=\"12\" fill=\"{}\"/>", x0, row - 10,
                         color);
    out += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", x0 + 18, row, escaped(curve.label));
  }
  return out + "</svg>\n";
}

}  // namespace scrim
