#include "sim/output/export.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "agents/decision.hpp"
#include "sim/output/csv_line.hpp"
#include "sim/output/schema.hpp"
#include "sim/output/stored.hpp"

namespace sim {
namespace {

using Line = CsvLine;

/// The columns of the trips: variables of the group `trips`, and the states flown over.
constexpr std::string_view trip_csv[] = {"rep",         "leader", "host",         "ev",          "ans",  "out",   "wk",
                                         "wk_out",      "order",  "days",         "hours",       "pi_a", "P_arr", "V",
                                         "second_stop", "duty",   "detour_hours", "diverted_to", "over"};
constexpr std::string_view host_labels[] = {"leader",          "host",          "host_name", "region",
                                            "member_at_start", "member_at_end", "replicates"};
constexpr std::string_view event_labels[] = {"event_leader", "event_host", "event_name", "event_kind", "event_date"};

/// Columns of a file that share their first dimensions; a last dimension of quantiles becomes a column each.
struct Column {
  std::string name;
  Values values;
  std::size_t step = 1, offset = 0;  ///< the value of row i is values[i * step + offset]

  void add_to(Line& line, std::size_t row) const {
    std::visit([&](const auto& v) { line.add(v.at(row * step + offset)); }, values);
  }
};

std::string quantile_suffix(double q) {
  const auto percent = std::to_string(std::lround(q * 100));
  return "_p" + std::string(2 - std::min<std::size_t>(2, percent.size()), '0') + percent;
}

std::vector<Column> columns_of(const NetcdfReader& file, std::string_view dimensions) {
  std::vector<Column> columns;
  for (const Field& f : results_schema()) {
    if (!f.group.empty() || f.coordinate) continue;
    const std::string name(f.name);
    if (f.dimensions == dimensions) columns.push_back({name, file.values(name)});
    if (f.dimensions != std::string(dimensions) + " quantile") continue;
    const std::vector<double> quantiles = file.numbers("quantile");
    const std::string stem = name.substr(0, name.size() - std::string_view("_quantile").size());
    for (std::size_t q = 0; q < quantiles.size(); ++q)
      columns.push_back({stem + quantile_suffix(quantiles[q]), file.values(name), quantiles.size(), q});
  }
  return columns;
}

std::chrono::sys_days day(std::string_view iso) {
  int year = 0;
  unsigned month = 0, day = 0;
  std::from_chars(iso.data(), iso.data() + std::min<std::size_t>(4, iso.size()), year);
  if (iso.size() >= 10) {
    std::from_chars(iso.data() + 5, iso.data() + 7, month);
    std::from_chars(iso.data() + 8, iso.data() + 10, day);
  }
  return std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
}

std::string iso(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  const auto two = [](unsigned n) { return (n < 10 ? "-0" : "-") + std::to_string(n); };
  return std::to_string(static_cast<int>(date.year())) + two(static_cast<unsigned>(date.month())) +
         two(static_cast<unsigned>(date.day()));
}

/// The flights of a world by leader and host, and whom they cross.
class Overflown {
 public:
  explicit Overflown(const agents::World& world) : world_(world), flights_(world.leaders.size() * world.hosts.size()) {
    for (const agents::Flight& f : world.flights) flights_[place(f)].push_back(&f);
  }
  /// The states that a trip flew over, in order, separated by blanks; empty if nobody flew.
  std::string on(const agents::Decision& d) const {
    std::string over;
    if (d.hours == 0) return over;
    const auto kind = d.detour_hours > 0 ? agents::RouteKind::avoid : agents::RouteKind::direct;
    for (const agents::Flight* f : flights_[place(d)])
      if (f->route == kind && f->when.holds(d.week_out))
        for (const agents::Flight::Over& o : f->over)
          over += (over.empty() ? "" : " ") + world_.hosts[o.host.index].name;
    return over;
  }

