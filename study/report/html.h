// Pieces of self-contained HTML pages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/files/image_file.h"

namespace scrim {

std::string escaped(std::string_view text);
/// A figure with the picture in it.
std::string figure(const GrayImage& image, std::string_view caption);
std::string figure_of_png(const std::string& png, std::string_view caption);
/// A page with the common style; `body` is HTML.
std::string html_page(std::string_view title, std::string_view body);
/// A table; cells are plain text. `narrow`: the header stands upright, for many columns of short numbers.
std::string html_table(const std::vector<std::string>& header,
                       const std::vector<std::vector<std::string>>& rows, bool narrow = false);

}  // namespace scrim
