#include "models/imagenet.h"

#include "autograd/binary.h"

namespace scrim {

Variable imagenet_normalised(const Variable& x) {
  require(x.shape().rank() == 4 && x.shape()[3] == 1, "imagenet_normalised",
          "x has the shape {}, expected [N,H,W,1]", x.shape().str());
  const DType dtype = x.value().dtype();
  static const Tensor mean = Tensor::from<double>({3}, {0.485, 0.456, 0.406});
  static const Tensor deviation = Tensor::from<double>({3}, {0.229, 0.224, 0.225});
  return (x - Variable(mean.to(dtype))) / Variable(deviation.to(dtype));
}

}  // namespace scrim
