// The same plans are the same runs on every machine and every version of Node, now and later: their
// fingerprints are kept in the repository. `npm run fingerprints` renews them.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { FINGERPRINTS, takeFingerprints } from "./support/fingerprints.ts";

it("plans of every scenario make the runs that they made when they were kept", () => {
  expect(takeFingerprints()).toEqual(JSON.parse(readFileSync(FINGERPRINTS, "utf8")));
});
