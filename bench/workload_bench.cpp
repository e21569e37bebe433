// Whole workloads, as JSON lines: the U-Net's inference and training step against the FMA limit measured in
// this run, two threads against one, memory, and the binary's size and start-up.
//
//   build/release/bench/workload_bench [path of another scrim binary to measure]
//
// Convolutions count as for the direct algorithm; everything else is overhead.
#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "autograd/ops/loss.h"
#include "bench/fma_limit.h"
#include "data/files/image_file.h"
#include "kernels/vector/vector_kernels.h"
#include "models/flow_anonymizer.h"
#include "tensor/parallel.h"
#include "tensor/safetensors.h"
#include "training/loop/optimizer.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t features = 32, size = 256;

/// Operations of one forward pass: two for each product of every convolution.
double forward_operations(std::int64_t n) {
  double products = 0;
  const auto conv = [&](std::int64_t side, std::int64_t in, std::int64_t out, std::int64_t taps) {
    products += double(n * side * side * in * out * taps);
  };
  std::int64_t side = size, f = features, in = 1;
  for (int level = 0; level < 5; ++level, side /= 2, in = f, f *= 2) {
    conv(side, in, f, 9);
    conv(side, f, f, 9);
  }
  side = size / 16;
  f = features * 16;
  for (int level = 0; level < 4; ++level) {
    conv(side, f, f / 2, 4);  // 2x2 transposed: four products for each input pixel
    side *= 2;
    f /= 2;
    conv(side, 2 * f, f, 9);
    conv(side, f, f, 9);
  }
  conv(size, features, 2, 1);
  return 2 * products;
}

Tensor film(std::int64_t n) {
  Tensor x = Tensor::empty({n, size, size, 1});
  const Random random(5);
  const auto values = x.mutable_data<float>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(random.uniform_at(i));
  return x;
}

bool same_bytes(const Tensor& a, const Tensor& b) {
  return std::memcmp(a.view().data, b.view().data, a.bytes()) == 0;
}

struct Timing {
  double one_thread, two_threads;
  bool same;
};

void print(const char* what, double operations, double limit, const Timing& t) {
  fmt::print(
      "{{\"workload\": \"{}\", \"seconds\": {:.4f}, \"of_fma_limit\": {:.3f}, \"two_threads_speedup\": "
      "{:.2f}, "
      "\"two_threads_same_bytes\": {}}}\n",
      what, t.one_thread, operations / t.one_thread / limit, t.one_thread / t.two_threads, t.same);
  std::fflush(stdout);
}

void bench_inference(double limit) {
  UNet unet({1, 2, features}, Initializer(1));
  unet.set_training(false);
  const NoGradient no_gradient;
  const Variable x(film(1));
  const auto timed = [&](int threads, Tensor& y) {
    set_thread_count(threads);
    y = unet(x).value();  // packs the weights
    return bench::fastest(9, [&] { y = unet(x).value(); });
  };
  Tensor one, two;
  Timing t{timed(1, one), timed(2, two), false};
  t.same = same_bytes(one, two);
  print("unet32_256_inference_batch1", forward_operations(1), limit, t);
}

void bench_training(double limit) {
  constexpr std::int64_t batch = 4;
  const Variable x(film(batch));
  std::size_t peak = 0;
  const auto timed = [&](int threads, State& after) {
    set_thread_count(threads);
    FlowAnonymizer model({features, {}}, Initializer(1));
    Adam adam(model.parameters(), 1e-4);
    const auto step = [&] {
      model.zero_gradients();
      backward(mse(model(x), x));
      adam.step();
    };
    memory::release_unused();
    memory::reset_peak();
    const double seconds = bench::fastest(4, step);
    peak = std::max(peak, memory::peak_bytes());
    after = model.state();
    return seconds;
  };
  State one, two;
  Timing t{timed(1, one), timed(2, two), true};
  for (const auto& [name, tensor] : one) t.same &= same_bytes(tensor, two.at(name));
  // The gradient of the first layer's input is not needed, and not counted.
  const double first = 2.0 * double(batch * size * size * features * 9);
  print("unet32_256_training_step_batch4", 3 * forward_operations(batch) - first, limit, t);
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  fmt::print(
      "{{\"workload\": \"training_step_memory\", \"tensors_peak_mb\": {:.1f}, \"tensors_peak_mb_per_image\": "
      "{:.1f}, "
      "\"process_peak_mb\": {:.1f}}}\n",
      double(peak) * 1e-6, double(peak) * 1e-6 / double(batch), double(usage.ru_maxrss) * 1.024e-3);
}

/// Runs a program with its output thrown away; the exit status. Spawned: a fork of this large process would
/// take longer than the program.
int run(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int error = ::posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (error != 0 || ::waitpid(child, &status, 0) != child) return 127;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void bench_binary(const std::string& binary) {
  const fs::path folder = fs::temp_directory_path() / fmt::format("scrim-bench-{}", ::getpid());
  fs::create_directories(folder);
  const fs::path weights = folder / "weights.safetensors", in = folder / "in.png", out = folder / "out.png";
  FlowAnonymizer model({features, {}}, Initializer(1));
  model.set_training(false);
  write_safetensors(weights, {model.generator.state(), {{"model", "flow_anonymizer"}}});
  write_png(in, image_from_tensor(film(1), 8));

  set_thread_count(1);
  const NoGradient no_gradient;
  const Variable x(film(1));
  model(x);
  const double inference = bench::fastest(9, [&] { model(x); });
  const double version = bench::fastest(9, [&] { run({binary, "--version"}); });
  int status = 0;
  const double whole = bench::fastest(9, [&] {
    status |= run({binary, "--threads", "1", "anonymize", in, "-o", out, "-w", weights, "--overwrite"});
  });
  fmt::print(
      "{{\"workload\": \"binary\", \"path\": \"{}\", \"megabytes\": {:.2f}, \"start_ms\": {:.1f}, "
      "\"anonymize_one_256_ms\": {:.1f}, \"inference_ms\": {:.1f}, \"beyond_inference_ms\": {:.1f}, "
      "\"exit_status\": {}}}\n",
      fs::path(binary).filename().string(), double(fs::file_size(binary)) * 1e-6, version * 1e3, whole * 1e3,
      inference * 1e3, (whole - inference) * 1e3, status);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace scrim

int main(int argc, char** argv) {
  using namespace scrim;
  set_thread_count(1);
  const double limit = bench::measure_fma_limit();
  fmt::print("{{\"level\": \"{}\", \"fma_limit_gflops\": {:.1f}}}\n", vector::kernels().level, limit * 1e-9);
  bench_inference(limit);
  bench_training(limit);
  bench_binary(argc > 1 ? argv[1] : SCRIM_BINARY);
}
