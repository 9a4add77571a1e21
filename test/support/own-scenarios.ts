import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Where a file in any folder finds what makes scenarios, in the source. */
const SIM = pathToFileURL("src/sim/scenario.ts").href;

/** The beginning of a module: `make(name)` is a scenario of one server that does nothing. */
export const MAKE = makeFrom(SIM);

/** The same, with what makes scenarios from elsewhere. */
export function makeFrom(url: string): string {
  return `
import { defineScenario } from "${url}";
const make = (name: string) => defineScenario({
  name,
  about: "One server that does nothing.",
  plan: () => ({ servers: ["n1"], horizon: 1_000_000 }),
  server: () => ({ state: {}, onStart() {}, onMessage() {} }),
  invariants: () => [],
});
`;
}

/** Writes a file. Each test takes a name of its own, as Node reads a module once. */
export function fileIn(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
