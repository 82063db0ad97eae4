// Which instruction set the kernel runs on. Never changes a result, only how long one waits for it.
#pragma once
#include <array>
#include <optional>
#include <string_view>

namespace sim {

/// Each includes those before it. baseline: what every machine of this architecture has.
enum class Isa { baseline, avx2, avx512 };
inline constexpr std::array all_isas = {Isa::baseline, Isa::avx2, Isa::avx512};

/// The last one that this machine and its operating system have; baseline off x86-64.
Isa best_isa();

/// As said on the command line and in the run's log: baseline, avx2, avx512.
std::string_view name(Isa isa);
std::optional<Isa> parse_isa(std::string_view text);

}  // namespace sim
