// scrim share report: rate against distortion over k, beside JPEG and PNG of the same films.
#include <fmt/core.h>

#include "base/atomic_file.h"
#include "base/json_line.h"
#include "data/files/jpeg.h"
#include "measures/image_quality.h"
#include "models/networks/weight_name.h"
#include "sharing/format/share_writer.h"
#include "study/report/html.h"
#include "study/report/svg_plot.h"
#include "tools/share/share_command.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

struct Settings {
  std::vector<std::string> inputs;
  std::string weights, output;
  std::vector<std::int64_t> ks;
  std::int64_t most_films = 50;
};

/// Means over the films of one way to store them.
struct Point {
  std::string way;
  std::string setting;
  double bits_per_pixel = 0, psnr = 0, ssim = 0;
  std::size_t films = 0, exact = 0;

  void add(double bits, const GrayImage& film, const GrayImage& back) {
    bits_per_pixel += bits;
    ++films;
    if (film.pixels == back.pixels) {
      ++exact;
      return;
    }
    psnr += scrim::psnr(film, back);
    ssim += scrim::ssim(film, back);
  }
  void finish() {
    bits_per_pixel /= double(films);
    const double lossy = double(films - exact);
    psnr = lossy > 0 ? psnr / lossy : 0;
    ssim = lossy > 0 ? ssim / lossy : 1;
  }
  bool lossless() const { return films == exact; }
};

GrayImage with_eight_bits(const GrayImage& film) {
  return film.bits == 8 ? film : image_from_tensor(tensor_from_image(film), 8);
}

std::vector<GrayImage> read_films(const Settings& s) {
  std::vector<FoundFile> found = find_files(s.inputs, has_image_name);
  if (std::int64_t(found.size()) > s.most_films) found.resize(std::size_t(s.most_films));
  if (found.empty()) throw UsageError("[share report] the inputs have no PNG or JPEG files");
  std::vector<GrayImage> films;
  for (const FoundFile& file : found) films.push_back(with_eight_bits(read_image(file.path)));
  return films;
}

constexpr const char* sealed_way = "sealed (signs alone)";
constexpr const char* values_way = "published, with the key (values)";

std::vector<Point> coder_points(FilmCoder& coder, const std::vector<std::int64_t>& ks,
                                const std::vector<GrayImage>& films, Progress& progress) {
  std::int64_t done = 0;
  const std::int64_t trained = coder.settings().k;
  const Audience audience{{new_secret_key().public_key()}, nullptr};
  std::vector<Point> sealed, values;
  for (const std::int64_t k : ks) {
    coder.network().set_k(k);
    const bool can_seal = k <= trained;
    Point signs_point{sealed_way, fmt::format("k {}", k)}, values_point{values_way, fmt::format("k {}", k)};
    for (const GrayImage& film : films) {
      const TernaryCode code = coder.encode(film);
      const double pixels = double(film.height * film.width);
      const TernaryShape shape = coder.shape_of(film.height, film.width);
      const double value_bits = 32.0 * 2 * double(k * shape.lines());
      values_point.add((shape.ideal_bits() + value_bits) / pixels, film,
                       coder.decode(code, film.height, film.width, film.bits));
      if (can_seal) {
        const TernarySigns signs = signs_of(code, coder.channels());
        const ShareHeader header = coder.header_of(film, ShareMode::sealed);
        const std::size_t bytes = file_bytes(seal_code(header, signs, audience)).size();
        signs_point.add(8 * double(bytes) / pixels, film,
                        coder.decode(signs, film.height, film.width, film.bits));
      }
      progress.update(++done);
    }
    values_point.finish();
    values.push_back(values_point);
    if (!can_seal) continue;
    signs_point.finish();
    sealed.push_back(signs_point);
  }
  sealed.insert(sealed.end(), values.begin(), values.end());
  return sealed;
}

std::vector<Point> image_format_points(const std::vector<GrayImage>& films) {
  std::vector<Point> points;
  for (const int quality : {5, 10, 25, 50, 75, 90, 95}) {
    Point point{"JPEG", fmt::format("quality {}", quality)};
    for (const GrayImage& film : films) {
      const std::string bytes = encode_jpeg(film, quality);
      point.add(bits_per_pixel(bytes.size(), film.height, film.width), film, decode_jpeg(bytes, "jpeg"));
    }
    point.finish();
    points.push_back(point);
  }
  Point png{"PNG", "lossless"};
  for (const GrayImage& film : films)
    png.add(bits_per_pixel(encode_png(film).size(), film.height, film.width), film, film);
  png.finish();
  points.push_back(png);
  return points;
}

std::string csv(const std::vector<Point>& points) {
  std::string text = "way,setting,bits_per_pixel,psnr_db,ssim\n";
  for (const Point& p : points)
    text += fmt::format("\"{}\",{},{:.4f},{},{:.4f}\n", p.way, p.setting, p.bits_per_pixel,
                        p.lossless() ? "inf" : fmt::format("{:.3f}", p.psnr), p.ssim);
  return text;
}

