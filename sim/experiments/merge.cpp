#include "sim/experiments/merge.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <span>

#include "sim/experiments/adaptive.hpp"
#include "sim/output/columns.hpp"
#include "sim/output/netcdf.hpp"
#include "sim/output/schema.hpp"
#include "sim/output/stored.hpp"
#include "sim/output/whole_file.hpp"
#include "sim/output/words.hpp"

namespace sim {
namespace {

struct SweepField {
  std::string name, dimensions;  ///< dimensions after `cell`
  bool is_count;                 ///< int64; else float64
  std::string unit, meaning;
};

std::string meaning_of(const std::string& name) { return std::string(field("", name).meaning); }
std::string unit_of(const std::string& name) { return std::string(field("", name).unit); }

/// What was found, in the order of the file; named and meant as in a results file.
const std::vector<SweepField>& fields() {
  static const std::vector<SweepField> all = [] {
    std::vector<SweepField> f;
    const auto as_in_results = [&](const std::string& name, const std::string& dimensions, bool is_count = false) {
      f.push_back({name, dimensions, is_count, unit_of(name), meaning_of(name)});
    };
    f.push_back({"replicates", "", true, "1", "replicates lived"});
    as_in_results("measure_mean", "leader measure");
    as_in_results("measure_se", "leader measure");
    as_in_results("final_nu", "");
    as_in_results("final_nu_se", "");
    f.push_back({"batch_replicates", "batch", true, "1", "replicates lived of the batch"});
    f.push_back(
        {"batch_mean", "batch leader measure", false, "measure_unit",
         "mean over the itineraries of the batch; under common luck a batch has the same luck in every cell, so "
         "the spread of the differences of two cells gives the error of their difference"});
    f.push_back({"target_error", "", false, "1",
                 "error reached in the outcome of the target, as the rule of its looks counts it; at most the target's "
                 "`standard_error` unless the cell ran out of replicates"});
    f.push_back({"target_low", "", false, "1", "lower end of its 95 % interval, valid under repeated looks"});
    f.push_back({"target_high", "", false, "1", "upper end of it"});
    for (const std::string_view count : count_names) as_in_results("host_" + std::string(count), "leader host", true);
    for (const char* name : {"host_visits", "host_visits_se", "host_pi_arrest", "host_p_arrest"})
      as_in_results(name, "leader host");
    for (const std::string_view count : count_names) as_in_results("event_" + std::string(count), "event", true);
    for (const char* name : {"event_pi_arrest", "event_p_arrest"}) as_in_results(name, "event");
    as_in_results("nu_mean", "week");
    as_in_results("pressure_mean", "week");
    as_in_results("isolation_mean", "leader week");
    as_in_results("budget_mean", "ngo week");
    as_in_results("visits_so_far_mean", "leader week");
    as_in_results("visits_in_week", "leader week");
    return f;
  }();
  return all;
}

struct SweepLabel {
  const char *name, *dimension, *meaning;
};
constexpr SweepLabel sweep_labels[] = {
    {"cell", "cell", "cell of the design, from 0; the factors are its coordinates"},
    {"leader", "leader", "leader: the id in the scenario"},
    {"host", "host", "host state: ISO 3166-1 alpha-3 code in the shipped world"},
    {"ngo", "ngo", "non-governmental organisation"},
    {"event", "event", "scheduled trip of any cell: the calendars of all leaders one after the other"},
    {"week", "week", "first day of the week"},
    {"measure", "measure", "what is measured once an itinerary"},
    {"batch", "batch", "chunks of 512 replicates, dealt out in turn"},
    {"leader_name", "leader", "name of the leader"},
    {"leader_home", "leader", "home state"},
    {"host_name", "host", "name of the host state"},
    {"host_region", "host", "region of the world, for resolve and precedents"},
    {"host_latitude", "host", "latitude of the capital"},
    {"host_longitude", "host", "longitude of the capital"},
    {"event_leader", "event", "leader who is invited"},
    {"event_id", "event", "the id of the first stage in the scenario"},
    {"event_host", "event", "host state"},
    {"event_name", "event", "name of the first stage"},
    {"event_kind", "event", "kind of the first stage"},
    {"event_date", "event", "first day of the first stage, ISO 8601"},
    {"event_week", "event", "week of the start, from the start date"},
    {"measure_unit", "measure", "unit of the measure"},
    {"measure_meaning", "measure", "meaning of the measure"},
};

/// Where the rows of a cell lie among those of all cells; npos: the cell has no such row.
template <class Names>
std::vector<std::size_t> rows_in(const Names& all, const std::vector<std::string>& mine) {
  std::map<std::string, std::size_t> at;
  for (std::size_t i = 0; i < mine.size(); ++i) at.emplace(mine[i], i);
  std::vector<std::size_t> rows;
  for (const std::string& name : all) rows.push_back(at.contains(name) ? at[name] : std::string::npos);
  return rows;
}

struct Names {
  std::vector<std::string> leaders, ngos, events;
};
Names names_of(const Plan& plan) {
  Names n;
  for (const auto& l : plan.labels.leaders) n.leaders.push_back(l.id);
  n.ngos = plan.labels.ngos;
  for (const auto& e : plan.labels.events) n.events.push_back(e.leader + " " + e.id);
  return n;
}

std::size_t size_of(const std::string& dimension, const Plan& plan) {
  if (dimension == "leader") return plan.labels.leaders.size();
  if (dimension == "host") return plan.labels.hosts.size();
  if (dimension == "ngo") return plan.labels.ngos.size();
  if (dimension == "event") return plan.labels.events.size();
  if (dimension == "week") return static_cast<std::size_t>(plan.weeks);
  if (dimension == "measure") return measures;
  if (dimension == "batch") return batches;
  throw std::logic_error("no dimension " + dimension);
}

std::size_t size_of(const SweepField& f, const Plan& plan) {
  std::size_t n = 1;
  for (const std::string& d : words(f.dimensions)) n *= size_of(d, plan);
  return n;
}

/// The values of a cell, variable by variable.
class CellColumns {
 public:
  CellColumns(const Plan& plan, const CellSums& s) : plan_(plan), s_(s), n_(static_cast<double>(s.replicates)) {
    const Names all = names_of(plan);
    leaders_ = rows_in(all.leaders, s.leaders);
    ngos_ = rows_in(all.ngos, s.ngos);
    events_ = rows_in(all.events, s.events);
  }

