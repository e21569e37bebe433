// scrim study and scrim evaluate as a user runs them.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "data/phantom/phantom_cohort.h"
#include "study/plan.h"
#include "tensor/random.h"
#include "tests/support/program.h"

namespace scrim::test {
namespace {

namespace fs = std::filesystem;

class StudyRun : public testing::Test {
 protected:
  Words words(const std::string& output, const Words& more = {}) const {
    Words all{"study", std::string(SCRIM_SOURCE_DIR) + "/tests/small_study.toml", "--set",
              "output.folder=" + (folder / output).string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  static std::string bytes(const fs::path& path) { return read_file(path, 1 << 28); }
  /// What must be the same however often a study was interrupted: all weights, metrics and results.
  static std::map<std::string, std::string> results(const fs::path& study) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(study / "steps")) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(".safetensors") || name == "metrics.csv" || name == "results.json" ||
          name == "results.csv")
        files[entry.path().lexically_relative(study).string()] = bytes(entry.path());
    }
    return files;
  }

  TemporaryFolder folder;
};

TEST_F(StudyRun, MakesAReportSkipsWhatIsDoneAndRedoesWhatChanged) {
  const Result first = run(words("s"));
  ASSERT_EQ(first.status, 0) << first.error;
  const std::string report = bytes(folder / "s/report.html");
  for (const char* part : {"A small study",
                           "Verdict",
                           "Trade-off",
                           "Recognizing a patient",
                           "Searching for a patient",
                           "Utility",
                           "Attackers",
                           "Worst cases",
                           "What was not tried",
                           "ISO/IEC 27559",
                           "Inference: a small network",
                           "Organs: a segmenter",
                           "More films to learn from",
                           "restoring network, then correlation",
                           "inverse warp, then correlation",
                           "SHA-256",
                           "flow",
                           "pixels",
                           "Guarantees",
                           "after: another person",
                           "what is spared",
                           "where pixels come from"})
    EXPECT_NE(report.find(part), std::string::npos) << part;
  EXPECT_EQ(report.find("http://") == std::string::npos ? report.find("https://") : report.find("src=\"http"),
            std::string::npos);  // nothing is fetched; the SVG namespace is a name
  expect_contains(bytes(folder / "s/steps/flow_game/card.md"), "SHA-256");

  // The page and its copy for machines name no film.
  const std::string copy = bytes(folder / "s/evidence.json");
  for (const auto& film : read_list(folder / "s/cohort/splits/test.txt")) {
    EXPECT_EQ(report.find(film), std::string::npos) << film;
    EXPECT_EQ(copy.find(film), std::string::npos) << film;
  }
  const auto evidence = nlohmann::json::parse(copy);
  EXPECT_EQ(evidence["format"], "scrim evidence 1");
  ASSERT_EQ(evidence["methods"].size(), 4u);
  for (const auto& method : evidence["methods"]) {
    const bool bound = method["name"] == "other", another = bound || method["name"] == "transplant";
    EXPECT_EQ(method["organs"].is_null(), another);
    EXPECT_EQ(method["image_quality"].is_null(), another);
    EXPECT_EQ(method["lesions"].is_null(), method["name"] != "transplant");
    EXPECT_EQ(method["guarantee"].is_null(), !bound);
    EXPECT_FALSE(method["inference"].empty());
    EXPECT_FALSE(method["kinds"]["released_real"]["learning_curve"].empty());
    const std::set<std::string> verdicts{"hides", "hinders", "does not hide"};
    EXPECT_TRUE(verdicts.contains(method["verdict"]));
    for (const char* kind : {"released_real", "released_released"}) {
      EXPECT_TRUE(method["kinds"][kind]["strongest"]["strangers"]["auc"].is_number());
      EXPECT_TRUE(method["kinds"][kind]["control"]["strangers"]["auc"].is_number());
      EXPECT_TRUE(method["kinds"][kind]["change_from_raw"]["p_value"].is_number());
    }
  }

  // Side by side with itself, and with something that is no study.
  const Result side = run({"report", folder / "s", folder / "s", "-o", folder / "side.html"});
  ASSERT_EQ(side.status, 0) << side.error;
  const std::string page = bytes(folder / "side.html");
  for (const char* part : {"Studies side by side", "tested the same films", "flow", "pixels", "raw films"})
    expect_contains(page, part);
  const Result none = run({"report", folder / "nowhere", "-o", folder / "none.html"});
  EXPECT_EQ(none.status, 2);
  expect_contains(none.error, "has no evidence.json");
  EXPECT_FALSE(fs::exists(folder / "none.html"));

  const auto before = results(folder / "s");
  EXPECT_GT(before.size(), 20u);
  // What changes no number, redoes nothing.
  const Result again = run(words("s", {"--set", "train_verifier.training.read_loss_every_steps=3"}));
  EXPECT_EQ(again.status, 0);
  for (const char* step : {"classifier of findings, on real films: unchanged",
                           "flow: adversarial game: unchanged", "pixels: image quality: unchanged"})
    expect_contains(again.error, step);
  EXPECT_EQ(results(folder / "s"), before);

  const Result changed = run(words("s", {"--set", "train_verifier.optimizer.learning_rate=0.003"}));
  EXPECT_EQ(changed.status, 0) << changed.error;
  expect_contains(changed.error, "classifier of findings, on real films: unchanged");
  expect_contains(changed.error, "flow: pretraining: unchanged");
  expect_contains(changed.error, "> flow: adversarial game");  // its judge is another
  expect_contains(changed.error, "pixels: attackers: unchanged");
  EXPECT_TRUE(fs::exists(folder / "s/steps/verifier.replaced-1/best.safetensors"));
}

