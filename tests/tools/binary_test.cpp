// The scrim program as a user runs it: exit status, messages, and what lies on the disk afterwards.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "data/files/image_file.h"
#include "models/flow_anonymizer.h"
#include "models/networks/builtin_weights.h"
#include "models/networks/network_list.h"
#include "tensor/safetensors.h"
#include "tests/support/phantom_suite.h"
#include "tests/support/program.h"
#include "tests/support/test_data.h"

namespace scrim::test {
namespace {

namespace fs = std::filesystem;
std::size_t files_below(const fs::path& folder) {
  std::size_t count = 0;
  if (!fs::exists(folder)) return 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) count += !entry.is_directory();
  return count;
}

/// Small generator weights and a few phantom films.
class Binary : public PhantomSuite<8> {
 protected:
  static void SetUpTestSuite() {
    PhantomSuite::SetUpTestSuite();
    FlowAnonymizer model({4, {0.05, WarpOperator::corrected}}, Initializer(1));
    write_safetensors(weights(), {model.generator.state(), {{"image_size", "64"}, {"mu", "0.05"}}});
  }
  static fs::path weights() { return shared() / "w.safetensors"; }
};

TEST_F(Binary, HelpOfEveryVerbEndsWithAnExample) {
  EXPECT_EQ(run({"--help"}).status, 0);
  for (const char* verb :
       {"phantom", "split", "train", "evaluate", "study", "anonymize", "segment", "share", "pool",
        "surrogate", "pool", "surrogate", "infer", "inspect", "report", "quickstart"}) {
    const Result help = run({verb, "--help"});
    EXPECT_EQ(help.status, 0) << verb;
    expect_contains(help.out, std::string("Example:\n  scrim ") + verb);
  }
}

TEST_F(Binary, SoDoesThatOfEveryShareVerb) {
  for (const char* verb :
       {"keygen", "seal", "open", "recipients", "inspect", "ambiguate", "disambiguate", "attack", "report"}) {
    const Result help = run({"share", verb, "--help"});
    EXPECT_EQ(help.status, 0) << verb;
    expect_contains(help.out, std::string("Example:\n  scrim share ") + verb);
  }
}

TEST_F(Binary, WorksOutOfTheBoxAndSaysWithWhat) {
  const fs::path film = cohort() / "images/00000001_000.png";
  const Result hidden = run({"anonymize", film, "-o", folder / "hidden.png"});
  EXPECT_EQ(hidden.status, 0) << hidden.out;
  expect_contains(hidden.out, "builtin:flow_field (SHA-256 ");
  expect_contains(hidden.error, "do not protect patients");
  EXPECT_EQ(read_image(folder / "hidden.png").width, 64);
  EXPECT_EQ(run({"anonymize", film, "-o", folder / "noisy.png", "-w", "builtin:noise"}).status, 0);

  const Result found = run({"segment", film, "-o", folder / "masks"});
  EXPECT_EQ(found.status, 0) << found.out;
  expect_contains(found.out, "builtin:segmenter (SHA-256 ");
  EXPECT_TRUE(fs::exists(folder / "masks/lungs/00000001_000.png"));

  for (const auto& weights : builtin_weights()) {
    const Result card = run({"inspect", weights});
    EXPECT_EQ(card.status, 0);
    expect_contains(card.out, "## Measured");
    expect_contains(card.out, "image_size = ");
  }
  const Result unknown = run({"anonymize", film, "-o", folder / "x.png", "-w", "builtin:warp"});
  EXPECT_EQ(unknown.status, 2);
  expect_contains(unknown.error, "expected one of builtin:flow_field");
}

TEST_F(Binary, UsageErrorsExitWithTwo) {
  EXPECT_EQ(run({}).status, 2);
  EXPECT_EQ(run({"fly"}).status, 2);
  EXPECT_EQ(run({"phantom", "-o", folder / "x", "--bits", "12"}).status, 2);
  EXPECT_EQ(run({"train", folder / "absent.toml"}).status, 2);
  write_file(folder / "bad.toml", "task = \"pretrain_generator\"\n[data]\nimages = \"x\"\nimagesize = 3\n");
  const Result bad = run({"train", folder / "bad.toml"});
  EXPECT_EQ(bad.status, 2);
  expect_contains(bad.error, "did you mean data.image_size?");
}

TEST_F(Binary, AnonymizesAFolderKeepingTreeSizeAndDepth) {
  fs::create_directories(folder / "in/a/b");
  GrayImage wide{70, 110, 16, {}};
  for (int i = 0; i < 70 * 110; ++i) wide.pixels.push_back(std::uint16_t(i * 8));
  write_png(folder / "in/a/b/deep.png", wide);
  fs::copy_file(cohort() / "images/00000001_000.png", folder / "in/top.png");
  const Result result = run({"anonymize", folder / "in", "-o", folder / "out", "-w", weights()});
  EXPECT_EQ(result.status, 0) << result.error;
  const GrayImage deep = read_image(folder / "out/a/b/deep.png");
  EXPECT_EQ(deep.bits, 16);
  EXPECT_EQ(deep.width, 110);
  EXPECT_EQ(deep.height, 70);
  EXPECT_NE(deep.pixels, wide.pixels);
  EXPECT_EQ(read_image(folder / "out/top.png").bits, 8);
  EXPECT_EQ(files_below(folder / "out"), 2u);
}

TEST_F(Binary, BadInputsAreNamedAndTheRestIsDone) {
  const fs::path in = folder / "in";
  fs::create_directories(in);
  const std::string good = read_file(cohort() / "images/00000001_000.png", 1 << 20);
  write_file(in / "a_good.png", good);
  write_file(in / "b_truncated.png", good.substr(0, good.size() / 2));
  write_file(in / "c_text.png", "no image at all");
  write_file(in / "d_empty.png", "");
  fs::create_symlink("nowhere", in / "e_dangling.png");
  write_file(in / "z_good.png", good);
  const Result result = run({"anonymize", in, "-o", folder / "out", "-w", weights()});
  EXPECT_EQ(result.status, 1);
  expect_contains(result.error, "b_truncated.png: damaged PNG: the file ends too early (truncated)");
  expect_contains(result.error, "c_text.png: is neither PNG nor JPEG");
  expect_contains(result.error, "d_empty.png: is empty (0 bytes)");
  expect_contains(result.error, "e_dangling.png: cannot be opened: No such file");
  expect_contains(result.out, "2 of 6 films");
  EXPECT_EQ(files_below(folder / "out"), 2u);
}

TEST_F(Binary, FullDiskLeavesNothingHalfMade) {
  const Result result =
      run({"anonymize", cohort() / "images", "-o", folder / "out", "-w", weights()}, /*largest_file=*/1024);
  EXPECT_EQ(result.status, 1);
  expect_contains(result.error, "cannot be written: File too large");
  EXPECT_EQ(files_below(folder / "out"), 0u);
}

TEST_F(Binary, OutputThatCannotBeMadeIsNamed) {
  write_file(folder / "file", "in the way");
  const Result result = run({"anonymize", cohort() / "images", "-o", folder / "file/below", "-w", weights()});
  EXPECT_EQ(result.status, 1);
  expect_contains(result.error, "cannot be made: Not a directory");
  EXPECT_EQ(read_file(folder / "file", 100), "in the way");
}

TEST_F(Binary, ColorIsNamed) {
  // The header of a color PNG, its checksum included; sizes that cannot be true are tested with the reader.
  const std::string start("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", 16), end("\0\0\0\1IDAT", 8);
  write_file(folder / "color.png",
             start + std::string("\0\0\0\4\0\0\0\4\x8\2\0\0\0\x26\x93\x09\x29", 17) + end);
  const Result result = run({"anonymize", folder / "color.png", "-o", folder / "out", "-w", weights()});
  EXPECT_EQ(result.status, 1);
  expect_contains(result.error, "has 3 channels (color), expected one gray channel");
}

TEST_F(Binary, KeepsWhatIsThere) {
  const fs::path film = cohort() / "images/00000001_000.png", out = folder / "out.png";
  EXPECT_EQ(run({"anonymize", film, "-o", out, "-w", weights()}).status, 0);
  const Result again = run({"anonymize", film, "-o", out, "-w", weights()});
  EXPECT_EQ(again.status, 1);
  expect_contains(again.error, "--overwrite");
  EXPECT_EQ(run({"anonymize", film, "-o", out, "-w", weights(), "--overwrite"}).status, 0);
  EXPECT_EQ(run({"anonymize", film, "-o", out, "-w", weights(), "--skip-existing"}).status, 0);
  fs::copy_file(film, folder / "same.png");
  const Result onto_itself =
      run({"anonymize", folder / "same.png", "-o", folder / "same.png", "-w", weights(), "--overwrite"});
  EXPECT_EQ(onto_itself.status, 1);
  expect_contains(onto_itself.error, "would replace the input");
}

TEST_F(Binary, WeightsThatDoNotFitAreNamed) {
  const fs::path film = cohort() / "images/00000001_000.png";
  write_safetensors(folder / "other.safetensors", {{{"x", Tensor::zeros({2})}}, {}});
  const Result other = run({"anonymize", film, "-o", folder / "o.png", "-w", folder / "other.safetensors"});
  EXPECT_EQ(other.status, 1);
  expect_contains(other.error, "holds no flow-field generator");
  const std::string whole = read_file(weights(), 1 << 24);
  write_file(folder / "cut.safetensors", whole.substr(0, whole.size() - 100));
  const Result cut = run({"anonymize", film, "-o", folder / "o.png", "-w", folder / "cut.safetensors"});
  EXPECT_EQ(cut.status, 1);
  expect_contains(cut.error, "cut short");
  EXPECT_FALSE(fs::exists(folder / "o.png"));
}

TEST_F(Binary, SameBytesForAnyNumberOfThreads) {
  for (const char* threads : {"1", "2", "3"})
    ASSERT_EQ(
        run({"--threads", threads, "anonymize", cohort() / "images", "-o", folder / threads, "-w", weights()})
            .status,
        0);
  for (const auto& entry : fs::directory_iterator(folder / "1"))
    for (const char* threads : {"2", "3"})
      EXPECT_EQ(read_file(entry.path(), 1 << 20),
                read_file(folder / threads / entry.path().filename(), 1 << 20));
}

TEST_F(Binary, KilledAtAnyMomentAndResumedItEndsWithTheSameBytes) {
  const auto words = [&](const std::string& name) {
    write_file(
        folder / (name + ".toml"),
        fmt::format(
            "task = \"pretrain_generator\"\n[data]\nimages = \"{0}/images\"\n"
            "train_list = \"{0}/splits/train.txt\"\nvalid_list = \"{0}/splits/test.txt\"\nimage_size = 64\n"
            "[model]\ninit_features = 4\nmu = 0.05\n[training]\nepochs = 12\nbatch_size = 2\n"
            "checkpoint_every_steps = 2\n[output]\nfolder = \"{1}\"\n",
            cohort().string(), (folder / name).string()));
    return Words{"train", folder / (name + ".toml"), "--resume"};
  };
  ASSERT_EQ(run(words("whole")).status, 0);
  int kills = 0;
  for (int delay_ms = 5; !fs::exists(folder / "parts/weights.safetensors") && kills < 200;
       delay_ms = delay_ms * 7 / 5 + 1) {
    const pid_t child = start(words("parts"), folder / "out", folder / "error");
    ::usleep(useconds_t(delay_ms) * 1000);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
      ++kills;
    else
      ASSERT_EQ(WEXITSTATUS(status), 0) << read_file(folder / "error", 1 << 20);
  }
  EXPECT_GE(kills, 4);
  for (const char* name :
       {"metrics.csv", "checkpoint.safetensors", "best.safetensors", "weights.safetensors"})
    EXPECT_EQ(read_file(folder / "whole" / name, 1 << 26), read_file(folder / "parts" / name, 1 << 26))
        << name;
  for (const auto& entry : fs::directory_iterator(folder / "parts"))
    if (entry.path().string().find(".partial") != std::string::npos)
      fs::remove(entry.path());  // of a killed process
}

TEST_F(Binary, InspectShowsWeightsConfigAndBuild) {
  const Result w = run({"inspect", weights(), "--graph"});
  EXPECT_EQ(w.status, 0) << w.error;
  expect_contains(w.out, "encoder1.enc1conv1.weight");
  expect_contains(w.out, "batch_norm with relu");
  expect_contains(w.out, "peak memory");
  const Result build = run({"inspect"});
  EXPECT_EQ(build.status, 0);
  expect_contains(build.out, "conv2d");
  expect_contains(build.out, "levels");
  write_file(folder / "c.toml", "task = \"pretrain_generator\"\n[data]\nimages = \"x\"\n");
  const Result config = run({"inspect", folder / "c.toml"});
  EXPECT_EQ(config.status, 0);
  expect_contains(config.out, "learning_rate = 0.0001");
}

TEST(Verbs, MistypedOnesAreAnsweredWithTheNearest) {
  const Result verb = run({"anonimize", "x.png", "-o", "out"});
  EXPECT_EQ(verb.status, 2);
  expect_contains(verb.error, "there is no scrim anonimize, did you mean anonymize? (verbs: phantom, split");
  const Result inner = run({"share", "seel", "x.png"});
  EXPECT_EQ(inner.status, 2);
  expect_contains(inner.error, "there is no scrim share seel, did you mean seal?");
}

TEST(Inspect, SetTakesOneValueAndOverridesAConfiguration) {
  const std::string config = SCRIM_SOURCE_DIR "/configs/pretrain_generator.toml";
  const Result changed = run({"inspect", "--set", "training.epochs=7", config});
  EXPECT_EQ(changed.status, 0) << changed.error;
  expect_contains(changed.out, "epochs = 7 ");
  const Result no_value = run({"train", "--set", "training.epochs", config});
  EXPECT_EQ(no_value.status, 2);
  expect_contains(no_value.error, "expected KEY=VALUE (got training.epochs)");
}

TEST(Inspect, ShowsTheGraphOfEveryNetwork) {
  const std::map<std::string, std::vector<std::string>> small{
      {"flow_unet", {"init_features=2"}},
      {"flow_anonymizer", {"init_features=2"}},
      {"protected_anonymizer", {"init_features=2"}},
      {"noise_anonymizer", {"init_features=2"}},
      {"privacy_net", {"init_features=2"}},
      {"siamese_verifier", {"width=4", "layers=1,1,1,1", "embed=4"}},
      {"patch_matcher", {"width=4", "embed=4"}},
      {"densenet_classifier", {"growth=4", "blocks=1,1,1,1", "init_features=4"}},
      {"hybrid_unet", {"c=1"}},
      {"hybridgnet", {"c=1", "image_size=64", "latents=4", "f=4"}},
      {"sparse_ternary", {"channels_list=1,4,4", "num_proj_channels=8", "num_code_maps=2", "k=2"}}};
  for (const NetworkEntry& network : network_list()) {
    if (network.name == "dp_pix") continue;  // nothing of it is trained
    SCOPED_TRACE(network.name);
    ASSERT_TRUE(small.contains(network.name));
    std::vector<std::string> command{"inspect", "--graph", "--model", network.name, "--image-size", "64"};
    for (const std::string& setting : small.at(network.name))
      command.insert(command.end(), {"--set", setting});
    const Result result = run(command);
    EXPECT_EQ(result.status, 0) << result.error;
    expect_contains(result.out, "training step of " + network.name);
    expect_contains(result.out, "peak memory of tensors during the step");
  }
  const Result of_weights = run({"inspect", "--graph", "builtin:segmenter"});
  EXPECT_EQ(of_weights.status, 0) << of_weights.error;
  expect_contains(of_weights.out, "training step of hybrid_unet, batch 1 of 128x128");
}

TEST_F(Binary, NamesThatAreNoUtf8MakeValidJson) {
  const Result result = run({"--json", "anonymize", folder / "no\xff.png", "-o", folder / "out.png"});
  EXPECT_EQ(result.status, 1);
  const auto line = nlohmann::json::parse(result.out.substr(0, result.out.find('\n')), nullptr, false);
  ASSERT_FALSE(line.is_discarded()) << result.out;
  EXPECT_TRUE(line.contains("error"));
}

TEST_F(Binary, ShippedConfigurationsAreAsInspectPrintsThem) {
  int compared = 0;
  for (const auto& entry : fs::directory_iterator(SCRIM_SOURCE_DIR "/configs")) {
    const Result result = run({"inspect", entry.path().string()});
    ASSERT_EQ(result.status, 0) << result.error;
    if (entry.path().filename().string().ends_with("study.toml")) {
      expect_contains(result.out, "verifier of patients, on real films");
      continue;
    }
    ++compared;
    const std::string file = read_file(entry.path(), 1 << 20);
    EXPECT_EQ(file.substr(file.find("\ntask = ")), result.out.substr(result.out.find("\ntask = ")))
        << entry.path();
  }
  EXPECT_GT(compared, 10);
}

TEST_F(Binary, RealFilmsKeepTheirSize) {
  const auto data = data_folder();
  REQUIRE_TEST_DATA(data);
  const Result result =
      run({"anonymize", data / "nih/images_1024", "-o", folder / "out", "-w", weights(), "--json"});
  EXPECT_EQ(result.status, 0) << result.error;
  expect_contains(result.out, "\"done\":12");
  for (const auto& entry : fs::directory_iterator(folder / "out")) {
    const GrayImage image = read_image(entry.path());
    EXPECT_EQ(image.width, 1024);
    EXPECT_EQ(image.bits, 8);
  }
}

}  // namespace
}  // namespace scrim::test
