#include "models/flow_anonymizer.h"

namespace scrim {

FlowAnonymizer::FlowAnonymizer(const FlowAnonymizerOptions& o, const Place& place)
    : Callable(place),
      generator({.in_channels = 1, .out_channels = 2, .init_features = o.init_features},
                child("generator", place.initializer())),
      options(o) {}

FlowAnonymizer::Warped FlowAnonymizer::warped(const Variable& film, const Variable& field,
                                              const Variable& mask) const {
  if (options.protection != Protection::none)
    require(mask.defined() && mask.shape() == film.shape(), "flow_anonymizer",
            "the mask is {}, expected the film's shape {}", mask.defined() ? mask.shape().str() : "missing",
            film.shape().str());
  const bool fades = options.protection == Protection::field;
  const Variable displacement = warp_displacement(fades ? field_outside(field, mask) : field, options.warp);
  const Variable warped = warp_by(film, displacement);
  return {options.protection == Protection::blend ? blended(film, warped, mask) : warped, displacement};
}

}  // namespace scrim