// The study is killed at random moments until it is done; every byte of its results must be that of an
// undisturbed one.
TEST_F(StudyRun, KilledAtRandomMomentsEndsWithTheSameBytes) {
  ASSERT_EQ(run(words("whole")).status, 0);
  Random random(7);
  int kills = 0;
  while (true) {
    const pid_t child = start(words("parts"), folder / "out", folder / "err");
    int status = 0;
    bool ended = false;
    if (kills < 20) {
      const auto wait = std::chrono::milliseconds(30 + random.below(600));
      const auto until = std::chrono::steady_clock::now() + wait;
      while (!ended && std::chrono::steady_clock::now() < until) {
        ended = ::waitpid(child, &status, WNOHANG) == child;
        ::usleep(1000);
      }
      if (!ended) {
        ::kill(child, SIGKILL);
        ++kills;
      }
    }
    if (!ended) ::waitpid(child, &status, 0);
    if (WIFEXITED(status)) {
      ASSERT_EQ(WEXITSTATUS(status), 0) << bytes(folder / "err");
      break;
    }
  }
  EXPECT_GE(kills, 5);
  auto whole = results(folder / "whole"), parts = results(folder / "parts");
  ASSERT_EQ(whole.size(), parts.size());
  for (const auto& [name, content] : whole) EXPECT_TRUE(parts[name] == content) << name;
  EXPECT_EQ(bytes(folder / "whole/steps/flow_game/card.md"), bytes(folder / "parts/steps/flow_game/card.md"));
}

TEST_F(StudyRun, APatientOnTwoSidesIsRefused) {
  phantom::write_cohort(folder / "c", {.films = 60, .film = {.size = 64}}, [](std::int64_t) {});
  auto train = read_list(folder / "c/splits/train.txt");
  train.push_back(read_list(folder / "c/splits/test.txt").front());
  write_list(folder / "train.txt", train);
  Words more{"--set", "phantom.films=0",       "--set", "method.2.method=dp_pix",
             "--set", "method.3.method=dp_pix"};
  for (const auto& [key, path] : {std::pair{"images", "c/images"},
                                  {"labels", "c/labels.csv"},
                                  {"train_list", "train.txt"},
                                  {"valid_list", "c/splits/valid.txt"},
                                  {"test_list", "c/splits/test.txt"},
                                  {"train_pairs", "c/pairs/train.txt"},
                                  {"valid_pairs", "c/pairs/valid.txt"},
                                  {"test_pairs", "c/pairs/test.txt"}}) {
    more.push_back("--set");
    more.push_back(fmt::format("data.{}={}", key, (folder / path).string()));
  }
  more.insert(more.end(),
              {"--set", fmt::format("masks.folders=[\"{}\"]", (folder / "c/masks/lungs").string())});
  const Result result = run(words("s", more));
  EXPECT_NE(result.status, 0);
  expect_contains(result.error, "a patient is in the lists of training and of test");
  // The same film among strangers, and among single films of the verifier; a film of the validation among strangers.
  write_list(folder / "strangers.txt", {train.back()});
  more.insert(more.end(), {"--set", "data.train_list=" + (folder / "c/splits/train.txt").string()});
  const std::string list = (folder / "strangers.txt").string();
  const std::string valid = (folder / "c/splits/valid.txt").string();
  for (const auto& [key, value, message] :
       {std::tuple{"data.cohort_list", list, "a patient is in the lists of strangers and of test"},
        {"data.cohort_list", valid, "a patient is in the lists of strangers and of validation"},
        {"train_verifier.data.single_films", list, "a patient is in the lists of training and of test"}}) {
    Words with = more;
    with.insert(with.end(), {"--set", std::string(key) + "=" + value});
    if (key == std::string("train_verifier.data.single_films"))
      with.insert(with.end(), {"--set", "train_verifier.training.negatives=in_batch"});
    const Result other = run(words("s", with));
    EXPECT_NE(other.status, 0) << key;
    expect_contains(other.error, message);
  }
  EXPECT_FALSE(fs::exists(folder / "s/steps"));
}

