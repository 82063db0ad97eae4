#include "sim/output/results.hpp"

#include <algorithm>
#include <span>

#include "sim/output/columns.hpp"
#include "sim/output/netcdf.hpp"
#include "sim/output/schema.hpp"
#include "sim/output/sha256.hpp"
#include "sim/output/stored.hpp"
#include "sim/output/whole_file.hpp"

namespace sim {
namespace {

using agents::host_id;
using agents::leader_id;
using agents::LeaderId;
using agents::Stage;

constexpr std::array<double, 5> quantiles = {0.05, 0.25, 0.5, 0.75, 0.95};

/// Writes the fields of the schema.
class FieldWriter {
 public:
  explicit FieldWriter(NetcdfWriter& file) : file_(file) {}

  void write(std::string_view name, Values values, std::vector<std::string> meanings = {},
             std::map<std::string, std::string> more = {}) {
    file_.write(described(field("", name), std::move(values), std::move(meanings), std::move(more)));
  }

 private:
  NetcdfWriter& file_;
};

struct Means {
  std::vector<double> mean, se;
  void add(const Estimate& e) {
    mean.push_back(e.mean);
    se.push_back(e.standard_error);
  }
};

std::vector<std::string> or_names(const std::vector<std::string>& display, const std::vector<std::string>& names) {
  return display.empty() ? names : display;
}

std::vector<std::string> host_names(const Stage& stage) {
  return collect(stage.hosts, [&](std::size_t h) { return stage.world.hosts[h].name; });
}
std::vector<std::string> leader_names(const Stage& stage) {
  return collect(stage.leaders, [&](std::size_t l) { return stage.world.leaders[l].name; });
}

void write_leaders_and_hosts(FieldWriter& out, const Results& r) {
  const agents::World& world = r.stage.world;
  const std::size_t L = r.stage.leaders, H = r.stage.hosts;
  out.write("leader", leader_names(r.stage));
  out.write("host", host_names(r.stage));
  out.write("ngo", collect(r.stage.ngos, [&](std::size_t n) { return world.ngos[n].name; }));

  out.write("leader_name", or_names(r.text.leader_display, leader_names(r.stage)));
  out.write("leader_home", collect(L, [&](std::size_t l) { return world.leaders[l].home; }));
  out.write("leader_warrant_week", collect(L, [&](std::size_t l) { return world.leaders[l].issue; }));

  const auto member_in = [&](agents::Week t) {
    return collect(H, [&](std::size_t h) { return static_cast<std::int8_t>(agents::is_member(world.hosts[h], t)); });
  };
  out.write("host_name", or_names(r.text.host_display, host_names(r.stage)));
  out.write("host_region", collect(H, [&](std::size_t h) { return world.hosts[h].region; }));
  out.write("host_latitude", collect(H, [&](std::size_t h) { return world.hosts[h].lat; }));
  out.write("host_longitude", collect(H, [&](std::size_t h) { return world.hosts[h].lon; }));
  out.write("host_member_at_start", member_in(0), {"no", "yes"});
  out.write("host_member_at_end", member_in(world.weeks - 1), {"no", "yes"});
}

void write_calendars(FieldWriter& out, const Results& r) {
  std::vector<std::string> leader, host, name, kind, date;
  std::vector<std::int32_t> row, week;
  for (std::size_t l = 0; l < r.stage.leaders; ++l)
    for (std::size_t e = 0; e < r.stage.calendars[l].trips.size(); ++e) {
      const agents::ScheduledTrip& trip = r.stage.calendars[l].trips[e];
      const std::vector<agents::Event>& events = r.stage.world.events;
      const std::uint16_t first = *std::min_element(trip.stages.begin(), trip.stages.end(),
                                                    [&](auto a, auto b) { return events[a].start < events[b].start; });
      const EventText text = r.text.events.empty() ? EventText{events[first].name, "", ""} : r.text.events[first];
      leader.push_back(r.stage.world.leaders[l].name);
      row.push_back(static_cast<std::int32_t>(e));
      host.push_back(r.stage.world.hosts[trip.host.index].name);
      name.push_back(text.name);
      kind.push_back(text.kind);
      date.push_back(text.date);
      week.push_back(trip.start);
    }
  out.write("event", numbered(leader.size()));
  out.write("event_leader", leader);
  out.write("event_row", row);
  out.write("event_host", host);
  out.write("event_name", name);
  out.write("event_kind", kind);
  out.write("event_date", date);
  out.write("event_week", week);
}

void write_itineraries(FieldWriter& out, const Results& r) {
  const auto measure = [](std::size_t m) { return static_cast<Measure>(m); };
  out.write("measure", collect(measures, [&](std::size_t m) { return std::string(info(measure(m)).name); }));
  out.write("measure_unit", collect(measures, [&](std::size_t m) { return std::string(info(measure(m)).unit); }));
  out.write("measure_meaning", collect(measures, [&](std::size_t m) { return std::string(info(measure(m)).meaning); }));
  Means means;
  for (std::size_t l = 0; l < r.stage.leaders; ++l)
    for (std::size_t m = 0; m < measures; ++m) means.add(r.tally.estimate(leader_id(l), measure(m)));
  out.write("measure_mean", means.mean);
  out.write("measure_se", means.se);
  const Estimate nu = r.tally.final_nu();
  out.write("final_nu", std::vector{nu.mean});
  out.write("final_nu_se", std::vector{nu.standard_error});
}

void write_ridge(FieldWriter& out, const Results& r) {
  std::vector<double> kap, Lambda;
  Means p_arrest, visits, member_visits;
  for (const RidgePoint& point : r.ridge) kap.push_back(point.kap_arrest);
  for (std::size_t l = 0; l < r.stage.leaders; ++l)
    for (const RidgePoint& point : r.ridge) {
      Lambda.push_back(point.Lambda[l]);
      p_arrest.add(point.p_arrest[l]);
      visits.add(point.visits[l]);
      member_visits.add(point.member_visits[l]);
    }
  const std::map<std::string, std::string> why = {
      {"comment",
       "A ridge, no point: no sitting leader has been arrested in the record, so behaviour shows only "
       "Lambda exp(-kap_arrest). Every point of the ridge fits the record as well; P(arrest) is mostly a prior."}};
  out.write("kap_arrest", kap);
  out.write("ridge_Lambda", Lambda);
  out.write("ridge_p_arrest", p_arrest.mean, {}, why);
  out.write("ridge_p_arrest_se", p_arrest.se);
  out.write("ridge_visits", visits.mean);
  out.write("ridge_visits_se", visits.se);
  out.write("ridge_member_visits", member_visits.mean);
  out.write("ridge_member_visits_se", member_visits.se);
}

void write_weeks(FieldWriter& out, const Results& r) {
  const std::size_t T = r.tally.weeks();
  out.write("week", collect(T, [](std::size_t t) { return static_cast<std::int32_t>(7 * t); }), {},
            {{"units", "days since " + r.text.start_date}, {"calendar", "proleptic_gregorian"}});
  out.write("quantile", std::vector<double>(quantiles.begin(), quantiles.end()));
  using Kind = Series::Kind;
  const std::vector<Series>& series = r.tally.series();
  for (const auto& [kind, name] : {std::pair{Kind::nu, "nu"},
                                   {Kind::pressure, "pressure"},
                                   {Kind::isolation, "isolation"},
                                   {Kind::budget, "budget"},
                                   {Kind::visits_so_far, "visits_so_far"}}) {
    std::vector<double> mean, quantile;
    for (std::size_t s = 0; s < series.size(); ++s)
      for (std::size_t t = 0; series[s].kind == kind && t < T; ++t) {
        mean.push_back(r.tally.weekly_mean(s, t));
        for (const double q : quantiles) quantile.push_back(r.tally.weekly_quantile(s, t, q));
      }
    out.write(std::string(name) + "_mean", std::move(mean));
    out.write(std::string(name) + "_quantile", std::move(quantile));
  }
  std::vector<double> visits;
  for (std::size_t l = 0; l < r.stage.leaders; ++l)
    for (std::size_t t = 0; t < T; ++t) visits.push_back(r.tally.weekly_visits(leader_id(l), t));
  out.write("visits_in_week", std::move(visits));
}

/// Sums of weights are whole numbers, kept as such, unless some arrests are weighed.
Values counted(const std::vector<double>& sums, const agents::Manner& manner) {
  if (manner.weighed) return sums;
  return collect(sums.size(), [&](std::size_t i) { return static_cast<std::int64_t>(sums[i]); });
}

void write_histograms(FieldWriter& out, const Results& r) {
  out.write("bin", numbered(Tally::bins));
  for (const Measure m : Tally::with_histogram) {
    const std::string name(info(m).name);
    out.write("bin_" + name,
              collect(Tally::bins, [&](std::size_t b) { return static_cast<double>(b) * r.tally.bin_width(m); }));
    std::vector<double> itineraries;
    for (std::size_t l = 0; l < r.stage.leaders; ++l)
      for (std::size_t b = 0; b < Tally::bins; ++b) itineraries.push_back(r.tally.in_bin(leader_id(l), m, b));
    out.write("itineraries_by_" + name, counted(itineraries, r.manner));
  }
}

/// The counts and the means over arrivals of rows 0 .. n-1, `at(row, count)`, under names with a prefix.
template <class At>
void write_counts(FieldWriter& out, const Results& r, const std::string& prefix, std::size_t n, At at) {
  for (std::size_t c = 0; c < count_names.size(); ++c) {
    const std::vector<double> sums = collect(n, [&](std::size_t i) { return at(i, static_cast<Count>(c)); });
    out.write(prefix + std::string(count_names[c]), counted(sums, r.manner));
  }
  const auto over_arrivals = [&](Count c) {
    return collect(n, [&](std::size_t i) {
      const double arrivals = at(i, Count::arrivals);
      return arrivals > 0 ? at(i, c) / arrivals : nan;
    });
  };
  out.write(prefix + "pi_arrest", over_arrivals(Count::pi_arrest));
  out.write(prefix + "p_arrest", over_arrivals(Count::p_arrest));
}

void write_hosts(FieldWriter& out, const Results& r) {
  const std::size_t H = r.stage.hosts, rows = r.stage.leaders * H;
  const auto at = [&](std::size_t row, Count c) { return r.tally.at_host(leader_id(row / H), host_id(row % H), c); };
  write_counts(out, r, "host_", rows, at);
  Means visits;
  for (std::size_t row = 0; row < rows; ++row) {
    const double sum = at(row, Count::visited) + at(row, Count::cut_short);
    visits.add(estimate(r.tally.replicates(), sum, at(row, Count::visits_squared)));
  }
  out.write("host_visits", visits.mean);
  out.write("host_visits_se", visits.se);
}

void write_events(FieldWriter& out, const Results& r) {
  std::vector<std::pair<LeaderId, std::size_t>> rows;
  for (std::size_t l = 0; l < r.stage.leaders; ++l)
    for (std::size_t e = 0; e < r.stage.calendars[l].trips.size(); ++e) rows.emplace_back(leader_id(l), e);
  write_counts(out, r, "event_", rows.size(),
               [&](std::size_t i, Count c) { return r.tally.at_event(rows[i].first, rows[i].second, c); });
}

void write_sets(NetcdfWriter& file, const Results& r) {
  const ResultsBySet& sets = *r.sets;
  const OutcomeRows rows(r.stage);
  file.group("posterior");
  file.attribute("posterior", "set_replicates", sets.block);
  const auto write = [&](const std::string& name, Values values) {
    file.write(described(field("posterior", name), std::move(values)));
  };
  write("set", numbered(sets.by_set.size()));
  write("parameter", sets.parameters);
  write("parameter_value",
        collect(sets.by_set.size() * sets.parameters.size(), [&](std::size_t i) { return sets.values[i]; }));
  const auto write_split = [&](const std::string& name, std::size_t first, std::size_t n) {
    std::vector<double> chance, ignorance, se;
    for (std::size_t i = 0; i < n; ++i) {
      const VarianceSplit s = split(sets.by_set, first + i);
      chance.push_back(s.chance);
      ignorance.push_back(s.ignorance);
      se.push_back(s.ignorance_se);
    }
    write(name + "_chance", std::move(chance));
    write(name + "_ignorance", std::move(ignorance));
    write(name + "_ignorance_se", std::move(se));
  };
  write_split("measure", 0, rows.leaders * measures);
  write_split("visits", rows.host(0, 0), rows.leaders * rows.hosts);
  write_split("goes", rows.event(0), rows.events);
  write_split("final_nu", rows.final_nu(), 1);
  std::vector<double> means;
  for (const Outcomes& set : sets.by_set)
    for (std::size_t i = 0; i < rows.leaders * measures; ++i) means.push_back(set[i].mean);
  write("set_measure_mean", std::move(means));
}

void write_text(NetcdfWriter& file, const Results& r) {
  file.group("provenance");
  file.write({"provenance/scenario", {}, std::vector{r.text.resolved_scenario}, {}, {}, false});
  file.attribute("provenance", "generator", "Philox4x32-10");
  file.attribute("provenance", "addresses", std::int64_t{1});
  file.group("world");
  for (const auto& [name, table] : r.text.world_tables)
    file.write({"world/" + name, {}, std::vector{table}, {}, {}, false});
}

}  // namespace

std::vector<std::byte> results_image(const Results& r) {
  NetcdfWriter file(NetcdfWriter::Packing::deflate);
  file.attribute("", "Conventions", "CF-1.10");
  file.attribute("", "filetype", std::string(results_filetype));
  file.attribute("", "version", results_version);
  file.attribute("", "title", r.text.title);
  file.attribute("", "source", "safeconduct " SAFECONDUCT_VERSION);
  file.attribute("", "scenario", r.text.scenario_name);
  file.attribute("", "start_date", r.text.start_date);
  file.attribute("", "seed", r.seed);
  file.attribute("", "replicates", r.tally.replicates());
  file.attribute("", "arrests", r.manner.weighed ? "weighed" : "drawn");
  if (r.manner.weighed) file.attribute("", "weighed_leader", r.stage.world.leaders[r.manner.weighed->index].name);
  file.attribute("", "ridge_replicates", r.ridge_replicates);
  file.attribute("", "trips_replicates", r.trips_replicates);
  file.attribute("", "fingerprint", run_fingerprint(r.text, r.seed));

  FieldWriter out(file);
  write_leaders_and_hosts(out, r);
  write_calendars(out, r);
  write_itineraries(out, r);
  write_ridge(out, r);
  write_weeks(out, r);
  write_histograms(out, r);
  write_hosts(out, r);
  write_events(out, r);
  write_text(file, r);
  if (r.sets) write_sets(file, r);
  if (r.trips_replicates > 0) {
    file.group("trips");
    file.dimension("trips", "trip", r.trips.rows());
    std::vector<Variable> columns = trip_columns(r.stage, r.trips.rows());
    add_trips(r.trips, 0, r.trips.rows(), columns);
    for (const Variable& column : columns) file.write(column);
  }
  return file.finish();
}

StoredRun read_stored_run(const std::filesystem::path& path) {
  const OpenedResults opened = open_stored(path);
  const NetcdfReader& file = opened.file;
  return explained(path, [&] {
    StoredRun run;
    run.version = opened.version;
    run.digest = file.text_attribute("", "digest");
    const std::string source = file.text_attribute("", "source");
    run.program_version = source.substr(std::min(source.size(), source.find(' ') + 1));
    run.text.title = file.text_attribute("", "title");
    run.text.scenario_name = file.text_attribute("", "scenario");
    run.text.start_date = file.text_attribute("", "start_date");
    run.text.resolved_scenario = file.texts("provenance/scenario").at(0);
    run.text.host_display = file.texts("host_name");
    run.text.leader_display = file.texts("leader_name");
    for (const std::string& name : file.datasets())
      if (name.starts_with("world/")) run.text.world_tables[name.substr(6)] = file.texts(name).at(0);
    run.seed = file.unsigned_attribute("", "seed");
    run.replicates = file.integer_attribute("", "replicates");
    run.trips_replicates = file.integer_attribute("", "trips_replicates");
    run.ridge_replicates = file.integer_attribute("", "ridge_replicates");
    if (file.text_attribute("", "arrests") == "weighed") {
      const std::vector<std::string> leaders = file.texts("leader");
      const auto at = std::find(leaders.begin(), leaders.end(), file.text_attribute("", "weighed_leader"));
      run.manner.weighed = leader_id(static_cast<std::size_t>(at - leaders.begin()));
    }
    return run;
  });
}

std::string first_difference(const std::vector<std::byte>& a, const std::vector<std::byte>& b) {
  const NetcdfReader one(a), other(b);
  for (const NetcdfReader* from : {&one, &other})
    for (const std::string& name : from->datasets())
      if (!one.has(name) || !other.has(name)) return name;
  for (const std::string& name : one.datasets()) {
    const Values x = one.values(name), y = other.values(name);
    const bool same = x.index() == y.index() &&
                      std::visit(
                          [&]<class T>(const std::vector<T>& v) {
                            const auto& w = std::get<std::vector<T>>(y);
                            if constexpr (std::is_same_v<T, std::string>)
                              return v == w;
                            else
                              return std::ranges::equal(std::as_bytes(std::span(v)), std::as_bytes(std::span(w)));
                          },
                          x);
    if (!same) return name;
  }
  return "";
}

bool is_file_of(std::string_view filetype, const std::filesystem::path& path) {
  try {
    return filetype_of(path) == filetype;
  } catch (const std::exception&) {
    return false;
  }
}

std::int64_t histories_in(const std::filesystem::path& path, std::string_view fingerprint) {
  try {
    const NetcdfReader file(read_whole(path));
    const bool same = file.text_attribute("", "filetype") == results_filetype &&
                      file.text_attribute("", "source") == "safeconduct " SAFECONDUCT_VERSION &&
                      file.text_attribute("", "fingerprint") == fingerprint;
    return same ? file.integer_attribute("", "replicates") : 0;
  } catch (const std::exception&) {
    return 0;
  }
}

bool reads_whole(const std::filesystem::path& path) {
  try {
    NetcdfReader(read_whole(path)).digest();
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

std::string run_fingerprint(const ResultsText& text, std::uint64_t seed) {
  Sha256 sum;
  const std::string_view nul("\0", 1);
  for (const auto& [name, table] : text.world_tables) sum.add(name).add(nul).add(table).add(nul);
  return sum.add(std::to_string(seed)).digest();
}

}  // namespace sim
