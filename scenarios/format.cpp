#include "scenarios/format.hpp"

#include <algorithm>
#include <vector>

#include "agents/parameters.hpp"
#include "scenarios/derive.hpp"
#include "scenarios/numbers.hpp"
#include "scenarios/sweep.hpp"

namespace scenarios {
namespace {

using K = KeyKind;

// clang-format off
constexpr Key written_keys[] = {
  // section, name, kind, low, high, unit, default, meaning
  {"", "title",   K::text,  0, 0, "", "the file's name", "what the scenario is called"},
  {"", "extends", K::text,  0, 0, "", "nothing", "another scenario to begin with: beside this file, else a shipped case"},
  {"", "start",   K::date,  0, 0, "", "none: must be given", "first day of week 0"},
  {"", "end",     K::date,  0, 0, "", "none: give `end` or `weeks`", "last day; the horizon is the whole weeks that hold it"},
  {"", "weeks",   K::whole, 1, 520, "week", "none: give `end` or `weeks`", "the horizon"},

  {"run", "seed",       K::whole, 0, 9223372036854775807.0, "", "1", "key of every random number"},
  {"run", "replicates", K::whole, 1, 4e9, "", "100000", "histories to live"},

  {"leaders.ID", "name",             K::text,          0, 0, "", "the shipped name, else ID", "as it is shown"},
  {"leaders.ID", "home",             K::state,         0, 0, "", "the shipped home; needed for other leaders", "home state"},
  {"leaders.ID", "warrant",          K::date_or_false, 0, 0, "", "the shipped date; needed for other leaders", "date of the warrant; false: there is none"},
  {"leaders.ID", "retaliation",      K::number,  0, 1, "1", "shipped, else 0", "retaliation capacity R"},
  {"leaders.ID", "loss",             K::number,  0, unbounded, "utility", "parameter Lambda", "loss from arrest"},
  {"leaders.ID", "sanctions",        K::number,  0, 1, "1", "shipped, else 0", "sanction level S on the home state"},
  {"leaders.ID", "western_pressure", K::number, -1, 1, "1", "shipped, else 0", "Western pressure Pi about this leader; below 0 the West shields the leader"},
  {"leaders.ID", "opportunities",    K::number,  0, 1, "1/week", "shipped, else parameter lam", "bilateral opportunities"},
  {"leaders.ID", "reach_km",         K::number,  1, 40000, "km", "shipped, else parameter D", "scale D of distance: how far afield the leader travels"},
  {"leaders.ID", "refused_by",       K::states,        0, 0, "", "world data", "states that let no aircraft of this leader through; they may still be visited"},
  {"leaders.ID", "corridors",        K::corridors,     0, 0, "", "none", "by host: states that let the leader through on the way there all the same"},
  {"leaders.ID", "remove",           K::flag,    0, 0, "", "false", "true drops an inherited leader, and what is said of no other"},

  {"hosts.CODE", "name",                     K::text,   0, 0, "", "world data", "as it is shown"},
  {"hosts.CODE", "region",                   K::text,   0, 0, "", "world data", "region that shares resolve and precedents"},
  {"hosts.CODE", "judicial_independence",    K::number, 0, 1, "1", "world data", "J"},
  {"hosts.CODE", "implementing_legislation", K::flag,   0, 0, "", "world data", "Q: the Statute is in the law of the land"},
  {"hosts.CODE", "civil_society",            K::number, 0, 1, "1", "world data", "C"},
  {"hosts.CODE", "western_dependence",       K::number, 0, 1, "1", "world data", "W"},
  {"hosts.CODE", "economic_mass",            K::number, 0, 1, "1", "world data", "rescaled log GDP"},
  {"hosts.CODE", "member",                   K::membership, 0, 0, "", "world data", "party to the Rome Statute"},
  {"hosts.CODE", "exists",                   K::period, 0, 0, "", "world data", "when there is such a state"},
  {"hosts.CODE", "latitude",                 K::number, -90, 90, "degree", "world data", "of the capital"},
  {"hosts.CODE", "longitude",                K::number, -180, 180, "degree", "world data", "of the capital"},

  {"ngos.ID", "name",             K::text,   0, 0, "", "the shipped name, else ID", "as it is shown"},
  {"ngos.ID", "budget",           K::number, 0, 100, "medium NGO", "shipped, else 1", "weekly budget B at the start; the shipped ones sum to 5"},
  {"ngos.ID", "litigation_share", K::number, 0, 1, "1", "shipped, else 0.2", "share y of the effort that goes to court"},
  {"ngos.ID", "winnability",      K::number, 0, 1, "1", "shipped, else 0.3", "taste omega for fights that can be won"},
  {"ngos.ID", "reach",            K::reach,  0, 1, "1", "shipped, else 0", "reach G over hosts; `default` speaks for every host not named"},
  {"ngos.ID", "remove",           K::flag,   0, 0, "", "false", "true drops a shipped or inherited NGO, and shocks on it"},

  {"events.ID", "name",         K::text,       0, 0, "", "ID", "as it is shown"},
  {"events.ID", "start",        K::date,       0, 0, "", "none: must be given", "first day"},
  {"events.ID", "days",         K::number,     0.5, 60, "day", "1", "length"},
  {"events.ID", "host",         K::state,      0, 0, "", "none: must be given", "where"},
  {"events.ID", "kind",         K::event_kind, 0, 0, "", "none", "gives the defaults of the five keys below (world/event_kinds.csv)"},
  {"events.ID", "value",        K::number,     0, 10, "1", "of the kind, else 1", "what the occasion is worth (V)"},
  {"events.ID", "lead_weeks",   K::whole,      1, 104, "week", "of the kind, else 4", "from the answer to the departure"},
  {"events.ID", "participants", K::number,     0, 250, "leader", "of the kind, else 2", "leaders expected"},
  {"events.ID", "bound",        K::number,     0, 1, "1", "of the kind, else 0", "how far the host cannot refuse"},
  {"events.ID", "cover",        K::number,     0, 1, "1", "of the kind, else 0", "how far the occasion shields the visitor"},
  {"events.ID", "leaders",      K::leaders,    0, 0, "", "all, if `blocs` is not given", "who is invited, by key"},
  {"events.ID", "blocs",        K::blocs,      0, 0, "", "none", "who is invited besides: leaders whose home is a member on the day"},
  {"events.ID", "trip",         K::id,         0, 0, "", "none", "stages at one host with the same trip are one trip"},
  {"events.ID", "remove",       K::flag,       0, 0, "", "false", "true drops an inherited event"},

  {"stances", "leader", K::leader, 0, 0, "", "all leaders", "whose warrant it is about"},
  {"stances", "host",   K::state,  0, 0, "", "give `host` or `bloc`", "whose stance"},
  {"stances", "bloc",   K::bloc,   0, 0, "", "give `host` or `bloc`", "its members on the first day on which it speaks in this scenario"},
  {"stances", "kind",   K::choice, 0, 0, "", "own; organisation with `bloc`", "who has spoken; what the government itself said goes before", false, "own|organisation"},
  {"stances", "from",   K::date,   0, 0, "", "always", "first day"},
  {"stances", "to",     K::date,   0, 0, "", "for ever", "first day after"},
  {"stances", "value",  K::number, -1, 1, "1", "none: must be given", "+1 will arrest, -1 will not", true},

  {"shocks", "date",    K::date,   0, 0, "", "none: must be given", "it happens in the first week that begins on or after this day", true},
  {"shocks", "target",  K::choice, 0, 0, "", "none: must be given", "what changes, see below", true, "nu|B|delta|S|Pi|lam|J|Q|C|W|feature|government"},
  {"shocks", "op",      K::choice, 0, 0, "", "set", "how", false, "set|add|multiply"},
  {"shocks", "value",   K::number, -1000, 1000, "", "needed but for government", "the new value, the summand or the factor"},
  {"shocks", "leader",  K::leader, 0, 0, "", "all leaders", "for delta, S, Pi, lam, feature"},
  {"shocks", "host",    K::state,  0, 0, "", "needed where it is read", "for delta, J, Q, C, W, feature, government"},
  {"shocks", "ngo",     K::ngo,    0, 0, "", "all NGOs", "for B"},
  {"shocks", "feature", K::choice, 0, 0, "", "needed for feature", "which feature of the dyad", false, "trade|pact|base|arms|unga|border|blocs|tenure|hostility|patronage"},
};

struct FeatureMeaning { std::string_view name, meaning; };
constexpr FeatureMeaning feature_meanings[] = {
  {"trade", "trade of host and home state"}, {"pact", "defence pact"}, {"base", "military base"},
  {"arms", "the host's arms imports from the home state"}, {"unga", "agreement in the General Assembly"},
  {"border", "common border"}, {"blocs", "blocs shared"}, {"tenure", "affinity of rulers: how long the host's has ruled, less in a democracy"},
  {"hostility", "open enmity"}, {"patronage", "the home state's own dependence on the host"},
};

struct SectionPage { std::string_view section, heading, text; };
constexpr SectionPage pages[] = {
  {"", "At the top", "`start` and one of `end` and `weeks` must be there, here or in the scenario that is extended. `weeks` replaces an "
       "inherited `end` and the other way round."},
  {"run", "`[run]`", ""},
  {"leaders.ID", "`[leaders.ID]`", "At least one, in the order of the file. `putin`, `bashir` and `netanyahu` are shipped and need no key at all; "
       "any other leader needs `home` and `warrant`, and a table of dyads of the home state in `scenarios/world`. Where a "
       "scenario sets `sanctions`, `western_pressure` or `opportunities`, the shipped dated changes of it are left out: the "
       "value holds until a shock of the scenario. Aircraft keep out of states that refuse overflight and, where a leader finds "
       "it worth the detour, round states that might arrest; what is lost by it `check` tells, and `safeconduct route` shows."},
  {"hosts.CODE", "`[hosts.CODE]`", "CODE is an ISO 3166-1 alpha-3 code. Only what is named changes; the shipped dated changes of it are left out."},
  {"dyads.LEADER.CODE", "`[dyads.LEADER.CODE]`", "What ties a host to the home state of a leader. Only what is named changes; the shipped dated changes of it are left out."},
  {"ngos.ID", "`[ngos.ID]`", "The shipped organisations are there unless removed. A reach without `default` changes the hosts named only."},
  {"events.ID", "`[events.ID]`", "The calendar. The key names the event, so that an extending scenario or `--set` can change it; inside a week "
       "the order of the file counts, inherited events first. Events at a leader's home, at a state that does not exist then "
       "or has no route, or beginning in week 0 or before are ignored, and `check` says so. Stages of one trip are a single trip "
       "from the first on; their values and days add up."},
  {"stances", "`[[stances]]`", "What a government or its organisation says about a warrant. They are added to the shipped and inherited ones; several that are in force for one host at once are averaged: the government's own, and where it has none those of its organisations."},
  {"shocks", "`[[shocks]]`", "Dated changes, added to the shipped and inherited ones, in the order of the file inside a week."},
  {"parameters", "`[parameters]`", "Symbols as in `agents/ODD.md`. The weights of the eight friendly features (all but `w_hostility` and "
       "`w_patronage`) must sum to 1. `nu0` defaults to nu_bar + 0.6 if the warrant of the first leader is of week 0; if the scenario starts k "
       "weeks later it has decayed towards `nu_bar`: nu_bar + 0.6 * 2^(-k/H_nu), at most 2; if there is no warrant yet it is `nu_bar`. "
       "`Lambda`, `lam` and `D` speak for leaders without a value of their own."},
};
// clang-format on

std::vector<Key> all_keys() {
  std::vector<Key> keys;
  for (const SectionPage& page : pages) {
    for (const Key& key : written_keys)
      if (key.section == page.section) keys.push_back(key);
    if (page.section == "dyads.LEADER.CODE")
      for (const FeatureMeaning& feature : feature_meanings) {
        const auto [low, high] = feature_range(feature.name);
        keys.push_back({page.section, feature.name, K::number, low, high, "1", "world data", feature.meaning});
      }
    if (page.section == "parameters")
      for (const agents::Parameter& p : agents::parameter_table())
        keys.push_back({page.section, p.symbol, K::number, p.low, p.high, p.unit, "see the table", p.meaning});
  }
  return keys;
}

std::string interval(const Key& key) {
  const auto bound = [](double x) {
    return x == 4e9 ? std::string("4000000000") : x > 9e18 && x < unbounded ? std::string("2^63 - 1") : shortest(x);
  };
  return "[" + bound(key.low) + ", " + bound(key.high) + "]";
}

constexpr std::string_view page_head = R"(# The scenario format

A scenario is a TOML file that says what differs from the shipped world. The smallest one:

```toml
start = 2025-01-01
weeks = 104
[leaders.putin]
```

Try it with `safeconduct check my.toml`: every mistake is named with its place, and what is good is printed in full, with
defaults, units and the origin of each value.

- Every key is optional where nothing else is said. Unknown keys are mistakes.
- Dates are TOML dates without quotes: `2025-10-08`. A period holds from its `from` up to the day before its `to`. Something
  dated begins with the first week whose first day is on or after the date; an event takes place in the week that holds its
  first day.
- States are ISO 3166-1 alpha-3 codes: `MNG`, `ZAF`.
- Ids (the keys of leaders, NGOs, events; trips) are up to 64 letters, digits, `_` and `-`.
- `extends = "other.toml"` begins with another scenario: one beside this file or below its folder, else a shipped case. Tables
  are joined key by key, `[[stances]]` and `[[shocks]]` are added, everything else is replaced.
- `--set KEY=VALUE` changes any key on the command line through the same checks: `--set parameters.th_J=2`,
  `--set 'hosts.MNG.member=false'`, `--set 'title="My run"'`.
- A file is at most 1 MiB, a line at most 2000 bytes, a chain of `extends` at most 16 files.

A longer example:

```toml
title = "Mongolia leaves the Statute"
extends = "dushanbe_2025.toml"

[run]
replicates = 20000

[parameters]
th_J = 2.0
H_nu = inf

[hosts.MNG]
western_dependence = 0.6
member = [{from = 2002-07-01, to = 2025-09-01}]

[dyads.putin.MNG]
pact = 1

[ngos.mongolian_coalition]
name = "Mongolian Coalition for Justice"
budget = 0.3
reach = {default = 0, MNG = 1}

[events.ulaanbaatar]
name = "State visit to Mongolia"
start = 2025-09-02
days = 2
host = "MNG"
kind = "state_visit"
leaders = ["putin"]

[[stances]]
leader = "putin"
host = "MNG"
from = 2025-06-01
value = -0.5

[[shocks]]
date = 2026-03-01
target = "nu"
op = "add"
value = 0.2
```

An editor with TOML support completes keys if the file begins with `#:schema PATH/scenario.schema.json`.
)";

constexpr std::string_view shock_page = R"(
| target | what changes | values of `set` | reads |
|---|---|---|---|
| `nu` | norm strength | [0, 2] | |
| `B` | budget | [0, 1000] | `ngo` |
| `delta` | alliance deviation | [-0.5, 0.5] | `leader`, `host` |
| `S` | sanctions | [0, 1] | `leader` |
| `Pi` | Western pressure | [-1, 1] | `leader` |
| `lam` | opportunities | [0, 1] | `leader` |
| `J`, `Q`, `C`, `W` | an attribute of a host | [0, 1] | `host` |
| `feature` | a feature of a dyad | its range | `leader`, `host`, `feature` |
| `government` | a new government: the host's own resolve is drawn anew | | `host` |
)";

}  // namespace

