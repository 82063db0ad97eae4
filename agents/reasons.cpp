#include "agents/reasons.hpp"

#include <algorithm>

#include "agents/host.hpp"
#include "agents/leader.hpp"

namespace agents {
namespace {

/// Numbers of the tables (Fixed, double) and of the week (Real, float32), plain or traced.
struct Plain {
  using Fixed = double;
  using Real = float;
  static Fixed fixed(double x, Term, std::size_t = 0) { return x; }
  static Real real(double x, Term) { return static_cast<float>(x); }
  template <class Number>
  static Number rest(Number x, Term) {
    return x;
  }
  static Real whole(Real x, Term) { return x; }
};
struct Told {
  using Fixed = Traced<double>;
  using Real = Traced<float>;
  static Fixed fixed(double x, Term t, std::size_t nth = 0) { return {x, static_cast<std::size_t>(t) + nth}; }
  static Real real(double x, Term t) { return {static_cast<float>(x), static_cast<std::size_t>(t)}; }
  template <class Number>
  static Number rest(Number x, Term t) {
    return x.rest_named(t);
  }
  static Real whole(const Real& x, Term t) { return x.named(t); }
};

double feature_weight(const Stage& stage, std::size_t f) {
  return stage.world.parameters.*find_parameter("w_" + stage.world.features[f])->member;
}

template <class As>
typename As::Fixed steady_alliance(const Stage& stage, const Inputs& x) {
  using Fixed = typename As::Fixed;
  Fixed a0(0.0);
  for (std::size_t f = 0; f < x.now.features.size(); ++f)
    a0 = a0 + As::fixed(feature_weight(stage, f) * x.now.features[f], Term::feature, f);
  return sanctioned_alliance(a0, Fixed(x.now.S), Fixed(x.now.W), stage.world.parameters);
}

/// c with a given resolve.
template <class As>
typename As::Real index(const Stage& stage, const Inputs& x, double resolve) {
  using Fixed = typename As::Fixed;
  using Real = typename As::Real;
  const Attributes& n = x.now;
  const Fixed standing =
      As::rest(standing_motives<Fixed>({Fixed(n.duty), As::fixed(n.J, Term::judicial_independence),
                                        As::fixed(n.Q, Term::implementing_legislation),
                                        As::fixed(n.stance, Term::stance), As::fixed(n.W, Term::western_pull),
                                        Fixed(n.Pi), steady_alliance<As>(stage, x), As::fixed(n.R, Term::retaliation)},
                                       stage.world.parameters),
               Term::membership);
  return compliance_index<Real>(
      {Real(standing), Real(static_cast<float>(n.duty)), As::real(x.nu, Term::norm),
       As::real(x.findings, Term::findings), As::real(x.pressure, Term::pressure), As::real(resolve, Term::resolve),
       As::real(x.delta, Term::alliance_change), As::real(x.cover, Term::cover)},
      stage.k);
}

/// U_go with the fear of a refusal.
template <class As>
typename As::Real utility(const Stage& stage, const Inputs& x, float pi_arrest, float pi_refuse) {
  using Real = typename As::Real;
  const Real alliance =
      As::whole(Real(steady_alliance<As>(stage, x)) + As::real(x.delta, Term::alliance_change), Term::alliance);
  const Prospect<Real> prospect{As::real(x.V, Term::value),
                                alliance,
                                As::real(x.isolation, Term::isolation),
                                As::real(x.hours, Term::distance),
                                As::real(x.exposure, Term::fear_on_the_way),
                                As::real(pi_arrest, Term::fear_of_arrest)};
  return utility_of_going(prospect, Real(static_cast<float>(x.Lambda)), stage.k) -
         Real(stage.k.Omega) * As::real(pi_refuse, Term::fear_of_refusal);
}

float believed_arrest(const Stage& stage, const Inputs& x) {
  if (x.now.duty == 0) return 0;
  const float c = index<Plain>(stage, x, x.belief_mean);
  return expected_logistic(arrest_logit(c, static_cast<float>(x.order), stage.k), static_cast<float>(x.belief_sd));
}

float believed_refusal(const Stage& stage, const Inputs& x) {
  const float c = index<Plain>(stage, x, x.belief_mean);
  return expected_logistic(refusal_logit(c, static_cast<float>(x.order), stage.k), static_cast<float>(x.belief_sd)) *
         (1.0f - static_cast<float>(x.bound));
}

double logit(double p) { return p <= 0 ? -inf : p >= 1 ? inf : math::log(p / (1 - p)); }

/// log(e^U_delegate + e^U_skip): what going is weighed against.
double worth_of_the_rest(const Reckoning& r) {
  const double most = std::max(static_cast<double>(r.U_delegate), 0.0);
  return most + math::log(math::exp(r.U_delegate - most) + math::exp(-most));
}

/// The logit of refusing at which the chance of withdrawing is p: over the whole lead, or over one week of it.
double refusal_logit_for(double p, const Inputs& x, bool one_week) {
  const double whole = one_week ? 1 - math::exp(x.lead * math::log(std::max(1 - p, 1e-300))) : p;
  return x.bound >= 1 ? inf : logit(whole / (1 - x.bound));
}

/// Where the luck or even odds lie, seen from the moment's chance: above 0 it comes about.
double margin(const Stage& stage, const Inputs& x, const Moment& moment, bool luck) {
  const Chance c = chance(stage, x, moment);
  return c.logit - (luck ? c.luck : c.even);
}

std::optional<double> nearest_turn(const Stage& stage, const Inputs& x, const Moment& moment, const Lever& lever,
                                   bool luck) {
  const auto reach = [&](Inputs& in) {
    return lever.feature >= 0 ? &in.now.features[static_cast<std::size_t>(lever.feature)] : lever.of(in);
  };
  Inputs tried = x;
  double* const input = reach(tried);
  const double now = *input;
  const bool side = margin(stage, x, moment, luck) > 0;
  const auto turned = [&](double value) {
    *input = value;
    return (margin(stage, tried, moment, luck) > 0) != side;
  };
  if (lever.whole) {
    const double other = now > 0.5 ? 0 : 1;
    return turned(other) ? std::optional(other) : std::nullopt;
  }
  std::optional<double> best;
  for (const double end : {lever.low, lever.high}) {
    constexpr int steps = 128;
    for (int i = 1; i <= steps; ++i) {
      double outside = now + (end - now) * i / steps, inside = now + (end - now) * (i - 1) / steps;
      if (!turned(outside)) continue;
      for (int halving = 0; halving < 40; ++halving) {
        const double middle = (inside + outside) / 2;
        (turned(middle) ? outside : inside) = middle;
      }
      const auto far = [now](double value) { return value < now ? now - value : value - now; };
      if (!best || far(outside) < far(*best)) best = outside;
      break;
    }
  }
  return best;
}

bool has_a_say(const Stage& stage, const Inputs& x, const Moment& moment, const Lever& lever) {
  const double here = chance(stage, x, moment).logit;
  for (const double end : {lever.low, lever.high}) {
    Inputs tried = x;
    (lever.feature >= 0 ? tried.now.features[static_cast<std::size_t>(lever.feature)] : *lever.of(tried)) = end;
    const Chance there = chance(stage, tried, moment);
    if (there.logit != here || there.even != chance(stage, x, moment).even) return true;
  }
  return false;
}

/// A stock that shocks and the decay alone change.
struct Untouched {
  double start, rest, half_life, low, high;
};
/// Its value in a week. A shock changes the stock of the week before, as in a life.
template <class Hits>
double at_rest(const Stage& stage, Week week, const Untouched& stock, Hits hits) {
  double off = stock.start - stock.rest;
  Week since = -1;
  const auto value = [&](Week t) { return stock.rest + off * math::exp2((since - t) / stock.half_life); };
  for (Week t = 0; t <= week; ++t)
    for (const Shock& s : stage.shocks_in[static_cast<std::size_t>(t)])
      if (hits(s)) {
        off = std::clamp(changed(value(t - 1), s), stock.low, stock.high) - stock.rest;
        since = t - 1;
      }
  return value(week);
}

}  // namespace

Inputs inputs_at(const Stage& stage, const Moment& m) {
  const Route& route = stage.period(m.week).leaders[m.leader.index].hosts[m.host.index].route;
  Inputs x;
  x.now = attributes_at(stage.world, m.leader, m.host, m.week);
  x.nu = m.nu, x.findings = m.findings, x.pressure = m.pressure, x.resolve = m.resolve, x.delta = m.delta;
  x.cover = m.cover, x.order = m.order, x.bound = m.bound, x.lead = m.lead;
  x.V = m.V, x.isolation = m.isolation, x.hours = route.hours, x.exposure = route.exposure;
  x.route = route.exists;
  x.Lambda = stage.Lambda[m.leader.index], x.belief_mean = m.belief_mean, x.belief_sd = m.belief_sd;
  return x;
}

double norm_at_rest(const Stage& stage, Week week) {
  return at_rest(stage, week, {stage.initial_nu, stage.k.nu_bar, stage.world.parameters.H_nu, 0, 2},
                 [](const Shock& s) { return s.target == ShockTarget::nu; });
}

Inputs at_rest(const Stage& stage, LeaderId leader, HostId host, Week week) {
  const auto of_the_tie = [&](const Shock& s) {
    return s.target == ShockTarget::delta && s.leader == leader.index && s.host == host.index;
  };
  Moment m{};
  m.week = week, m.leader = leader, m.host = host;
  m.V = 1, m.nu = static_cast<float>(norm_at_rest(stage, week));
  m.isolation = stage.k.I0, m.belief_sd = stage.k.sigma_u;
  m.delta = static_cast<float>(at_rest(stage, week, {0, 0, stage.world.parameters.H_delta, -0.5, 0.5}, of_the_tie));
  return inputs_at(stage, m);
}

Reckoning reckon(const Stage& stage, const Inputs& x) {
  const Coefficients& k = stage.k;
  const auto order = static_cast<float>(x.order), duty = static_cast<float>(x.now.duty);
  Reckoning r;
  r.c = index<Plain>(stage, x, x.resolve);
  r.refusal = refusal_logit(r.c, order, k);
  r.arrest = arrest_logit(r.c, order, k);
  r.p_refuse = (1.0f - static_cast<float>(x.bound)) * logistic(r.refusal);
  r.p_withdraw_this_week = weekly_withdrawal(r.p_refuse, static_cast<float>(x.lead));
  r.p_arrest = duty == 0 ? 0 : duty * logistic(r.arrest);
  r.pi_arrest = believed_arrest(stage, x);
  r.pi_refuse = believed_refusal(stage, x);
  r.U_go = utility<Plain>(stage, x, r.pi_arrest, r.pi_refuse);
  r.U_going = utility<Plain>(stage, x, r.pi_arrest, 0);
  const float alliance = static_cast<float>(steady_alliance<Plain>(stage, x)) + static_cast<float>(x.delta);
  r.U_delegate = utility_of_delegating(static_cast<float>(x.V), alliance, k);
  const AnswerChances<float> p = answer_chances(r.U_go, r.U_delegate);
  r.p_go = p.go;
  r.p_go_or_delegate = p.go_or_delegate;
  r.p_stay = x.route ? p_stay_home(r.U_going, r.U_delegate, k) : 1.0f;
  return r;
}

Traced<float> compliance_terms(const Stage& stage, const Inputs& x) { return index<Told>(stage, x, x.resolve); }

Traced<float> utility_terms(const Stage& stage, const Inputs& x) {
  return utility<Told>(stage, x, believed_arrest(stage, x), believed_refusal(stage, x));
}

Chance chance(const Stage& stage, const Inputs& x, const Moment& moment) {
  const Reckoning r = reckon(stage, x);
  const double drawn = (moment.word + 0.5) * 0x1p-32;
  switch (moment.kind) {
    case Moment::Kind::answer:
      // log p/(1-p) from the utilities: p itself may round to 0 or 1
      return {r.p_go, r.U_go - worth_of_the_rest(r), 0, logit(drawn)};
    case Moment::Kind::invitation:
      return {r.p_withdraw_this_week, r.refusal, refusal_logit_for(0.5, x, false), refusal_logit_for(drawn, x, true)};
    case Moment::Kind::look: {
      const double U_delegate = std::max(static_cast<double>(r.U_delegate), 0.0);
      return {r.p_stay, x.route ? U_delegate - r.U_going - stage.k.b_commit : inf, 0, logit(drawn)};
    }
    case Moment::Kind::arrest:
      return {r.p_arrest, x.now.duty == 0 ? -inf : r.arrest, 0, logit(drawn)};
  }
  return {};
}

Traced<float> decision_terms(const Stage& stage, const Inputs& x, const Moment& moment) {
  using Real = Traced<float>;
  const auto named = [](double value, Term t) { return Told::real(value, t); };
  const Real c = compliance_terms(stage, x), order = named(x.order, Term::court_order);
  const Reckoning r = reckon(stage, x);
  switch (moment.kind) {
    case Moment::Kind::invitation:
      return refusal_logit(c, order, stage.k).rest_named(Term::cut);
    case Moment::Kind::arrest:
      return arrest_logit(c, order, stage.k).rest_named(Term::cut);
    case Moment::Kind::answer:
      return utility_terms(stage, x) - named(worth_of_the_rest(r), Term::alternatives);
    case Moment::Kind::look:
      return utility<Told>(stage, x, r.pi_arrest, 0) + named(stage.k.b_commit, Term::commitment) -
             named(max(r.U_delegate, 0.0f), Term::alternatives);
  }
  return Real(0.0f);
}

std::vector<Lever> levers(const Stage& stage) {
  using I = Inputs;
  std::vector<Lever> all = {
      {"duty to arrest", "duty", "hosts.{host}.member", "", 0, 1, true, [](I& x) { return &x.now.duty; }},
      {"judicial independence", "J", "hosts.{host}.judicial_independence", "", 0, 1, false,
       [](I& x) { return &x.now.J; }},
      {"implementing legislation", "Q", "hosts.{host}.implementing_legislation", "", 0, 1, true,
       [](I& x) { return &x.now.Q; }},
      {"stance on the warrant", "b", "stances", "", -1, 1, false, [](I& x) { return &x.now.stance; }},
      {"norm strength", "nu", "parameters.nu0", "", 0, 2, false, [](I& x) { return &x.nu; }},
      {"findings against the host", "F", "", "findings", 0, 5, false, [](I& x) { return &x.findings; }},
      {"NGO pressure", "p", "", "", 0, 1, false, [](I& x) { return &x.pressure; }},
      {"dependence on the West", "W", "hosts.{host}.western_dependence", "", 0, 1, false,
       [](I& x) { return &x.now.W; }},
      {"Western pressure about the leader", "Pi", "leaders.{leader}.western_pressure", "", -1, 1, false,
       [](I& x) { return &x.now.Pi; }},
      {"sanctions on the home state", "S", "leaders.{leader}.sanctions", "", 0, 1, false,
       [](I& x) { return &x.now.S; }},
      {"retaliation capacity", "R", "leaders.{leader}.retaliation", "", 0, 1, false, [](I& x) { return &x.now.R; }},
      {"the host's own resolve", "u", "", "logits", -4, 4, false, [](I& x) { return &x.resolve; }},
      {"what the leader believes of it", "m", "", "logits", -4, 4, false, [](I& x) { return &x.belief_mean; }},
      {"how unsure the leader is", "sqrt v", "", "logits", 0, 4, false, [](I& x) { return &x.belief_sd; }},
      {"what past visits left in the alliance", "delta", "", "", -0.5, 0.5, false, [](I& x) { return &x.delta; }},
      {"court order", "o", "", "", 0, 1, true, [](I& x) { return &x.order; }},
      {"cover of the occasion", "cover", "", "", 0, 1, false, [](I& x) { return &x.cover; }},
      {"how far the host is bound to receive", "bound", "", "", 0, 1, false, [](I& x) { return &x.bound; }},
      {"value of the occasion", "V", "", "", 0, 20, false, [](I& x) { return &x.V; }},
      {"isolation", "I", "", "", 0, 1, false, [](I& x) { return &x.isolation; }},
      {"flight", "hours", "", "hours", 0, 24, false, [](I& x) { return &x.hours; }},
      {"loss from arrest", "Lambda", "leaders.{leader}.loss", "utility", 0, 1e4, false, [](I& x) { return &x.Lambda; }},
  };
  for (std::size_t f = 0; f < stage.world.features.size(); ++f) {
    const std::string& name = stage.world.features[f];
    const bool hostile = name == "hostility";
    Lever lever{name.c_str(),
                find_parameter("w_" + name)->symbol.data(),
                "dyads.{leader}.{host}.",
                "",
                hostile ? -1.0 : 0.0,
                hostile ? 0.0 : 1.0,
                false,
                nullptr};
    lever.feature = static_cast<int>(f);
    all.push_back(lever);
  }
  return all;
}

std::vector<Flip> flips(const Stage& stage, const Inputs& x, const Moment& moment) {
  std::vector<Flip> out;
  Inputs readable = x;
  for (const Lever& lever : levers(stage)) {
    if (!has_a_say(stage, x, moment, lever)) continue;
    const double now =
        lever.feature >= 0 ? x.now.features[static_cast<std::size_t>(lever.feature)] : *lever.of(readable);
    out.push_back(
        {lever, now, nearest_turn(stage, x, moment, lever, false), nearest_turn(stage, x, moment, lever, true)});
  }
  return out;
}

}  // namespace agents
