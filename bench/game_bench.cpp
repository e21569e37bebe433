// The adversarial step against the sum of its parts, measured in one run: what order, loading, records and
// checks add.
//
//   build/release/bench/game_bench
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "autograd/ops/binary.h"
#include "autograd/ops/loss.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/resize.h"
#include "data/phantom/phantom_cohort.h"
#include "tensor/parallel.h"
#include "training/tasks/train_anonymizer.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t side = 128, batch = 8, classifier_side = 96, rounds = 12;

double median(std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

double seconds_of(const std::function<void()>& work) {
  std::vector<double> seconds;
  for (std::int64_t i = 0; i < rounds; ++i) {
    const auto start = Clock::now();
    work();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  return median(std::move(seconds));
}

Tensor films(std::int64_t count, std::int64_t size) {
  Tensor x = Tensor::empty({count, size, size, 1});
  const Random random(5);
  for (std::size_t i = 0; i < std::size_t(x.numel()); ++i)
    x.mutable_data<float>()[i] = float(random.uniform_at(i));
  return x;
}

struct Settings {
  GeneratorSettings generator{method_settings<FlowField>({.init_features = 16, .mu = 0.05})};
  VerifierSettings verifier{.width = 16, .layers = {1, 1, 1, 1}};
  ClassifierSettings classifier{.growth = 16, .blocks = {3, 3, 3, 3}, .init_features = 32};
};

/// Generator, verifier and classifier each by itself on tensors that are there already.
double seconds_of_parts(const Settings& s) {
  const auto method = make_generator(s.generator, Initializer(1));
  const LearnedMethod& generator = *method;
  const auto networks = std::pair(build(s.verifier, Initializer(2)), build(s.classifier, Initializer(3)));
  SiameseVerifier& verifier = *networks.first;
  DenseNet& classifier = *networks.second;
  const OptimizerSettings adam;
  Learner generator_learner("g", method->generator(), adam), verifier_learner("v", verifier, adam),
      classifier_learner("c", classifier, adam);
  const Tensor a = films(batch, side), b = films(batch, side), same = Tensor::zeros({batch}),
               findings = Tensor::zeros({batch, 14});
  const auto small = [](const Variable& x) {
    return resize(x, classifier_side, classifier_side, {kernels::ResizeMode::antialiased});
  };
  const double game = seconds_of([&] {
    const Frozen first(verifier), second(classifier);
    verifier.set_training(false);
    classifier.set_training(false);
    generator_learner.update([&] {
      const Variable fake = generator(a, {});
      return bce_with_logits(classifier.logits(small(fake)), findings) + verification_nll(verifier(fake, b));
    });
  });
  const double identity = seconds_of([&] {
    verifier.set_training(true);
    verifier_learner.update([&] { return bce_with_logits(reshape(verifier(a, b), {batch}), same); });
  });
  const double utility = seconds_of([&] {
    classifier.set_training(true);
    classifier_learner.update([&] { return bce_with_logits(classifier.logits(small(a)), findings); });
  });
  fmt::print("generator's turn {:.3f} s, verifier's {:.3f} s, classifier's {:.3f} s\n", game, identity,
             utility);
  return game + identity + utility;
}

/// The task as it runs: reading, order, losses, metrics and events included, checkpoints and validation not.
double seconds_of_step(const Settings& s, const fs::path& folder) {
  phantom::write_cohort(folder / "cohort", {.films = 160, .film = {.size = side}}, [](std::int64_t) {});
  const auto save = [&](const char* name, Module& module, Facts facts, std::int64_t size) {
    facts["image_size"] = std::to_string(size);
    write_safetensors(folder / name, {module.state(), facts});
    return (folder / name).string();
  };
  const auto networks = std::pair(build(s.verifier, Initializer(2)), build(s.classifier, Initializer(3)));
  SiameseVerifier& verifier = *networks.first;
  DenseNet& classifier = *networks.second;
  const GameConfig config{
      .data = {.images = (folder / "cohort/images").string(), .image_size = side},
      .lists = {(folder / "cohort/pairs/train.txt").string(), ""},
      .labels = (folder / "cohort/labels.csv").string(),
      .generator = s.generator,
      .verifier_weights = save("v.safetensors", verifier, facts_of(s.verifier), side),
      .classifier_weights = save("c.safetensors", classifier, facts_of(s.classifier), classifier_side),
      .training = {.epochs = 1, .batch_size = batch, .checkpoint_every_steps = 1000},
      .folder = (folder / "run").string()};
  std::vector<double> seconds;
  auto last = Clock::now();
  struct Enough {};
  try {
    run(config, "bench", false, [&](const TrainingProgress& p) {
      const auto now = Clock::now();
      if (p.step > 1) seconds.push_back(std::chrono::duration<double>(now - last).count());
      last = now;
      if (p.step > rounds) throw Enough();
    });
  } catch (const Enough&) {
  }
  return median(std::move(seconds));
}

}  // namespace
}  // namespace scrim

int main() {
  using namespace scrim;
  const fs::path folder = fs::temp_directory_path() / fmt::format("scrim-game-bench-{}", ::getpid());
  fs::create_directories(folder);
  const double parts = seconds_of_parts({}), step = seconds_of_step({}, folder);
  fs::remove_all(folder);
  fmt::print("adversarial step {:.3f} s, its parts together {:.3f} s: {:.2f} of them, {} threads\n", step,
             parts, step / parts, thread_count());
}