std::string plot(const std::vector<Point>& points, const char* label, double Point::*value) {
  Plot plot{fmt::format("{} against rate", label), "bits a pixel", label, {}, {}, {}};
  for (const Point& p : points) {
    if (p.lossless() || p.way == values_way)
      continue;  // at tens of bits a pixel, beside which nothing is seen
    if (plot.curves.empty() || plot.curves.back().label != p.way) plot.curves.push_back({p.way, {}});
    plot.curves.back().points.emplace_back(p.bits_per_pixel, p.*value);
  }
  return svg(plot);
}

std::string page(const Settings& s, const std::vector<Point>& points, std::size_t films) {
  std::vector<std::vector<std::string>> rows;
  for (const Point& p : points)
    rows.push_back({p.way, p.setting, fmt::format("{:.3f}", p.bits_per_pixel),
                    p.lossless() ? "lossless" : fmt::format("{:.2f}", p.psnr),
                    fmt::format("{:.3f}", p.ssim)});
  return html_page(
      "Rate and distortion of shared films",
      fmt::format(
          "<p>{} films, {}. Means over the films; 8 bits a pixel.</p>"
          "<p>Sealed files are counted whole, with header and one recipient. For values with the key, "
          "places and signs are counted at their ideal rate and each value with its 32 bits. JPEG and PNG "
          "hide nothing: they stand here to say what the rate would buy in picture quality alone.</p>"
          "<div class=\"plots\">{}{}</div>{}",
          films, escaped(name_of_weights(s.weights)), plot(points, "PSNR, dB", &Point::psnr),
          plot(points, "SSIM", &Point::ssim),
          html_table({"stored as", "setting", "bits a pixel", "PSNR, dB", "SSIM"}, rows)));
}

void report(Settings s, bool json) {
  const std::vector<GrayImage> films = read_films(s);
  FilmCoder coder(s.weights);
  const std::int64_t largest_k = coder.channels() / 2;
  if (s.ks.empty())
    for (std::int64_t k = 1; k <= std::min<std::int64_t>(32, largest_k); k *= 2) s.ks.push_back(k);
  for (const std::int64_t k : s.ks)
    if (k > largest_k)
      throw UsageError(fmt::format("[share report] --ks must be 1 to {1} (got {0})", k, largest_k));
  Progress progress("report", std::int64_t(films.size() * s.ks.size()), Progress::fitting(json));
  std::vector<Point> points = coder_points(coder, s.ks, films, progress);
  progress.clear();
  for (Point& p : image_format_points(films)) points.push_back(std::move(p));
  fs::create_directories(s.output);
  write_file(fs::path(s.output) / "rate_distortion.csv", csv(points));
  write_file(fs::path(s.output) / "report.html", page(s, points, films.size()));
  if (json) {
    nlohmann::ordered_json lines;
    for (const Point& p : points)
      lines.push_back({{"way", p.way},
                       {"setting", p.setting},
                       {"bits_per_pixel", p.bits_per_pixel},
                       {"psnr_db", p.lossless() ? nlohmann::ordered_json() : nlohmann::ordered_json(p.psnr)},
                       {"ssim", p.ssim}});
    print_json_line(lines);
    return;
  }
  fmt::print("{:<34} {:<11} {:>12} {:>9} {:>7}\n", "stored as", "setting", "bits a pixel", "PSNR, dB",
             "SSIM");
  for (const Point& p : points)
    fmt::print("{:<34} {:<11} {:>12.3f} {:>9} {:>7.3f}\n", p.way, p.setting, p.bits_per_pixel,
               p.lossless() ? "lossless" : fmt::format("{:.2f}", p.psnr), p.ssim);
  fmt::print("{} films; {}\n", films.size(), (fs::path(s.output) / "report.html").string());
}

}  // namespace

void add_share_report(CLI::App& share, const Common& common, Outcome&) {
  auto* verb = share.add_subcommand("report", "compare rate and distortion with JPEG and PNG");
  auto s = std::make_shared<Settings>();
  verb->add_option("inputs", s->inputs, "gray PNG or JPEG films, or folders")->required();
  verb->add_option("-w,--weights", s->weights, "weights of the coder")->required();
  verb->add_option("-o,--output", s->output, "folder for report.html and rate_distortion.csv")->required();
  verb->add_option(
          "--ks", s->ks,
          "values of k; default: 1 2 4 8 16 32. A k above the trained one is measured only with values")
      ->check(CLI::PositiveNumber);
  verb->add_option("--most-films", s->most_films, "most films")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  verb->footer("Example:\n  scrim share report films -o report --weights weights/sparse_coder.safetensors");
  verb->callback([s, &common] { report(*s, common.json); });
}

}  // namespace scrim
