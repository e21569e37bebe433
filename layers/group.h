// A module that only names its children, parameters and buffers, for the numbered names of published weights:
// "down_1.0.1.weight".
#pragma once

#include "layers/module.h"

namespace scrim {

class Group : public Module {
 public:
  explicit Group(const Place& place) : Module(place), place_(place) {}
  using Module::add_buffer;
  using Module::add_parameter;

  /// Drawn as parts of the module around the group: child "0" of the group "skip" as "skip.0".
  Place child(std::string name) { return {*this, name, place_.drawn_from_, place_.drawn_as_ + "." + name}; }
  using Module::child;

 private:
  Place place_;
};

}  // namespace scrim
