#include "evaluation/code_attack.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "autograd/binary.h"
#include "autograd/concat.h"
#include "autograd/loss.h"
#include "autograd/reduce.h"
#include "autograd/top_k.h"
#include "autograd/unary.h"
#include "evaluation/image_quality.h"
#include "sharing/ternary_pad.h"
#include "tensor/compute_device.h"
#include "training/learner.h"

namespace scrim {
namespace {

constexpr int index_axis = 3;

/// Places that an attacker names, as signs: 1 where he says positive, -1 where he says negative.
struct Claims {
  Tensor signs;  ///< [N,h,w,c,m] f32
  std::size_t positive = 0, negative = 0;
};

/// Share of the true places of a sign among the claims.
double recall(const Claims& claims, const TernarySigns& truth, int sign) {
  const TernaryShape& s = truth.shape;
  const auto claimed = claims.signs.data<float>();
  std::int64_t hits = 0;
  for (std::int64_t place = 0; place < s.lines() / s.maps; ++place)
    for (std::int64_t map = 0; map < s.maps; ++map)
      for (std::int64_t channel = 0; channel < s.channels; ++channel)
        hits += truth.signs[std::size_t((place * s.maps + map) * s.channels + channel)] == sign &&
                claimed[std::size_t((place * s.channels + channel) * s.maps + map)] == float(sign);
  return double(hits) / double(s.lines() * s.k);
}

Tensor zeros_where_unnamed(const Tensor& dense, const Claims& claims) {
  Tensor kept = dense.clone();
  const auto out = kept.mutable_data<float>();
  const auto sign = claims.signs.data<float>();
  for (std::size_t i = 0; i < out.size(); ++i)
    if (sign[i] == 0) out[i] = 0;
  return kept;
}

/// Named places with the beta that stands for their sign and map.
Tensor betas_where_named(FilmCoder& coder, const Claims& claims, std::int64_t k) {
  const NoGradient no_gradient;
  const Shape& s = claims.signs.shape();
  const Tensor any = Tensor::zeros({1, 1, 1, k, s[4]}, DType::i64);
  const TernaryCode betas = coder.network().from_signs(any, any);
  const Tensor positive_values = to_host(betas.positive.value()),
               negative_values = to_host(betas.negative.value());
  Tensor values = Tensor::zeros(s);
  const auto out = values.mutable_data<float>();
  const auto sign = claims.signs.data<float>(), positive = positive_values.data<float>(),
             negative = negative_values.data<float>();
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t map = i % std::size_t(s[4]);
    if (sign[i] != 0) out[i] = sign[i] > 0 ? positive[map] : negative[map];
  }
  return values;
}

GrayImage decoded(FilmCoder& coder, const Tensor& values, const GrayImage& like) {
  const NoGradient no_gradient;
  const Variable patches = clamp(coder.network().decode_dense(to_compute_device(values)), 0, 1);
  return image_from_tensor(film_of_patches(to_host(patches.value()), like.height, like.width), like.bits);
}

AttackResult result_of(std::string attack, const GrayImage& seen, const GrayImage& truth) {
  return {std::move(attack), 0, 0, 0, 0, psnr(truth, seen), ssim(truth, seen), seen};
}

Claims name_smallest(const Tensor& dense, std::int64_t k) {
  const NoGradient no_gradient;
  const TopK smallest = top_k(negate(Variable(dense)), index_axis, k);
  Claims claims{Tensor::zeros(dense.shape())};
  const Variable minus(Tensor::full(smallest.indices.shape(), -1));
  claims.signs = scatter(Variable(claims.signs), smallest.indices, minus, index_axis).value();
  claims.negative = std::size_t(smallest.indices.numel());
  return claims;
}

/// Where the density of sorted values above `low` rises to at least twice what it was below: two Poisson densities,
/// the split that makes the values most likely. `low` itself when no split is much likelier than none.
double density_rise(const std::vector<float>& sorted, double low) {
  constexpr double least_gain = 20;  // in log likelihood; chance brings a few
  const double n = double(sorted.size()), high = sorted.back();
  double best = least_gain, place = low;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const double at = sorted[i], left = at - low, right = high - at;
    if (left <= 0 || right <= 0) continue;
    const double below = double(i), above = n - below;
    if (2 * below / left > above / right) continue;
    const double gain =
        below * std::log(below / left) + above * std::log(above / right) - n * std::log(n / (high - low));
    if (gain > best) {
      best = gain;
      place = at;
    }
  }
  return place;
}

