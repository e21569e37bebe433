// One self-contained HTML page with before, after and difference of anonymized films.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/image_file.h"

namespace scrim {

struct ReportFilm {
  std::string name;
  GrayImage before, after;
  double largest_displacement = 0;  ///< pixels
};

struct ReportText {
  std::string title, introduction;                         ///< plain text
  std::vector<std::pair<std::string, std::string>> facts;  ///< shown as a table
};

/// |before - after| over the whole range, times `gain`, as an 8-bit image.
GrayImage difference_image(const GrayImage& before, const GrayImage& after, double gain);

/// Writes `page` and, beside it, NAME_before.png, NAME_after.png and NAME_difference.png for every film.
void write_report(const std::filesystem::path& page, const ReportText& text,
                  const std::vector<ReportFilm>& films);

}  // namespace scrim
