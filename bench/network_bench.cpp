// Every network's workload against the FMA limit measured in this run, one thread, as the page
// docs/performance.md:
//
//   build/release/bench/network_bench > docs/performance.md     (the closing remarks there are by hand)
//   build/release/bench/network_bench densenet            only those whose name contains the word
//
// Convolutions count as for the direct algorithm on the published network, so that Winograd and harmless
// reorderings may pass 1; everything else is overhead.
#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <iterator>

#include "autograd/ops/permute.h"
#include "bench/fma_limit.h"
#include "kernels/vector/vector_kernels.h"
#include "models/networks/network_list.h"
#include "tensor/parallel.h"
#include "training/loop/optimizer.h"

namespace scrim {
namespace {

enum class Kind { inference, training };

struct Workload {
  std::string name, model;
  Kind kind;
  Facts settings;
  std::map<std::string, Shape> inputs;  ///< uniform in [0,1), images [N,H,W,C]
  double target;                        ///< of the limit
  std::string pytorch;                  ///< PyTorch 1.13 on the machine that the targets were set on
  double uncounted = 0;  ///< operations of the published network that a reordering saves, forward
};

/// 1x1 convolutions that the classifier's transitions do after the mean instead of before: three quarters of
/// each.
double transition_savings(double batch) {
  double saved = 0;
  const double channels[] = {256, 512, 1024}, sides[] = {56, 28, 14};
  for (int i = 0; i < 3; ++i) saved += 0.75 * 2 * batch * sides[i] * sides[i] * channels[i] * channels[i] / 2;
  return saved;
}

/// Of 64x64 patches: the external blocks' 5x5 at strides of 4 and 2 instead of 1, and the 1x1 before the
/// enlarging.
double sparse_coder_savings(double patches) {
  const double down = 64 * 64 * 25.0 * 15 / 16 + 32 * 32 * 32 * 32 * 25.0 * 3 / 4;
  const double up = 32 * 32 * 64 * 32 * 0.75 * 2 + 64 * 64 * 32 * 0.75 + 64 * 64 * 64 * 15.0 / 16;
  return 2 * patches * (down + up);
}

Shape films(std::int64_t count, std::int64_t side) {
  return {count, side, side, 1};
}

using Inputs = std::map<std::string, Shape>;

std::vector<Workload> verifier_and_classifier() {
  using enum Kind;
  const Inputs pair{{"a", films(4, 256)}, {"b", films(4, 256)}, {"same", {4}}};
  const Inputs findings{{"x", films(8, 224)}, {"labels", {8, 14}}};
  const char *verifier = "Siamese ResNet-50, pairs of 256 pixels, batch 4",
             *classifier = "DenseNet-121, 224 pixels, batch 8";
  const double saved = transition_savings(8);
  const Facts linear{{"linear_memory", "true"}};
  return {
      {verifier, "siamese_verifier", inference, {}, pair, 1.0, "0.65"},
      {verifier, "siamese_verifier", training, {}, pair, 0.75, "0.57"},
      {classifier, "densenet_classifier", inference, {}, findings, 0.85, "0.61", saved},
      {classifier, "densenet_classifier", training, {}, findings, 0.65, "0.52", saved},
      {"DenseNet-121, linear memory", "densenet_classifier", training, linear, findings, 0.65 / 1.2, "-",
       saved},
  };
}

std::vector<Workload> coder() {
  const char* name = "sparse ternary coder, 64 patches of 64 pixels";
  const Inputs patches{{"x", films(64, 64)}};
  const double saved = sparse_coder_savings(64);
  return {
      {name, "sparse_ternary", Kind::inference, {{"quantized", "false"}}, patches, 0.8, "0.35", saved},
      {name, "sparse_ternary", Kind::training, {}, patches, 0.75, "0.35", saved},
  };
}

std::vector<Workload> workloads() {
  const Inputs film{{"x", films(1, 1024)}};
  std::vector<Workload> all{
      {"anonymizer's U-Net, 1024 pixels, batch 1", "flow_unet", Kind::inference, {}, film, 1.3, "0.46"}};
  std::ranges::copy(verifier_and_classifier(), std::back_inserter(all));
  all.push_back(
      {"HybridGNet's U-Net, 1024 pixels, batch 1", "hybrid_unet", Kind::inference, {}, film, 0.55, "0.18"});
  all.push_back({"HybridGNet, 1024 pixels, batch 1", "hybridgnet", Kind::inference, {}, film, 0.5, "0.15"});
  std::ranges::copy(coder(), std::back_inserter(all));
  return all;
}

Tensor uniform(const Shape& shape, std::string_view name) {
  Tensor tensor = Tensor::empty(shape);
  const Random random = Random(7).split(name);
  const auto values = tensor.mutable_data<float>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(random.uniform_at(i));
  return tensor;
}

NamedVariables inputs_of(const Workload& w) {
  NamedVariables in;
  for (const auto& [name, shape] : w.inputs) in[name] = Variable(uniform(shape, name));
  return in;
}

/// Operations of the convolutions behind a variable: forward, and for each gradient that is wanted as many
/// again.
double operations(const Variable& result, Kind kind) {
  double total = 0;
  for (const auto& node : graph_of(result)) {
    double passes = 1;
    if (kind == Kind::training)
      for (std::size_t i = 0; i < 2 && i < node->inputs.size(); ++i) passes += node->inputs[i] != nullptr;
    total += passes * node->operations();
  }
  return total;
}

struct Measured {
  double seconds, operations;
  std::size_t peak;
};

Measured measure(const Workload& w) {
  Network network = make_network(w.model, w.settings, Initializer(1));
  const NamedVariables in = inputs_of(w);
  const bool training = w.kind == Kind::training;
  network.module->set_training(training);
  Measured m{};
  m.operations = operations(network.run(in).at("y"), w.kind) + w.uncounted * (training ? 3 : 1);
  memory::release_unused();
  memory::reset_peak();
  if (!training) {
    const NoGradient no_gradient;
    network.run(in);  // packs the weights
    m.seconds = bench::fastest(5, [&] { network.run(in); });
  } else {
    Adam adam(network.module->parameters(), 1e-4);
    m.seconds = bench::fastest(3, [&] {
      network.module->zero_gradients();
      backward(network.loss(network.run(in), in));
      adam.step();
    });
  }
  m.peak = memory::peak_bytes();
  return m;
}

/// Peak memory of tensors in one training step of the classifier at batch 16.
double classifier_memory(bool linear) {
  const Shape films{16, 224, 224, 1};
  const Workload w{"",
                   "densenet_classifier",
                   Kind::training,
                   {{"linear_memory", fact_text(linear)}},
                   {{"x", films}, {"labels", {16, 14}}},
                   0,
                   ""};
  Network network = make_network(w.model, w.settings, Initializer(1));
  const NamedVariables in = inputs_of(w);
  Sgd sgd(network.module->parameters(), 1e-2, {.momentum = 0.9});
  memory::release_unused();
  memory::reset_peak();
  backward(network.loss(network.run(in), in));
  sgd.step();
  return double(memory::peak_bytes()) * 1e-9;
}

}  // namespace
}  // namespace scrim

