import type { Findings } from "./findings.ts";
import { COMMITTED, type Scalar, type Transactions } from "./micro-operations.ts";
import { readText, wroteText } from "./words.ts";

/**
 * Transactions that read the same version of a key and then write the key: whichever wrote first,
 * the other did not see it (Berenson et al. 1995, P4). O(micro-operations).
 */
export function tellLostUpdates(t: Transactions, findings: Findings): void {
  const updates: (Map<Scalar | undefined, number[]> | undefined)[] = [];
  for (let at = 0; at < t.owner.length; at++) {
    const isUpdate = t.isWrite[at] === 0 && t.previous[at]! < 0 && t.nextWrite[at]! >= 0;
    if (!isUpdate || t.status[t.owner[at]!] !== COMMITTED) continue;
    // Values are unique, so the last element tells which version of a list it is.
    const version = t.kind === "list-append" ? t.list[at]!.at(-1) : t.value[at];
    updates[t.key[at]!] ??= new Map();
    const ofKey = updates[t.key[at]!]!;
    const same = ofKey.get(version);
    if (same === undefined) ofKey.set(version, [at]);
    else same.push(at);
  }
  for (const ofKey of updates) {
    for (const reads of ofKey?.values() ?? []) {
      if (reads.length === 1) continue;
      const transactions = reads.map((read) => t.owner[read]!);
      findings.add("lost-update", transactions, () =>
        reads.map((read, i) => {
          return `T${i + 1} ${readText(t, read)} and then ${wroteText(t, t.nextWrite[read]!)}`;
        }),
      );
    }
  }
}
