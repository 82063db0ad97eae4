#include "sim/inference/posterior.hpp"

#include <algorithm>
#include <array>

#include "sim/output/netcdf.hpp"
#include "sim/output/results.hpp"
#include "sim/output/whole_file.hpp"

namespace sim {
namespace {

constexpr std::string_view filetype = "safeconduct posterior";
constexpr std::array<std::int32_t, 2> version = {1, 0};

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
}

std::vector<std::byte> posterior_image(const Posterior& p) {
  NetcdfWriter file(NetcdfWriter::Packing::deflate);
  file.attribute("", "Conventions", "CF-1.10");
  file.attribute("", "filetype", std::string(filetype));
  file.attribute("", "version", version);
  file.attribute("", "source", "safeconduct " SAFECONDUCT_VERSION);
  file.attribute("", "record", p.record);
  file.attribute("", "comment",
                 "Conditional on decisions being on record; P(arrest) is "
                 "mostly a prior: Lambda and kap_arrest are told "
                 "apart by their priors alone.");
  file.dimension("", "draw", p.size());
  file.dimension("", "decision", p.rolling.size());
  const auto write = [&](const char* name, std::vector<std::string> dimensions, Values values, const char* meaning) {
    file.write({name, std::move(dimensions), std::move(values), {{"long_name", meaning}}, {}, false});
  };
  write("parameter", {"parameter"}, p.names,
        "symbol of the parameter table, or LEADER.lam: a factor on its "
        "opportunities");
  write("fate", {"fate"}, std::vector<std::string>(agents::fate_names.begin(), agents::fate_names.end()),
        "what became of an opportunity");
  write("value", {"draw", "parameter"}, p.draws, "draws of the parameters");
  write("weight", {"draw"}, p.weight, "posterior weight of a draw, sums to 1");
  write("prior_mean", {"parameter"}, p.prior_mean, "mean of the prior");
  write("prior_sd", {"parameter"}, p.prior_sd, "standard deviation of the prior");
  write("mean", {"parameter"}, p.mean, "mean of the posterior");
  write("sd", {"parameter"}, p.sd, "standard deviation of the posterior");
  write("overlap", {"parameter"}, p.overlap, "shared area of prior and posterior; near 1: not touched by the data");
  write("log_evidence", {}, std::vector<double>{p.log_evidence}, "log marginal likelihood of the record");
  write("ess", {}, std::vector<double>{p.ess}, "effective number of draws");
  for (const auto& [name, member] : text_columns) write(name, {"decision"}, texts(p.rolling, member), "of the record");
  for (const auto& [name, member] : feature_columns)
    write(name, {"decision"}, numbers(p.rolling, member), "of the world");
  std::vector<std::int32_t> days;
  std::vector<std::int8_t> member, outcome;
  std::vector<double> chances;
  for (const Prediction& row : p.rolling) {
    days.push_back(row.day);
    member.push_back(row.member);
    outcome.push_back(static_cast<std::int8_t>(row.outcome));
    chances.insert(chances.end(), row.p.begin(), row.p.end());
  }
  write("decision_day", {"decision"}, days, "days since 1970-01-01");
  write("decision_member", {"decision"}, member, "duty of the host");
  write("decision_outcome", {"decision"}, outcome, "row of fate");
  write("rolling_p", {"decision", "fate"}, chances, "predicted from the earlier decisions alone, parameters too");
  write("rolling_ess", {"decision"}, p.rolling_ess, "effective number of draws predicted from");
  return file.finish();
}

Posterior read_posterior(const std::filesystem::path& path) {
  std::vector<std::byte> bytes = read_whole(path);
  const std::string name = path.string();
  try {
    const NetcdfReader file(std::move(bytes));
    if (!file.has_attribute("", "filetype") || file.text_attribute("", "filetype") != filetype)
      throw std::runtime_error("it is no posterior ('safeconduct fit' writes one)");
    if (file.integers_attribute("", "version").at(0) > version[0])
      throw std::runtime_error("it was written by a later version of safeconduct");
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

}  // namespace sim
