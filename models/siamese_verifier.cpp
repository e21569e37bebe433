#include "models/siamese_verifier.h"

#include "autograd/ops/binary.h"
#include "autograd/ops/unary.h"
#include "models/imagenet.h"

namespace scrim {

SiameseVerifier::SiameseVerifier(const ResNetOptions& options, const Place& place)
    : Callable(place), model(options, child("model")), fc_end_(options.embed, 1, child("fc_end")) {}

Variable SiameseVerifier::forward(const Variable& a, const Variable& b) {
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
