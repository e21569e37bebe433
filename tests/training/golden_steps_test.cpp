// Whole training steps against vectors made with another framework: losses and every weight after each step.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "autograd/ops/binary.h"
#include "autograd/ops/loss.h"
#include "autograd/ops/permute.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/resize.h"
#include "autograd/ops/unary.h"
#include "kernels/dispatch.h"
#include "models/densenet.h"
#include "models/flow_anonymizer.h"
#include "models/siamese_verifier.h"
#include "models/sparse_ternary.h"
#include "tensor/compute_device.h"
#include "tests/support/golden.h"
#include "tests/support/op_check.h"
#include "tests/support/test_data.h"
#include "training/loop/optimizer.h"

namespace scrim::test {
namespace {

using Numbers = std::vector<std::int64_t>;

/// Weights after a step (golden/README.md): Adam turns a tiny gradient into a step of full size, so single
/// elements may be off by whole steps while the tensor as a whole is not. Returns how many tensors are
/// further off as a whole than f32 PyTorch explains; none with the reference kernels. In the fast kernels a
/// relu that stands at its kink may flip with the last digit, which shows in one tensor.
int expect_weights(const Golden& golden, const Module& net, const std::string& prefix, int step,
                   double rate) {
  const State state = net.state();
  int off = 0;
  for (const auto& name : golden.names_with_prefix(prefix)) {
    if (name.ends_with("num_batches_tracked")) continue;  // the files have the last count everywhere
    const Tensor got = to_host(state.at(name.substr(prefix.size())));
    const double allowed =
        2.1 * rate * (step + 1) + 10 * golden.error_max(name) + 3e-6 * golden.largest(name);
    EXPECT_LE(largest_difference(got, golden[name]), allowed) << name;
    double squares = 0;
    for (std::size_t i = 0; i < std::size_t(got.numel()); ++i)
      squares += std::pow(got.data<float>()[i] - golden[name].data<float>()[i], 2);
    const double root = std::sqrt(squares / double(got.numel()));
    const double explained = 20 * golden.error_rms(name) + 0.05 * rate;
    EXPECT_LE(root, (reference_kernels_in_use() && !compute_device().is_cuda() ? 1 : 2) * explained) << name;
    off += root > explained;
  }
  return off;
}

/// Runs a file's steps on the reference kernels and on the fast ones, in every set of vectors; `steps` returns the sum of
/// expect_weights.
void on_both_kernels(const std::string& name, const std::function<int(const Golden&)>& steps) {
  const bool before = reference_kernels_in_use();
  for (const VectorFile& file : vector_files("steps", name))
    for (const bool reference : {true, false}) {
      SCOPED_TRACE(file.set + (reference ? " reference" : " cpu"));
      use_reference_kernels(reference);
      EXPECT_LE(steps(Golden(file.path)), reference && !compute_device().is_cuda() ? 0 : 1);
    }
  use_reference_kernels(before);
}

/// From the second step on, weights differ by what Adam makes of gradients about zero.
void expect_loss(const Golden& golden, const Variable& loss, const std::string& name, int step) {
  const double stored = golden[name].item();
  EXPECT_NEAR(loss.value().item(), stored, (step == 0 ? 1e-5 : 2e-3) * std::abs(stored)) << name;
}

std::string at(const char* what, int step) {
  return what + std::to_string(step) + ".";
}

int pretraining(const Golden& golden) {
  const auto config = golden.metadata("config");
  const double rate = config["lr"];
  FlowAnonymizer model({config["init_features"], {config["mu"], WarpOperator::published}},
                       Initializer::none());
  model.load_state(golden.with_prefix("before."));
  model.to(compute_device());
  Adam adam(model.parameters(), rate);
  const Variable x(nhwc_from_nchw(golden["in.x1"]));
  int off = 0;
  for (int step = 0; step < 2; ++step) {
    model.zero_gradients();
    const Variable y = model(x), loss = mse(y, x);
    if (step == 0) golden.expect_close(nchw_from_nhwc(y.value()), at("step", step) + "y", 1e-7, "");
    expect_loss(golden, loss, at("step", step) + "loss", step);
    backward(loss);
    adam.step();
    off += expect_weights(golden, model, at("after", step), step, rate);
  }
  return off;
}

TEST(GoldenSteps, Pretraining) {
  on_both_kernels("pretrain", pretraining);
}

/// The game of three networks, as the file describes it.
struct Game {
  explicit Game(const Golden& golden);
  Variable resized(const Variable& x) const { return resize(x, size, size, {}); }
  /// The losses of a step: the generator's three, the verifier's, the classifier's.
  void step(const Golden& golden, int step);

