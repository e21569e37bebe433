// Training on the device: where it ends, and in 16 bits.
#include <gtest/gtest.h>

#include "autograd/ops/loss.h"
#include "layers/linear.h"
#include "models/flow_anonymizer.h"
#include "models/unet.h"
#include "tests/cuda/observed.h"
#include "training/loop/learner.h"

namespace scrim::test {
namespace {

/// The same steps from the same weights on the processor and on the device.
TEST(CudaTraining, EndsWhereTheProcessorEnds) {
  const Device there = compute_device();
  State ends[2];
  double losses[2];
  for (const Device device : {Device::cpu, there}) {
    set_compute_device(device);
    const int at = device.is_cuda();
    FlowAnonymizer model({4, {0.05, WarpOperator::corrected}}, Initializer(7));
    Learner learner("generator", model, {.learning_rate = 1e-3});
    for (int step = 0; step < 4; ++step) {
      const Variable x(to_compute_device(random_tensor({2, 32, 32, 1}, std::uint64_t(step), 0, 1)));
      losses[at] = learner.update([&] { return mse(model(x), x); });
    }
    ends[at] = model.state();
  }
  set_compute_device(there);
  EXPECT_NEAR(losses[0], losses[1], 1e-4 * losses[0]);
  for (const auto& [name, tensor] : ends[0])
    EXPECT_LE(largest_difference(tensor, ends[1].at(name)), 1e-4) << name;
}

/// Weights stay f32; what is multiplied is rounded to 16 bits.
TEST(CudaTraining, InHalfPrecisionEndsNearTheProcessor) {
  const Device there = compute_device();
  const auto trained = [](Device device, ProductMath math) {
    set_compute_device(device);
    set_compute_settings({math, true});
    FlowAnonymizer model({4, {0.05, WarpOperator::corrected}}, Initializer(7));
    Learner learner("generator", model, {.learning_rate = 1e-4});
    double loss = 0;
    for (int step = 0; step < 4; ++step) {
      const Variable x(to_compute_device(random_tensor({2, 32, 32, 1}, std::uint64_t(step), 0, 1)));
      loss = learner.update([&] { return mse(model(x), x); });
    }
    State checkpoint;
    learner.add_state(checkpoint);
    EXPECT_EQ(checkpoint.contains("generator.loss_scale"), math == ProductMath::f16 && device.is_cuda());
    for (const auto& [name, parameter] : model.parameters())
      EXPECT_EQ(parameter->value().dtype(), DType::f32) << name;
    return loss;
  };
  const double expected = trained(Device::cpu, ProductMath::f32);
  const double unrounded = trained(there, ProductMath::f32);
  for (const ProductMath math : {ProductMath::bf16, ProductMath::f16}) {
    const double rounded = trained(there, math);
    EXPECT_NEAR(rounded, expected, 1e-2 * expected);
    EXPECT_NE(rounded, unrounded);
  }
  set_compute_settings({});
  set_compute_device(there);
}

/// What a step keeps of its forward pass is of 16 bits: images, not parameters.
TEST(CudaTraining, HalfPrecisionKeepsHalfTheBytes) {
  const auto kept = [](ProductMath math) {
    set_compute_settings({math, true});
    UNet unet({1, 2, 8}, Initializer(1));
    unet.to(compute_device());
    const Variable loss = mse(unet(film()), Variable(Tensor::full({1, 64, 64, 2}, 0.5).to(compute_device())));
    std::size_t bytes = 0;
    for (const auto& node : graph_of(loss))
      for (const KeptItem& item : node->kept()) bytes += item.bytes;
    EXPECT_EQ(loss.value().dtype(), DType::f32);
    set_compute_settings({});
    return double(bytes);
  };
  const double whole = kept(ProductMath::f32);
  EXPECT_LT(kept(ProductMath::bf16), 0.55 * whole);
  EXPECT_LT(kept(ProductMath::f16), 0.55 * whole);
}

/// Gradients that overflow 16 bits leave a step out and halve the scale until they fit; the weights move again then.
TEST(CudaTraining, OverflowHalvesTheLossScale) {
  set_compute_settings({ProductMath::f16, true});
  Linear line(3, 1, Initializer(1));
  Learner learner("line", line, {.learning_rate = 0.1});
  const Variable x(Tensor::full({2, 3}, 1, DType::f32, compute_device())),
      far(Tensor::full({2, 1}, 64, DType::f32, compute_device()));
  const Tensor before = line.weight.value().clone();
  const auto scale_now = [&] {
    State state;
    learner.add_state(state);
    return state.at("line.loss_scale").data<double>()[0];
  };
  const auto step = [&] { learner.update([&] { return mse(line(x), far); }); };
  EXPECT_EQ(scale_now(), 65536);
  step();  // a gradient of about 64 times 65536 is beyond 65504
  EXPECT_EQ(scale_now(), 32768);
  EXPECT_TRUE(same_bytes(before, line.weight.value()));
  while (same_bytes(before, line.weight.value()) && scale_now() > 1) step();
  EXPECT_FALSE(same_bytes(before, line.weight.value()));
  EXPECT_GE(scale_now(), 256);
  set_compute_settings({});
}

}  // namespace
}  // namespace scrim::test
