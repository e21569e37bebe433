#include "models/model_list.h"

#include <fmt/format.h>

#include <cstring>

#include "autograd/binary.h"
#include "autograd/loss.h"
#include "autograd/permute.h"
#include "autograd/reduce.h"
#include "autograd/unary.h"
#include "models/densenet.h"
#include "models/dp_pix.h"
#include "models/flow_anonymizer.h"
#include "models/hybrid_unet.h"
#include "models/hybridgnet.h"
#include "models/noise_anonymizer.h"
#include "models/privacy_net.h"
#include "models/protected_anonymizer.h"
#include "models/siamese_verifier.h"
#include "models/sparse_ternary.h"
#include "tensor/spelling.h"

namespace scrim {
namespace {

using Run = std::function<NamedVariables(const NamedVariables&)>;
using Loss = std::function<Variable(const NamedVariables& out, const NamedVariables& in)>;

Network network(std::unique_ptr<Module> module, Run run, Loss loss) {
  Module* whole = module.get();
  return {std::move(module), std::move(run), std::move(loss),
          [whole](State state) { whole->load_state(std::move(state)); }};
}

Loss squared_error() {
  return [](const NamedVariables& out, const NamedVariables& in) {
    return mse(out.at("y"), required_input(in, in.contains("tgt") ? "tgt" : "target"));
  };
}

WarpOptions warp_options(ModelSettings& s) {
  return scrim::warp_options(s.get("mu", 0.01), s.get("operator", "corrected"));
}

/// A network from one image x to one result y.
template <class Model>
Network image_network(std::unique_ptr<Model> model, Loss loss) {
  Model& net = *model;
  return network(
      std::move(model),
      [&net](const NamedVariables& in) {
        return NamedVariables{{"y", net(required_input(in, "x"))}};
      },
      std::move(loss));
}

Network flow_unet(ModelSettings& s, const Initialiser& initialiser) {
  const UNetOptions o{s.get("in_channels", std::int64_t(1)), s.get("out_channels", std::int64_t(2)),
                      s.get("init_features", std::int64_t(32))};
  return image_network(std::make_unique<UNet>(o, initialiser), squared_error());
}

Network flow_anonymizer(ModelSettings& s, const Initialiser& initialiser) {
  auto model = std::make_unique<FlowAnonymizer>(
      FlowAnonymizerOptions{s.get("init_features", std::int64_t(32)), warp_options(s)}, initialiser);
  FlowAnonymizer& anonymizer = *model;
  return network(
      std::move(model),
      [&anonymizer](const NamedVariables& in) {
        const Variable& x = required_input(in, "x");
        const Variable field = anonymizer.field(x);
        return NamedVariables{{"y", warp(x, field, anonymizer.warp_options)}, {"field", field}};
      },
      squared_error());
}

Network protected_anonymizer(ModelSettings& s, const Initialiser& initialiser) {
  const std::string mode = s.get("mode", "blend");
  if (mode != "blend" && mode != "field")
    throw UsageError(fmt::format("[settings] mode is {}, expected blend or field", mode));
  auto model = std::make_unique<ProtectedAnonymizer>(
      ProtectedAnonymizerOptions{s.get("init_features", std::int64_t(32)), warp_options(s),
                                 mode == "blend" ? Protection::blend : Protection::field},
      initialiser);
  ProtectedAnonymizer& anonymizer = *model;
  return network(
      std::move(model),
      [&anonymizer](const NamedVariables& in) {
        return NamedVariables{{"y", anonymizer(required_input(in, "x"), required_input(in, "mask"))}};
      },
      squared_error());
}

Network noise_anonymizer(ModelSettings& s, const Initialiser& initialiser) {
  auto model = std::make_unique<NoiseAnonymizer>(
      NoiseAnonymizerOptions{s.get("init_features", std::int64_t(32)), s.get("noise_degree", 0.1),
                             s.get("smooth", false)},
      initialiser);
  NoiseAnonymizer& anonymizer = *model;
  return network(
      std::move(model),
      [&anonymizer](const NamedVariables& in) {
        return NamedVariables{{"y", anonymizer(required_input(in, "x"), optional_input(in, "sensitivity"))}};
      },
      squared_error());
}

Network pixelization(ModelSettings& s, const Initialiser&) {
  const DpPixOptions o{s.get("cell", std::int64_t(8)), s.get("pixels", 16.0), s.get("epsilon", 0.5)};
  const auto seed = s.get("seed", std::int64_t(1));
  return network(
      std::make_unique<Module>(),
      [o, seed](const NamedVariables& in) {
        return NamedVariables{
            {"y", Variable(dp_pix(required_input(in, "x").value(), o, Random(std::uint64_t(seed))))}};
      },
      [](const NamedVariables&, const NamedVariables&) -> Variable {
        fail("dp_pix", "nothing of it is trained: it has no loss");
      });
}

Network privacy_net(ModelSettings& s, const Initialiser& initialiser) {
  return image_network(std::make_unique<PrivacyNet>(PrivacyNetOptions{s.get("in_dim", std::int64_t(1)),
                                                                      s.get("out_dim", std::int64_t(1)),
                                                                      s.get("num_filter", std::int64_t(16))},
                                                    initialiser),
                       squared_error());
}

Network siamese_verifier(ModelSettings& s, const Initialiser& initialiser) {
  const ResNetOptions o{s.get("width", std::int64_t(64)), s.get("layers", {3, 4, 6, 3}),
                        s.get("embed", std::int64_t(128))};
  auto model = std::make_unique<SiameseVerifier>(o, initialiser);
  SiameseVerifier& verifier = *model;
  return network(
      std::move(model),
      [&verifier](const NamedVariables& in) {
        const Variable a = verifier.embedding(required_input(in, "a"));
        const Variable b = verifier.embedding(required_input(in, "b"));
        const Variable y = verifier.compare(a, b);
        return NamedVariables{{"y", y}, {"nll", verification_nll(y)}, {"embedding_a", a}, {"embedding_b", b}};
      },
      [](const NamedVariables& out, const NamedVariables& in) {
        const Variable& y = out.at("y");
        return bce_with_logits(reshape(y, {y.shape()[0]}), required_input(in, "same"));
      });
}

Network densenet_classifier(ModelSettings& s, const Initialiser& initialiser) {
  const DenseNetOptions o{s.get("growth", std::int64_t(32)),        s.get("blocks", {6, 12, 24, 16}),
                          s.get("init_features", std::int64_t(64)), s.get("bn_size", std::int64_t(4)),
                          s.get("num_labels", std::int64_t(14)),    s.get("linear_memory", false)};
  auto model = std::make_unique<DenseNet>(o, initialiser);
  DenseNet& classifier = *model;
  return network(
      std::move(model),
      [&classifier](const NamedVariables& in) {
        const Variable logits = classifier.logits(required_input(in, "x"));
        return NamedVariables{{"y", sigmoid(logits)}, {"logits", logits}};
      },
      [](const NamedVariables& out, const NamedVariables& in) {
        return bce(out.at("y"), required_input(in, "labels"));
      });
}

Network hybrid_unet(ModelSettings& s, const Initialiser& initialiser) {
  return image_network(
      std::make_unique<HybridUNet>(
          HybridUNetOptions{s.get("c", std::int64_t(4)), s.get("n_classes", std::int64_t(3))}, initialiser),
      [](const NamedVariables& out, const NamedVariables& in) {
        const Tensor& labels = required_input(in, "labels").value();
        return cross_entropy(out.at("y"), labels) + dice_loss(out.at("y"), labels);
      });
}

/// Splits the graph's tensors from a state, and gives older names of the skips their new ones.
LandmarkGraph take_graph(State& state, const LandmarkGraph& otherwise) {
  State graph;
  for (auto entry = state.begin(); entry != state.end();) {
    if (!entry->first.starts_with("graph.")) {
      ++entry;
      continue;
    }
    graph[entry->first] = entry->second;
    entry = state.erase(entry);
  }
  for (int skip : {1, 2}) {
    const std::string older = fmt::format("graphConv_pre{}.lins.0.weight", skip);
    if (auto entry = state.extract(older)) {
      entry.key() = fmt::format("SC_{}.graphConv_pre.lins.0.weight", skip);
      state.insert(std::move(entry));
    }
  }
  return graph.empty() ? otherwise : graph_from_tensors(graph);
}

Network hybridgnet(ModelSettings& s, const Initialiser& initialiser) {
  HybridGNetOptions o;
  o.inputsize = s.get("inputsize", o.inputsize);
  o.c = s.get("c", o.c);
  o.latents = s.get("latents", o.latents);
  o.f = s.get("f", o.f);
  o.K = s.get("K", o.K);
  o.window = s.get("window", o.window);
  o.roi_sampling = s.get("roi_sampling", o.roi_sampling);
  o.organs = s.get("organs", o.organs);
  const std::string contour = s.get("contour", "published");
  if (contour != "closed" && contour != "published")
    throw UsageError(fmt::format("[settings] contour is {}, expected closed or published", contour));
  o.contour = contour == "closed" ? Contour::closed : Contour::published;
  auto model = std::make_unique<HybridGNet>(o, initialiser);
  HybridGNet& net = *model;
  Network result = network(
      std::move(model),
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
      });
  result.load = [&net](State state) {
    net.set_graph(take_graph(state, net.graph()));
    net.load_state(std::move(state));
  };
  return result;
}

/// [N,h,w,k,m] as published code has it: [N,k,m,h,w].
Variable published_code(const Variable& code) {
  return permute(code, {0, 3, 4, 1, 2});
}

Network sparse_ternary(ModelSettings& s, const Initialiser& initialiser) {
  SparseTernaryOptions o;
  o.sampling_ratio_list = s.get("sampling_ratio_list", o.sampling_ratio_list);
  o.channels_list = s.get("channels_list", o.channels_list);
  o.proj_filter_size = s.get("proj_filter_size", o.proj_filter_size);
  o.num_proj_channels = s.get("num_proj_channels", o.num_proj_channels);
  o.num_code_maps = s.get("num_code_maps", o.num_code_maps);
  o.k = s.get("k", o.k);
  o.dropout = s.get("dropout", o.dropout);
  o.beta_momentum = s.get("beta_momentum", o.beta_momentum);
  const double clamp_to = s.get("clamp", 1.0);
  const bool quantised = s.get("quantised", true);
  auto model = std::make_unique<SparseTernaryCoder>(o, initialiser);
  SparseTernaryCoder& coder = *model;
  Network result = network(
      std::move(model),
      [&coder, quantised](const NamedVariables& in) {
        const TernaryCode code = coder.encode(required_input(in, "x"), optional_input(in, "drop_mask"));
        NamedVariables out{{"y", coder.decode(code)},
                           {"code.pos.val", published_code(code.positive)},
                           {"code.pos.ind", published_code(Variable(code.positive_index))},
                           {"code.neg.val", published_code(code.negative)},
                           {"code.neg.ind", published_code(Variable(code.negative_index))}};
        if (quantised && !coder.is_training()) out["y_quantized"] = coder.decode(coder.quantised(code));
        return out;
      },
      [clamp_to](const NamedVariables& out, const NamedVariables& in) {
        return mse(clamp(out.at("y"), -clamp_to, clamp_to), required_input(in, "x"));
      });
  result.load = [&coder](State state) {
    const auto encoder = state.find("encoder.conv_indexer.proj.weight"),
               decoder = state.find("decoder.conv_deindexer.weight");
    if (encoder != state.end() && decoder != state.end() &&
        encoder->second.shape() == decoder->second.shape())
      require(
          std::memcmp(encoder->second.view().data, decoder->second.view().data, encoder->second.bytes()) == 0,
          "weights",
          "encoder.conv_indexer.proj.weight and decoder.conv_deindexer.weight differ; the network "
          "has one tied weight for both");
    coder.load_state(std::move(state));
  };
  return result;
}

constexpr const char* film_in = "x [N,1,H,W] in [0,1], sides divisible by 16";

}  // namespace

