/** The part of the page's script that draws, into one SVG element anew each time. */
export const PAGE_DRAWING = `
const width = () => Math.max(200, byId("picture").clientWidth);
const xOf = (rank) => margin + ((rank - from) / (to - from)) * (width() - margin - 8);
const rankOf = (x) => from + ((x - margin) / (width() - margin - 8)) * (to - from);
const yOf = (lane) => TOP + rows.get(lane) * LANE + 6;

/** The first of a lane's calls that may be in view; they do not overlap. */
function firstInView(lane) {
  let low = 0, high = lane.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (view.ends[lane[middle]] < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

function draw() {
  const seen = view.byLane.map((lane) => {
    const first = firstInView(lane);
    let last = first;
    while (last < lane.length && view.calls[lane[last]][1] <= to) last++;
    return lane.slice(first, last);
  });
  const isShown = (n) => !byId("compact").checked || seen[n].length > 0;
  const lanes = view.lanes.map((_, n) => n).filter(isShown);
  rows = new Map(lanes.map((n, row) => [n, row]));
  const height = TOP * 2 + lanes.length * LANE;
  const svg = make("svg", { width: width(), height, viewBox: "0 0 " + width() + " " + height });
  const defs = make("defs", {});
  const fade = make("linearGradient", { id: "fade" });
  fade.append(
    make("stop", { offset: "0", style: "stop-color: var(--bar)" }),
    make("stop", { offset: "1", style: "stop-color: var(--bar); stop-opacity: 0.08" }));
  defs.append(fade);
  svg.append(defs);
  lanes.forEach((n) => svg.append(make("line",
    { class: "lane", x1: 0, x2: width(), y1: yOf(n) + LANE - 8, y2: yOf(n) + LANE - 8 })));
  const count = seen.reduce((sum, lane) => sum + lane.length, 0);
  for (const n of lanes) {
    if (count <= CALLS_MAX) drawCalls(svg, seen[n]);
    else drawMany(svg, seen[n], n);
  }
  drawOrder(svg);
  svg.append(make("rect", { class: "names", x: 0, y: 0, width: margin - 4, height }));
  lanes.forEach((n) => {
    const name = view.lanes[n];
    const short = name.length > 28 ? name.slice(0, 27) + "…" : name;
    const text = make("text", { class: "name", x: 8, y: yOf(n) + 16 }, short);
    text.append(make("title", {}, name));
    svg.append(text);
  });
  byId("picture").replaceChildren(svg);
  const many = count + " operations in view: zoom in to see each.";
  if (count > CALLS_MAX) byId("detail").textContent = many;
  else tell(focused);
  const again = focused >= 0 && svg.querySelector('[data-call="' + focused + '"]');
  if (again) again.focus({ preventScroll: true });
}

function drawCalls(svg, lane) {
  for (const i of lane) {
    const [n, begin, end, words] = view.calls[i];
    const left = xOf(begin), right = Math.max(left + 3, xOf(view.ends[i]));
    const kind = view.stuck.includes(i) ? "call stuck" : end < 0 ? "call open" : "call";
    const group = make("g", { class: kind, tabindex: 0, "data-call": i, role: "img",
      "aria-label": describe(i) });
    group.append(make("rect", { x: left, y: yOf(n), width: right - left, height: BAR, rx: 4 }));
    const start = Math.max(left, margin) + 6;
    const room = Math.floor((right - start - 2) / 7);
    if (room >= 3) {
      const text = words.length <= room ? words : words.slice(0, room - 1) + "…";
      group.append(make("text", { x: start, y: yOf(n) + 15 }, text));
    }
    group.onmouseenter = () => tell(i);
    group.onmouseleave = () => tell(focused);
    group.onfocus = () => { focused = i; tell(i); };
    group.onblur = () => { focused = -1; };
    svg.append(group);
  }
}

/** Too many to be told apart: how they cover their lane, to the pixel. */
function drawMany(svg, lane, n) {
  let left = -1, right = -1;
  const flush = () => left >= 0 && svg.append(make("rect",
    { class: "many", x: left, y: yOf(n), width: Math.max(1, right - left), height: BAR }));
  for (const i of lane) {
    const a = Math.floor(xOf(view.calls[i][1])), b = Math.ceil(xOf(view.ends[i]));
    if (left >= 0 && a <= right + 1) { right = Math.max(right, b); continue; }
    flush();
    [left, right] = [a, b];
  }
  flush();
  for (const i of view.stuck) {
    const [own, begin] = view.calls[i];
    if (own === n) svg.append(make("rect", { class: "many stuck", x: xOf(begin), y: yOf(n),
      width: Math.max(3, xOf(view.ends[i]) - xOf(begin)), height: BAR }));
  }
}

function drawOrder(svg) {
  if (!view.isTimed) return drawNumbers(svg);
  const low = points.findIndex((x) => x >= from);
  if (low < 0) return;
  let last = low;
  while (last < points.length && points[last] <= to) last++;
  if (last - low > CALLS_MAX) return;
  // A point of an open call may be right of all that is drawn of its lane.
  const place = (n) => {
    const lane = view.calls[order[n]][0];
    return [xOf(points[n]), (rows.has(lane) ? yOf(lane) : TOP) + BAR + 4];
  };
  const around = [];
  const end = Math.min(points.length, last + 1);
  for (let n = Math.max(0, low - 1); n < end; n++) around.push(place(n).join(","));
  svg.append(make("polyline", { class: "way", points: around.join(" ") }));
  for (let n = low; n < last; n++) drawPoint(svg, n, ...place(n), last - low <= width() / 14);
}

/** Of an order that does not go from left to right: its numbers, without the way. */
function drawNumbers(svg) {
  order.forEach((i, n) => {
    const lane = view.calls[i][0];
    const isSeen = points[n] >= from && points[n] <= to && rows.has(lane);
    if (isSeen) drawPoint(svg, n, xOf(points[n]), yOf(lane) + BAR + 4, to - from <= width() / 14);
  });
}

function drawPoint(svg, n, x, y, isRoomy) {
  const group = make("g", { class: "point" });
  const number = String(n + 1);
  const wide = isRoomy ? Math.max(16, 5 + 6 * number.length) : 6;
  const high = isRoomy ? 16 : 6;
  group.append(make("rect",
    { x: x - wide / 2, y: y - high / 2, width: wide, height: high, rx: high / 2 }));
  if (isRoomy) group.append(make("text", { x, y: y + 3.5 }, number));
  svg.append(group);
}
`;
