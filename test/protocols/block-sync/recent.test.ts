import { describe, expect, it } from "vitest";
import { Recent } from "../../../src/protocols/block-sync/encoding/recent.ts";

const NAMES = Array.from({ length: 100 }, (_, i) => `n${i}`);

describe("what was used last", () => {
  it("is remembered, as many as are asked for", () => {
    const recent = new Recent<string>(10);
    for (const name of NAMES) recent.set(name, name);
    expect(NAMES.slice(-10).map((name) => recent.get(name))).toEqual(NAMES.slice(-10));
  });

  it("is no more than twice as many", () => {
    const recent = new Recent<string>(10);
    const sizes = NAMES.map((name) => {
      recent.set(name, name);
      return recent.size;
    });
    expect(Math.max(...sizes)).toBe(20);
  });

  it("leaves out what was not used for long", () => {
    const recent = new Recent<string>(10);
    for (const name of NAMES) recent.set(name, name);
    expect(recent.get("n0")).toBeUndefined();
  });

  it("keeps what is asked for again and again", () => {
    const recent = new Recent<string>(2);
    const found = NAMES.map((name) => {
      recent.set(name, name);
      return recent.get("n0");
    });
    expect(found).toEqual(NAMES.map(() => "n0"));
  });
});
