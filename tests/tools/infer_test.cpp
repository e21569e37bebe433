// `scrim infer` and `scrim inspect --model` as a user runs them.
#include <gtest/gtest.h>

#include <cmath>

#include "models/networks/network_list.h"
#include "tensor/compute_device.h"
#include "tensor/safetensors.h"
#include "tests/support/golden.h"
#include "tests/support/op_check.h"
#include "tests/support/program.h"
#include "tests/support/test_data.h"

namespace scrim::test {
namespace {

namespace fs = std::filesystem;

Words words(const Words& first, const Words& more) {
  Words all = first;
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// A tiny Privacy-Net with its weights and an input, in published layout.
class Infer : public testing::Test {
 protected:
  void SetUp() override {
    const Network network = make_network("privacy_net", {{"init_features", "2"}}, Initializer(1));
    state_ = network.module->state();
    write_safetensors(weights(), {state_, {}});
    write_safetensors(input(), {{{"x", random_tensor({2, 1, 16, 24}, 2, 0, 1)},
                                 {"target", random_tensor({2, 1, 16, 24}, 3, 0, 1)}},
                                {}});
  }
  fs::path weights() const { return folder_ / "w.safetensors"; }
  fs::path input() const { return folder_ / "in.safetensors"; }
  fs::path output() const { return folder_ / "out.safetensors"; }
  Words command(const Words& more = {}) const {
    return words({"infer", "--model", "privacy_net", "--set", "init_features=2", "-w", weights().string(),
                  "-i", input().string(), "-o", output().string()},
                 more);
  }
  void expect_refusal(const Words& command, const std::string& message) {
    const Result result = run(command);
    EXPECT_EQ(result.status, 2) << result.error;
    expect_contains(result.error, message);
    EXPECT_FALSE(fs::exists(output()));
  }
  void write_weights(const State& state) { write_safetensors(weights(), {state, {}}); }

  TemporaryFolder folder_;
  State state_;
};

TEST_F(Infer, RunsANetworkOnTensorsInPublishedLayout) {
  const Result result = run(command());
  ASSERT_EQ(result.status, 0) << result.error;
  const TensorFile out = read_safetensors(output());
  Network network = make_network("privacy_net", {{"init_features", "2"}}, Initializer::none());
  network.load(state_);
  network.module->to(compute_device());
  network.module->set_training(false);
  const NoGradient no_gradient;
  const Tensor x = nhwc_from_nchw(read_safetensors(input()).tensors.at("x"));
  EXPECT_TRUE(
      same_bytes(out.tensors.at("y"), nchw_from_nhwc(network.run({{"x", Variable(x)}}).at("y").value())));
  EXPECT_EQ(out.tensors.size(), 1u);
}

TEST_F(Infer, TrainStepWritesLossGradientsAndChangedBuffers) {
  ASSERT_EQ(run(command({"--train-step"})).status, 0);
  const TensorFile out = read_safetensors(output());
  for (const char* name :
       {"y", "loss", "grad.down_1.0.0.weight", "grad_in.x", "state_after.down_1.0.1.running_mean"})
    EXPECT_TRUE(out.tensors.contains(name)) << name;
  EXPECT_EQ(out.tensors.at("grad_in.x").shape().str(), "[2, 1, 16, 24]");
}

TEST_F(Infer, ReadsTheNetworkFromAFile) {
  write_file(folder_ / "net.toml", "model = \"privacy_net\"\ninit_features = 2\n");
  const Result result = run({"infer", "--model", (folder_ / "net.toml").string(), "-w", weights().string(),
                             "-i", input().string(), "-o", output().string()});
  EXPECT_EQ(result.status, 0) << result.error;
}

TEST_F(Infer, RefusesUnknownNamesAndSettings) {
  expect_refusal({"infer", "--model", "privacynet", "-w", "w", "-i", "i", "-o", output().string()},
                 "there is no privacynet, did you mean privacy_net?");
  expect_refusal(command({"--set", "init_featurs=3"}),
                 "no setting init_featurs, did you mean init_features?");
  expect_refusal(command({"--set", "init_features=wide"}),
                 "init_features is \"wide\", expected a whole number");
  expect_refusal(command({"--set", "num_filter=3"}), "no setting num_filter, it is called init_features now");
  expect_refusal(command({"--set", "init_features"}), "--set: expected KEY=VALUE (got init_features)");
  expect_refusal({"infer", "--model", "nowhere.toml", "-w", "w", "-i", "i", "-o", output().string()},
                 "nowhere.toml: cannot be opened");
  write_file(folder_ / "net.toml", "model = \"hybridgnet\"\norgans = [3, 4.5]\n");
  expect_refusal(
      {"infer", "--model", (folder_ / "net.toml").string(), "-w", "w", "-i", "i", "-o", output().string()},
      "organs is a number, expected whole numbers in the list");
  write_file(folder_ / "net.toml", "model = \"hybridgnet\"\norgans = [3,\n");
  expect_refusal(
      {"infer", "--model", (folder_ / "net.toml").string(), "-w", "w", "-i", "i", "-o", output().string()},
      "line ");
  expect_refusal({"infer", "--model", "privacy_net"}, "--input is required");
  expect_refusal({"infer", "--model", "privacy_net", "-i", input().string(), "-o", output().string()},
                 "--weights is required: privacy_net has parameters");
}

TEST_F(Infer, RefusesWeightsThatDoNotFit) {
  expect_refusal(command({"--set", "init_features=4"}),
                 "down_1.0.0.weight is f32 [2, 1, 3, 3], expected f32 [4, 1, 3, 3]");
  State other = state_;
  other["down_1.0.0.weight"] = state_["down_1.0.0.weight"].clone();
  other["down_1.0.0.weight"].mutable_data<float>()[3] = std::nanf("");
  write_weights(other);
  expect_refusal(command(), "down_1.0.0.weight holds NaN or infinity");
  other["down_1.0.0.weight"] = state_["down_1.0.0.weight"].to(DType::f64);
  write_weights(other);
  expect_refusal(command(), "down_1.0.0.weight is f64 [2, 1, 3, 3], expected f32");
  write_weights({{"conv.weight", Tensor::zeros({1})}});
  expect_refusal(command(), "down_1.0.0.weight is missing");
  write_weights(state_);
  fs::resize_file(weights(), fs::file_size(weights()) - 9);
  expect_refusal(command(), "cut short");
}

TEST_F(Infer, RefusesInputsThatDoNotFit) {
  const auto with = [&](const std::string& name, const Tensor& tensor) {
    write_safetensors(input(), {{{name, tensor}}, {}});
  };
  with("x", Tensor::zeros({1, 1, 20, 24}));
  expect_refusal(command(), "divisible by 8");
  with("x", Tensor::zeros({1, 3, 16, 16}));
  expect_refusal(command(), "x has the shape [1, 16, 16, 3]");
  with("x", Tensor::zeros({16, 16}));
  expect_refusal(command(), "x has the shape [16, 16]");
  with("x", Tensor::zeros({1, 1, 16, 16}, DType::f64));
  expect_refusal(command(), "x is f64 [1, 1, 16, 16], expected f32");
  with("y", Tensor::zeros({1, 1, 16, 16}));
  expect_refusal(command(), "the tensor x is missing; y came");
  with("x", Tensor::full({1, 1, 16, 16}, std::nan("")));
  expect_refusal(command(), "x holds NaN or infinity");
}

TEST_F(Infer, InspectSaysHowWeightsDiffer) {
  const Words inspect{"inspect", weights().string(), "--model", "privacy_net", "--set", "init_features=2"};
  Result result = run(inspect);
  EXPECT_EQ(result.status, 0);
  expect_contains(result.out, "fits privacy_net");
  State other = state_;
  other["net.out.0.bias"] = other["out.0.bias"];
  other["surplus"] = Tensor::zeros({7});
  other["out.0.weight"] = Tensor::zeros({2, 2});
  other.erase("out.0.bias");
  other.erase("bridge.1.weight");
  write_weights(other);
  result = run(inspect);
  EXPECT_EQ(result.status, 1);
  expect_contains(result.out, "missing (1):\n  bridge.1.weight [16, 16, 3, 3]");
  expect_contains(result.out, "extra (1):\n  surplus [7]");
  expect_contains(result.out, "misshapen (1):\n  out.0.weight is f32 [2, 2], expected f32 [1, 2, 3, 3]");
  expect_contains(result.out, "renamed (1):\n  out.0.bias is called net.out.0.bias here");
}

/// The whole path from files to files on vectors made with another framework.
TEST_F(Infer, GoldenVerifierThroughFiles) {
  const Golden golden(vector_files("models", "verifier").at(0).path);
  State state =
      make_network("siamese_verifier", golden.metadata("settings").get<Facts>(), Initializer::none())
          .module->state();
  for (auto& [name, tensor] : state)
    tensor = generated_weight(name, tensor.shape(), golden.metadata("gain"), golden.metadata("weights_seed"));
  write_weights(state);
  write_safetensors(input(), {golden.with_prefix("in."), {}});
  for (const char* mode : {"eval", "train"}) {
    const Result result = run({"infer", "--model", "siamese_verifier", "--set", "width=4", "--set",
                               "layers=2,1,1,1", "--set", "embed=6", "-w", weights().string(), "-i",
                               input().string(), "-o", output().string(), "--train-step", "--mode", mode});
    ASSERT_EQ(result.status, 0) << result.error;
    const TensorFile out = read_safetensors(output());
    golden.expect_close(out.tensors.at("y"), std::string(mode) + ".out.y", 1e-7, "");
    golden.expect_close(out.tensors.at("loss"), std::string(mode) + ".out.loss", 1e-7, "");
    const std::string gradient = "grad.model.layer2.0.conv2.weight";
    golden.expect_close(out.tensors.at(gradient), std::string(mode) + "." + gradient,
                        1e-5 * golden.largest(std::string(mode) + ".grad.fc_end.weight"), "");
  }
}

}  // namespace
}  // namespace scrim::test