std::span<const Key> key_table() {
  static const std::vector<Key> keys = all_keys();
  return keys;
}

std::span<const Key> keys_of(std::string_view section) {
  const std::span<const Key> all = key_table();
  const auto in_section = [&](const Key& key) { return key.section == section; };
  const auto first = std::find_if(all.begin(), all.end(), in_section);
  const auto last = std::find_if_not(first, all.end(), in_section);
  return {first, last};
}

const Key* find_key(std::string_view section, std::string_view name) {
  for (const Key& key : keys_of(section))
    if (key.name == name) return &key;
  return nullptr;
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == at)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

const Key* key_of(std::span<const std::string> path) {
  if (path.size() == 1) return find_key("", path[0]);
  if (path.size() == 2 && path[0] == "parameters" && path[1] == "*")  // all are numbers
    return find_key(path[0], agents::parameter_table()[0].symbol);
  if (path.size() == 2) return find_key(path[0], path[1]);
  if (path.size() == 3) return find_key(path[0] + (path[0] == "hosts" ? ".CODE" : ".ID"), path[2]);
  if (path.size() == 4 && path[0] == "dyads") return find_key("dyads.LEADER.CODE", path[3]);
  return nullptr;
}

std::string kind_text(const Key& key) {
  switch (key.kind) {
    case K::text:
      return "text";
    case K::flag:
      return "true or false";
    case K::whole:
      return "whole number in " + interval(key);
    case K::number:
      return "number in " + interval(key);
    case K::date:
      return "date";
    case K::date_or_false:
      return "date or false";
    case K::choice: {
      std::string out;
      for (char c : key.choices) out += c == '|' ? std::string(", ") : std::string(1, c);
      return "one of " + out;
    }
    case K::id:
      return "id";
    case K::state:
      return "code of a state";
    case K::leader:
      return "key of a leader";
    case K::ngo:
      return "key of an NGO";
    case K::bloc:
      return "bloc";
    case K::event_kind:
      return "kind of event";
    case K::leaders:
      return "list of leaders' keys";
    case K::blocs:
      return "list of blocs";
    case K::states:
      return "list of states";
    case K::corridors:
      return "{CODE = list of states, ...}";
    case K::period:
      return "{from = date, to = date}";
    case K::membership:
      return "true, false or a list of {from = date, to = date}";
    case K::reach:
      return "{default = number, CODE = number, ...} in " + interval(key);
  }
  return {};
}

