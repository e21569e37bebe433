#include "tensor/device_constant.h"

#include <map>
#include <mutex>

#include "tensor/device_graph.h"

namespace scrim {

Tensor device_constant(Device device, const std::string& key, const std::function<Tensor()>& make) {
  if (device == Device::cpu) return make();
  // Never destroyed: a tensor must not be freed after the driver has gone. A program meets few keys; the bound is against
  // one that meets very many.
  static auto& kept = *new std::map<std::string, Tensor>;
  static std::mutex mutex;
  constexpr std::size_t most = 1024;
  const std::lock_guard lock(mutex);
  const std::string full_key = name_of(device) + " " + key;
  if (const auto found = kept.find(full_key); found != kept.end()) {
    DeviceGraph::keep(found->second);
    return found->second;
  }
  if (kept.size() >= most) kept.clear();
  return kept[full_key] = make().to(device);
}

}  // namespace scrim