  std::vector<CellColumn> all() {
    add({n_});
    each_measure([&](std::size_t i) { return measure(i).mean; });
    each_measure([&](std::size_t i) { return measure(i).standard_error; });
    const Estimate nu = estimate(s_.replicates, s_.final_nu);
    add({nu.mean});
    add({nu.standard_error});
    batches_();
    target();
    const std::size_t H = plan_.labels.hosts.size();
    counted(s_.host, leaders_, H, true);
    counted(s_.event, events_, 1, false);
    const std::size_t L = s_.leaders.size(), N = s_.ngos.size();
    weekly({0}, 0);
    weekly({0}, 1);
    weekly(leaders_, 2);
    weekly(ngos_, 2 + L);
    weekly(leaders_, 2 + L + N);
    begin();
    for (const std::size_t l : leaders_)
      for (std::size_t t = 0; t < s_.weeks; ++t) push(l == none ? nan : s_.weekly_visits[l * s_.weeks + t] / n_);
    return std::move(out_);
  }

 private:
  static constexpr std::size_t none = std::string::npos;

  void begin() { out_.push_back({fields().at(out_.size()).name, {}}); }
  void push(double x) { out_.back().values.push_back(x); }
  void add(std::vector<double> values) {
    begin();
    out_.back().values = std::move(values);
  }

  Estimate measure(std::size_t row) const {
    return estimate(s_.replicates, s_.measure_sum[row], s_.measure_squares[row]);
  }

  template <class Of>
  void each_measure(Of of) {
    begin();
    for (const std::size_t l : leaders_)
      for (std::size_t m = 0; m < measures; ++m) push(l == none ? nan : of(l * measures + m));
  }

  void batches_() {
    begin();
    for (const std::int64_t n : s_.batch_replicates) push(static_cast<double>(n));
    begin();
    for (std::size_t b = 0; b < batches; ++b)
      for (const std::size_t l : leaders_)
        for (std::size_t m = 0; m < measures; ++m) {
          const auto n = static_cast<double>(s_.batch_replicates[b]);
          push(l == none || n == 0 ? nan : s_.batch_sum[(b * s_.leaders.size() + l) * measures + m] / n);
        }
  }

