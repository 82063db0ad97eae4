#include "scenarios/check.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "agents/parameters.hpp"
#include "scenarios/derive.hpp"
#include "scenarios/format.hpp"
#include "scenarios/numbers.hpp"

namespace scenarios {
namespace {

using K = KeyKind;
constexpr std::size_t most_leaders = 64, most_events = 5000, most_ngos = 100, most_entries = 1000;
constexpr std::string_view tables_at_top[] = {"run", "leaders", "hosts", "dyads", "ngos", "events", "parameters"};
constexpr std::string_view lists_at_top[] = {"stances", "shocks"};

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string bound_text(const Key& key, double x) {
  return key.kind == K::whole ? std::to_string(x >= 0x1p63 ? INT64_MAX : static_cast<std::int64_t>(x)) : shortest(x);
}

std::string range_text(const Key& key) {
  if (std::isinf(key.high)) return "at least " + bound_text(key, key.low);
  return "between " + bound_text(key, key.low) + " and " + bound_text(key, key.high);
}

/// What a shock may change, what it needs to know, and the values it may set.
struct Target {
  std::string_view name;
  bool leader, host, ngo, feature;
  double low, high;
};
constexpr Target targets[] = {
    {"nu", false, false, false, false, 0, 2},       {"B", false, false, true, false, 0, 1000},
    {"delta", true, true, false, false, -0.5, 0.5}, {"S", true, false, false, false, 0, 1},
    {"Pi", true, false, false, false, -1, 1},       {"lam", true, false, false, false, 0, 1},
    {"J", false, true, false, false, 0, 1},         {"Q", false, true, false, false, 0, 1},
    {"C", false, true, false, false, 0, 1},         {"W", false, true, false, false, 0, 1},
    {"feature", true, true, false, true, -1, 1},    {"government", false, true, false, false, 0, 0},
};

class Checker {
 public:
  Checker(const TomlTable& scenario, const Source& file, const Facts& facts)
      : scenario_(scenario), file_(file), facts_(facts) {}

  std::vector<Problem> run() {
    learn_names();
    top();
    dates();
    leaders();
    regions();
    ngos();
    events();
    stances();
    shocks();
    weights();
    std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
      return std::tuple(a.rank, a.problem.line, a.problem.column) <
             std::tuple(b.rank, b.problem.line, b.problem.column);
    });
    std::vector<Problem> problems;
    for (Found& found : found_) problems.push_back(std::move(found.problem));
    if (count_ > most_problems) {
      Problem rest;
      rest.where = printable(file_.name);
      rest.text = "and " + std::to_string(count_ - most_problems) + " more";
      problems.push_back(std::move(rest));
    }
    return problems;
  }

 private:
  struct Found {
    int rank;
    Problem problem;
  };

  bool full() { return ++count_ > most_problems; }
  void blame(const Place& place, std::string text, std::string help = {}) {
    if (!full()) found_.push_back({place.source->rank, problem_at(place, std::move(text), std::move(help))});
  }
  void blame_file(std::string text, std::string help = {}) { blame({&file_, 0, 0}, std::move(text), std::move(help)); }

  void learn_names() {
    for (const State& state : facts_.states) states_.push_back(state.code);
    for (const EventKind& kind : facts_.event_kinds) kinds_.push_back(kind.kind);
    blocs_ = bloc_names(facts_);
    for (const TomlEntry& leader : table_in(scenario_, "leaders").entries())
      if (const auto* table = leader.value.as<TomlTable>(); table && !flag_in(*table, "remove"))
        leaders_.push_back(leader.key);
    const TomlTable& ngos = table_in(scenario_, "ngos");
    for (const Organisation& shipped : facts_.organisations)
      if (!ngos.find(shipped.id)) ngos_.push_back(shipped.id);
    for (const TomlEntry& ngo : ngos.entries())
      if (const auto* table = ngo.value.as<TomlTable>(); table && !flag_in(*table, "remove")) ngos_.push_back(ngo.key);
  }

  // --- kinds and ranges, key by key ---

