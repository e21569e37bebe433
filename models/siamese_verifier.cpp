#include "models/siamese_verifier.h"

#include "autograd/ops/binary.h"
#include "autograd/ops/unary.h"
#include "models/imagenet.h"

namespace scrim {

SiameseVerifier::SiameseVerifier(const ResNetOptions& options, const Initializer& initializer)
    : model(options, initializer.of("model")), fc_end_(options.embed, 1, initializer.of("fc_end")) {
  add_module("model", model);
  add_module("fc_end", fc_end_);
}

Variable SiameseVerifier::operator()(const Variable& a, const Variable& b) {
  const Variable embedding_a = embedding(a);
  return compare(embedding_a, embedding(b));
}

Variable SiameseVerifier::embedding(const Variable& x) {
  return model(imagenet_normalized(x));
}

Variable SiameseVerifier::compare(const Variable& embedding_a, const Variable& embedding_b) {
  return fc_end_(abs(sigmoid(embedding_a) - sigmoid(embedding_b)));
}

}  // namespace scrim
