import type { Plain } from "../../sim/env.ts";
import type { Call } from "../call.ts";
import { contentOf, isList, isNothing, malformed, operationOf } from "../models/values.ts";

/** A read or a write of one key. A cas is one of each. */
export interface Access {
  readonly kind: "read" | "write";
  readonly call: Call;
  readonly key: string;
  /** Of a write its own version, of a read that which it saw; by key, {@link FIRST} the first. */
  readonly version: number;
}

/** The version of a key before its first write. */
export const FIRST = 0;

/** A read of which nobody can tell what it saw. */
export interface UnjudgedRead {
  readonly call: Call;
  /** More than one write can be what it saw, or none. */
  readonly reason: "ambiguous" | "unwritten";
}

/** All that was read and written. */
export interface Accesses {
  /** By client in order of first call, each in order of invocation. */
  readonly sessions: readonly (readonly Access[])[];
  /** By key, in order of version: the call that wrote it; the first has none. */
  readonly versions: ReadonlyMap<string, readonly (Call | undefined)[]>;
  readonly unjudged: readonly UnjudgedRead[];
}

/**
 * Tells which write each read saw. Writes that failed are no versions, nor are reads that were not
 * answered any. Throws a UsageError at a call that is no access of a register.
 */
export function accessesOf(calls: readonly Call[]): Accesses {
  const sorted = calls.toSorted((a, b) => a.invoked - b.invoked);
  const parts = sorted.map(partsOf);
  const versions = new Map<string, (Call | undefined)[]>();
  const byContent = new Map<string, number[]>();
  const written = sorted.map((call, i) => {
    const key = call.key ?? "";
    const known = versions.get(key) ?? [undefined];
    versions.set(key, known);
    if (parts[i]!.wrote === undefined) return undefined;
    const version = known.push(call) - 1;
    const place = placeOf(key, parts[i]!.wrote!);
    byContent.set(place, [...(byContent.get(place) ?? startOf(parts[i]!.wrote!)), version]);
    return version;
  });
  const sessions = new Map<string, Access[]>();
  const unjudged: UnjudgedRead[] = [];
  for (const [i, call] of sorted.entries()) {
    const { saw } = parts[i]!;
    const key = call.key ?? "";
    const session = sessions.get(call.client) ?? [];
    sessions.set(call.client, session);
    if (saw !== undefined) {
      const candidates = byContent.get(placeOf(key, saw)) ?? startOf(saw);
      const version = chosen(candidates, call, versions.get(key)!);
      if (version !== undefined) session.push({ kind: "read", call, key, version });
      else unjudged.push({ call, reason: candidates.length > 0 ? "ambiguous" : "unwritten" });
    }
    const version = written[i];
    if (version !== undefined) session.push({ kind: "write", call, key, version });
  }
  return { sessions: [...sessions.values()], versions, unjudged };
}

/** Contents that a call saw and wrote. */
interface Parts {
  readonly saw?: string;
  readonly wrote?: string;
}

function partsOf({ f, value, outcome, result }: Call): Parts {
  const kind = operationOf(f, ["read", "get", "write", "put", "delete", "cas"]);
  if (kind === "read" || kind === "get") return outcome === "ok" ? { saw: content(result) } : {};
  if (kind === "cas") {
    if (!isList(value) || value.length !== 2) throw malformed("value", "[expected, new]", value);
    const [expected, wrote] = value.map(content);
    // It saw what it expected, if it succeeded; if that is not known, it may have written only.
    if (outcome === "ok") return result === false ? {} : { saw: expected!, wrote: wrote! };
    return outcome === "info" ? { wrote: wrote! } : {};
  }
  if (outcome === "fail") return {};
  return { wrote: content(kind === "delete" ? undefined : value) };
}

/** As in a key-value store, null and "" are nothing. */
const NOTHING = contentOf(undefined);

function content(value: Plain): string {
  return isNothing(value) || value === "" ? NOTHING : contentOf(value);
}

function startOf(saw: string): number[] {
  return saw === NOTHING ? [FIRST] : [];
}

function placeOf(key: string, saw: string): string {
  return `${key.length}:${key}${saw}`;
}

/** The one version that it can be; of several that of the same order, if there is one. */
function chosen(
  candidates: readonly number[],
  { order }: Call,
  versions: readonly (Call | undefined)[],
): number | undefined {
  if (candidates.length <= 1) return candidates[0];
  if (order === undefined) return undefined;
  const same = candidates.filter((version) => versions[version]?.order === order);
  return same.length === 1 ? same[0] : undefined;
}
