// The ladder of folders, read from the includes: tools -> evaluation -> sharing -> training -> models -> layers ->
// autograd -> kernels -> tensor, data and weights beside, on tensor. A step up again is a failure.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::set<std::string>> may_include = {
    {"tensor", {}},
    {"data", {"tensor"}},
    {"weights", {"tensor"}},
    {"kernels", {"tensor"}},
    {"autograd", {"kernels", "tensor"}},
    {"layers", {"autograd", "kernels", "tensor"}},
    {"models", {"layers", "autograd", "kernels", "tensor"}},
    {"training", {"models", "layers", "autograd", "kernels", "tensor", "data", "weights"}},
    {"sharing", {"training", "models", "layers", "autograd", "kernels", "tensor", "data", "weights"}},
    {"evaluation",
     {"sharing", "training", "models", "layers", "autograd", "kernels", "tensor", "data", "weights"}},
    {"tools",
     {"evaluation", "sharing", "training", "models", "layers", "autograd", "kernels", "tensor", "data",
      "weights"}},
};

TEST(Ladder, IncludesRunDownward) {
  const std::regex include("^\\s*#include \"([a-z_0-9]+)/[^\"]*\"");
  std::size_t files = 0, arrows = 0;
  for (const auto& [folder, allowed] : may_include)
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(SCRIM_SOURCE_DIR) / folder)) {
      const auto kind = entry.path().extension();
      if (kind != ".h" && kind != ".cpp" && kind != ".cu") continue;
      ++files;
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) {
        std::smatch match;
        if (!std::regex_search(line, match, include) || match[1] == folder) continue;
        ++arrows;
        EXPECT_TRUE(allowed.contains(match[1])) << entry.path() << " includes " << match[0];
      }
    }
  EXPECT_GT(files, 80u);
  EXPECT_GT(arrows, 100u);
}

/// What the GPU needs is known to its own files alone: NAME_cuda.*, tensor/cuda, kernels/cuda.
TEST(Ladder, OnlyTheBackendIncludesCuda) {
  const std::regex include("^\\s*#include <(cuda|cudnn|cublas).*");
  int found = 0;
  for (const auto& [folder, allowed] : may_include)
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(SCRIM_SOURCE_DIR) / folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) {
        if (!std::regex_match(line, include)) continue;
        ++found;
        EXPECT_NE(entry.path().string().find("cuda"), std::string::npos) << entry.path() << ": " << line;
      }
    }
  EXPECT_GT(found, 3);
}

TEST(Ladder, FilesCompiledPerLevelSeeNoOtherHeaders) {
  const fs::path folder = fs::path(SCRIM_SOURCE_DIR) / "kernels/vector";
  const std::set<std::string> allowed = {"\"kernels/vector/level.h\"", "\"kernels/vector/vector_kernels.h\"",
                                         "<cstdint>", "<experimental/simd>", "<type_traits>"};
  for (const char* name : {"product.cpp", "outer.cpp", "winograd.cpp", "elementwise.cpp", "level_table.cpp",
                           "level.h", "vector_kernels.h"}) {
    std::ifstream in(folder / name);
    ASSERT_TRUE(in) << name;
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("#include ")) {
        EXPECT_TRUE(allowed.contains(line.substr(9))) << name << ": " << line;
      }
    }
  }
}

}  // namespace
