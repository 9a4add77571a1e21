/**
 * The script of a page that draws a history: plain JavaScript of browsers, without libraries. The
 * horizontal place of an event is its rank; only what is in view is drawn, and of thousands of
 * calls in view only how they cover their lanes. It needs {@link PAGE_DRAWING}.
 */
export const PAGE_SCRIPT = `
"use strict";
const { keys } = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
const LANE = 46, BAR = 22, TOP = 10, CALLS_MAX = 1500, NEAR = 20, LANES_MAX = 12;
let key, view, order, numbers, points, rows, from = 0, to = 1, margin = 80, focused = -1;

function make(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const name in attributes) node.setAttribute(name, attributes[name]);
  if (text !== undefined) node.textContent = text;
  return node;
}

function html(tag, text, attributes) {
  const node = document.createElement(tag);
  node.textContent = text;
  for (const name in attributes) node.setAttribute(name, attributes[name]);
  return node;
}

function showKey(n) {
  key = keys[n];
  [...byId("keys").children].forEach((b, i) => b.setAttribute("aria-current", i === n));
  byId("key").textContent = key.key === "" ? "" : "key " + key.key;
  byId("summary").replaceChildren(...key.summary.map((line) => html("p", line)));
  byId("views").replaceChildren(...key.views.map((one, i) => {
    const button = html("button", one.title);
    button.onclick = () => showView(i);
    return button;
  }));
  showView(0);
}

function showView(n) {
  view = key.views[n];
  focused = -1;
  [...byId("views").children].forEach((b, i) => b.setAttribute("aria-pressed", i === n));
  prepare(view);
  byId("orders").replaceChildren(...view.orders.map((one, i) => {
    const title = (i === 0 ? "longest: " : "another: ") + one.length + " operations";
    return html("option", title, { value: i });
  }));
  byId("orders").parentElement.hidden = view.orders.length === 0;
  if (view.ordersLeft > 0) {
    byId("orders").append(html("option", view.ordersLeft + " more are left out", { disabled: "" }));
  }
  const longest = Math.max(...view.lanes.map((name) => name.length));
  margin = Math.min(220, 24 + longest * 7);
  byId("compact").checked = view.lanes.length > LANES_MAX;
  take([]);
  toFailure();
  showOrder(0);
  tell(-1);
}

/** Of each call where it ends in the picture; of each lane its calls, from left to right. */
function prepare(one) {
  if (one.byLane) return;
  one.end = 0;
  one.byLane = one.lanes.map(() => []);
  one.calls.forEach(([lane, begin, end], i) => {
    one.byLane[lane].push(i);
    one.end = Math.max(one.end, begin + 1, end + 1);
  });
  one.ends = one.calls.map(([, , end]) => end);
  for (const lane of one.byLane) {
    lane.forEach((i, n) => {
      // An open call fades until its client goes on.
      const next = lane[n + 1];
      if (one.ends[i] < 0) one.ends[i] = next === undefined ? one.end : one.calls[next][1] - 0.2;
    });
  }
}

function take(given) {
  order = given;
  numbers = new Map(order.map((i, n) => [i, n]));
  points = [];
}

/** Points of an order: each within its call, and right of the one before. */
function showOrder(n) {
  take(view.orders[n] || []);
  byId("orders").value = String(n);
  let least = 0;
  const bases = order.map((i) => (least = Math.max(least, view.calls[i][1])));
  const counts = new Map();
  for (const base of bases) counts.set(base, (counts.get(base) || 0) + 1);
  const used = new Map();
  // Without real time a call may take effect outside of its interval: its point is just a number.
  const middle = (i) => (view.calls[i][1] + view.ends[i]) / 2;
  points = !view.isTimed ? order.map(middle) : bases.map((base) => {
    used.set(base, (used.get(base) || 0) + 1);
    return base + used.get(base) / (counts.get(base) + 1);
  });
  draw();
}

function toFailure() {
  const first = view.stuck.length > 0 ? view.stuck[0] : 0;
  const [lane, begin, returned] = view.calls[first];
  const end = returned < 0 ? begin + 1 : returned;
  const span = Math.max(NEAR, (end - begin) * 1.2);
  if (view.end <= NEAR * 2) show(-0.5, view.end + 0.5);
  else show(end - span * 0.8, end + span * 0.2);
  const picture = byId("picture");
  picture.scrollTop = yOf(lane) - picture.clientHeight / 2;
}

function show(a, b) {
  const span = Math.min(Math.max(b - a, 2), view.end + 1);
  from = Math.min(Math.max(a, -0.5), view.end + 0.5 - span);
  to = from + span;
  draw();
}

function zoom(factor, at = (from + to) / 2) {
  show(at - (at - from) * factor, at + (to - at) * factor);
}

function describe(i) {
  const [, , end, words, where] = view.calls[i];
  const n = numbers.has(i) ? numbers.get(i) : -1;
  const what = view.stuck.includes(i)
    ? "cannot be placed; the state before it: " + view.states.slice(0, 8).join(", ")
    : n >= 0 ? "number " + (n + 1) + " of this order" : "not in this order";
  return words + (end < 0 ? " (outcome unknown)" : "") + ": " + where + "; " + what;
}

function tell(i) {
  byId("detail").textContent = i >= 0 ? describe(i)
    : view.stuck.length > 0 ? describe(view.stuck[0]) : "";
}

function listen() {
  const picture = byId("picture");
  byId("orders").onchange = (event) => showOrder(Number(event.target.value));
  byId("compact").onchange = draw;
  byId("in").onclick = () => zoom(0.5);
  byId("out").onclick = () => zoom(2);
  byId("all").onclick = () => show(-0.5, view.end + 0.5);
  byId("stuck").onclick = toFailure;
  picture.addEventListener("wheel", (event) => {
    const x = event.clientX - picture.getBoundingClientRect().left;
    if (event.ctrlKey || event.metaKey) zoom(event.deltaY > 0 ? 1.25 : 0.8, rankOf(x));
    else if (event.deltaX !== 0 || event.shiftKey) pan(event.deltaX || event.deltaY);
    else if (picture.scrollHeight > picture.clientHeight) return;
    else pan(event.deltaY);
    event.preventDefault();
  }, { passive: false });
  let held;
  picture.addEventListener("pointerdown", (event) => { held = event.clientX; });
  window.addEventListener("pointermove", (event) => {
    if (held === undefined || event.clientX === held) return;
    pan(held - event.clientX);
    held = event.clientX;
  });
  window.addEventListener("pointerup", () => { held = undefined; });
  window.addEventListener("resize", draw);
  picture.addEventListener("keydown", (event) => {
    const step = (to - from) / 5;
    const actions = {
      "+": () => zoom(0.5), "-": () => zoom(2), 0: () => show(-0.5, view.end + 0.5),
      s: toFailure,
      ArrowLeft: () => show(from - step, to - step), ArrowRight: () => show(from + step, to + step),
    };
    if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    actions[event.key]();
  });
}

function pan(pixels) {
  const step = (pixels / (width() - margin)) * (to - from);
  show(from + step, to + step);
}

/** When all of the script is there. */
function start() {
  if (keys.length === 0) return;
  if (keys.length > 1) {
    byId("keys").replaceChildren(...keys.map((one, i) => {
      const button = html("button", one.key === "" ? "(no key)" : one.key);
      button.onclick = () => showKey(i);
      return button;
    }));
  }
  listen();
  showKey(0);
}
`;
