// The convolution kernels by themselves, each as a ratio to the FMA limit measured in the same run.
// Operations are counted as for the direct algorithm, so that Winograd may pass 1.
//
//   build/release/bench/kernel_bench                    one thread; --benchmark_filter=winograd to choose
//   SCRIM_CPU_LEVEL=x86-64-v3 build/release/bench/kernel_bench
#include <benchmark/benchmark.h>

#include "bench/fma_limit.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d/conv2d_packed.h"
#include "kernels/vector/vector_kernels.h"
#include "tensor/parallel.h"
#include "tensor/random.h"

namespace scrim {
namespace {

struct Case {
  const char* name;
  std::int64_t batch, size, in, out, kernel, stride;
};

constexpr Case cases[] = {
    {"winograd", 1, 256, 32, 32, 3, 1},   {"winograd", 1, 128, 64, 64, 3, 1},
    {"winograd", 1, 64, 128, 128, 3, 1},  {"winograd", 1, 32, 256, 256, 3, 1},
    {"winograd", 1, 16, 512, 512, 3, 1},  {"direct", 1, 256, 32, 32, 3, 2},
    {"direct", 1, 128, 64, 64, 3, 2},     {"direct", 1, 128, 128, 128, 3, 2},
    {"direct", 1, 64, 256, 256, 3, 2},    {"direct", 1, 32, 512, 512, 3, 2},
    {"pointwise", 1, 256, 32, 32, 1, 1},  {"pointwise", 1, 128, 64, 64, 1, 1},
    {"pointwise", 1, 64, 128, 128, 1, 1}, {"pointwise", 1, 32, 256, 256, 1, 1},
    {"pointwise", 1, 32, 512, 512, 1, 1},
};

Tensor random_tensor(const Shape& shape, std::uint64_t seed) {
  Tensor tensor = Tensor::empty(shape);
  const Random random(seed);
  const auto values = tensor.mutable_data<float>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(2 * random.uniform_at(i) - 1);
  return tensor;
}

double limit = 0;

enum class Direction { forward, data_gradient, weight_gradient };

void run(benchmark::State& state, const Case& c, Direction direction) {
  const kernels::Conv2dOptions options{{c.stride, c.stride}, {c.kernel / 2, c.kernel / 2}};
  const Tensor x = random_tensor({c.batch, c.size, c.size, c.in}, 1);
  const Tensor w = random_tensor({c.out, c.in, c.kernel, c.kernel}, 2);
  const Shape shape = kernels::conv2d_output_shape(x.shape(), w.shape(), options);
  const Tensor gy = random_tensor(shape, 3);
  Tensor y = Tensor::empty(shape), gx = Tensor::empty(x.shape()), gw = Tensor::empty(w.shape());
  const auto forward = kernels::PackedConv2d::for_forward(w.view(), options);
  const auto gradient = kernels::PackedConv2d::for_input_gradient(w.view(), options);
  double best = 1e300;
  for (auto _ : state) {
    best = std::min(best, bench::fastest(1, [&] {
                      if (direction == Direction::forward) forward.run(x.view(), {}, y.mutable_view());
                      if (direction == Direction::data_gradient)
                        gradient.run(gy.view(), {}, gx.mutable_view());
                      if (direction == Direction::weight_gradient)
                        kernels::conv2d_backward_weight(x.view(), gy.view(), gw.mutable_view(), options);
                    }));
  }
  const double operations = 2.0 * double(shape.numel() * c.in * c.kernel * c.kernel);
  state.counters["GFLOP/s"] = operations / best * 1e-9;
  state.counters["of_limit"] = operations / best / limit;
}

}  // namespace
}  // namespace scrim

int main(int argc, char** argv) {
  using namespace scrim;
  set_thread_count(1);
  limit = bench::measure_fma_limit();
  benchmark::Initialize(&argc, argv);
  benchmark::AddCustomContext("level", vector::kernels().level);
  benchmark::AddCustomContext("fma_limit_gflops", std::to_string(limit * 1e-9));
  for (const Case& c : cases)
    for (auto [direction, what] : {std::pair{Direction::forward, "forward"},
                                   {Direction::data_gradient, "data_gradient"},
                                   {Direction::weight_gradient, "weight_gradient"}}) {
      const std::string name = std::string(c.name) + "/" + what + "/" + std::to_string(c.in) + "to" +
                               std::to_string(c.out) + "_" + std::to_string(c.size) + "px";
      benchmark::RegisterBenchmark(name.c_str(),
                                   [&c, direction = direction](benchmark::State& s) { run(s, c, direction); })
          ->MinTime(0.3)
          ->Unit(benchmark::kMillisecond);
    }
  benchmark::RunSpecifiedBenchmarks();
}
