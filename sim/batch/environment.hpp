// 0. Environment: a shock comes before the week's decay, so it changes the stock of the week before.
#pragma once
#include "sim/batch/block.hpp"

namespace sim::batch {

template <class L>
void Block<L>::environment() {
  const std::int32_t before = t_ - 1;
  const auto decayed = [before](const StockView& stock, int row, const float* left) {
    return stock.value[row] * left[before - stock.since[row]];
  };
  const auto changed = [](const ShockView& s, float x) {
    return s.op == ShockView::set ? s.value : s.op == ShockView::add ? x + s.value : x * s.value;
  };
  const auto bounded = [](float x, float least, float most) {
    const float low = x > least ? x : least;
    return low < most ? low : most;
  };
  for (int i = s_.first_shock[t_]; i < s_.first_shock[t_ + 1]; ++i) {
    const ShockView& s = s_.shocks[i];
    if (s.target == ShockView::government) b_.changed[s.host] = t_;
    for (int r = 0; r < b_.count; ++r) switch (s.target) {
        case ShockView::nu: {
          const float nu = s_.k.nu_bar + decayed(b_.norm, r, s_.nu_left);
          b_.norm.value[r] = bounded(changed(s, nu), 0.0f, 2.0f) - s_.k.nu_bar;
          b_.norm.since[r] = before;
          break;
        }
        case ShockView::budget: {
          float surplus = 0;
          for (int n = 0; n < s_.ngos; ++n) {
            float& gain = b_.gain[n * R + r];
            const float start = s_.B0[n];
            gain *= s_.B_left[before - b_.gain_since[r]];
            if (s.ngo < 0 || s.ngo == n) gain = changed(s, start + gain) - start;
            gain = bounded(gain, (s_.k.B_min - 1.0f) * start, (s_.k.B_max - 1.0f) * start);
            surplus += gain;
          }
          b_.gain_since[r] = before;
          b_.surplus.value[r] = surplus;
          b_.surplus.since[r] = before;
          break;
        }
        case ShockView::delta: {
          const int row = ((s.leader * s_.hosts + s.host) * R + r) * record_words;
          b_.delta.value[row] = bounded(changed(s, decayed(b_.delta, row, s_.delta_left)), -0.5f, 0.5f);
          b_.delta.since[row] = before;
          break;
        }
        case ShockView::government:
          b_.drawn[(s.host * R + r) * record_words] = 0;
          for (int l = 0; l < s_.leaders; ++l) {
            const int row = ((l * s_.hosts + s.host) * R + r) * record_words;
            b_.m[row] = b_.learned[row] = 0;
            b_.believed_since[row] = before;
          }
          break;
      }
  }
}

/// Anew where a period begins, since hosts may have come under a duty or left it.
template <class L>
void Block<L>::sum_pressure() {
  for (int r = 0; r < b_.count; ++r) {
    float sum = 0;
    for (int i = 0; i < b_.pressured_count[r]; ++i) {
      const int h = b_.pressured[i * R + r], row = (h * R + r) * record_words;
      if (period_->has_duty[h] > 0) sum += b_.pressure.value[row] * s_.p_left[t_ - b_.pressure.since[row]];
    }
    b_.total_pressure.value[r] = sum;
    b_.total_pressure.since[r] = t_;
  }
}

template <class L>
void Block<L>::record_week() {
  for (int r = 0; r < b_.count; r += L::width) {
    const Mask m = L::iota() < Int(b_.count - r);
    const Int row = Int(r) + L::iota();
    L::store(&b_.nu[t_ * R + r], norm(row, m));
    const Real pressure = at(b_.total_pressure, row, m, s_.p_left);
    const bool none = !(period_->hosts_with_duty > 0);
    L::store(&b_.mean_pressure[t_ * R + r], none ? Real(0.0f) : pressure / Real(period_->hosts_with_duty));
    for (int l = 0; l < s_.leaders; ++l) L::store(&b_.isolation[(l * s_.weeks + t_) * R + r], isolation(l, row, m));
    const Real left = budget_left(row, m);
    for (int n = 0; n < s_.ngos; ++n)
      L::store(&b_.budget[(n * s_.weeks + t_) * R + r],
               s_.B0[n] > 0 ? budget(n, row, m, left) / Real(s_.B0[n]) : Real(0.0f));
  }
  for (int r = 0; r < b_.count; ++r) b_.week_weight[t_ * R + r] = b_.weighed < 0 ? 1 : b_.weight[b_.weighed * R + r];
}

}  // namespace sim::batch
