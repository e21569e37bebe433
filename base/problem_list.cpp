#include "base/problem_list.h"

#include <algorithm>

#include "base/error.h"

namespace scrim {

void ProblemList::throw_if_any() const {
  if (problems_.empty()) return;
  constexpr std::size_t most_listed = 40;
  auto sorted = problems_;
  std::sort(sorted.begin(), sorted.end());
  std::string text = fmt::format("{} problem{}:", sorted.size(), sorted.size() == 1 ? "" : "s");
  for (std::size_t i = 0; i < std::min(sorted.size(), most_listed); ++i) text += "\n  " + sorted[i];
  if (sorted.size() > most_listed) text += fmt::format("\n  and {} more", sorted.size() - most_listed);
  fail(where_, "{}", text);
}

}  // namespace scrim
