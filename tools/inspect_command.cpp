#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/config/config.h"
#include "base/version.h"
#include "kernels/conv2d/conv2d_packed.h"
#include "kernels/kernel_list.h"
#include "kernels/vector/vector_kernels.h"
#include "models/networks/builtin_weights.h"
#include "models/networks/weight_files.h"
#include "study/evaluation_runs.h"
#include "study/plan.h"
#include "study/training_runs.h"
#include "tensor/memory/device_memory.h"
#include "tensor/parallel.h"
#include "tools/help_format.h"
#include "tools/network_choice.h"
#include "tools/share/share_command.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

struct Settings {
  std::string file;
  bool graph = false;
  std::int64_t batch = 1, image_size = 256;
  NetworkChoice network;
};

std::string megabytes(std::size_t bytes) {
  return fmt::format("{:.2f} MB", double(bytes) / 1e6);
}

/// The GPUs, or why there is none.
std::string gpu() {
  try {
    std::string text;
    for (int i = 0; i < std::max(cuda::device_count(), 1); ++i)
      text += (i > 0 ? "\n              " : "") + cuda::description(Device::cuda_at(i));
    return text;
  } catch (const UsageError& e) {
    return e.what();
  }
}

void print_build() {
  fmt::print(
      "scrim {}\ncompiler      {}\nlanguage      C++{}\nbuild         {}\nlinking       {}\nthreads       "
      "{}\n",
      version, __VERSION__, __cplusplus / 100 % 100,
      kernels::PackedConv2d::needs_reference() ? "reference kernels only" : "reference and cpu kernels",
      SCRIM_LINKING, thread_count());
  fmt::print("levels        ");
  for (auto level = vector::available_levels(); *level; ++level)
    fmt::print("{}{}", (*level)->level, *level == &vector::kernels() ? " (in use)  " : "  ");
  fmt::print("\nGPU           {}", gpu());
  fmt::print("\n\n{:<28} computed by\n", "op");
  for (const auto& [op, on_processor, on_gpu] : kernels::kernel_choices())
    fmt::print("{:<28} {}{}{}\n", op, on_processor, on_gpu.empty() ? "" : ", ", on_gpu);
}

void print_tensors(const std::string& name, const TensorFile& file) {
  std::size_t width = 4, bytes = 0;
  std::int64_t elements = 0;
  for (const auto& [tensor_name, tensor] : file.tensors) {
    width = std::max(width, tensor_name.size());
    bytes += tensor.bytes();
    elements += tensor.numel();
  }
  fmt::print("{}: {} tensors, {} elements, {}\n", name, file.tensors.size(), elements, megabytes(bytes));
  for (const auto& [key, value] : file.metadata) fmt::print("  {} = {}\n", key, value);
  fmt::print("\n{:<{}}  {:<5} shape\n", "name", width, "type");
  for (const auto& [tensor_name, tensor] : file.tensors)
    fmt::print("{:<{}}  {:<5} {}\n", tensor_name, width, name_of(tensor.dtype()), tensor.shape().str());
}

/// The network that a weight file's metadata, or a configuration's settings, speak of.
struct KnownNetwork {
  Network network;
  std::string name;
  std::int64_t image_size;
};

/// `facts`: "model", the network's settings, "image_size"; others are left alone.
KnownNetwork network_from(const Facts& facts) {
  const NetworkEntry& entry = network_named(facts.at("model"));
  Facts settings;
  entry.for_each_setting([&](const std::string& key, const std::string&, const std::string&) {
    if (const auto fact = facts.find(key); fact != facts.end()) settings.insert(*fact);
  });
  std::int64_t size = image_size_from(facts, 256);
  if (const auto patch = facts.find("patch_size"); patch != facts.end()) parse_fact(patch->second, size);
  return {entry.make(settings, Initializer(0)), entry.name, size};
}

