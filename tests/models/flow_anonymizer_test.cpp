#include "models/flow_anonymizer.h"

#include <gtest/gtest.h>

#include "tensor/compute_device.h"
#include "tests/support/op_check.h"

namespace scrim::test {
namespace {

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
