#include "layers/linear.h"

namespace scrim {

Linear::Linear(std::int64_t in_features, std::int64_t out_features, const Place& place) : Callable(place) {
  const Initializer initializer = place.initializer();
  weight = Variable::parameter(initializer.of("weight").uniform({out_features, in_features}, in_features));
  bias = Variable::parameter(initializer.of("bias").uniform({out_features}, in_features));
  add_parameter("weight", weight);
  add_parameter("bias", bias);
}

Variable Linear::forward(const Variable& x) const {
  return linear(x, weight, bias);
}

}  // namespace scrim
