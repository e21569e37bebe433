#include "methods/transplant/transplant.h"

#include <algorithm>

#include "autograd/ops/binary.h"
#include "autograd/ops/resize.h"
#include "base/config/config_checks.h"
#include "films/film_set.h"
#include "methods/surrogate/finding_cells.h"
#include "methods/transplant/chest_points.h"
#include "methods/transplant/film_reader.h"
#include "methods/transplant/gate.h"
#include "methods/transplant/gradient_blend.h"
#include "methods/transplant/lesion_network.h"

namespace scrim {
namespace {

/// out[i] = formula(i), [1,H,W,1].
template <class Formula>
Tensor pixels_of(const Shape& shape, Formula&& formula) {
  Tensor x = Tensor::empty(shape);
  const auto out = x.mutable_data<float>();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = float(formula(i));
  return x;
}

/// The film's contrast made the donor's: lungs of one spread of grays.
double gain_of(const Chest& patient, const Tensor& findings, const Chest& donor) {
  const double before = gray_spread(patient, findings), wanted = gray_spread(donor, {});
  return before > 0 ? std::clamp(wanted / before, 0.5, 2.0) : 1;
}

}  // namespace

void check(const TransplantSettings& s, std::string_view table) {
  const auto key = [&](const char* name) { return fmt::format("{}.{}", table, name); };
  expect(s.content == "pixels" || s.content == "layer", key("content"), fmt::format("\"{}\"", s.content),
         "\"pixels\" or \"layer\"");
  check_range(table, "largest_gate", s.largest_gate, 0, 1);
  check_range(table, "gate_margin", s.gate_margin, 0, 0.5);
  check_range(table, "gate_rim", s.gate_rim, 0, 0.5);
  check_range(table, "donor_detail", s.donor_detail, 0, 0.1);
  check_range(table, "boxes_side", s.boxes_side, 1, 1e6);
}

void check_chosen(const TransplantSettings& s, std::string_view table) {
  check_given(fmt::format("{}.pool", table), s.pool, "a folder of donors that `scrim pool` wrote");
  if (s.findings.empty())
    check_given(fmt::format("{}.lesions", table), s.lesions,
                "weights of train_lesion_network, or masks or boxes in the key findings");
  if (s.content == "layer" && s.twins.empty())
    check_given(fmt::format("{}.lesions", table), s.lesions,
                "weights of train_lesion_network, or content = \"pixels\"");
}

Transplant::Transplant(const TransplantSettings& s)
    : settings_(s),
      pool_(std::make_shared<const DonorPool>(s.pool)),
      reader_(std::make_unique<FilmReader>(
          FilmReaderSettings{s.lesions, s.findings, s.twins, s.segmenter, s.boxes_side})) {
  for (std::int64_t i = 0; i < pool_->count(); ++i)
    if (finding_set(pool_->labels(i)).none()) donors_.push_back(i);
  require(!donors_.empty(), name, "no donor in {} is without findings", s.pool);
}

Transplant::~Transplant() = default;

ReleasedFilm Transplant::release(const FilmInHand& film, const Random& random) const {
  const std::int64_t number = donors_[std::size_t(random.bits_at(0) % donors_.size())];
  const GrayImage donor_film = pool_->film(number);
  const Tensor donor = tensor_from_image(donor_film), patient = tensor_from_image(film.image);
  const Shape shape = donor.shape();
  const Findings findings = reader_->findings(film.image, film.name);
  const Chest donor_chest = reader_->chest(donor_film, {}),
              chest = reader_->chest(film.image, findings.layer);

  ReleasedFilm released;
  const Tensor grid = registration(donor_chest.points, chest.points, shape[1], shape[2]);
  const Tensor soft = soft_gate(findings.surely, grid);
  released.gate = pixels_of(shape, [&](std::size_t i) { return soft.data<float>()[i] > 0; });

  const auto there = donor.data<float>(), share = soft.data<float>();
  Tensor content;  // what stands inside the gate
  if (settings_.content == "layer") {
    const Tensor layer = registered(findings.layer, grid);
    content = pixels_of(shape, [&](std::size_t i) { return with_layer(there[i], layer.data<float>()[i]); });
  } else {
    const double gain = gain_of(chest, findings.surely, donor_chest);
    const Tensor laid = registered(resized_film(patient, shape[1], shape[2]), grid);
    const Tensor part = pixels_of(shape, [&](std::size_t i) { return gain * laid.data<float>()[i]; });
    content = gradient_blend(part, donor, released.gate);
  }
  if (settings_.donor_detail > 0) {
    const double sigma = settings_.donor_detail * double(std::max(shape[1], shape[2]));
    const Tensor coarse = blurred_film(content, sigma), donor_coarse = blurred_film(donor, sigma);
    content = pixels_of(shape, [&](std::size_t i) {
      return coarse.data<float>()[i] + there[i] - donor_coarse.data<float>()[i];
    });
  }
  const Tensor mixed = pixels_of(shape, [&](std::size_t i) {
    return std::clamp(there[i] + share[i] * (content.data<float>()[i] - there[i]), 0.f, 1.f);
  });
  released.image = image_from_tensor(mixed, donor_film.bits);
  released.seen_at = grid;
  released.donor = number;
  return released;
}

Tensor Transplant::soft_gate(const Tensor& surely, const Tensor& grid) const {
  // Gates need no more detail than findings are known with.
  constexpr std::int64_t largest_side = 256;
  const std::int64_t height = grid.size(1), width = grid.size(2);
  const Tensor laid =
      resized_film(registered(surely, grid), std::min(height, largest_side), std::min(width, largest_side));
  const Tensor gate = gate_of(laid, settings_.gate_margin, settings_.largest_gate);
  const Tensor soft = with_soft_rim(gate, settings_.gate_rim);
  if (laid.size(1) == height && laid.size(2) == width) return soft;
  const NoGradient no_gradient;
  const Variable inside = resize(gate, height, width, {kernels::ResizeMode::nearest});
  return (inside * resize(soft, height, width, {kernels::ResizeMode::bilinear})).value();
}

FilmLabels Transplant::released_labels(const FilmLabels& film) const {
  return labels_with(finding_set(film));
}

std::string Transplant::describe() const {
  return fmt::format("{} of {}, gate at most {:g} % of the film, {} donors of {}", name, settings_.content,
                     100 * settings_.largest_gate, donors_.size(), pool_->source());
}

}  // namespace scrim