/// One training step's graph: each op, where it stands, and what it keeps.
void print_graph(const KnownNetwork& known, std::int64_t batch) {
  const Network& net = known.network;
  net.module->set_training(true);
  const NamedVariables in = net.example(batch, known.image_size);
  std::int64_t side = known.image_size;
  for (const auto& [name, input] : in)
    if (input.shape().rank() == 4) side = input.shape()[1];
  memory::reset_peak();
  const Variable loss = net.loss(net.run(in), in);
  fmt::print(
      "\ntraining step of {}, batch {} of {}x{} pixels, {} parameters\n{:<24} {:<44} kept for "
      "backward\n",
      known.name, batch, side, side, net.module->parameter_count(), "op", "in");
  std::size_t total = 0;
  for (const auto& node : graph_of(loss)) {
    std::string kept;
    for (const auto& [what, bytes] : node->kept()) {
      kept += fmt::format("{}{} {}", kept.empty() ? "" : ", ", what, bytes ? megabytes(bytes) : "-");
      total += bytes;
    }
    fmt::print("{:<24} {:<44} {}\n", node->op(), node->scope, kept);
  }
  fmt::print("kept in total: {} (\"-\": shared or recomputed; a tensor kept by two ops counts twice)\n",
             megabytes(total));
  backward(loss);
  fmt::print("peak memory of tensors during the step: {}\n", megabytes(memory::peak_bytes()));
}

/// What a configuration says of the network that its task trains; empty for other tasks.
template <class Config>
Facts facts_of_network(const Config& config) {
  Facts facts;
  if constexpr (std::is_same_v<Config, GameConfig>)
    facts = facts_of(config.generator);
  else if constexpr (requires { facts_of(config.model); })
    facts = facts_of(config.model);
  if constexpr (requires { config.data.image_size; }) facts["image_size"] = fact_text(config.data.image_size);
  return facts;
}

/// The same of a weight file; one that names no network may be a published flow-field generator.
Facts facts_of_network(const TensorFile& file, const std::string& name) {
  Facts facts = file.metadata;
  if (facts.contains("model")) return facts;
  for (const char* first : {"encoder1.enc1conv1.weight", "generator.encoder1.enc1conv1.weight",
                            "generator.model.encoder1.enc1conv1.weight"})
    if (const auto found = file.tensors.find(first);
        found != file.tensors.end() && found->second.shape().rank() == 4) {
      facts["model"] = "flow_anonymizer";
      facts["init_features"] = fact_text(found->second.size(0));
      return facts;
    }
  throw UsageError(fmt::format("[inspect] {} does not name its network. Add --model NAME", name));
}

template <class First, class Second, class... More>
struct Joined;
template <class... First, class... Second, class... More>
struct Joined<std::variant<First...>, std::variant<Second...>, More...> {
  using type = std::variant<First..., Second..., More...>;
};
/// Every task that a configuration may name.
using AnyTask = Joined<TrainingConfig, EvaluationConfig, ShareSettings>::type;

/// Whether the weights fit the network; prints each difference.
bool print_comparison(const Settings& s, const TensorFile& file) {
  const Network network = s.network.make();
  State weights;  // a landmark graph that travels with weights is no parameter
  for (const auto& [name, tensor] : file.tensors)
    if (!name.starts_with("graph.")) weights[name] = tensor;
  const WeightComparison result = compare_weights(weights, network.module->state());
  if (result.fits()) {
    fmt::print("{} fits {}\n", s.file, s.network.name());
    return true;
  }
  const auto list = [](const char* what, const std::vector<std::string>& lines) {
    if (!lines.empty()) fmt::print("{} ({}):\n", what, lines.size());
    for (const std::string& line : lines) fmt::print("  {}\n", line);
  };
  fmt::print("{} does not fit {}\n", s.file, s.network.name());
  list("missing", result.missing);
  list("extra", result.extra);
  list("misshapen", result.misshapen);
  list("renamed", result.renamed);
  return false;
}

