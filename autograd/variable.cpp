#include "autograd/variable.h"

#include <unordered_set>

#include "kernels/binary/binary.h"
#include "kernels/finite/finite.h"

namespace scrim {
namespace {

thread_local bool recording = true;
thread_local bool checking = false;

void check_result(const Tensor& value, std::string_view op) {
  if (checking && !is_finite(value))
    throw NonFiniteError(fmt::format("[{}] the result {} has a value that is NaN or infinite{}", op,
                                     value.shape().str(),
                                     memory::holder().empty() ? "" : ", in " + memory::holder()));
}

void accumulate(Tensor& sum, Tensor gradient) {
  if (!sum.defined()) {
    sum = std::move(gradient);
    return;
  }
  require(sum.shape() == gradient.shape(), "backward", "gradients of shape {} and {} meet", sum.shape().str(),
          gradient.shape().str());
  Tensor total = reusable(sum);
  kernels::add(sum.view(), gradient.view(), total.mutable_view());
  sum = std::move(total);
}

/// Links in the order in which their nodes ran. Iterative: a deep network must not overflow the stack.
std::vector<std::shared_ptr<GradientLink>> links_in_order(const std::shared_ptr<GradientLink>& last) {
  std::vector<std::shared_ptr<GradientLink>> order;
  std::unordered_set<const GradientLink*> seen;
  struct Visit {
    std::shared_ptr<GradientLink> link;
    std::size_t next_input = 0;
  };
  std::vector<Visit> stack;
  if (last && last->node && seen.insert(last.get()).second) stack.push_back({last});
  while (!stack.empty()) {
    Visit& top = stack.back();
    if (top.next_input == top.link->node->inputs.size()) {
      order.push_back(std::move(top.link));
      stack.pop_back();
      continue;
    }
    const auto input = top.link->node->inputs[top.next_input++];
    if (input && input->node && seen.insert(input.get()).second) stack.push_back({input});
  }
  return order;
}

}  // namespace

Variable Variable::parameter(Tensor value) {
  Variable variable(std::move(value));
  variable.link_ = std::make_shared<GradientLink>();
  return variable;
}

Variable Variable::result(Tensor value, std::shared_ptr<Node> node) {
  Variable variable = parameter(std::move(value));
  variable.link_->node = std::move(node);
  return variable;
}

const Tensor& Variable::gradient() const {
  require(link_ && !link_->node, "gradient", "only parameters keep a gradient");
  return link_->gradient;
}

void Variable::zero_gradient() {
  if (link_) link_->gradient = Tensor();
}

void Variable::set_frozen(bool frozen) {
  if (frozen == (frozen_link_ != nullptr)) return;
  require(!frozen || (link_ && !link_->node), "freeze", "only parameters can be frozen");
  std::swap(link_, frozen_link_);
}

Kept::Kept(const Variable& variable) {
  const auto& link = variable.link();
  if (link && link->node && link->node->can_recompute())
    recompute_ = link->node;
  else
    tensor_ = variable.value();
}

Tensor Kept::get() const {
  return recompute_ ? recompute_->recompute() : tensor_;
}

std::string Node::where() const {
  return scope.empty() ? std::string(op()) : fmt::format("{} in {}", op(), scope);
}

void backward(const Variable& loss) {
  require(loss.defined() && loss.value().numel() == 1, "backward",
          "the loss has the shape {}, expected one element", loss.shape().str());
  require(loss.needs_gradient(), "backward", "the loss depends on no parameter");
  auto order = links_in_order(loss.link());
  loss.link()->gradient = loss.value().full_like(loss.shape(), 1);
  while (!order.empty()) {
    const auto link = std::move(order.back());
    order.pop_back();
    const auto node = std::move(link->node);
    auto gradients = node->backward(std::move(link->gradient));
    link->gradient = Tensor();
    require(gradients.size() == node->inputs.size(), node->op(), "gave {} gradients for {} inputs",
            gradients.size(), node->inputs.size());
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      if (!node->inputs[i]) continue;
      require(gradients[i].defined(), node->op(), "gave no gradient for its input {}", i);
      if (checking && !is_finite(gradients[i]))
        throw NonFiniteError(
            fmt::format("[{}] the gradient of input {} {} has a value that is NaN or infinite{}", node->op(),
                        i, gradients[i].shape().str(), node->scope.empty() ? "" : ", in " + node->scope));
      accumulate(node->inputs[i]->gradient, std::move(gradients[i]));
    }
  }
}

std::vector<std::shared_ptr<Node>> graph_of(const Variable& variable) {
  std::vector<std::shared_ptr<Node>> nodes;
  for (const auto& link : links_in_order(variable.link())) nodes.push_back(link->node);
  return nodes;
}

NoGradient::NoGradient() : before_(recording) {
  recording = false;
}
NoGradient::~NoGradient() {
  recording = before_;
}
bool gradients_enabled() {
  return recording;
}

FiniteCheck::FiniteCheck() : before_(checking) {
  checking = true;
}
FiniteCheck::~FiniteCheck() {
  checking = before_;
}

bool is_finite(const Tensor& tensor) {
  Tensor flag = Tensor::empty({}, DType::f32, tensor.device());
  kernels::all_finite({tensor.view()}, flag.mutable_view());
  return flag.item() != 0;
}

Scope::Scope(std::string_view name) : length_before_(memory::holder().size()) {
  if (!memory::holder().empty() && !name.empty()) memory::holder() += '.';
  memory::holder() += name;
}
Scope::~Scope() {
  memory::holder().resize(length_before_);
}

bool wants_gradient(std::initializer_list<const Variable*> inputs) {
  if (!recording) return false;
  for (const Variable* input : inputs)
    if (input->needs_gradient()) return true;
  return false;
}

namespace {
Variable finish(Tensor value, std::shared_ptr<Node> node) {
  check_result(value, node->op());
  node->scope = memory::holder();
  return Variable::result(std::move(value), std::move(node));
}
}  // namespace

Variable record(Tensor value, std::shared_ptr<Node> node, std::initializer_list<const Variable*> inputs) {
  for (const Variable* input : inputs) node->inputs.push_back(input->link());
  return finish(std::move(value), std::move(node));
}

Variable record(Tensor value, std::shared_ptr<Node> node, const std::vector<Variable>& inputs) {
  for (const Variable& input : inputs) node->inputs.push_back(input.link());
  return finish(std::move(value), std::move(node));
}

Variable constant(Tensor value, std::string_view op) {
  check_result(value, op);
  return Variable(std::move(value));
}

Tensor reusable(Tensor& tensor) {
  return tensor.is_unique() ? tensor : tensor.empty_like(tensor.shape());
}

}  // namespace scrim
