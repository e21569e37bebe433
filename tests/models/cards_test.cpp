// Every card has its title, its table and its sections, as Markdown.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/atomic_file.h"
#include "base/strings.h"

namespace scrim::test {
namespace {

namespace fs = std::filesystem;

void expect_card(const fs::path& path, const std::vector<std::string>& sections) {
  SCOPED_TRACE(path.string());
  const std::string text = read_file(path, 1 << 20);
  const auto lines = split_lines(text);
  ASSERT_GT(lines.size(), 5u);
  EXPECT_TRUE(lines[0].starts_with("# Card: ")) << lines[0];
  EXPECT_NE(text.find("\n| | |\n|---|---|\n| "), std::string::npos) << "no table";
  for (const std::string& section : sections)
    EXPECT_NE(text.find("\n## " + section + "\n"), std::string::npos) << "no section " << section;
  for (const std::string_view line : lines) {
    // What a formatter of code makes of a table or a heading.
    EXPECT_FALSE(line.starts_with("#") && !line.starts_with("# ") && !line.starts_with("## ")) << line;
    EXPECT_EQ(line.find("| -- -"), std::string_view::npos) << line;
    if (line.starts_with("|")) {
      EXPECT_TRUE(line.ends_with("|")) << line;
    }
  }
}

int expect_cards(const char* folder, const std::vector<std::string>& sections) {
  int cards = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(SCRIM_SOURCE_DIR) / folder))
    if (entry.path().extension() == ".md") {
      expect_card(entry.path(), sections);
      ++cards;
    }
  return cards;
}

TEST(Cards, HaveTitleTableAndSections) {
  EXPECT_GE(expect_cards("models", {"What it is for", "What it does not do"}), 8);
  EXPECT_GE(expect_cards("methods", {"What it is for", "What it does not do"}), 5);
  EXPECT_GE(expect_cards("weights", {"Measured", "What it does not do"}), 4);
}

}  // namespace
}  // namespace scrim::test