  void top() {
    for (const TomlEntry& entry : scenario_.entries()) {
      if (std::find(std::begin(tables_at_top), std::end(tables_at_top), entry.key) != std::end(tables_at_top)) {
        if (const TomlTable* table = as_table(entry.value, entry.key, "[" + entry.key + "]"))
          section(*table, entry.key);
      } else if (std::find(std::begin(lists_at_top), std::end(lists_at_top), entry.key) != std::end(lists_at_top)) {
        list(entry);
      } else if (const Key* key = find_key("", entry.key)) {
        value(entry.value, *key, entry.key);
      } else if (entry.key == "sweep") {
        blame(entry.place, "this file is a design, with a table [sweep], and no scenario",
              "'safeconduct sweep' lives its cells");
      } else {
        std::vector<std::string> names(std::begin(tables_at_top), std::end(tables_at_top));
        names.insert(names.end(), std::begin(lists_at_top), std::end(lists_at_top));
        for (const agents::Parameter& p : agents::parameter_table())
          if (p.symbol == entry.key) names = {"parameters." + entry.key};
        unknown(entry, "", "", std::move(names));
      }
    }
  }

  void section(const TomlTable& table, std::string_view name) {
    if (name == "run" || name == "parameters") {
      keys(table, name, std::string(name) + ".");
    } else if (name == "dyads") {
      for (const TomlEntry& leader : table.entries()) {
        const std::string path = "dyads." + leader.key;
        if (!known(leader.key, leaders_, leader.place, "leader", "'dyads'")) continue;
        const TomlTable* hosts = as_table(leader.value, path, "[" + path + ".MNG]");
        if (!hosts) continue;
        for (const TomlEntry& host : hosts->entries()) {
          if (!known_state(host.key, host.place, "'" + path + "'")) continue;
          if (host.key == home_of(table_in(table_in(scenario_, "leaders"), leader.key), leader.key, facts_))
            blame(host.place, in_quotes(host.key) + " is the home state of '" + leader.key + "' and does not host");
          if (const TomlTable* features = as_table(host.value, path + "." + host.key, "[" + path + ".MNG]"))
            keys(*features, "dyads.LEADER.CODE", path + "." + host.key + ".");
        }
      }
    } else {
      const std::string pattern = std::string(name) + (name == "hosts" ? ".CODE" : ".ID");
      for (const TomlEntry& entry : table.entries()) {
        const std::string path = std::string(name) + "." + entry.key;
        if (name == "hosts" ? !known_state(entry.key, entry.place, "'hosts'") : !good_id(entry.key, entry.place))
          continue;
        if (const TomlTable* inner = as_table(entry.value, path, "[" + path + "]")) keys(*inner, pattern, path + ".");
      }
    }
  }

  void list(const TomlEntry& entry) {
    const auto* entries = entry.value.as<std::vector<TomlValue>>();
    if (!entries)
      return blame(entry.value.place, "'" + entry.key + "' must be a list of tables, such as [[" + entry.key + "]]");
    if (entries->size() > most_entries)
      return blame(entry.value.place, "'" + entry.key + "' may have at most " + std::to_string(most_entries) +
                                          " entries, got " + std::to_string(entries->size()));
    for (const TomlValue& one : *entries) {
      const TomlTable* table = as_table(one, entry.key, "[[" + entry.key + "]]");
      if (!table) continue;
      keys(*table, entry.key, entry.key + ".");
      for (const Key& key : keys_of(entry.key))
        if (key.required && !table->find(key.name))
          blame(one.place, "this entry of '" + entry.key + "' needs '" + std::string(key.name) + "'");
    }
  }

  void keys(const TomlTable& table, std::string_view section, const std::string& path) {
    for (const TomlEntry& entry : table.entries()) {
      if (const Key* key = find_key(section, entry.key))
        value(entry.value, *key, path + entry.key);
      else
        unknown(entry, section, path, {});
    }
  }

  void unknown(const TomlEntry& entry, std::string_view section, const std::string& path,
               std::vector<std::string> also) {
    if (count_ >= most_problems) return void(full());
    std::vector<std::string> names = std::move(also);
    for (const Key& key : keys_of(section)) names.emplace_back(key.name);
    const std::string list =
        names.size() > 25 ? "the symbols are listed by 'safeconduct parameters'" : "keys known here: " + listed(names);
    blame(entry.place, "unknown key " + in_quotes(path + entry.key), suggestion(entry.key, names, list));
  }

  const TomlTable* as_table(const TomlValue& value, const std::string& path, const std::string& example) {
    const auto* table = value.as<TomlTable>();
    if (!table) blame(value.place, in_quotes(path) + " must be a table, such as " + printable(example));
    return table;
  }

