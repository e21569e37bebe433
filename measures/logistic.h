// Logistic regression: joins several scores of a pair into one.
#pragma once

#include <cstdint>
#include <vector>

namespace scrim {

class LogisticRegression {
 public:
  /// Fits labels to rows of equal length by Newton's method, both kinds of rows with half of the weight, on standardized
  /// columns with the penalty `ridge` / 2 * |weights|^2 (of a mean loss). Throws Error unless both kinds are there.
  LogisticRegression(const std::vector<std::vector<double>>& rows, const std::vector<bool>& labels,
                     double ridge);

  /// The log odds of a row.
  double operator()(const std::vector<double>& row) const;
  /// Of the columns as they are, not standardized.
  const std::vector<double>& weights() const { return weights_; }
  double bias() const { return bias_; }

 private:
  std::vector<double> weights_;
  double bias_ = 0;
};

}  // namespace scrim
