// Strings: splitting and joining, and guessing what a misspelled word was meant to be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace scrim {

/// The parts between separators; empty parts count. Views into `text`.
std::vector<std::string_view> split(std::string_view text, char separator);
/// The parts between runs of spaces and tabs; none is empty. Views into `text`.
std::vector<std::string_view> split_words(std::string_view text);
/// The lines of a text without their ends ("\n" or "\r\n"); a last line without an end counts. Views into `text`.
std::vector<std::string_view> split_lines(std::string_view text);

/// "a, b, c", or "none".
std::string joined_names(const std::vector<std::string>& names);

/// The known word that takes the fewest changed letters to reach; empty when none is near.
std::string nearest_spelling(const std::string& word, const std::vector<std::string>& known);

/// What follows "there is no WORD" in a message: ", it is called NEW now" for a word of former versions whose new name is
/// known, ", did you mean NEAR?" for a misspelled one, else nothing. A dotted key counts part by part.
std::string suggestion(const std::string& word, const std::vector<std::string>& known);

}  // namespace scrim