  bool good_id(const std::string& id, const Place& place) {
    if (is_id(id)) return true;
    blame(place, in_quotes(id) + " is not an id: 1 to 64 letters, digits, '_' and '-'");
    return false;
  }

  bool known(const std::string& word, const std::vector<std::string>& words, const Place& place,
             const std::string& what, const std::string& where) {
    if (std::find(words.begin(), words.end(), word) != words.end()) return true;
    blame(place, "unknown " + what + " " + in_quotes(word) + " in " + where,
          suggestion(word, words, words.empty() ? "" : "known here: " + listed(words)));
    return false;
  }

  bool known_state(const std::string& code, const Place& place, const std::string& where) {
    if (state(facts_, code)) return true;
    std::string help;
    for (const State& state : facts_.states)
      if (state.name == code) help = "did you mean '" + state.code + "'?";
    if (help.empty()) help = suggestion(code, states_, "states go by their ISO 3166-1 alpha-3 codes, such as 'MNG'");
    blame(place, "unknown state " + in_quotes(code) + " in " + where, help);
    return false;
  }

  void value(const TomlValue& value, const Key& key, const std::string& path) {
    const auto must = [&](const std::string& what) {
      blame(value.place, in_quotes(path) + " must be " + what + ", not " + kind_of(value));
    };
    const auto outside = [&](const std::string& got) {
      blame(value.place, in_quotes(path) + " must be " + range_text(key) + ", got " + got);
    };
    const auto word = [&](const std::vector<std::string>& words, const std::string& what) {
      if (const auto* text = value.as<std::string>())
        known(*text, words, value.place, what, in_quotes(path));
      else
        must("a text");
    };
    const auto list_at = [&](const TomlValue& at, const std::string& path, const std::vector<std::string>& words,
                             const std::string& what) {
      const auto* list = at.as<std::vector<TomlValue>>();
      if (!list) return blame(at.place, in_quotes(path) + " must be a list of texts, not " + kind_of(at));
      for (const TomlValue& element : *list) {
        if (const auto* text = element.as<std::string>())
          known(*text, words, element.place, what, in_quotes(path));
        else
          blame(element.place, in_quotes(path) + " must be a list of texts, not of " + kind_of(element));
      }
    };
    const auto list_of = [&](const std::vector<std::string>& words, const std::string& what) {
      list_at(value, path, words, what);
    };
    switch (key.kind) {
      case K::text:
        if (const auto* text = value.as<std::string>()) {
          if (printable(*text) != *text)
            blame(value.place, in_quotes(path) + " must not hold control characters");
          else if (text->size() > 500)
            blame(value.place, in_quotes(path) + " must be at most 500 bytes long");
        } else {
          must("a text");
        }
        break;
      case K::flag:
        if (!value.as<bool>()) must("true or false");
        break;
      case K::whole:
        if (const auto* whole = value.as<std::int64_t>()) {
          const auto x = static_cast<double>(*whole);
          if (!(key.low <= x && x <= key.high)) outside(std::to_string(*whole));
        } else if (const auto* number = value.as<double>()) {
          blame(value.place, in_quotes(path) + " must be a whole number, got " + to_toml(*number));
        } else {
          must("a whole number");
        }
        break;
      case K::number:
        if (const auto x = number_of(value)) {
          if (!(key.low <= *x && *x <= key.high)) outside(std::isnan(*x) ? "nan" : shortest(*x));
        } else {
          must("a number");
        }
        break;
      case K::date:
        date(value, path, "a date");
        break;
      case K::date_or_false:
        if (const auto* flag = value.as<bool>()) {
          if (*flag) blame(value.place, in_quotes(path) + " must be a date or false, not true");
        } else {
          date(value, path, "a date or false");
        }
        break;
      case K::choice: {
        std::vector<std::string> choices;
        for (std::string_view rest = key.choices; !rest.empty();) {
          choices.emplace_back(rest.substr(0, rest.find('|')));
          rest.remove_prefix(std::min(rest.size(), choices.back().size() + 1));
        }
        word(choices, std::string(key.name));
        break;
      }
      case K::id:
        if (const auto* text = value.as<std::string>())
          good_id(*text, value.place);
        else
          must("a text");
        break;
      case K::state:
        if (const auto* text = value.as<std::string>())
          known_state(*text, value.place, in_quotes(path));
        else
          must("a text");
        break;
      case K::leader:
        word(leaders_, "leader");
        break;
      case K::ngo:
        word(ngos_, "NGO");
        break;
      case K::bloc:
        word(blocs_, "bloc");
        break;
      case K::event_kind:
        word(kinds_, "kind");
        break;
      case K::leaders:
        list_of(leaders_, "leader");
        break;
      case K::blocs:
        list_of(blocs_, "bloc");
        break;
      case K::states:
        list_of(states_, "state");
        break;
      case K::corridors:
        if (const auto* table = value.as<TomlTable>()) {
          for (const TomlEntry& entry : table->entries())
            if (known_state(entry.key, entry.place, in_quotes(path)))
              list_at(entry.value, path + "." + entry.key, states_, "state");
        } else {
          must("a table, such as {HUN = [\"BGR\", \"ROU\"]}");
        }
        break;
      case K::period:
        period(value, path);
        break;
      case K::membership:
        membership(value, path);
        break;
      case K::reach:
        if (const auto* table = value.as<TomlTable>()) {
          for (const TomlEntry& entry : table->entries()) {
            const bool host = entry.key == "default" || known_state(entry.key, entry.place, in_quotes(path));
            const auto x = number_of(entry.value);
            if (!x)
              blame(entry.value.place,
                    in_quotes(path + "." + entry.key) + " must be a number, not " + kind_of(entry.value));
            else if (host && !(key.low <= *x && *x <= key.high))
              blame(entry.value.place,
                    in_quotes(path + "." + entry.key) + " must be " + range_text(key) + ", got " + shortest(*x));
          }
        } else {
          must("a table, such as {default = 0.4, MNG = 1.0}");
        }
        break;
    }
  }

