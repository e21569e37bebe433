// How fast the device is, and how near its limits: run with `ctest -L gpu` on a machine with a GPU. The limits are measured
// here too, in the same run: a large product, and a copy of memory. On the emulated device the sizes are small and the
// figures mean nothing.
#include <gtest/gtest.h>

#include <chrono>

#include "autograd/loss.h"
#include "kernels/matmul/matmul.h"
#include "models/flow_anonymizer.h"
#include "tensor/compute_device.h"
#include "tensor/device_memory.h"
#include "tests/support/op_check.h"
#include "training/learner.h"

namespace scrim::test {
namespace {

#ifdef SCRIM_TEST_EMULATED_CUDA
constexpr std::int64_t matrix = 64, elements = 1 << 12, image = 32, batch = 1, features = 4, repeats = 2;
#else
constexpr std::int64_t matrix = 4096, elements = 1 << 28, image = 256, batch = 32, features = 32,
                       repeats = 20;
#endif

/// Seconds of one call, after one that warms up.
template <class Work>
double seconds(Work&& work) {
  work();
  cuda::synchronise(compute_device());
  const auto begin = std::chrono::steady_clock::now();
  for (std::int64_t i = 0; i < repeats; ++i) work();
  cuda::synchronise(compute_device());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / double(repeats);
}

struct Limits {
  double operations, bytes;  ///< a second
};

Limits limits() {
  const Device device = compute_device();
  const Tensor a = Tensor::full({matrix, matrix}, 1, DType::f32, device);
  Tensor product = a.clone();
  const double multiply = seconds([&] { kernels::matmul(a.view(), a.view(), product.mutable_view()); });
  const Tensor from = Tensor::full({elements}, 1, DType::f32, device);
  Tensor to = from.clone();
  const double copy = seconds([&] { to.copy_from(from); });
  return {2 * double(matrix) * double(matrix) * double(matrix) / multiply, 2 * double(from.bytes()) / copy};
}

TEST(GpuThroughput, OfTheGeneratorInInferenceAndTraining) {
  const Limits most = limits();
  FlowAnonymizer model({features, {0.01, WarpOperator::corrected}}, Initialiser(1));
  Learner learner("generator", model, {});
  const Variable x(to_compute_device(random_tensor({batch, image, image, 1}, 1, 0, 1)));
  double operations = 0;
  for (const auto& node : graph_of(model(x))) operations += node->operations();
  const double step = seconds([&] { learner.update([&] { return mse(model(x), x); }); });
  model.set_training(false);
  const NoGradient no_gradient;
  const double inference = seconds([&] { model(x); });
  std::printf("%s\nlimits measured here: products %.1f TFLOP/s (f32), copies %.0f GB/s\n",
              cuda::description(compute_device()).c_str(), most.operations / 1e12, most.bytes / 1e9);
  const auto print = [&](const char* what, double time, double factor) {
    std::printf("%-14s batch %lld at %lld pixels: %8.1f images/s, %5.1f %% of the product limit\n", what,
                static_cast<long long>(batch), static_cast<long long>(image), double(batch) / time,
                100 * factor * operations / time / most.operations);
  };
  print("inference", inference, 1);
  print("training step", step, 3);  // forward, input gradients, weight gradients
  EXPECT_GT(operations, 0);
}

}  // namespace
}  // namespace scrim::test
