// Times pieces of work side by side: each round runs every piece once, in turn, so that what else the machine does hits
// all of them alike; medians over rounds; a ratio is a median of ratios within rounds. A piece first proves its result.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

namespace bench {

struct Piece {
  std::string name;
  double items;                   ///< units of work in one call
  std::function<bool()> correct;  ///< runs before any timing
  std::function<void()> work;
};

inline double median(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  return x.size() % 2 ? x[x.size() / 2] : (x[x.size() / 2 - 1] + x[x.size() / 2]) / 2;
}

/// Prints a table: median rate, its spread, and the ratio to the first piece. Exit code 1 if a result is wrong.
inline int compare(const char* title, const char* unit, const std::vector<Piece>& pieces, int rounds) {
  for (const Piece& p : pieces)
    if (!p.correct()) {
      std::fprintf(stderr, "%s: wrong result, not timed\n", p.name.c_str());
      return 1;
    }
  std::vector<std::vector<double>> seconds(pieces.size());
  for (int round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const auto start = std::chrono::steady_clock::now();
      pieces[i].work();
      seconds[i].push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
  std::printf("%s (%d rounds, interleaved; results verified)\n", title, rounds);
  std::printf("  %-34s %14s %8s %10s\n", "", unit, "spread", "ratio");
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    std::vector<double> rates, ratios;
    for (int r = 0; r < rounds; ++r) {
      const auto round = static_cast<std::size_t>(r);
      rates.push_back(pieces[i].items / seconds[i][round]);
      ratios.push_back(rates.back() / (pieces[0].items / seconds[0][round]));
    }
    const auto [low, high] = std::minmax_element(rates.begin(), rates.end());
    const double middle = median(rates);
    std::printf("  %-34s %14.0f %7.0f%% %9.2fx\n", pieces[i].name.c_str(), middle, 100 * (*high - *low) / middle,
                median(ratios));
  }
  std::printf("\n");
  return 0;
}

}  // namespace bench
