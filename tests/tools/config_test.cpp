#include "base/config/config.h"

#include <gtest/gtest.h>

#include "study/evaluation_runs.h"
#include "study/plan.h"
#include "study/training_runs.h"
#include "tools/share/share_command.h"

namespace scrim {
namespace {

constexpr const char* minimal = "task = \"pretrain_generator\"\n[data]\nimages = \"films\"\n";

std::string error_of(const std::string& text, const std::vector<std::string>& overrides = {}) {
  try {
    parse_training_config(text, "c.toml", overrides);
  } catch (const UsageError& e) {
    return e.what();
  }
  return "no error";
}

TEST(Config, PublishedDefaults) {
  const auto config = std::get<PretrainConfig>(parse_training_config(minimal, "c.toml", {}));
  EXPECT_EQ(config.data.images, "films");
  EXPECT_EQ(config.data.image_size, 256);
  EXPECT_EQ(config.training.batch_size, 64);
  EXPECT_EQ(config.optimizer.name, "adam");
  EXPECT_EQ(config.optimizer.learning_rate, 1e-4);
}

TEST(Config, EffectiveConfigurationReadsBackAsItself) {
  const auto config = std::get<PretrainConfig>(parse_training_config(
      minimal, "c.toml", {"training.epochs=3", "optimizer.learning_rate=1", "data.images=a \"b\" \\c"}));
  EXPECT_EQ(config.training.epochs, 3);
  EXPECT_EQ(config.optimizer.learning_rate, 1.0);
  EXPECT_EQ(config.data.images, "a \"b\" \\c");
  const std::string text = print_training_config(config);
  EXPECT_EQ(print_training_config(parse_training_config(text, "again.toml", {})), text);
}

TEST(Config, ListsAreReadAndPrinted) {
  const std::string verifier = "task = \"train_verifier\"\n[data]\nimages = \"films\"\ntrain_pairs = \"p\"\n";
  const auto config =
      std::get<VerifierConfig>(parse_training_config(verifier, "c.toml", {"model.layers=[1, 2, 2, 1]"}));
  EXPECT_EQ(config.model.layers, (std::vector<std::int64_t>{1, 2, 2, 1}));
  const std::string text = print_training_config(config);
  EXPECT_NE(text.find("layers = [1, 2, 2, 1]"), std::string::npos);
  EXPECT_EQ(print_training_config(parse_training_config(text, "again.toml", {})), text);
  EXPECT_EQ(error_of(verifier, {"model.layers=[1, \"a\"]"}),
            "c.toml: model.layers is a text, expected a whole number");
  EXPECT_EQ(error_of(verifier, {"model.layers=[1, 2]"}),
            "[config] model.layers is [1, 2], expected four numbers of 1 to 256");
}

TEST(Config, UnknownKeyNamesTheNearest) {
  EXPECT_EQ(error_of(std::string(minimal) + "[training]\nbatchsize = 3\n"),
            "c.toml: there is no key training.batchsize, did you mean training.batch_size?");
  EXPECT_EQ(error_of(minimal, {"optimiser.learning_rate=1"}),
            "c.toml: there is no key optimiser.learning_rate, it is called optimizer.learning_rate now");
  EXPECT_EQ(error_of(minimal, {"model.kind=noise"}),
            "c.toml: there is no key model.kind, it is called model.method now");
  EXPECT_EQ(error_of(std::string(minimal) + "[zzzzzz]\nqqqq = 3\n"), "c.toml: there is no key zzzzzz.qqqq");
}

TEST(Config, WrongTypesAndSyntaxAreNamed) {
  EXPECT_EQ(error_of(std::string(minimal) + "[training]\nepochs = \"many\"\n"),
            "c.toml: training.epochs is a text, expected a whole number");
  EXPECT_EQ(error_of(std::string(minimal) + "[training]\nepochs = 1.5\n"),
            "c.toml: training.epochs is a number, expected a whole number");
  EXPECT_EQ(error_of(std::string(minimal) + "[model]\nmu = [1]\n"),
            "c.toml: model.mu is an array, expected a number");
  EXPECT_NE(error_of("task = \n").find("c.toml: line 1"), std::string::npos);
  EXPECT_EQ(error_of("[[=task]]\n"), "c.toml: is not TOML");
  EXPECT_NE(error_of("\xc3\xa9 = 1\n").find("c.toml: line 1, column 1"), std::string::npos);
  EXPECT_EQ(error_of(""),
            "c.toml: has no task. Add task = \"NAME\" with one of pretrain_generator, train_classifier, "
            "train_verifier, "
            "train_anonymizer, train_segmenter, train_sparse_coder, train_lesion_network");
  EXPECT_EQ(error_of("task = \"fly\""),
            "c.toml: there is no task \"fly\"; there are pretrain_generator, train_classifier, "
            "train_verifier, train_anonymizer, train_segmenter, train_sparse_coder, train_lesion_network");
  EXPECT_EQ(error_of(minimal, {"nonsense"}), "nonsense: expected table.key=value");
}

TEST(Config, EveryShippedFileIsValid) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(SCRIM_SOURCE_DIR) + "/configs")) {
    SCOPED_TRACE(entry.path());
    const std::string text = read_config_file(entry.path());
    ++files;
    if (text.find("task = \"study\"") != std::string::npos)
      EXPECT_NO_THROW(parse_study(text, entry.path().string(), {}));
    else if (entry.path().filename().string().starts_with("train_") ||
             entry.path().filename() == "pretrain_generator.toml" ||
             entry.path().filename() == "nih_sparse_coder.toml")
      EXPECT_NO_THROW(parse_training_config(text, entry.path().string(), {}));
    else if (entry.path().filename() == "share.toml")
      EXPECT_NO_THROW(parse_config<std::variant<ShareSettings>>(text, entry.path().string(), {}));
    else
      EXPECT_NO_THROW(parse_evaluation_config(text, entry.path().string(), {}));
  }
  EXPECT_GE(files, 16u);
}

}  // namespace
}  // namespace scrim
