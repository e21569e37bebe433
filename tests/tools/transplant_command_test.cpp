// scrim anonymize with transplants, as a user runs it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "data/files/image_file.h"
#include "tests/support/phantom_suite.h"
#include "tests/support/program.h"

namespace scrim::test {
namespace {

namespace fs = std::filesystem;

class TransplantRun : public PhantomSuite<30> {
 protected:
  static void SetUpTestSuite() {
    PhantomSuite::SetUpTestSuite();
    ASSERT_EQ(run({"phantom", "-o", shared() / "others", "--films", "30", "--size", "80", "--seed", "5",
                   "--first-patient", "5001", "--finding-probability", "0.1"})
                  .status,
              0);
    const Result made =
        run({"pool", shared() / "others/images", "--labels", shared() / "others/labels.csv", "--source",
             "phantoms", "--license", "CC0", "--consent", "no person is on them", "-o", shared() / "pool"});
    ASSERT_EQ(made.status, 0) << made.error;
  }
  Result anonymize(const Words& more) const {
    Words words{"anonymize", at("images"), "-o", folder / "out", "--pool", shared() / "pool"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
};

TEST_F(TransplantRun, ReleasesEveryFilmOnADonor) {
  const Result result = anonymize(
      {"--findings", at("masks/findings"), "--content", "pixels", "--largest-gate", "0.1", "--json"});
  ASSERT_EQ(result.status, 0) << result.error;
  int films = 0, kept = 0;
  for (const auto& entry : fs::directory_iterator(folder / "out")) {
    EXPECT_EQ(read_image(entry.path()).width, 80);  // the donor's
    EXPECT_TRUE(fs::exists(fs::path(at("images")) / entry.path().filename()));
    ++films;
  }
  EXPECT_EQ(films, 30);
  for (std::size_t begin = 0; begin < result.out.size();) {
    const std::size_t end = result.out.find('\n', begin);
    const auto line = nlohmann::json::parse(result.out.substr(begin, end - begin));
    begin = end + 1;
    if (!line.contains("kept_share")) continue;
    EXPECT_LE(line["kept_share"].get<double>(), 0.1);
    kept += line["kept_share"].get<double>() > 0;
  }
  EXPECT_GT(kept, 5);

  // Twins say the layer; another run draws other donors.
  const auto before = read_image(fs::directory_iterator(folder / "out")->path()).pixels;
  const fs::path film = fs::directory_iterator(folder / "out")->path();
  const Result again = anonymize({"--findings", at("masks/findings"), "--twins", at("twins"), "--overwrite"});
  ASSERT_EQ(again.status, 0) << again.error;
  expect_contains(again.out, "transplant of layer");
  EXPECT_NE(read_image(film).pixels, before);
}

TEST_F(TransplantRun, MistakesLoseNothing) {
  Result result = anonymize({"--findings", folder / "nothing", "--content", "pixels"});
  EXPECT_EQ(result.status, 2);
  expect_contains(result.error, "neither a folder of masks of findings nor a table of boxes");
  result = anonymize({"--findings", at("masks/findings")});
  EXPECT_EQ(result.status, 2);
  expect_contains(result.error, "--content layer needs --lesions");
  result = anonymize({"--lesions", "builtin:flow_field"});
  EXPECT_EQ(result.status, 1);
  result = anonymize({"--findings", at("masks/findings"), "--content", "everything"});
  EXPECT_EQ(result.status, 2);
  expect_contains(result.error, "\"pixels\" or \"layer\"");
  result = anonymize({"--findings", at("masks/findings"), "--content", "pixels", "--key", folder / "key"});
  EXPECT_EQ(result.status, 2);
  expect_contains(result.error, "are for surrogates");
  result =
      anonymize({"--findings", at("masks/findings"), "--content", "pixels", "--segmenter", "builtin:noise"});
  EXPECT_EQ(result.status, 1);
  expect_contains(result.error, "builtin:noise");
  EXPECT_FALSE(fs::exists(folder / "out"));
}

}  // namespace
}  // namespace scrim::test
