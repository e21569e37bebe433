// The patient verifier of PriCheXy-Net (Packhaeuser et al., "Deep learning-based patient re-identification is
// able to exploit the biometric nature of medical chest X-ray data", 2022): do two films show the same
// patient?
//   logit = fc_end(|sigmoid(e(a)) - sigmoid(e(b))|), e a ResNet-50 with 128 outputs, the same for both films
#pragma once

#include "models/resnet.h"

namespace scrim {

class SiameseVerifier : public Callable<SiameseVerifier> {
 public:
  SiameseVerifier(const ResNetOptions& options, const Place& place);

  /// Logits [N,1] for films a and b [N,H,W,1] in [0,1]; sigmoid gives the probability of the same patient.
  /// The branches run one after the other: in training each has its own batch statistics.
  Variable forward(const Variable& a, const Variable& b);
  /// e(x): [N,embed], before the sigmoid.
  Variable embedding(const Variable& x);
  /// The logits from two embeddings.
  Variable compare(const Variable& embedding_a, const Variable& embedding_b);

  ResNet model;

 private:
  Linear fc_end_;
};

}  // namespace scrim
