// A chain deletes no account, as who pays keeps a nonce: no scenario meets a bug of the trie's
// deletions, but Ethereum's vectors do.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { hexOf } from "../../../src/protocols/hex.ts";
import type { Change } from "../../mutants/mutant.ts";
import { packageWith } from "../../support/changed-package.ts";
import { vectorBytes, vectorsOf } from "../../support/ethereum-vectors.ts";

/** Without a value, a key is deleted. */
interface Vector {
  readonly in: readonly (readonly [key: string, value: string | null])[];
  readonly root: string;
}

const file = "src/protocols/block-sync/trie/update.ts";
const BRANCH_OF_ONE: Change = {
  ...{ id: "trie-delete-leaves-a-branch-of-one", file },
  find: "if (count > 1 || entry !== undefined) return branchOf(children, entry);",
  replace: "if (count > 0 || entry !== undefined) return branchOf(children, entry);",
};
const DELETES_NOTHING: Change = {
  ...{ id: "trie-delete-does-nothing", file },
  find: "  if (value === undefined) return undefined;",
  replace: "  if (value === undefined) return entry;",
};

const hexOfKey = (text: string): string => hexOf(vectorBytes(text));
const VECTORS = vectorsOf<Vector>("trietest.json").map(([name, { in: pairs, root }]) => {
  const changes = pairs.map(([key, value]) => [hexOfKey(key), value && hexOfKey(value)]);
  return { name, changes, root };
});

/** Prints the names of those whose root is another one. */
const PROGRAM = `
  import { argv } from "node:process";
  const { trieUpdate, trieRoot } = await import(argv[1]);
  const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
  const rootOf = (changes) => Buffer.from(trieRoot(changes.reduce((trie, [key, value]) =>
    trieUpdate(trie, [{ key: bytes(key), value: value === null ? undefined : bytes(value) }]),
    undefined))).toString("hex");
  const wrong = JSON.parse(argv[2]).filter(({ changes, root }) => "0x" + rootOf(changes) !== root);
  console.log(JSON.stringify(wrong.map(({ name }) => name)));
`;

/** The vectors whose root is another one with the change, in a process that has nothing else. */
function wrongRoots(change: Change | undefined): readonly string[] {
  const path = join(packageWith(change), "src/protocols/block-sync/trie/trie.js");
  const args = [pathToFileURL(path).href, JSON.stringify(VECTORS)];
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", PROGRAM, ...args],
    { encoding: "utf8" },
  );
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

it("has the right roots as it is", () => {
  expect(VECTORS.length).toBeGreaterThan(3);
  expect(wrongRoots(undefined)).toEqual([]);
});

it.each([BRANCH_OF_ONE, DELETES_NOTHING])("has another root with $id", (change) => {
  expect(wrongRoots(change)).not.toEqual([]);
});