  void date(const TomlValue& value, const std::string& path, const std::string& what) {
    const Date* date = value.as<Date>();
    if (!date) {
      const auto* text = value.as<std::string>();
      blame(value.place, in_quotes(path) + " must be " + what + ", not " + kind_of(value),
            text && parse_date(*text) ? "dates stand without quotes: " + *text : "dates look like 2025-10-08");
    } else if (const auto year = std::chrono::year_month_day(*date).year(); int(year) < 1900 || int(year) > 2199) {
      blame(value.place, in_quotes(path) + " must be a date from 1900 to 2199, got " + to_text(*date));
    }
  }

  void period(const TomlValue& value, const std::string& path) {
    const auto* table = value.as<TomlTable>();
    if (!table) return blame(value.place, in_quotes(path) + " must be a table, such as {from = 2002-07-01}");
    for (const TomlEntry& entry : table->entries()) {
      if (entry.key == "from" || entry.key == "to")
        date(entry.value, path + "." + entry.key, "a date");
      else
        blame(entry.place, "unknown key " + in_quotes(path + "." + entry.key), "keys known here: from, to");
    }
    in_order(*table, value.place, in_quotes(path));
  }

  void in_order(const TomlTable& table, const Place& place, const std::string& what) {
    const auto from = date_in(table, "from"), to = date_in(table, "to");
    if (from && to && *to <= *from)
      blame(place, what + ": 'to' (" + to_text(*to) + ") must lie after 'from' (" + to_text(*from) + ")");
  }

  void membership(const TomlValue& value, const std::string& path) {
    if (value.as<bool>()) return;
    const auto* list = value.as<std::vector<TomlValue>>();
    if (!list)
      return blame(value.place, in_quotes(path) + " must be true, false or a list of periods, not " + kind_of(value));
    std::vector<const TomlValue*> periods;
    for (const TomlValue& one : *list) {
      period(one, path);
      if (one.as<TomlTable>()) periods.push_back(&one);
    }
    const auto from = [](const TomlValue* one) { return date_in(*one->as<TomlTable>(), "from").value_or(Date::min()); };
    const auto to = [](const TomlValue* one) { return date_in(*one->as<TomlTable>(), "to").value_or(Date::max()); };
    std::stable_sort(periods.begin(), periods.end(), [&](auto* a, auto* b) { return from(a) < from(b); });
    for (std::size_t i = 1; i < periods.size(); ++i)
      if (from(periods[i]) < to(periods[i - 1])) blame(periods[i]->place, in_quotes(path) + ": two periods overlap");
  }

  // --- what one key means for another ---

