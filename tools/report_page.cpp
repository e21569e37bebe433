#include "tools/report_page.h"

#include <algorithm>
#include <cmath>

#include "evaluation/image_quality.h"
#include "tensor/atomic_file.h"

namespace scrim {
namespace {

constexpr double difference_gain = 4;

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  return out;
}

std::string base64(const std::string& bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      out += i + k > bytes.size() ? '=' : digits[group >> (18 - 6 * k) & 63];
  }
  return out;
}

constexpr std::string_view style = R"(
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
  h1 { font-size: 1.6rem; margin-bottom: .3rem; }
  p { max-width: 46rem; }
  table.facts { border-collapse: collapse; margin: 1rem 0 2rem; }
  table.facts td { padding: .15rem 1.2rem .15rem 0; vertical-align: top; }
  table.facts td:first-child { opacity: .7; }
  section { border-top: 1px solid #8886; padding: 1rem 0; }
  h2 { font: 600 1rem/1.4 ui-monospace, monospace; margin: 0 0 .5rem; }
  .row { display: grid; grid-template-columns: repeat(3, 1fr); gap: .8rem; }
  figure { margin: 0; }
  img { width: 100%; display: block; background: #000; border-radius: 4px; }
  figcaption { font-size: .85rem; opacity: .8; padding-top: .25rem; }
)";

std::string figure(const std::string& png, const std::string& caption) {
  return fmt::format(
      "<figure><img alt=\"{0}\" src=\"data:image/png;base64,{1}\"><figcaption>{0}</figcaption></figure>\n",
      escaped(caption), base64(png));
}

}  // namespace

GrayImage difference_image(const GrayImage& before, const GrayImage& after, double gain) {
  require_same_kind(before, after, "report");
  GrayImage result{before.height, before.width, 8, {}};
  for (std::size_t i = 0; i < before.pixels.size(); ++i) {
    const double share = std::abs(double(before.pixels[i]) - double(after.pixels[i])) / full_range(before);
    result.pixels.push_back(std::uint16_t(std::lround(std::min(1.0, share * gain) * 255)));
  }
  return result;
}

void write_report(const std::filesystem::path& page, const ReportText& text,
                  const std::vector<ReportFilm>& films) {
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{0}</title>\n"
      "<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n<p>{2}</p>\n<table class=\"facts\">\n",
      escaped(text.title), style, escaped(text.introduction));
  for (const auto& [key, value] : text.facts)
    html += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", escaped(key), escaped(value));
  html += "</table>\n";
  for (const ReportFilm& film : films) {
    const std::string before = encode_png(film.before), after = encode_png(film.after);
    const std::string difference = encode_png(difference_image(film.before, film.after, difference_gain));
    std::string stem = std::filesystem::path(film.name).replace_extension().string();
    std::replace(stem.begin(), stem.end(), '/', '_');
    for (const auto& [what, png] :
         {std::pair{"before", &before}, {"after", &after}, {"difference", &difference}})
      write_file(page.parent_path() / fmt::format("{}_{}.png", stem, what), *png);
    html += fmt::format(
        "<section>\n<h2>{}</h2>\n<div class=\"row\">\n{}{}{}</div>\n<p>Largest displacement {:.2f} pixels, "
        "PSNR {:.1f} dB, {:.1f} % of the pixels changed.</p>\n</section>\n",
        escaped(film.name), figure(before, "before"), figure(after, "after"),
        figure(difference, fmt::format("difference, {} times", difference_gain)), film.largest_displacement,
        psnr(film.before, film.after), 100 * share_of_changed_pixels(film.before, film.after));
  }
  html += "</body>\n</html>\n";
  write_file(page, html);
}

}  // namespace scrim
