#include "sim/output/schema.hpp"

#include <array>
#include <stdexcept>
#include <vector>

#include "sim/experiments/answers.hpp"
#include "sim/experiments/merge.hpp"
#include "sim/inference/posterior.hpp"
#include "sim/output/export.hpp"
#include "sim/output/results.hpp"

namespace sim {
namespace {

constexpr std::array<std::string_view, count_names.size()> count_meanings = {
    "opportunities to travel there that came to a decision",
    "answered go: a trip was announced",
    "answered with a delegate or a video link",
    "answered not at all",
    "whole visits",
    "visits cut short under a court order",
    "announced trips on which the leader stayed home",
    "invitations withdrawn by the host",
    "trips that ended in an arrest",
    "announced trips that lapsed because the leader was no longer free",
    "trips still announced when the horizon ended",
    "visits and arrests"};

constexpr Field labels[] = {
    {"", "leader", "leader", Type::text, "", "l", "leader: the id in the scenario", true},
    {"", "host", "host", Type::text, "", "h", "host state: ISO 3166-1 alpha-3 code in the shipped world", true},
    {"", "ngo", "ngo", Type::text, "", "", "non-governmental organisation", true},
    {"", "event", "event", Type::integer, "1", "",
     "scheduled trip: the calendars of all leaders one after the other, stages of one trip merged", true},
    {"", "week", "week", Type::integer, "days since the start date", "t", "first day of the week", true},
    {"", "quantile", "quantile", Type::real, "1", "",
     "share of the replicates below; of the first 4,096, and of all under a posterior; counted in 128 bins over the "
     "range of the series (for pressure, of its square root): right to within a bin",
     true},
    {"", "measure", "measure", Type::text, "", "", "what is measured once an itinerary", true},
    {"", "bin", "bin", Type::integer, "1", "", "bin of a histogram; the last one also holds everything above", true},
    {"", "kap_arrest", "kap_arrest", Type::real, "1", "kap_arrest", "cut point of arrest at a point of the ridge",
     true},

    {"", "leader_name", "leader", Type::text, "", "", "name of the leader", true},
    {"", "leader_home", "leader", Type::text, "", "", "home state", true},
    {"", "leader_warrant_week", "leader", Type::integer, "1", "",
     "week of the warrant, from the start date; at or past the horizon: none", true},
    {"", "host_name", "host", Type::text, "", "", "name of the host state", true},
    {"", "host_region", "host", Type::text, "", "", "region of the world, for resolve and precedents", true},
    {"", "host_latitude", "host", Type::real, "degrees_north", "", "latitude of the capital", true},
    {"", "host_longitude", "host", Type::real, "degrees_east", "", "longitude of the capital", true},
    {"", "host_member_at_start", "host", Type::flag, "1", "", "the Rome Statute binds the state in the first week",
     true},
    {"", "host_member_at_end", "host", Type::flag, "1", "", "the Rome Statute binds the state in the last week", true},
    {"", "event_leader", "event", Type::text, "", "", "leader who is invited", true},
    {"", "event_row", "event", Type::integer, "1", "", "row in the leader's calendar (`ev` of the trips)", true},
    {"", "event_host", "event", Type::text, "", "", "host state", true},
    {"", "event_name", "event", Type::text, "", "", "name of the first stage", true},
    {"", "event_kind", "event", Type::text, "", "", "kind of the first stage", true},
    {"", "event_date", "event", Type::text, "", "", "first day of the first stage, ISO 8601", true},
    {"", "event_week", "event", Type::integer, "1", "", "week of the start, from the start date", true},
    {"", "measure_unit", "measure", Type::text, "", "", "unit of the measure", true},
    {"", "measure_meaning", "measure", Type::text, "", "", "meaning of the measure", true},
};

constexpr Field results[] = {
    {"", "measure_mean", "leader measure", Type::real, "measure_unit", "", "mean over itineraries"},
    {"", "measure_se", "leader measure", Type::real, "measure_unit", "", "standard error of measure_mean"},
    {"", "final_nu", "", Type::real, "1", "nu", "norm at the end of the horizon: mean"},
    {"", "final_nu_se", "", Type::real, "1", "", "standard error of final_nu"},

    {"", "ridge_Lambda", "leader kap_arrest", Type::real, "1", "Lambda",
     "loss from arrest that gives the same behaviour at this kap_arrest: Lambda exp(-kap_arrest) stays"},
    {"", "ridge_p_arrest", "leader kap_arrest", Type::real, "1", "", "chance of an arrest within the horizon"},
    {"", "ridge_p_arrest_se", "leader kap_arrest", Type::real, "1", "", "standard error of ridge_p_arrest"},
    {"", "ridge_visits", "leader kap_arrest", Type::real, "1", "", "visits an itinerary: mean"},
    {"", "ridge_visits_se", "leader kap_arrest", Type::real, "1", "", "standard error of ridge_visits"},
    {"", "ridge_member_visits", "leader kap_arrest", Type::real, "1", "",
     "visits to hosts with a duty to arrest an itinerary: mean"},
    {"", "ridge_member_visits_se", "leader kap_arrest", Type::real, "1", "", "standard error of ridge_member_visits"},

    {"", "nu_mean", "week", Type::real, "1", "nu", "norm at the end of the week: mean"},
    {"", "nu_quantile", "week quantile", Type::real, "1", "nu", "norm at the end of the week: quantiles"},
    {"", "pressure_mean", "week", Type::real, "1", "p", "pressure, mean over the hosts with a duty: mean"},
    {"", "pressure_quantile", "week quantile", Type::real, "1", "p",
     "pressure, mean over the hosts with a duty: quantiles"},
    {"", "isolation_mean", "leader week", Type::real, "1", "I",
     "isolation of the leader, of an arrested one too: mean"},
    {"", "isolation_quantile", "leader week quantile", Type::real, "1", "I",
     "isolation of the leader, of an arrested one too: quantiles"},
    {"", "budget_mean", "ngo week", Type::real, "1", "B", "weekly budget, of its start (0 where that is 0): mean"},
    {"", "budget_quantile", "ngo week quantile", Type::real, "1", "B",
     "weekly budget, of its start (0 where that is 0): quantiles"},
    {"", "visits_in_week", "leader week", Type::real, "1", "", "visits made in the week: mean"},
    {"", "visits_so_far_mean", "leader week", Type::real, "1", "", "visits made from the start date on: mean"},
    {"", "visits_so_far_quantile", "leader week quantile", Type::real, "1", "",
     "visits made from the start date on: quantiles"},
};

constexpr Field means_by_host[] = {
    {"", "host_visits", "leader host", Type::real, "1", "", "visits an itinerary, those cut short included: mean"},
    {"", "host_visits_se", "leader host", Type::real, "1", "", "standard error of host_visits"},
    {"", "host_pi_arrest", "leader host", Type::real, "1", "pi_a",
     "the leader's estimate of the chance of arrest: mean over arrivals"},
    {"", "host_p_arrest", "leader host", Type::real, "1", "P_arrest", "the chance of arrest: mean over arrivals"},
};
constexpr Field means_by_event[] = {
    {"", "event_pi_arrest", "event", Type::real, "1", "pi_a",
     "the leader's estimate of the chance of arrest: mean over arrivals"},
    {"", "event_p_arrest", "event", Type::real, "1", "P_arrest", "the chance of arrest: mean over arrivals"},
};

constexpr Field trips[] = {
    {"trips", "rep", "trip", Type::large, "1", "", "replicate, from 0"},
    {"trips", "leader", "trip", Type::id, "1", "l", "leader"},
    {"trips", "host", "trip", Type::id, "1", "h", "host state"},
    {"trips", "ev", "trip", Type::small, "1", "", "row in the leader's calendar; -1: bilateral idea or second stop"},
    {"trips", "second_stop", "trip", Type::flag, "1", "", "a second stop on the way home"},
    {"trips", "ans", "trip", Type::flag, "1", "", "the leader's answer"},
    {"trips", "out", "trip", Type::flag, "1", "", "what became of it"},
    {"trips", "wk", "trip", Type::small, "1", "t", "week of the answer, from the start date"},
    {"trips", "wk_out", "trip", Type::small, "1", "t", "week of the outcome; pending: the horizon"},
    {"trips", "order", "trip", Type::flag, "1", "o", "a court order stood when the outcome was settled"},
    {"trips", "duty", "trip", Type::flag, "1", "", "the host had a duty to arrest in the week of the outcome"},
    {"trips", "days", "trip", Type::single, "d", "", "days stayed; 0 without a visit"},
    {"trips", "hours", "trip", Type::single, "h", "", "one way, of the route flown; 0 if nobody flew"},
    {"trips", "detour_hours", "trip", Type::single, "h", "", "of these, more than the direct route would take"},
    {"trips", "diverted_to", "trip", Type::small, "1", "", "host of an emergency landing on the way out; -1: none"},
    {"trips", "V", "trip", Type::single, "1", "V", "value of the occasion"},
    {"trips", "pi_a", "trip", Type::single, "1", "pi_a",
     "the leader's estimate of the chance of arrest; 0 if the trip did not reach its departure week"},
    {"trips", "P_arr", "trip", Type::single, "1", "P_arrest",
     "the chance of arrest; 0 if the trip did not reach its departure week"},
};

constexpr Field sets[] = {
    {"posterior", "set", "set", Type::integer, "1", "k", "parameter set, from 0", true},
    {"posterior", "parameter", "parameter", Type::text, "", "", "name of a parameter that differs between sets", true},
    {"posterior", "parameter_value", "set parameter", Type::real, "", "", "value of the parameter in the set"},
    {"posterior", "measure_chance", "leader measure", Type::real, "", "", "variance among itineraries of one set"},
    {"posterior", "measure_ignorance", "leader measure", Type::real, "", "", "variance of the sets' means"},
    {"posterior", "measure_ignorance_se", "leader measure", Type::real, "", "", "standard error of measure_ignorance"},
    {"posterior", "visits_chance", "leader host", Type::real, "1", "",
     "visits to the host: variance among itineraries"},
    {"posterior", "visits_ignorance", "leader host", Type::real, "1", "",
     "visits to the host: variance of the sets' means"},
    {"posterior", "visits_ignorance_se", "leader host", Type::real, "1", "", "standard error of visits_ignorance"},
    {"posterior", "goes_chance", "event", Type::real, "1", "",
     "visit on this occasion (0 or 1): variance among itineraries"},
    {"posterior", "goes_ignorance", "event", Type::real, "1", "",
     "visit on this occasion: variance of the sets' means"},
    {"posterior", "goes_ignorance_se", "event", Type::real, "1", "", "standard error of goes_ignorance"},
    {"posterior", "final_nu_chance", "", Type::real, "1", "nu",
     "norm at the end: variance among replicates of one set"},
    {"posterior", "final_nu_ignorance", "", Type::real, "1", "nu", "norm at the end: variance of the sets' means"},
    {"posterior", "final_nu_ignorance_se", "", Type::real, "1", "", "standard error of final_nu_ignorance"},
    {"posterior", "set_measure_mean", "set leader measure", Type::real, "", "", "mean over the set's itineraries"},
};

/// The fields whose names are put together: kept in one place for the views of the table.
struct Table {
  std::vector<std::string> made;
  std::vector<Field> fields;

