#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "autograd/loss.h"
#include "kernels/conv2d/conv2d_packed.h"
#include "kernels/kernel_list.h"
#include "kernels/vector/vector_kernels.h"
#include "models/flow_anonymizer.h"
#include "tensor/device_memory.h"
#include "tensor/parallel.h"
#include "tools/config.h"
#include "tools/evaluate_command.h"
#include "tools/network_choice.h"
#include "tools/share_command.h"
#include "tools/train_command.h"
#include "weights/builtin_weights.h"

namespace scrim {
namespace {

struct Settings {
  std::string file;
  bool graph = false;
  std::int64_t batch = 1;
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
      SCRIM_VERSION, __VERSION__, __cplusplus / 100 % 100,
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

/// One training step's graph of the flow-field anonymizer: each op, where it stands, and what it keeps.
void print_graph(const FlowAnonymizerOptions& options, std::int64_t size, std::int64_t batch) {
  FlowAnonymizer model(options, Initialiser(0));
  const Variable x(Tensor::full({batch, size, size, 1}, 0.5));
  memory::reset_peak();
  const Variable loss = mse(model(x), x);
  fmt::print(
      "\ngraph of a training step, batch {} of {}x{}, {} parameters\n{:<24} {:<44} keeps until backward\n",
      batch, size, size, model.parameter_count(), "op", "in");
  std::size_t total = 0;
  for (const auto& node : graph_of(loss)) {
    std::string kept;
    for (const auto& [what, bytes] : node->kept()) {
      kept += fmt::format("{}{} {}", kept.empty() ? "" : ", ", what, bytes ? megabytes(bytes) : "-");
      total += bytes;
    }
    fmt::print("{:<24} {:<44} {}\n", node->op(), node->scope, kept);
  }
  fmt::print("kept in all: {} (\"-\": shared or computed again; a tensor kept by two nodes counts twice)\n",
             megabytes(total));
  backward(loss);
  fmt::print("peak memory of tensors during the step: {}\n", megabytes(memory::peak_bytes()));
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

int inspect(const Settings& s) {
  if (s.file.empty()) {
    print_build();
    if (s.graph) print_graph({}, 256, s.batch);
    return 0;
  }
  const std::filesystem::path path = s.file;
  if (path.extension() == ".toml") {
    auto config = parse_config<AnyTask>(read_config_file(path), s.file, {});
    fmt::print("# {}: valid; the complete effective configuration:\n{}", s.file,
               std::visit([](auto& task) { return print_config(task.task, task); }, config));
    if (!s.graph) return 0;
    const auto* pretraining = std::get_if<PretrainConfig>(&config);
    if (!pretraining || pretraining->model.kind != "flow_field")
      throw UsageError("[inspect] --graph knows the flow-field generator's pretraining alone");
    const auto& model = pretraining->model;
    print_graph({model.init_features, warp_options(model.mu, model.op)}, pretraining->data.image_size,
                s.batch);
    return 0;
  }
  if (path.extension() == sealed_extension)
    throw UsageError(fmt::format("[inspect] {} is a sealed film; see scrim share inspect", s.file));
  const TensorFile file = read_weight_file(path);
  if (!s.network.model.empty()) return print_comparison(s, file) ? 0 : 1;
  if (is_builtin(s.file)) fmt::print("{}\n", builtin_card(s.file));
  print_tensors(s.file, file);
  if (!s.graph) return 0;
  for (const char* name : {"encoder1.enc1conv1.weight", "generator.encoder1.enc1conv1.weight",
                           "generator.model.encoder1.enc1conv1.weight"})
    if (const auto found = file.tensors.find(name);
        found != file.tensors.end() && found->second.shape().rank() == 4)
      return print_graph({found->second.size(0), {}}, 256, s.batch), 0;
  throw UsageError(fmt::format("[inspect] {} holds no network whose graph is known", s.file));
}

}  // namespace

void add_inspect(CLI::App& app, const Common&, Outcome& outcome) {
  auto* verb = app.add_subcommand(
      "inspect", "show what a weight file, checkpoint or configuration holds, or this build");
  auto settings = std::make_shared<Settings>();
  verb->add_option("file", settings->file,
                   "safetensors, TOML or built-in weights (" +
                       fmt::format("{}", fmt::join(builtin_weights(), ", ")) +
                       "); without it: build options and kernels in use");
  verb->add_flag("--graph", settings->graph, "the network's graph in training and what each node keeps");
  verb->add_option("--batch", settings->batch, "films in the graph's batch")->check(CLI::Range(1, 64));
  add_network_options(*verb, settings->network);
  verb->footer(
      "With --model, a weight file is held against that network: missing, extra, misshapen and renamed "
      "tensors;\nexit status 1 when it does not fit. `scrim infer --list` prints the networks.\n\nExample:\n "
      " scrim inspect runs/pretrain_generator/weights.safetensors --graph");
  verb->callback([settings, &outcome] { outcome.status = inspect(*settings); });
}

}  // namespace scrim
