// Numbers and text as people read them. Locale-free.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace cli {

/// Stands wherever the program prints a single chance of arrest.
inline constexpr std::string_view arrest_caveat =
    "P(arrest) rests on assumed parameters (kap_arrest, Lambda): no sitting leader has been arrested on such a trip.";

std::string grouped(std::int64_t n);  ///< 100,000
/// "1 history", "2,000 histories"
std::string so_many(std::int64_t n, std::string_view one, std::string_view many);
std::string fixed(double x, int decimals);  ///< 3.14; "-" for NaN
std::string percent(double share);          ///< "12 %", "<1 %", "-" for NaN
std::string left(std::string_view text,
                 std::size_t width);  ///< padded to a width, counted in characters; cut if longer
std::string right(std::string_view text, std::size_t width);
std::string json_text(const std::string& text);  ///< in quotes

}  // namespace cli
