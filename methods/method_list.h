// Every method, in one list. To add one: its pair of files and card here, its test, and its class in AllMethods.
#pragma once

#include <span>
#include <tuple>

#include "methods/flow_field.h"
#include "methods/image_to_image.h"
#include "methods/noise.h"
#include "methods/pixelization.h"
#include "methods/surrogate/surrogate.h"
#include "methods/transplant/transplant.h"
#include "methods/unchanged.h"

namespace scrim {

using AllMethods = std::tuple<FlowField, Noise, ImageToImage, Pixelization, Surrogate, Transplant, Unchanged>;

template <class Method>
constexpr bool is_learned = std::is_base_of_v<LearnedMethod, Method>;

struct MethodEntry {
  const char* name;     ///< in configurations
  const char* network;  ///< what its weight files hold; null for methods without a network
};
std::span<const MethodEntry> method_list();

/// The entry of this name, or null.
const MethodEntry* find_method(std::string_view name);
/// "flow_field", "noise" or "none": for messages and help. `learned`: only those with a network.
std::string method_names(bool learned = false);

/// Calls work.template operator()<Method>() for every method of the list.
template <class Work>
void for_each_method(Work&& work) {
  [&]<class... Each>(std::tuple<Each...>*) {
    (work.template operator()<Each>(), ...);
  }(static_cast<AllMethods*>(nullptr));
}

}  // namespace scrim
