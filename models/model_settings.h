// The settings of a network by name, from a command line or a file: "init_features = 8".
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "tensor/error.h"

namespace scrim {

using ModelSetting = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>>;

class ModelSettings {
 public:
  ModelSettings() = default;
  explicit ModelSettings(std::map<std::string, ModelSetting> values) : values_(std::move(values)) {}

  /// The setting, or `otherwise` where it is not set. Throws UsageError when it has another type; a whole
  /// number serves as a real one.
  bool get(const std::string& name, bool otherwise);
  std::int64_t get(const std::string& name, std::int64_t otherwise);
  double get(const std::string& name, double otherwise);
  std::string get(const std::string& name, const char* otherwise);
  std::vector<std::int64_t> get(const std::string& name, const std::vector<std::int64_t>& otherwise);

  /// Throws UsageError when a setting was never asked for, naming the known one that is spelled most like it.
  void require_all_known(const std::string& of) const;

 private:
  template <class T>
  T take(const std::string& name, T otherwise, const char* type);

  std::map<std::string, ModelSetting> values_;
  std::vector<std::string> known_;
};

}  // namespace scrim
