// The ladder of folders, read from the includes: a file may include its own folder and those below it. A step up again is a
// failure. Below the networks nothing knows configurations or the command line.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace {

namespace fs = std::filesystem;

/// What each folder's code may include beside its own.
const std::map<std::string, std::set<std::string>> may_include = [] {
  const std::set<std::string> networks{"base", "tensor", "kernels", "autograd", "layers", "models"};
  const auto with = [](std::set<std::string> rooms, std::initializer_list<std::string> more) {
    rooms.insert(more);
    return rooms;
  };
  const auto films = with(networks, {"data"}), methods = with(films, {"films"});
  const auto training = with(methods, {"methods", "measures"});
  const auto evaluation = with(training, {"training", "sharing"});
  return std::map<std::string, std::set<std::string>>{
      {"base", {}},
      {"tensor", {"base"}},
      {"kernels", {"base", "tensor"}},
      {"autograd", {"base", "tensor", "kernels"}},
      {"layers", {"base", "tensor", "kernels", "autograd"}},
      {"models", {"base", "tensor", "kernels", "autograd", "layers"}},
      {"data", {"base", "tensor"}},
      {"measures", {"base", "tensor", "kernels", "data"}},
      {"films", films},
      {"methods", methods},
      {"sharing", methods},
      {"training", training},
      {"evaluation", evaluation},
      {"study", with(evaluation, {"evaluation"})},
      {"tools", with(evaluation, {"evaluation", "study"})},
  };
}();

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

bool is_code(const fs::path& path) {
  const auto kind = path.extension();
  return kind == ".h" || kind == ".cpp" || kind == ".cu";
}

/// Calls use(path) for every source file of a folder.
template <class Use>
void for_each_file(const std::string& folder, Use&& use) {
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(SCRIM_SOURCE_DIR) / folder))
    if (is_code(entry.path())) use(entry.path());
}

/// The project's files that a file includes.
std::vector<std::string> includes_of(const std::string& text) {
  static const std::regex include("(^|\\n)#include \"([a-z_0-9/.]+)\"");
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), include), end; at != end; ++at)
    found.push_back((*at)[2]);
  return found;
}

TEST(Ladder, IncludesRunDownward) {
  std::size_t files = 0, arrows = 0;
  for (const auto& entry : may_include)
    for_each_file(entry.first, [&](const fs::path& path) {
      ++files;
      for (const std::string& file : includes_of(text_of(path))) {
        const std::string room = file.substr(0, file.find('/'));
        if (room == entry.first) continue;
        ++arrows;
        EXPECT_TRUE(entry.second.contains(room)) << path << " includes " << file;
      }
    });
  EXPECT_GT(files, 80u);
  EXPECT_GT(arrows, 100u);
}

TEST(Ladder, FormatsOfSharedFilesKnowNoNetwork) {
  for_each_file("sharing/format", [](const fs::path& path) {
    for (const std::string& file : includes_of(text_of(path))) {
      const std::string room = file.substr(0, file.find('/'));
      EXPECT_TRUE(room == "base" || room == "tensor" || file.starts_with("sharing/format/"))
          << path << " includes " << file;
    }
  });
}

/// Everything that a file includes, directly or not.
void add_all_includes(const std::string& file, std::set<std::string>& seen) {
  for (const std::string& other : includes_of(text_of(fs::path(SCRIM_SOURCE_DIR) / file)))
    if (seen.insert(other).second) add_all_includes(other, seen);
}

TEST(Ladder, ReleasingSegmentingAndSharingKnowNoTraining) {
  for (const char* file : {"tools/anonymize_command.cpp", "tools/segment_command.cpp",
                           "tools/share/share_sealing_command.cpp", "tools/share/share_keys_command.cpp",
                           "methods/method_settings.cpp", "sharing/codec/film_sealer.cpp"}) {
    std::set<std::string> seen;
    add_all_includes(file, seen);
    EXPECT_GT(seen.size(), 10u) << file;
    for (const std::string& include : seen)
      EXPECT_FALSE(include.starts_with("training/") || include.find(".pb.h") != std::string::npos)
          << file << " reaches " << include;
  }
}

/// Every "table.key" of a list of fields.
std::set<std::string> configuration_keys() {
  static const std::regex visit("visit\\(\\s*\"([a-z_0-9]+)\",\\s*\"([A-Za-z_0-9]+)\"");
  std::set<std::string> keys;
  for (const auto& [folder, allowed] : may_include)
    for_each_file(folder, [&](const fs::path& path) {
      const std::string text = text_of(path);
      for (std::sregex_iterator at(text.begin(), text.end(), visit), end; at != end; ++at)
        keys.insert((*at)[1].str() + "." + (*at)[2].str());
    });
  return keys;
}

TEST(Ladder, NoConfigurationKeyOrOptionIsNamedBelowTheNetworks) {
  const std::set<std::string> keys = configuration_keys();
  EXPECT_TRUE(keys.contains("training.cuda_graph"));
  static const std::regex option("(^|[^-a-zA-Z0-9_])--[a-z][a-z-]+[^a-z-;)]");
  for (const char* folder : {"base", "tensor", "kernels", "autograd"})
    for_each_file(folder, [&](const fs::path& path) {
      const std::string text = text_of(path);
      for (const std::string& key : keys)
        EXPECT_EQ(text.find(key), std::string::npos) << path << " names " << key;
      // In strings and comments; elsewhere "--" takes one away.
      std::istringstream lines(text);
      for (std::string line; std::getline(lines, line);) {
        const auto begin = std::min(line.find('"'), line.find("//"));
        if (begin == std::string::npos) continue;
        EXPECT_FALSE(std::regex_search(line.substr(begin), option)) << path << ": " << line;
      }
    });
}

/// What the GPU needs is known to its own files alone: NAME_cuda.*, tensor/cuda, kernels/cuda.
TEST(Ladder, OnlyTheBackendIncludesCuda) {
  const std::regex include("^\\s*#include <(cuda|cudnn|cublas).*");
  int found = 0;
  for (const auto& [folder, allowed] : may_include)
    for_each_file(folder, [&](const fs::path& path) {
      std::ifstream in(path);
      for (std::string line; std::getline(in, line);) {
        if (!std::regex_match(line, include)) continue;
        ++found;
        EXPECT_NE(path.string().find("cuda"), std::string::npos) << path << ": " << line;
      }
    });
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