  void dates() {
    const auto start = date_in(scenario_, "start"), end = date_in(scenario_, "end");
    if (!scenario_.find("start")) blame_file("'start' is missing", "for example start = 2025-01-01");
    const TomlEntry* end_entry = scenario_.find("end");
    const TomlEntry* weeks_entry = scenario_.find("weeks");
    if (!end_entry && !weeks_entry) blame_file("neither 'end' nor 'weeks' is given", "for example weeks = 104");
    if (end_entry && weeks_entry) blame(weeks_entry->place, "give 'end' or 'weeks', not both");
    if (start && end && *end < *start)
      blame(end_entry->value.place, "'end' (" + to_text(*end) + ") lies before 'start' (" + to_text(*start) + ")");
    else if (const auto weeks = horizon(scenario_); start && end && *weeks > 520)
      blame(end_entry->value.place,
            "from 'start' to 'end' there may be at most 520 weeks, got " + std::to_string(*weeks));
  }

  void leaders() {
    const TomlTable& leaders = table_in(scenario_, "leaders");
    if (leaders_.empty() && (!scenario_.find("leaders") || in<TomlTable>(scenario_, "leaders")))
      blame_file("there is no leader", "the shipped ones need no key: [leaders.putin]");
    if (leaders_.size() > most_leaders)
      blame_file("there may be at most " + std::to_string(most_leaders) + " leaders, got " +
                 std::to_string(leaders_.size()));
    for (const TomlEntry& entry : leaders.entries()) {
      const auto* leader = entry.value.as<TomlTable>();
      if (!profile(facts_, entry.key)) must_be_there(entry, "leader", leaders_);
      if (!leader || flag_in(*leader, "remove") || !is_id(entry.key)) continue;
      if (!profile(facts_, entry.key)) {
        std::string needed = leader->find("home") ? "" : "'home'";
        if (!leader->find("warrant")) needed += needed.empty() ? "'warrant'" : " and 'warrant'";
        std::vector<std::string> shipped;
        for (const Profile& known : facts_.profiles) shipped.push_back(known.id);
        if (!needed.empty())
          blame(entry.place, "'leaders." + entry.key + "' is not a shipped leader and needs " + needed,
                suggestion(entry.key, shipped, "shipped leaders: " + listed(shipped)));
      }
      const std::string home = home_of(*leader, entry.key, facts_);
      if (state(facts_, home) && !facts_.dyads.contains(home)) {
        std::string file = "dyads_";
        for (char c : home) file += static_cast<char>(c - 'A' + 'a');
        std::string homes;
        for (const auto& [code, dyads] : facts_.dyads) homes += (homes.empty() ? "" : ", ") + code;
        const TomlValue* value = value_in(*leader, "home");
        blame(value ? value->place : entry.place,
              "no ties are known of the home state '" + home + "' of 'leaders." + entry.key + "'",
              "add scenarios/world/" + file +
                  ".csv with the columns of its neighbours, as scenarios/world/SOURCES.md tells; home states known: " +
                  homes);
      }
    }
  }

  /// A table that says `remove` and nothing else, in one layer, has nothing to remove: most likely a misspelt key.
  void must_be_there(const TomlEntry& entry, const std::string& what, const std::vector<std::string>& there) {
    const auto* table = entry.value.as<TomlTable>();
    if (!table || !flag_in(*table, "remove") || table->entries().size() > 1) return;
    if (table->entries().front().place.source != entry.place.source) return;
    blame(entry.place, "there is no " + what + " " + in_quotes(entry.key) + " to remove",
          suggestion(entry.key, there, "'safeconduct check' lists what a scenario has"));
  }

  /// Hosts and regions draw their resolve under their names.
  void regions() {
    for (const TomlEntry& host : table_in(scenario_, "hosts").entries()) {
      const auto* table = host.value.as<TomlTable>();
      const TomlValue* region = table ? value_in(*table, "region") : nullptr;
      if (region && region->as<std::string>() && state(facts_, *region->as<std::string>()))
        blame(region->place, "a region must not be called like a state, got " + in_quotes(*region->as<std::string>()));
    }
  }

  void ngos() {
    if (ngos_.size() > most_ngos)
      blame_file("there may be at most " + std::to_string(most_ngos) + " NGOs, got " + std::to_string(ngos_.size()));
    for (const TomlEntry& entry : table_in(scenario_, "ngos").entries())
      if (std::none_of(facts_.organisations.begin(), facts_.organisations.end(),
                       [&](const Organisation& shipped) { return shipped.id == entry.key; }))
        must_be_there(entry, "NGO", ngos_);
  }

