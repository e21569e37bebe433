#include "data/files/landmarks.h"

#include <charconv>
#include <cmath>
#include <string>

#include "base/atomic_file.h"
#include "base/error.h"

namespace scrim {

std::vector<Landmark> read_landmarks(const std::filesystem::path& path, std::int64_t count) {
  return parse_landmarks(read_file(path, 16 << 20), path.string(), count);
}

std::vector<Landmark> parse_landmarks(std::string_view text, const std::string& name, std::int64_t count) {
  std::vector<Landmark> landmarks;
  std::string structure;
  std::int64_t expected_index = 0;
  std::size_t line_number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line(text.substr(begin, end - begin));
    begin = end + 1;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (++line_number == 1) {
      require(line == "structure,index,x,y", name, "begins with \"{}\", expected structure,index,x,y",
              line.substr(0, 60));
      continue;
    }
    const std::size_t first = line.find(','), second = line.find(',', first + 1),
                      third = line.find(',', second + 1);
    const auto field = [&](std::size_t from, std::size_t to, auto& value) {
      if (first == std::string::npos || second == std::string::npos || third == std::string::npos)
        return false;
      const auto [rest, error] = std::from_chars(line.data() + from, line.data() + to, value);
      return error == std::errc() && rest == line.data() + to;
    };
    std::int64_t index = 0;
    Landmark landmark{};
    require(field(first + 1, second, index) && field(second + 1, third, landmark.x) &&
                field(third + 1, line.size(), landmark.y) && std::isfinite(landmark.x) &&
                std::isfinite(landmark.y),
            name, "line {} is no landmark", line_number);
    if (line.substr(0, first) != structure) {
      structure = line.substr(0, first);
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
