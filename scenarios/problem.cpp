#include "scenarios/problem.hpp"

#include <algorithm>

namespace scenarios {
namespace {

/// Bytes of the UTF-8 character at the front of `text`; 0 if they are none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  if (byte(0) < 0x80) return 1;
  if (byte(0) >= 0xC2 && byte(0) < 0xE0) return follows(1) ? 2 : 0;
  if (byte(0) >= 0xE0 && byte(0) < 0xF0) return follows(1) && follows(2) ? 3 : 0;
  if (byte(0) >= 0xF0 && byte(0) < 0xF5) return follows(1) && follows(2) && follows(3) ? 4 : 0;
  return 0;
}

/// Control characters, and the marks that turn the direction of writing around.
bool invisible(std::string_view character) {
  if (character.size() == 1) return static_cast<unsigned char>(character[0]) < 0x20 || character[0] == 0x7F;
  if (character.size() == 2) return character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0;
  if (character.size() != 3 || character[0] != '\xE2') return false;
  const auto second = static_cast<unsigned char>(character[1]), third = static_cast<unsigned char>(character[2]);
  return (second == 0x80 && third >= 0xA8 && third <= 0xAE) || (second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

std::string message(const std::vector<Problem>& problems) {
  std::string out;
  for (const Problem& p : problems) {
    out += p.where;
    if (p.line) out += ':' + std::to_string(p.line) + ':' + std::to_string(p.column);
    out += ": error: " + p.text + '\n';
    if (p.line && !p.source_line.empty()) {
      const std::string number = std::to_string(p.line);
      out += ' ' + number + " | " + p.source_line + '\n';
      out += std::string(number.size() + 1, ' ') + " | " + std::string(p.column - 1, ' ') + std::string(p.width, '^') +
             '\n';
    }
    if (!p.help.empty()) out += "  help: " + p.help + '\n';
  }
  return out;
}

/// Insertions, deletions, replacements and swaps of neighbours that turn a into b.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last.back();
}

std::string lower_case(std::string_view ascii) {
  std::string out(ascii);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

}  // namespace

ScenarioError::ScenarioError(std::vector<Problem> problems)
    : std::runtime_error(message(problems)), problems_(std::move(problems)) {}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0)
      out += '?';
    else if (invisible(text.substr(0, length)))
      out += ' ';
    else
      out += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return out;
}

std::uint32_t not_utf8_at(std::string_view text) {
  for (std::uint32_t character = 1; !text.empty(); ++character) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return character;
    text.remove_prefix(length);
  }
  return 0;
}

std::string in_quotes(std::string_view text) {
  return "'" + printable(text.substr(0, 100)) + (text.size() > 100 ? "..." : "") + "'";
}

std::string suggestion(std::string_view typed, std::span<const std::string> candidates, std::string otherwise) {
  std::vector<std::string_view> nearest;
  const std::string word = lower_case(typed);
  std::size_t least = word.size() <= 4 ? 1 : 2;
  for (const std::string& candidate : candidates) {
    const std::string known = lower_case(candidate);
    const bool begun = word.size() >= 3 && known.size() > word.size() && known.starts_with(word);
    if (!begun && std::max(known.size(), word.size()) - std::min(known.size(), word.size()) > least) continue;
    const std::size_t distance = begun ? 1 : edit_distance(word, known);
    if (distance > least) continue;
    if (distance < least) nearest.clear();
    least = distance;
    nearest.push_back(candidate);
  }
  if (nearest.empty() || nearest.size() > 3) return otherwise;
  std::string names;
  for (std::string_view name : nearest) names += (names.empty() ? "'" : " or '") + std::string(name) + "'";
  return "did you mean " + names + "?";
}

}  // namespace scenarios
