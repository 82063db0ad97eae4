#include "scenarios/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "agents/arithmetic.hpp"
#include "agents/parameters.hpp"
#include "scenarios/derive.hpp"
#include "scenarios/facts.hpp"
#include "scenarios/format.hpp"
#include "scenarios/layers.hpp"
#include "scenarios/numbers.hpp"
#include "scenarios/parameter_sets.hpp"

namespace scenarios {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t most_factors = 500, most_cells = 1'000'000;
constexpr double most_samples = 1'000'000;

// clang-format off
constexpr Key sweep_keys[] = {
  // section, name, kind, low, high, unit, default, meaning
  {"sweep", "design",  KeyKind::choice, 0, 0, "", "grid", "how the factors are combined, see above", false, "list|grid|random|latin_hypercube|sobol|one_at_a_time|morris|saltelli|posterior"},
  {"sweep", "luck",    KeyKind::choice, 0, 0, "", "common", "common: every cell meets the same luck, so that cells differ by their factors alone; independent: each has its own", false, "common|independent"},
  {"sweep", "samples", KeyKind::whole,  1, most_samples, "", "none: needed by sampled designs", "points (random, latin_hypercube, sobol), base points (saltelli), trajectories (morris), or values of each factor (one_at_a_time)"},
  {"sweep", "levels",  KeyKind::whole,  2, 64, "", "4", "an even number: the steps of Morris's grid"},
  {"sweep", "seed",    KeyKind::whole,  0, 9223372036854775807.0, "", "1", "of the design's own draws"},
  {"sweep", "second_order", KeyKind::flag, 0, 0, "", "false", "saltelli: also the points that pairs of factors need"},
  {"sweep", "file",    KeyKind::text,   0, 0, "", "needed by posterior", "parameter sets beside the design: a CSV table with a column a parameter and a row a set; there are no factors then"},
  {"sweep.adaptive", "outcome",        KeyKind::text,   0, 0, "", "none: must be given", "a measure of the results file, such as member_visits", true},
  {"sweep.adaptive", "leader",         KeyKind::leader, 0, 0, "", "the first one", "whose"},
  {"sweep.adaptive", "standard_error", KeyKind::number, 1e-9, unbounded, "", "none: must be given", "of the mean of the outcome, to be reached in each cell", true},
  {"sweep.adaptive", "most",           KeyKind::whole,  1, 4e9, "", "10 times run.replicates", "replicates a cell, reached or not"},
  {"sweep.factors", "key",      KeyKind::text,   0, 0, "", "give `key` or `alternatives`", "a key of the scenario, as for --set; `*` in it stands for every name"},
  {"sweep.factors", "name",     KeyKind::id,     0, 0, "", "made of the key", "of the coordinate in the results"},
  {"sweep.factors", "each",     KeyKind::flag,   0, 0, "", "false", "true: each name that `*` stands for is a factor of its own"},
  {"sweep.factors", "op",       KeyKind::choice, 0, 0, "", "set", "what the level does to the value; add and multiply start from the scenario's, and stop at the ends of the key's range", false, "set|add|multiply"},
  {"sweep.factors", "values",   KeyKind::text,   0, 0, "", "give `values`, or `low` and `high`", "a list of levels, of whatever kind the key takes"},
  {"sweep.factors", "low",      KeyKind::number, -unbounded, unbounded, "", "parameters: of the prior", "one end of an interval"},
  {"sweep.factors", "high",     KeyKind::number, -unbounded, unbounded, "", "parameters: of the prior", "the other end"},
  {"sweep.factors", "steps",    KeyKind::whole,  2, 10000, "", "needed by list and grid", "levels from `low` to `high`, both included"},
  {"sweep.factors", "scale",    KeyKind::choice, 0, 0, "", "linear", "how the levels are spaced, and points spread, between `low` and `high`", false, "linear|log"},
  {"sweep.factors", "alternatives", KeyKind::text, 0, 0, "", "give `key` or `alternatives`", "a list of tables: levels that change several keys, or the whole scenario"},
  {"sweep.factors.alternatives", "name",     KeyKind::text, 0, 0, "", "none: must be given", "the level", true},
  {"sweep.factors.alternatives", "set",      KeyKind::text, 0, 0, "", "nothing", "a table of keys of the scenario, laid over it"},
  {"sweep.factors.alternatives", "scenario", KeyKind::text, 0, 0, "", "the design's own", "another scenario, found like `extends`; the design's own keys are laid over it"},
};
// clang-format on

std::span<const Key> sweep_keys_of(std::string_view section) {
  const auto in = [&](const Key& key) { return key.section == section; };
  const auto first = std::find_if(std::begin(sweep_keys), std::end(sweep_keys), in);
  return {first, std::find_if_not(first, std::end(sweep_keys), in)};
}

const Key& sweep_key(std::string_view section, std::string_view name) {
  for (const Key& key : sweep_keys_of(section))
    if (key.name == name) return key;
  throw std::logic_error("no key " + std::string(name));
}

/// One level of a factor as it is laid over the scenario.
struct Alternative {
  std::string name;
  TomlTable set;
  const TomlTable* scenario = nullptr;  ///< null: the design's own
};

struct FullFactor : Factor {
  std::vector<std::string> path;  ///< of the key
  std::vector<TomlValue> values;  ///< as levels, for keys
  std::vector<Alternative> alternatives;
  bool log_scale = false;
  const agents::Parameter* prior = nullptr;  ///< the interval is the middle 95 % of it, spread as it is
  Place place;
};

/// The value that a resolved scenario has under a key, if it is a number.
std::optional<double> value_of(const Scenario& s, const std::vector<std::string>& path) {
  const agents::World& w = s.world;
  const auto find = [](const auto& things, const std::string& name) {
    return std::find_if(things.begin(), things.end(), [&](const auto& thing) { return thing.name == name; });
  };
  if (path.size() == 2 && path[0] == "parameters") {
    const agents::Parameter* row = agents::find_parameter(path[1]);
    return row ? std::optional(w.parameters.*row->member) : std::nullopt;
  }
  const auto pick = [&](const auto& things, std::initializer_list<std::pair<std::string_view, double>> members,
                        auto thing) -> std::optional<double> {
    if (thing == things.end()) return {};
    for (const auto& [name, value] : members)
      if (name == path[2]) return value;
    return {};
  };
  if (path.size() == 3 && path[0] == "hosts") {
    const auto h = find(w.hosts, path[1]);
    if (h == w.hosts.end()) return {};
    return pick(w.hosts,
                {{"judicial_independence", h->J},
                 {"civil_society", h->C},
                 {"western_dependence", h->W},
                 {"economic_mass", h->mass}},
                h);
  }
  if (path.size() == 3 && path[0] == "ngos") {
    const auto n = find(w.ngos, path[1]);
    if (n == w.ngos.end()) return {};
    return pick(w.ngos, {{"budget", n->B}, {"litigation_share", n->y}, {"winnability", n->omega}}, n);
  }
  if (path.size() == 3 && path[0] == "leaders") {
    const auto l = find(w.leaders, path[1]);
    if (l == w.leaders.end()) return {};
    return pick(w.leaders,
                {{"retaliation", l->R},
                 {"loss", l->Lambda},
                 {"sanctions", l->S},
                 {"western_pressure", l->Pi},
                 {"opportunities", l->lam},
                 {"reach_km", l->D}},
                l);
  }
  if (path.size() == 3 && path[0] == "events") {
    const auto e = find(w.events, path[1]);
    if (e == w.events.end()) return {};
    return pick(w.events,
                {{"days", e->days},
                 {"value", e->V},
                 {"participants", e->participants},
                 {"bound", e->bound},
                 {"cover", e->cover}},
                e);
  }
  if (path.size() == 4 && path[0] == "dyads") {
    const auto l = find(w.leaders, path[1]);
    const auto h = find(w.hosts, path[2]);
    const auto f = std::find(w.features.begin(), w.features.end(), path[3]);
    if (l == w.leaders.end() || h == w.hosts.end() || f == w.features.end()) return {};
    return w.dyads[static_cast<std::size_t>(l - w.leaders.begin())](h - w.hosts.begin(), f - w.features.begin());
  }
  return {};
}

/// What `*` stands for after these parts of a key.
std::vector<std::string> names_at(const std::vector<std::string>& path, std::size_t at, const Scenario& s) {
  std::vector<std::string> names;
  const auto all = [&](const auto& things) {
    for (const auto& thing : things) names.push_back(thing.name);
  };
  if (at == 1 && path[0] == "hosts") all(s.world.hosts);
  if (at == 1 && path[0] == "ngos") all(s.world.ngos);
  if (at == 1 && path[0] == "events") all(s.world.events);
  if (at == 1 && (path[0] == "leaders" || path[0] == "dyads")) all(s.world.leaders);
  if (at == 1 && path[0] == "parameters")
    for (const agents::Parameter& p : agents::parameter_table())
      if (p.prior.kind != agents::Prior::Kind::fixed) names.emplace_back(p.symbol);
  if (at == 2 && path[0] == "dyads") all(s.world.hosts);
  return names;
}

bool is_list(DesignKind kind) { return kind == DesignKind::list || kind == DesignKind::posterior; }

std::vector<std::vector<std::string>> expanded(const std::vector<std::string>& path, const Scenario& s) {
  std::vector<std::vector<std::string>> all = {path};
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (path[at] != "*") continue;
    std::vector<std::vector<std::string>> next;
    for (const auto& one : all)
      for (const std::string& name : names_at(path, at, s)) {
        if (path[0] == "dyads" && at == 2) {  // a leader's home does not host it
          const auto leader = std::find_if(s.world.leaders.begin(), s.world.leaders.end(),
                                           [&](const agents::Leader& l) { return l.name == one[1]; });
          if (leader != s.world.leaders.end() && leader->home == name) continue;
        }
        next.push_back(one);
        next.back()[at] = name;
      }
    all = std::move(next);
  }
  return all;
}