  void target() {
    Precision p{nan, nan, nan, nan};
    const auto leader = std::find(s_.leaders.begin(), s_.leaders.end(), plan_.goal.leader);
    if (plan_.goal.is_adaptive() && leader != s_.leaders.end()) {
      const std::size_t row =
          static_cast<std::size_t>(leader - s_.leaders.begin()) * measures + measure_called(plan_.goal.outcome);
      const Estimate reached = measure(row);
      p = precision(s_.replicates, reached.mean, reached.standard_error);
    }
    for (const double x : {p.error, p.low, p.high}) add({x});
  }

  /// Counts, then means over arrivals (and, by host, of the visits), of `inner` rows for each of the cell's `rows`.
  void counted(const std::vector<double>& sums, const std::vector<std::size_t>& rows, std::size_t inner, bool visits) {
    const auto each = [&](auto of, double otherwise) {
      begin();
      for (const std::size_t row : rows)
        for (std::size_t i = 0; i < inner; ++i)
          push(row == none ? otherwise : of([&](Count c) {
            return sums[(row * inner + i) * counts + static_cast<std::size_t>(c)];
          }));
    };
    for (std::size_t c = 0; c < count_names.size(); ++c) each([&](auto at) { return at(static_cast<Count>(c)); }, 0);
    if (visits) {
      const auto visits_here = [&](auto at) {
        return estimate(s_.replicates, at(Count::visited) + at(Count::cut_short), at(Count::visits_squared));
      };
      each([&](auto at) { return visits_here(at).mean; }, nan);
      each([&](auto at) { return visits_here(at).standard_error; }, nan);
    }
    for (const Count c : {Count::pi_arrest, Count::p_arrest})
      each([&](auto at) { return at(Count::arrivals) > 0 ? at(c) / at(Count::arrivals) : nan; }, nan);
  }

  void weekly(const std::vector<std::size_t>& rows, std::size_t first) {
    begin();
    for (const std::size_t row : rows)
      for (std::size_t t = 0; t < s_.weeks; ++t) push(row == none ? nan : s_.weekly[(first + row) * s_.weeks + t] / n_);
  }