Claims name_by_thresholds(const Tensor& dense, std::int64_t k) {
  Claims claims = name_smallest(dense, k);
  const auto values = dense.data<float>();
  const auto signs = claims.signs.mutable_data<float>();
  double n0 = 0, n1 = -1e300;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (signs[i] == 0) continue;
    n0 = std::min(n0, double(values[i]));
    n1 = std::max(n1, double(values[i]));
  }
  const double top_of_negative_decoys = 2 * n1 - n0;
  std::vector<float> above;
  for (const float value : values)
    if (value > top_of_negative_decoys) above.push_back(value);
  std::sort(above.begin(), above.end());
  above.erase(std::unique(above.begin(), above.end()), above.end());  // bytes looked at twice are no evidence
  if (above.size() < 3) return claims;
  const double p1 = density_rise(above, top_of_negative_decoys);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] > top_of_negative_decoys && values[i] < p1) {
      signs[i] = 1;
      ++claims.positive;
    }
  return claims;
}

}  // namespace

const char* name_of(PublicKind kind) {
  return kind == PublicKind::published ? "published" : kind == PublicKind::sealed ? "sealed" : "ternary_pad";
}

Tensor dense_view(const ShareFile& file) {
  const TernaryShape& s = file.header.code;
  Tensor dense = Tensor::empty({s.patches, s.side, s.side, s.channels, s.maps});
  const auto out = dense.mutable_data<float>();
  const auto put = [&](std::int64_t index, double value) {  // index in the order of the lines
    const std::int64_t channel = index % s.channels, line = index / s.channels;
    out[std::size_t((line / s.maps * s.channels + channel) * s.maps + line % s.maps)] = float(value);
  };
  if (file.header.mode == ShareMode::ternary_pad) {
    // Ties are broken at random, so that no place is preferred.
    const auto signs = unpacked(
        std::string_view(file.payload).substr(0, file.payload.size() - share_format::mac_size), s.symbols());
    const Random random(1, "ties");
    for (std::int64_t i = 0; i < s.symbols(); ++i)
      put(i, signs[std::size_t(i)] + 0.1 * (random.uniform_at(std::uint64_t(i)) - 0.5));
    return dense;
  }
  // Four bytes a number, at every place of the payload in turn.
  const std::size_t starts = file.payload.size() - 3;
  for (std::int64_t i = 0; i < s.symbols(); ++i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, file.payload.data() + std::size_t(i) % starts, 4);
    put(i, 2 * double(bits) / 4294967295.0 - 1);
  }
  return dense;
}

std::vector<AttackResult> attack_by_values(FilmCoder& coder, const AttackedFilm& target, PublicKind kind) {
  const TernaryShape& s = target.code.shape;
  std::vector<AttackResult> results;
  for (const char* attack : {"k_smallest", "threshold"}) {
    const Claims claims = attack == std::string("threshold") ? name_by_thresholds(target.dense, s.k)
                                                             : name_smallest(target.dense, s.k);
    const Tensor values = kind == PublicKind::published ? zeros_where_unnamed(target.dense, claims)
                                                        : betas_where_named(coder, claims, s.k);
    AttackResult result = result_of(attack, decoded(coder, values, target.film), target.film);
    result.negatives = recall(claims, target.code, -1);
    result.positives = recall(claims, target.code, 1);
    result.negatives_chance = double(claims.negative) / double(s.symbols());
    result.positives_chance = double(claims.positive) / double(s.symbols());
    results.push_back(std::move(result));
  }
  return results;
}

