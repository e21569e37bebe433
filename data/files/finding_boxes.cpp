#include "data/files/finding_boxes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/problem_list.h"
#include "base/strings.h"
#include "data/files/csv.h"
#include "data/files/film_labels.h"

namespace scrim {

std::vector<FindingBox> read_finding_boxes(const std::filesystem::path& path) {
  return parse_finding_boxes(read_file(path, 64 << 20), path.string());
}

std::vector<FindingBox> parse_finding_boxes(std::string_view text, const std::string& name) {
  ProblemList problems(name);
  std::vector<FindingBox> boxes;
  std::size_t film = 0, finding = 0, number = 0;
  for (const std::string_view line : split_lines(text)) {
    const auto fields = csv_fields(line);
    if (++number == 1) {
      const auto of_film = csv_column(fields, {"Image Index", "image"}),
                 of_finding = csv_column(fields, {"Finding Label", "finding"});
      require(of_film && of_finding, name,
              "the first line has no columns \"Image Index\" and \"Finding Label\" (or image and finding)");
      film = *of_film;
      finding = *of_finding;
      continue;
    }
    if (line.empty()) continue;
    const std::size_t first = std::max(film, finding) + 1;
    if (fields.size() < first + 4) {
      problems.add(fmt::format("line {} has too few fields ({})", number, fields.size()));
      continue;
    }
    const std::string label = fields[finding] == "Infiltrate" ? "Infiltration" : fields[finding];
    const auto known = std::find(finding_names.begin(), finding_names.end(), label);
    if (known == finding_names.end()) {
      problems.add(fmt::format("line {} has the unknown finding \"{}\"", number, label));
      continue;
    }
    FindingBox box{fields[film], std::size_t(known - finding_names.begin())};
    std::size_t at = first;
    bool is_number = true;
    for (double* field : {&box.x, &box.y, &box.width, &box.height}) {
      const auto value = parse_number(fields[at++]);
      is_number = is_number && value && *value >= 0;
      *field = value.value_or(0);
    }
    if (!is_number || box.width <= 0 || box.height <= 0)
      problems.add(fmt::format("line {} has no box: expected x, y, width and height in pixels", number));
    boxes.push_back(std::move(box));
  }
  if (boxes.empty() && problems.empty()) problems.add("names no box");
  problems.throw_if_any();
  return boxes;
}

void require_inside(const FindingBox& box, double side) {
  require(box.x + box.width <= side && box.y + box.height <= side, "boxes",
          "a box ends at {:.0f}, {:.0f}, outside the frame of {:.0f} pixels", box.x + box.width,
          box.y + box.height, side);
}

}  // namespace scrim
