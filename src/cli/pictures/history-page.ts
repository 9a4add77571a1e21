import type { Call } from "../../invariants/call.ts";
import type { CheckReport, Explanation, KeyReport, Picture } from "../checks/check-report.ts";
import { htmlPage } from "../reporters/html-page.ts";
import { escapeMarkup } from "../reporters/markup.ts";
import { formatCount } from "../table.ts";
import { PAGE_DRAWING } from "./page-drawing.ts";
import { PAGE_SCRIPT } from "./page-script.ts";
import { PAGE_STYLE } from "./page-style.ts";
import { callPlace, clientName } from "./words.ts";

export interface HistoryPageOptions {
  readonly model: string;
  readonly lineOf: (place: number) => number;
}

/**
 * A page that draws what is illegal: keys at the left, and of each key its histories, with the
 * longest orders found and the call that cannot be placed. Everything of the history is data that
 * the page's script writes as text. Of a key at most {@link NUMBERS_MAX} numbers of orders are
 * kept, the longest orders first.
 */
export function historyPage(
  name: string,
  { verdict, operations, keys }: CheckReport,
  options: HistoryPageOptions,
): string {
  const illegal = keys.filter(({ explanation }) => explanation !== undefined);
  const facts = [
    `${formatCount(operations)} operations`,
    `${formatCount(keys.length)} ${keys.length === 1 ? "key" : "keys"}`,
    `model ${options.model}`,
  ];
  const data = { keys: illegal.map((key) => keyData(key, options)) };
  const isBroken = verdict === "illegal";
  const title = `${name} is ${verdict === "unknown" ? "undecided" : verdict}`;
  const body = `<header>
<h1 class="${isBroken ? "broken" : "well"}">${escapeMarkup(title)}</h1>
<p>${escapeMarkup(facts.join(" · "))}</p>
</header>
${illegal.length === 0 ? "" : FRAME}
<script type="application/json" id="data">${scriptData(data)}</script>`;
  const script = PAGE_SCRIPT + PAGE_DRAWING + START;
  return htmlPage({ title: `stormglass: ${title}`, style: PAGE_STYLE, body, script });
}

/** What the script fills. */
const FRAME = `<main>
<nav id="keys" aria-label="illegal keys"></nav>
<section>
<h2 id="key"></h2>
<div id="summary"></div>
<div id="tools">
<span id="views" role="group" aria-label="what to show"></span>
<label>order <select id="orders"></select></label>
<label><input type="checkbox" id="compact"> only clients in view</label>
<span role="group" aria-label="zoom">
<button id="in" title="zoom in (+)">+</button>
<button id="out" title="zoom out (-)">−</button>
<button id="all" title="show all (0)">all</button>
<button id="stuck" title="show the operation that cannot be placed (s)">to the failure</button>
</span>
</div>
<div id="picture" tabindex="0" aria-label="operations by client, from left to right"></div>
<p id="detail" aria-live="polite"></p>
<p class="legend"><i class="bar"></i> an operation, from its invocation to its return
<i class="bar open"></i> outcome unknown <i class="bar stuck"></i> cannot be placed
<i class="point">1</i> its place in the order. Drag or scroll to move, ctrl and scroll to zoom.</p>
</section>
</main>`;

const START = "start();\n";

/** JSON as it can stand in a script element. */
function scriptData(data: unknown): string {
  return JSON.stringify(data)
    .replaceAll("<", "\\u003c")
    .replaceAll(/[\u2028\u2029]/g, (char) => {
      return `\\u${char.charCodeAt(0).toString(16)}`;
    });
}

function keyData({ key, explanation }: KeyReport, options: HistoryPageOptions): object {
  const { summary = [], details = [], pictures = [], words } = explanation ?? {};
  const lines = [...summary, ...details.map((line) => line.replace(/^\^ /, "").trim())];
  return {
    key,
    summary: lines,
    views: words === undefined ? [] : pictures.map((one) => viewData(one, words, options)),
  };
}

/** So many numbers of all orders of a view. */
const NUMBERS_MAX = 200_000;

function viewData(
  { title, calls, prefixes, stuck, states, isTimed }: Picture,
  words: Explanation["words"],
  { lineOf }: HistoryPageOptions,
): object {
  const lanes = [...new Set(calls.map(({ client }) => client))].sort(byNumber);
  const laneOf = new Map(lanes.map((client, n) => [client, n]));
  const ranks = ranksOf(calls);
  let numbers = 0;
  const orders = prefixes.filter((prefix, n) => {
    numbers += prefix.length;
    return n === 0 || numbers <= NUMBERS_MAX;
  });
  return {
    title,
    lanes: lanes.map(clientName),
    calls: calls.map((call) => [
      laneOf.get(call.client),
      ranks.get(call.invoked),
      isOpen(call) ? -1 : ranks.get(call.returned ?? -1),
      words(call),
      `${clientName(call.client)}, ${callPlace(call, lineOf)}${timesOf(call)}`,
    ]),
    orders,
    ordersLeft: prefixes.length - orders.length,
    stuck,
    states,
    isTimed,
  };
}

function isOpen({ outcome, returned }: Call): boolean {
  return outcome === "info" || returned === undefined;
}

/** Events are drawn one after another, each at its place among those that are shown. */
function ranksOf(calls: readonly Call[]): ReadonlyMap<number, number> {
  const places = calls.flatMap((call) => {
    return isOpen(call) ? [call.invoked] : [call.invoked, call.returned ?? call.invoked];
  });
  places.sort((a, b) => a - b);
  return new Map(places.map((place, rank) => [place, rank]));
}

/** Times, unless they are the lines again. */
function timesOf({ invoked, returned, invokedAt, returnedAt }: Call): string {
  if (invokedAt === invoked && returnedAt === returned) return "";
  return returnedAt === undefined ? `, time ${invokedAt}` : `, time ${invokedAt} to ${returnedAt}`;
}

function byNumber(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return a < b ? -1 : a > b ? 1 : 0;
  return x - y;
}