/// From dense numbers to a code for the public decoder, and how far to trust what it shows.
class LearnedAttacker::Network : public Module {
 public:
  Network(SparseTernaryCoder& decoder, std::int64_t channels, std::int64_t maps,
          const Initialiser& initialiser)
      : decoder_(decoder),
        coded_(channels * maps),
        read_({2 * coded_, hidden, 1, true}, initialiser.of("read")),
        write_({hidden, coded_, 1, true}, initialiser.of("write")),
        trust_(Variable::parameter(Tensor::full({1}, 2 / trust_unit))) {
    write_.weight.mutable_value().copy_from(Tensor::zeros(write_.weight.shape()));
    add_module("read", read_);
    add_module("write", write_);
    add_parameter("trust", trust_);
  }

  /// dense and smallest[N,h,w,c,m] in units of `scale`; mean[N,P,P,1].
  Variable operator()(const Tensor& dense, const Tensor& smallest, float scale, const Tensor& mean) {
    const Shape& s = dense.shape();
    const Shape flat{s[0], s[1], s[2], coded_};
    const Variable known = reshape(Variable(smallest), flat);
    const Variable in =
        concat({reshape(scrim::scale(Variable(dense), 1 / scale), flat), scrim::scale(known, 1 / scale)}, 3);
    const Variable code = known + scrim::scale(write_(leaky_relu(read_(in))), scale);
    const Variable shown = decoder_.decode_dense(reshape(code, s));
    return Variable(mean) + share() * (shown - Variable(mean));
  }

  Variable share() const { return sigmoid(scrim::scale(trust_, trust_unit)); }

 private:
  static constexpr std::int64_t hidden = 128;
  /// So that Adam's small steps can turn it within a few hundred of them; it begins at sigmoid(2) = 0.88.
  static constexpr double trust_unit = 100;
  SparseTernaryCoder& decoder_;
  std::int64_t coded_;
  Conv2d read_, write_;
  Variable trust_;
};

namespace {

/// What the attacker feeds his network: the numbers, and the k smallest of each line with zeros elsewhere.
struct Sight {
  Tensor dense, smallest;
  float scale;
};
Sight sight_of(const Tensor& dense, std::int64_t k) {
  const Claims claims = name_smallest(dense, k);
  double squares = 0;
  for (const float value : dense.data<float>()) squares += double(value) * value;
  return {dense, zeros_where_unnamed(dense, claims),
          float(std::sqrt(squares / double(dense.numel())) + 1e-12)};
}

}  // namespace

LearnedAttacker::LearnedAttacker(FilmSealer& sealer, PublicKind kind, const std::vector<GrayImage>& own,
                                 std::int64_t height, std::int64_t width, const LearnedAttackOptions& options,
                                 const std::function<void(std::int64_t, double)>& progress)
    : coder_(sealer.coder()) {
  std::vector<const GrayImage*> films;
  for (const GrayImage& film : own)
    if (film.height == height && film.width == width) films.push_back(&film);
  require(films.size() >= 2, "attack", "{} of the attacker's films have {} x {} pixels, expected at least 2",
          films.size(), width, height);
  const std::int64_t patch = coder_.settings().patch_size;
  std::vector<TernaryCode> codes;
  std::vector<Tensor> pixels;
  for (const GrayImage* film : films) {
    codes.push_back(coder_.encode(*film));
    pixels.push_back(patches_of_film(tensor_from_image(*film), patch));
  }
  mean_patches_ = Tensor::zeros(pixels.front().shape());
  for (const Tensor& film : pixels)
    for (std::size_t i = 0; i < std::size_t(film.numel()); ++i)
      mean_patches_.mutable_data<float>()[i] += film.data<float>()[i] / float(pixels.size());

  const PublicKey anyone = new_secret_key().public_key();
  const Random random(options.seed, "learned attack");
  // A public file of the attacker's own, made anew in every step.
  const auto dense_of = [&](std::size_t film, std::int64_t step) {
    if (kind == PublicKind::published)
      return ambiguated(codes[film], coder_.channels(), random.split("decoys").split(std::uint64_t(step)));
    const ShareHeader header{kind == PublicKind::sealed ? ShareMode::sealed : ShareMode::ternary_pad,
                             8,
                             height,
                             width,
                             patch,
                             {},
                             {},
                             {},
                             {},
                             0};
    return dense_view(seal_code(header, signs_of(codes[film], coder_.channels()), {.keys = {anyone}}));
  };

  network_ = std::make_unique<Network>(coder_.network(), coder_.channels(), coder_.settings().num_code_maps,
                                       Initialiser(options.seed));
  Learner learner("attacker", *network_, {.learning_rate = 3e-4});
  Random order = random.split("order");
  const std::int64_t patches = mean_patches_.size(0);
  for (std::int64_t step = 0; step < options.steps; ++step) {
    const auto film = std::size_t(order.below(std::int64_t(films.size())));
    const Sight sight = sight_of(dense_of(film, step), coder_.k());
    std::vector<std::int64_t> rows;
    for (std::int64_t i = 0; i < std::min(options.patches_in_step, patches); ++i)
      rows.push_back(order.below(patches));
    const auto there = [&](const Tensor& x) { return to_compute_device(chosen_patches(x, rows)); };
    const Tensor dense = there(sight.dense), smallest = there(sight.smallest), mean = there(mean_patches_),
                 target = there(pixels[film]);
    const double loss = learner.update([&] {
      const Frozen frozen(coder_.network());
      return mse((*network_)(dense, smallest, sight.scale, mean), target);
    });
    progress(step + 1, loss);
  }
}

