#include "evaluation/code_attack.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <optional>
#include <span>

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

/// Places that an attacker names, as signs: 1 where he says positive, -1 where he says negative; [N,h,w,c,m] f32.
using Claims = Tensor;

/// `copies`: how often a sealed file's bytes are looked at: as many claims hit or miss together.
Recovered recovered(const Claims& claims, const TernarySigns& truth, int sign, double copies) {
  const TernaryShape& s = truth.shape;
  const auto claimed = claims.data<float>();
  std::int64_t hits = 0, named = 0;
  for (std::int64_t place = 0; place < s.lines() / s.maps; ++place)
    for (std::int64_t map = 0; map < s.maps; ++map)
      for (std::int64_t channel = 0; channel < s.channels; ++channel) {
        if (claimed[std::size_t((place * s.channels + channel) * s.maps + map)] != float(sign)) continue;
        ++named;
        hits += truth.signs[std::size_t((place * s.maps + map) * s.channels + channel)] == sign;
      }
  const double places = double(s.lines() * s.k), chance = double(named) / double(s.symbols());
  return {double(hits) / places, chance, std::sqrt(chance * (1 - chance) / places * copies)};
}

Tensor zeros_where_unnamed(const Tensor& dense, const Claims& claims) {
  Tensor kept = dense.clone();
  const auto out = kept.mutable_data<float>();
  const auto sign = claims.data<float>();
  for (std::size_t i = 0; i < out.size(); ++i)
    if (sign[i] == 0) out[i] = 0;
  return kept;
}

/// Named places with the beta that stands for their sign and map.
Tensor betas_where_named(FilmCoder& coder, const Claims& claims, std::int64_t k) {
  const NoGradient no_gradient;
  const Shape& s = claims.shape();
  const Tensor any = Tensor::zeros({1, 1, 1, k, s[4]}, DType::i64);
  const TernaryCode betas = coder.network().from_signs(any, any);
  const Tensor positive_values = to_host(betas.positive.value()),
               negative_values = to_host(betas.negative.value());
  Tensor values = Tensor::zeros(s);
  const auto out = values.mutable_data<float>();
  const auto sign = claims.data<float>(), positive = positive_values.data<float>(),
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
  return {std::move(attack), {}, {}, psnr(truth, seen), ssim(truth, seen), seen};
}

Claims with_claims(const Claims& claims, const Tensor& index, double sign) {
  return scatter(Variable(claims), index, Variable(Tensor::full(index.shape(), sign)), index_axis).value();
}

Claims name_smallest(const Tensor& dense, std::int64_t k) {
  const NoGradient no_gradient;
  return with_claims(Tensor::zeros(dense.shape()), top_k(negate(Variable(dense)), index_axis, k).indices, -1);
}

/// Values above `low`, counted in bins of one width.
struct Histogram {
  static constexpr std::size_t bins = 512;
  double low, width;
  std::vector<double> counts = std::vector<double>(bins);

  Histogram(std::span<const float> values, double above) : low(above) {
    const double high = *std::max_element(values.begin(), values.end());
    width = std::max(high - low, 1e-30) / double(bins);
    std::vector<float> sorted;
    for (const float value : values)
      if (value > low) sorted.push_back(value);
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()),
                 sorted.end());  // bytes looked at twice are no evidence
    for (const float value : sorted) ++counts[bin_of(value)];
  }
  std::size_t bin_of(double value) const { return std::min(bins - 1, std::size_t((value - low) / width)); }

  /// Where the density jumps up most; nothing when it does not.
  std::optional<double> jump() const {
    constexpr std::size_t window = 8;
    double most_deviations = 8;
    std::optional<double> place;
    for (std::size_t bin = window; bin + window <= bins; ++bin) {
      const auto at = counts.begin() + std::ptrdiff_t(bin);
      const double below = std::accumulate(at - window, at, 0.0),
                   above = std::accumulate(at, at + window, 0.0);
      const double deviations = (above - below) / std::sqrt(above + below + 1);
      if (deviations <= most_deviations) continue;
      most_deviations = deviations;
      place = low + double(bin) * width;
    }
    return place;
  }
};

