// How many calls a network takes, what crosses between processor and device, and the memory of graphs.
#include <gtest/gtest.h>

#include "autograd/ops/binary.h"
#include "autograd/ops/loss.h"
#include "models/flow_anonymizer.h"
#include "models/unet.h"
#include "tensor/memory/device_memory.h"
#include "tests/cuda/observed.h"
#include "tests/support/errors.h"
#include "training/loop/repeated_step.h"

namespace scrim::test {
namespace {

/// Kernels and library calls, without copies, fills of bytes and waits.
int work(const std::map<std::string, int>& calls) {
  int total = 0;
  for (const auto& [name, count] : calls)
    if (name.starts_with("kernel ") || name.starts_with("cudnn") || name.starts_with("cublas"))
      total += count;
  return total;
}

void print(const std::string& what, const std::map<std::string, int>& calls) {
  std::printf("%s\n", what.c_str());
  for (const auto& [name, count] : calls) std::printf("  %5d  %s\n", count, name.c_str());
  std::printf("  %5d  kernels and library calls in all\n", work(calls));
}

TEST(CudaCalls, InferenceOfAUnetTakesOneCallALayer) {
  UNet unet({1, 2, 8}, Initializer(1));
  unet.to(compute_device());
  unet.set_training(false);
  const NoGradient no_gradient;
  unet(film());  // packs the weights, finds the algorithms
  cuda::synchronize(compute_device());
  cuda_emulation::reset_counts();
  unet(film());
  const auto calls = counts();
  print("U-Net, inference", calls);
  // 18 convolutions with norm and relu, and the last one with its bias; 4 transposed ones, 4 pools, 4 joins, one tanh.
  EXPECT_EQ(of(calls, "cudnnConvolutionBiasActivationForward"), 19);
  EXPECT_EQ(work(calls), 19 + 4 + 4 + 4 + 1);
  EXPECT_EQ(of(calls, "copy to device") + of(calls, "copy to host") + of(calls, "copy on device"), 0);
  EXPECT_EQ(of(calls, "synchronize"), 0);
}

TEST(CudaCalls, ATrainingStepCopiesOnlyItsBatchAndWaitsOnce) {
  FlowAnonymizer model({8, {0.01, WarpOperator::corrected}}, Initializer(1));
  Learner learner("generator", model, {});
  const Tensor batch = random_tensor({2, 64, 64, 1}, 4, 0, 1);
  const auto step = [&] {
    const Variable x(to_compute_device(batch));
    return learner.update([&] { return mse(model(x), x); });
  };
  step();
  cuda_emulation::reset_counts();
  EXPECT_TRUE(std::isfinite(step()));
  const auto calls = counts();
  print("U-Net and warp, training step", calls);
  EXPECT_EQ(of(calls, "copy to device"), 1);  // the batch
  EXPECT_EQ(of(calls, "copy to host"), 1);    // loss and whether all was finite
  EXPECT_EQ(of(calls, "synchronize"), 1);
}

TEST(CudaCalls, ACapturedStepIsOneLaunch) {
  FlowAnonymizer model({8, {0.01, WarpOperator::corrected}}, Initializer(1));
  Learner learner("generator", model, {});
  learner.set_reads_later(true);
  const Tensor batch = random_tensor({2, 64, 64, 1}, 4, 0, 1);
  RepeatedStep<Tensor> repeated;
  const auto step = [&] {
    return repeated(true, to_compute_device(batch), "", [&](const Tensor& films) {
      const Variable x(films);
      return std::vector{learner.step([&] { return mse(model(x), x); })};
    });
  };
  for (int i = 0; i < 3; ++i) step();
  cuda_emulation::reset_counts();
  step();
  const auto calls = counts();
  print("U-Net and warp, captured training step", calls);
  EXPECT_EQ(of(calls, "graph launch"), 1);
  EXPECT_EQ(work(calls), 0);
  EXPECT_EQ(of(calls, "copy to device"), 1);  // the batch
  EXPECT_EQ(of(calls, "copy on device"), 1);  // to where the graph reads it
  EXPECT_EQ(of(calls, "copy to host") + of(calls, "synchronize"), 0);
}

TEST(CudaCalls, AGraphThatFindsNoRoomLeavesItsStepsAsTheyWere) {
  const Tensor batch = Tensor::full({4}, 2, DType::f32, compute_device());
  // No room for a graph's memory, or none beside it.
  for (const std::size_t room : {std::size_t(1) << 20, std::size_t(33) << 20}) {
    RepeatedStep<Tensor> repeated;
    const auto step = [&] {
      return repeated(true, batch, "", [](const Tensor& x) {
        return std::vector<StepValue>{{(Variable(x) + Variable(x)).value()}};
      });
    };
    step();
    step();
    const Notices notices;
    cuda_emulation::set_memory(bytes_in_use() + room);
    const auto values = step();
    cuda_emulation::set_memory(cuda_emulation::whole_arena);
    cuda_emulation::reset_counts();
    EXPECT_EQ(to_host(values[0].numbers).data<float>()[3], 4);
    EXPECT_EQ(to_host(step()[0].numbers).data<float>()[3], 4);
    EXPECT_EQ(of(counts(), "graph launch"), 0);
    ASSERT_EQ(notices.texts.size(), 1u);  // of two steps
    expect_contains(notices.texts[0], "training continues without replay: [cuda]");
  }
}

/// What a graph had asked for before it found no more room is free for the steps that are told.
TEST(CudaCalls, AnAbandonedGraphGivesItsMemoryBack) {
  const Tensor batch = Tensor::full({4}, 2, DType::f32, compute_device());
  Tensor gradient;  // outlives the step, as a parameter's
  const std::size_t before = bytes_in_use();
  EXPECT_THROW(DeviceGraph::capture(compute_device(),
                                    [&] {
                                      gradient = batch.clone();
                                      const Tensor activations =
                                          Tensor::empty({64 << 20}, DType::f32, compute_device());
                                      cuda_emulation::set_memory(bytes_in_use());
                                      Tensor::empty({64 << 20}, DType::f32, compute_device());
                                    }),
               NoRoomError);
  cuda_emulation::set_memory(cuda_emulation::whole_arena);
  EXPECT_LE(bytes_in_use() - before, std::size_t(32) << 20);  // the segment that the gradient lies in
  Tensor other;
  expect_contains(error_of([&] {
                    DeviceGraph::capture(compute_device(), [&] {
                      other = gradient.clone();
                      cuda_emulation::set_memory(bytes_in_use());
                      Tensor::empty({64 << 20}, DType::f32, compute_device());
                    });
                  }),
                  "as does training without replay");
  cuda_emulation::set_memory(cuda_emulation::whole_arena);
  gradient = other = Tensor();
  EXPECT_EQ(bytes_in_use(), before);
}

/// In evaluation the layers are fused, or not, whatever the type.
TEST(CudaCalls, InferenceInHalfPrecisionIsCloseAndComesBackInF32) {
  const auto outcome = [](Device device, ProductMath math) {
    UNet unet({1, 2, 8}, Initializer(1));
    set_compute_settings({math, true});
    unet.to(device);
    unet.set_training(false);
    const NoGradient no_gradient;
    const Tensor y = to_host(unet(film().to(device)).value());
    set_compute_settings({});
    EXPECT_EQ(y.dtype(), DType::f32);
    return y;
  };
  const Tensor expected = outcome(Device::cpu, ProductMath::f32);
  for (const ProductMath math : {ProductMath::bf16, ProductMath::f16})
    EXPECT_LE(largest_difference(outcome(compute_device(), math), expected),
              2e-2 * std::max(1.0, largest_value(expected)));
}

}  // namespace
}  // namespace scrim::test