  Table() {
    made.reserve(200);  // views into the strings must hold
    add(labels);
    for (const Measure m : Tally::with_histogram)
      fields.push_back({"", make("bin_" + std::string(info(m).name)), "bin", Type::real, info(m).unit, "",
                        make("lower edge of the bins of itineraries_by_" + std::string(info(m).name)), true});
    add(results);
    for (const Measure m : Tally::with_histogram)
      fields.push_back(
          {"", make("itineraries_by_" + std::string(info(m).name)), "leader bin", Type::count, "1", "",
           make("itineraries by " + std::string(info(m).name) + " (" + std::string(info(m).meaning) + ")")});
    add_counts("host_", "leader host");
    add(means_by_host);
    add_counts("event_", "event");
    add(means_by_event);
    add(trips);
    add(sets);
  }

  std::string_view make(std::string text) { return made.emplace_back(std::move(text)); }
  void add(std::span<const Field> some) { fields.insert(fields.end(), some.begin(), some.end()); }
  void add_counts(const std::string& prefix, std::string_view dimensions) {
    for (std::size_t c = 0; c < count_names.size(); ++c)
      fields.push_back(
          {"", make(prefix + std::string(count_names[c])), dimensions, Type::count, "1", "", count_meanings[c]});
  }
};

const Table& table() {
  static const Table table;
  return table;
}

std::string_view type_name(Type type) {
  switch (type) {
    case Type::text:
      return "text";
    case Type::flag:
      return "int8, flag";
    case Type::id:
      return "int16, flag";
    case Type::small:
      return "int16";
    case Type::integer:
      return "int32";
    case Type::large:
      return "int64";
    case Type::count:
      return "count";
    case Type::single:
      return "float32";
    case Type::real:
      return "float64";
  }
  return "";
}

std::string code(std::string_view text) { return text.empty() ? "" : "`" + std::string(text) + "`"; }

void add_rows(std::string& page, std::string_view group, bool coordinates) {
  page += "| name | dimensions | type | unit | symbol | meaning |\n|---|---|---|---|---|---|\n";
  for (const Field& f : results_schema()) {
    if (f.group != group || f.coordinate != coordinates) continue;
    page += "| " + code(f.name) + " | " + (f.dimensions.empty() ? "one number" : std::string(f.dimensions)) + " | " +
            std::string(type_name(f.type)) + " | " + std::string(f.unit) + " | " + code(f.symbol) + " | " +
            std::string(f.meaning) + " |\n";
  }
}

constexpr std::string_view opening = R"(# What is in a results file

Printed by the program from the table that writes the files (`sim/output/schema.cpp`). Format version )";

constexpr std::string_view about = R"(.

A results file is HDF5 laid out as netCDF-4 with CF attributes. It opens as it is:

```
>>> from safeconduct import open_results          # analysis/README.md
>>> import xarray; xarray.open_dataset("NAME.h5") # engine "netcdf4" or "h5netcdf"
$ ncdump -h NAME.h5          $ h5dump -H NAME.h5
```

R (`rhdf5`) and MATLAB show the dimensions in reverse order; in `rhdf5` ask for 64-bit integers with
`bit64conversion = "bit64"`.

It holds only what determines the numbers, so the same scenario, seed, replicates and version write the same bytes (with
the same HDF5 and zlib). When, where, by whom and how fast it was made stands in `NAME.run.json` beside it. A file that
carries its final name is whole.

- **Version**: two numbers. The first changes when an older reader would misread the file, and it refuses; the second when
  something was added.
- **Types**: *text* is variable-length UTF-8. A *flag* carries `flag_values` and `flag_meanings`. A *count* is an int64; in
  a run whose arrests are weighed (root attribute `arrests`) it is a float64, a sum of weights. A float64 is NaN where
  there is nothing to average, a standard error where there is one replicate.
- **Counts** are sums over all replicates and leaders' itineraries; divide by the attribute `replicates` for means.
- **Weeks** count from the start date; week t covers days 7t to 7t + 6.
- **P(arrest) is no point.** No sitting leader has been arrested in the record, so behaviour shows only
  `Lambda exp(-kap_arrest)`; the `ridge_` variables give the chance of an arrest along the line that the record cannot tell
  apart. See `agents/ODD.md`, "What cannot be known".

## Attributes of the file

| name | meaning |
|---|---|
| `filetype` | `safeconduct results` (`safeconduct trips` for a part of a trips folder) |
| `version` | two int32: the format version |
| `Conventions` | `CF-1.10` |
| `title`, `scenario`, `start_date` | of the scenario: its title, name and first day (ISO 8601) |
| `source` | program and version |
| `seed` | uint64 |
| `replicates` | int64: replicates 0 .. replicates - 1 were lived |
| `arrests` | `drawn`, or `weighed` (the conditional estimator) |
| `weighed_leader` | the leader whose arrests are weighed; only there if some are |
| `ridge_replicates` | int64: lived at each point of the ridge |
| `trips_replicates` | int64: replicates 0 .. trips_replicates - 1 are in the group `trips`; 0: no group |
| `fingerprint` | SHA-256 of what determines the histories but the count of replicates: the world and the seed |
| `digest` | SHA-256 of one line `PATH DIGEST` for each dataset, sorted by path (a dimension without values is left out), where DIGEST is the SHA-256 of its values: numbers little-endian, texts UTF-8 with a NUL after each. The same on every x86-64 machine, whatever the HDF5 library |

)";

