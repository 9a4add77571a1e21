import type { Call } from "../../src/invariants/call.ts";

/**
 * Calls from lines such as `c1 1-4 write(x) 7`, `c2 5-6 read -> 7`, `c1 2-3 fail write 8`,
 * `c1 2-? write 8` (open at the end), `c1 1-4 write(x) 7 @12` (order 12). Values are JSON.
 */
export function calls(...lines: readonly string[]): readonly Call[] {
  return lines.map((line) => {
    const parts = LINE.exec(line)?.groups;
    if (parts === undefined) throw new Error(`not a call: ${line}`);
    const { client, from, to, fail, f, key, value, result, order } = parts;
    const invoked = Number(from);
    const returned = to === "?" ? undefined : Number(to);
    const parsed = (text: string | undefined) =>
      text === undefined ? undefined : JSON.parse(text);
    return {
      ...{ client: client!, f: f!, key, value: parsed(value), result: parsed(result) },
      ...{ invoked, returned, invokedAt: invoked, returnedAt: returned, order: parsed(order) },
      outcome: returned === undefined ? "info" : fail === undefined ? "ok" : "fail",
    };
  });
}

const LINE = new RegExp(
  [
    "^(?<client>\\w+) (?<from>\\d+)-(?<to>\\d+|\\?)",
    "(?: (?<fail>fail))? (?<f>[a-z-]+)(?:\\((?<key>\\w+)\\))?",
    "(?: (?<value>[^@>]+?))?(?: -> (?<result>[^@]+?))?(?: @(?<order>\\d+))?$",
  ].join(""),
);