/// Whether all that a path says a later one says too; `*` stands for every name.
bool is_covered(const std::vector<std::string>& path, const std::vector<std::string>& by) {
  return std::ranges::equal(path, by,
                            [](const auto& part, const auto& other) { return other == "*" || part == other; });
}

/// What a table says under a path, from its part `at` on; null: nothing.
const TomlEntry* find_under(const TomlTable& table, const std::vector<std::string>& path, std::size_t at = 0) {
  for (const TomlEntry& entry : table.entries()) {
    if (path[at] != "*" && path[at] != entry.key) continue;
    if (at + 1 == path.size()) return &entry;
    if (const auto* inner = entry.value.as<TomlTable>())
      if (const TomlEntry* found = find_under(*inner, path, at + 1)) return found;
  }
  return nullptr;
}

/// `value` under a path, as a table to be laid over.
TomlTable nested(const std::vector<std::string>& path, TomlValue value, const Place& place) {
  for (std::size_t i = path.size(); i-- > 0;) {
    TomlTable table;
    table.add({path[i], place, std::move(value)});
    value = {std::move(table), place};
  }
  return std::get<TomlTable>(std::move(value.value));
}

double prior_at(const agents::Parameter& p, double u) {
  const double z = agents::normal_quantile(static_cast<double>(0.025 + 0.95 * u));
  const double x = p.prior.kind == agents::Prior::Kind::lognormal ? p.prior.a * agents::math::exp(p.prior.b * z)
                                                                  : p.prior.a + p.prior.b * z;
  return std::clamp(x, p.low, p.high);
}

double at(const FullFactor& f, double u) {
  if (f.prior) return prior_at(*f.prior, u);
  if (u <= 0) return f.low;
  if (u >= 1) return f.high;
  if (!f.log_scale) return f.low + (f.high - f.low) * u;
  return f.low * agents::math::exp(u * agents::math::log(f.high / f.low));
}

}  // namespace

