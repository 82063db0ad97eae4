// CSV, a line at a time.
#pragma once
#include <charconv>
#include <cmath>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>

namespace sim {

/// One line of CSV. Numbers are the shortest that read back to the same value; NaN is an empty field.
class CsvLine {
 public:
  CsvLine& add(std::string_view text) {
    next();
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
      text_ += text;
      return *this;
    }
    text_ += '"';
    for (const char c : text) text_ += c == '"' ? std::string_view("\"\"") : std::string_view(&c, 1);
    text_ += '"';
    return *this;
  }
  template <class Number>
  requires std::is_arithmetic_v<Number> CsvLine& add(Number number) {
    next();
    if constexpr (std::is_floating_point_v<Number>)
      if (std::isnan(number)) return *this;
    char digits[64];
    text_.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
    return *this;
  }
  void print(std::ostream& out) {
    text_ += '\n';
    out.write(text_.data(), static_cast<std::streamsize>(text_.size()));
    text_.clear();
    first_ = true;
  }

 private:
  void next() {
    if (!first_) text_ += ',';
    first_ = false;
  }
  std::string text_;
  bool first_ = true;
};

}  // namespace sim
