#include "models/imagenet.h"

#include "autograd/ops/binary.h"
#include "tensor/device_constant.h"

namespace scrim {

Variable imagenet_normalized(const Variable& x) {
  require(x.shape().rank() == 4 && x.shape()[3] == 1, "imagenet_normalized",
          "x has the shape {}, expected [N,H,W,1]", x.shape().str());
  const auto constant = [&](const char* name, const std::vector<double>& values) -> Variable {
    const DType dtype = x.value().dtype();
    return device_constant(x.value().device(), fmt::format("imagenet {} {}", name, name_of(dtype)),
                           [&] { return Tensor::from<double>({3}, values).to(dtype); });
  };
  return (x - constant("mean", {0.485, 0.456, 0.406})) / constant("deviation", {0.229, 0.224, 0.225});
}

}  // namespace scrim
