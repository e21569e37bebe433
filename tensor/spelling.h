// Guessing what a misspelled word was meant to be.
#pragma once

#include <string>
#include <vector>

namespace scrim {

/// The known word that takes the fewest changed letters to reach; empty when none is near.
std::string nearest_spelling(const std::string& word, const std::vector<std::string>& known);

}  // namespace scrim
