// The parameter tree. A Module names its parameters and buffers, and is named where it is made:
//
//   Conv2d conv1_;  ...  conv1_({3, 8}, child("conv1"))
//
// Full names are PyTorch's, joined by dots: "encoder1.enc1conv1.weight".
#pragma once

#include <map>
#include <string>
#include <vector>

#include "autograd/variable.h"
#include "layers/initialize.h"

namespace scrim {

/// Every tensor of a network by its full name: parameters and buffers.
using State = std::map<std::string, Tensor>;

struct NamedParameter {
  std::string name;
  Variable* parameter;  ///< owned by its module
};

class Module;

/// Where a module stands: under a parent, by a name, and how its parameters are drawn. An Initializer alone is
/// the place of a whole network.
class Place {
 public:
  Place(const Initializer& initializer) : drawn_from_(initializer) {}
  /// What draws the module's parameters.
  Initializer initializer() const { return drawn_as_.empty() ? drawn_from_ : drawn_from_.of(drawn_as_); }

 private:
  friend class Module;
  friend class Group;
  Place(Module& parent, std::string name, const Initializer& drawn_from, std::string drawn_as)
      : parent_(&parent), name_(std::move(name)), drawn_from_(drawn_from), drawn_as_(std::move(drawn_as)) {}

  Module* parent_ = nullptr;
  std::string name_;
  Initializer drawn_from_;
  std::string drawn_as_;
};

class Module {
 public:
  Module() = default;
  /// Joins the children of the place's parent, after those that are there.
  explicit Module(const Place& place);
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
  /// The place of a child, whose parameters are drawn by `name` or by an initializer of its own.
  Place child(std::string name) { return {*this, name, initializer_, name}; }
  Place child(std::string name, const Initializer& initializer) {
    return {*this, std::move(name), initializer, ""};
  }
  const std::string& name() const { return name_; }

 private:
  template <class Visit>
  void for_each_tensor(const std::string& prefix, Visit&& visit) const;
  void collect_parameters(const std::string& prefix, std::vector<NamedParameter>& found);

  std::string name_;
  const Module* parent_ = nullptr;
  Initializer initializer_ = Initializer::none();
  bool training_ = true;
  std::vector<std::pair<std::string, Variable*>> parameters_;
  std::vector<std::pair<std::string, Tensor*>> buffers_;
  std::vector<std::pair<std::string, Module*>> children_;
};

/// A module with one way to be called: operator() runs Self::forward with the module's name on what it
/// allocates (autograd/variable.h, Scope).
template <class Self>
class Callable : public Module {
 public:
  using Module::Module;
  template <class... Inputs>
  auto operator()(Inputs&&... inputs) {
    const Scope scope(name());
    return static_cast<Self&>(*this).forward(std::forward<Inputs>(inputs)...);
  }
  template <class... Inputs>
  auto operator()(Inputs&&... inputs) const {
    const Scope scope(name());
    return static_cast<const Self&>(*this).forward(std::forward<Inputs>(inputs)...);
  }
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