  const Plan& plan_;
  const CellSums& s_;
  const double n_;
  std::vector<std::size_t> leaders_, ngos_, events_;  ///< rows of the cell
  std::vector<CellColumn> out_;
};

void write_labels(NetcdfWriter& file, const Plan& plan) {
  std::map<std::string, Values> values;
  const PlanLabels& p = plan.labels;
  values["cell"] = numbered(plan.cells());
  values["leader"] = column(p.leaders, [](const auto& l) { return l.id; });
  values["leader_name"] = column(p.leaders, [](const auto& l) { return l.name; });
  values["leader_home"] = column(p.leaders, [](const auto& l) { return l.home; });
  values["host"] = column(p.hosts, [](const auto& h) { return h.code; });
  values["host_name"] = column(p.hosts, [](const auto& h) { return h.name; });
  values["host_region"] = column(p.hosts, [](const auto& h) { return h.region; });
  values["host_latitude"] = column(p.hosts, [](const auto& h) { return h.latitude; });
  values["host_longitude"] = column(p.hosts, [](const auto& h) { return h.longitude; });
  values["ngo"] = p.ngos;
  values["event"] = numbered(p.events.size());
  values["event_leader"] = column(p.events, [](const auto& e) { return e.leader; });
  values["event_id"] = column(p.events, [](const auto& e) { return e.id; });
  values["event_host"] = column(p.events, [](const auto& e) { return e.host; });
  values["event_name"] = column(p.events, [](const auto& e) { return e.name; });
  values["event_kind"] = column(p.events, [](const auto& e) { return e.kind; });
  values["event_date"] = column(p.events, [](const auto& e) { return e.date; });
  values["event_week"] = column(p.events, [](const auto& e) { return e.week; });
  std::vector<std::int32_t> days = numbered(static_cast<std::size_t>(plan.weeks));
  for (std::int32_t& d : days) d *= 7;
  values["week"] = std::move(days);
  values["batch"] = numbered(batches);
  const auto measure = [](auto member) {
    std::vector<std::string> all;
    for (std::size_t m = 0; m < measures; ++m) all.emplace_back(info(static_cast<Measure>(m)).*member);
    return all;
  };
  values["measure"] = measure(&MeasureInfo::name);
  values["measure_unit"] = measure(&MeasureInfo::unit);
  values["measure_meaning"] = measure(&MeasureInfo::meaning);
  for (const SweepLabel& label : sweep_labels) {
    std::map<std::string, std::string> attributes = {{"long_name", label.meaning}};
    const std::string name = label.name;
    if (name == "week")
      attributes["units"] = "days since " + plan.start_date, attributes["calendar"] = "proleptic_gregorian";
    if (name == "host_latitude") attributes["units"] = "degrees_north";
    if (name == "host_longitude") attributes["units"] = "degrees_east";
    file.write({name, {label.dimension}, std::move(values.at(name)), attributes, {}, false});
  }
}

std::string labels_of(const std::vector<std::string>& dimensions, const Plan& plan) {
  std::string names;
  const auto add = [&](const std::string& name) { names += (names.empty() ? "" : " ") + name; };
  for (const PlanFactor& f : plan.factors) add(f.name);
  for (const SweepLabel& label : sweep_labels)
    if (label.name != std::string(label.dimension) &&
        std::find(dimensions.begin(), dimensions.end(), label.dimension) != dimensions.end())
      add(label.name);
  return names;
}

}  // namespace

bool is_taken(const std::string& name) {
  return std::any_of(std::begin(sweep_labels), std::end(sweep_labels),
                     [&](const SweepLabel& l) { return l.name == name; }) ||
         std::any_of(fields().begin(), fields().end(), [&](const SweepField& f) { return f.name == name; }) ||
         name == "world" || name == "provenance";
}

std::vector<CellColumn> columns_of(const Plan& plan, const CellSums& sums) { return CellColumns(plan, sums).all(); }

Merged merge_cells(const Plan& plan, const std::function<FoundCell(std::size_t)>& find) {
  Merged merged;
  std::vector<std::vector<double>> values(fields().size());
  for (std::size_t cell = 0; cell < plan.cells(); ++cell) {
    const FoundCell found = find(cell);
    if (found.sums.replicates == 0) {
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i].insert(values[i].end(), size_of(fields()[i], plan), fields()[i].is_count ? 0.0 : nan);
      continue;
    }
    ++merged.cells;
    const std::vector<CellColumn> columns = columns_of(plan, found.sums);
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i].insert(values[i].end(), columns[i].values.begin(), columns[i].values.end());
  }

  NetcdfWriter file(NetcdfWriter::Packing::deflate);
  file.attribute("", "Conventions", "CF-1.10");
  file.attribute("", "filetype", std::string(sweep_filetype));
  file.attribute("", "version", sweep_version);
  file.attribute("", "title", plan.title);
  file.attribute("", "source", "safeconduct " SAFECONDUCT_VERSION);
  file.attribute("", "scenario", plan.name);
  file.attribute("", "start_date", plan.start_date);
  file.attribute("", "design", plan.design);
  file.attribute("", "luck", plan.common_luck ? "common" : "independent");
  file.attribute("", "seed", plan.seed);
  file.attribute("", "replicates_asked", plan.goal.replicates);
  if (plan.goal.is_adaptive()) {
    file.attribute("", "target_outcome", plan.goal.outcome);
    file.attribute("", "target_leader", plan.goal.leader);
    file.attribute("", "target", plan.goal.target());
  }
  file.attribute("", "fingerprint", plan.fingerprint());
  std::string names;
  for (const PlanFactor& f : plan.factors) names += (names.empty() ? "" : " ") + f.name;
  file.attribute("", "factors", names);
  if (!plan.shape.empty()) file.attribute("", "shape", plan.shape);
  write_labels(file, plan);
  for (const PlanFactor& f : plan.factors) {
    std::map<std::string, std::string> attributes = {{"long_name", f.key.empty() ? f.name : f.key}};
    if (!f.unit.empty()) attributes["units"] = f.unit;
    if (f.op != "set") attributes["op"] = f.op;
    file.write({f.name, {"cell"}, f.is_number ? Values(f.numbers) : Values(f.texts), attributes, {}, false});
  }
  for (std::size_t i = 0; i < fields().size(); ++i) {
    const SweepField& f = fields()[i];
    std::vector<std::string> dimensions = {"cell"};
    for (std::string& d : words(f.dimensions)) dimensions.push_back(std::move(d));
    Values v = std::move(values[i]);
    if (f.is_count) {
      std::vector<std::int64_t> whole;
      for (const double x : std::get<std::vector<double>>(v)) whole.push_back(static_cast<std::int64_t>(x));
      v = std::move(whole);
    }
    file.write({f.name,
                dimensions,
                std::move(v),
                {{"long_name", f.meaning}, {"units", f.unit}, {"coordinates", labels_of(dimensions, plan)}},
                {},
                !f.is_count});
  }
  file.group("provenance");
  file.attribute("provenance", "generator", "Philox4x32-10");
  file.attribute("provenance", "addresses", std::int64_t{1});
  file.write({"provenance/cell_changes", {"cell"}, plan.changes, {}, {}, false});
  file.write({"provenance/cell_fingerprint", {"cell"}, plan.fingerprints, {}, {}, false});
  if (!plan.factors.empty() && !plan.factors.front().places.empty()) {
    std::vector<double> places;
    for (std::size_t cell = 0; cell < plan.cells(); ++cell)
      for (const PlanFactor& f : plan.factors) places.push_back(f.places.at(cell));
    file.dimension("provenance", "factor_number", plan.factors.size());
    file.write({cell_places, {"cell", "factor_number"}, std::move(places), {}, {}, false});
  }
  file.group("world");
  for (const auto& [name, text] : plan.world) file.write({"world/" + name, {}, std::vector{text}, {}, {}, false});
  merged.image = file.finish();
  return merged;
}

