#include "tools/film_anonymizer.h"

#include "models/warp.h"
#include "training/film_set.h"

namespace scrim {
namespace {

/// The generator's tensors under its own names. A published state dict may have "generator." before them; a
/// checkpoint has "generator.model." before its own and other things beside.
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

/// The generator that a file says it holds; a file that says nothing may hold the flow field's.
GeneratorSettings settings_of(const TensorFile& file, const State& state,
                              const std::filesystem::path& weights) {
  GeneratorSettings settings = settings_from_fields<GeneratorSettings>(file.metadata);
  const auto model = file.metadata.find("model");
  if (model != file.metadata.end() && model->second != "flow_anonymizer") {
    settings.kind = model->second == "noise_anonymizer" ? "noise" : model->second;
    require(settings.kind == "noise" || settings.kind == "privacy_net", "weights",
            "{} holds a {}, no generator", weights.string(), model->second);
    return settings;
  }
  const auto first = state.find("encoder1.enc1conv1.weight");
  require(first != state.end() && first->second.shape().rank() == 4, "weights",
          "{} holds no flow-field generator: encoder1.enc1conv1.weight is missing", weights.string());
  settings.init_features = first->second.size(0);
  return settings;
}

/// All organs as one mask.
Variable union_of(const Tensor& organs) {
  Tensor mask = Tensor::zeros({organs.size(0), organs.size(1), organs.size(2), 1});
  const auto out = mask.mutable_data<float>();
  const auto count = std::size_t(organs.size(3));
  for (std::size_t i = 0; i < std::size_t(organs.numel()); ++i)
    out[i / count] = std::max(out[i / count], organs.data<float>()[i]);
  return mask;
}

}  // namespace

FilmAnonymizer::FilmAnonymizer(const std::filesystem::path& weights, const AnonymizerSettings& s) {
  TensorFile file = read_safetensors(weights);
  State state = generator_state(file);
  GeneratorSettings settings = settings_of(file, state, weights);
  settings.mu = s.mu.value_or(settings.mu);
  settings.op = s.op.value_or(settings.op);
  if (settings.kind != "flow_field" && (s.mu || s.op))
    throw UsageError(fmt::format("[anonymize] mu and operator belong to flow fields; {} holds a {} generator",
                                 weights.string(), settings.kind));
  image_size_ = s.image_size.value_or(image_size_from(file.metadata, 256));
  if (image_size_ < 16 || image_size_ > 4096 || image_size_ % 16 != 0)
    throw UsageError(
        fmt::format("[anonymize] the image size is {}, expected 16 to 4096, divisible by 16", image_size_));
  if (!(settings.mu >= 0 && settings.mu <= 1))
    throw UsageError(fmt::format("[anonymize] mu is {}, expected 0 to 1", settings.mu));

  anonymizer_.emplace(settings, Initialiser::none());
  anonymizer_->generator().load_state(std::move(state));
  anonymizer_->generator().set_training(false);
  if (!anonymizer_->wants_masks()) return;
  if (s.segmenter.empty())
    throw UsageError(
        fmt::format("[anonymize] the generator in {} spares organs: --segmenter must name the weights "
                    "that find them",
                    weights.string()));
  segmenter_ = Segmenter::load(s.segmenter);
}

std::string FilmAnonymizer::describe() const {
  const GeneratorSettings& g = anonymizer_->settings();
  std::string text = fmt::format("{}({})", g.kind, g.init_features);
  if (g.kind == "flow_field") text += fmt::format(", mu {}, operator {}", g.mu, g.op);
  if (g.kind == "noise") text += fmt::format(", degree {}", g.noise_degree);
  if (anonymizer_->wants_masks()) text += ", organs spared";
  return text + fmt::format(", {} pixels", image_size_);
}

AnonymizedFilm FilmAnonymizer::operator()(const GrayImage& film) {
  const NoGradient no_gradient;
  const Variable x(tensor_from_image(film)), small(resized_film(x.value(), image_size_));
  Variable mask, small_mask;
  if (segmenter_) {
    mask = union_of(native_masks(*segmenter_, x.value()));
    small_mask = resized_film(mask.value(), image_size_);
  }
  const Variable moved = anonymizer_->displacement(small, small_mask);
  return {image_from_tensor(anonymizer_->at_native_size(x, small, mask, small_mask).value(), film.bits),
          moved.defined() ? largest_displacement(moved.value(), film.height, film.width) : 0};
}

}  // namespace scrim
