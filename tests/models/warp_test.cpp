#include "models/warp.h"

#include <gtest/gtest.h>

#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

Variable warped(VectorCall& c, WarpOperator warp_operator) {
  return warp(c.in["x"], c.in["field"], {c.attrs["mu"], warp_operator});
}

TEST(Warp, AgreesWithVectors) {
  check_vectors("flow_warp", Layout::images,
                [](VectorCall& c) { return warped(c, WarpOperator::published); });
  check_vectors("corrected_warp", Layout::images,
                [](VectorCall& c) { return warped(c, WarpOperator::corrected); });
}

// "identity_grid": one set stores it as grids of grid_sample are here, the other as images.
TEST(Warp, IdentityGridAgreesWithVectors) {
  int checked = 0;
  for (const VectorFile& file : vector_files("ops")) {
    const Golden golden(file.path);
    for (const auto& entry : golden.metadata("cases")) {
      if (entry["op"] != "identity_grid") continue;
      checked += file.set == "own";
      const Tensor grid = identity_grid(entry["attrs"]["h"], entry["attrs"]["w"]);
      const auto name = entry["case"].get<std::string>() + ".out.y";
      golden.expect_close(golden[name].shape() == grid.shape() ? grid : nchw_from_nhwc(grid), name, 1e-7,
                          name);
    }
  }
  EXPECT_GT(checked, 0);
}

}  // namespace
}  // namespace scrim::test
