#include "methods/method_settings.h"

#include "base/config/config_checks.h"
#include "models/networks/weight_files.h"

namespace scrim {
namespace {

/// Calls work.template operator()<Method>() for the chosen method.
template <class Work>
void for_chosen(const MethodSettings& settings, Work&& work) {
  for_each_method([&]<class Each>() {
    if (settings.method == Each::name) work.template operator()<Each>();
  });
}

/// The generator's tensors under its own names. A published state dict may have "generator." before them; a checkpoint has
/// "generator.model." before its own and other things beside.
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

/// The method whose network the file names; for a file that names none, the published flow field.
void choose_method(GeneratorSettings& settings, const Facts& facts, const State& state,
                   const std::string& file) {
  if (const auto network = facts.find("model"); network != facts.end()) {
    for (const MethodEntry& entry : method_list())
      if (entry.network && entry.network == network->second) return void(settings.method = entry.name);
    fail("weights", "{} holds a {}, which is no method", file, network->second);
  }
  const auto first = state.find("encoder1.enc1conv1.weight");
  require(first != state.end() && first->second.shape().rank() == 4, "weights",
          "{} holds no flow-field generator: encoder1.enc1conv1.weight is missing", file);
  settings.method = FlowField::name;
  settings.init_features = first->second.size(0);
}

}  // namespace

bool MethodSettings::is_learned() const {
  const MethodEntry* entry = find_method(method);
  return entry && entry->network;
}

void check(const MethodSettings& m, std::string_view table) {
  const std::string key = table.empty() ? "method" : fmt::format("{}.method", table);
  expect(find_method(m.method) != nullptr, key, fmt::format("\"{}\"", m.method), method_names());
  check_range(table, "init_features", double(m.init_features), 1, 256);
  for_each_method([&]<class Each>() { check(m.of<Each>(), table); });
  for_chosen(m, [&]<class Each>() {
    if constexpr (requires { check_chosen(m.complete<Each>(), table); })
      check_chosen(m.complete<Each>(), table);
  });
}

void check(const GeneratorSettings& g, std::string_view table) {
  check(static_cast<const MethodSettings&>(g), table);
  expect(g.is_learned(), fmt::format("{}.method", table), fmt::format("\"{}\"", g.method),
         method_names(true));
}

bool wants_masks(const MethodSettings& settings) {
  bool wants = false;
  for_chosen(settings, [&]<class Each>() {
    if constexpr (requires { Each::keeps_organs(settings.of<Each>()); })
      wants = Each::keeps_organs(settings.of<Each>());
  });
  return wants;
}

bool shows_another_film(const MethodSettings& settings) {
  bool shows = false;
  for_chosen(settings, [&]<class Each>() {
    shows = requires {
      Each::is_another_film;
    };
  });
  return shows;
}

Facts facts_of(const GeneratorSettings& settings) {
  Facts facts = facts_from_fields(settings);
  facts["model"] = find_method(settings.method)->network;
  return facts;
}

std::unique_ptr<LearnedMethod> make_generator(const GeneratorSettings& settings,
                                              const Initializer& initializer) {
  check(settings, "method");
  std::unique_ptr<LearnedMethod> made;
  for_chosen(settings, [&]<class Each>() {
    if constexpr (is_learned<Each>) made = std::make_unique<Each>(settings.complete<Each>(), initializer);
  });
  return made;
}

std::unique_ptr<Method> make_method(const MethodSettings& settings, const Initializer& initializer) {
  check(settings, "method");
  if (settings.is_learned()) return make_generator({settings}, initializer);
  std::unique_ptr<Method> made;
  for_chosen(settings, [&]<class Each>() {
    if constexpr (!is_learned<Each>) made = std::make_unique<Each>(settings.complete<Each>());
  });
  return made;
}

LoadedMethod load_method(const std::filesystem::path& weights,
                         const std::function<void(GeneratorSettings&)>& change,
                         std::optional<std::int64_t> image_size) {
  TensorFile file = read_weight_file(weights);
  State state = generator_state(file);
  auto settings = settings_from_fields<GeneratorSettings>(file.metadata);
  choose_method(settings, file.metadata, state, weights.string());
  change(settings);
  LoadedMethod loaded{make_generator(settings, Initializer::none()), settings};
  loaded.method->set_image_size(image_size.value_or(image_size_from(file.metadata, 256)));
  Module& generator = loaded.method->generator();
  generator.load_state(std::move(state));
  generator.set_training(false);
  generator.to(compute_device());
  return loaded;
}

}  // namespace scrim
