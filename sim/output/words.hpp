// Lists that are kept as one text: words with blanks between them, lines. And numbers as text.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// The parts between separators; what follows the last one counts if it is not empty.
std::vector<std::string> split(std::string_view text, char separator);
inline std::vector<std::string> words(std::string_view text) { return split(text, ' '); }

/// The shortest text that reads back to the same bits.
std::string shortest(double x);

}  // namespace sim
