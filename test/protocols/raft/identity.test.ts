import { expect, it } from "vitest";
import { drawMember, hostOf, isDrawn, memberNamed } from "../../../src/protocols/raft/identity.ts";
import { FixedRandom } from "../../support/recording-env.ts";

const DRAWN = "n3#00000000ffffffff";

it("a member that is drawn has a name of its host and 64 random bits", () => {
  const random = new FixedRandom();
  random.draw = (low, high) => (random.ranges.length === 1 ? low : high);
  expect(drawMember("n3", random)).toBe(DRAWN);
});

it.each([
  ["n3", "n3", false],
  [DRAWN, "n3", true],
  [`${DRAWN}#00000000ffffffff`, DRAWN, true],
  ["", "", false],
  ["n#3", "n#3", false],
  ["a host of a long name", "a host of a long name", false],
])("%s is on the host %s", (member, host, drawn) => {
  expect(hostOf(member)).toBe(host);
  expect(isDrawn(member)).toBe(drawn);
});

it("a member is found by its own name, and by that of its host", () => {
  expect(memberNamed(["n1", DRAWN], "n3")).toBe(DRAWN);
  expect(memberNamed([DRAWN, "n3"], "n3")).toBe("n3");
  expect(memberNamed(["n3", DRAWN], DRAWN)).toBe(DRAWN);
  expect(memberNamed(["n1", DRAWN], "n2")).toBeUndefined();
});
