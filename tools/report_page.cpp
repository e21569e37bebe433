#include "tools/report_page.h"

#include <algorithm>
#include <cmath>

#include "evaluation/image_quality.h"
#include "tensor/atomic_file.h"
#include "tools/html.h"

namespace scrim {
namespace {

constexpr double difference_gain = 4;

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
  std::string body = fmt::format("<p>{}</p>\n<table class=\"facts\">\n", escaped(text.introduction));
  for (const auto& [key, value] : text.facts)
    body += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", escaped(key), escaped(value));
  body += "</table>\n";
  for (const ReportFilm& film : films) {
    const std::string before = encode_png(film.before), after = encode_png(film.after);
    const std::string difference = encode_png(difference_image(film.before, film.after, difference_gain));
    std::string stem = std::filesystem::path(film.name).replace_extension().string();
    std::replace(stem.begin(), stem.end(), '/', '_');
    for (const auto& [what, png] :
         {std::pair{"before", &before}, {"after", &after}, {"difference", &difference}})
      write_file(page.parent_path() / fmt::format("{}_{}.png", stem, what), *png);
    body += fmt::format(
        "<section>\n<h3>{}</h3>\n<div class=\"row\">\n{}{}{}</div>\n<p>Largest displacement {:.2f} pixels, "
        "PSNR {:.1f} dB, {:.1f} % of the pixels changed.</p>\n</section>\n",
        escaped(film.name), figure_of_png(before, "before"), figure_of_png(after, "after"),
        figure_of_png(difference, fmt::format("difference, {} times", difference_gain)),
        film.largest_displacement, psnr(film.before, film.after),
        100 * share_of_changed_pixels(film.before, film.after));
  }
  write_file(page, html_page(text.title, body));
}

}  // namespace scrim
