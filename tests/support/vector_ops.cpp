#include "tests/support/vector_ops.h"

#include "autograd/ops/binary.h"
#include "autograd/ops/reduce.h"
#include "kernels/dispatch.h"
#include "tensor/compute_device.h"
#include "tests/support/op_check.h"

namespace scrim::test {
namespace {

using Run = std::function<Variable(VectorCall&)>;

/// One case of a file: its tensors are named "CASE.in.x", "CASE.out.y", "CASE.gout.y", "CASE.grad.x".
class Case {
 public:
  Case(const Golden& golden, const nlohmann::json& entry, Layout layout)
      : golden_(golden), id_(entry["case"].get<std::string>()), layout_(layout) {
    call_.attrs = entry.value("attrs", nlohmann::json::object());
    for (const char* kind : {".in.", ".param."})
      for (const auto& name : golden.names_with_prefix(id_ + kind)) {
        const std::string key = name.substr((id_ + kind).size());
        const Tensor value = from_file(key, golden[name]);
        call_.in[key] = golden.has(id_ + ".grad." + key) ? Variable::parameter(value) : Variable(value);
      }
  }

  void check(const Run& run) {
    const Variable y = run(call_);
    const std::string result = golden_.has(id_ + ".out.y") ? "y" : "values";
    const Shape& expected = golden_[id_ + ".out." + result].shape();
    expect_close(expected.rank() == 0 ? to_host(y.value()).reshape({}) : to_file(result, y.value()),
                 ".out." + result);
    for (const auto& [name, tensor] : call_.further) expect_close(tensor, ".out." + name);
    if (golden_.has(id_ + ".gout." + result) && y.needs_gradient()) check_gradients(y, result);
  }

 private:
  bool is_image(const std::string& name) const {
    return layout_ == Layout::images && name != "weight" && name != "grid" && name != "boxes" && name != "t";
  }
  Tensor from_file(const std::string& name, const Tensor& tensor) const {
    return is_image(name) ? nhwc_from_nchw(tensor) : to_compute_device(tensor.clone());
  }
  Tensor to_file(const std::string& name, const Tensor& tensor) const {
    return is_image(name) ? nchw_from_nhwc(tensor) : to_host(tensor);
  }

  void expect_close(const Tensor& got, const std::string& name) const {
    if (got.dtype() == DType::i64)
      EXPECT_TRUE(same_bytes(got, golden_[id_ + name])) << name;
    else
      golden_.expect_close(got, id_ + name, 1e-7, id_);
  }

  void check_gradients(const Variable& y, const std::string& result) {
    const Tensor upstream = from_file(result, golden_[id_ + ".gout." + result]);
    backward(sum(y * Variable(upstream.reshape(y.shape())), kernels::Axes::all(y.shape())));
    for (auto& [name, variable] : call_.in)
      if (variable.needs_gradient()) expect_close(to_file(name, variable.gradient()), ".grad." + name);
  }

  const Golden& golden_;
  std::string id_;
  Layout layout_;
  VectorCall call_;
};

struct OpFile {
  bool is_own;  ///< of the project's own set, which every clone has
  Golden golden;
};

/// Reads each file once.
const std::vector<OpFile>& op_files() {
  static const std::vector<OpFile> files = [] {
    std::vector<OpFile> read;
    for (const VectorFile& file : vector_files("ops")) read.push_back({file.set == "own", Golden(file.path)});
    return read;
  }();
  return files;
}

}  // namespace

void check_vectors(const std::string& op, Layout layout, const Run& run) {
  int own = 0;
  const bool before = reference_kernels_in_use();
  for (const auto& [is_own, golden] : op_files())
    for (const auto& entry : golden.metadata("cases")) {
      if (entry["op"] != op) continue;
      own += is_own;
      for (const bool reference : {true, false}) {
        SCOPED_TRACE(op + " " + entry["case"].get<std::string>() +
                     (reference ? " on the reference kernels" : ""));
        use_reference_kernels(reference);
        Case(golden, entry, layout).check(run);
      }
    }
  use_reference_kernels(before);
  EXPECT_GT(own, 0) << "tests/vectors has no case of " << op;
}

}  // namespace scrim::test
