// Losses with their gradients; formulas in kernels/loss/loss.h. All give a scalar.
#pragma once

#include "autograd/variable.h"
#include "kernels/loss/loss.h"

namespace scrim {

Variable mse(const Variable& x, const Variable& target, kernels::Reduction = kernels::Reduction::mean);
/// x: probabilities in [0,1]. The target gets no gradient; nor does it in bce_with_logits.
Variable bce(const Variable& x, const Variable& target, kernels::Reduction = kernels::Reduction::mean);
Variable bce_with_logits(const Variable& x, const Variable& target,
                         kernels::Reduction = kernels::Reduction::mean);

/// Mean over the elements of -log(1 - sigmoid(logits)) = softplus(logits), which does not overflow: what the
/// generator of PriCheXy-Net pays for being recognized.
Variable verification_nll(const Variable& logits);

/// Kullback-Leibler divergence of N(mean, exp(log_variance)) from N(0, 1), as HybridGNet has it: the mean
/// over elements of -(1 + log_variance - mean^2 - exp(log_variance)) / 2.
Variable kl_divergence(const Variable& mean, const Variable& log_variance);

/// Mean over pixels of -log softmax(x)[label]; classes on x's last axis, labels i64 of the axes before it.
Variable cross_entropy(const Variable& x, const Tensor& labels);

/// 1 - the mean over images of 2 sum(p * t) / (sum(p + t) + epsilon), p = softmax(x) over the classes (last
/// axis), t the labels as one-hot; sums over an image's pixels and classes.
Variable dice_loss(const Variable& x, const Tensor& labels, double epsilon = 1e-6);

}  // namespace scrim
