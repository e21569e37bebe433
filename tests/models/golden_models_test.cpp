// Every network against vectors made with another framework: at a small width all outputs, the loss, every
// gradient and every changed buffer, in evaluation and in training, on reference and fast kernels; at full
// size the outputs.
#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "autograd/ops/permute.h"
#include "kernels/dispatch.h"
#include "models/densenet.h"
#include "models/networks/network_list.h"
#include "tensor/compute_device.h"
#include "tests/support/golden.h"
#include "tests/support/op_check.h"
#include "tests/support/test_data.h"

namespace scrim::test {
namespace {

struct Case {
  std::string file, model;
  Facts settings;
};

/// The networks of the other set's files; own files say theirs.
const std::vector<Case>& other_cases() {
  static const std::vector<Case> cases = {
      {"flow_unet", "flow_unet", {{"init_features", "4"}}},
      {"prichexy", "flow_anonymizer", {{"init_features", "4"}, {"mu", "0.05"}, {"operator", "published"}}},
      {"prichexy_seg_blend",
       "protected_anonymizer",
       {{"init_features", "4"}, {"mu", "0.05"}, {"operator", "published"}, {"protection", "blend"}}},
      {"prichexy_seg_field",
       "protected_anonymizer",
       {{"init_features", "4"}, {"mu", "0.05"}, {"operator", "published"}, {"protection", "field"}}},
      {"prichexy_noise", "noise_anonymizer", {{"init_features", "4"}, {"noise_degree", "0.2"}}},
      {"prichexy_noise_smooth",
       "noise_anonymizer",
       {{"init_features", "4"}, {"noise_degree", "0.2"}, {"smooth", "true"}}},
      {"privacy_net", "privacy_net", {{"init_features", "4"}}},
      {"verifier", "siamese_verifier", {{"width", "8"}, {"layers", "2,1,1,1"}, {"embed", "12"}}},
      {"classifier",
       "densenet_classifier",
       {{"growth", "6"}, {"blocks", "2,3,2,2"}, {"init_features", "10"}}},
      {"hybrid_unet", "hybrid_unet", {{"c", "1"}}},
      {"hybridgnet",
       "hybridgnet",
       {{"image_size", "64"},
        {"c", "1"},
        {"latents", "8"},
        {"f", "8"},
        {"K", "3"},
        {"contour", "published"},
        {"landmarks", "12,10,7"}}},
      {"primis",
       "sparse_ternary",
       {{"beta_momentum", "1"},
        {"channels_list", "1,6,10"},
        {"num_proj_channels", "12"},
        {"num_code_maps", "2"},
        {"k", "3"},
        {"dropout", "0.25"}}},
  };
  return cases;
}

Case case_of(const VectorFile& file, const Golden& golden) {
  if (golden.has_metadata("network"))
    return {file.name, golden.text("network"), golden.metadata("settings").get<Facts>()};
  for (const Case& test : other_cases())
    if (test.file == file.name) return test;
  return {};
}

/// What files.py's generated_weight() makes for this network.
State generated_state(const Module& network, double gain, std::uint64_t seed) {
  State state = network.state();
  for (auto& [name, tensor] : state) {
    const bool tied = name == "decoder.conv_deindexer.weight";
    tensor = generated_weight(tied ? "encoder.conv_indexer.proj.weight" : name, tensor.shape(), gain, seed);
  }
  return state;
}

Tensor for_network(const Tensor& stored) {
  return nhwc_from_nchw(stored);
}
Tensor for_file(const Tensor& tensor) {
  return nchw_from_nhwc(tensor);
}

/// The largest gradient of the file and mode: what its tolerance is relative to (golden/README.md).
double gradient_floor(const Golden& golden, const std::string& mode) {
  double largest = 0;
  for (const char* kind : {".grad.", ".grad_in."})
    for (const auto& name : golden.names_with_prefix(mode + kind))
      largest = std::max(largest, golden.largest(name));
  return 1e-5 * largest;
}

/// Indices are the stored ones, but where the value is 0: channels that dropout has cleared are all equal.
void expect_same_indices(const Golden& golden, const Tensor& got, const std::string& name) {
  const Tensor& stored = golden[name];
  ASSERT_EQ(got.shape().str(), stored.shape().str()) << name;
  const std::string values = name.substr(0, name.rfind(".ind")) + ".val";
  for (std::size_t i = 0; i < std::size_t(got.numel()); ++i) {
    const bool same = got.data<std::int64_t>()[i] == stored.data<std::int64_t>()[i];
    ASSERT_TRUE(same || golden[values].data<float>()[i] == 0) << name << " at " << i;
  }
}

void expect_same(const Golden& golden, const Tensor& got, const std::string& name) {
  if (name.ends_with(".ind")) return expect_same_indices(golden, got, name);
  if (got.dtype() != DType::i64) return golden.expect_close(got, name, 1e-7, "");
  EXPECT_TRUE(same_bytes(got, golden[name])) << name;
}

void check_mode(const Golden& golden, const Case& test, const std::string& mode) {
  SCOPED_TRACE(mode);
  Network network = make_network(test.model, test.settings, Initializer::none());
  State state = golden.with_prefix("state.");
  if (state.empty())
    state = generated_state(*network.module, golden.metadata("gain"), golden.metadata("weights_seed"));
  network.load(std::move(state));
  network.module->to(compute_device());
  network.module->set_training(mode == "train");
  NamedVariables in;
  for (const auto& name : golden.names_with_prefix("in.")) {
    const std::string key = name.substr(3);
    in[key] = golden.has(mode + ".grad_in." + key) ? Variable::parameter(for_network(golden[name]))
                                                   : Variable(for_network(golden[name]));
  }
  const NamedVariables out = network.run(in);
  const Variable loss = network.loss(out, in);
  for (const auto& name : golden.names_with_prefix(mode + ".out.")) {
    const std::string key = name.substr((mode + ".out.").size());
    if (key == "loss") {
      golden.expect_close(loss.value(), name, 1e-7, "");
      continue;
    }
    ASSERT_TRUE(out.contains(key)) << key;
    expect_same(golden, for_file(out.at(key).value()), name);
  }
  backward(loss);
  const double floor = gradient_floor(golden, mode);
  for (const auto& [name, parameter] : network.module->parameters()) {
    const std::string stored = mode + ".grad." + name;
    if (!golden.has(stored)) continue;  // took no part there
    ASSERT_TRUE(parameter->gradient().defined()) << name;
    golden.expect_close(parameter->gradient(), stored, floor, "");
  }
  for (const auto& name : golden.names_with_prefix(mode + ".grad_in."))
    golden.expect_close(for_file(in.at(name.substr((mode + ".grad_in.").size())).gradient()), name, floor,
                        "");
  const State after = network.module->state();
  for (const auto& name : golden.names_with_prefix(mode + ".state_after."))
    expect_same(golden, to_host(after.at(name.substr((mode + ".state_after.").size()))), name);

  if (mode != "eval") return;
  // Norms folded, activations fused: no further than the tolerance either.
  const NoGradient no_gradient;
  for (const auto& [key, fused] : network.run(in)) {
    const std::string name = mode + ".out." + key;
    if (golden.has(name)) expect_same(golden, for_file(fused.value()), name);
  }
}

class GoldenModels : public testing::TestWithParam<VectorFile> {};

TEST_P(GoldenModels, AgreeAtSmallWidth) {
  const Golden golden(GetParam().path);
  const Case test = case_of(GetParam(), golden);
  ASSERT_FALSE(test.model.empty()) << "no network is known for this file";
  const bool before = reference_kernels_in_use();
  for (bool reference : {true, false}) {
    SCOPED_TRACE(reference ? "reference" : "cpu");
    use_reference_kernels(reference);
    for (const char* mode : {"eval", "train"}) check_mode(golden, test, mode);
  }
  use_reference_kernels(before);
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenModels, testing::ValuesIn(vector_files("models")), test_name);

/// Making norms' inputs again in backward is the same computation: not one bit of a gradient differs.
TEST(DenseNet, LinearMemoryChangesNoGradient) {
  std::map<std::string, Tensor> gradients[2];
  std::size_t peaks[2];
  for (const bool linear : {false, true}) {
    const Facts settings{
        {"growth", "6"}, {"blocks", "2,9"}, {"init_features", "10"}, {"linear_memory", fact_text(linear)}};
    Network network = make_network("densenet_classifier", settings, Initializer(1));
    const NamedVariables in{{"x", Variable(random_tensor({2, 64, 64, 1}, 2, 0, 1))},
                            {"labels", Variable(random_tensor({2, 14}, 3, 0, 1))}};
    memory::reset_peak();
    const std::size_t before = memory::bytes_in_use();
    backward(network.loss(network.run(in), in));
    peaks[linear] = memory::peak_bytes() - before;
    for (const auto& [name, parameter] : network.module->parameters())
      gradients[linear][name] = parameter->gradient();
  }
  for (const auto& [name, gradient] : gradients[0])
    EXPECT_TRUE(same_bytes(gradient, gradients[1].at(name))) << name;
  EXPECT_LT(double(peaks[1]), 0.8 * double(peaks[0]));
}

TEST(DenseNet, ActivationMapsHaveTheLogitsAsMeans) {
  DenseNet network({.growth = 6, .blocks = {2, 3, 2, 2}, .init_features = 10}, Initializer(1));
  network.set_training(false);
  const NoGradient no_gradient;
  const Variable x(random_tensor({1, 96, 64, 1}, 2, 0, 1));
  const Tensor logits = network.logits(x).value(), maps = network.activation_maps(x).value();
  ASSERT_EQ(maps.shape(), (Shape{1, 3, 2, 14}));
  for (std::size_t label = 0; label < 14; ++label) {
    double mean = 0;
    for (std::size_t place = 0; place < 6; ++place)
      mean += double(maps.data<float>()[place * 14 + label]) / 6;
    EXPECT_NEAR(mean, logits.data<float>()[label], 1e-5) << label;
  }
}

/// The values at the flat indices that the file chose, in published layout.
Tensor sampled(const Tensor& tensor, const Tensor& index) {
  Tensor samples = Tensor::empty(index.shape());
  for (std::size_t i = 0; i < std::size_t(index.numel()); ++i)
    samples.mutable_data<float>()[i] = tensor.data<float>()[std::size_t(index.data<std::int64_t>()[i])];
  return samples;
}

void expect_sums(const Golden& golden, const Tensor& tensor, const std::string& name) {
  double sum = 0, squares = 0;
  for (const float value : tensor.data<float>()) sum += value, squares += double(value) * value;
  const double root = std::sqrt(golden["sumsq." + name].item() * double(tensor.numel()));
  EXPECT_NEAR(sum, golden["sum." + name].item(), 1e-5 * root) << name;
  EXPECT_NEAR(squares, golden["sumsq." + name].item(), 1e-4 * golden["sumsq." + name].item()) << name;
}

/// The full-size network of a file with its generated weights, in evaluation.
Network full_size(const Golden& golden, const std::string& model, const Facts& settings) {
  Network network = make_network(model, settings, Initializer::none());
  State state = generated_state(*network.module, golden.metadata("gain"), golden.metadata("seed"));
  for (const auto& name : golden.names_with_prefix("weight_head.")) {
    const Tensor& weight = state.at(name.substr(std::string("weight_head.").size()));
    for (std::size_t i = 0; i < std::size_t(golden[name].numel()); ++i)
      EXPECT_EQ(weight.data<float>()[i], golden[name].data<float>()[i]) << name;
  }
  network.load(std::move(state));
  network.module->to(compute_device());
  network.module->set_training(false);
  return network;
}

NamedVariables generated_inputs(const Golden& golden) {
  NamedVariables in;
  const auto seed = golden.metadata("seed").get<std::uint64_t>();
  const nlohmann::json inputs = golden.metadata("inputs");
  for (const auto& [name, sizes] : inputs.items()) {
    Shape shape;
    for (std::int64_t size : sizes) shape.append(size);
    in[name] = Variable(for_network(generated_input(name, shape, seed)));
  }
  return in;
}

/// Networks at full size, where the other set of vectors is present.
class GoldenFullSize : public testing::TestWithParam<VectorFile> {};

const std::vector<Case>& full_cases() {
  static const std::vector<Case> cases = {
      {"prichexy", "flow_anonymizer", {{"operator", "published"}}},
      {"prichexy_seg", "protected_anonymizer", {{"operator", "published"}}},
      {"prichexy_noise", "noise_anonymizer", {}},
      {"privacy_net", "privacy_net", {}},
      {"verifier", "siamese_verifier", {}},
      {"classifier", "densenet_classifier", {}},
      {"hybrid_unet", "hybrid_unet", {}},
      {"hybridgnet", "hybridgnet", {{"contour", "published"}}}};
  return cases;
}

void expect_codes(const Golden& golden);

TEST_P(GoldenFullSize, OutputsAgree) {
  const Golden golden(GetParam().path);
  if (GetParam().name == "primis") return expect_codes(golden);
  const auto test = std::find_if(full_cases().begin(), full_cases().end(),
                                 [](const Case& one) { return one.file == GetParam().name; });
  ASSERT_NE(test, full_cases().end());
  Network network = full_size(golden, test->model, test->settings);
  const NoGradient no_gradient;
  for (const auto& [key, variable] : network.run(generated_inputs(golden))) {
    const Tensor got = for_file(variable.value());
    if (golden.has("out." + key)) golden.expect_close(got, "out." + key, 1e-7, "");
    if (!golden.has("sample." + key)) continue;
    golden.expect_close(sampled(got, golden["sample_index." + key]), "sample." + key, 1e-7, "");
    expect_sums(golden, got, key);
  }
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenFullSize, testing::ValuesIn(vector_files("full")), test_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GoldenFullSize);

/// PRIMIS: patches in, patches out; near-ties of the top k may fall otherwise in f32 (golden/README.md, "Tolerance").
void expect_codes(const Golden& golden) {
  Network network = full_size(golden, "sparse_ternary", {});
  const NoGradient no_gradient;
  const NamedVariables in = generated_inputs(golden);
  const NamedVariables out = network.run({{"x", patches_from_images(in.at("x"), 64)}});
  for (const char* name : {"pos_val", "neg_val"}) {
    const Tensor got =
        to_host(out.at(name == std::string("pos_val") ? "code.pos.val" : "code.neg.val").value());
    golden.expect_close(sampled(got, golden[std::string("sample_index.") + name]),
                        std::string("sample.") + name, 1e-7, "");
  }
  const Tensor y = for_file(images_from_patches(out.at("y"), 512, 512).value());
  const Tensor got = sampled(y, golden["sample_index.y"]), &stored = golden["sample.y"];
  const double allowed = 10 * golden.error_max("sample.y") + 3e-6 * golden.largest("sample.y") + 1e-7;
  std::size_t within = 0;
  for (std::size_t i = 0; i < std::size_t(got.numel()); ++i)
    within += std::abs(got.data<float>()[i] - stored.data<float>()[i]) <= allowed;
  EXPECT_GE(double(within), 0.995 * double(got.numel()));
}

}  // namespace
}  // namespace scrim::test
