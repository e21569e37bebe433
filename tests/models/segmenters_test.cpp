// Landmark graphs, sparse codes, and what the list of models knows of published files.
#include <gtest/gtest.h>

#include <cmath>

#include "models/hybridgnet.h"
#include "models/networks/network_list.h"
#include "models/sparse_ternary.h"
#include "tests/support/golden.h"
#include "tests/support/op_check.h"
#include "tests/support/test_data.h"

namespace scrim::test {
namespace {

Tensor constant_through(const kernels::SparseMatrix& matrix) {
  const auto shared = std::make_shared<const kernels::SparseMatrix>(matrix);
  return sparse_product(shared, Variable(Tensor::full({1, matrix.columns, 1}, 1))).value();
}

TEST(LandmarkGraph, RingsAndMeans) {
  const LandmarkGraph graph = landmark_graph({44, 50, 26}, Contour::closed);
  EXPECT_EQ(graph.nodes, 120);
  EXPECT_EQ(graph.coarse_nodes, 60);
  EXPECT_EQ(graph.edges.shape().str(), "[2, 240]");
  for (const Tensor& y : {constant_through(graph.down), constant_through(graph.up)})
    for (const float value : y.data<float>()) EXPECT_FLOAT_EQ(value, 1);  // means of ones are ones
}

TEST(LandmarkGraph, ClosedContoursJoinTheLastWithTheFirst) {
  // Landmark 3 of 4 lies between coarse nodes 1 and 0; the published matrix copies node 1.
  Tensor coarse = Tensor::from<float>({1, 2, 1}, {10, 20});
  const auto up = [&](Contour contour) {
    const auto matrix = std::make_shared<const kernels::SparseMatrix>(landmark_graph({4}, contour).up);
    return sparse_product(matrix, Variable(coarse)).value().data<float>()[3];
  };
  EXPECT_EQ(up(Contour::closed), 15);
  EXPECT_EQ(up(Contour::published), 20);
}

/// The published matrices are in the other set of vectors.
class PublishedGraph : public testing::TestWithParam<VectorFile> {};

TEST_P(PublishedGraph, HasTheseMatrices) {
  const Golden golden(GetParam().path);
  if (GetParam().set == "own") {
    EXPECT_FALSE(golden.has("in.pool_index.D"));  // its network makes its own
    return;
  }
  const auto built = graph_tensors(landmark_graph({12, 10, 7}, Contour::published));
  for (const auto& [ours, stored] :
       std::map<std::string, std::string>{{"graph.down_index", "in.pool_index.D"},
                                          {"graph.down_values", "in.pool_values.D"},
                                          {"graph.up_index", "in.pool_index.U"},
                                          {"graph.up_values", "in.pool_values.U"}})
    EXPECT_TRUE(same_bytes(built.at(ours), golden[stored])) << ours;
}

INSTANTIATE_TEST_SUITE_P(Files, PublishedGraph, testing::ValuesIn(vector_files("models", "hybridgnet")),
                         test_name);

TEST(LandmarkGraph, TravelsWithWeights) {
  const Facts settings{{"image_size", "32"}, {"c", "1"},           {"latents", "2"},        {"f", "4"},
                       {"K", "2"},           {"landmarks", "5,4"}, {"contour", "published"}};
  Network network = make_network("hybridgnet", settings, Initializer(1));
  State state = network.module->state();
  // The same number of coarse nodes, another template: 6 and 3 landmarks.
  for (const auto& [name, tensor] : graph_tensors(landmark_graph({6, 3}, Contour::closed)))
    state[name] = tensor;
  // And the skips under the names of the older file.
  for (int skip : {1, 2}) {
    auto entry = state.extract(fmt::format("SC_{}.graphConv_pre.lins.0.weight", skip));
    entry.key() = fmt::format("graphConv_pre{}.lins.0.weight", skip);
    state.insert(std::move(entry));
  }
  network.load(state);
  const auto& net = dynamic_cast<const HybridGNet&>(*network.module);
  EXPECT_TRUE(same_bytes(net.graph().edges, landmark_graph({6, 3}, Contour::closed).edges));
  state["graph.edges"] = Tensor::from<std::int64_t>({2, 1}, {0, -1});
  EXPECT_THROW(network.load(state), Error);
}

TEST(SparseTernaryCoder, OtherKAtRunTime) {
  const SparseTernaryOptions options{
      .channels_list = {1, 4, 6}, .num_proj_channels = 8, .num_code_maps = 2, .k = 3};
  SparseTernaryCoder coder(options, Initializer(1));
  const Variable x(random_tensor({2, 1, 1, 1}, 2, 0, 1));
  const Variable film(random_tensor({2, 40, 32, 1}, 2, 0, 1));
  EXPECT_THROW(coder.encode(x), Error);
  coder.encode(film);  // in training: betas become the means
  coder.set_training(false);
  for (const std::int64_t k : {1, 2, 3, 4}) {
    coder.set_k(k);
    const TernaryCode code = coder.encode(film);
    EXPECT_EQ(code.positive.shape()[3], k);
    EXPECT_EQ(coder.decode(code).shape().str(), film.shape().str());
    if (k <= 3)
      EXPECT_EQ(coder.decode(coder.quantized(code)).shape().str(), film.shape().str());
    else
      EXPECT_THROW(coder.quantized(code), Error);
  }
  EXPECT_THROW(coder.set_k(5), Error);
}

TEST(SparseTernaryCoder, BetaIsARunningMeanOfTheValues) {
  SparseTernaryCoder coder(
      {.channels_list = {1, 4, 6}, .num_proj_channels = 8, .num_code_maps = 1, .k = 1, .beta_momentum = 0.25},
      Initializer(1));
  const Variable film(random_tensor({2, 32, 32, 1}, 2, 0, 1));
  double mean = 0;
  const Tensor values = coder.encode(film).positive.value();
  for (const float value : values.data<float>()) mean += value / double(values.numel());
  const auto beta = [&] { return coder.state().at("decoder.conv_deindexer.beta_pos").data<float>()[0]; };
  EXPECT_NEAR(beta(), 0.25 * mean, 1e-5);
  coder.encode(film);  // training statistics of one batch: the same values again
  EXPECT_NEAR(beta(), (0.25 + 0.75 * 0.25) * mean, 1e-5);
}

TEST(SparseTernaryCoder, TiedWeightsMustAgree) {
  const Facts settings{
      {"channels_list", "1,4,6"}, {"num_proj_channels", "8"}, {"num_code_maps", "2"}, {"k", "3"}};
  Network network = make_network("sparse_ternary", settings, Initializer(1));
  State state = network.module->state();
  network.load(state);
  Tensor& tied = state.at("decoder.conv_deindexer.weight");
  tied = tied.clone();
  tied.mutable_data<float>()[0] += 1;
  EXPECT_THROW(network.load(state), Error);
}

}  // namespace
}  // namespace scrim::test
