// An op against the vectors of another framework (docs/vectors.md), on the reference kernels and on the fast ones.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "autograd/variable.h"
#include "tests/support/golden.h"

namespace scrim::test {

struct VectorCall {
  std::map<std::string, Variable> in;     ///< inputs and parameters by their names in the file
  nlohmann::json attrs;                   ///< the case's options
  std::map<std::string, Tensor> further;  ///< filled by the op: results beside the first, compared too
};

/// images: the file's [N,C,H,W] are [N,H,W,C] here, but for weights, grids, boxes and labels.
enum class Layout { plain, images };

/// Expects result and gradients of every case of the op, in every set that is present, to agree. The own set has
/// at least one.
void check_vectors(const std::string& op, Layout layout, const std::function<Variable(VectorCall&)>& run);

}  // namespace scrim::test