struct SweepDesign::State {
  State(Places p) : loader(p), layers(p.cases) {}

  Loader loader;
  Layers layers;
  const Source* source = nullptr;
  std::string name, title;
  TomlTable base;                 ///< the scenario without [sweep]
  std::vector<TomlTable> given;   ///< by --set
  std::vector<TomlTable> others;  ///< of alternatives with a scenario of their own
  DesignKind kind = DesignKind::grid;
  bool kind_known = true;  ///< or else a factor is looked at for what is wrong in any design
  bool common = true, second_order = false;
  std::int64_t samples = 0, levels = 4;
  std::uint64_t seed = 1;
  std::optional<AdaptiveGoal> adaptive;
  std::vector<FullFactor> factors;
  std::vector<Factor> shown;
  std::vector<std::vector<double>> points;
  std::vector<Problem> problems;  ///< the first of them
  std::size_t blamed = 0;         ///< how often
  /// Scenarios before the factors with a key are laid over, by the alternatives chosen: for `*`, add and multiply.
  mutable std::map<std::vector<std::size_t>, Scenario> before;

  void blame(const Place& place, std::string text, std::string help = {}) {
    ++blamed;
    if (problems.size() < most_problems) problems.push_back(problem_at(place, std::move(text), std::move(help)));
  }

  // --- reading [sweep] ---

  void read(const fs::path& file, const Places& places, std::span<const std::string> sets) {
    layers.read_file(file, places.cases.parent_path() / "sweeps", "sweeps");
    source = &layers.first();
    name = printable(file.stem().string());
    base = layers.table();
    TomlTable own = read_toml(*source);
    for (TomlTable* table : {&base, &own}) table->erase("sweep");
    own.erase("extends");
    for (const std::string& set : sets) {
      given.push_back(layers.setting(set));
      for (TomlTable* table : {&own, &base}) lay_over(*table, TomlTable(given.back()));
    }
    title = text_in(base, "title", name);
    const TomlEntry* sweep = layers.table().find("sweep");
    if (!sweep) {
      blame({source, 0, 0}, "there is no [sweep] in this file, so it is a scenario and no design",
            "'safeconduct run' lives it; 'safeconduct page format' tells what a design is");
    } else if (const auto* table = sweep->value.as<TomlTable>()) {
      try {
        read_sweep(*table, own);
      } catch (const ScenarioError& e) {  // of what it refers to: told after those found before
        problems.insert(problems.end(), e.problems().begin(), e.problems().end());
      }
    } else {
      blame(sweep->value.place, "'sweep' must be a table, such as [sweep]");
    }
    if (problems.empty()) blame_what_has_no_effect();
    if (!problems.empty()) throw ScenarioError(problems);
    for (FullFactor& f : factors) f.at = problem_at(f.place, {});
    shown.assign(factors.begin(), factors.end());
  }

  /// What a factor sets in every cell cannot be set before it.
  void blame_what_has_no_effect() {
    for (std::size_t i = 0; i < factors.size(); ++i) {
      const FullFactor& f = factors[i];
      if (f.path.empty()) continue;
      for (std::size_t earlier = 0; earlier < i; ++earlier)
        if (is_covered(factors[earlier].path, f.path))
          blame(f.place, "the factors '" + factors[earlier].name + "' and '" + f.name + "' both set " +
                             in_quotes(factors[earlier].key) + ", so the first has no effect");
      if (f.op != Op::set) continue;  // the others start from what is set
      const auto blame_in = [&](const TomlTable& table) {
        if (const TomlEntry* entry = find_under(table, f.path))
          blame(entry->place,
                "it has no effect: the factor '" + f.name + "' sets " + in_quotes(f.key) + " in every cell",
                "change the levels of the factor, or take it away");
      };
      for (const TomlTable& table : given) blame_in(table);
      for (const FullFactor& other : factors)
        for (const Alternative& a : other.alternatives) blame_in(a.set);
    }
  }

  /// Whether the table has only keys of the section, of the right kind (those of kind text are looked at elsewhere).
  bool known_keys(const TomlTable& table, std::string_view section, const std::vector<std::string>& tables = {}) {
    const std::size_t before_these = blamed;
    std::vector<std::string> names = tables;
    for (const Key& key : sweep_keys_of(section)) names.emplace_back(key.name);
    std::string list;
    for (const std::string& known : names) list += (list.empty() ? "" : ", ") + known;
    for (const TomlEntry& entry : table.entries()) {
      if (std::find(names.begin(), names.end(), entry.key) == names.end()) {
        blame(entry.place, "unknown key " + in_quotes(std::string(section) + "." + entry.key),
              suggestion(entry.key, names, "keys known here: " + list));
        continue;
      }
      if (std::find(tables.begin(), tables.end(), entry.key) != tables.end()) continue;
      check_kind(entry, sweep_key(section, entry.key));
    }
    return blamed == before_these;
  }

  void check_kind(const TomlEntry& entry, const Key& key) {
    const auto must = [&](const std::string& what) {
      blame(entry.value.place, in_quotes(entry.key) + " must be " + what + ", not " + kind_of(entry.value));
    };
    const auto number = number_of(entry.value);
    switch (key.kind) {
      case KeyKind::choice: {
        const std::vector<std::string> choices = split(key.choices, '|');
        const auto* text = entry.value.as<std::string>();
        if (!text) return must("a text");
        std::string list;
        for (const std::string& choice : choices) list += (list.empty() ? "" : ", ") + choice;
        if (std::find(choices.begin(), choices.end(), *text) == choices.end())
          blame(entry.value.place, "unknown " + entry.key + " " + in_quotes(*text),
                suggestion(*text, choices, "known: " + list));
        break;
      }
      case KeyKind::whole:
        if (!entry.value.as<std::int64_t>()) return must("a whole number");
        [[fallthrough]];
      case KeyKind::number:
        if (!number) return must("a number");
        if (std::isnan(*number) || *number < key.low || *number > key.high)
          blame(entry.value.place, in_quotes(entry.key) + " must be between " + shortest(key.low) + " and " +
                                       shortest(key.high) + ", got " + shortest(*number));
        break;
      case KeyKind::flag:
        if (!entry.value.as<bool>()) must("true or false");
        break;
      case KeyKind::id:
      case KeyKind::leader: {
        const auto* text = entry.value.as<std::string>();
        if (!text) return must("a text");
        if (!is_id(*text)) blame(entry.value.place, in_quotes(*text) + " is not an id: letters, digits, '_' and '-'");
        break;
      }
      default:
        break;
    }
  }