constexpr std::string_view groups = R"(
## Group `provenance`

| name | dimensions | type | meaning |
|---|---|---|---|
| `scenario` | one text | text | the scenario as resolved, TOML, every default filled in |

Attributes: `generator` (the random numbers), `addresses` (version of what an address is made of).

## Group `world`

The resolved world as CSV tables, one text each, under their file names (`hosts.csv`, `leaders.csv`, ...): everything that a
replay needs beside the seed. Columns: `agents/ODD.md`, "Input data".

## Group `trips`

The decisions of the first `trips_replicates` replicates, one row each, in the order of the replicates and of the answers;
only there if asked for (`--trips`).

)";

constexpr std::string_view posterior = R"(
## Group `posterior`

Only in a run over parameter sets (`run --posterior`). Set k governs the replicates k n .. (k + 1) n - 1, where n is the
attribute `set_replicates` of this group; the sets as a replay reads them are the table `parameter_sets.csv` of the group
`world`. By the law of total variance an outcome varies by *chance*, the mean over sets of the variance among replicates of
one set, and by *ignorance* of the parameters, the variance of the sets' means; the noise that finite blocks add to the
latter is subtracted, so an ignorance below 0 means that none was seen. Units: of the outcome, squared.

)";

constexpr std::string_view folder = R"(
## The folder `NAME.trips`