MergedFile read_merged(const std::filesystem::path& path) {
  std::vector<std::byte> bytes = read_whole(path);
  return explained(path, merge_again, [&] {
    MergedFile merged{std::make_shared<const NetcdfReader>(std::move(bytes)), {}, {}};
    const NetcdfReader& file = *merged.file;
    if (file.text_attribute("", "filetype") != sweep_filetype)
      throw ResultsError(path.string() + " does not hold the results of a sweep");
    const auto version = file.integers_attribute("", "version");
    if (version.size() != 2 || version[0] != sweep_version[0])
      throw ResultsError(path.string() + " was written by " + file.text_attribute("", "source") +
                         ", whose sweeps this program does not read: use that version");
    if (file.digest() != file.text_attribute("", "digest"))
      throw_damaged(path, "its values do not match their digest", merge_again);
    Plan& p = merged.plan;
    p.title = file.text_attribute("", "title");
    p.common_luck = file.text_attribute("", "luck") == "common";
    p.seed = file.unsigned_attribute("", "seed");
    p.goal.replicates = file.integer_attribute("", "replicates_asked");
    p.changes = file.texts("provenance/cell_changes");
    p.fingerprints = file.texts("provenance/cell_fingerprint");
    for (const std::string& name : file.datasets())
      if (name.starts_with("world/")) p.world[name.substr(6)] = file.texts(name).at(0);
    for (const std::string& id : file.texts("leader")) p.labels.leaders.push_back({id, "", ""});
    for (const std::string& code : file.texts("host")) p.labels.hosts.push_back({code, "", "", 0, 0});
    p.labels.ngos = file.texts("ngo");
    const auto leader = file.texts("event_leader"), id = file.texts("event_id");
    for (std::size_t i = 0; i < id.size(); ++i) p.labels.events.push_back({leader.at(i), id[i], "", "", "", "", 0});
    p.weeks = static_cast<std::int64_t>(file.shape("week").at(0));
    if (file.has_attribute("", "target")) {
      p.goal.outcome = file.text_attribute("", "target_outcome");
      p.goal.leader = file.text_attribute("", "target_leader");
    }
    for (const double n : file.numbers("replicates")) merged.replicates.push_back(static_cast<std::int64_t>(n));
    return merged;
  });
}

