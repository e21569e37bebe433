#include "base/strings.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace scrim {
namespace {

/// Words of configurations, options and settings before version 0.2, and what they are called now.
constexpr std::pair<std::string_view, std::string_view> renamed_words[] = {
    {"optimiser", "optimizer"},
    {"generator_optimiser", "generator_optimizer"},
    {"verifier_optimiser", "verifier_optimizer"},
    {"classifier_optimiser", "classifier_optimizer"},
    {"anonymised_real", "released_real"},
    {"anonymised_anonymised", "released_released"},
    {"quantised", "quantized"},
    {"perturbation", "release"},
    {"kind", "method"},
    {"mode", "protection"},
    {"num_filter", "init_features"},
    {"in_dim", "in_channels"},
    {"out_dim", "out_channels"},
    {"n_classes", "unet_organs"},
    {"organs", "landmarks"},
    {"inputsize", "image_size"},
};

std::string renamed(std::string_view word) {
  std::string name;
  for (const std::string_view part : split(word, '.')) {
    std::string_view now = part;
    for (const auto& [before, after] : renamed_words)
      if (part == before) now = after;
    name += (name.empty() ? "" : ".") + std::string(now);
  }
  return name;
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  constexpr std::string_view blanks = " \t";
  for (std::size_t begin = text.find_first_not_of(blanks); begin != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(blanks, begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(blanks, end);
  }
  return words;
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines = split(text, '\n');
  if (lines.back().empty()) lines.pop_back();
  for (std::string_view& line : lines)
    if (line.ends_with('\r')) line.remove_suffix(1);
  return lines;
}

std::string joined_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
  const std::string now = renamed(word);
  if (now != word && std::find(known.begin(), known.end(), now) != known.end())
    return ", it is called " + now + " now";
  const std::string near = nearest_spelling(word, known);
  return near.empty() ? "" : ", did you mean " + near + "?";
}

std::string nearest_spelling(const std::string& word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto& candidate : known) {  // Levenshtein's distance, row by row
    std::vector<std::size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t(0));
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        const std::size_t replaced = diagonal + (word[i - 1] == candidate[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

}  // namespace scrim
