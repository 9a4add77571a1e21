import type { Plain } from "../../sim/env.ts";
import type { CasRegisterOperation } from "./cas-register.ts";

/** What a store was asked about one key, with the answer. `read` is a get, `write` a put. */
export type KeyValueOperation =
  | CasRegisterOperation
  | { readonly kind: "append"; readonly value: string };

/** In a search, a text that no answer tells from another such text. */
export const UNSEEN: unique symbol = Symbol("unseen");

/** A key's value; UNSEEN stands for all that nobody can tell apart. */
export type KeyValueState = Plain | typeof UNSEEN;
