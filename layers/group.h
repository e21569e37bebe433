// A module that only names its children (and buffers), for the numbered names of published weights:
// "down_1.0.1.weight".
#pragma once

#include "layers/module.h"

namespace scrim {

class Group : public Module {
 public:
  using Module::add_buffer;
  using Module::add_module;
};

}  // namespace scrim