const std::vector<ModelEntry>& model_list() {
  static const std::vector<ModelEntry> list = {
      {"flow_unet", "the flow-field U-Net of PriCheXy-Net", film_in, "y: the field [N,2,H,W]",
       "target (or tgt), of y's shape: mean squared error", "in_channels=1 out_channels=2 init_features=32",
       flow_unet},
      {"flow_anonymizer", "PriCheXy-Net: the U-Net (names under generator.) and the warp", film_in,
       "y: the warped film; field", "target, of x's shape: mean squared error",
       "init_features=32 mu=0.01 operator=corrected|published", flow_anonymizer},
      {"protected_anonymizer", "PriCheXySeg-Net: the same, but for protected pixels",
       "x as above; mask, of its shape, 1 = protected", "y", "target, of x's shape: mean squared error",
       "init_features=32 mu=0.01 operator=corrected|published mode=blend|field", protected_anonymizer},
      {"noise_anonymizer", "PriCheXyNoise-Net: the U-Net draws noise that is added",
       "x as above; sensitivity, of its shape (optional)", "y", "target, of x's shape: mean squared error",
       "init_features=32 noise_degree=0.1 smooth=false", noise_anonymizer},
      {"privacy_net", "Privacy-Net's image-to-image U-Net", "x [N,1,H,W] in [0,1], sides divisible by 8", "y",
       "target, of y's shape: mean squared error", "in_dim=1 out_dim=1 num_filter=16", privacy_net},
      {"dp_pix", "differentially private pixelization; no network, no weights",
       "x [N,C,H,W] in [0,1], sides divisible by cell", "y", "none", "cell=8 pixels=16 epsilon=0.5 seed=1",
       pixelization},
      {"siamese_verifier", "the Siamese ResNet-50 patient verifier", "a and b [N,1,H,W] in [0,1]",
       "y: logits [N,1]; nll; embedding_a, embedding_b [N,embed]",
       "same [N], 1 = one patient: BCE with logits", "width=64 layers=3,4,6,3 embed=128", siamese_verifier},
      {"densenet_classifier", "the DenseNet-121 classifier of findings", "x [N,1,H,W] in [0,1]",
       "y: probabilities [N,14]; logits", "labels, of y's shape: BCE",
       "growth=32 blocks=6,12,24,16 init_features=64 bn_size=4 num_labels=14 linear_memory=false",
       densenet_classifier},
      {"hybrid_unet", "HybridGNet's U-Net segmenter (batch statistics always)",
       "x [N,1,H,W], sides divisible by 32", "y: logits [N,n_classes,H,W]",
       "labels i64 [N,H,W]: cross-entropy + Dice", "c=4 n_classes=3", hybrid_unet},
      {"hybridgnet", "HybridGNet with two image-to-graph skips",
       "x [N,1,S,S], S = inputsize; eps [N,latents] (in training)",
       "y: landmarks [N,nodes,2]; pos1, pos2; mu, log_var [N,latents]",
       "target [N,nodes,2]: mean squared errors + 1e-5 KL",
       "inputsize=1024 c=4 latents=64 f=32 K=6 window=3 roi_sampling=3 (0 = adaptive) organs=44,50,26 "
       "contour=published|closed",
       hybridgnet},
      {"sparse_ternary", "PRIMIS's sparse ternary autoencoder",
       "x [N,1,H,W], sides divisible by the ratios' product; drop_mask [N,c*m] (optional, in training)",
       "y; y_quantized (evaluation); code.pos.val, code.pos.ind, code.neg.val, code.neg.ind [N,k,m,h,w]",
       "x itself: mean squared error of clamp(y, -clamp, clamp)",
       "sampling_ratio_list=2,2 channels_list=1,32,64 proj_filter_size=8 num_proj_channels=256 "
       "num_code_maps=4 "
       "k=16 dropout=0.08 clamp=1 quantised=true beta_momentum=1",
       sparse_ternary},
  };
  return list;
}

Network make_network(const std::string& name, ModelSettings settings, const Initialiser& initialiser) {
  std::vector<std::string> names;
  for (const ModelEntry& entry : model_list()) {
    names.push_back(entry.name);
    if (entry.name != name) continue;
    Network network = entry.make(settings, initialiser);
    settings.require_all_known(name);
    return network;
  }
  const std::string near = nearest_spelling(name, names);
  throw UsageError(fmt::format("[model] there is no {}{}; there are {}", name,
                               near.empty() ? "" : fmt::format(", did you mean {}?", near),
                               fmt::join(names, ", ")));
}

const Variable& required_input(const NamedVariables& in, const std::string& name) {
  const auto entry = in.find(name);
  if (entry != in.end()) return entry->second;
  std::vector<std::string> names;
  for (const auto& [other, variable] : in) names.push_back(other);
  fail("input", "the tensor {} is missing; {} came", name,
       names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")));
}

Variable optional_input(const NamedVariables& in, const std::string& name) {
  const auto entry = in.find(name);
  return entry == in.end() ? Variable() : entry->second;
}

}  // namespace scrim
