// Studies side by side: one page from the evidence.json of each.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace scrim {

/// The page's HTML. `studies`: folders of finished studies. Throws Error where one has no evidence.json, or a damaged one.
std::string comparison_html(const std::vector<std::filesystem::path>& studies);

}  // namespace scrim
