// One replicate, told plainly, week by week: the oracle. It is handed its luck and keeps nothing from one replicate to
// the next but memory. Story and equations: ODD.md, "Process overview and scheduling" and "One week".
#pragma once
#include <optional>
#include <vector>

#include "agents/decision.hpp"
#include "agents/leader.hpp"
#include "agents/luck.hpp"
#include "agents/moment.hpp"
#include "agents/stage.hpp"

namespace agents {

class Life {
 public:
  /// The stage must outlive the Life.
  explicit Life(const Stage& stage, Manner manner = {});

  /// Lives one replicate. The History belongs to the Life and is overwritten by the next call.
  /// A diary, if given, receives what the agents saw, and `moments` what they decided by (results depend on neither).
  const History& live(Luck& luck, std::vector<Note>* diary = nullptr, std::vector<Moment>* moments = nullptr);

  // Along a record, a week at a time (agents/along_a_record.cpp): begin; then for each week morning, pose what opens,
  // day, face and impose what is due, in the order of the ranks, evening. No opportunities of its own, no diversions.

  /// Sets out anew.
  void begin(Luck& luck, std::vector<Note>* diary = nullptr);
  void morning(Luck& luck, Week t);
  /// The host lets its resolve slip and the leader weighs; the invitation stands until its departure, whatever the
  /// answer.
  void pose(const Posed& posed);
  void day();
  /// The chances of what may become of a standing opportunity, in its week of departure, given that it gets on record.
  ByFate face(Luck& luck, LeaderId l, int rank);
  /// What became of it. How a leader came not to go is drawn.
  void impose(Luck& luck, LeaderId l, int rank, Fate fate);
  void evening() { aftermath(); }
  /// Becomes like another replicate on the same stage, between two weeks.
  void become(const Life& other);

 private:
  /// A quantity that only decays between its changes, as Decay keeps it.
  struct Stock {
    float kept = 0;
    float at(Week t, const Decay& decay) const { return kept * decay.left(t); }
    void set(float value, Week t, const Decay& decay) { kept = value * decay.grown(t); }
  };

  struct HostStocks {
    Stock pressure, findings;
    bool pressured = false;  ///< has it ever felt any?
    bool drawn = false;      ///< is `resolve` known yet?
    Week changed = -1;       ///< last change of government; -1: none
    float resolve = 0;
  };

  /// What a leader and a host are to each other.
  struct Tie {
    Stock delta, cooldown;
    Stock m, learned;  ///< belief: mean beside the region's, and 1 - share
  };

  struct LeaderStocks {
    bool free = true;
    double weight = 1;
    Stock ease;  ///< 1 - isolation
  };

  /// An announced trip in its place.
  struct Trip {
    LeaderId leader;
    HostId host;
    int rank = 0;  ///< order of the places: calendar row, then bilateral_rank, then second_stop_rank
    std::uint32_t place = 0;
    float V = 0, Z = 0, lead = 0, days = 0, bound = 0, cover = 0;
    Week departs = 0;
    bool order = false;
    bool settled = false;      ///< this week
    std::size_t decision = 0;  ///< row in the history
    std::size_t campaign = 0;  ///< row of shares_, this week (hosts with a duty)
    float suit = 0;            ///< litigation effort this week, budgets
    // along a record:
    bool bilateral = true;
    float p_go = 1, p_delegate = 0, p_stay = 0;
    float pi_arrest = 0;
    double held = 1;             ///< chance that the invitation holds
    Belief<float> before{0, 0};  ///< belief before the invitation held
  };
  static constexpr int bilateral_rank = 1 << 20, second_stop_rank = bilateral_rank + 1;

  /// The leader's answer to an opportunity, as weighed.
  struct Weighed {
    float U_go, U_delegate, pi_arrest, pi_refuse;
    AnswerChances<float> p;
  };

  /// What campaigns bring to bear on a host in a week.
  struct Effort {
    HostId host;
    float effort;
    const Trip* trip;
  };

  /// What an arrival taught and decided, kept from phase 4 to phase 5.
  struct Stop {
    HostId host;
    float pi_arrest = 0;
    bool arrested = false;
  };

  /// An outcome of phases 1 to 4, waiting for its effects.
  struct Aftermath {
    Trip trip;
    Outcome outcome;
    float pi_refuse = 0;
    bool finding = false;
    std::optional<Stop> diversion;
    std::optional<Stop> arrival;
  };