  void read_sweep(const TomlTable& table, const TomlTable& own) {
    known_keys(table, "sweep", {"factors", "adaptive"});
    if (const TomlEntry* entry = table.find("adaptive")) {
      if (const auto* goal = entry->value.as<TomlTable>())
        read_adaptive(*goal, entry->place);
      else
        blame(entry->value.place, "'sweep.adaptive' must be a table, such as [sweep.adaptive]");
    }
    const std::string design = text_in(table, "design", table.find("design") ? "" : "grid");
    const auto* named = std::find(std::begin(design_names), std::end(design_names), design);
    kind_known = named != std::end(design_names);
    if (kind_known) kind = static_cast<DesignKind>(named - std::begin(design_names));
    if (!problems.empty()) {
      if (kind_known ? kind != DesignKind::posterior : table.find("factors") != nullptr) read_factors(table, own);
      return;
    }
    common = text_in(table, "luck", "common") == "common";
    if (const auto* n = in<std::int64_t>(table, "samples")) samples = *n;
    if (const auto* n = in<std::int64_t>(table, "levels")) levels = *n;
    if (const auto* n = in<std::int64_t>(table, "seed")) seed = static_cast<std::uint64_t>(*n);
    second_order = flag_in(table, "second_order");
    const auto read_by = [&](const char* key, bool read, const std::string& who) {
      if (const TomlEntry* entry = table.find(key); entry && !read)
        blame(entry->place, "'" + std::string(key) + "' is not read by design '" + design + "'", "but by " + who);
    };
    read_by("samples", is_sampled(kind) || kind == DesignKind::posterior, "sampled designs");
    read_by("levels", kind == DesignKind::morris, "morris");
    read_by("seed", is_sampled(kind) && kind != DesignKind::one_at_a_time, "designs with draws of their own");
    read_by("second_order", kind == DesignKind::saltelli, "saltelli");
    read_by("file", kind == DesignKind::posterior, "posterior");
    if (is_sampled(kind) && samples == 0)
      blame({source, 0, 0}, "design '" + design + "' needs 'samples' in [sweep]", "for example samples = 64");
    if (kind == DesignKind::morris && levels % 2 != 0)
      blame(table.find("levels")->value.place, "'levels' must be even, got " + std::to_string(levels));
    if (kind == DesignKind::one_at_a_time && samples == 1)
      blame(table.find("samples")->value.place, "'samples' must be at least 2 values of each factor");
    if (kind == DesignKind::posterior) return read_posterior(table);
    read_factors(table, own);
  }

  /// A list whose factors are the columns of a table of parameter sets. What holds for every leader is set for each.
  void read_posterior(const TomlTable& table) {
    if (const TomlEntry* entry = table.find("factors"))
      return blame(entry->place, "a posterior has no factors but the columns of its file");
    const TomlEntry* entry = table.find("file");
    const auto* text = entry ? entry->value.as<std::string>() : nullptr;
    if (!text || text->empty()) return blame({source, 0, 0}, "design 'posterior' needs 'file' in [sweep], a text");
    const fs::path given(*text), plain = given.lexically_normal();
    if (given.is_absolute() || plain.empty() || *plain.begin() == "..")
      return blame(entry->value.place, "'file' must lie beside the design or below its folder");
    ParameterSets sets = read_parameter_sets(Table(layers.folder() / given, {}, (layers.folder() / given).string()));
    if (samples > 0) sets = thinned(sets, static_cast<std::size_t>(samples));
    for (std::size_t i = 0; i < sets.names.size(); ++i) {
      const std::vector<std::string> parts = split(sets.names[i], '.');
      const std::string& symbol = parts.back();
      const std::string own = symbol == "Lambda" ? "loss" : symbol == "lam" ? "opportunities" : "reach_km";
      const bool of_leaders = parts.size() == 2 || symbol == "Lambda" || symbol == "lam" || symbol == "D";
      FullFactor f;
      f.place = entry->value.place;
      f.path = of_leaders ? std::vector<std::string>{"leaders", parts.size() == 2 ? parts[0] : "*", own}
                          : std::vector<std::string>{"parameters", symbol};
      for (const std::string& part : f.path) f.key += (f.key.empty() ? "" : ".") + part;
      for (const std::string& part : parts) f.name += (f.name.empty() ? "" : "_") + part;
      f.unit = std::string(agents::find_parameter(symbol)->unit);
      for (const auto& set : sets.sets) {
        f.levels.emplace_back(set[i]);
        f.values.push_back({set[i], f.place});
      }
      factors.push_back(std::move(f));
    }
  }

  void read_adaptive(const TomlTable& table, const Place& place) {
    known_keys(table, "sweep.adaptive");
    for (const Key& key : sweep_keys_of("sweep.adaptive"))
      if (key.required && !table.find(key.name)) blame(place, "'sweep.adaptive' needs '" + std::string(key.name) + "'");
    AdaptiveGoal goal;
    goal.outcome = text_in(table, "outcome");
    goal.leader = text_in(table, "leader");
    if (const TomlEntry* entry = table.find("outcome")) goal.at_outcome = problem_at(entry->value.place, {});
    if (const TomlEntry* entry = table.find("leader")) goal.at_leader = problem_at(entry->value.place, {});
    goal.standard_error = number_in(table, "standard_error").value_or(0);
    if (const auto* n = in<std::int64_t>(table, "most")) goal.most = *n;
    adaptive = goal;
  }

