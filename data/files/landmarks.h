// Landmarks along organs' contours: one text file a film, "structure,index,x,y" in pixels, (0,0) the center
// of the top left pixel; structures and indices in the order of a template.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace scrim {

struct Landmark {
  double x, y;
};

/// Throws Error unless the file holds `count` landmarks, whose indices count up from 0 within each structure.
std::vector<Landmark> read_landmarks(const std::filesystem::path& path, std::int64_t count);
/// The same from text; `name` stands in messages.
std::vector<Landmark> parse_landmarks(std::string_view text, const std::string& name, std::int64_t count);

}  // namespace scrim
