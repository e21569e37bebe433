// A method and its settings, from configurations and weight files.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "base/config/facts.h"
#include "methods/method_list.h"

namespace scrim {

namespace detail {
template <class Methods>
struct SettingsOfAll;
template <class... Each>
struct SettingsOfAll<std::tuple<Each...>> {
  using type = std::tuple<typename Each::Settings...>;
};
}  // namespace detail

struct MethodSettings {
  std::string method = FlowField::name;
  std::int64_t init_features = 32;                 ///< of the generator of a learned method
  std::string pool;                                ///< of donors, of a method that shows them
  detail::SettingsOfAll<AllMethods>::type each{};  ///< of every method; only the chosen one's count

  template <class Method>
  typename Method::Settings& of() {
    return std::get<typename Method::Settings>(each);
  }
  template <class Method>
  const typename Method::Settings& of() const {
    return std::get<typename Method::Settings>(each);
  }
  bool is_learned() const;

  /// A method's own settings with those that several methods share.
  template <class Method>
  typename Method::Settings complete() const {
    auto own = of<Method>();
    if constexpr (requires { own.init_features; }) own.init_features = init_features;
    if constexpr (requires { own.pool; }) own.pool = pool;
    return own;
  }
};

/// A method with its own settings: method_settings<FlowField>({.init_features = 8, .mu = 0.05}).
template <class Method>
MethodSettings method_settings(const typename Method::Settings& own) {
  MethodSettings settings{.method = Method::name};
  settings.of<Method>() = own;
  if constexpr (is_learned<Method>) settings.init_features = own.init_features;
  if constexpr (requires { own.pool; }) settings.pool = own.pool;
  return settings;
}

/// The fields of methods with a network, and of those without one.
template <class Visit>
void visit_learned_fields(MethodSettings& m, const char* table, Visit&& visit) {
  visit(table, "init_features", m.init_features, init_features_help);
  for_each_method([&]<class Each>() {
    if constexpr (is_learned<Each>) visit_drawing_fields(m.of<Each>(), table, visit);
  });
}
template <class Visit>
void visit_unlearned_fields(MethodSettings& m, const char* table, Visit&& visit) {
  visit(table, "pool", m.pool, "surrogate, transplant: folder of donors that `scrim pool` wrote");
  for_each_method([&]<class Each>() {
    if constexpr (!is_learned<Each>) visit_drawing_fields(m.of<Each>(), table, visit);
  });
}

/// A method that is to be trained.
struct GeneratorSettings : MethodSettings {};
template <class Visit>
void visit_fields(GeneratorSettings& g, const char* table, Visit&& visit) {
  static const std::string help = method_names(true);
  visit(table, "method", g.method, help.c_str());
  visit_learned_fields(g, table, visit);
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const MethodSettings& settings, std::string_view table);
/// The same, and for a method that has no network.
void check(const GeneratorSettings& settings, std::string_view table);

/// What Method says of itself, before it is made.
bool wants_masks(const MethodSettings& settings);
/// Whether it is a donor's film that is released, chosen by the findings of the patient's.
bool shows_another_film(const MethodSettings& settings);

/// Settings as metadata of a weight file.
Facts facts_of(const GeneratorSettings& settings);

/// The method, its generator's weights drawn by `initializer`. Throw UsageError as check() does.
std::unique_ptr<Method> make_method(const MethodSettings& settings, const Initializer& initializer);
std::unique_ptr<LearnedMethod> make_generator(const GeneratorSettings& settings,
                                              const Initializer& initializer);

/// From a weight file or checkpoint of scrim's, or a published state dict of the flow field's generator ("generator." before
/// the names or not), in evaluation mode on compute_device(). `change` may alter the settings that the file says, and
/// `image_size` the size at which the network looks. Throws Error when it holds no generator.
struct LoadedMethod {
  std::unique_ptr<LearnedMethod> method;
  GeneratorSettings settings;
};
LoadedMethod load_method(
    const std::filesystem::path& weights,
    const std::function<void(GeneratorSettings&)>& change = [](GeneratorSettings&) {},
    std::optional<std::int64_t> image_size = {});

}  // namespace scrim
