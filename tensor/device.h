// Where a tensor lies and an op computes.
#pragma once

#include <string>

namespace scrim {

struct Device {
  enum class Kind { cpu, cuda };
  Kind kind = Kind::cpu;
  int index = 0;  ///< which GPU, as the driver counts them

  static const Device cpu, cuda;  ///< cuda: the first GPU
  static constexpr Device cuda_at(int index) { return {Kind::cuda, index}; }
  bool is_cuda() const { return kind == Kind::cuda; }
  bool operator==(const Device&) const = default;
};
inline constexpr Device Device::cpu{Kind::cpu, 0};
inline constexpr Device Device::cuda{Kind::cuda, 0};

/// "cpu", "cuda", "cuda:1".
std::string name_of(Device device);

}  // namespace scrim