/// A study is checked as `scrim study` does, and its steps are listed.
int inspect_study(const Settings& s, const std::string& text) {
  if (s.graph)
    throw UsageError(fmt::format("[inspect] {} trains several networks. Use --graph on one", s.file));
  const Study study = parse_study(text, s.file, s.network.assignments);
  fmt::print("{}: valid; its steps, in {}:\n", s.file, (fs::path(study.config.folder) / "steps").string());
  for (const StudyStep& step : study.steps) fmt::print("{}", help_row(step.name, step.title));
  return 0;
}

int inspect_config(const Settings& s) {
  const std::string text = read_config_file(s.file);
  if (is_study(text, s.file)) return inspect_study(s, text);
  auto config = parse_config<AnyTask>(text, s.file, s.network.assignments);
  fmt::print("# {}: valid; the complete effective configuration:\n{}", s.file,
             std::visit([](auto& task) { return print_config(task.task, task); }, config));
  if (!s.graph) return 0;
  const Facts facts = std::visit([](const auto& task) { return facts_of_network(task); }, config);
  if (!facts.contains("model"))
    throw UsageError(fmt::format("[inspect] {} trains no network, so --graph has nothing to show", s.file));
  print_graph(network_from(facts), s.batch);
  return 0;
}

int inspect_weights(const Settings& s) {
  const TensorFile file = read_weight_file(s.file);
  if (s.network.model.empty() && !s.network.assignments.empty())
    throw UsageError("[inspect] --set with a weight file needs --model NAME");
  if (!s.network.model.empty() && !s.graph) return print_comparison(s, file) ? 0 : 1;
  if (is_builtin(s.file)) fmt::print("{}\n", builtin_card(s.file));
  print_tensors(s.file, file);
  if (!s.graph) return 0;
  if (s.network.model.empty())
    print_graph(network_from(facts_of_network(file, s.file)), s.batch);
  else
    print_graph({s.network.make(Initializer(0)), s.network.name(), s.image_size}, s.batch);
  return 0;
}

int inspect(const Settings& s) {
  const std::filesystem::path path = s.file;
  if (path.extension() == ".toml") return inspect_config(s);
  if (path.extension() == sealed_extension)
    throw UsageError(fmt::format("[inspect] {} is a sealed film. Use scrim share inspect", s.file));
  if (!s.file.empty()) return inspect_weights(s);
  if (s.network.model.empty() && !s.network.assignments.empty())
    throw UsageError("[inspect] --set needs a configuration file, or --model NAME");
  if (!s.network.model.empty() && !s.graph)
    throw UsageError("[inspect] --model needs a weight file, or --graph");
  if (s.network.model.empty()) print_build();
  if (s.graph && s.network.model.empty())
    print_graph(network_from({{"model", "flow_anonymizer"}}), s.batch);
  else if (!s.network.model.empty())
    print_graph({s.network.make(Initializer(0)), s.network.name(), s.image_size}, s.batch);
  return 0;
}

}  // namespace

void add_inspect(CLI::App& app, const Common&, Outcome& outcome) {
  auto* verb =
      app.add_subcommand("inspect", "show a weight file, a checkpoint, a configuration, or this build");
  auto settings = std::make_shared<Settings>();
  verb->add_option("file", settings->file,
                   "weights, TOML configuration, or built-in weights (" +
                       fmt::format("{}", fmt::join(builtin_weights(), ", ")) +
                       "). Without it: this build and its kernels");
  verb->add_flag("--graph", settings->graph,
                 "show the ops of a training step and the memory that each keeps");
  verb->add_option("--batch", settings->batch, "with --graph: batch size")->check(CLI::Range(1, 64));
  verb->add_option("--image-size", settings->image_size, "with --graph and --model: side of a film, pixels")
      ->check(CLI::Range(16, 4096));
  add_network_options(*verb, settings->network);
  verb->footer(
      R"(With --model, the weight file is compared with that network. Missing, extra, misshapen and renamed tensors are listed; the exit status is 1 if any differ. "scrim infer --list" lists the networks.

Example:
  scrim inspect
  scrim inspect configs/train_verifier.toml
  scrim inspect runs/pretrain_generator/weights.safetensors --graph)");
  verb->callback([settings, &outcome] { outcome.status = inspect(*settings); });
}

}  // namespace scrim
