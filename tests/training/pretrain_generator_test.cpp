#include "training/tasks/pretrain_generator.h"

#include <gtest/gtest.h>

#include <cmath>

#include "autograd/ops/loss.h"
#include "base/atomic_file.h"
#include "films/film_set.h"
#include "tests/support/golden.h"
#include "tests/support/op_check.h"
#include "tests/support/phantom_suite.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"
#include "tests/training/learning_curve.h"
#include "training/loop/event_file.h"
#include "training/loop/optimizer.h"
#include "training/loop/run_folder.h"

namespace scrim::test {
namespace {

namespace fs = std::filesystem;

PretrainConfig small_config(const fs::path& cohort, const fs::path& folder) {
  PretrainConfig config;
  config.data = {.images = (cohort / "images").string(), .image_size = 64};
  config.lists = {(cohort / "splits/train.txt").string(), (cohort / "splits/test.txt").string()};
  config.model = {method_settings<FlowField>({.init_features = 4, .mu = 0.05})};
  config.training = {.epochs = 2, .batch_size = 4, .checkpoint_every_steps = 2, .images_logged = 1};
  config.optimizer.learning_rate = 2e-3;
  config.schedule.name = "plateau";
  config.folder = folder.string();
  return config;
}

class Pretrain : public PhantomSuite<16> {};

std::string bytes(const fs::path& path) {
  return read_file(path, 1 << 28);
}

TEST_F(Pretrain, LearnsToLeaveFilmsAlone) {
  auto config = small_config(cohort(), folder / "run");
  config.training.epochs = 10;
  LearningCurve curve;
  run(config, "x", false, std::ref(curve));
  EXPECT_LT(curve.fell_to(), 0.6);
  for (const char* name : {"config.toml", "metrics.csv", "events.out.tfevents.1", "checkpoint.safetensors",
                           "best.safetensors", "weights.safetensors"})
    EXPECT_TRUE(fs::exists(folder / "run" / name)) << name;
  EXPECT_TRUE(
      bytes(folder / "run/metrics.csv").starts_with("step,epoch,train_loss,valid_loss,learning_rate\n1,1,"));
}

/// Thrown from the progress callback to end a run in the middle.
struct Stop {};

TEST_F(Pretrain, ResumedRunEndsWithTheSameBytes) {
  auto whole = small_config(cohort(), folder / "whole"), parts = small_config(cohort(), folder / "parts");
  // A learning rate that changes between epochs: a resumed run has to know where it stood.
  whole.schedule = parts.schedule = {"step", 1, 0.5, 10};
  run(whole, "x", false, [](const TrainingProgress&) {});
  for (std::int64_t stop : {1, 2, 3, 5, 1000}) {
    try {
      run(parts, "x", true, [&](const TrainingProgress& p) {
        if (p.step >= stop) throw Stop();
      });
    } catch (const Stop&) {
    }
  }
  for (const char* name :
       {"metrics.csv", "checkpoint.safetensors", "best.safetensors", "weights.safetensors"})
    EXPECT_EQ(bytes(folder / "whole" / name), bytes(folder / "parts" / name)) << name;
  EXPECT_EQ(fs::file_size(folder / "whole/events.out.tfevents.1"),
            fs::file_size(folder / "parts/events.out.tfevents.1"));
}

TEST_F(Pretrain, RefusesAFolderInUseAndAnotherConfiguration) {
  auto config = small_config(cohort(), folder / "run");
  config.training.epochs = 1;
  const std::string text = "[training]\nseed = 1\n", on_a_gpu = text + "cuda_graph = true # faster\n";
  run(config, text, false, [](const TrainingProgress&) {});
  EXPECT_THROW(run(config, text, false, [](const TrainingProgress&) {}), UsageError);
  EXPECT_THROW(run(config, text + "epochs = 2\n", true, [](const TrainingProgress&) {}), UsageError);
  EXPECT_NO_THROW(run(config, on_a_gpu, true, [](const TrainingProgress&) {}));
}

TEST_F(Pretrain, NonFiniteLossStopsAndNamesStepAndOp) {
  auto config = small_config(cohort(), folder / "run");
  config.training.epochs = 3;
  config.training.checkpoint_every_steps = 1;
  // Poison the weights of the checkpoint after step 2; the run that goes on from there meets a NaN in its
  // first step.
  try {
    run(config, "x", false, [](const TrainingProgress& p) {
      if (p.step == 3) throw Stop();
    });
  } catch (const Stop&) {
  }
  const auto path = folder / "run/checkpoint.safetensors";
  TensorFile file = read_safetensors(path);
  file.tensors.at("generator.model.decoder2.dec2conv1.weight").mutable_data<float>()[0] = std::nanf("");
  write_safetensors(path, file);
  const std::string before = bytes(path);
  try {
    run(config, "x", true, [](const TrainingProgress&) {});
    FAIL() << "no error";
  } catch (const NonFiniteError& e) {
    const std::string message = e.what();
    EXPECT_NE(message.find("step 3"), std::string::npos) << message;
    EXPECT_NE(message.find("[conv2d]"), std::string::npos) << message;
    EXPECT_NE(message.find("decoder2.dec2conv1"), std::string::npos) << message;
  }
  EXPECT_EQ(bytes(path), before);  // the checkpoint is as it was
}

TEST_F(Pretrain, ConfigurationIsChecked) {
  const auto refuses = [&](auto change, const std::string& key) {
    PretrainConfig config = small_config(cohort(), "unused");
    change(config);
    try {
      check(config);
      ADD_FAILURE() << key << ": no error";
    } catch (const UsageError& e) {
      EXPECT_NE(std::string(e.what()).find(key), std::string::npos) << e.what();
    }
  };
  refuses([](auto& c) { c.data.image_size = 100; }, "data.image_size");
  refuses([](auto& c) { c.model.template of<FlowField>().mu = -1; }, "model.mu");
  refuses([](auto& c) { c.model.template of<FlowField>().op = "correct"; }, "operator");
  refuses([](auto& c) { c.training.batch_size = 0; }, "training.batch_size");
  refuses([](auto& c) { c.optimizer.name = "lion"; }, "optimizer.name");
  refuses([](auto& c) { c.optimizer.learning_rate = std::nan(""); }, "optimizer.learning_rate");
  refuses([](auto& c) { c.schedule.factor = 1; }, "schedule.factor");
}

TEST(PretrainOnRealFilms, LossFalls) {
  const auto data = data_folder();
  REQUIRE_TEST_DATA(data);
  const TemporaryFolder folder;
  const auto list = read_file(data / "nih/splits/train.txt", 1 << 20);
  std::string some;
  for (std::size_t line = 0, at = 0; line < 16; ++line) {
    const std::size_t end = list.find('\n', at);
    some += list.substr(at, end - at + 1);
    at = end + 1;
  }
  write_file(folder / "list.txt", some);
  PretrainConfig config;
  config.data = {.images = (data / "nih/images").string(), .image_size = 128};
  config.lists.train = (folder / "list.txt").string();
  config.model = {method_settings<FlowField>({.init_features = 8, .mu = 0.05})};
  config.training = {.epochs = 4, .batch_size = 8, .checkpoint_every_steps = 100, .images_logged = 0};
  config.optimizer.learning_rate = 2e-3;
  config.folder = (folder / "run").string();
  LearningCurve curve;
  run(config, "x", false, std::ref(curve));
  EXPECT_LT(curve.fell_to(), 0.6);
}

TEST(EventFile, FramesRecordsAsTensorBoardExpects) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);  // RFC 3720's check value
  const TemporaryFolder folder;
  {
    EventFile events(folder / "e", 0);
    events.scalar("loss", 3, 0.5);
    events.image("film", 3, {1, 2, 8, {0, 255}});
  }
  const std::string file = bytes(folder / "e");
  const auto masked = [](std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; };
  const auto word = [&](std::size_t at) {
    std::uint32_t value;
    std::memcpy(&value, file.data() + at, 4);
    return value;
  };
  std::vector<std::string> records;
  for (std::size_t at = 0; at < file.size();) {
    ASSERT_GE(file.size() - at, 16u);
    std::uint64_t length;
    std::memcpy(&length, file.data() + at, 8);
    EXPECT_EQ(word(at + 8), masked(crc32c(file.substr(at, 8))));
    records.push_back(file.substr(at + 12, length));
    EXPECT_EQ(word(at + 12 + length), masked(crc32c(records.back())));
    at += 16 + length;
  }
  ASSERT_EQ(records.size(), 3u);
  EXPECT_NE(records[0].find("brain.Event:2"), std::string::npos);
  EXPECT_NE(records[1].find("loss"), std::string::npos);
  EXPECT_NE(records[2].find("\x89PNG"), std::string::npos);
}

}  // namespace
}  // namespace scrim::test
