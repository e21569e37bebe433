#include "tools/help_format.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace scrim::test {
namespace {

TEST(HelpFormat, ParagraphsFlowAndIndentedLinesStay) {
  const std::string words(200, 'a');  // longer than any line
  EXPECT_EQ(wrapped_help("one\ntwo\n\nExample:\n  scrim  x\n  scrim y"),
            "one two\n\nExample:\n  scrim  x\n  scrim y\n");
  EXPECT_EQ(wrapped_help(words), words + "\n");
  std::string sentence;
  for (int i = 0; i < 60; ++i) sentence += "word ";
  const std::string wrapped = wrapped_help(sentence);
  const auto lines = split_lines(wrapped);
  EXPECT_EQ(lines.size(), 4u);  // 18 words of 5 letters in 90 columns
  for (const auto line : lines) EXPECT_LE(line.size(), 90u);
}

TEST(HelpFormat, RowsHaveAColumn) {
  EXPECT_EQ(help_row("train", "learns"), "  train                     learns\n");
  EXPECT_EQ(help_row("a_name_that_is_longer_than_it", "learns"),
            "  a_name_that_is_longer_than_it\n                            learns\n");
}

TEST(HelpFormat, OptionsSayValuesRangesAndDefaults) {
  CLI::App app;
  app.formatter(std::make_shared<HelpFormat>());
  int threads = 0, bits = 8;
  std::string name;
  app.add_option("-t,--threads", threads, "number of threads")
      ->check(CLI::Range(0, 8))
      ->capture_default_str();
  app.add_option("--bits", bits, "bits per pixel")->check(CLI::IsMember({8, 16}))->capture_default_str();
  app.add_option("--name", name, "a name")->required();
  app.add_option("films", name, "the films")->required();
  const std::string help = app.help();
  for (const char* line : {"  -t, --threads N           number of threads; 0 to 8 (default: 0)\n",
                           "  --bits 8|16               bits per pixel (default: 8)\n",
                           "  --name TEXT               a name (required)\n",
                           "  films                     the films\n", " films [options]\n"})
    EXPECT_NE(help.find(line), std::string::npos) << help;
}

}  // namespace
}  // namespace scrim::test