int main(int argc, char** argv) {
  using namespace scrim;
  const std::string filter = argc > 1 ? argv[1] : "";
  set_thread_count(1);
  const double limit = bench::measure_fma_limit();
  fmt::print(
      "# Performance of the networks\n\nMade by `build/release/bench/network_bench > docs/performance.md`: "
      "one thread, f32, level {}, "
      "whose multiply-add limit was {:.0f} GFLOP/s\nin the same run. Convolutions count as for the direct "
      "algorithm on the published "
      "network; everything else is overhead. In brackets the figure of\nPyTorch 1.13 on the machine that the "
      "targets were set on.\n\n"
      "| workload | | seconds | of the limit | target | memory of tensors |\n|---|---|---|---|---|---|\n",
      vector::kernels().level, limit * 1e-9);
  for (const Workload& w : workloads()) {
    if (w.model.find(filter) == std::string::npos) continue;
    const Measured m = measure(w);
    fmt::print("| {} | {} | {:.3f} | {:.2f} | {:.2f} ({}) | {:.2f} GB |\n", w.name,
               w.kind == Kind::training ? "training step" : "inference", m.seconds,
               m.operations / m.seconds / limit, w.target, w.pytorch, double(m.peak) * 1e-9);
    std::fflush(stdout);
  }
  if (std::string("densenet_classifier").find(filter) == std::string::npos) return 0;
  fmt::print(
      "\nPeak memory of tensors in a training step of DenseNet-121 at batch 16, 224 pixels: {:.2f} GB "
      "(target 1.6), in\n"
      "linear-memory mode {:.2f} GB (target 0.8).\n",
      classifier_memory(false), classifier_memory(true));
}
