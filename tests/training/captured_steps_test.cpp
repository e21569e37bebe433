// Steps that are captured as CUDA graphs, and losses that are read late, give the bytes of steps that run one by one.
// On the processor both settings change nothing, and nothing is tested here.
#include "autograd/ops/binary.h"
#include "autograd/ops/loss.h"
#include "models/flow_anonymizer.h"
#include "tensor/compute_device.h"
#include "tensor/device_constant.h"
#include "tests/support/op_check.h"
#include "tests/training/small_tasks.h"
#include "training/loop/repeated_step.h"

namespace scrim::test {
namespace {

class CapturedSteps : public SmallTasks {
 protected:
  void SetUp() override {
    if (!compute_device().is_cuda()) GTEST_SKIP() << "computes on " << name_of(compute_device());
  }

  /// What a run leaves: its metrics and the tensors of its checkpoint.
  struct Outcome {
    std::string metrics;
    State tensors;
  };
  template <class Config>
  Outcome outcome(Config config, const char* name, std::int64_t read_every, bool captured) {
    config.training.read_loss_every_steps = read_every;
    config.training.cuda_graph = captured;
    config.folder = (folder / name).string();
    std::int64_t steps = 0;
    run(config, "x", false, [&](const TrainingProgress& p) { EXPECT_EQ(p.step, ++steps); });
    return {bytes(fs::path(config.folder) / "metrics.csv"),
            read_safetensors(fs::path(config.folder) / "checkpoint.safetensors").tensors};
  }
  static void expect_same(const Outcome& got, const Outcome& expected) {
    EXPECT_EQ(got.metrics, expected.metrics);
    ASSERT_EQ(got.tensors.size(), expected.tensors.size());
    for (const auto& [name, tensor] : expected.tensors)
      EXPECT_TRUE(same_bytes(got.tensors.at(name), tensor)) << name;
  }
  /// Several steps of a size and a smaller one in an epoch.
  template <class Config>
  void expect_same_when_captured(Config config, std::int64_t epochs = 1) {
    config.training = {.epochs = epochs, .batch_size = 5, .checkpoint_every_steps = 100, .images_logged = 0};
    expect_same(outcome(config, "captured", 10, true), outcome(config, "one_by_one", 1, false));
  }
};

TEST_F(CapturedSteps, OfTheVerifier) {
  auto config = verifier("v");
  config.contrast.negatives = "in_batch";
  expect_same_when_captured(config);
}
/// With a validation between its epochs.
TEST_F(CapturedSteps, OfTheClassifier) {
  expect_same_when_captured(classifier("c"), 2);
}
TEST_F(CapturedSteps, OfTheSegmenters) {
  expect_same_when_captured(segmenter("hybridgnet", "h"));
}
TEST_F(CapturedSteps, OfTheGame) {
  expect_same_when_captured(game("g"));
}
/// With dropout, and steps of two kinds that take turns.
TEST_F(CapturedSteps, OfTheSparseCoder) {
  SparseCoderConfig config{.data = {.images = at("images"), .image_size = 64},
                           .lists = lists(),
                           .model = small_coder(),
                           .signs = 0.5,
                           .patches_per_film = 2,
                           .optimizer = {.learning_rate = 2e-3}};
  config.model.dropout = 0.2;
  expect_same_when_captured(config, 2);
}

TEST_F(CapturedSteps, LossesThatAreReadLateAreTheSame) {
  auto config = classifier("c");
  config.training = {.epochs = 2, .batch_size = 5, .checkpoint_every_steps = 4, .images_logged = 0};
  expect_same(outcome(config, "late", 3, false), outcome(config, "one_by_one", 1, false));
}

/// A fault in a captured step is found when its loss is read, and its op is named where the batch meets it again.
TEST_F(CapturedSteps, NonFiniteStepsAreNamedLate) {
  auto config = classifier("run");
  config.training = {.epochs = 2, .batch_size = 5, .cuda_graph = true};
  config.optimizer.learning_rate = 1e18;  // soon beyond what f32 holds
  const std::string message = error_of([&] { run(config, "x", false, quiet); });
  expect_contains(message, "stopped at step");
  expect_contains(message, "in the update of the classifier: [");
}

TEST_F(CapturedSteps, RefuseWhatCannotBeRepeated) {
  RepeatedStep<Tensor> repeated;
  const Tensor batch = Tensor::full({4}, 2, DType::f32, compute_device());
  const auto steps = [&](const std::function<void(const Tensor&)>& work) {
    for (int i = 0; i < 3; ++i)
      repeated(true, batch, "", [&](const Tensor& x) {
        work(x);
        return std::vector<StepValue>{{x.clone()}};
      });
  };
  expect_contains(error_of([&] { steps([](const Tensor& x) { x.to(Device::cpu); }); }),
                  "a step that copies to the processor cannot be captured");
  expect_contains(error_of([&] { steps([](const Tensor&) { to_compute_device(Tensor::zeros({1})); }); }),
                  "a step that copies from the processor cannot be captured");
  EXPECT_EQ(to_host(batch).data<float>()[3], 2);  // the device goes on
}

/// Constants that a cache forgets stay as long as a graph reads them.
TEST_F(CapturedSteps, KeepTheirConstants) {
  const auto constant = [](int key) {
    return device_constant(compute_device(), "test " + std::to_string(key),
                           [&] { return Tensor::full({4}, key); });
  };
  RepeatedStep<Tensor> repeated;
  const Tensor batch = Tensor::full({4}, 2, DType::f32, compute_device());
  const auto step = [&] {
    const auto values = repeated(true, batch, "", [&](const Tensor& x) {
      return std::vector<StepValue>{{(Variable(x) + Variable(constant(5))).value()}};
    });
    return to_host(values[0].numbers).data<float>()[0];
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(step(), 7);
  for (int key = 10; key < 1100; ++key) constant(key);
  EXPECT_EQ(step(), 7);
}

/// Weights and checkpoints say what they were computed in, and a run does not change it on the way.
TEST_F(CapturedSteps, MayBeOfSixteenBits) {
  auto config = classifier("run");
  set_compute_settings({ProductMath::bf16, true});
  config.training.cuda_graph = true;
  const TrainingResult result = run(config, "x", false, quiet);
  EXPECT_EQ(read_safetensors(result.weights).metadata.at("math"), "bf16");
  set_compute_settings({});
  EXPECT_EQ(run(config, "x", true, quiet).weights, result.weights);  // it is complete: nothing is computed
  fs::remove(folder / "run/weights.safetensors");
  expect_contains(error_of([&] { run(config, "x", true, quiet); }),
                  "was computed in bf16 and would continue in f32");
}

/// What was derived from weights that a replay has changed is made again: a network's packed weights.
TEST_F(CapturedSteps, EvaluationSeesTheNewWeights) {
  FlowAnonymizer model({4, {0.05, WarpOperator::corrected}}, Initializer(7)),
      fresh({4, {0.05, WarpOperator::corrected}}, Initializer(8));
  Learner learner("generator", model, {.learning_rate = 1e-2});
  learner.set_reads_later(true);
  fresh.to(compute_device());
  RepeatedStep<Tensor> repeated;
  const Tensor film = to_compute_device(random_tensor({1, 32, 32, 1}, 1, 0, 1));
  const auto shown = [&](FlowAnonymizer& network) {
    const NoGradient no_gradient;
    network.set_training(false);
    return to_host(network(film).value());
  };
  for (int step = 0; step < 6; ++step) {
    repeated(true, film, "", [&](const Tensor& x) {
      model.set_training(true);
      return std::vector{learner.step([&] { return mse(model(x), Variable(x.full_like(x.shape(), 0))); })};
    });
    const Tensor now = shown(model);
    fresh.load_state(model.state());
    EXPECT_TRUE(same_bytes(now, shown(fresh))) << step;
  }
}

}  // namespace
}  // namespace scrim::test
