#include "sim/cli/words.hpp"

#include <charconv>
#include <cmath>

#include "scenarios/problem.hpp"

namespace cli {
namespace {

std::size_t characters(std::string_view utf8) {
  std::size_t n = 0;
  for (const char c : utf8) n += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return n;
}

std::string cut(std::string_view utf8, std::size_t width) {
  if (characters(utf8) <= width) return std::string(utf8);
  std::size_t end = 0, n = 0;
  while (n < width - 1) {
    ++end;
    while (end < utf8.size() && (static_cast<unsigned char>(utf8[end]) & 0xc0) == 0x80) ++end;
    ++n;
  }
  return std::string(utf8.substr(0, end)) + "…";
}

}  // namespace

std::string grouped(std::int64_t n) {
  std::string s = std::to_string(n);
  for (auto i = static_cast<std::ptrdiff_t>(s.size()) - 3; i > (n < 0 ? 1 : 0); i -= 3)
    s.insert(static_cast<std::size_t>(i), ",");
  return s;
}

std::string so_many(std::int64_t n, std::string_view one, std::string_view many) {
  return grouped(n) + " " + std::string(n == 1 ? one : many);
}

std::string fixed(double x, int decimals) {
  if (std::isnan(x)) return "-";
  char buffer[64];
  const bool legible = std::abs(x) < 1e9;  // what an infinite loss comes to is not
  const auto [end, error] = legible
                                ? std::to_chars(buffer, buffer + sizeof buffer, x, std::chars_format::fixed, decimals)
                                : std::to_chars(buffer, buffer + sizeof buffer, x, std::chars_format::scientific, 1);
  return error == std::errc{} ? std::string(buffer, end) : "?";
}

std::string percent(double share) {
  if (std::isnan(share)) return "-";
  if (share > 0 && share < 0.005) return "<1 %";
  if (share < 1 && share > 0.995) return ">99 %";
  return fixed(100 * share, 0) + " %";
}

std::string left(std::string_view text, std::size_t width) {
  const std::string s = cut(text, width);
  return s + std::string(width - characters(s), ' ');
}

std::string right(std::string_view text, std::size_t width) {
  const std::string s = cut(text, width);
  return std::string(width - characters(s), ' ') + s;
}

std::string json_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : scenarios::printable(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace cli
