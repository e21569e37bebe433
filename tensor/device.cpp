#include "tensor/device.h"

namespace scrim {

std::string name_of(Device device) {
  if (device == Device::cpu) return "cpu";
  return device.index == 0 ? "cuda" : "cuda:" + std::to_string(device.index);
}

}  // namespace scrim
