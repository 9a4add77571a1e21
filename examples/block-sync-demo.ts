// Three nodes of a chain synchronize, step by step: a makes blocks, b and c fetch them.

import { findScenario, ms, plan, run } from "../src/index.ts";

const scenario = findScenario("bs-demo-eight-phases");
const { history, trace, violation } = run(scenario, plan(scenario, "3"), { trace: true });

// Colour is for terminals; what goes to a file stays plain.
const isColoured = process.stdout.isTTY && process.stdout.hasColors();
const paint = (code: number) => (text: string) =>
  isColoured ? `\u001b[${code}m${text}\u001b[0m` : text;
const [bold, dim, green, yellow, cyan] = [1, 2, 32, 33, 36].map(paint) as Painter[];
type Painter = (text: string) => string;

const NODES = ["a", "b", "c"];
const HIGHEST = 15;
const time = (at: number): string => `${(at / ms(1)).toFixed(0).padStart(6)} ms`;

// What the nodes told of themselves, in order.
type Told = { height?: number; target?: number; imported?: number; peer?: string };
const told = trace.flatMap(({ at, host, kind, payload }) => {
  if (kind !== "emit" || host === undefined || !NODES.includes(host)) return [];
  const { event, data } = payload as { event: string; data: Told };
  return [{ at, host, event, data: data ?? {} }];
});

// What the client asked for, by phase; in the order in which it asked.
type Answer = { kind?: string; height?: number; hash?: string; account?: { balance: number } };
const operations = history.returned.toSorted((one, other) => one.invoked - other.invoked);
const phaseOf = (id: string): string => id.slice(0, id.indexOf(":"));
const phases = [...new Set(operations.map(({ id }) => phaseOf(id)))];

const heights = new Map(NODES.map((node) => [node, 0]));
let shown = 0;
for (const phase of phases) {
  const own = operations.filter(({ id }) => phaseOf(id) === phase);
  const began = Math.min(...own.map(({ invokedAt }) => invokedAt));
  const ended = Math.max(...own.map(({ returnedAt }) => returnedAt ?? 0));
  const took = ((ended - began) / ms(1)).toFixed(0);
  console.log(`${bold!(phase)}${dim!(`, at ${(began / ms(1)).toFixed(0)} ms for ${took} ms`)}`);
  for (; shown < told.length && told[shown]!.at <= ended; shown++) {
    const { at, host, event, data } = told[shown]!;
    if (event === "tip changed") heights.set(host, data.height!);
    if (event === "sync began") {
      console.log(`${dim!(time(at))}  ${host} begins to fetch, up to block ${data.target}`);
    } else if (event === "sync ended") {
      console.log(`${dim!(time(at))}  ${host} has fetched ${yellow!(`${data.imported} blocks`)}`);
    }
  }
  const inTime = own.toSorted((one, other) => (one.returnedAt ?? 0) - (other.returnedAt ?? 0));
  for (const { id, operation, returnedAt, result } of inTime) {
    const { op, amount, to } = operation as { op: string; amount?: number; to?: string };
    const { height = 0 } = result as Answer;
    const what = id.slice(phase.length + 2);
    if (op !== "transfer") continue;
    console.log(`${dim!(time(returnedAt ?? 0))}  ${what} ${amount} to ${to}, in block ${height}`);
  }
  for (const node of NODES) {
    const height = heights.get(node)!;
    const bar = cyan!("#".repeat(height)) + dim!(".".repeat(HIGHEST - height));
    console.log(`           ${node} ${bar} ${height}`);
  }
}

// The last phases ask all nodes the same, or every node of itself.
console.log(bold!("what was answered"));
const show = ({ kind, height, hash, account }: Answer): string => {
  if (kind === "verified") return `blocks 0 to ${height} are what they were`;
  if (kind === "account") return `balance ${account?.balance}`;
  if (kind === "transaction") return `in block ${height}`;
  if (kind === "none") return "there is none";
  return `${height === undefined ? "" : `block ${height} `}${hash?.slice(0, 16)}`;
};
const answers = new Map<string, string[]>();
for (const { id, result } of operations.filter(({ id }) => /^phase [78],/.test(id))) {
  const question = id.slice(phaseOf(id).length + 2).replace(/(,? from| of) [abc]$/, "");
  answers.set(question, [...(answers.get(question) ?? []), show(result as Answer)]);
}
for (const [question, given] of answers) {
  const agreed = new Set(given).size === 1 ? green!(`all ${given.length} agree`) : given.join(", ");
  console.log(`  ${question.padEnd(22)} ${given[0]}, ${agreed}`);
}
console.log(violation === undefined ? green!("every invariant held") : violation.message);
