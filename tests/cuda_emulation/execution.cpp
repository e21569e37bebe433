// A launch as loops over blocks and threads. A thread runs until it ends or meets a barrier; those that wait are fibers
// of their own, resumed when all of the block have arrived. Every other launch runs its blocks and threads backwards:
// a result that depends on their order, or lacks a barrier, differs.
#include <boost/context/fiber.hpp>
#include <boost/context/pooled_fixedsize_stack.hpp>
#include <cstring>
#include <vector>

#include "tests/cuda_emulation/device_memory.h"
#include "tests/cuda_emulation/emulation.h"
#include "tests/cuda_emulation/stream.h"

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;

namespace cuda_emulation {

bool in_kernel = false;
std::string current_kernel;

namespace {

using boost::context::fiber;

struct Waiting {
  fiber rest;
  uint3 thread;
};

fiber* home = nullptr;  // where the running fiber returns to
bool at_barrier = false, starting = false, backwards = false;

uint3 place(unsigned index, const dim3& extent) {
  return {index % extent.x, index / extent.x % extent.y, index / extent.x / extent.y};
}

/// Begins the block's threads in one fiber, one after the other, until one of them waits; that fiber is then its own.
fiber begin_threads(const std::function<void()>& thread, unsigned& next, unsigned count) {
  static boost::context::pooled_fixedsize_stack stacks(64 * 1024);
  return fiber(std::allocator_arg, stacks, [&, count](fiber&& caller) {
    fiber back = std::move(caller);
    home = &back;
    while (starting && next < count) {
      threadIdx = place(backwards ? count - 1 - next : next, blockDim);
      ++next;
      thread();
    }
    return std::move(*home);
  });
}

void run_block(const std::function<void()>& thread, unsigned count) {
  std::vector<Waiting> waiting;
  unsigned next = 0;
  starting = true;
  while (next < count) {
    at_barrier = false;
    fiber rest = begin_threads(thread, next, count).resume();
    if (at_barrier) waiting.push_back({std::move(rest), threadIdx});
  }
  starting = false;
  while (!waiting.empty()) {
    if (waiting.size() != count)
      return report(std::to_string(waiting.size()) + " of " + std::to_string(count) +
                    " threads of a block meet a barrier in kernel " + current_kernel);
    std::vector<Waiting> still;
    for (Waiting& one : waiting) {
      at_barrier = false;
      threadIdx = one.thread;
      fiber rest = std::move(one.rest).resume();
      if (at_barrier) still.push_back({std::move(rest), one.thread});
    }
    waiting = std::move(still);
  }
}

void run_grid(const dim3& grid, const dim3& block, const std::string& kernel,
              const std::function<void()>& thread) {
  in_kernel = true;
  current_kernel = kernel;
  gridDim = grid;
  blockDim = block;
  backwards = !backwards;
  const unsigned blocks = grid.x * grid.y * grid.z;
  for (unsigned i = 0; i < blocks; ++i) {
    blockIdx = place(backwards ? blocks - 1 - i : i, grid);
    run_block(thread, block.x * block.y * block.z);
  }
  in_kernel = false;
}

/// "element_kernel<Fill<float>>" of what the compiler calls cudaLaunchKernelEx with it.
std::string short_name(const std::string& signature) {
  std::string name = signature;
  const auto with = name.find("Parameters = {");
  if (with != std::string::npos) name = name.substr(with + std::strlen("Parameters = {"));
  name = name.substr(0, name.find("}; Arguments"));
  const auto body = name.rfind("long int, ");
  if (body == 0) name = name.substr(std::strlen("long int, "));
  for (const char* noise : {"scrim::kernels::", "scrim::cuda::", "{anonymous}::", "(anonymous namespace)::"})
    for (auto at = name.find(noise); at != std::string::npos; at = name.find(noise))
      name.erase(at, std::strlen(noise));
  return name;
}

}  // namespace

cudaError_t launch(const cudaLaunchConfig_t& config, std::string signature, std::function<void()> thread) {
  const unsigned long long threads = 1ull * config.blockDim.x * config.blockDim.y * config.blockDim.z;
  if (threads == 0 || threads > 1024 || config.gridDim.x == 0 || config.gridDim.x > 0x7fffffffu ||
      config.gridDim.y == 0 || config.gridDim.y > 65535 || config.gridDim.z == 0 || config.gridDim.z > 65535)
    return cudaErrorInvalidConfiguration;
  if (!is_stream(config.stream)) return cudaErrorInvalidResourceHandle;
  const std::string name = short_name(signature);
  count("kernel " + name);
  enqueue(config.stream, [grid = config.gridDim, block = config.blockDim, name, thread = std::move(thread)] {
    run_grid(grid, block, name, thread);
  });
  return cudaSuccess;
}

}  // namespace cuda_emulation

void __syncthreads() {
  using namespace cuda_emulation;
  at_barrier = true;
  boost::context::fiber* const own = home;
  *own = std::move(*own).resume();
  home = own;
}
