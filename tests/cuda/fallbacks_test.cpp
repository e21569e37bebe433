// What is computed where cuDNN refuses: by its next algorithm, in parts, or without it.
#include <gtest/gtest.h>

#include "autograd/ops/conv2d.h"
#include "autograd/ops/loss.h"
#include "autograd/ops/pool.h"
#include "kernels/cuda/cudnn.h"
#include "models/unet.h"
#include "tests/cuda/observed.h"
#include "tests/support/errors.h"

namespace scrim::test {
namespace {

/// A convolution of the device: y, and the gradients of x and w.
std::vector<Tensor> convolved(std::int64_t images, std::int64_t size, bool deterministic = true) {
  set_compute_settings({ProductMath::f32, deterministic});
  const Variable x = Variable::parameter(to_compute_device(random_tensor({images, size, size, 4}, 6))),
                 w = Variable::parameter(to_compute_device(random_tensor({8, 4, 3, 3}, 7)));
  const Variable y = conv2d(x, w, {}, {.padding = {1, 1}});
  backward(mse(y, Variable(y.value().full_like(y.shape(), 0.25))));
  set_compute_settings({});
  return {to_host(y.value()), to_host(x.gradient()), to_host(w.gradient())};
}

void expect_as_the_processor(const std::vector<Tensor>& got, std::int64_t images, std::int64_t size) {
  const Device there = compute_device();
  set_compute_device(Device::cpu);
  const auto expected = convolved(images, size);
  set_compute_device(there);
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_LE(largest_difference(got[i], expected[i]), 1e-5 * std::max(1.0, largest_value(expected[i]))) << i;
}

int plain_loops(const std::map<std::string, int>& calls) {
  int total = 0;
  for (const auto& [name, count] : calls) total += name.find("Plain") != std::string::npos ? count : 0;
  return total;
}

/// cuDNN names algorithms that then do not do their work, or names none: the next one, or the usual one, does.
TEST(CudaFallbacks, ARefusedAlgorithmGivesWayToTheNext) {
  const Notices notices;
  for (const auto& [refusals, size] : {std::pair(cuda_emulation::CudnnRefusals{.its_guess = true}, 22),
                                       {cuda_emulation::CudnnRefusals{.guessing = true}, 23}}) {
    cuda_emulation::set_cudnn_refuses(refusals);
    cuda_emulation::reset_counts();
    for (int times = 0; times < 2; ++times) expect_as_the_processor(convolved(2, size, false), 2, size);
    const auto calls = counts();
    cuda_emulation::set_cudnn_refuses({});
    EXPECT_EQ(of(calls, "cudnnConvolutionForward"), 2);
    EXPECT_EQ(of(calls, "cudnnConvolutionBackwardData"), 2);
    EXPECT_EQ(of(calls, "cudnnConvolutionBackwardFilter"), 2);
    EXPECT_EQ(of(calls, "refused by cuDNN"), refusals.its_guess ? 3 : 0);  // it is not asked again
    EXPECT_EQ(plain_loops(calls), 0);
  }
  EXPECT_TRUE(notices.texts.empty());
}

/// cuDNN's tensors are smaller while it lives.
struct SmallerTensors {
  explicit SmallerTensors(std::int64_t elements) : before(std::exchange(cuda::most_elements, elements)) {}
  ~SmallerTensors() { cuda::most_elements = before; }
  std::int64_t before;
};

/// A tensor of cuDNN has less than 2^31 elements: more images than that are handed over in parts.
TEST(CudaFallbacks, TensorsBeyondCudnnsSizeAreHandedOverInParts) {
  const Notices notices;
  const auto calls_of_parts = [](std::int64_t images, std::int64_t size, std::int64_t elements) {
    const SmallerTensors smaller(elements);
    cuda_emulation::reset_counts();
    expect_as_the_processor(convolved(images, size), images, size);
    return counts();
  };
  auto calls = calls_of_parts(5, 14, 2 * 14 * 14 * 8);
  EXPECT_EQ(of(calls, "cudnnConvolutionForward"), 3);
  EXPECT_EQ(of(calls, "cudnnConvolutionBackwardData"), 3);
  EXPECT_EQ(of(calls, "cudnnConvolutionBackwardFilter"), 3);
  EXPECT_EQ(plain_loops(calls), 0);
  EXPECT_TRUE(notices.texts.empty());
  calls = calls_of_parts(5, 14, 14 * 14 * 8 - 1);  // a single image is too large
  EXPECT_EQ(plain_loops(calls), 3);
  EXPECT_EQ(notices.texts.size(), 3u);
}

/// Images of 25 elements: parts of 16, so that each begins where cuDNN wants it.
TEST(CudaFallbacks, PartsAreAligned) {
  const Tensor x = random_tensor({40, 5, 5, 1}, 3), w = random_tensor({1, 1, 3, 3}, 4);
  const Tensor expected = conv2d(x, w, {}, {.padding = {1, 1}}).value();
  const SmallerTensors smaller(20 * 25);
  cuda_emulation::reset_counts();
  const Tensor got =
      to_host(conv2d(to_compute_device(x), to_compute_device(w), {}, {.padding = {1, 1}}).value());
  EXPECT_EQ(of(counts(), "cudnnConvolutionForward"), 3);
  EXPECT_LE(largest_difference(got, expected), 1e-5);
}

TEST(CudaFallbacks, PoolsAndFusedConvolutionsGoInPartsToo) {
  const auto outcome = [] {
    const Variable x = Variable::parameter(to_compute_device(random_tensor({5, 12, 12, 4}, 3)));
    const Variable y = avg_pool2d(x, {.kernel = 2, .stride = 2});
    backward(mse(y, Variable(y.value().full_like(y.shape(), 0.25))));
    UNet unet({1, 2, 4}, Initializer(2));
    unet.to(compute_device());
    unet.set_training(false);
    const NoGradient no_gradient;
    return std::vector<Tensor>{
        to_host(y.value()), to_host(x.gradient()),
        to_host(unet(to_compute_device(random_tensor({3, 16, 16, 1}, 5, 0, 1))).value())};
  };
  const auto expected = outcome();
  const SmallerTensors smaller(2 * 16 * 16 * 8);
  cuda_emulation::reset_counts();
  const auto got = outcome();
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_LE(largest_difference(got[i], expected[i]), 1e-5) << i;
  EXPECT_GT(of(counts(), "cudnnConvolutionForward"), 0);  // what is in parts is not fused
  EXPECT_GT(of(counts(), "cudnnConvolutionBiasActivationForward"), 0);
}

/// What cuDNN does not do is computed without it. Sizes that no other test has: a plan is kept once it is made.
TEST(CudaFallbacks, ServeWhatCudnnRefuses) {
  const auto outcome = [](std::int64_t size) {
    UNet unet({1, 2, 6}, Initializer(5));
    unet.to(compute_device());
    const Variable x = Variable::parameter(to_compute_device(random_tensor({1, size, size, 1}, 6, 0, 1)));
    const Variable y = unet(x);
    backward(mse(y, Variable(y.value().full_like(y.shape(), 0.25))));
    unet.set_training(false);
    const NoGradient no_gradient;
    return std::vector<Tensor>{to_host(y.value()), to_host(x.gradient()), to_host(unet(x).value())};
  };
  const Device there = compute_device();
  for (const bool convolutions : {true, false}) {
    const std::int64_t size = convolutions ? 48 : 80;
    set_compute_device(Device::cpu);
    const auto expected = outcome(size);
    set_compute_device(there);
    const Notices notices;
    cuda_emulation::set_cudnn_refuses({.convolutions = convolutions, .fusion = true});
    const auto got = outcome(size);
    cuda_emulation::set_cudnn_refuses({});
    EXPECT_EQ(!notices.texts.empty(), convolutions);
    if (convolutions) expect_contains(notices.texts.front(), "slow loops compute it");
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_LE(largest_difference(got[i], expected[i]), 2e-5 * largest_value(expected[i]))
          << size << " " << i;
    if (!convolutions) continue;
    cuda_emulation::set_cudnn_refuses({.convolutions = true, .fusion = true});
    set_compute_settings({ProductMath::bf16, true});
    const auto rounded = outcome(size);
    set_compute_settings({});
    cuda_emulation::set_cudnn_refuses({});
    for (const std::size_t i : {0, 2})
      EXPECT_LE(largest_difference(rounded[i], expected[i]), 5e-2) << "in bf16, " << i;
  }
}

}  // namespace
}  // namespace scrim::test
