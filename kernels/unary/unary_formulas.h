// The table of unary.h as code, one struct a row; each loop over elements is written once, in terms of them.
#pragma once

#include <cmath>

#include "kernels/unary/unary.h"
#include "tensor/host_device.h"

namespace scrim::kernels {

// forward(x) is f(x); derivative(kept) is f' in terms of x, or of y where derivative_uses_result().
template <class T>
struct LeakyRelu {
  T slope;
  SCRIM_HOST_DEVICE T forward(T x) const { return x < 0 ? slope * x : x; }
  SCRIM_HOST_DEVICE T derivative(T x) const { return x > 0 ? T(1) : x <= 0 ? slope : x; }
};
template <class T>
struct Sigmoid {
  SCRIM_HOST_DEVICE T forward(T x) const {
    const T e = std::exp(-std::abs(x));  // in (0, 1]: neither sign of x overflows
    return x < 0 ? e / (1 + e) : 1 / (1 + e);
  }
  SCRIM_HOST_DEVICE T derivative(T y) const { return y * (1 - y); }
};
template <class T>
struct Tanh {
  SCRIM_HOST_DEVICE T forward(T x) const { return std::tanh(x); }
  SCRIM_HOST_DEVICE T derivative(T y) const { return 1 - y * y; }
};
template <class T>
struct Exp {
  SCRIM_HOST_DEVICE T forward(T x) const { return std::exp(x); }
  SCRIM_HOST_DEVICE T derivative(T y) const { return y; }
};
template <class T>
struct Log {
  SCRIM_HOST_DEVICE T forward(T x) const { return std::log(x); }
  SCRIM_HOST_DEVICE T derivative(T x) const { return 1 / x; }
};
template <class T>
struct Abs {
  SCRIM_HOST_DEVICE T forward(T x) const { return std::abs(x); }
  SCRIM_HOST_DEVICE T derivative(T x) const { return x > 0 ? T(1) : x < 0 ? T(-1) : x; }
};
template <class T>
struct Clamp {
  T low, high;
  SCRIM_HOST_DEVICE T forward(T x) const { return x < low ? low : x > high ? high : x; }
  SCRIM_HOST_DEVICE T derivative(T x) const { return x < low || x > high ? T(0) : x == x ? T(1) : x; }
};
template <class T>
struct Negate {
  SCRIM_HOST_DEVICE T forward(T x) const { return -x; }
  SCRIM_HOST_DEVICE T derivative(T) const { return T(-1); }
};
template <class T>
struct Softplus {
  SCRIM_HOST_DEVICE T forward(T x) const {
    return (x > 0 ? x : x == x ? T(0) : x) + std::log1p(std::exp(-std::abs(x)));
  }
  SCRIM_HOST_DEVICE T derivative(T x) const { return Sigmoid<T>{}.forward(x); }
};
template <class T>
struct Sqrt {
  SCRIM_HOST_DEVICE T forward(T x) const { return std::sqrt(x); }
  SCRIM_HOST_DEVICE T derivative(T y) const { return 1 / (2 * y); }
};

/// Calls body(formula) with the struct of `function`.
template <class T, class Body>
void with_formula(UnaryFunction function, UnaryParameters p, Body&& body) {
  switch (function) {
    case UnaryFunction::leaky_relu:
      return body(LeakyRelu<T>{T(p.a)});
    case UnaryFunction::sigmoid:
      return body(Sigmoid<T>{});
    case UnaryFunction::tanh:
      return body(Tanh<T>{});
    case UnaryFunction::exp:
      return body(Exp<T>{});
    case UnaryFunction::log:
      return body(Log<T>{});
    case UnaryFunction::abs:
      return body(Abs<T>{});
    case UnaryFunction::clamp:
      return body(Clamp<T>{T(p.a), T(p.b)});
    case UnaryFunction::negate:
      return body(Negate<T>{});
    case UnaryFunction::softplus:
      return body(Softplus<T>{});
    case UnaryFunction::sqrt:
      return body(Sqrt<T>{});
  }
}

/// y[i] = f(x[i]) over [begin, end).
template <class T>
void unary_forward_range(UnaryFunction function, UnaryParameters p, const T* x, T* y, std::int64_t begin,
                         std::int64_t end) {
  with_formula<T>(function, p, [&](const auto& formula) {
    for (std::int64_t i = begin; i < end; ++i) y[i] = formula.forward(x[i]);
  });
}

template <class T>
void unary_backward_range(UnaryFunction function, UnaryParameters p, const T* kept, const T* gy, T* gx,
                          std::int64_t begin, std::int64_t end) {
  with_formula<T>(function, p, [&](const auto& formula) {
    for (std::int64_t i = begin; i < end; ++i) gx[i] = gy[i] * formula.derivative(kept[i]);
  });
}

}  // namespace scrim::kernels
