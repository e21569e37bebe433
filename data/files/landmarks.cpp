#include "data/files/landmarks.h"

#include <charconv>
#include <cmath>
#include <string>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/strings.h"

namespace scrim {

std::vector<Landmark> read_landmarks(const std::filesystem::path& path, std::int64_t count) {
  return parse_landmarks(read_file(path, 16 << 20), path.string(), count);
}

std::vector<Landmark> parse_landmarks(std::string_view text, const std::string& name, std::int64_t count) {
  std::vector<Landmark> landmarks;
  std::string structure;
  std::int64_t expected_index = 0;
  std::size_t line_number = 0;
  for (const std::string_view line : split_lines(text)) {
    if (++line_number == 1) {
      require(line == "structure,index,x,y", name, "begins with \"{}\", expected structure,index,x,y",
              line.substr(0, 60));
      continue;
    }
    const auto fields = split(line, ',');
    const auto is_number = [&](std::size_t at, auto& value) {
      const char *begin = fields[at].data(), *end = begin + fields[at].size();
      const auto [rest, error] = std::from_chars(begin, end, value);
      return error == std::errc() && rest == end;
    };
    std::int64_t index = 0;
    Landmark landmark{};
    require(fields.size() == 4 && is_number(1, index) && is_number(2, landmark.x) &&
                is_number(3, landmark.y) && std::isfinite(landmark.x) && std::isfinite(landmark.y),
            name, "line {} is no landmark", line_number);
    if (fields[0] != structure) {
      structure = fields[0];
      expected_index = 0;
    }
    require(index == expected_index, name, "line {} has the index {}, expected {}", line_number, index,
            expected_index);
    ++expected_index;
    landmarks.push_back(landmark);
  }
  require(std::int64_t(landmarks.size()) == count, name, "holds {} landmarks, expected {}", landmarks.size(),
          count);
  return landmarks;
}

}  // namespace scrim
