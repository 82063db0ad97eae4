#include "sim/inference/posterior.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <sstream>

#include "sim/output/netcdf.hpp"
#include "sim/output/results.hpp"
#include "sim/output/whole_file.hpp"

namespace sim {
namespace {

constexpr std::array<std::int32_t, 2> version = {1, 1};

/// What is in the file, once: the writer takes dimensions and meanings from here, and SCHEMA.md is printed from it.
struct Described {
  std::string_view name, dimensions, meaning;  ///< dimensions separated by blanks
};
constexpr Described variables[] = {
    {"parameter", "parameter", "symbol of the parameter table; LEADER.Lambda: of one leader, Lambda then of any other"},
    {"fate", "fate", "what became of an opportunity"},
    {"value", "draw parameter", "draws of the parameters"},
    {"weight", "draw", "posterior weight of a draw, sums to 1"},
    {"draw_chain", "draw", "row of chain_log_evidence: the independent fit that a draw comes from"},
    {"prior_mean", "parameter", "mean of the prior"},
    {"prior_sd", "parameter", "standard deviation of the prior"},
    {"mean", "parameter", "mean of the posterior"},
    {"sd", "parameter", "standard deviation of the posterior"},
    {"overlap", "parameter", "shared area of prior and posterior; near 1: not touched by the data"},
    {"r_hat", "parameter", "R-hat of the chains, rank-normalised, split and folded; over 1.05: they disagree"},
    {"mean_ess", "parameter",
     "independent draws that would know the mean as well, from the spread of the chains' means; NaN of one chain"},
    {"log_evidence", "", "log marginal likelihood of the record"},
    {"chain_log_evidence", "chain", "the same as each chain alone has it"},
    {"ess", "", "effective number of draws, by their weights"},
    {"decision_id", "decision", "id in the record"},
    {"decision_leader", "decision", "name of the leader"},
    {"decision_host", "decision", "host state"},
    {"decision_event", "decision", "what it was"},
    {"decision_kind", "decision", "its kind"},
    {"decision_confidence", "decision", "how sure the record is"},
    {"decision_km", "decision", "great circle from home to host, km"},
    {"decision_unga", "decision", "agreement in the General Assembly"},
    {"decision_blocs", "decision", "shared blocs"},
    {"decision_trade", "decision", "trade share"},
    {"decision_J", "decision", "independence of the host's courts"},
    {"decision_day", "decision", "days since 1970-01-01"},
    {"decision_member", "decision", "1: the host has a duty to arrest"},
    {"decision_outcome", "decision", "what became of it: row of fate"},
    {"rolling_p", "decision fate", "its chance, predicted from the earlier decisions alone, parameters too"},
    {"rolling_ess", "decision", "effective number of draws predicted from"},
};

std::vector<std::string> texts(const std::vector<Prediction>& rows, std::string Prediction::*member) {
  std::vector<std::string> out;
  for (const Prediction& p : rows) out.push_back(p.*member);
  return out;
}
std::vector<double> numbers(const std::vector<Prediction>& rows, double Features::*member) {
  std::vector<double> out;
  for (const Prediction& p : rows) out.push_back(p.features.*member);
  return out;
}

constexpr std::pair<const char*, std::string Prediction::*> text_columns[] = {
    {"decision_id", &Prediction::id},     {"decision_leader", &Prediction::leader},
    {"decision_host", &Prediction::host}, {"decision_event", &Prediction::event},
    {"decision_kind", &Prediction::kind}, {"decision_confidence", &Prediction::confidence}};
constexpr std::pair<const char*, double Features::*> feature_columns[] = {{"decision_km", &Features::km},
                                                                          {"decision_unga", &Features::unga},
                                                                          {"decision_blocs", &Features::blocs},
                                                                          {"decision_trade", &Features::trade},
                                                                          {"decision_J", &Features::judiciary}};

}  // namespace

std::vector<std::size_t> Posterior::alike(std::size_t n) const {
  std::vector<std::size_t> rows;
  double sum = 0;
  for (std::size_t i = 0; i < weight.size(); ++i)
    for (sum += weight[i]; rows.size() < n && (static_cast<double>(rows.size()) + 0.5) / static_cast<double>(n) < sum;)
      rows.push_back(i);
  while (!rows.empty() && rows.size() < n) rows.push_back(rows.back());
  return rows;
}

void put(std::span<const std::string> names, std::span<const double> values, agents::World& world) {
  agents::Parameters next = world.parameters;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (const agents::Parameter* row = agents::find_parameter(names[i])) next.*row->member = values[i];
  for (agents::Leader& l : world.leaders) {
    if (l.Lambda == world.parameters.Lambda) l.Lambda = next.Lambda;
    if (l.lam == world.parameters.lam) l.lam = next.lam;
    if (l.D == world.parameters.D) l.D = next.D;
  }
  world.parameters = next;
  for (std::size_t i = 0; i < names.size(); ++i)
    for (agents::Leader& l : world.leaders)
      if (names[i] == l.name + ".Lambda") l.Lambda = values[i];
}

std::vector<std::byte> posterior_image(const Posterior& p) {
  NetcdfWriter file(NetcdfWriter::Packing::deflate);
  file.attribute("", "Conventions", "CF-1.10");
  file.attribute("", "filetype", std::string(posterior_filetype));
  file.attribute("", "version", version);
  file.attribute("", "source", "safeconduct " SAFECONDUCT_VERSION);
  file.attribute("", "record", p.record);
  file.attribute("", "comment",
                 "Conditional on decisions being on record; P(arrest) is "
                 "mostly a prior: Lambda and kap_arrest are told "
                 "apart by their priors alone.");
  file.dimension("", "draw", p.size());
  file.dimension("", "decision", p.rolling.size());
  file.dimension("", "chain", p.chain_log_evidence.size());
  const auto write = [&](std::string_view name, Values values) {
    const auto* at = std::find_if(std::begin(variables), std::end(variables), [&](auto& v) { return v.name == name; });
    std::istringstream words{std::string(at->dimensions)};
    file.write({std::string(name),
                {std::istream_iterator<std::string>(words), {}},
                std::move(values),
                {{"long_name", std::string(at->meaning)}},
                {},
                false});
  };
  write("parameter", p.names);
  write("fate", std::vector<std::string>(agents::fate_names.begin(), agents::fate_names.end()));
  write("value", p.draws);
  write("weight", p.weight);
  write("draw_chain", p.chain);
  write("prior_mean", p.prior_mean);
  write("prior_sd", p.prior_sd);
  write("mean", p.mean);
  write("sd", p.sd);
  write("overlap", p.overlap);
  write("r_hat", p.r_hat);
  write("mean_ess", p.mean_ess);
  write("log_evidence", std::vector<double>{p.log_evidence});
  write("chain_log_evidence", p.chain_log_evidence);
  write("ess", std::vector<double>{p.ess});
  for (const auto& [name, member] : text_columns) write(name, texts(p.rolling, member));
  for (const auto& [name, member] : feature_columns) write(name, numbers(p.rolling, member));
  std::vector<std::int32_t> days;
  std::vector<std::int8_t> member, outcome;
  std::vector<double> chances;
  for (const Prediction& row : p.rolling) {
    days.push_back(row.day);
    member.push_back(row.member);
    outcome.push_back(static_cast<std::int8_t>(row.outcome));
    chances.insert(chances.end(), row.p.begin(), row.p.end());
  }
  write("decision_day", days);
  write("decision_member", member);
  write("decision_outcome", outcome);
  write("rolling_p", chances);
  write("rolling_ess", p.rolling_ess);
  return file.finish();
}

Posterior read_posterior(const std::filesystem::path& path) {
  std::vector<std::byte> bytes = read_whole(path);
  const std::string name = path.string();
  try {
    const NetcdfReader file(std::move(bytes));
    if (!file.has_attribute("", "filetype") || file.text_attribute("", "filetype") != posterior_filetype)
      throw std::runtime_error("it is no posterior ('safeconduct fit' writes one)");
    if (file.integers_attribute("", "version").at(0) > version[0])
      throw std::runtime_error("it was written by a later version of safeconduct");
    if (file.integers_attribute("", "version").at(0) == version[0] &&
        file.integers_attribute("", "version").at(1) < version[1])
      throw std::runtime_error("it was written by an earlier version of safeconduct: fit again");
    if (file.text_attribute("", "digest") != file.digest()) throw std::runtime_error("it is damaged");
    Posterior p;
    p.names = file.texts("parameter");
    p.draws = file.numbers("value");
    p.weight = file.numbers("weight");
    p.prior_mean = file.numbers("prior_mean");
    p.prior_sd = file.numbers("prior_sd");
    p.mean = file.numbers("mean");
    p.sd = file.numbers("sd");
    p.overlap = file.numbers("overlap");
    p.r_hat = file.numbers("r_hat");
    p.mean_ess = file.numbers("mean_ess");
    for (const double c : file.numbers("draw_chain")) p.chain.push_back(static_cast<int>(c));
    p.chain_log_evidence = file.numbers("chain_log_evidence");
    p.log_evidence = file.numbers("log_evidence").at(0);
    p.ess = file.numbers("ess").at(0);
    p.rolling_ess = file.numbers("rolling_ess");
    p.record = file.text_attribute("", "record");
    if (p.draws.size() != p.names.size() * p.weight.size() || p.weight.empty())
      throw std::runtime_error("its tables do not fit together");
    const std::vector<double> days = file.numbers("decision_day"), member = file.numbers("decision_member"),
                              outcome = file.numbers("decision_outcome"), chances = file.numbers("rolling_p");
    p.rolling.resize(days.size());
    for (std::size_t i = 0; i < days.size(); ++i) {
      Prediction& row = p.rolling[i];
      row.day = static_cast<std::int32_t>(days[i]);
      row.member = member[i] != 0;
      row.outcome = static_cast<Fate>(outcome[i]);
      for (std::size_t f = 0; f < row.p.size(); ++f) row.p[f] = chances[i * row.p.size() + f];
    }
    for (const auto& [column, into] : text_columns) {
      const std::vector<std::string> texts = file.texts(column);
      for (std::size_t i = 0; i < texts.size(); ++i) p.rolling[i].*into = texts[i];
    }
    for (const auto& [column, into] : feature_columns) {
      const std::vector<double> values = file.numbers(column);
      for (std::size_t i = 0; i < values.size(); ++i) p.rolling[i].features.*into = values[i];
    }
    return p;
  } catch (const std::runtime_error& e) {
    throw ResultsError(name + ": " + e.what());
  }
}

std::string posterior_page() {
  std::string page =
      "\n## The posterior of a fit\n\n"
      "`safeconduct fit` writes one file, `filetype` `safeconduct posterior`, laid out as above; attributes `version` "
      "(" +
      std::to_string(version[0]) + "." + std::to_string(version[1]) +
      "), `source`, `record`\n(SHA-256 of the record fitted to), `comment` and `digest`.\n\n"
      "| name | dimensions | meaning |\n|---|---|---|\n";
  for (const Described& v : variables)
    page += "| `" + std::string(v.name) + "` | " + (v.dimensions.empty() ? "one number" : std::string(v.dimensions)) +
            " | " + std::string(v.meaning) + " |\n";
  return page;
}

}  // namespace sim
