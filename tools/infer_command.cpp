#include <fmt/core.h>

#include <cstring>

#include "autograd/ops/permute.h"
#include "models/networks/builtin_weights.h"
#include "tensor/compute_device.h"
#include "tensor/safetensors.h"
#include "tools/network_choice.h"
#include "training/loop/loss_scale.h"

namespace scrim {
namespace {

struct Settings {
  NetworkChoice network;
  std::string weights, input, output, mode;
  bool train_step = false, list = false;
};

// Files hold images as [N,C,H,W]; networks take [N,H,W,C]. Every tensor of four axes is an image.
Tensor from_file(const Tensor& tensor) {
  return tensor.shape().rank() == 4 ? permute(Variable(tensor), {0, 2, 3, 1}).value() : tensor;
}
Tensor to_file(const Tensor& there) {
  const Tensor tensor = to_host(there);
  return tensor.shape().rank() == 4 ? permute(Variable(tensor), {0, 3, 1, 2}).value() : tensor;
}

void require_finite(const std::string& file, const std::map<std::string, Tensor>& tensors) {
  for (const auto& [name, tensor] : tensors) {
    const bool real = tensor.dtype() == DType::f32 || tensor.dtype() == DType::f64;
    require(!real || is_finite(tensor), "infer", "{}: {} holds NaN or infinity", file, name);
  }
}

/// The tensors whose gradient a training step writes beside the parameters'.
bool is_network_input(const std::string& name) {
  return name == "x" || name == "a" || name == "b";
}

NamedVariables read_inputs(const Settings& s) {
  TensorFile file = read_safetensors(s.input);
  require_finite(s.input, file.tensors);
  NamedVariables in;
  for (auto& [stored, tensor] : file.tensors) {
    const std::string name = stored.starts_with("in.") ? stored.substr(3) : stored;
    require(tensor.dtype() == DType::f32 || tensor.dtype() == DType::i64, "infer",
            "{}: {} is {} {}, expected f32 (labels: i64)", s.input, stored, name_of(tensor.dtype()),
            tensor.shape().str());
    const Tensor value = from_file(to_compute_device(tensor));
    in[name] = s.train_step && is_network_input(name) ? Variable::parameter(value) : Variable(value);
  }
  return in;
}

TensorFile run(const Settings& s) {
  Network network = s.network.make();
  if (!s.weights.empty()) {
    TensorFile weights = read_weight_file(s.weights);
    require_finite(s.weights, weights.tensors);
    network.load(std::move(weights.tensors));
  } else if (!network.module->state().empty()) {
    throw UsageError(fmt::format("[infer] --weights is required: {} has parameters", s.network.name()));
  }
  network.module->to(compute_device());
  const bool training = s.mode.empty() ? s.train_step : s.mode == "train";
  network.module->set_training(training);
  const NamedVariables in = read_inputs(s);
  TensorFile result;
  result.metadata = {{"model", s.network.name()}, {"mode", training ? "train" : "eval"}};
  if (!s.train_step) {
    const NoGradient no_gradient;
    for (const auto& [name, variable] : network.run(in)) result.tensors[name] = to_file(variable.value());
    return result;
  }
  const State before = network.module->state();
  const NamedVariables out = network.run(in);
  const Variable loss = network.loss(out, in);
  for (const auto& [name, variable] : out) result.tensors[name] = to_file(variable.value());
  result.tensors["loss"] = loss.value();
  const LossScale scale;
  backward(scale.applied_to(loss));
  for (const auto& [name, parameter] : network.module->parameters())
    if (parameter->gradient().defined())
      result.tensors["grad." + name] = scale.removed_from(parameter->gradient());
  for (const auto& [name, variable] : in)
    if (variable.needs_gradient() && variable.gradient().defined())
      result.tensors["grad_in." + name] = to_file(scale.removed_from(variable.gradient()));
  for (const auto& [name, tensor] : network.module->state()) {
    const Tensor old = to_host(before.at(name)), now = to_host(tensor);
    if (std::memcmp(old.view().data, now.view().data, now.bytes()) != 0)
      result.tensors["state_after." + name] = now;
  }
  return result;
}

int infer(const Settings& s) {
  if (s.list) {
    fmt::print("{}", describe_models());
    return 0;
  }
  for (const auto& [option, value] :
       {std::pair{"--model", s.network.model}, {"--input", s.input}, {"--output", s.output}})
    if (value.empty()) throw UsageError(fmt::format("[infer] {} is required (or --list)", option));
  TensorFile result;
  try {
    result = run(s);
  } catch (const UsageError&) {
    throw;
  } catch (const Error& e) {  // weights and inputs that do not fit are the caller's to change
    const std::string message = e.what();
    const bool speaks_of_images = message.find("[N,H,W") != std::string::npos;
    throw UsageError(message + (speaks_of_images ? " (files hold images as [N,C,H,W])" : ""));
  }
  write_safetensors(s.output, result);
  for (const auto& [name, tensor] : result.tensors)
    if (!name.starts_with("grad.") && !name.starts_with("state_after."))
      fmt::print("{:<16} {} {}\n", name, name_of(tensor.dtype()), tensor.shape().str());
  fmt::print("{} tensors in {}\n", result.tensors.size(), s.output);
  return 0;
}

}  // namespace

void add_infer(CLI::App& app, const Common&, Outcome& outcome) {
  auto* verb = app.add_subcommand("infer", "run one network on tensors");
  auto settings = std::make_shared<Settings>();
  add_network_options(*verb, settings->network);
  verb->add_option("-w,--weights", settings->weights,
                   "state dict with PyTorch's names and shapes, safetensors");
  verb->add_option("-i,--input", settings->input, "input tensors and targets, safetensors");
  verb->add_option("-o,--output", settings->output, "output tensors, safetensors");
  verb->add_flag("--train-step", settings->train_step,
                 "also write the loss and all gradients; sets --mode train unless given");
  verb->add_option("--mode", settings->mode, "eval: running statistics, no dropout; or train. Default: eval")
      ->check(CLI::IsMember({"eval", "train"}));
  verb->add_flag("--list", settings->list, "list all networks with their tensors and settings");
  verb->footer([] {  // only when help is asked for
    return std::string(
               R"(Files hold tensors in PyTorch's layout, images as [N,C,H,W]. An input NAME may also be stored as in.NAME.

With --train-step the output also has loss, grad.PARAMETER, grad_in.x (or a, b), and state_after.NAME for each buffer that changed. No weights are updated.

A narrow variant is the same network with smaller settings:
  --model siamese_verifier --set width=8 --set layers=2,1,1,1 --set embed=12
  --model densenet_classifier --set growth=6 --set blocks=2,3,2,2 --set init_features=10

Networks:
)") + describe_models() +
           R"(
Example:
  scrim infer --model privacy_net --weights privacy_net.safetensors --input films.safetensors -o out.safetensors)";
  });
  verb->callback([settings, &outcome] { outcome.status = infer(*settings); });
}

}  // namespace scrim
