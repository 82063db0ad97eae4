
// The map of a report: a state is chosen by pointer, by arrow keys or in the list; its odds and reasons are shown.
(() => {
  "use strict";
  const states = JSON.parse(document.getElementById("states").textContent);
  const world = document.getElementById("world");
  const panel = document.getElementById("state");
  const pick = document.getElementById("pick");
  const shapes = new Map([...world.querySelectorAll(".state")].map((s) => [s.id.slice(2), s]));
  let chosen = null;

  const html = (tag, text, parent) => {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (parent) parent.append(node);
    return node;
  };
  const svg = (tag, attributes, parent, text) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (text !== undefined) node.textContent = text;
    parent.append(node);
    return node;
  };

  const reasons = (terms, parent) => {
    const row = 19, left = 168, right = 44, width = 340;
    const most = Math.max(1, ...terms.map((t) => Math.abs(t[1])));
    const middle = left + (width - left - right) / 2, unit = (width - left - right) / 2 / most;
    const sum = terms.reduce((s, t) => s + t[1], 0);
    const chart = svg("svg", { class: "reasons", viewBox: `0 0 ${width} ${row * (terms.length + 1) + 4}`, role: "img",
      "aria-label": terms.map((t) => `${t[0]} ${t[1].toFixed(2)}`).join(", ") + `; sum ${sum.toFixed(2)}` }, parent);
    const line = (y, name, value, bar) => {
      svg("text", { x: 0, y: y + 13 }, chart, name);
      if (bar) svg("rect", { class: value < 0 ? "minus" : "plus", x: value < 0 ? middle + value * unit : middle,
        y: y + 3, width: Math.abs(value) * unit, height: row - 6 }, chart);
      const number = (value < 0 ? "−" : "+") + Math.abs(value).toFixed(2);
      svg("text", { x: width, y: y + 13, "text-anchor": "end" }, chart, number);
    };
    terms.forEach((t, i) => line(i * row, t[0], t[1], true));
    svg("line", { class: "zero", x1: middle, x2: middle, y1: 0, y2: row * terms.length }, chart);
    line(terms.length * row, "index c, the sum", sum, false);
  };

  const show = (code, focus) => {
    const state = states[code], shape = shapes.get(code);
    if (!state || !shape) return;
    if (chosen) {
      chosen.setAttribute("aria-selected", "false");
      chosen.setAttribute("tabindex", "-1");
    }
    chosen = shape;
    shape.setAttribute("aria-selected", "true");
    shape.setAttribute("tabindex", "0");
    if (focus) shape.focus();
    pick.value = code;
    panel.replaceChildren();
    const left = html("div", undefined, panel), right = html("div", undefined, panel);
    html("h3", state.name, left);
    html("p", state.duty ? "Has a duty to arrest at the start." : "Has no duty to arrest at the start.", left);
    const odds = html("dl", undefined, left);
    for (const [name, value] of state.odds) {
      html("dt", name, odds);
      html("dd", value, odds);
    }
    html("h4", "What it weighs, in logits: to the right speaks for complying", right);
    reasons(state.terms, right);
    const refuses = "Before any campaign or visit it would refuse to receive the leader with a chance of ";
    html("p", `${refuses}${state.refuse}.`, right);
  };

  const towards = (key) => {
    const x = +chosen.dataset.x, y = +chosen.dataset.y;
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    let best = null, least = Infinity;
    for (const [code, shape] of shapes) {
      const ax = +shape.dataset.x - x, ay = +shape.dataset.y - y;
      const ahead = ax * dx + ay * dy, aside = Math.abs(ax * dy) + Math.abs(ay * dx);
      const cost = ahead + 2 * aside;
      if (shape !== chosen && ahead > 0 && aside <= 2 * ahead && cost < least) [best, least] = [code, cost];
    }
    return best;
  };

  world.addEventListener("click", (e) => {
    const shape = e.target.closest(".state");
    if (shape) show(shape.id.slice(2), true);
  });
  world.addEventListener("keydown", (e) => {
    if (!e.key.startsWith("Arrow")) return;
    e.preventDefault();
    const code = towards(e.key);
    if (code) show(code, true);
  });
  pick.addEventListener("change", () => show(pick.value, false));
  for (const radio of document.querySelectorAll('input[name="metric"]'))
    radio.addEventListener("change", () => {
      for (const shape of shapes.values()) {
        shape.classList.remove("c0", "c1", "c2", "c3", "c4", "c5");
        shape.classList.add("c" + shape.dataset.c[+radio.value]);
      }
      for (const legend of document.querySelectorAll(".legend[data-metric]"))
        legend.hidden = legend.dataset.metric !== radio.value;
    });

  // The member that is visited most, else the first.
  const visits = (code) => parseFloat(states[code].odds[0][1]);
  const members = Object.keys(states).filter((code) => states[code].duty && shapes.has(code));
  const all = members.length ? members : [...shapes.keys()];
  show(all.reduce((best, code) => (visits(code) > visits(best) ? code : best), all[0]), false);
})();
