// The parameter tree. A Module names its parameters, buffers and children; the full names are PyTorch's,
// joined by dots: "encoder1.enc1conv1.weight".
#pragma once

#include <map>
#include <string>
#include <vector>

#include "autograd/variable.h"
#include "tensor/random.h"

namespace scrim {

/// Every tensor of a network by its full name: parameters and buffers.
using State = std::map<std::string, Tensor>;

struct NamedParameter {
  std::string name;
  Variable* parameter;  ///< owned by its module
};

class Module {
 public:
  Module() = default;
  virtual ~Module() = default;
  Module(const Module&) = delete;  // the tree points into its members
  Module& operator=(const Module&) = delete;

  /// All parameters below, in the order in which they were named.
  std::vector<NamedParameter> parameters();
  std::int64_t parameter_count();

  /// Copies of every parameter and buffer.
  State state() const;
  /// Takes every value of `state`; tensors that nobody else shares are taken over, others copied. Throws
  /// Error that lists all missing, extra and misshapen names, and changes nothing then.
  void load_state(State state);
  /// Moves every parameter and buffer.
  void to(Device device);

  /// Training: batch statistics and dropout. Evaluation: running statistics. Starts in training.
  void set_training(bool on);
  bool is_training() const { return training_; }

  void zero_gradients();
  /// "encoder1.enc1conv1" inside the whole network; empty for the root.
  std::string path() const;

 protected:
  void add_parameter(std::string name, Variable& parameter);
  void add_buffer(std::string name, Tensor& buffer);
  void add_module(std::string name, Module& child);
  const std::string& name() const { return name_; }

 private:
  template <class Visit>
  void for_each_tensor(const std::string& prefix, Visit&& visit) const;
  void collect_parameters(const std::string& prefix, std::vector<NamedParameter>& found);

  std::string name_;
  const Module* parent_ = nullptr;
  bool training_ = true;
  std::vector<std::pair<std::string, Variable*>> parameters_;
  std::vector<std::pair<std::string, Tensor*>> buffers_;
  std::vector<std::pair<std::string, Module*>> children_;
};

/// Within its life the module's parameters are constants: gradients flow through it to its input, and none
/// are computed for its weights. A module is frozen once at a time.
class Frozen {
 public:
  explicit Frozen(Module& module);
  ~Frozen();
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;

 private:
  std::vector<NamedParameter> parameters_;
};

}  // namespace scrim