TEST_F(StudyRun, MistakesAreNamedBeforeAnythingRuns) {
  const auto refuses = [&](const Words& more, const std::string& message) {
    const Result result = run(words("s", more));
    EXPECT_EQ(result.status, 2) << message;
    expect_contains(result.error, message);
    EXPECT_FALSE(fs::exists(folder / "s"));
  };
  refuses({"--set", "train_verifier.training.epoch=3"}, "did you mean train_verifier.training.epochs?");
  refuses({"--set", "method.0.method=blur"}, "method.0.method is \"blur\"");
  refuses({"--set", "method.1.name=flow"}, "a name that no other method has");
  refuses({"--set", "method.1.name=../x"}, "a name of letters, digits");
  refuses({"--set", "train_verifier.model.layers=[1]"}, "model.layers");
  refuses({"--set", "phantom.films=0"}, "data.images");
}

TEST(SplitBinary, WritesSplitsOfATable) {
  const TemporaryFolder folder;
  phantom::write_cohort(folder / "c", {.films = 40, .film = {.size = 32}}, [](std::int64_t) {});
  const Result result = run({"split", folder / "c/labels.csv", "-o", folder / "s"});
  EXPECT_EQ(result.status, 0) << result.error;
  expect_contains(result.out, "40 films of");
  EXPECT_TRUE(fs::exists(folder / "s/pairs/test.txt"));
  EXPECT_EQ(run({"split", folder / "c/labels.csv", "-o", folder / "s"}).status, 2);
  std::string all;
  for (int i = 0; i < 40; ++i) all += fmt::format("{}.png\n", i);
  write_file(folder / "all.txt", all);
  const Result published = run({"split", folder / "all.txt", "-o", folder / "p", "--published"});
  EXPECT_EQ(published.status, 0) << published.error;
  expect_contains(published.out, "36 train, 2 valid, 2 test");
  expect_contains(published.error, "A patient can be in train and test");
  EXPECT_TRUE(fs::exists(folder / "p/train.txt"));
  EXPECT_EQ(run({"split", folder / "all.txt", "-o", folder / "p", "--published"}).status, 1);
  write_file(folder / "l.csv", "image,findings\na.png,Mass\n");
  const Result nobody = run({"split", folder / "l.csv", "-o", folder / "t"});
  EXPECT_EQ(nobody.status, 1);
  expect_contains(nobody.error, "does not say the patient of a.png");
}

TEST(EvaluateBinary, WritesResultsOnceAndKeepsThem) {
  const TemporaryFolder folder;
  phantom::write_cohort(folder / "c", {.films = 30, .film = {.size = 32}}, [](std::int64_t) {});
  write_file(folder / "e.toml",
             "task = \"image_quality\"\n[data]\nimages = \"" + (folder / "c/images").string() +
                 "\"\nimage_size = 32\n[release]\nmethod = \"dp_pix\"\n[output]\nfolder = \"" +
                 (folder / "out").string() + "\"\n");
  const Result first = run({"evaluate", folder / "e.toml"});
  EXPECT_EQ(first.status, 0) << first.error;
  expect_contains(first.out, "mean PSNR");
  const std::string results = read_file(folder / "out/results.json", 1 << 20);
  EXPECT_EQ(nlohmann::json::parse(results)["films"].size(), 30u);
  expect_contains(read_file(folder / "out/results.csv", 1 << 20), "film,psnr_db,ssim");
  const fs::path kept = folder / "out/config.toml";
  write_file(kept, read_file(kept, 1 << 20) + "cuda_graph = true\n");  // changes no number
  EXPECT_EQ(run({"evaluate", folder / "e.toml"}).out, first.out);
  const Result other = run({"evaluate", folder / "e.toml", "--set", "release.cell=4"});
  EXPECT_EQ(other.status, 2);
  expect_contains(other.error, "another configuration");
  EXPECT_EQ(read_file(folder / "out/results.json", 1 << 20), results);
  const auto listed = [&](const std::string& films) {
    write_file(folder / "list.txt", films);
    return run({"evaluate", folder / "e.toml", "--set",
                "data.test_list=\"" + (folder / "list.txt").string() + "\"", "--set",
                "output.folder=\"" + (folder / "listed").string() + "\""});
  };
  EXPECT_EQ(listed("00000001_000.png\n").status, 0);
  const Result changed = listed("00000002_000.png\n");
  EXPECT_EQ(changed.status, 2);
  expect_contains(changed.error, "of other weights, lists or tables under the same names");
  const Result json = run({"--json", "evaluate", folder / "e.toml"});
  EXPECT_EQ(nlohmann::json::parse(json.out)["task"], "image_quality");
}

}  // namespace
}  // namespace scrim::test
