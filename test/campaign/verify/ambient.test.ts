import { expect, it } from "vitest";
import { withAmbientNoted } from "../../../src/campaign/verify/ambient.ts";

it("notes what is asked of the machine, and nothing that is said in full", () => {
  const noted: string[] = [];
  const answer = withAmbientNoted(
    () => {
      new Date(0).toISOString();
      (1.5).toLocaleString("en");
      "a".localeCompare("b", "en");
      Math.max(1, 2);
      return [new Date(), Date.now(), Math.random(), process.pid, "a".localeCompare("b")] as const;
    },
    (name) => noted.push(name),
  );
  expect(noted).toEqual(["Date", "Date.now", "Math.random", "process.pid", "localeCompare"]);
  expect(answer[0]).toBeInstanceOf(Date);
  expect(answer[3]).toBe(process.pid);
});

it("leaves everything as it was, also when something is thrown", () => {
  const before = [Date, Date.now, Math.random, setTimeout, process.env, performance.now];
  const throwing = () =>
    withAmbientNoted(
      () => {
        throw new Error("no");
      },
      () => {},
    );
  expect(throwing).toThrow("no");
  expect([Date, Date.now, Math.random, setTimeout, process.env, performance.now]).toEqual(before);
});
