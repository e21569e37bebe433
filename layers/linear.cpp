#include "layers/linear.h"

namespace scrim {

Linear::Linear(std::int64_t in_features, std::int64_t out_features, const Initializer& initializer)
    : weight(Variable::parameter(initializer.of("weight").uniform({out_features, in_features}, in_features))),
      bias(Variable::parameter(initializer.of("bias").uniform({out_features}, in_features))) {
  add_parameter("weight", weight);
  add_parameter("bias", bias);
}

Variable Linear::operator()(const Variable& x) const {
  const Scope scope(name());
  return linear(x, weight, bias);
}

}  // namespace scrim