  nlohmann::json config;
  double rate;
  std::int64_t size;  ///< of the films that the classifier sees
  FlowAnonymizer generator;
  SiameseVerifier verifier;
  DenseNet classifier;
  Adam generator_adam, verifier_adam;
  Sgd classifier_sgd;
  Variable x1, x2, labels, same;
};

SiameseVerifier verifier_of(const nlohmann::json& v) {
  return SiameseVerifier({v["width"], v["layers"].get<Numbers>(), v["embed"]}, Initializer::none());
}
DenseNet classifier_of(const nlohmann::json& c) {
  return DenseNet(
      {c["growth"], c["blocks"].get<Numbers>(), c["init_features"], c["bn_size"], c["num_labels"]},
      Initializer::none());
}

/// The network with its weights from before the first step.
template <class Network>
std::vector<NamedParameter> loaded(Network& network, State state) {
  network.load_state(std::move(state));
  network.to(compute_device());
  return network.parameters();
}

/// The file names the U-Net of the generator as "generator", as FlowAnonymizer does.
State generator_state(const Golden& golden) {
  State unet;
  for (auto& [name, tensor] : golden.with_prefix("before."))
    if (name.starts_with("generator.")) unet[name] = tensor;
  return unet;
}

Game::Game(const Golden& golden)
    : config(golden.metadata("config")),
      rate(config["lr"]),
      size(config["ac_size"]),
      generator({config["generator"]["init_features"], {config["mu"], WarpOperator::published}},
                Initializer::none()),
      verifier(verifier_of(config["verifier"])),
      classifier(classifier_of(config["classifier"])),
      generator_adam(loaded(generator, generator_state(golden)), rate),
      verifier_adam(loaded(verifier, golden.with_prefix("before.verifier.")), rate),
      classifier_sgd(loaded(classifier, golden.with_prefix("before.classifier.")), rate,
                     {.momentum = 0.9, .l2 = 1e-4}),
      x1(nhwc_from_nchw(golden["in.x1"])),
      x2(nhwc_from_nchw(golden["in.x2"])),
      labels(to_compute_device(golden["in.labels"])),
      same(to_compute_device(golden["in.same"])) {}

void Game::step(const Golden& golden, int step) {
  generator.zero_gradients();
  verifier.set_training(false);
  classifier.set_training(false);
  const Variable fake = generator(x1);
  if (step == 0) golden.expect_close(nchw_from_nhwc(fake.value()), at("step", step) + "fake", 1e-7, "");
  const Variable ac = bce_with_logits(classifier.logits(resized(fake)), labels);
  const Variable nll = verification_nll(verifier(fake, x2)), total = ac + nll;
  expect_loss(golden, ac, at("step", step) + "ac", step);
  expect_loss(golden, nll, at("step", step) + "nll", step);
  expect_loss(golden, total, at("step", step) + "total", step);
  backward(total);
  generator_adam.step();

  const Variable shown(fake.value());
  verifier.set_training(true);
  verifier.zero_gradients();
  const Variable logits = verifier(shown, x2);
  const Variable loss_verifier = bce_with_logits(reshape(logits, {logits.shape()[0]}), same);
  expect_loss(golden, loss_verifier, at("step", step) + "loss_ver", step);
  backward(loss_verifier);
  verifier_adam.step();

  classifier.set_training(true);
  classifier.zero_gradients();
  const Variable loss_classifier = bce(sigmoid(classifier.logits(resized(shown))), labels);
  expect_loss(golden, loss_classifier, at("step", step) + "loss_ac", step);
  backward(loss_classifier);
  classifier_sgd.step();
}

int adversarial_game(const Golden& golden) {
  Game game(golden);
  int off = 0;
  for (int step = 0; step < 2; ++step) {
    SCOPED_TRACE(step);
    game.step(golden, step);
    const std::string after = at("after", step);
    off += expect_weights(golden, game.generator.generator, after + "generator.", step, game.rate);
    off += expect_weights(golden, game.verifier, after + "verifier.", step, game.rate);
    off += expect_weights(golden, game.classifier, after + "classifier.", step, game.rate);
  }
  return off;
}

TEST(GoldenSteps, AdversarialGame) {
  on_both_kernels("adversarial", adversarial_game);
}

int sparse_coder(const Golden& golden) {
  const auto config = golden.metadata("config");
  const double rate = config["lr"];
  SparseTernaryCoder coder({.sampling_ratio_list = config["sampling_ratio_list"].get<Numbers>(),
                            .channels_list = config["channels_list"].get<Numbers>(),
                            .proj_filter_size = config["proj_filter_size"],
                            .num_proj_channels = config["num_proj_channels"],
                            .num_code_maps = config["num_code_maps"],
                            .k = config["k"],
                            .dropout = 0},
                           Initializer::none());
  coder.load_state(golden.with_prefix("before.net."));
  coder.to(compute_device());
  Adam adam(coder.parameters(), rate, {.l2 = config["weight_decay"]});
  const Variable patches = patches_from_images(Variable(nhwc_from_nchw(golden["in.im"])), config["patch"]);
  int off = 0;
  for (int step = 0; step < 2; ++step) {
    SCOPED_TRACE(step);
    coder.zero_gradients();
    const Variable y = coder.decode(coder.encode(patches));
    if (step == 0) golden.expect_close(nchw_from_nhwc(y.value()), at("step", step) + "y", 1e-7, "");
    const Variable loss = mse(clamp(y, -2, 2), patches);
    expect_loss(golden, loss, at("step", step) + "loss", step);
    backward(loss);
    adam.step();
    off += expect_weights(golden, coder, at("after", step) + "net.", step, rate);
  }
  return off;
}

TEST(GoldenSteps, SparseCoder) {
  on_both_kernels("primis", sparse_coder);
}

}  // namespace
}  // namespace scrim::test