Claims name_by_thresholds(const Tensor& dense, std::int64_t k) {
  const NoGradient no_gradient;
  const Claims negatives = name_smallest(dense, k);
  const auto values = dense.data<float>();
  const auto sign = negatives.data<float>();
  double n0 = 1e300, n1 = -1e300;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (sign[i] < 0) {
      n0 = std::min(n0, double(values[i]));
      n1 = std::max(n1, double(values[i]));
    }
  const Histogram histogram(values, n1);
  const auto p1 = histogram.jump();
  if (!p1) return negatives;
  // How many of a bin's values are the negatives' decoys: half of all places draw them, evenly up to 2 n1 - n0.
  const double decoys = double(dense.numel()) / 2 * (1 - 2 * double(k) / double(dense.size(3)));
  const double decoys_in_bin = decoys * histogram.width / std::max(n1 - n0, 1e-30);
  Tensor odds = Tensor::empty(dense.shape());
  const auto out = odds.mutable_data<float>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    out[i] = -1;
    if (values[i] <= n1 || values[i] >= *p1) continue;
    const double there = histogram.counts[histogram.bin_of(values[i])];
    const double expected = values[i] < 2 * n1 - n0 ? decoys_in_bin : 0;
    out[i] = float(std::max(0.0, there - expected) / there);
  }
  Claims claims = with_claims(negatives, top_k(Variable(odds), index_axis, k).indices, 1);
  const auto named = claims.mutable_data<float>();  // a line may have fewer than k candidates
  for (std::size_t i = 0; i < values.size(); ++i)
    if (named[i] > 0 && out[i] < 0) named[i] = sign[i];
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
    const double copies =
        kind == PublicKind::sealed ? std::max(1.0, 8 * double(s.symbols()) / s.ideal_bits()) : 1;
    result.negatives = recovered(claims, target.code, -1, copies);
    result.positives = recovered(claims, target.code, 1, copies);
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

LearnedAttacker::LearnedAttacker(FilmCoder& coder, PublicKind kind, const std::vector<GrayImage>& own,
                                 std::int64_t height, std::int64_t width, const LearnedAttackOptions& options,
                                 const std::function<void(std::int64_t, double)>& progress)
    : coder_(coder) {
  std::vector<const GrayImage*> films;
  for (const GrayImage& film : own)
    if (film.height == height && film.width == width) films.push_back(&film);
  require(films.size() >= 3, "attack", "{} of the attacker's films have {} x {} pixels, expected at least 3",
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

  // A stranger's film is not in the mean, so that the one shown in training must not be either.
  const auto mean_of_others = [&](const Tensor& film) {
    const auto n = float(films.size());
    Tensor mean = mean_patches_.clone();
    for (std::size_t i = 0; i < std::size_t(mean.numel()); ++i)
      mean.mutable_data<float>()[i] = (n * mean.data<float>()[i] - film.data<float>()[i]) / (n - 1);
    return mean;
  };

  const PublicKey anyone = new_secret_key().public_key();
  const Random random(options.seed, "learned attack");
  // A public file of the attacker's own, made anew in every step.
  const auto dense_of = [&](std::size_t film, std::int64_t step) {
    if (kind == PublicKind::published)
      return ambiguated(codes[film], coder_.channels(), random.split("decoys").split(std::uint64_t(step)));
    const ShareHeader header = coder_.header_of(
        *films[film], kind == PublicKind::sealed ? ShareMode::sealed : ShareMode::ternary_pad);
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
    const Tensor dense = there(sight.dense), smallest = there(sight.smallest),
                 mean = there(mean_of_others(pixels[film])), target = there(pixels[film]);
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
  const auto said = [&](const char* what, const Recovered& r) {
    text += fmt::format("{}: {:.1f} % ({}; {:.1f} % by chance).\n", what, 100 * r.share,
                        r.share > 1 - 1e-9  ? "all of them"
                        : r.beyond_chance() ? "more than chance"
                                            : "chance",
                        100 * r.chance);
  };
  if (const AttackResult* smallest = of("k_smallest"))
    said("Negative places that the k smallest values of each line give away", smallest->negatives);
  if (const AttackResult* threshold = of("threshold")) {
    if (threshold->positives.chance > 0)
      said("Positive places where values are denser than decoys can be", threshold->positives);
    else
      text += "Positive places: the bottom of their decoys does not stand out, none was named.\n";
  }
  const AttackResult *learned = of("learned"), *mean = of("mean film");
  if (learned && mean) {
    const bool sees_more = learned->ssim > mean->ssim + 0.01 || learned->psnr > mean->psnr + 0.5;
    text += fmt::format(
        "The learned attacker sees {} the mean of films shows: PSNR {:.2f} against {:.2f} dB, SSIM {:.3f} "
        "against {:.3f}.\n",
        sees_more ? "more than" : "no more than", learned->psnr, mean->psnr, learned->ssim, mean->ssim);
  }
  if (kind == PublicKind::published)
    text +=
        "Why: every decoy is at or above every true negative value. The published reconstruction without the "
        "key looks safe\nonly because its k largest are all decoys, and the negatives that it does find "
        "enter "
        "with the wrong sign.\n";
  return text;
}

}  // namespace scrim
