#include "sim/experiments/sensitivity_file.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "sim/experiments/answer_file.hpp"
#include "sim/experiments/merge.hpp"
#include "sim/output/stored.hpp"
#include "sim/output/words.hpp"

namespace sim {
namespace {

/// Numbers that tell the levels of a factor apart.
std::vector<double> factor_values(const NetcdfReader& file, const std::string& name) {
  const Values values = file.values(name);
  const auto* texts = std::get_if<std::vector<std::string>>(&values);
  if (!texts) return file.numbers(name);
  const std::set<std::string> sorted(texts->begin(), texts->end());
  std::vector<double> ranks;
  for (const std::string& text : *texts)
    ranks.push_back(static_cast<double>(std::distance(sorted.begin(), sorted.find(text))));
  return ranks;
}

/// Whether in every k + 1 cells each factor moves once, one at a time.
bool are_trajectories(const Points& p) {
  const std::size_t k = p.factors, cells = p.rows();
  if (cells < 2 * (k + 1) || cells % (k + 1) != 0) return false;
  for (std::size_t first = 0; first < cells; first += k + 1) {
    std::vector<bool> done(k, false);
    for (std::size_t cell = first; cell < first + k; ++cell) {
      std::size_t moved = k;
      for (std::size_t j = 0; j < k; ++j) {
        if (p.row(cell)[j] == p.row(cell + 1)[j]) continue;
        if (moved != k || done[j]) return false;
        moved = j, done[j] = true;
      }
      if (moved == k) return false;
    }
  }
  return true;
}

/// Whether the cells are A, A with a column of B, (B with a column of A,) B, pair by pair.
bool is_saltelli(const SweptDesign& d, bool second_order) {
  const std::size_t k = d.factors.size(), step = second_order ? 2 * k + 2 : k + 2, cells = d.cells();
  if (cells < 2 * step || cells % step != 0) return false;
  for (std::size_t a = 0; a < cells; a += step) {
    const std::size_t b = a + step - 1;
    for (std::size_t j = 0; j < k; ++j)
      for (std::size_t other = 0; other < k; ++other) {
        const std::vector<double>& v = d.values[other];
        if (v[a + 1 + j] != v[other == j ? b : a]) return false;
        if (second_order && v[a + 1 + k + j] != v[other == j ? a : b]) return false;
      }
  }
  return true;
}

}  // namespace

SweptDesign read_swept(const std::filesystem::path& merged) {
  static constexpr AnswerKind sweep = {"safeconduct sweep", "merge", {}, ""};
  const NetcdfReader file = open_answer(merged, sweep);
  return explained(merged, merge_again, [&] {
    SweptDesign d;
    d.title = file.text_attribute("", "title");
    d.design = file.text_attribute("", "design");
    d.factors = words(file.text_attribute("", "factors"));
    if (d.factors.empty()) throw ResultsError(merged.string() + " has no factors: there is nothing to tell apart");
    for (const std::string& name : d.factors) d.values.push_back(factor_values(file, name));
    if (file.has(cell_places)) d.places = {d.factors.size(), file.numbers(cell_places)};
    d.leaders = file.texts("leader");
    d.leader_names = file.texts("leader_name");
    d.measures = file.texts("measure");
    d.measure_units = file.texts("measure_unit");

    const std::vector<double> lived = file.numbers("batch_replicates"), mean = file.numbers("batch_mean");
    const std::size_t cells = d.cells(), all = lived.size() / cells;
    const std::size_t columns = d.leaders.size() * d.measures.size();
    const bool common_luck = file.text_attribute("", "luck") == "common";
    const std::vector<double> replicates = file.numbers("replicates");
    const auto missing = std::count(replicates.begin(), replicates.end(), 0.0);
    if (missing > 0)
      throw ResultsError(merged.string() + ": " + std::to_string(missing) + " of " + std::to_string(cells) +
                         " cells have not been lived; go on with the sweep (--resume) and merge again");
    std::vector<std::size_t> used;  // batches that every cell has
    std::vector<double> weights;
    double total = 0;
    for (std::size_t b = 0; b < all; ++b) {
      double sum = 0;
      bool everywhere = true;
      for (std::size_t cell = 0; cell < cells; ++cell) {
        sum += lived[cell * all + b];
        everywhere = everywhere && lived[cell * all + b] > 0;
      }
      if (!everywhere) continue;
      used.push_back(b);
      weights.push_back(sum);
      total += sum;
    }
    for (double& w : weights) w /= total;
    for (std::size_t c = 0; c < columns; ++c) {
      Response r{used.size(), {}, weights, common_luck};
      for (std::size_t cell = 0; cell < cells; ++cell)
        for (const std::size_t b : used) r.means.push_back(mean[(cell * all + b) * columns + c]);
      d.responses.push_back(std::move(r));
    }
    return d;
  });
}

Sensitivity sensitivity(const SweptDesign& d, const std::filesystem::path& merged, std::uint64_t seed) {
  Sensitivity found;
  found.noise_is_known = d.responses.front().batches > 1;
  for (const bool second_order : {false, true}) {
    if (d.design == "morris" || !is_saltelli(d, second_order)) continue;
    found.method = Sensitivity::Method::sobol;
    for (const Response& r : d.responses) found.sobol.push_back(sobol_indices(d.factors.size(), second_order, r, seed));
    return found;
  }
  if (d.design == "morris" && d.places.values.empty())
    throw ResultsError(
        merged.string() +
        " does not say how far the factors move from cell to cell, which effects are over: its sweep was "
        "begun by an older version; 'safeconduct sweep DESIGN --out DIR --resume', with its design and its "
        "folder, adds that and merges again, and lives nothing again");
  if (d.places.rows() != d.cells() || !are_trajectories(d.places))
    throw ResultsError(merged.string() + " has a design '" + d.design +
                       "' from which no indices can be had: they need design = \"morris\" or \"saltelli\"");
  for (const Response& r : d.responses) found.morris.push_back(morris_indices(d.places, r, seed));
  return found;
}

std::vector<std::byte> sensitivity_image(const SweptDesign& d, const Sensitivity& found) {
  const bool is_morris = found.method == Sensitivity::Method::morris;
  AnswerFile file(sensitivity_kind(), d.title);
  file.attribute("method", is_morris ? "morris" : "sobol");
  file.attribute("cells", static_cast<std::int64_t>(d.cells()));
  file.attribute("noise", found.noise_is_known ? "subtracted" : "unknown: one batch of replicates");
  file.write("factor", d.factors);
  file.write("leader", d.leaders);
  file.write("measure", d.measures);
  file.write("leader_name", d.leader_names);
  file.write("measure_unit", d.measure_units);
  const auto column = [&](auto& all, std::string_view name, auto of) {
    std::vector<double> values;
    for (const auto& indices : all)
      for (std::size_t j = 0; j < d.factors.size(); ++j) values.push_back(of(indices, j));
    file.write(name, std::move(values));
  };
  if (is_morris) {
    const auto of = [&](std::string_view name, double MorrisIndices::*member) {
      column(found.morris, name, [&](const auto& indices, std::size_t j) { return indices[j].*member; });
    };
    of("mu", &MorrisIndices::mu);
    of("mu_star", &MorrisIndices::mu_star);
    of("mu_star_conf", &MorrisIndices::mu_star_conf);
    of("sigma", &MorrisIndices::sigma);
    return file.finish();
  }
  const auto of = [&](std::string_view name, double SobolIndices::Factor::*member) {
    column(found.sobol, name, [&](const auto& indices, std::size_t j) { return indices.factors[j].*member; });
  };
  of("S1", &SobolIndices::Factor::S1);
  of("S1_conf", &SobolIndices::Factor::S1_conf);
  of("ST", &SobolIndices::Factor::ST);
  of("ST_conf", &SobolIndices::Factor::ST_conf);
  std::vector<double> variance, noise;
  for (const SobolIndices& indices : found.sobol) {
    variance.push_back(indices.variance);
    noise.push_back(indices.noise);
  }
  file.write("variance", std::move(variance));
  file.write("noise", std::move(noise));
  return file.finish();
}

}  // namespace sim
