import { type Access, type Accesses, FIRST } from "../../src/invariants/sessions/accesses.ts";
import type { SessionGuarantee } from "../../src/invariants/sessions.ts";

type Demand = readonly [no: number, laterThan: number];

/** Whether some order of each key's writes gives the guarantee, by trying all. O(n!). */
export function isGuaranteed(
  guarantee: SessionGuarantee,
  { sessions, versions }: Accesses,
): boolean {
  return [...versions].every(([key, calls]) => {
    const demands = sessions.flatMap((session) =>
      session.flatMap((access, i) => demandsAt(guarantee, key, session, i, access, sessions)),
    );
    const given = givenOrder(key, calls, sessions);
    const writes = calls.flatMap((call, version) => (call === undefined ? [] : [version]));
    return permutations(writes).some((order) => {
      const rank = (version: number) => [FIRST, ...order].indexOf(version);
      return [...demands, ...given].every(([a, b]) => rank(a) <= rank(b));
    });
  });
}

function demandsAt(
  guarantee: SessionGuarantee,
  key: string,
  session: readonly Access[],
  i: number,
  access: Access,
  sessions: Accesses["sessions"],
): readonly Demand[] {
  const collected = guarantee === "read-your-writes" || guarantee === "monotonic-writes";
  const before = (accesses: readonly Access[], end: number) =>
    accesses
      .slice(0, end)
      .filter(({ kind, call }) => kind === (collected ? "write" : "read") && call.outcome === "ok")
      .filter((other) => other.key === key)
      .map(({ version }) => version);
  const own = before(session, i).map((version): Demand => [version, access.version]);
  if (guarantee === "read-your-writes" || guarantee === "monotonic-reads") {
    return access.key === key && access.kind === "read" ? own : [];
  }
  if (access.key !== key) return [];
  if (access.kind === "write") return own;
  // Of all that this session has read before: what their writers had collected.
  return session.slice(0, i).flatMap((read) => {
    if (read.kind !== "read") return [];
    return sessions
      .filter((other) => other !== session)
      .flatMap((other) => {
        const at = other.findIndex(
          ({ kind, key: of, version }) =>
            kind === "write" && of === read.key && version === read.version,
        );
        if (at < 0) return [];
        return before(other, at).map((version): Demand => [version, access.version]);
      });
  });
}

function givenOrder(
  key: string,
  calls: readonly (Access["call"] | undefined)[],
  sessions: Accesses["sessions"],
): readonly Demand[] {
  const orders = calls.slice(1).map((call) => call!.order);
  const known = orders.filter((order) => order !== undefined);
  const isNamed = calls.every((call) => call?.order !== undefined || call?.outcome !== "ok");
  if (isNamed && known.length > 0 && new Set(known).size === known.length) {
    return orders.flatMap((a, i) =>
      orders.flatMap((b, j): Demand[] =>
        a !== undefined && b !== undefined && a < b ? [[i + 1, j + 1]] : [],
      ),
    );
  }
  return sessions.flatMap((session) => {
    const writes = session.filter((access) => access.kind === "write" && access.key === key);
    return writes.flatMap((write, i) =>
      writes
        .slice(0, i)
        .filter(({ call }) => call.outcome === "ok")
        .map(({ version }): Demand => [version, write.version]),
    );
  });
}

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
