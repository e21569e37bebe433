// Quantiles that intervals need: Student's t and the beta distribution, both from the regularized incomplete beta function
// (NIST Digital Library of Mathematical Functions, 8.17). Accurate to about 1e-12.
#pragma once

namespace scrim {

/// I_x(a, b) for a, b > 0 and x in [0, 1].
double incomplete_beta(double a, double b, double x);
/// x with I_x(a, b) = p, for p in [0, 1].
double beta_quantile(double a, double b, double p);
/// t with P(T <= t) = p for T of `freedom` > 0 degrees of freedom, for p in (0, 1).
double student_t_quantile(double freedom, double p);

}  // namespace scrim
