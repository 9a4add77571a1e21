import { UsageError } from "../../sim/assert.ts";
import type { Plain } from "../../sim/env.ts";
import { isSameContent } from "../linearizability/content.ts";
import { type Model, REFUSED } from "../model.ts";

/** What a register was asked, with the answer. */
export type RegisterOperation =
  | { readonly kind: "read"; readonly value: Plain }
  | { readonly kind: "write"; readonly value: Plain };

/**
 * One register for each key: `read` answers the value written last, at first `undefined` (or null,
 * which is the same here); `write` has the new value. Values are equal if their contents are.
 */
export const registerModel: Model<Plain, RegisterOperation> = {
  name: "register",
  init: undefined,
  read: ({ f, value, outcome, result }) => {
    if (f !== "read" && f !== "write") {
      throw new UsageError(`f: expected read or write, got ${JSON.stringify(f)}`);
    }
    if (f === "write")
      return outcome === "fail" ? undefined : { kind: f, value: value ?? undefined };
    return outcome === "ok" ? { kind: f, value: result ?? undefined } : undefined;
  },
  step: (state, { kind, value }) => {
    if (kind === "write") return value;
    return isSameContent(state, value) ? state : REFUSED;
  },
  partition: ({ key }) => key ?? "",
  isObserver: ({ kind }) => kind === "read",
  asRegister: (operation) => operation,
};
