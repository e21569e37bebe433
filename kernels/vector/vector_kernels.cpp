#include "kernels/vector/vector_kernels.h"

#include <array>
#include <atomic>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.h"

namespace scrim::vector {

#if defined(__x86_64__)
namespace v2 {
extern const Kernels table;
}
namespace v3 {
extern const Kernels table;
}
#ifndef SCRIM_WITHOUT_V4
namespace v4 {
extern const Kernels table;
}
#endif
#else
namespace baseline {
extern const Kernels table;
}
#endif

const Kernels* const* available_levels() {
  static const auto levels = [] {
    std::array<const Kernels*, 4> found{};
    std::size_t count = 0;
#if defined(__x86_64__)
    // The features that this code uses of each level; the compiler's own level names came after GCC 12.
    __builtin_cpu_init();
#ifndef SCRIM_WITHOUT_V4
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("fma"))
      found[count++] = &v4::table;
#endif
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))
      found[count++] = &v3::table;
    if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt")) found[count++] = &v2::table;
    require(count > 0, "cpu", "this machine is older than x86-64-v2 (SSE4.2)");
#else
    found[count++] = &baseline::table;
#endif
    return found;
  }();
  return levels.data();
}

namespace {

const Kernels* level_at_start() {
  const char* wanted = std::getenv("SCRIM_CPU_LEVEL");
  if (!wanted) return available_levels()[0];
  std::string names;
  for (auto level = available_levels(); *level; ++level) {
    if (std::string_view(wanted) == (*level)->level) return *level;
    names += std::string(names.empty() ? "" : ", ") + (*level)->level;
  }
  fail("cpu", "SCRIM_CPU_LEVEL is \"{}\"; this machine and build have {}", wanted, names);
}

std::atomic<const Kernels*>& current() {
  static std::atomic<const Kernels*> level = level_at_start();
  return level;
}

}  // namespace

const Kernels& kernels() {
  return *current().load(std::memory_order_relaxed);
}
void use_level(const Kernels& level) {
  current() = &level;
}

std::int64_t product_width(std::int64_t columns) {
  const Kernels& k = kernels();
  std::int64_t width = k.narrowest;
  while (width < columns && width < k.widest) width *= 2;
  return width;
}

}  // namespace scrim::vector
