#include "evaluation/code_attacks/learned_code_attack.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops/binary.h"
#include "autograd/ops/concat.h"
#include "autograd/ops/loss.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/unary.h"
#include "evaluation/code_attacks/value_attack.h"
#include "films/patches.h"
#include "layers/conv2d.h"
#include "tensor/compute_device.h"
#include "training/loop/learner.h"

namespace scrim {

/// From dense numbers to a code for the public decoder, and how far to trust what it shows.
class LearnedAttacker::Network : public Callable<Network> {
 public:
  Network(SparseTernaryCoder& decoder, std::int64_t channels, std::int64_t maps, const Place& place)
      : Callable(place),
        decoder_(decoder),
        coded_(channels * maps),
        read_({2 * coded_, hidden, 1, true}, child("read")),
        write_({hidden, coded_, 1, true}, child("write")),
        trust_(Variable::parameter(Tensor::full({1}, 2 / trust_unit))) {
    write_.weight.mutable_value().copy_from(Tensor::zeros(write_.weight.shape()));
    add_parameter("trust", trust_);
  }

  /// dense and smallest[N,h,w,c,m] in units of `scale`; mean[N,P,P,1].
  Variable forward(const Tensor& dense, const Tensor& smallest, float scale, const Tensor& mean) {
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
  double squares = 0;
  for (const float value : dense.data<float>()) squares += double(value) * value;
  return {dense, smallest_of_lines(dense, k), float(std::sqrt(squares / double(dense.numel())) + 1e-12)};
}

}  // namespace

LearnedAttacker::LearnedAttacker(FilmCoder& coder, PublicKind kind, const std::vector<GrayImage>& own,
                                 std::int64_t height, std::int64_t width)
    : coder_(coder), kind_(kind), anyone_(new_secret_key().public_key()) {
  for (const GrayImage& film : own)
    if (film.height == height && film.width == width)
      own_.push_back({film, coder_.encode(film),
                      patches_of_film(tensor_from_image(film), coder_.settings().patch_size)});
  require(own_.size() >= 3, "attack", "{} of the attacker's films have {} x {} pixels, expected at least 3",
          own_.size(), width, height);
  mean_patches_ = Tensor::zeros(own_.front().patches.shape());
  const auto mean = mean_patches_.mutable_data<float>();
  for (const OwnFilm& film : own_)
    for (std::size_t i = 0; i < mean.size(); ++i)
      mean[i] += film.patches.data<float>()[i] / float(own_.size());
}

/// A public file of the attacker's own, made anew in every step.
Tensor LearnedAttacker::public_view(const OwnFilm& own, const Random& decoys) const {
  if (kind_ == PublicKind::published) return ambiguated(own.code, coder_.channels(), decoys);
  const ShareHeader header =
      coder_.header_of(own.film, kind_ == PublicKind::sealed ? ShareMode::sealed : ShareMode::ternary_pad);
  return dense_view(seal_code(header, signs_of(own.code, coder_.channels()), {.keys = {anyone_}}));
}

/// A stranger's film is not in the mean, so the one shown in training must not be either.
Tensor LearnedAttacker::mean_of_others(const OwnFilm& own) const {
  const auto n = float(own_.size());
  Tensor mean = mean_patches_.clone();
  const auto out = mean.mutable_data<float>();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = (n * out[i] - own.patches.data<float>()[i]) / (n - 1);
  return mean;
}

void LearnedAttacker::train(const LearnedAttackOptions& options,
                            const std::function<void(std::int64_t, double)>& progress) {
  const Random random(options.seed, "learned attack");
  network_ = std::make_unique<Network>(coder_.network(), coder_.channels(), coder_.settings().num_code_maps,
                                       Initializer(options.seed));
  Learner learner("attacker", *network_, {.learning_rate = 3e-4});
  Random order = random.split("order");
  const std::int64_t patches = mean_patches_.size(0);
  for (std::int64_t step = 0; step < options.steps; ++step) {
    const OwnFilm& film = own_[std::size_t(order.below(std::int64_t(own_.size())))];
    const Sight sight =
        sight_of(public_view(film, random.split("decoys").split(std::uint64_t(step))), coder_.k());
    std::vector<std::int64_t> rows;
    for (std::int64_t i = 0; i < std::min(options.patches_in_step, patches); ++i)
      rows.push_back(order.below(patches));
    const auto there = [&](const Tensor& x) { return to_compute_device(chosen_patches(x, rows)); };
    const Tensor dense = there(sight.dense), smallest = there(sight.smallest),
                 mean = there(mean_of_others(film)), target = there(film.patches);
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
  require(network_ != nullptr, "attack", "the learned attacker was not trained");
  const Sight sight = sight_of(target.dense, target.code.shape.k);
  const Variable patches =
      clamp((*network_)(to_compute_device(sight.dense), to_compute_device(sight.smallest), sight.scale,
                        to_compute_device(mean_patches_)),
            0, 1);
  const GrayImage seen = image_from_tensor(
      film_of_patches(to_host(patches.value()), target.film.height, target.film.width), target.film.bits);
  return attack_result("learned", seen, target.film);
}

AttackResult LearnedAttacker::mean_film(const AttackedFilm& target) const {
  const GrayImage mean = image_from_tensor(
      film_of_patches(mean_patches_, target.film.height, target.film.width), target.film.bits);
  return attack_result("mean film", mean, target.film);
}

double LearnedAttacker::trust() const {
  const NoGradient no_gradient;
  require(network_ != nullptr, "attack", "the learned attacker was not trained");
  return to_host(network_->share().value()).item();
}

}  // namespace scrim