std::pair<double, double> feature_range(std::string_view feature) {
  return feature == "hostility" ? std::pair(-1.0, 0.0) : std::pair(0.0, 1.0);
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string format_page() {
  std::string out(page_head);
  for (const SectionPage& page : pages) {
    out += "\n## " + std::string(page.heading) + "\n\n";
    if (!page.text.empty()) out += std::string(page.text) + "\n\n";
    if (page.section == "parameters") {
      out += "| symbol | default | range | unit | meaning |\n|---|---|---|---|---|\n";
      for (const agents::Parameter& p : agents::parameter_table())
        out += "| `" + std::string(p.symbol) + "` | " + shortest(p.initial) + " | [" + shortest(p.low) + ", " +
               shortest(p.high) + "] | " + std::string(p.unit) + " | " + std::string(p.meaning) + " |\n";
      continue;
    }
    out += "| key | value | default | meaning |\n|---|---|---|---|\n";
    for (const Key& key : keys_of(page.section)) {
      const std::string unit = key.unit.empty() || key.unit == "1" ? "" : ", " + std::string(key.unit);
      out += "| `" + std::string(key.name) + "` | " + kind_text(key) + unit + " | " + std::string(key.initial) + " | " +
             std::string(key.meaning) + " |\n";
    }
    if (page.section == "shocks") out += shock_page;
  }
  return out + sweep_page();
}

}  // namespace scenarios
