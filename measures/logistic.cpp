#include "measures/logistic.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace scrim {
namespace {

/// x with matrix x = right, by Cholesky; matrix is symmetric and positive.
std::vector<double> solved(std::vector<std::vector<double>> a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      for (std::size_t k = 0; k < j; ++k) a[i][j] -= a[i][k] * a[j][k];
      a[i][j] = i == j ? std::sqrt(std::max(a[i][i], 1e-12)) : a[i][j] / a[j][j];
    }
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k][i] * b[k];
    b[i] /= a[i][i];
  }
  return b;
}

}  // namespace

LogisticRegression::LogisticRegression(const std::vector<std::vector<double>>& rows,
                                       const std::vector<bool>& labels, double ridge) {
  require(rows.size() == labels.size(), "logistic regression", "{} labels came for {} rows", labels.size(),
          rows.size());
  const auto positives = std::count(labels.begin(), labels.end(), true);
  const auto negatives = std::int64_t(labels.size()) - positives;
  require(positives > 0 && negatives > 0, "logistic regression", "needs rows of both kinds");
  const std::size_t columns = rows.front().size();
  std::vector<double> mean(columns, 0), deviation(columns, 0);
  for (const auto& row : rows) {
    require(row.size() == columns, "logistic regression", "a row has {} columns, expected {}", row.size(),
            columns);
    for (std::size_t c = 0; c < columns; ++c) mean[c] += row[c] / double(rows.size());
  }
  for (const auto& row : rows)
    for (std::size_t c = 0; c < columns; ++c)
      deviation[c] += (row[c] - mean[c]) * (row[c] - mean[c]) / double(rows.size());
  for (double& d : deviation) d = d > 0 ? std::sqrt(d) : 1;

  std::vector<double> w(columns + 1, 0), x(columns + 1, 1);  // the bias is the last one
  for (int step = 0; step < 50; ++step) {
    std::vector<double> gradient(columns + 1, 0);
    std::vector<std::vector<double>> curvature(columns + 1, std::vector<double>(columns + 1, 0));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      double z = w[columns];
      for (std::size_t c = 0; c < columns; ++c) {
        x[c] = (rows[i][c] - mean[c]) / deviation[c];
        z += w[c] * x[c];
      }
      const double p = 1 / (1 + std::exp(-z)), share = 0.5 / double(labels[i] ? positives : negatives);
      for (std::size_t a = 0; a <= columns; ++a) {
        gradient[a] += share * (p - double(labels[i])) * x[a];
        for (std::size_t b = 0; b <= a; ++b) curvature[a][b] += share * p * (1 - p) * x[a] * x[b];
      }
    }
    for (std::size_t c = 0; c < columns; ++c) {
      gradient[c] += ridge * w[c];
      curvature[c][c] += ridge;
    }
    curvature[columns][columns] += 1e-9;
    const auto change = solved(curvature, gradient);
    double largest = 0;
    for (std::size_t a = 0; a <= columns; ++a) {
      w[a] -= std::clamp(change[a], -5.0, 5.0);
      largest = std::max(largest, std::abs(change[a]));
    }
    if (largest < 1e-9) break;
  }
  bias_ = w[columns];
  for (std::size_t c = 0; c < columns; ++c) {
    weights_.push_back(w[c] / deviation[c]);
    bias_ -= weights_.back() * mean[c];
  }
}

double LogisticRegression::operator()(const std::vector<double>& row) const {
  require(row.size() == weights_.size(), "logistic regression", "a row has {} columns, expected {}",
          row.size(), weights_.size());
  double z = bias_;
  for (std::size_t c = 0; c < row.size(); ++c) z += weights_[c] * row[c];
  return z;
}

}  // namespace scrim
