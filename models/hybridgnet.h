// HybridGNet with two image-to-graph skips (Gaggion et al., "Improving anatomical plausibility in medical
// image segmentation via hybrid graph neural networks", IEEE TMI 2022): a convolutional encoder, a
// variational latent, and a graph decoder that draws landmarks of lungs and heart. Names as published.
//
//   x[N,S,S,1], S = inputsize, divisible by 32 -> landmarks[N,nodes,2] = (x, y) in units of the image's side
//   decoder: linear layer to the coarse graph, Chebyshev convolutions of order K with instance norm (each
//   node's features by themselves) and relu, upsampling to the full graph; at two places the nodes' present
//   positions are read off the features, a window around each is looked up in the encoder's deepest levels
//   (RoI-align), and features, window and position go on together
#pragma once

#include "layers/linear.h"
#include "models/landmark_graph.h"
#include "models/residual_block.h"
#include "tensor/random.h"

namespace scrim {

struct HybridGNetOptions {
  std::int64_t inputsize = 1024;  ///< side of the image, pixels
  std::int64_t c = 4;             ///< the encoder has 2c, 4c, 8c, 16c, 32c features
  std::int64_t latents = 64, f = 32,
               K = 6;       ///< latent size, features of the decoder, order of its convolutions
  std::int64_t window = 3;  ///< side of the looked-up window, in pixels of the encoder's level; odd
  std::int64_t roi_sampling =
      3;  ///< samples a side of the window; 0 = adaptive, as published: unstable by rounding
  std::vector<std::int64_t> organs = {44, 50, 26};  ///< landmarks of right lung, left lung, heart
  Contour contour = Contour::closed;
};

class HybridGNet : public Callable<HybridGNet> {
 public:
  HybridGNet(const HybridGNetOptions& options, const Place& place);
  ~HybridGNet() override;

  struct Result {
    Variable landmarks;                  ///< [N,nodes,2]
    Variable coarse_position, position;  ///< the skips' positions, [N,coarse_nodes,2] and [N,nodes,2]
    Variable mean, log_variance;         ///< of the latent, [N,latents]
  };
  /// In training the latent is mean + noise * exp(log_variance / 2); noise[N,latents] is a standard normal
  /// draw. In evaluation it is the mean, and noise is not looked at.
  Result forward(const Variable& x, const Variable& noise = {});

  /// 3 terms of mean squared error (landmarks and both positions against target[N,nodes,2] and its coarse
  /// form)
  /// + 1e-5 * KL, as published.
  Variable loss(const Result& result, const Variable& target) const;

  void set_graph(const LandmarkGraph& graph);
  const LandmarkGraph& graph() const { return graph_; }

 private:
  class Encoder;
  class GraphConv;
  class Skip;

  Variable activated(GraphConv& conv, const Variable& x, const SharedMatrix& laplacian) const;

  HybridGNetOptions options_;
  LandmarkGraph graph_;
  SharedMatrix laplacian_, coarse_laplacian_, down_, up_;
  std::unique_ptr<Encoder> encoder_;
  Linear dec_lin_;
  std::unique_ptr<GraphConv> up6_, up5_;
  std::unique_ptr<Skip> skip1_;
  std::unique_ptr<GraphConv> up4_, up3_;
  std::unique_ptr<Skip> skip2_;
  std::unique_ptr<GraphConv> up2_, up1_;
};

}  // namespace scrim