  void read_factors(const TomlTable& table, const TomlTable& own) {
    const TomlEntry* entry = table.find("factors");
    const auto* list = entry ? entry->value.as<std::vector<TomlValue>>() : nullptr;
    if (!list || list->empty())
      return blame(entry ? entry->place : Place{source, 0, 0}, "[sweep] needs at least one factor",
                   "each is a table [[sweep.factors]] with a 'key' and its 'values'");
    for (const TomlValue& one : *list) {
      const auto* factor = one.as<TomlTable>();
      if (!factor) {
        blame(one.place, "a factor must be a table, such as [[sweep.factors]]");
        continue;
      }
      if (!known_keys(*factor, "sweep.factors")) continue;
      if (factor->find("alternatives"))
        read_alternatives(*factor, one.place, own);
      else
        read_keyed(*factor, one.place);
    }
    if (factors.size() > most_factors)
      blame(entry->place,
            "there may be at most " + std::to_string(most_factors) + " factors, got " + std::to_string(factors.size()));
    std::map<std::string, const FullFactor*> names;
    for (const FullFactor& f : factors)
      if (!names.emplace(f.name, &f).second)
        blame(f.place, "two factors are called '" + f.name + "'", "give one of them a 'name' of its own");
    if (kind == DesignKind::list && problems.empty())
      for (const FullFactor& f : factors)
        if (f.levels.size() != factors.front().levels.size())
          blame(f.place, "in a list the factors go side by side, so each needs as many levels as the first: " +
                             std::to_string(factors.front().levels.size()) + ", got " +
                             std::to_string(f.levels.size()));
  }

  void read_alternatives(const TomlTable& table, const Place& place, const TomlTable& own) {
    for (const TomlEntry& entry : table.entries())
      if (entry.key != "alternatives" && entry.key != "name")
        blame(entry.place, "'" + entry.key + "' is not read beside 'alternatives'");
    FullFactor f;
    f.place = place;
    f.is_number = false;
    f.name = text_in(table, "name");
    if (f.name.empty()) return blame(place, "a factor with 'alternatives' needs a 'name'");
    const TomlValue& value = *value_in(table, "alternatives");
    const auto* list = value.as<std::vector<TomlValue>>();
    if (!list || list->size() < 2) return blame(value.place, "'alternatives' must be a list of at least two tables");
    std::set<std::string> seen;
    for (const TomlValue& one : *list) {
      const auto* alternative = one.as<TomlTable>();
      if (!alternative) {
        blame(one.place, "an alternative must be a table, such as {name = \"as it is\"}");
        continue;
      }
      known_keys(*alternative, "sweep.factors.alternatives");
      const auto* called = in<std::string>(*alternative, "name");
      if (!called || called->empty() || printable(*called) != *called || called->size() > 100) {
        blame(one.place, "an alternative needs a 'name', a text of at most 100 bytes");
        continue;
      }
      if (!seen.insert(*called).second) blame(one.place, "two alternatives are called " + in_quotes(*called));
      Alternative a{*called, {}, nullptr};
      if (const TomlEntry* set = alternative->find("set")) {
        if (const auto* keys = set->value.as<TomlTable>())
          a.set = *keys;
        else
          blame(set->value.place, "'set' must be a table of keys, such as {hosts.MNG.member = false}");
        if (a.set.find("extends")) blame(a.set.find("extends")->place, "'extends' has no place here", "use 'scenario'");
      }
      if (const TomlEntry* scenario = alternative->find("scenario")) {
        if (scenario->value.as<std::string>()) {
          others_.push_back({factors.size(), f.alternatives.size(), scenario->value});
          others.push_back(layers.another(scenario->value));
          others.back().erase("sweep");
          lay_over(others.back(), TomlTable(own));
        } else {
          blame(scenario->value.place, "'scenario' must be a text, not " + kind_of(scenario->value));
        }
      }
      f.levels.emplace_back(*called);
      f.alternatives.push_back(std::move(a));
    }
    factors.push_back(std::move(f));
  }

  void read_keyed(const TomlTable& table, const Place& place) {
    const TomlEntry* key = table.find("key");
    const auto* text = key ? key->value.as<std::string>() : nullptr;
    if (!text || text->empty())
      return blame(key ? key->value.place : place, "a factor needs a 'key', a text such as \"parameters.th_J\"",
                   "or 'alternatives'");
    FullFactor f;
    f.place = place;
    f.key = *text;
    f.path = split(*text, '.');
    const Key* known = key_of(f.path);
    if (!known) {
      std::vector<std::string> names;
      for (const Key& k : keys_of(f.path.size() == 2 ? f.path[0] : f.path.size() == 3 ? f.path[0] + ".ID" : ""))
        names.emplace_back(k.name);
      if (f.path.size() == 3 && f.path[0] == "hosts")
        for (const Key& k : keys_of("hosts.CODE")) names.emplace_back(k.name);
      for (std::string& n : names)
        for (std::size_t i = f.path.size() - 1; i-- > 0;) n = f.path[i] + "." + n;
      return blame(key->value.place, "unknown key " + in_quotes(*text),
                   suggestion(*text, names, "keys are those of a scenario: hosts.MNG.civil_society, parameters.th_J"));
    }
    if (f.path[0] == "start" || f.path[0] == "end" || f.path[0] == "weeks" || f.path[0] == "title" ||
        f.path[0] == "extends" || f.path[0] == "run")
      return blame(key->value.place, in_quotes(*text) + " is the same in every cell of a design");
    const std::string op = text_in(table, "op", "set");
    f.op = op == "add" ? Op::add : op == "multiply" ? Op::multiply : Op::set;
    if (f.op != Op::set && known->kind != KeyKind::number)
      return blame(table.find("op")->place, "op '" + op + "' is for numbers, and " + in_quotes(*text) + " is none");
    f.unit = f.op == Op::multiply ? "1" : std::string(known->unit);
    f.log_scale = text_in(table, "scale", "linear") == "log";
    if (!levels_from(table, f, *known)) return;
    if (!flag_in(table, "each")) {
      f.name = text_in(table, "name", default_name(f.path));
      factors.push_back(std::move(f));
      return;
    }
    if (table.find("name")) return blame(table.find("name")->place, "'name' is not read beside 'each'");
    if (std::find(f.path.begin(), f.path.end(), "*") == f.path.end())
      return blame(table.find("each")->place, "'each' needs a '*' in the key");
    const auto all = f.path[0] == "parameters" ? expanded(f.path, {}) : expanded(f.path, scenario_of(base));
    for (const auto& path : all) {
      FullFactor one = f;
      one.path = path;
      one.key.clear();
      for (const std::string& part : path) one.key += (one.key.empty() ? "" : ".") + part;
      one.name = default_name(path);
      if (key_of(path)) one.unit = f.op == Op::multiply ? "1" : std::string(key_of(path)->unit);
      if (one.prior && !take_prior(one)) continue;
      factors.push_back(std::move(one));
    }
  }

