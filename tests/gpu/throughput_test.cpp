// How fast the device is, and how near its limits: run with `ctest -L gpu` on a machine with a GPU. The limits are measured
// here too, in the same run: a large product, and a copy of memory. On the emulated device the sizes are small and the
// figures mean nothing.
#include <gtest/gtest.h>

#include <chrono>

#include "autograd/ops/loss.h"
#include "autograd/ops/relu.h"
#include "kernels/matmul/matmul.h"
#include "models/flow_anonymizer.h"
#include "tensor/compute_device.h"
#include "tensor/memory/device_memory.h"
#include "tests/support/op_check.h"
#include "training/loop/repeated_step.h"

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
  cuda::synchronize(compute_device());
  const auto begin = std::chrono::steady_clock::now();
  for (std::int64_t i = 0; i < repeats; ++i) work();
  cuda::synchronize(compute_device());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / double(repeats);
}

struct Limits {
  double operations, bytes;  ///< a second
};

/// Products as compute_settings() has them, operands converted where it says 16 bits.
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

void print(const std::string& what, double time, double operations, const Limits& most) {
  std::printf("  %-28s %8.1f images/s, %5.1f %% of the product limit\n", what.c_str(), double(batch) / time,
              100 * operations / time / most.operations);
}

TEST(GpuThroughput, OfTheGeneratorInInferenceAndTraining) {
  if (!compute_device().is_cuda()) GTEST_SKIP() << "no GPU was asked for";
  std::printf("%s\nU-Net with warp, batch %lld at %lld pixels\n", cuda::description(compute_device()).c_str(),
              static_cast<long long>(batch), static_cast<long long>(image));
  for (const auto& [name, math] : product_maths) {
    set_compute_settings({math, true});
    const Limits most = limits();
    FlowAnonymizer model({features, {0.01, WarpOperator::corrected}}, Initializer(1));
    Learner learner("generator", model, {});
    learner.set_reads_later(true);
    const Tensor films = to_compute_device(random_tensor({batch, image, image, 1}, 1, 0, 1));
    double operations = 0;
    for (const auto& node : graph_of(model(films))) operations += node->operations();
    EXPECT_GT(operations, 0);
    RepeatedStep<Tensor> repeated;
    const auto step = [&](bool captured) {
      repeated(captured, films, "", [&](const Tensor& x) {
        return std::vector{learner.step([&] { return mse(model(x), Variable(x)); })};
      });
    };
    std::printf("%s: limits measured here: products %.1f TFLOP/s, copies %.0f GB/s\n", name,
                most.operations / 1e12, most.bytes / 1e9);
    // Forward, input gradients and weight gradients: about three times the products.
    print("training step", seconds([&] { step(false); }), 3 * operations, most);
    for (int i = 0; i < 3; ++i) step(true);
    print("training step, captured", seconds([&] { step(true); }), 3 * operations, most);
    model.set_training(false);
    const NoGradient no_gradient;
    print("inference", seconds([&] { model(films); }), operations, most);
  }
  set_compute_settings({});
}

TEST(GpuThroughput, OfAnOpThatOnlyMovesMemory) {
  if (!compute_device().is_cuda()) GTEST_SKIP() << "no GPU was asked for";
  const Limits most = limits();
  const Variable x(Tensor::full({elements}, 1, DType::f32, compute_device()));
  const double time = seconds([&] { relu(x); });
  std::printf("relu: %5.1f %% of the copy limit, %.0f GB/s\n",
              100 * 2 * double(x.value().bytes()) / time / most.bytes, most.bytes / 1e9);
}

}  // namespace
}  // namespace scrim::test
