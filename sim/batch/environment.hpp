// 0. Environment: a shock comes before the week's decay, so it changes the stock of the week before.
#pragma once
#include "sim/batch/block.hpp"

namespace sim::batch {

template <class L>
void Block<L>::environment() {
  const std::int32_t before = t_ - 1;
  const int record = state::words(s_.leaders);
  const auto changed = [](const ShockView& s, float x) {
    return s.op == ShockView::set ? s.value : s.op == ShockView::add ? x + s.value : x * s.value;
  };
  const auto bounded = [](float x, float least, float most) {
    const float low = x > least ? x : least;
    return low < most ? low : most;
  };
  for (int i = s_.first_shock[t_]; i < s_.first_shock[t_ + 1]; ++i) {
    const ShockView& s = s_.shocks[i];
    if (s.target == ShockView::government) {
      reinterpret_cast<std::int32_t&>(b_.resolve[s.host * resolve::words + resolve::changed]) = t_;
      unbound_withdrawals(s.host);
    }
    // A government matters to those who have met its host; the others' records are begun later.
    each_member(s.target == ShockView::government ? b_.met[s.host] : b_.all, [&](int r) {
      switch (s.target) {
        case ShockView::nu: {
          const float nu = s_.k.nu_bar + b_.norm[r] * s_.nu.left[before];
          b_.norm[r] = (bounded(changed(s, nu), 0.0f, 2.0f) - s_.k.nu_bar) * s_.nu.grown[before];
          break;
        }
        case ShockView::budget:
          b_.surplus[r] = 0;
          for (int n = 0; n < s_.ngos; ++n) {
            float& gain = b_.gain[n * R + r];
            if (s.ngo < 0 || s.ngo == n) {
              const float now = gain * s_.B.left[before];
              gain = (changed(s, s_.B0[n] + now) - s_.B0[n]) * s_.B.grown[before];
            }
            const float start = s_.B0[n] * s_.B.grown[before];
            gain = bounded(gain, (s_.k.B_min - 1.0f) * start, (s_.k.B_max - 1.0f) * start);
            b_.surplus[r] += gain;
          }
          break;
        case ShockView::delta: {
          meet(s.host, r);
          float& delta =
              b_.state[(s.host * R + r) * record + state::tie + state::words_of_a_tie * s.leader + state::delta];
          delta = bounded(changed(s, delta * s_.delta.left[before]), -0.5f, 0.5f) * s_.delta.grown[before];
          break;
        }
        case ShockView::government: {
          float* host = &b_.state[(s.host * R + r) * record];
          auto* known = reinterpret_cast<std::int32_t*>(&host[state::known]);
          *known &= ~state::drawn;
          for (int l = 0; l < s_.leaders; ++l) {
            float* tie = host + state::tie + state::words_of_a_tie * l;
            tie[state::m] = tie[state::learned] = 0;
          }
          break;
        }
      }
    });
  }
  fold_stocks();
}

/// Where the reference week of a decay moves on.
template <class L>
void Block<L>::fold_stocks() {
  const auto fold = [this](const DecayView& decay, float* kept, int n, int stride) {
    const float factor = decay.fold[t_];
    if (factor == 1.0f) return;
    for (int i = 0; i < n; ++i) kept[i * stride] *= factor;
  };
  fold(s_.nu, b_.norm, R, 1);
  fold(s_.B, b_.gain, s_.ngos * R, 1);
  fold(s_.B, b_.surplus, R, 1);
  fold(s_.p, b_.total_pressure, R, 1);
  fold(s_.m, b_.regional, s_.leaders * s_.regions * R, 1);
  fold(s_.ease, b_.ease, s_.leaders * R, 1);
  const int records = s_.hosts * R, record = state::words(s_.leaders);
  fold(s_.p, b_.state + state::pressure, records, record);
  fold(s_.F, b_.state + state::findings, records, record);
  for (int l = 0; l < s_.leaders; ++l) {
    float* tie = b_.state + state::tie + state::words_of_a_tie * l;
    fold(s_.delta, tie + state::delta, records, record);
    fold(s_.K, tie + state::cooldown, records, record);
    fold(s_.m, tie + state::m, records, record);
    fold(s_.share, tie + state::learned, records, record);
  }
}

/// Hosts may have come under a duty or left it, and may be moved by more or less than before.
template <class L>
void Block<L>::begin_period() {
  for (int r = 0; r < R; r += L::width) {
    const Int count = L::load_int(b_.pressured_count + r);
    Real sum(0.0f);
    for (int i = 0;; ++i) {
      const Mask felt = Int(i) < count;
      if (!any(felt)) break;
      const Int host = select(felt, L::load_int(b_.pressured + i * R + r), Int(0));
      const Real p = L::gather(b_.state + state::pressure, state_of(host, Int(r) + L::iota()));
      sum = select(felt & under_any_duty(host), sum + p, sum);
    }
    L::store(b_.total_pressure + r, sum);
  }
  for (int l = 0; l < s_.leaders; ++l)
    each_open_place(l, [&](int place) {
      const Set who = b_.active[place];
      Set under_duty{};
      serve(b_.list, list(who, place * R, b_.list), [&](int at, Int trip, Mask here) {
        const Int host = host_of(trip);
        const Real duty = L::gather(of_leader(l).terms + terms::duty, times(host, terms::words));
        under_duty.put(at, bits(here & (duty > Real(0.0f))));
        unbound_withdrawals(trip, here & set(L::gather_int(period_->moved, host)));
      });
      bind(place, who, under_duty);
    });
}

template <class L>
void Block<L>::record_week() {
  const bool rows = t_ >= b_.rows_from;
  const auto record = [&](int series, auto of) {  // of(r): the values of the replicates from r on
    float* row = &b_.rows[(series * s_.weeks + t_) * R];
    for (int c = 0; c < R / summed_replicates; ++c) {
      const int from = c * summed_replicates, to = from + summed_replicates;
      typename L::Eight eight;
      if (b_.all.word[c] == ~std::uint64_t{0})
        for (int r = from; r < to; r += L::width) eight.add(r, of(r));
      else
        for (int r = from; r < to; r += L::width)
          eight.add(r, select(L::mask_from_bits(b_.all.bits(r)), of(r), Real(0.0f)));
      for (int r = from; rows && r < to; r += L::width) L::store(row + r, of(r));
      b_.sums[(series * s_.weeks + t_) * (R / summed_replicates) + c] = eight.all();
    }
  };
  const auto current = [&](const float* kept, const DecayView& decay) { return now(L::load(kept), decay); };
  record(series::nu, [&](int r) { return Real(s_.k.nu_bar) + current(b_.norm + r, s_.nu); });
  record(series::mean_pressure,
         [&](int r) { return current(b_.total_pressure + r, s_.p) * Real(period_->per_host_with_duty); });
  for (int l = 0; l < s_.leaders; ++l)
    record(series::isolation + l, [&](int r) { return Real(1.0f) - current(&b_.ease[l * R + r], s_.ease); });
  for (int n = 0; n < s_.ngos; ++n) {
    const Real per_gain(s_.B.left[t_] * s_.per_B0[n]), start(s_.B0[n] > 0 ? 1.0f : 0.0f);
    record(series::isolation + s_.leaders + n, [&](int r) { return start + L::load(&b_.gain[n * R + r]) * per_gain; });
  }
  if (b_.weighed >= 0)
    for (int r = 0; r < R; ++r) b_.week_weight[t_ * R + r] = b_.weight[b_.weighed * R + r];
}

}  // namespace sim::batch
