// The snippets of docs/library.md, line by line, and that the page still shows them.
#include <gtest/gtest.h>

#include "autograd/ops/loss.h"
#include "base/atomic_file.h"
#include "layers/linear.h"
#include "tensor/safetensors.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"
#include "training/loop/optimizer.h"

namespace scrim::test {
namespace {

const std::string& page() {
  static const std::string text = read_file(SCRIM_SOURCE_DIR "/docs/library.md", 1 << 20);
  return text;
}

TEST(LibraryPage, TensorsShareMemoryUntilTheyAreCloned) {
  Tensor x = Tensor::from<float>({2, 2}, {1, 2, 3, 4});
  Tensor y = x;
  EXPECT_EQ(y.data<float>().data(), x.data<float>().data());
  y = x.clone();
  y.mutable_data<float>()[0] = 10;
  EXPECT_EQ(x.data<float>()[0], 1);
  expect_contains(page(), "Tensor x = Tensor::from<float>({2, 2}, {1, 2, 3, 4});");
  expect_contains(page(), "y.mutable_data<float>()[0] = 10;");
}

TEST(LibraryPage, GradientsAreWhatThePageSays) {
  Variable w = Variable::parameter(Tensor::from<float>({2}, {1, -2}));
  backward(mse(w, Tensor::zeros({2})));
  float g = w.gradient().data<float>()[0];
  EXPECT_FLOAT_EQ(g, 1);
  expect_contains(page(), "backward(mse(w, Tensor::zeros({2})));");
  expect_contains(page(), "float g = w.gradient().data<float>()[0];       // 2 * w / 2 = 1");
}

TEST(LibraryPage, ModulesTrainAndAreWritten) {
  const TemporaryFolder folder;
  Linear layer(3, 2, Initializer(7));
  const Tensor before = layer.state().at("bias").clone();
  Adam adam(layer.parameters(), 1e-2);
  layer.zero_gradients();
  backward(mse(layer(Tensor::zeros({4, 3})), Tensor::full({4, 2}, 1)));
  adam.step();
  State state = layer.state();
  write_safetensors(folder / "layer.safetensors", {state, {}});
  EXPECT_NE(state.at("bias").data<float>()[0], before.data<float>()[0]);
  EXPECT_EQ(read_safetensors(folder / "layer.safetensors").tensors.at("weight").shape().str(), "[2, 3]");
  expect_contains(page(), "backward(mse(layer(Tensor::zeros({4, 3})), Tensor::full({4, 2}, 1)));");
  expect_contains(page(), "Adam adam(layer.parameters(), 1e-2);");
}

}  // namespace
}  // namespace scrim::test
