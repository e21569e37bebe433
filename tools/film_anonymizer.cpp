#include "tools/film_anonymizer.h"

#include <charconv>
#include <cmath>

#include "tensor/safetensors.h"
#include "training/film_set.h"

namespace scrim {
namespace {

/// The generator's tensors under the U-Net's own names. A published state dict may have "generator." before
/// them; a checkpoint has "generator.model." before its own and other things beside.
State generator_state(TensorFile& file) {
  const bool is_checkpoint = file.metadata.contains("step_in_epoch");
  State state;
  for (auto& [name, tensor] : file.tensors) {
    std::string_view short_name = name;
    if (is_checkpoint && !short_name.starts_with("generator.model.")) continue;
    for (std::string_view prefix : {"generator.", "model."})
      if (short_name.starts_with(prefix)) short_name.remove_prefix(prefix.size());
    state[std::string(short_name)] = std::move(tensor);
  }
  return state;
}

std::optional<double> fact(const TensorFile& file, const std::string& key) {
  const auto entry = file.metadata.find(key);
  if (entry == file.metadata.end()) return std::nullopt;
  double value = 0;
  const auto& text = entry->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  require(error == std::errc() && end == text.data() + text.size() && std::isfinite(value), "weights",
          "say {} = \"{}\", expected a number", key, text);
  return value;
}

}  // namespace

FilmAnonymizer::FilmAnonymizer(const std::filesystem::path& weights, const AnonymizerSettings& settings) {
  TensorFile file = read_safetensors(weights);
  const std::string stored_operator =
      file.metadata.contains("operator") ? file.metadata.at("operator") : "corrected";
  operator_name_ = settings.op.value_or(stored_operator);
  const double mu = settings.mu.value_or(fact(file, "mu").value_or(0.01));
  image_size_ = settings.image_size.value_or(std::int64_t(fact(file, "image_size").value_or(256)));
  if (image_size_ < 16 || image_size_ > 4096 || image_size_ % 16 != 0)
    throw UsageError(
        fmt::format("[anonymize] the image size is {}, expected 16 to 4096, divisible by 16", image_size_));
  if (!(mu >= 0 && mu <= 1)) throw UsageError(fmt::format("[anonymize] mu is {}, expected 0 to 1", mu));

  State state = generator_state(file);
  const auto first = state.find("encoder1.enc1conv1.weight");
  require(first != state.end() && first->second.shape().rank() == 4, "weights",
          "{} holds no flow-field generator: encoder1.enc1conv1.weight is missing", weights.string());
  model_ = std::make_unique<FlowAnonymizer>(
      FlowAnonymizerOptions{first->second.size(0), warp_options(mu, operator_name_)}, Initialiser::none());
  model_->generator.load_state(std::move(state));
  model_->set_training(false);
}

std::string FilmAnonymizer::describe() const {
  return fmt::format("U-Net({}), mu {}, operator {}, {} pixels", model_->generator.options().init_features,
                     model_->warp_options.mu, operator_name_, image_size_);
}

AnonymizedFilm FilmAnonymizer::operator()(const GrayImage& film) {
  const NoGradient no_gradient;
  const Tensor x = tensor_from_image(film);
  const Variable field = model_->field(resized_film(x, image_size_));
  const Variable displacement = warp_displacement(field, model_->warp_options);
  return {image_from_tensor(warp_by(x, displacement).value(), film.bits),
          largest_displacement(displacement.value(), film.height, film.width)};
}

}  // namespace scrim
