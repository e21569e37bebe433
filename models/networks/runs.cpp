#include "models/networks/runs.h"

#include <numeric>

#include "autograd/ops/binary.h"
#include "autograd/ops/loss.h"
#include "autograd/ops/permute.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/unary.h"
#include "base/config/config_checks.h"
#include "models/dp_pix.h"
#include "models/networks/build_network.h"
#include "models/patch_likeness.h"

namespace scrim::runs {
namespace {

using Run = std::function<NamedVariables(const NamedVariables&)>;
using Loss = std::function<Variable(const NamedVariables& out, const NamedVariables& in)>;
using Example = std::function<NamedVariables(std::int64_t batch, std::int64_t image_size)>;

template <class Module>
Network network(std::unique_ptr<Module> module, Run run, Loss loss, Example example) {
  Module& net = *module;
  return {std::move(module), std::move(run), std::move(loss),
          [&net](State state) { load_weights(net, std::move(state)); }, std::move(example)};
}

Variable constant(const Shape& shape, double value) {
  return Variable(Tensor::full(shape, value));
}

Loss squared_error() {
  return [](const NamedVariables& out, const NamedVariables& in) {
    return mse(out.at("y"), required_input(in, in.contains("tgt") ? "tgt" : "target"));
  };
}

/// Gray films in, an image of `channels` as the target.
Example film_example(std::int64_t channels = 1) {
  return [channels](std::int64_t n, std::int64_t size) {
    return NamedVariables{{"x", constant({n, size, size, 1}, 0.5)},
                          {"mask", constant({n, size, size, 1}, 0)},
                          {"target", constant({n, size, size, channels}, 0.5)}};
  };
}

/// A network from one image x to one result y.
template <class Module>
Network image_network(std::unique_ptr<Module> module, Loss loss, Example example) {
  Module& net = *module;
  return network(
      std::move(module),
      [&net](const NamedVariables& in) {
        return NamedVariables{{"y", net(required_input(in, "x"))}};
      },
      std::move(loss), std::move(example));
}

}  // namespace

Network flow_unet(const FlowUNetSettings& s, const Initializer& initializer) {
  return image_network(build(s, initializer), squared_error(), [s](std::int64_t n, std::int64_t size) {
    return NamedVariables{{"x", constant({n, size, size, s.in_channels}, 0.5)},
                          {"target", constant({n, size, size, s.out_channels}, 0.5)}};
  });
}

Network flow_anonymizer(const FlowAnonymizerSettings& s, const Initializer& initializer) {
  auto module = build(s, initializer);
  FlowAnonymizer& net = *module;
  return network(
      std::move(module),
      [&net](const NamedVariables& in) {
        const Variable& x = required_input(in, "x");
        const Variable mask =
            net.options.protection == Protection::none ? Variable() : required_input(in, "mask");
        const Variable field = net.field(x);
        return NamedVariables{{"y", net.warped(x, field, mask).film}, {"field", field}};
      },
      squared_error(), film_example());
}

Network noise_anonymizer(const NoiseAnonymizerSettings& s, const Initializer& initializer) {
  auto module = build(s, initializer);
  NoiseAnonymizer& net = *module;
  return network(
      std::move(module),
      [&net](const NamedVariables& in) {
        return NamedVariables{{"y", net(required_input(in, "x"), optional_input(in, "sensitivity"))}};
      },
      squared_error(), film_example());
}

Network privacy_net(const PrivacyNetSettings& s, const Initializer& initializer) {
  return image_network(build(s, initializer), squared_error(), [s](std::int64_t n, std::int64_t size) {
    return NamedVariables{{"x", constant({n, size, size, s.in_channels}, 0.5)},
                          {"target", constant({n, size, size, s.out_channels}, 0.5)}};
  });
}

Network pixelization(const DpPixRunSettings& s, const Initializer&) {
  return network(
      std::make_unique<Module>(),
      [s](const NamedVariables& in) {
        return NamedVariables{
            {"y", Variable(dp_pix(required_input(in, "x").value(), {s.cell, s.pixels, s.epsilon},
                                  Random(std::uint64_t(s.seed))))}};
      },
      [](const NamedVariables&, const NamedVariables&) -> Variable {
        fail("dp_pix", "it is not trained and has no loss");
      },
      film_example());
}

Network siamese_verifier(const VerifierSettings& s, const Initializer& initializer) {
  auto module = build(s, initializer);
  SiameseVerifier& net = *module;
  return network(
      std::move(module),
      [&net](const NamedVariables& in) {
        const Variable a = net.embedding(required_input(in, "a"));
        const Variable b = net.embedding(required_input(in, "b"));
        const Variable y = net.compare(a, b);
        return NamedVariables{{"y", y}, {"nll", verification_nll(y)}, {"embedding_a", a}, {"embedding_b", b}};
      },
      [](const NamedVariables& out, const NamedVariables& in) {
        const Variable& y = out.at("y");
        return bce_with_logits(reshape(y, {y.shape()[0]}), required_input(in, "same"));
      },
      [](std::int64_t n, std::int64_t size) {
        return NamedVariables{{"a", constant({n, size, size, 1}, 0.5)},
                              {"b", constant({n, size, size, 1}, 0.5)},
                              {"same", constant({n}, 1)}};
      });
}

Network patch_matcher(const MatcherSettings& s, const Initializer& initializer) {
  auto module = build(s, initializer);
  PatchMatcher& net = *module;
  return network(
      std::move(module),
      [&net](const NamedVariables& in) {
        const Variable a = net(required_input(in, "a")), b = net(required_input(in, "b"));
        return NamedVariables{{"y", patch_likenesses(a, b)}, {"places_a", a}, {"places_b", b}};
      },
      [](const NamedVariables& out, const NamedVariables&) {
        const Variable& y = out.at("y");
        std::vector<std::int64_t> own(std::size_t(y.shape()[0]));
        std::iota(own.begin(), own.end(), 0);
        return matching_loss(y, Tensor::from<std::int64_t>({y.shape()[0]}, own).to(y.value().device()), {});
      },
      [](std::int64_t n, std::int64_t size) {
        return NamedVariables{{"a", constant({n, size, size, 1}, 0.5)},
                              {"b", constant({n, size, size, 1}, 0.5)}};
      });
}

Network densenet_classifier(const ClassifierSettings& s, const Initializer& initializer) {
  auto module = build(s, initializer);
  DenseNet& net = *module;
  return network(
      std::move(module),
      [&net](const NamedVariables& in) {
        const Variable logits = net.logits(required_input(in, "x"));
        return NamedVariables{{"y", sigmoid(logits)}, {"logits", logits}};
      },
      [](const NamedVariables& out, const NamedVariables& in) {
        return bce(out.at("y"), required_input(in, "labels"));
      },
      [s](std::int64_t n, std::int64_t size) {
        return NamedVariables{{"x", constant({n, size, size, 1}, 0.5)},
                              {"labels", constant({n, s.num_labels}, 1)}};
      });
}

Network hybrid_unet(const HybridUNetSettings& s, const Initializer& initializer) {
  return image_network(
      build(s, initializer),
      [](const NamedVariables& out, const NamedVariables& in) {
        const Tensor& labels = required_input(in, "labels").value();
        return cross_entropy(out.at("y"), labels) + dice_loss(out.at("y"), labels);
      },
      [](std::int64_t n, std::int64_t size) {
        return NamedVariables{{"x", constant({n, size, size, 1}, 0.5)},
                              {"labels", Variable(Tensor::zeros({n, size, size}, DType::i64))}};
      });
}

Network hybridgnet(const HybridGNetRunSettings& s, const Initializer& initializer) {
  expect(s.image_size >= 32 && s.image_size <= 4096 && s.image_size % 32 == 0, "settings.image_size",
         s.image_size, "32 to 4096, divisible by 32");
  auto module = build(s.network, s.image_size, initializer);
  HybridGNet& net = *module;
  return network(
      std::move(module),
      [&net](const NamedVariables& in) {
        const auto r = net(required_input(in, "x"), optional_input(in, "eps"));
        return NamedVariables{{"y", r.landmarks},
                              {"pos1", r.coarse_position},
                              {"pos2", r.position},
                              {"mu", r.mean},
                              {"log_var", r.log_variance}};
      },
      [&net](const NamedVariables& out, const NamedVariables& in) {
        return net.loss({out.at("y"), out.at("pos1"), out.at("pos2"), out.at("mu"), out.at("log_var")},
                        required_input(in, "target"));
      },
      [&net, s](std::int64_t n, std::int64_t) {
        return NamedVariables{{"x", constant({n, s.image_size, s.image_size, 1}, 0.5)},
                              {"eps", constant({n, s.network.latents}, 0)},
                              {"target", constant({n, net.graph().nodes, 2}, 0.5)}};
      });
}

namespace {

/// [N,h,w,k,m] as published code has it: [N,k,m,h,w].
Variable published_code(const Variable& code) {
  return permute(code, {0, 3, 4, 1, 2});
}

}  // namespace

Network sparse_ternary(const SparseTernaryRunSettings& s, const Initializer& initializer) {
  SparseCoderSettings settings = s.network;
  settings.patch_size = settings.proj_filter_size;  // whatever fits: nothing is cut into patches here
  for (const std::int64_t ratio : settings.sampling_ratio_list) settings.patch_size *= ratio;
  auto module = build(settings, initializer);
  SparseTernaryCoder& net = *module;
  return network(
      std::move(module),
      [&net, quantized = s.quantized](const NamedVariables& in) {
        const TernaryCode code = net.encode(required_input(in, "x"), optional_input(in, "drop_mask"));
        NamedVariables out{{"y", net.decode(code)},
                           {"code.pos.val", published_code(code.positive)},
                           {"code.pos.ind", published_code(Variable(code.positive_index))},
                           {"code.neg.val", published_code(code.negative)},
                           {"code.neg.ind", published_code(Variable(code.negative_index))}};
        if (quantized && !net.is_training()) out["y_quantized"] = net.decode(net.quantized(code));
        return out;
      },
      [limit = s.clamp](const NamedVariables& out, const NamedVariables& in) {
        return mse(clamp(out.at("y"), -limit, limit), required_input(in, "x"));
      },
      film_example());
}

}  // namespace scrim::runs
