#include "models/hybridgnet.h"

#include <cmath>
#include <deque>

#include "autograd/ops/binary.h"
#include "autograd/ops/concat.h"
#include "autograd/ops/instance_norm.h"
#include "autograd/ops/loss.h"
#include "autograd/ops/permute.h"
#include "autograd/ops/pool.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/relu.h"
#include "autograd/ops/roi_align.h"
#include "autograd/ops/unary.h"
#include "tensor/device_constant.h"

namespace scrim {
namespace {

constexpr double kl_weight = 1e-5;

SharedMatrix shared(kernels::SparseMatrix matrix) {
  return std::make_shared<const kernels::SparseMatrix>(std::move(matrix));
}

const HybridGNetOptions& checked(const HybridGNetOptions& o) {
  require(o.inputsize > 0 && o.inputsize % 32 == 0 && o.c > 0 && o.latents > 0 && o.f >= 2 && o.f % 2 == 0 &&
              o.K > 0,
          "hybridgnet",
          "inputsize {}, c {}, latents {}, f {}, K {} came, expected a multiple of 32, and positive numbers, "
          "f even",
          o.inputsize, o.c, o.latents, o.f, o.K);
  require(o.window > 0 && o.window % 2 == 1 && o.roi_sampling >= 0, "hybridgnet",
          "window {} and roi_sampling {} came, expected an odd window and at least 0", o.window,
          o.roi_sampling);
  return o;
}

}  // namespace

class HybridGNet::Encoder : public Callable<Encoder> {
 public:
  Encoder(const HybridGNetOptions& o, const Place& place)
      : Callable(place),
        down1_(1, 2 * o.c, child("dconv_down1")),
        down2_(2 * o.c, 4 * o.c, child("dconv_down2")),
        down3_(4 * o.c, 8 * o.c, child("dconv_down3")),
        down4_(8 * o.c, 16 * o.c, child("dconv_down4")),
        down5_(16 * o.c, 32 * o.c, child("dconv_down5")),
        down6_(32 * o.c, 32 * o.c, child("dconv_down6")),
        fc_mu_(flattened(o), o.latents, child("fc_mu")),
        fc_logvar_(flattened(o), o.latents, child("fc_logvar")) {}

  struct Features {
    Variable mean, log_variance, level6, level5;
  };
  Features forward(const Variable& x) {
    Variable y = max_pool2d(down1_(x), halve);
    y = max_pool2d(down2_(y), halve);
    y = max_pool2d(down3_(y), halve);
    y = max_pool2d(down4_(y), halve);
    const Variable level5 = down5_(y);
    const Variable level6 = down6_(max_pool2d(level5, halve));
    // The weights were trained on channel-first memory.
    const Variable rows = permute(level6, {0, 3, 1, 2});
    const Variable flat = reshape(rows, {x.shape()[0], level6.value().numel() / x.shape()[0]});
    return {fc_mu_(flat), fc_logvar_(flat), level6, level5};
  }

 private:
  static std::int64_t flattened(const HybridGNetOptions& o) {
    return 32 * o.c * (o.inputsize / 32) * (o.inputsize / 32);
  }

  ResidualBlock down1_, down2_, down3_, down4_, down5_, down6_;
  Linear fc_mu_, fc_logvar_;
};

/// Chebyshev convolution: lins.0.weight to lins.K-1.weight, bias if wanted.
class HybridGNet::GraphConv : public Callable<GraphConv> {
 public:
  GraphConv(std::int64_t in, std::int64_t out, std::int64_t order, bool with_bias, const Place& place)
      : Callable(place), lins_(child("lins")), weights_(std::size_t(order)) {
    if (with_bias) {
      bias_ = Variable::parameter(Tensor::zeros({out}));
      add_parameter("bias", bias_);
    }
    for (std::size_t k = 0; k < weights_.size(); ++k) {
      const Place of_order = lins_.child(std::to_string(k));
      weights_[k] = Variable::parameter(of_order.initializer().uniform({out, in}, in));
      groups_.emplace_back(of_order).add_parameter("weight", weights_[k]);
    }
  }
  Variable forward(const Variable& x, const SharedMatrix& laplacian) const {
    return chebyshev_conv(x, laplacian, weights_, bias_);
  }

 private:
  Group lins_;
  std::deque<Group> groups_;
  std::vector<Variable> weights_;
  Variable bias_;
};

/// Reads positions off the nodes' features and looks up the image's features around them.
class HybridGNet::Skip : public Callable<Skip> {
 public:
  Skip(std::int64_t features, const HybridGNetOptions& o, const Place& place)
      : Callable(place),
        position_(features, 2, 1, false, child("graphConv_pre")),
        window_(o.window),
        sampling_(o.roi_sampling) {}

  struct Result {
    Variable features, position;
  };
  Result forward(const Variable& x, const SharedMatrix& laplacian, const Variable& level) {
    const Variable position = position_(x, laplacian);
    const std::int64_t n = x.shape()[0], nodes = x.shape()[1];
    const Variable window = roi_align(level, boxes(position.value(), level.shape()[1]), {1, 1, sampling_});
    return {concat({x, reshape(window, {n, nodes, level.shape()[3]}), position}, 2), position};
  }

