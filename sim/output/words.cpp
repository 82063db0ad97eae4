#include "sim/output/words.hpp"

#include <algorithm>
#include <charconv>

namespace sim {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> all;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    all.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all;
}

std::string shortest(double x) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, x).ptr};
}

}  // namespace sim
