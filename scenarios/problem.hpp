// What is wrong with a scenario: every mistake with its place, so that all can be mended in one go.
#pragma once
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace scenarios {

struct Problem {
  std::string where;         ///< file as given, or `--set KEY`
  std::uint32_t line = 0;    ///< 0: the file as a whole
  std::uint32_t column = 0;  ///< in characters, from 1
  std::uint32_t width = 1;   ///< characters to underline
  std::string text;
  std::string help;         ///< may be empty
  std::string source_line;  ///< without control characters
};

inline constexpr std::size_t most_problems = 100;  ///< told at once

/// All problems of a scenario. what() is the message for the terminal:
///     FILE:LINE:COLUMN: error: TEXT
///      LINE | source line
///           | ^^^^
///       help: HELP
class ScenarioError : public std::runtime_error {
 public:
  explicit ScenarioError(std::vector<Problem> problems);
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

/// `text` without control characters (each becomes a blank), so that no file can send codes to the terminal.
std::string printable(std::string_view text);

/// Where `text` stops being UTF-8, in characters from 1; 0: nowhere.
std::uint32_t not_utf8_at(std::string_view text);

/// `text` to be shown in a message: printable, in quotes, its first hundred bytes.
std::string in_quotes(std::string_view text);

/// "did you mean 'x'?" for the nearest candidates at most two edits away (one, if the word is short), in whatever case,
/// or that begin with the word; else, and if they are more than three, `otherwise`.
std::string suggestion(std::string_view typed, std::span<const std::string> candidates, std::string otherwise = {});

}  // namespace scenarios