  static std::string default_name(const std::vector<std::string>& path) {
    std::string made;
    for (std::size_t i = path[0] == "parameters" ? 1 : 0; i < path.size(); ++i)
      made += (made.empty() ? "" : "_") + (path[i] == "*" ? "all" : path[i]);
    return made;
  }

  /// The interval of a parameter's prior; false if it has none. The weights that must sum to 1 do not vary alone.
  bool take_prior(FullFactor& f) {
    f.prior = f.path.size() == 2 ? agents::find_parameter(f.path[1]) : nullptr;
    if (!f.prior || f.prior->prior.kind == agents::Prior::Kind::fixed) return false;
    if (f.path[1].starts_with("w_") && f.path[1] != "w_hostility" && f.path[1] != "w_patronage") return false;
    f.low = prior_at(*f.prior, 0);
    f.high = prior_at(*f.prior, 1);
    return true;
  }

  bool levels_from(const TomlTable& table, FullFactor& f, const Key& key) {
    const auto fail = [&](const Place& place, std::string text, std::string help = {}) {
      blame(place, std::move(text), std::move(help));
      return false;
    };
    if (const TomlEntry* entry = table.find("values")) {
      for (const char* other : {"low", "high", "steps", "scale"})
        if (const TomlEntry* also = table.find(other))
          return fail(also->place, "'" + std::string(other) + "' is not read beside 'values'");
      const auto* list = entry->value.as<std::vector<TomlValue>>();
      if (!list || list->empty()) return fail(entry->value.place, "'values' must be a list of levels");
      f.values = *list;
      f.is_number = std::all_of(list->begin(), list->end(), [](const TomlValue& v) { return number_of(v); });
      if (f.op != Op::set && !f.is_number) return fail(entry->value.place, "'add' and 'multiply' take numbers");
      for (const TomlValue& v : *list) {
        if (f.is_number)
          f.levels.emplace_back(*number_of(v));
        else
          f.levels.emplace_back(v.as<std::string>() ? *v.as<std::string>() : to_toml(v));
        if (f.is_number && std::isnan(*number_of(v))) return fail(v.place, "a level must be a number, got nan");
        const Level& last = f.levels.back();
        if (kind_known && kind != DesignKind::list &&
            std::find(f.levels.begin(), f.levels.end(), last) != f.levels.end() - 1)
          return fail(v.place, "the level " + to_toml(v) + " is given twice", "its cells would be the same");
      }
      if (f.is_number) {
        const auto [low, high] = std::minmax_element(f.levels.begin(), f.levels.end());
        f.low = std::get<double>(*low), f.high = std::get<double>(*high);
      }
      return true;
    }
    if (key.kind != KeyKind::number && key.kind != KeyKind::whole)
      return fail(f.place, "this factor needs 'values', a list of levels");
    const TomlEntry *low = table.find("low"), *high = table.find("high");
    if (!low != !high) return fail(f.place, "'low' and 'high' go together");
    const bool every = flag_in(table, "each") && f.path[0] == "parameters";
    if (!low) {
      f.prior = f.path[0] == "parameters" && f.op == Op::set ? &agents::parameter_table()[0] : nullptr;
      if (f.log_scale) return fail(table.find("scale")->place, "'scale' is read with 'low' and 'high' only");
      if (!f.prior || (!every && !take_prior(f)))
        return fail(f.place, "this factor needs 'values', or 'low' and 'high'");
    } else {
      f.low = *number_of(low->value), f.high = *number_of(high->value);
      if (!std::isfinite(f.low) || !std::isfinite(f.high) || f.low >= f.high)
        return fail(low->value.place, "'low' must lie below 'high', both finite");
      if (f.log_scale && f.low <= 0) return fail(low->value.place, "with scale \"log\" 'low' must be above 0");
    }
    if (!kind_known) return true;
    const auto* steps = in<std::int64_t>(table, "steps");
    if (steps && is_sampled(kind)) return fail(table.find("steps")->place, "'steps' is read by list and grid only");
    if (!is_sampled(kind)) {
      if (!steps) return fail(f.place, "this factor needs 'steps' or 'values' in design '" + text_of(kind) + "'");
      if (every) return fail(f.place, "'each' needs a sampled design, or 'values'");
      for (std::int64_t i = 0; i < *steps; ++i)
        f.levels.emplace_back(at(f, static_cast<double>(i) / static_cast<double>(*steps - 1)));
    }
    return true;
  }
  static std::string text_of(DesignKind k) { return std::string(scenarios::name(k)); }

  // --- cells ---

  std::size_t cells() const {
    if (is_sampled(kind)) return points.size();
    if (is_list(kind)) return factors.front().levels.size();
    std::size_t n = 1;
    for (const FullFactor& f : factors) n = std::min(most_cells + 1, n * f.levels.size());
    return n;
  }