  void environment();
  void fold_stocks();
  void opportunities(LeaderId l);
  void campaigns();
  void share_out_effort();
  void hosts();
  void departures(LeaderId l);
  void aftermath();
  void sum_pressure();
  void record_week();

  // opportunities
  bool open(Trip trip, const Words& words, std::int16_t event);
  void sound(const Trip& trip, const Words& words);
  Weighed weigh(const Trip& trip);
  void announce(const Trip& trip);
  void bilateral_idea(LeaderId l);
  void second_stop(const Trip& first);

  // departures
  void depart(Trip& trip);
  Prospect<float> look(const Trip& trip);
  std::optional<Stop> diversion(const Trip& trip, const Route& route, const Words& visit);
  bool taken(float p, std::uint32_t word, LeaderId l) const;

  // aftermath
  void settle(Trip& trip, Outcome outcome);
  void effects(const Aftermath& a);
  void learn_from_refusal(LeaderId l, HostId h, float y, float pi, float part);
  void learn_from_arrival(LeaderId l, const Stop& stop);
  void change_budgets(const Trip& trip, float per_share, float per_reach);
  void bound_budgets(Week t);
  void change_norm(float x);
  void bound_norm();
  void change_delta(LeaderId l, HostId h, float by);

  // what is, now
  Tie& tie(LeaderId l, HostId h) { return ties_[l.index * stage_.hosts + h.index]; }
  Stock& regional(LeaderId l, HostId h) {
    return regional_[l.index * stage_.regions + stage_.region_of[h.index].index];
  }
  const HostTerms& terms(LeaderId l, HostId h) const { return period_->leaders[l.index].hosts[h.index]; }
  float norm() const { return stage_.k.nu_bar + norm_.at(t_, stage_.nu); }
  float isolation(LeaderId l) const { return 1.0f - leaders_[l.index].ease.at(t_, stage_.ease); }
  float delta(LeaderId l, HostId h) { return tie(l, h).delta.at(t_, stage_.delta); }
  float alliance(LeaderId l, HostId h) { return terms(l, h).alliance + delta(l, h); }
  float lesson_of_region(LeaderId l, HostId h) { return regional(l, h).at(t_, stage_.m); }
  float budget(std::size_t n) const { return stage_.B0[n] + budget_gains_[n].at(t_, stage_.B); }
  float resolve(HostId h);
  Belief<float> belief(LeaderId l, HostId h);
  void believe_from_now(LeaderId l, HostId h, Belief<float> b);
  float compliance(LeaderId l, HostId h, float resolve, float cover);
  float pi_arrest(LeaderId l, HostId h, bool order, float cover);
  float pi_refuse(const Trip& trip);
  float p_arrest(LeaderId l, HostId h, bool order, float cover);
  Words draw(const Trip& trip, Occasion occasion) {
    return luck_->draw({t_, stage_.leader_address[trip.leader.index], trip.place, occasion});
  }
  void note(Note::Kind kind, const Trip& trip, std::array<float, 6> numbers);
  void witness(Moment::Kind kind, const Trip& trip, std::uint32_t word, std::array<float, 4> used);

  const Stage& stage_;
  Manner manner_;
  Luck* luck_ = nullptr;
  std::vector<Note>* diary_ = nullptr;
  std::vector<Moment>* moments_ = nullptr;
  Week t_ = 0;
  const Period* period_ = nullptr;
  Stock norm_;  ///< distance from nu_bar
  std::vector<HostStocks> hosts_;
  std::vector<Tie> ties_;        ///< [leader * hosts + host]
  std::vector<Stock> regional_;  ///< M, [leader * regions + region]
  std::vector<LeaderStocks> leaders_;
  std::vector<Stock> budget_gains_;       ///< distance of the budgets from their start
  bool budgets_changed_ = false;          ///< this week
  Stock surplus_;                         ///< sum of the gains
  std::vector<std::vector<Trip>> trips_;  ///< by leader, in the order of the places
  std::vector<Aftermath> waiting_;
  std::vector<HostId> pressured_;  ///< hosts that have felt pressure, in that order
  Stock total_pressure_;           ///< over the hosts with a duty
  std::vector<Tie*> strained_;     ///< ties whose delta changed this week
  std::vector<Trip*> contested_;   ///< this week's trips to hosts with a duty
  std::vector<Effort> efforts_;
  std::vector<float> shares_;          ///< f, [contested trip * ngos + ngo]
  std::vector<float> totals_, spent_;  ///< by NGO: sum of scores, sum of shares
  History history_;
};

}  // namespace agents
