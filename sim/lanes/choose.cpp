#include "sim/lanes/choose.hpp"

namespace sim {

Isa best_isa() {
#ifdef __x86_64__
  // These answers include the operating system's: whether it keeps the wide registers.
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2")) return Isa::baseline;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    return Isa::avx512;
  return Isa::avx2;
#else
  return Isa::baseline;
#endif
}

std::string_view name(Isa isa) {
  switch (isa) {
    case Isa::avx512:
      return "avx512";
    case Isa::avx2:
      return "avx2";
    default:
      return "baseline";
  }
}

std::optional<Isa> parse_isa(std::string_view text) {
  for (const Isa isa : all_isas)
    if (text == name(isa)) return isa;
  return std::nullopt;
}

}  // namespace sim
