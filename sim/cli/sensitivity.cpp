// sensitivity: which factors of a finished sweep matter.
#include <algorithm>
#include <iostream>
#include <numeric>

#include "scenarios/problem.hpp"
#include "sim/cli/answers.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/words.hpp"
#include "sim/experiments/answers.hpp"
#include "sim/experiments/sensitivity_file.hpp"
#include "sim/output/whole_file.hpp"

namespace cli {
namespace {

std::string with_conf(double x, double conf) { return right(fixed(x, 3), 10) + " ± " + left(fixed(conf, 3), 8); }

/// One measure of one leader; what matters most first.
void tell(std::string& out, const sim::SweptDesign& d, const sim::Sensitivity& found, std::size_t l, std::size_t m) {
  const std::size_t row = l * d.measures.size() + m;
  const bool is_morris = found.method == sim::Sensitivity::Method::morris;
  out += "\n" + d.leader_names[l] + ": " + d.measures[m] + "\n\n  " + left("factor", 28);
  out += is_morris ? right("mu*", 10) + "   " + left("95 %", 8) + right("mu", 10) + right("sigma", 10) + "\n"
                   : right("alone", 10) + "   " + left("95 %", 8) + right("in all", 10) + "   95 %\n";
  const auto size = [&](std::size_t j) {
    return is_morris ? found.morris[row][j].mu_star : found.sobol[row].factors[j].ST;
  };
  std::vector<std::size_t> order(d.factors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return size(a) > size(b); });
  for (const std::size_t j : order) {
    out += "  " + left(d.factors[j], 28);
    if (is_morris) {
      const sim::MorrisIndices& i = found.morris[row][j];
      out += with_conf(i.mu_star, i.mu_star_conf) + right(fixed(i.mu, 3), 10) + right(fixed(i.sigma, 3), 10) + "\n";
    } else {
      const auto& i = found.sobol[row].factors[j];
      out += with_conf(i.S1, i.S1_conf) + right(fixed(i.ST, 3), 10) + " ± " + fixed(i.ST_conf, 3) + "\n";
    }
  }
  if (!is_morris)
    out += "\n  Variance over the design " + fixed(found.sobol[row].variance, 6) +
           "; the luck of the replicates would add " + fixed(found.sobol[row].noise, 6) + ".\n";
  if (!is_morris && !found.sobol[row].is_told)
    out +=
        "  No shares are given: this variance cannot be told from 0. More replicates help, and more base points "
        "(samples).\n";
}

}  // namespace

int sensitivity(const Arguments& arguments) {
  if (arguments.words().empty())
    throw UsageError("sensitivity takes a merged sweep, the file that 'safeconduct merge' writes");
  std::filesystem::path merged = arguments.words().front();
  if (!merged.has_filename()) merged = merged.parent_path();
  const std::string name = merged.stem().string();
  merged = merged_file(merged);
  const std::string measure = arguments.text("measure").value_or("member_visits");
  const sim::SweptDesign design = sim::read_swept(merged);
  const auto at = std::find(design.measures.begin(), design.measures.end(), measure);
  if (at == design.measures.end())
    throw UsageError("option '--measure' takes a measure of the file, not '" + scenarios::printable(measure) +
                     "': " + scenarios::suggestion(measure, design.measures, "they are visits, member_visits, ..."));
  const std::filesystem::path path = answer_path(arguments, name + ".sensitivity.h5", sim::sensitivity_kind().filetype);
  const sim::Sensitivity found = sim::sensitivity(design, merged);
  sim::write_whole(path, sim::sensitivity_image(design, found));

  std::string out =
      grouped(static_cast<std::int64_t>(design.cells())) + " cells, " +
      (found.method == sim::Sensitivity::Method::morris
           ? "Morris: mean absolute effect of a factor over its range (mu*), mean (mu), spread (sigma)\n"
           : "Sobol: share of the variance by the factor alone (S1), and in all, interactions included (ST)\n");
  if (!found.noise_is_known)
    std::cerr
        << "note: the cells have one batch of replicates, so the noise cannot be subtracted; live more than 512\n";
  for (std::size_t l = 0; l < design.leaders.size(); ++l)
    tell(out, design, found, l, static_cast<std::size_t>(at - design.measures.begin()));
  if (measure == "arrests" || measure == "hazard") out += "\n" + std::string(arrest_caveat) + "\n";
  std::cout << out << "\nwrote " << path.string() << "\nnext: safeconduct export sensitivity " << path.string()
            << "    all measures as CSV, columns named as SALib names them\n";
  return Exit::done;
}

}  // namespace cli