  /// The rank of a factor's level in a cell; of an interval 0.
  std::size_t rank(std::size_t cell, std::size_t factor) const {
    const FullFactor& f = factors[factor];
    if (f.levels.empty()) return 0;
    if (is_list(kind)) return cell;
    if (is_sampled(kind))
      return std::min(f.levels.size() - 1,
                      static_cast<std::size_t>(points[cell][factor] * static_cast<double>(f.levels.size())));
    for (std::size_t later = factors.size(); --later > factor;) cell /= factors[later].levels.size();
    return cell % f.levels.size();
  }

  Level level(std::size_t cell, std::size_t factor) const {
    const FullFactor& f = factors[factor];
    if (f.levels.empty()) return at(f, points[cell][factor]);
    return f.levels[rank(cell, factor)];
  }

  double place(std::size_t cell, std::size_t factor) const {
    const std::size_t n = factors[factor].levels.size();
    if (n < 2) return points[cell][factor];
    return static_cast<double>(rank(cell, factor)) / static_cast<double>(n - 1);
  }

  Scenario scenario_of(const TomlTable& table) {
    std::vector<Problem> found = loader.check(table, *source);
    if (!found.empty()) throw ScenarioError(std::move(found));
    return loader.resolve(table, *source, name);
  }

  const TomlTable& base_of(std::size_t factor, std::size_t rank) const {
    for (std::size_t i = 0; i < others_.size(); ++i)
      if (others_[i].factor == factor && others_[i].rank == rank) return others[i];
    return base;
  }

  std::vector<std::size_t> choices(std::size_t cell) const {
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < factors.size(); ++i)
      if (!factors[i].alternatives.empty()) chosen.push_back(rank(cell, i));
    return chosen;
  }

  /// With the alternatives of a cell, before its keys.
  TomlTable with_alternatives(std::size_t cell) const {
    const TomlTable* from = &base;
    for (std::size_t i = 0; i < factors.size(); ++i)
      if (!factors[i].alternatives.empty())
        if (const TomlTable* other = &base_of(i, rank(cell, i)); other != &base) from = other;
    TomlTable table = *from;
    for (std::size_t i = 0; i < factors.size(); ++i)
      if (!factors[i].alternatives.empty()) lay_over(table, TomlTable(factors[i].alternatives[rank(cell, i)].set));
    return table;
  }

  bool needs_values(const FullFactor& f) const {
    return f.op != Op::set || std::find(f.path.begin(), f.path.end(), "*") != f.path.end();
  }

  TomlTable table(std::size_t cell) const {
    TomlTable out = with_alternatives(cell);
    for (std::size_t i = 0; i < factors.size(); ++i) {
      const FullFactor& f = factors[i];
      if (!f.alternatives.empty()) continue;
      if (!needs_values(f)) {
        lay_over(out, nested(f.path, value(cell, i, f.path, nullptr), f.place));
        continue;
      }
      const Scenario& s = before.at(choices(cell));
      for (const auto& path : expanded(f.path, s)) lay_over(out, nested(path, value(cell, i, path, &s), f.place));
    }
    return out;
  }

  TomlValue value(std::size_t cell, std::size_t factor, const std::vector<std::string>& path, const Scenario* s) const {
    const FullFactor& f = factors[factor];
    if (f.op == Op::set && !f.values.empty()) return f.values[rank(cell, factor)];
    const Key& key = *key_of(path);
    double x = std::get<double>(level(cell, factor));
    Place place = f.values.empty() ? f.place : f.values[rank(cell, factor)].place;
    if (f.op != Op::set) {
      const double from = value_of(*s, path).value_or(std::nan(""));
      x = std::clamp(f.op == Op::add ? from + x : from * x, key.low, key.high);
    }
    if (key.kind == KeyKind::whole) return {static_cast<std::int64_t>(x + (x < 0 ? -0.5 : 0.5)), place};
    return {x, place};
  }

  struct Other {
    std::size_t factor, rank;
    TomlValue file;
  };
  std::vector<Other> others_;
};

SweepDesign::SweepDesign(const fs::path& file, const Places& places, std::span<const std::string> sets)
    : state_(new State(places)) {
  try {
    state_->read(file, places, sets);
  } catch (const fs::filesystem_error& error) {
    Problem problem;
    problem.where = printable(file.string());
    problem.text = "cannot be opened: " + error.code().message();
    throw ScenarioError({problem});
  }
}
SweepDesign::~SweepDesign() = default;
SweepDesign::SweepDesign(SweepDesign&&) noexcept = default;

const std::string& SweepDesign::name() const { return state_->name; }
const std::string& SweepDesign::title() const { return state_->title; }
DesignKind SweepDesign::kind() const { return state_->kind; }
bool SweepDesign::luck_is_common() const { return state_->common; }
std::int64_t SweepDesign::samples() const { return state_->samples; }
std::int64_t SweepDesign::levels() const { return state_->levels; }
bool SweepDesign::second_order() const { return state_->second_order; }
std::uint64_t SweepDesign::draw_seed() const { return state_->seed; }
const std::optional<AdaptiveGoal>& SweepDesign::adaptive() const { return state_->adaptive; }
const std::vector<Factor>& SweepDesign::factors() const { return state_->shown; }

std::vector<std::size_t> SweepDesign::shape() const {
  std::vector<std::size_t> sizes;
  if (state_->kind == DesignKind::grid)
    for (const Factor& f : state_->factors) sizes.push_back(f.levels.size());
  return sizes;
}

void SweepDesign::set_points(std::vector<std::vector<double>> points) { state_->points = std::move(points); }

std::size_t SweepDesign::cells() const { return state_->cells(); }

std::vector<Level> SweepDesign::levels_of(std::size_t cell) const {
  std::vector<Level> all;
  for (std::size_t f = 0; f < state_->factors.size(); ++f) all.push_back(state_->level(cell, f));
  return all;
}

std::vector<double> SweepDesign::places_of(std::size_t cell) const {
  std::vector<double> all;
  for (std::size_t f = 0; f < state_->factors.size(); ++f) all.push_back(state_->place(cell, f));
  return all;
}

