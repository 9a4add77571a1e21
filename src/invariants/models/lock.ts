import type { Plain } from "../../sim/env.ts";
import type { Call } from "../call.ts";
import { type Model, REFUSED } from "../model.ts";
import { isNothing, malformed, operationOf } from "./values.ts";

/** Who holds a lock. */
export interface LockState {
  /** The client; undefined while the lock is free. */
  readonly owner: string | undefined;
  /** How often the owner has acquired it and not released it. 0 if and only if it is free. */
  readonly holds: number;
  /** With tokens: the smallest that the last token can have been, -1 before the first. Else -1. */
  readonly token: number;
}

/** What a lock was asked, by whom, with the answer. */
export type LockOperation =
  | {
      readonly kind: "acquire";
      readonly client: string;
      /** Undefined if that is not known. */
      readonly isGranted: boolean | undefined;
      readonly token: number | undefined;
    }
  | {
      readonly kind: "release";
      readonly client: string;
      readonly isGranted: boolean | undefined;
    }
  | { readonly kind: "read"; readonly owner: string | undefined };

const FREE: LockState = { owner: undefined, holds: 0, token: -1 };

/**
 * One lock for each key, at first free; its owner is the client. `acquire` takes a free lock and
 * answers true or nothing; or it answers false, as the lock is held, by the same client perhaps.
 * `release` by the owner frees it and answers true or nothing; or it answers false, as the client
 * is not the owner. `read` answers the owner, null for none.
 */
export const lockModel = lockNamed("lock", { isReentrant: false, hasTokens: false });

/**
 * The same, but the owner may acquire the lock again, and it is free after as many releases. As in
 * Jepsen's ReentrantMutex, without a limit on the number of holds.
 */
export const reentrantLockModel = lockNamed("reentrant-lock", {
  isReentrant: true,
  hasTokens: false,
});

/**
 * The same as `lock`, but `acquire` answers a token, a whole number that is larger than all tokens
 * before it; false when the lock is held.
 * Source: Kleppmann, How to do distributed locking, 2016: fencing tokens; Jepsen's FencedMutex.
 */
export const fencedLockModel = lockNamed("fenced-lock", { isReentrant: false, hasTokens: true });

interface LockOptions {
  readonly isReentrant: boolean;
  readonly hasTokens: boolean;
}

function lockNamed(name: string, options: LockOptions): Model<LockState, LockOperation> {
  return {
    name,
    init: FREE,
    read: (call) => readCall(call, options.hasTokens),
    step: (state, operation) => step(state, operation, options),
    partition: ({ key }) => key ?? "",
    equal: (a, b) => a.owner === b.owner && a.holds === b.holds && a.token === b.token,
    hash: ({ owner, holds, token }) => `${holds} ${token} ${owner}`,
    isObserver: (operation) => operation.kind === "read" || operation.isGranted === false,
    describe: { state: (state) => stateInWords(state, options) },
  };
}

function readCall(call: Call, hasTokens: boolean): LockOperation | undefined {
  const { client, outcome, result } = call;
  const kind = operationOf(call.f, ["acquire", "release", "read"]);
  if (outcome === "fail") return undefined;
  if (kind === "read") return outcome === "ok" ? { kind, owner: ownerOf(result) } : undefined;
  if (outcome === "info") {
    return { kind, client, isGranted: undefined, token: undefined };
  }
  if (kind === "acquire" && hasTokens) return { kind, client, ...tokenOf(result) };
  if (!isNothing(result) && typeof result !== "boolean") {
    throw malformed("result", "true, false or nothing", result);
  }
  return { kind, client, isGranted: result ?? true, token: undefined };
}

function ownerOf(result: Plain): string | undefined {
  if (isNothing(result)) return undefined;
  if (typeof result === "string") return result;
  throw malformed("result", "the owner's name or null", result);
}

function tokenOf(result: Plain): { isGranted: boolean; token: number | undefined } {
  if (result === false) return { isGranted: false, token: undefined };
  if (typeof result === "number" && Number.isSafeInteger(result) && result >= 0) {
    return { isGranted: true, token: result };
  }
  throw malformed("result", "a token (a whole number from 0 on) or false", result);
}

function step(
  state: LockState,
  operation: LockOperation,
  { isReentrant, hasTokens }: LockOptions,
): LockState | typeof REFUSED {
  if (operation.kind === "read") return operation.owner === state.owner ? state : REFUSED;
  const { kind, client, isGranted } = operation;
  const isOwner = state.owner === client;
  const isFree = state.owner === undefined;
  const isPossible = kind === "release" ? isOwner : isFree || (isReentrant && isOwner);
  if (isGranted !== undefined && isGranted !== isPossible) return REFUSED;
  if (!isPossible) return state;
  if (kind === "release") {
    return state.holds > 1 ? { ...state, holds: state.holds - 1 } : { ...FREE, token: state.token };
  }
  // A token that nobody saw was at least the next one; to suppose more could only refuse more.
  const token = hasTokens ? (operation.token ?? state.token + 1) : -1;
  if (hasTokens && token <= state.token) return REFUSED;
  return { owner: client, holds: state.holds + 1, token };
}

function stateInWords({ owner, holds, token }: LockState, options: LockOptions): string {
  const last = options.hasTokens && token >= 0 ? `, last token ${token}` : "";
  if (owner === undefined) return `free${last}`;
  return `held by ${owner}${holds > 1 ? ` ${holds} times` : ""}${last}`;
}