 private:
  /// [N*nodes,5]: a window around each position, in pixels of a level with sides of `size`.
  Tensor boxes(const Tensor& position, std::int64_t size) const {
    const NoGradient no_gradient;
    const std::int64_t nodes = position.size(1), count = position.size(0) * nodes;
    const auto number = [&](std::int64_t value) { return Variable(position.full_like({}, double(value))); };
    // A window far outside sees nothing wherever it is: bounding it keeps numbers finite.
    const Variable pixel = clamp(scale(Variable(position.reshape({count, 2})), double(size)), -1000, 1e5);
    const Variable image = device_constant(
        position.device(), fmt::format("boxes' images {} of {} {}", count, nodes, name_of(position.dtype())),
        [&] {
          std::vector<double> index;
          for (std::int64_t i = 0; i < count; ++i) index.push_back(double(i / nodes));
          return Tensor::from<double>({count, 1}, index).to(position.dtype());
        });
    return concat({image, pixel - number(window_ / 2), pixel + number(window_ / 2 + 1)}, 1).value();
  }

  GraphConv position_;
  std::int64_t window_, sampling_;
};

HybridGNet::HybridGNet(const HybridGNetOptions& o, const Place& place)
    : Callable(place),
      options_(checked(o)),
      encoder_(std::make_unique<Encoder>(o, child("encoder"))),
      dec_lin_(o.latents, landmark_graph(o.organs, o.contour).coarse_nodes * (o.f / 2), child("dec_lin")) {
  const std::int64_t half = o.f / 2, looked_up = 32 * o.c + 2;
  const auto conv = [&](const char* name, std::int64_t in, std::int64_t out, std::int64_t order, bool bias) {
    return std::make_unique<GraphConv>(in, out, order, bias, child(name));
  };
  up6_ = conv("graphConv_up6", half, half, o.K, true);
  up5_ = conv("graphConv_up5", half, half, o.K, true);
  skip1_ = std::make_unique<Skip>(half, o, child("SC_1"));
  up4_ = conv("graphConv_up4", half + looked_up, o.f, o.K, true);
  up3_ = conv("graphConv_up3", o.f, o.f, o.K, true);
  skip2_ = std::make_unique<Skip>(o.f, o, child("SC_2"));
  up2_ = conv("graphConv_up2", o.f + looked_up, o.f, o.K, true);
  up1_ = conv("graphConv_up1", o.f, 2, 1, false);
  set_graph(landmark_graph(o.organs, o.contour));
}

HybridGNet::~HybridGNet() = default;

void HybridGNet::set_graph(const LandmarkGraph& graph) {
  const std::int64_t expected = dec_lin_.bias.shape()[0] / (options_.f / 2);
  require(graph.coarse_nodes == expected, "hybridgnet", "a graph of {} coarse nodes came, the network has {}",
          graph.coarse_nodes, expected);
  graph_ = graph;
  laplacian_ = shared(scaled_laplacian(graph.edges, graph.nodes));
  coarse_laplacian_ = shared(scaled_laplacian(graph.coarse_edges, graph.coarse_nodes));
  down_ = shared(graph.down);
  up_ = shared(graph.up);
}

Variable HybridGNet::activated(GraphConv& conv, const Variable& x, const SharedMatrix& laplacian) const {
  return relu(instance_norm(conv(x, laplacian)));
}

HybridGNet::Result HybridGNet::forward(const Variable& x, const Variable& noise) {
  const Shape& s = x.shape();
  require(s.rank() == 4 && s[1] == options_.inputsize && s[2] == options_.inputsize && s[3] == 1,
          "hybridgnet", "x has the shape {}, expected [N,{},{},1]", s.str(), options_.inputsize,
          options_.inputsize);
  const auto features = (*encoder_)(x);
  Variable latent = features.mean;
  if (is_training()) {
    require(noise.defined() && noise.shape() == latent.shape(), "hybridgnet",
            "training needs noise of the shape {}", latent.shape().str());
    latent = latent + noise * exp(scale(features.log_variance, 0.5));
  }
  Variable y = reshape(relu(dec_lin_(latent)), {s[0], graph_.coarse_nodes, options_.f / 2});
  y = activated(*up6_, y, coarse_laplacian_);
  y = activated(*up5_, y, coarse_laplacian_);
  const auto coarse = (*skip1_)(y, coarse_laplacian_, features.level6);
  y = activated(*up4_, coarse.features, coarse_laplacian_);
  y = sparse_product(up_, y);
  y = activated(*up3_, y, laplacian_);
  const auto fine = (*skip2_)(y, laplacian_, features.level5);
  y = activated(*up2_, fine.features, laplacian_);
  return {(*up1_)(y, laplacian_), coarse.position, fine.position, features.mean, features.log_variance};
}

Variable HybridGNet::loss(const Result& r, const Variable& target) const {
  const Variable distances = mse(r.landmarks, target) +
                             mse(r.coarse_position, sparse_product(down_, target)) + mse(r.position, target);
  return distances + scale(kl_divergence(r.mean, r.log_variance), kl_weight);
}

}  // namespace scrim
