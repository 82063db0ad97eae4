// The command line, read strictly: no guessed abbreviations, no stray words, numbers with their range, no locale.
#pragma once
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/date.hpp"

namespace cli {

/// The command line is wrong: message, then where help is. Exit code 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An option a command takes. An empty `value` means a flag; `many` may be given several times.
struct Option {
  std::string_view name, value, help;
  bool many = false;
};

/// A command's own words.
struct Usage {
  std::string_view command, words, summary;
  std::vector<Option> options;
  std::size_t most_words = 1;  ///< positional words allowed

  std::string text() const;  ///< what --help prints
};

class Arguments {
 public:
  /// Throws UsageError. `arguments`: what follows the command.
  Arguments(const Usage& usage, const std::vector<std::string>& arguments);

  bool help() const { return help_; }
  const std::vector<std::string>& as_typed() const { return typed_; }
  const std::vector<std::string>& words() const { return words_; }
  bool flag(std::string_view name) const { return !all(name).empty(); }
  std::optional<std::string> text(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  /// A whole number in [low, high].
  std::optional<std::int64_t> whole(std::string_view name, std::int64_t low, std::int64_t high) const;
  /// A number in [low, high].
  std::optional<double> number(std::string_view name, double low, double high) const;
  /// A day, such as 2026-01-01.
  std::optional<scenarios::Date> date(std::string_view name) const;

 private:
  std::vector<std::string> typed_, words_;
  std::vector<std::pair<std::string, std::string>> given_;
  bool help_ = false;
};

}  // namespace cli
