// Where findings are: boxes that radiologists drew, from a table as NIH's BBox_List_2017.csv.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace scrim {

struct FindingBox {
  std::string film;
  std::size_t finding = 0;  ///< into finding_names
  double x = 0, y = 0, width = 0,
         height = 0;  ///< pixels of the frame that boxes are drawn in; x, y: left and top
};

/// The header names the film ("Image Index" or "image") and the finding ("Finding Label" or "finding"); four numbers follow: x,
/// y, width, height. "Infiltrate" is NIH's word for Infiltration here. Throws Error that lists all faults: missing fields,
/// unknown findings, boxes without an area.
std::vector<FindingBox> read_finding_boxes(const std::filesystem::path& path);
/// The same from text; `name` stands in messages.
std::vector<FindingBox> parse_finding_boxes(std::string_view text, const std::string& name);

/// Throws Error unless the box ends inside the square that boxes are drawn in, `side` pixels.
void require_inside(const FindingBox& box, double side);

}  // namespace scrim
