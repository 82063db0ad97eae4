// Numbers as text and back, the same in every locale.
#pragma once
#include <charconv>
#include <string>

namespace scenarios {

/// The shortest text that reads back to the same bits: "0.1", "104", "inf".
inline std::string shortest(double x) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, x).ptr);
}

}  // namespace scenarios
