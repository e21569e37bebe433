#include "models/flow_anonymizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "autograd/ops/loss.h"
#include "kernels/dispatch.h"
#include "tensor/compute_device.h"
#include "tests/support/golden.h"
#include "tests/support/op_check.h"
#include "tests/support/test_data.h"

namespace scrim::test {
namespace {

/// Runs `body` on the reference kernels, then on the fast ones.
template <class Body>
void on_all_kernels(Body&& body) {
  const bool before = reference_kernels_in_use();
  for (bool reference : {true, false}) {
    use_reference_kernels(reference);
    SCOPED_TRACE(reference ? "reference" : "cpu");
    body();
  }
  use_reference_kernels(before);
}

double gradient_floor(const Golden& golden, const std::string& mode) {
  double largest = 0;
  for (const char* kind : {".grad.", ".grad_in."})
    for (const auto& name : golden.names_with_prefix(mode + kind))
      largest = std::max(largest, golden.largest(name));
  return 1e-5 * largest;
}

void expect_gradients(const Golden& golden, const std::string& mode, Module& module) {
  const double floor = gradient_floor(golden, mode);
  std::size_t checked = 0;
  for (const auto& [name, parameter] : module.parameters()) {
    ASSERT_TRUE(parameter->gradient().defined()) << name;
    golden.expect_close(parameter->gradient(), mode + ".grad." + name, floor, "");
    ++checked;
  }
  EXPECT_EQ(checked, golden.names_with_prefix(mode + ".grad.").size());
}

/// Output, loss, every gradient and the running statistics, in evaluation and in training.
template <class Model, class... Args>
void check_model(const std::string& file, const std::string& target, const Args&... args) {
  const Golden golden(file);
  on_all_kernels([&] {
    for (const std::string mode : {"eval", "train"}) {
      SCOPED_TRACE(mode);
      Model model(args..., Initializer::none());
      model.load_state(golden.with_prefix("state."));
      model.to(compute_device());
      model.set_training(mode == "train");
      Variable x = Variable::parameter(nhwc_from_nchw(golden["in.x"]));
      const Variable y = model(x);
      golden.expect_close(nchw_from_nhwc(y.value()), mode + ".out.y", 1e-7, "");
      const Variable loss = mse(y, nhwc_from_nchw(golden["in." + target]));
      golden.expect_close(loss.value(), mode + ".out.loss", 1e-7, "");
      backward(loss);
      expect_gradients(golden, mode, model);
      golden.expect_close(nchw_from_nhwc(x.gradient()), mode + ".grad_in.x", gradient_floor(golden, mode),
                          "");
      const State after = model.state();
      for (const auto& name : golden.names_with_prefix(mode + ".state_after."))
        golden.expect_close(after.at(name.substr((mode + ".state_after.").size())), name, 1e-7, "");
    }
  });
}

TEST(UNet, GoldenSmallWidth) {
  REQUIRE_TEST_DATA(golden_folder());
  check_model<UNet>("models/flow_unet", "tgt", UNetOptions{1, 2, 4});
}

TEST(FlowAnonymizer, GoldenSmallWidth) {
  REQUIRE_TEST_DATA(golden_folder());
  check_model<FlowAnonymizer>("models/prichexy", "target",
                              FlowAnonymizerOptions{4, {0.05, WarpOperator::published}});
}

TEST(FlowAnonymizer, GoldenFullWidth) {
  REQUIRE_TEST_DATA(golden_folder());
  const Golden golden("full/prichexy");
  FlowAnonymizer model({32, {0.01, WarpOperator::published}}, Initializer::none());
  State state = model.state();
  for (auto& [name, tensor] : state) tensor = generated_weight(name, tensor.shape(), 1.4, 1);
  model.load_state(state);
  model.to(compute_device());
  for (const auto& name : golden.names_with_prefix("weight_head.")) {
    const Tensor& weight = state.at(name.substr(std::string("weight_head.").size()));
    const Tensor& head = golden[name];
    for (std::size_t i = 0; i < std::size_t(head.numel()); ++i)
      ASSERT_EQ(weight.data<float>()[i], head.data<float>()[i]) << name;
  }
  model.set_training(false);
  const Variable x(to_compute_device(generated_input("x", {1, 256, 256, 1}, 1)));
  for (bool fused : {false, true}) {
    SCOPED_TRACE(fused ? "norms folded" : "op by op");
    std::optional<NoGradient> no_gradient;
    if (fused) no_gradient.emplace();
    const Variable field = model.field(x);
    golden.expect_close(nchw_from_nhwc(warp(x, field, model.options.warp).value()), "out.y", 1e-7, "");
    const Tensor flat = nchw_from_nhwc(field.value()), &index = golden["sample_index.field"];
    Tensor samples = Tensor::empty({index.numel()});
    double sum = 0, squares = 0;
    for (float value : flat.data<float>()) sum += value, squares += double(value) * value;
    for (std::size_t i = 0; i < std::size_t(index.numel()); ++i)
      samples.mutable_data<float>()[i] = flat.data<float>()[std::size_t(index.data<std::int64_t>()[i])];
    golden.expect_close(samples, "sample.field", 1e-7, "");
    EXPECT_NEAR(sum, golden["sum.field"].item(), 1e-4 * std::abs(golden["sum.field"].item()));
    EXPECT_NEAR(squares, golden["sumsq.field"].item(), 1e-4 * golden["sumsq.field"].item());
  }
}

TEST(UNet, FusedInferenceFollowsChangedParameters) {
  UNet unet({1, 2, 16}, Initializer(3));
  unet.set_training(false);
  const Variable x(random_tensor({1, 32, 48, 1}, 4, 0, 1));
  const auto fused = [&] {
    const NoGradient no_gradient;
    return unet(x).value();
  };
  EXPECT_LE(largest_difference(fused(), unet(x).value()), 1e-5);
  for (const auto& [name, parameter] : unet.parameters())
    for (float& value : parameter->mutable_value().mutable_data<float>()) value *= 1.1f;
  EXPECT_LE(largest_difference(fused(), unet(x).value()), 1e-5);
}

TEST(UNet, RefusesSizesThatDoNotHalveFourTimes) {
  UNet unet({1, 2, 4}, Initializer(0));
  try {
    unet(Tensor::zeros({1, 40, 32, 1}));
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(),
                 "[unet] x has the shape [1, 40, 32, 1], expected [N,H,W,1] with H and W divisible by 16");
  }
}

TEST(UNet, LoadStateNamesWhatDoesNotFit) {
  UNet unet({1, 2, 4}, Initializer(0));
  State state = unet.state();
  state.erase("conv.bias");
  state["conv.weight"] = Tensor::zeros({3, 3});
  state["surplus"] = Tensor::zeros({1});
  try {
    unet.load_state(state);
    FAIL() << "no error";
  } catch (const Error& e) {
    const std::string message = e.what();
    EXPECT_NE(message.find("conv.bias is missing"), std::string::npos) << message;
    EXPECT_NE(message.find("conv.weight is f32 [3, 3], expected f32 [2, 4, 1, 1]"), std::string::npos)
        << message;
    EXPECT_NE(message.find("surplus [1] belongs to no part"), std::string::npos) << message;
  }
}

TEST(Warp, CorrectedOperatorLeavesAStillFieldAlone) {
  const Variable x(random_tensor({1, 32, 48, 1}, 5, 0, 1));
  const Variable still(Tensor::zeros({1, 32, 48, 2}));
  EXPECT_LE(largest_difference(warp(x, still, {0.01, WarpOperator::corrected}).value(), x.value()), 1e-5);
  EXPECT_GE(largest_difference(warp(x, still, {0.01, WarpOperator::published}).value(), x.value()), 0.1);
}

TEST(Warp, FieldServesAnImageOfAnotherSize) {
  // A constant displacement of one pixel to the right of a 65-pixel image, drawn at 16x16.
  const Tensor image = random_tensor({1, 65, 65, 1}, 6, 0, 1);
  Tensor field = Tensor::zeros({1, 16, 16, 2});
  for (std::size_t i = 0; i < field.data<float>().size(); i += 2) field.mutable_data<float>()[i] = -1;
  const Variable displacement = warp_displacement(field, {2.0 / 64, WarpOperator::corrected});
  EXPECT_NEAR(largest_displacement(displacement.value(), 65, 65), 1, 1e-4);
  const Tensor y = warp_by(image, displacement).value();
  for (std::size_t row = 0; row < 65; ++row)
    for (std::size_t column = 0; column < 64; ++column)
      ASSERT_NEAR(y.data<float>()[row * 65 + column], image.data<float>()[row * 65 + column + 1], 1e-4);
}

}  // namespace
}  // namespace scrim::test
