#include "study/report/svg_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "study/report/html.h"

namespace scrim {
namespace {

// Okabe and Ito's palette, made to be told apart by color-blind readers.
constexpr std::array<const char*, 8> colors{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                            "#e69f00", "#56b4e9", "#8c6d1f", "#777777"};
constexpr double width = 420, height = 300, left = 58, right = 12, top = 26, bottom = 42;

struct Axis {
  double low, high;
  bool is_log = false;
  double place(double value, double from, double to) const {
    const auto scaled = [&](double v) { return is_log ? std::log10(v) : v; };
    return from + (scaled(value) - scaled(low)) / (scaled(high) - scaled(low)) * (to - from);
  }
};

Axis axis_of(const Plot& plot, bool is_x) {
  const auto& range = is_x ? plot.x_range : plot.y_range;
  const bool is_log = is_x && plot.log_x;
  if (range) return {range->first, range->second, is_log};
  double low = 1e308, high = -1e308;
  const auto take = [&](double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  };
  for (const Curve& curve : plot.curves) {
    for (const auto& [x, y] : curve.points) take(is_x ? x : y);
    for (const auto& [from, to] : is_x ? curve.x_intervals : curve.y_intervals) {
      take(from);
      take(to);
    }
  }
  if (low > high) return {0, 1};
  if (is_log) return {low, high > low ? high : 10 * low, true};
  const double margin = high > low ? (high - low) * 0.04 : 0.5;
  return {low - (is_x ? 0 : margin), high + margin};
}

/// Round numbers inside the axis.
std::vector<double> ticks(const Axis& axis) {
  if (axis.is_log) {
    std::vector<double> powers;
    for (double at = std::pow(10, std::ceil(std::log10(axis.low) - 1e-9)); at <= axis.high * (1 + 1e-9);
         at *= 10)
      powers.push_back(at);
    return powers;
  }
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

std::string tick_text(const Axis& axis, double at) {
  if (axis.is_log && at >= 1e4) return fmt::format("1e{:.0f}", std::log10(at));
  return fmt::format("{:.4g}", at);
}

/// A plot's two axes on the page.
struct Frame {
  Axis x, y;
  double x0 = left, x1 = width - right, y0 = height - bottom, y1 = top;

  double across(double value) const { return x.place(value, x0, x1); }
  double up(double value) const { return y.place(value, y0, y1); }
};

std::string grid(const Plot& plot, const Frame& f) {
  std::string out;
  for (const double at : ticks(f.x))
    out += fmt::format(
        "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\" stroke=\"currentColor\" opacity=\".12\"/>"
        "<text x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4}</text>\n",
        f.across(at), f.y0, f.y1, f.y0 + 16, tick_text(f.x, at));
  for (const double at : ticks(f.y))
    out += fmt::format(
        "<line x1=\"{1}\" x2=\"{2}\" y1=\"{0:.1f}\" y2=\"{0:.1f}\" stroke=\"currentColor\" opacity=\".12\"/>"
        "<text x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"end\">{5:.3g}</text>\n",
        f.up(at), f.x0, f.x1, f.x0 - 6, f.up(at) + 4, at);
  out += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", (f.x0 + f.x1) / 2,
                     f.y0 + 34, escaped(plot.x_label));
  out += fmt::format("<text transform=\"translate(14 {}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
                     (f.y0 + f.y1) / 2, escaped(plot.y_label));
  if (plot.diagonal)
    out += fmt::format(
        "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"currentColor\" opacity=\".35\" "
        "stroke-dasharray=\"3 4\"/>\n",
        f.x0, f.y0, f.x1, f.y1);
  return out;
}

/// Curve i with its band.
std::string drawn(const Curve& curve, std::size_t i, const Frame& f) {
  const char* color = colors[i % colors.size()];
  const auto points = [&](const auto& list) {
    std::string text;
    for (const auto& [x, y] : list) text += fmt::format("{:.1f},{:.1f} ", f.across(x), f.up(y));
    return text;
  };
  std::string out;
  const auto bar = [&](double x1, double y1, double x2, double y2) {
    out += fmt::format(
        "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" opacity=\".55\"/>\n",
        f.across(x1), f.up(y1), f.across(x2), f.up(y2), color);
  };
  for (std::size_t k = 0; k < curve.points.size(); ++k) {
    const auto [x, y] = curve.points[k];
    if (k < curve.x_intervals.size()) bar(curve.x_intervals[k].first, y, curve.x_intervals[k].second, y);
    if (k < curve.y_intervals.size()) bar(x, curve.y_intervals[k].first, x, curve.y_intervals[k].second);
  }
  if (!curve.band.empty())
    out += fmt::format("<polygon points=\"{}\" fill=\"{}\" opacity=\".1\"/>\n", points(curve.band), color);
  if (curve.dots)
    for (const auto& [x, y] : curve.points) out += mark(f.across(x), f.up(y), i);
  else if (!curve.points.empty())
    out += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\"{}/>\n",
                       points(curve.points), color, i >= colors.size() ? " stroke-dasharray=\"5 3\"" : "");
  return out;
}

/// Its line under the plot.
std::string legend(const Curve& curve, std::size_t i, const Frame& f) {
  const double row = height + 14 + 18 * double(i);
  const std::string sign =
      curve.dots ? mark(f.x0 + 6, row - 4, i)
                 : fmt::format("<rect x=\"{}\" y=\"{}\" width=\"12\" height=\"12\" fill=\"{}\"/>", f.x0,
                               row - 10, colors[i % colors.size()]);
  return sign + fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", f.x0 + 18, row, escaped(curve.label));
}

/// Labels beside the first dots, moved apart where they would cover each other.
std::string labels_at_dots(const Plot& plot, const Frame& f) {
  struct Label {
    double x, y;
    std::size_t curve;
  };
  std::vector<Label> labels;
  for (std::size_t i = 0; i < plot.curves.size(); ++i)
    if (!plot.curves[i].points.empty())
      labels.push_back({f.across(plot.curves[i].points[0].first), f.up(plot.curves[i].points[0].second), i});
  std::sort(labels.begin(), labels.end(), [](const Label& a, const Label& b) { return a.y < b.y; });
  constexpr double line = 14;
  double lowest = f.y1 + 8;
  std::string out;
  for (const Label& label : labels) {
    const double y = std::max(label.y + 4, lowest);
    lowest = y + line;
    const bool to_left = label.x > (f.x0 + 2 * f.x1) / 3;
    out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n",
                       label.x + (to_left ? -9 : 9), y, to_left ? "end" : "start",
                       escaped(plot.curves[label.curve].label));
  }
  return out;
}

}  // namespace

std::string svg(const Plot& plot) {
  const Frame frame{axis_of(plot, true), axis_of(plot, false)};
  std::string out = fmt::format(
      "<svg viewBox=\"0 0 {} {}\" width=\"{}\" role=\"img\" aria-label=\"{}\" "
      "xmlns=\"http://www.w3.org/2000/svg\">\n",
      width, height + (plot.labels_at ? 0 : 18 * double(plot.curves.size())), width, escaped(plot.title));
  out +=
      fmt::format("<text x=\"{}\" y=\"16\" font-weight=\"600\">{}</text>\n", frame.x0, escaped(plot.title));
  out += grid(plot, frame);
  for (std::size_t i = 0; i < plot.curves.size(); ++i)
    out += drawn(plot.curves[i], i, frame) + (plot.labels_at ? "" : legend(plot.curves[i], i, frame));
  if (plot.labels_at) out += labels_at_dots(plot, frame);
  return out + "</svg>\n";
}

}  // namespace scrim
