// Faults of a data set, collected so that all of them are named at once.
#pragma once

#include <string>
#include <vector>

namespace scrim {

class ProblemList {
 public:
  /// `where` stands in the message: "data".
  explicit ProblemList(std::string where) : where_(std::move(where)) {}

  void add(std::string problem) { problems_.push_back(std::move(problem)); }
  bool empty() const { return problems_.empty(); }
  /// Throws Error that lists the first forty in alphabetical order and counts the rest.
  void throw_if_any() const;

 private:
  std::string where_;
  std::vector<std::string> problems_;
};

}  // namespace scrim