std::string first_difference(const MergedFile& merged, std::size_t cell, const CellSums& sums) {
  const std::vector<CellColumn> columns = columns_of(merged.plan, sums);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::vector<double> stored = merged.file->numbers(columns[i].name);
    const std::vector<double>& lived = columns[i].values;
    if (stored.size() != lived.size() * merged.plan.cells()) return columns[i].name + " has another size";
    const double* here = stored.data() + cell * lived.size();
    for (std::size_t j = 0; j < lived.size(); ++j)
      if (std::bit_cast<std::uint64_t>(lived[j]) != std::bit_cast<std::uint64_t>(here[j]) &&
          !(std::isnan(lived[j]) && std::isnan(here[j])))
        return columns[i].name + ", value " + std::to_string(j) + ": the file says " + shortest(here[j]) +
               ", living it again " + shortest(lived[j]);
  }
  return "";
}

std::string sweep_schema_page() {
  std::string page = R"(
## The merged file of a sweep

`safeconduct merge` makes one file of the cells of a sweep, `filetype` `safeconduct sweep`, laid out as above. Its variables are
named and meant as in a results file, with `cell` before their other dimensions. Each factor of the design is a coordinate of the
cells under its own name, a float64 if its levels are numbers, else a text, so that a grid unfolds in xarray:

```
>>> sweep = xarray.open_dataset("DIR/results.h5")
>>> grid = sweep.set_index(cell=sweep.attrs["factors"].split())["measure_mean"].unstack("cell")
```

`long_name` of a factor is its key; `op` (version 1.1) says that its levels are multiples (`multiply`) or summands (`add`) of what
the scenario has there, and is absent where they take its place.

Rows of `leader`, `ngo` and `event` are those of any cell; where a cell lacks one its counts are 0 and its means NaN. A cell
that was not lived (`merge --partial`) has 0 replicates. P(arrest) is mostly a prior here too: a sweep along `kap_arrest` moves
it at will.

Attributes: `filetype`, `version`, `Conventions`, `title`, `scenario`, `start_date`, `source`, `seed`, `digest` as above;
`design`; `luck` (`common`: every cell has met the same luck; `independent`); `factors` (names, separated by blanks); `shape`
(of a grid: levels by factor, the last changing fastest); `replicates_asked`; `target`, `target_outcome`, `target_leader` of a
design with `[sweep.adaptive]`; `fingerprint` (of the plan but the count of replicates).

| name | dimensions | meaning |
|---|---|---|
)";
  for (const SweepLabel& l : sweep_labels)
    page += "| `" + std::string(l.name) + "` | " + l.dimension + " | " + l.meaning + " |\n";
  page += "\n| name | dimensions | type | unit | meaning |\n|---|---|---|---|---|\n";
  for (const SweepField& f : fields())
    page += "| `" + f.name + "` | cell" + (f.dimensions.empty() ? "" : " " + f.dimensions) + " | " +
            (f.is_count ? "int64" : "float64") + " | " + f.unit + " | " + f.meaning + " |\n";
  page += R"(
Group `provenance`: `cell_changes` (what the world of a cell has in place of lines of the group `world`) and `cell_fingerprint`;
of a design of Morris `cell_places` (version 1.2), float64 by cell and factor, factors as in `factors`: where the cell lies on it,
from 0 (its low end, the first of its listed levels) to 1 (its high end, the last), listed levels at equal distances: `sensitivity`
divides effects by these steps. A sweep begun under version 1.1 has none until `sweep DESIGN --out DIR --resume`. Group `world`:
the tables of cell 0. Together they are what `safeconduct verify` lives cells again from.

## The folder of a sweep

`plan.h5` (what is to do: factors, worlds, fingerprints), `cells/cell_000123.h5` (the sums of one cell: counts, sums and sums of
squares, never means), `lock` and `lock_I_of_N` (held by who writes), `results.h5` (merged). Plan and cells end in a line with the
SHA-256 of all before it; a cell names itself and the fingerprint of its world, seed and program version, and is lived again
if anything does not fit. They are the program's own and may change from version to version.
)";
  return page;
}

}  // namespace sim
