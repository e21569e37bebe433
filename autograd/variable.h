// Reverse-mode differentiation. A Variable is a tensor that remembers how it came to be; a Node is one step
// of that memory, and holds all that is kept of the forward pass until backward.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tensor/tensor.h"

namespace scrim {

class Node;

/// Where a gradient flows to. Values are not held here: the graph keeps only what its nodes name.
struct GradientLink {
  std::shared_ptr<Node> node;  ///< the op that made the variable; null for a parameter
  Tensor gradient;             ///< of a parameter: the sum since zero_gradient(); else only during backward
};

class Variable {
 public:
  Variable() = default;                                         ///< undefined, for an absent argument
  Variable(Tensor value) : value_(std::move(value)) {}          ///< a constant: no gradient
  static Variable parameter(Tensor value);                      ///< collects a gradient
  static Variable result(Tensor value, std::shared_ptr<Node>);  ///< of an op, see record()

  bool defined() const { return value_.defined(); }
  const Tensor& value() const { return value_; }
  Tensor& mutable_value() { return value_; }
  const Shape& shape() const { return value_.shape(); }
  bool needs_gradient() const { return link_ != nullptr; }
  const std::shared_ptr<GradientLink>& link() const { return link_; }

  /// The gradient collected so far; undefined when nothing came. Parameters only.
  const Tensor& gradient() const;
  void zero_gradient();
  /// A frozen parameter is a constant for ops that run meanwhile; what it collected stays.
  void set_frozen(bool frozen);

 private:
  Tensor value_;
  std::shared_ptr<GradientLink> link_, frozen_link_;
};

/// What a node keeps of one of its inputs: the tensor, or, when the op that made it can make it again cheaply
/// (a normalization, a concatenation), that op. This halves the memory of a training step.
class Kept {
 public:
  Kept() = default;
  explicit Kept(const Variable& variable);
  Tensor get() const;
  std::size_t bytes() const { return recompute_ || !tensor_.defined() ? 0 : tensor_.bytes(); }

 private:
  Tensor tensor_;
  std::shared_ptr<const Node> recompute_;
};

/// One line of a listing: a thing that a node keeps.
struct KeptItem {
  std::string name;
  std::size_t bytes;  ///< 0 when it will be recomputed
};

class Node {
 public:
  virtual ~Node() = default;
  virtual std::string_view op() const = 0;
  /// The gradient of each input from the gradient of the result; undefined for inputs that need none. `gy`
  /// may be written over when it is_unique(). Runs once.
  virtual std::vector<Tensor> backward(Tensor gy) = 0;
  virtual std::vector<KeptItem> kept() const { return {}; }

  /// Floating-point operations of the forward pass by the direct algorithm, of products alone: 2 a
  /// multiplication.
  virtual double operations() const { return 0; }

  /// Whether recompute() makes the op's result again for about the price of reading it from memory.
  virtual bool can_recompute() const { return false; }
  virtual Tensor recompute() const { return {}; }

  /// "conv2d in generator.encoder1.enc1conv1": the op and the module that called it.
  std::string where() const;

  std::vector<std::shared_ptr<GradientLink>> inputs;  ///< null for inputs that need no gradient
  std::string scope;                                  ///< path of the module that called the op

 protected:
  bool needs(std::size_t input) const { return inputs[input] != nullptr; }
};

/// Fills gradient() of every parameter that `loss` (one element) depends on, adding to what is there. The
/// graph is used up: each node's kept tensors are freed as soon as its gradient is done.
void backward(const Variable& loss);

/// The nodes behind a variable, in the order in which they ran.
std::vector<std::shared_ptr<Node>> graph_of(const Variable& variable);

/// Within its life, ops of this thread record nothing.
class NoGradient {
 public:
  NoGradient();
  ~NoGradient();
  NoGradient(const NoGradient&) = delete;

 private:
  bool before_;
};
bool gradients_enabled();

/// A value that is NaN or infinite appeared.
class NonFiniteError : public Error {
 public:
  using Error::Error;
};

/// Within its life, every op's result and gradients on this thread are looked at; the first that is not
/// finite throws NonFiniteError and names the op. Costs a pass over memory for each op: for finding the
/// cause, not for every step.
class FiniteCheck {
 public:
  FiniteCheck();
  ~FiniteCheck();
  FiniteCheck(const FiniteCheck&) = delete;

 private:
  bool before_;
};
bool is_finite(const Tensor& tensor);

/// Within its life, ops belong to the module of this name inside the surrounding ones.
class Scope {
 public:
  explicit Scope(std::string_view name);
  ~Scope();
  Scope(const Scope&) = delete;

 private:
  std::size_t length_before_;
};

// For the ops of this folder
// ------------------------------------------------------------------------------------

/// Whether an op on these inputs has to leave a node.
bool wants_gradient(std::initializer_list<const Variable*> inputs);

/// The op's result as a variable behind `node`, its inputs linked; applies the FiniteCheck.
Variable record(Tensor value, std::shared_ptr<Node> node, std::initializer_list<const Variable*> inputs);
Variable record(Tensor value, std::shared_ptr<Node> node, const std::vector<Variable>& inputs);
/// The same for an op that left no node.
Variable constant(Tensor value, std::string_view op);

/// `tensor` when it may be written over, else new memory of the same shape.
Tensor reusable(Tensor& tensor);

}  // namespace scrim