void SweepDesign::check_cells() const {
  State& s = *state_;
  if (s.cells() > most_cells) {
    s.blame({s.source, 0, 0}, "the design has more than " + std::to_string(most_cells) + " cells");
    throw ScenarioError(s.problems);
  }
  const bool any = std::any_of(s.factors.begin(), s.factors.end(),
                               [&](const FullFactor& f) { return f.alternatives.empty() && s.needs_values(f); });
  std::vector<Problem> found;
  std::set<std::tuple<std::string, std::uint32_t, std::uint32_t, std::string>> seen;
  const auto keep = [&](std::vector<Problem> problems) {
    for (Problem& p : problems)
      if (seen.emplace(p.where, p.line, p.column, p.text).second) found.push_back(std::move(p));
  };
  for (std::size_t cell = 0; cell < s.cells() && found.size() < most_problems; ++cell) {
    if (any && !s.before.contains(s.choices(cell))) {
      const TomlTable table = s.with_alternatives(cell);
      std::vector<Problem> problems = s.loader.check(table, *s.source);
      if (!problems.empty()) {
        keep(std::move(problems));
        continue;
      }
      const Scenario& before =
          s.before.emplace(s.choices(cell), s.loader.resolve(table, *s.source, s.name)).first->second;
      for (const FullFactor& f : s.factors) {
        if (!f.alternatives.empty() || !s.needs_values(f)) continue;
        const auto paths = expanded(f.path, before);
        std::vector<Problem> lacks;
        if (paths.empty()) lacks.push_back(problem_at(f.place, "nothing in the scenario fits " + in_quotes(f.key)));
        for (const auto& path : paths)
          if (f.op != Op::set && !value_of(before, path))
            lacks.push_back(problem_at(
                f.place, "the scenario has no number under " + in_quotes(f.key) + " to add to or to multiply"));
        keep(std::move(lacks));
      }
      if (!found.empty()) continue;
    }
    keep(s.loader.check(s.table(cell), *s.source));
  }
  if (!found.empty()) throw ScenarioError(std::move(found));
}

Scenario SweepDesign::scenario(std::size_t cell) const {
  return state_->loader.resolve(state_->table(cell), *state_->source, state_->name);
}

std::string sweep_page() {
  std::string out = R"(
## Sweeps

A design is a scenario with a table `[sweep]`: what it says beside that is the same in every cell, and its factors say what
varies. `safeconduct sweep DESIGN.toml --out DIR` lives the cells; each passes the checks of a scenario before anything runs.

```toml
extends = "dushanbe_2025.toml"

[run]
replicates = 10000           # a cell

[sweep]
design = "grid"

[[sweep.factors]]
name = "budget"
key = "ngos.*.budget"
op = "multiply"              # of every NGO's budget in the scenario
values = [0, 0.5, 1, 2]

[[sweep.factors]]
key = "parameters.th_J"
low = 0
high = 3
steps = 4

[[sweep.factors]]
name = "membership"
alternatives = [
  { name = "as it is" },
  { name = "Mongolia leaves", set.hosts.MNG.member = [{from = 2002-07-01, to = 2025-09-01}] },
  { name = "no warrant", scenario = "no_warrant.toml" },
]
```

- `grid`: every level of a factor with every level of the others, the last factor changing fastest. `list`: the levels of all
  factors side by side, so that each has as many. `posterior`: a list whose factors are the columns of a table of parameter
  sets, `Lambda`, `lam` and `D` for every leader.
- Sampled designs spread points over the intervals of the factors: `random`, `latin_hypercube`, `sobol`; `one_at_a_time` (all
  factors in the middle, then each alone along its interval); `morris` and `saltelli` for the sensitivity of the outcomes. A
  factor with `values` or `alternatives` is cut into as many equal parts. Without `low` and `high` a parameter's interval is the
  middle 95 % of its prior, spread as the prior is; the weights that must sum to 1 have none.
- `[sweep.adaptive]` lives each cell until an outcome is known well enough, with looks at 1,024, 2,048, 4,096, ... replicates by
  a rule that stays valid under repeated looks; the results say what was reached.
- What a factor sets, it sets in every cell: another factor, an alternative or `--set` beside it would have no effect and is a
  mistake (`add` and `multiply` start from what is set). So is a level given twice, but in a list.
- A number stays a number in the results; any other level is a text, an alternative its name.
- `replicates`, `seed` and the frame (`start`, `end`, `weeks`, the states) are the same in every cell.
)";
  constexpr std::pair<std::string_view, std::string_view> tables[] = {{"sweep", "`[sweep]`"},
                                                                      {"sweep.adaptive", "`[sweep.adaptive]`"},
                                                                      {"sweep.factors", "`[[sweep.factors]]`"},
                                                                      {"sweep.factors.alternatives", "an alternative"}};
  for (const auto& [section, heading] : tables) {
    out += "\n### " + std::string(heading) + "\n\n| key | value | default | meaning |\n|---|---|---|---|\n";
    for (const Key& key : sweep_keys_of(section)) {
      std::string kind = "number";
      if (key.kind == KeyKind::choice) {
        kind = "one of ";
        for (const char c : key.choices) kind += c == '|' ? std::string(", ") : std::string(1, c);
      } else if (key.kind == KeyKind::whole) {
        kind = "whole number";
      } else if (key.kind == KeyKind::flag) {
        kind = "true or false";
      } else if (key.kind == KeyKind::id) {
        kind = "id";
      } else if (key.kind == KeyKind::leader) {
        kind = "key of a leader";
      } else if (key.kind == KeyKind::text) {
        kind = key.name == "values" || key.name == "alternatives" ? "list" : key.name == "set" ? "table" : "text";
      }
      out += "| `" + std::string(key.name) + "` | " + kind + " | " + std::string(key.initial) + " | " +
             std::string(key.meaning) + " |\n";
    }
  }
  return out;
}

}  // namespace scenarios
