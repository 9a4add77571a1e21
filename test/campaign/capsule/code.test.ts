import { expect, it } from "vitest";
import { type Code, codeDifferences } from "../../../src/campaign/capsule/code.ts";

const code: Code = {
  version: "1.0.0",
  node: "v20.19.0",
  commit: "0123456789abcdef0123456789abcdef01234567",
  isDirty: false,
};
const { commit: _, isDirty: __, ...unknown } = code;

it("finds no difference between code and itself", () => {
  expect(codeDifferences(code, { ...code })).toEqual([]);
  expect(codeDifferences(unknown, unknown)).toEqual([]);
});

it.each([
  ["version", { version: "1.0.1" }, ["stormglass 1.0.0, now 1.0.1"]],
  ["Node", { node: "v24.0.0" }, ["Node v20.19.0, now v24.0.0"]],
  ["commit", { commit: "f".repeat(40) }, ["commit 0123456789ab, now ffffffffffff"]],
  ["changes", { isDirty: true }, ["now changes that are not committed"]],
  [
    "everything",
    { version: "2", node: "v24", commit: "abc", isDirty: true },
    [
      "stormglass 1.0.0, now 2",
      "Node v20.19.0, now v24",
      "commit 0123456789ab, now abc",
      "now changes that are not committed",
    ],
  ],
])("names another %s", (_, change, differences) => {
  expect(codeDifferences(code, { ...code, ...change })).toEqual(differences);
});

it("names a commit that is not known on one side", () => {
  expect(codeDifferences(code, unknown)).toEqual(["commit 0123456789ab, now unknown"]);
  expect(codeDifferences(unknown, code)).toEqual(["commit unknown, now 0123456789ab"]);
});

it("does not take one set of changes for another", () => {
  const dirty = { ...code, isDirty: true };
  expect(codeDifferences(dirty, dirty)).toEqual(["changes that were not committed, then and now"]);
  expect(codeDifferences(dirty, code)).toEqual(["changes that were not committed, and none now"]);
});