`--trips all` writes the decisions of all replicates to a folder of parts of at most 16 MB, `part_000000.h5`,
`part_000001.h5`, ..., in the order of the replicates. Each part has the columns of the group `trips` at its root, and the
attributes `filetype`, `version`, `source`, `seed`, `fingerprint`, `part`, `first_replicate` and `past_replicate` (it holds
replicates first_replicate .. past_replicate - 1) and `digest`. A folder that carries its final name has all parts.
)";

}  // namespace

std::span<const Field> results_schema() { return table().fields; }

const Field& field(std::string_view group, std::string_view name) {
  for (const Field& f : results_schema())
    if (f.group == group && f.name == name) return f;
  throw std::logic_error("no field " + std::string(group) + "/" + std::string(name) + " in the schema");
}

std::string schema_page() {
  std::string page(opening);
  page += std::to_string(results_version[0]) + "." + std::to_string(results_version[1]);
  page += about;
  page += "## Dimensions and labels\n\nA label named like its dimension gives the dimension's coordinates.\n\n";
  add_rows(page, "", true);
  page += "\n## Results\n\n";
  add_rows(page, "", false);
  page += groups;
  add_rows(page, "trips", false);
  page += posterior;
  add_rows(page, "posterior", true);
  page += "\n";
  add_rows(page, "posterior", false);
  page += folder;
  page += exports_page();
  page += answers_page();
  return page + posterior_page() + sweep_schema_page();
}

}  // namespace sim
