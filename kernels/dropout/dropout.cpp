#include "kernels/dropout/dropout.h"

#include "kernels/binary/binary.h"

namespace scrim::kernels {
namespace {

void require_probability(double p) {
  require(p >= 0 && p < 1, "dropout", "the probability is {}, expected 0 <= p < 1", p);
}
}  // namespace

void dropout_mask(const Random& random, double p, View mask) {
  require_probability(p);
  dispatch(dropout_mask_kernels, mask, random, p, mask);
}

void dropout(ConstView x, ConstView keep, double p, View y) {
  require_probability(p);
  require_same_type("dropout", x, y);
  require_shape("dropout", "y", y, x.shape);
  require_shape("dropout", "keep, repeated,", ConstView{keep.data, broadcast_shape(x.shape, keep.shape)},
                x.shape);
  dispatch(dropout_kernels, y, x, keep, p, y);
}

}  // namespace scrim::kernels