 private:
  template <class Trip>
  std::size_t place(const Trip& t) const {
    return t.leader.index * world_.hosts.size() + t.host.index;
  }
  const agents::World& world_;
  std::vector<std::vector<const agents::Flight*>> flights_;
};

}  // namespace

void export_trips_header(std::ostream& out) {
  Line line;
  for (const std::string_view name : trip_csv) line.add(name);
  line.print(out);
}

void export_trips(std::ostream& out, const agents::Stage& stage, const TripTable& trips) {
  const Overflown over(stage.world);
  Line line;
  trips.each([&](const TripRecord& record) {
    const auto& [replicate, d] = record;
    line.add(replicate).add(stage.world.leaders[d.leader.index].name).add(stage.world.hosts[d.host.index].name);
    line.add(d.event).add(agents::answer_names[static_cast<std::size_t>(d.answer)]);
    line.add(agents::outcome_names[static_cast<std::size_t>(d.outcome)]).add(d.week).add(d.week_out);
    line.add(int{d.order}).add(d.days).add(d.hours).add(d.pi_arrest).add(d.p_arrest).add(d.V);
    line.add(int{d.second_stop}).add(int{d.duty}).add(d.detour_hours);
    line.add(d.diverted_to < 0 ? std::string_view() : stage.world.hosts[static_cast<std::size_t>(d.diverted_to)].name);
    line.add(over.on(d)).print(out);
  });
}

void must_be_results(const std::filesystem::path& path) { open_stored(path); }

void export_hosts(std::ostream& out, const std::filesystem::path& results) {
  const OpenedResults opened = open_stored(results);
  explained(results, [&] {
    const NetcdfReader& file = opened.file;
    const std::vector<std::string> leaders = file.texts("leader"), hosts = file.texts("host");
    const std::vector<std::string> names = file.texts("host_name"), regions = file.texts("host_region");
    const std::vector<double> at_start = file.numbers("host_member_at_start");
    const std::vector<double> at_end = file.numbers("host_member_at_end");
    const std::vector<Column> columns = columns_of(file, "leader host");
    const std::int64_t replicates = file.integer_attribute("", "replicates");
    Line line;
    for (const std::string_view name : host_labels) line.add(name);
    for (const Column& c : columns) line.add(c.name);
    line.print(out);
    for (std::size_t l = 0; l < leaders.size(); ++l)
      for (std::size_t h = 0; h < hosts.size(); ++h) {
        line.add(leaders[l]).add(hosts[h]).add(names.at(h)).add(regions.at(h));
        line.add(static_cast<int>(at_start.at(h))).add(static_cast<int>(at_end.at(h))).add(replicates);
        for (const Column& c : columns) c.add_to(line, l * hosts.size() + h);
        line.print(out);
      }
  });
}

void export_events(std::ostream& out, const std::filesystem::path& results) {
  const OpenedResults opened = open_stored(results);
  explained(results, [&] {
    const NetcdfReader& file = opened.file;
    std::vector<std::vector<std::string>> texts;
    for (const std::string_view label : event_labels) texts.push_back(file.texts(std::string(label)));
    const std::vector<Column> columns = columns_of(file, "event");
    const std::int64_t replicates = file.integer_attribute("", "replicates");
    Line line;
    for (const std::string_view label : event_labels) line.add(label);
    line.add(std::string_view("replicates"));
    for (const Column& c : columns) line.add(c.name);
    line.print(out);
    for (std::size_t e = 0; e < texts.front().size(); ++e) {
      for (const auto& text : texts) line.add(text.at(e));
      line.add(replicates);
      for (const Column& c : columns) c.add_to(line, e);
      line.print(out);
    }
  });
}

void export_weeks(std::ostream& out, const std::filesystem::path& results) {
  const OpenedResults opened = open_stored(results);
  explained(results, [&] {
    const NetcdfReader& file = opened.file;
    const std::vector<std::string> leaders = file.texts("leader"), ngos = file.texts("ngo");
    const std::size_t weeks = file.shape("week").at(0);
    const std::chrono::sys_days start = day(file.text_attribute("", "start_date"));
    const std::vector<Column> common = columns_of(file, "week"), of_leader = columns_of(file, "leader week"),
                              of_ngo = columns_of(file, "ngo week");
    Line line;
    line.add(std::string_view("leader")).add(std::string_view("week")).add(std::string_view("date"));
    for (const Column& c : common) line.add(c.name);
    for (const Column& c : of_leader) line.add(c.name);
    for (const std::string& ngo : ngos)
      for (const Column& c : of_ngo) line.add(c.name + "_" + ngo);
    line.print(out);
    for (std::size_t l = 0; l < leaders.size(); ++l)
      for (std::size_t t = 0; t < weeks; ++t) {
        line.add(leaders[l]).add(t).add(iso(start + std::chrono::days(7 * t)));
        for (const Column& c : common) c.add_to(line, t);
        for (const Column& c : of_leader) c.add_to(line, l * weeks + t);
        for (std::size_t n = 0; n < ngos.size(); ++n)
          for (const Column& c : of_ngo) c.add_to(line, n * weeks + t);
        line.print(out);
      }
  });
}

std::string exports_page() {
  const auto listed = [](std::span<const std::string_view> names) {
    std::string out;
    for (const std::string_view name : names) out += "`" + std::string(name) + "`, ";
    return out;
  };
  std::string page =
      "\n## Exported tables\n\n`safeconduct export` prints CSV. Counts and means are named as above; of a "
      "`..._quantile` each quantile has a column, `..._p05` for\nthe quantile 0.05.\n\n"
      "- `hosts`: " +
      listed(host_labels) + "then the results by `leader host`.\n- `events`: " + listed(event_labels) +
      "`replicates`, then the results by `event`.\n"
      "- `weeks`: `leader`, `week`, `date`, then those by `week`, by `leader week` and by `ngo week`, the latter with "
      "the "
      "NGO's id at the\n  end of the name.\n"
      "- Tables of an answer: labels, then what has the same dimensions; flags as words.\n"
      "- `trips`: a line for each decision of each history, with ids and words where a file has numbers:\n\n"
      "| column | unit | meaning |\n|---|---|---|\n";
  for (const std::string_view name : trip_csv) {
    const bool flown = name == "over";
    const Field* f = flown ? nullptr : &field("trips", name);
    std::string meaning(flown ? "states flown over on the way out, in order, separated by blanks; empty if nobody flew"
                        : name == "diverted_to" ? "host of an emergency landing on the way out; empty: none"
                                                : f->meaning);
    page += "| `" + std::string(name) + "` | " + std::string(flown ? "" : f->unit) + " | " + meaning + " |\n";
  }
  return page;
}

}  // namespace sim