  void events() {
    const std::size_t events = table_in(scenario_, "events").entries().size();
    if (events > most_events)
      blame_file("there may be at most " + std::to_string(most_events) + " events, got " + std::to_string(events));
    std::vector<std::string> there;
    for (const TomlEntry& entry : table_in(scenario_, "events").entries())
      if (const auto* event = entry.value.as<TomlTable>(); event && !flag_in(*event, "remove"))
        there.push_back(entry.key);
    for (const TomlEntry& entry : table_in(scenario_, "events").entries()) {
      const auto* event = entry.value.as<TomlTable>();
      must_be_there(entry, "event", there);
      if (!event || flag_in(*event, "remove")) continue;
      for (const char* needed : {"start", "host"})
        if (!event->find(needed)) blame(entry.place, in_quotes("events." + entry.key) + " needs '" + needed + "'");
    }
  }

  void stances() {
    for (const TomlValue& one : list_in(scenario_, "stances")) {
      const auto* stance = one.as<TomlTable>();
      if (!stance) continue;
      if (!stance->find("host") == !stance->find("bloc"))
        blame(one.place, "this entry of 'stances' needs either 'host' or 'bloc'");
      in_order(*stance, one.place, "this entry of 'stances'");
    }
  }

  void shocks() {
    for (const TomlValue& one : list_in(scenario_, "shocks")) {
      const auto* shock = one.as<TomlTable>();
      if (!shock) continue;
      const std::string name = text_in(*shock, "target");
      const auto target =
          std::find_if(std::begin(targets), std::end(targets), [&](const Target& t) { return t.name == name; });
      if (target == std::end(targets)) continue;
      const auto needs = [&](const char* key, bool read, bool needed) {
        const TomlEntry* entry = shock->find(key);
        if (entry && !read) blame(entry->place, in_quotes(key) + " is not read for target '" + name + "'");
        if (!entry && needed) blame(one.place, "a shock of target '" + name + "' needs '" + key + "'");
      };
      const bool changes = name != "government";
      needs("leader", target->leader, false);
      needs("host", target->host, target->host);
      needs("ngo", target->ngo, false);
      needs("feature", target->feature, target->feature);
      needs("op", changes, false);
      needs("value", changes, changes);
      const auto value = number_in(*shock, "value");
      auto [low, high] = std::pair(target->low, target->high);
      if (const std::string feature = text_in(*shock, "feature"); target->feature && !feature.empty())
        std::tie(low, high) = feature_range(feature);
      if (changes && value && text_in(*shock, "op", "set") == "set" && !(low <= *value && *value <= high))
        blame(shock->find("value")->value.place, "a shock may set '" + name + "' to values between " + shortest(low) +
                                                     " and " + shortest(high) + ", got " + shortest(*value));
    }
  }

  void weights() {
    const TomlTable& parameters = table_in(scenario_, "parameters");
    double sum = 0;
    const TomlEntry* set = nullptr;
    for (std::string_view feature : feature_names) {
      if (!is_friendly(feature)) continue;
      const std::string symbol = "w_" + std::string(feature);
      const TomlEntry* entry = parameters.find(symbol);
      if (entry && !set) set = entry;
      sum += number_in(parameters, symbol).value_or(agents::find_parameter(symbol)->initial);
    }
    if (const std::string why = objection_to_weights(sum); set && !why.empty())
      blame(set->place, why, "w_trade, w_pact, w_base, w_arms, w_unga, w_border, w_blocs, w_tenure");
  }

  const TomlTable& scenario_;
  const Source& file_;
  const Facts& facts_;
  std::vector<std::string> states_, leaders_, ngos_, blocs_, kinds_;
  std::vector<Found> found_;
  std::size_t count_ = 0;
};

}  // namespace

std::vector<Problem> check(const TomlTable& scenario, const Source& file, const Facts& facts) {
  return Checker(scenario, file, facts).run();
}

std::optional<std::int64_t> horizon(const TomlTable& scenario) {
  if (const auto* weeks = in<std::int64_t>(scenario, "weeks")) return *weeks;
  const auto start = date_in(scenario, "start"), end = date_in(scenario, "end");
  if (!start || !end) return {};
  return ((*end - *start).count() + 7) / 7;  // the last day is lived too
}

std::string home_of(const TomlTable& leader, std::string_view id, const Facts& facts) {
  if (leader.find("home")) return text_in(leader, "home");
  const Profile* shipped = profile(facts, id);
  return shipped ? shipped->home : "";
}

}  // namespace scenarios
