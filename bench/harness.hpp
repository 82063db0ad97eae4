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
  std::function<void()> before = [] {};  ///< each call, untimed
};

inline double median(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  return x.size() % 2 ? x[x.size() / 2] : (x[x.size() / 2 - 1] + x[x.size() / 2]) / 2;
}

inline double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// [ROUNDS] [--csv FILE]: nine rounds unless said; the table also as CSV.
struct Options {
  int rounds = 9;
  std::string csv;
  Options(int argc, char** argv) {
    for (int i = 1; i < argc; ++i)
      if (std::string(argv[i]) == "--csv" && i + 1 < argc)
        csv = argv[++i];
      else
        rounds = std::max(1, std::atoi(argv[i]));
  }
};

struct Row {
  std::string name;
  double rate, spread, ratio;  ///< medians: a second; of the fastest less the slowest; to the reference
};
struct Table {
  bool verified = false;
  std::vector<Row> rows;
  double rate(const std::string& name) const {
    for (const Row& row : rows)
      if (row.name == name) return row.rate;
    return 0;
  }
};

/// Prints a table of rates, rates[piece][round]: each piece's median, its spread, and the ratio to the piece in row
/// `reference`; as CSV too if that was asked for, a second table below the first.
inline Table tabulate(const char* title, const char* unit, const std::vector<std::string>& names,
                      const std::vector<std::vector<double>>& rates, std::size_t reference, const Options& options) {
  Table table;
  table.verified = true;
  std::printf("%s (%zu rounds, interleaved; results verified)\n", title, rates[reference].size());
  std::printf("  %-40s %14s %8s %10s\n", "", unit, "spread", "ratio");
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::vector<double> ratios;
    for (std::size_t round = 0; round < rates[i].size(); ++round)
      ratios.push_back(rates[i][round] / rates[reference][round]);
    const auto [low, high] = std::minmax_element(rates[i].begin(), rates[i].end());
    const double middle = median(rates[i]);
    table.rows.push_back({names[i], middle, (*high - *low) / middle, median(ratios)});
    const Row& row = table.rows.back();
    std::printf("  %-40s %14.0f %7.0f%% %9.2fx\n", row.name.c_str(), row.rate, 100 * row.spread, row.ratio);
  }
  std::printf("\n");
  if (options.csv.empty()) return table;
  static bool begun = false;
  if (std::FILE* file = std::fopen(options.csv.c_str(), begun ? "a" : "w")) {
    begun = true;
    std::fprintf(file, "piece,%s,spread,ratio\n", unit);
    for (const Row& row : table.rows)
      std::fprintf(file, "\"%s\",%.6g,%.3f,%.4g\n", row.name.c_str(), row.rate, row.spread, row.ratio);
    std::fclose(file);
  } else {
    std::fprintf(stderr, "cannot write %s\n", options.csv.c_str());
  }
  return table;
}

/// Times the pieces and prints their table. Not verified if a result is wrong, and then nothing is timed.
inline Table compare(const char* title, const char* unit, const std::vector<Piece>& pieces, std::size_t reference,
                     const Options& options) {
  std::vector<std::string> names;
  for (const Piece& p : pieces) {
    names.push_back(p.name);
    if (p.correct()) continue;
    std::fprintf(stderr, "%s: wrong result, not timed\n", p.name.c_str());
    return {};
  }
  std::vector<std::vector<double>> rates(pieces.size());
  for (int round = 0; round < options.rounds; ++round)
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      pieces[i].before();
      rates[i].push_back(pieces[i].items / seconds(pieces[i].work));
    }
  return tabulate(title, unit, names, rates, reference, options);
}

}  // namespace bench