LearnedAttacker::~LearnedAttacker() = default;

AttackResult LearnedAttacker::operator()(const AttackedFilm& target) {
  const NoGradient no_gradient;
  const Sight sight = sight_of(target.dense, target.code.shape.k);
  const Variable patches =
      clamp((*network_)(to_compute_device(sight.dense), to_compute_device(sight.smallest), sight.scale,
                        to_compute_device(mean_patches_)),
            0, 1);
  const GrayImage seen = image_from_tensor(
      film_of_patches(to_host(patches.value()), target.film.height, target.film.width), target.film.bits);
  return result_of("learned", seen, target.film);
}

AttackResult LearnedAttacker::mean_film(const AttackedFilm& target) const {
  const GrayImage mean = image_from_tensor(
      film_of_patches(mean_patches_, target.film.height, target.film.width), target.film.bits);
  return result_of("mean film", mean, target.film);
}

double LearnedAttacker::trust() const {
  const NoGradient no_gradient;
  return to_host(network_->share().value()).item();
}

std::string verdict(PublicKind kind, const std::vector<AttackResult>& results) {
  const auto of = [&](std::string_view attack) {
    const auto found = std::find_if(results.begin(), results.end(),
                                    [&](const AttackResult& result) { return result.attack == attack; });
    return found == results.end() ? nullptr : &*found;
  };
  std::string text;
  if (const AttackResult* smallest = of("k_smallest")) {
    const bool above_chance = smallest->negatives > 2 * smallest->negatives_chance;
    text += fmt::format(
        "The k smallest values of each line give away {:.1f} % of the negative places ({}; {:.1f} % "
        "by chance).\n",
        100 * smallest->negatives,
        smallest->negatives == 1 ? "all of them"
        : above_chance           ? "more than chance"
                                 : "chance",
        100 * smallest->negatives_chance);
  }
  if (const AttackResult* threshold = of("threshold"))
    text +=
        threshold->positives > 0 && threshold->positives > 2 * threshold->positives_chance
            ? fmt::format(
                  "Thresholds give away {:.1f} % of the positive places; the others lie among the decoys.\n",
                  100 * threshold->positives)
            : std::string("Thresholds give away no positive place beyond chance.\n");
  const AttackResult *learned = of("learned"), *mean = of("mean film");
  if (learned && mean) {
    const bool sees_more = learned->ssim > mean->ssim + 0.01 || learned->psnr > mean->psnr + 0.5;
    text += fmt::format(
        "The learned attacker sees {} the mean of films shows: PSNR {:.2f} against {:.2f} dB, SSIM {:.3f} "
        "against "
        "{:.3f}.\n",
        sees_more ? "more than" : "no more than", learned->psnr, mean->psnr, learned->ssim, mean->ssim);
  }
  if (kind == PublicKind::published)
    text +=
        "Why: every decoy is at or above every true negative value. The published reconstruction without the "
        "key looks "
        "safe\nonly because its k largest are all decoys, and the negatives that it does find enter with the "
        "wrong "
        "sign.\n";
  return text;
}

}  // namespace scrim
