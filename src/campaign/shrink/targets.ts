// Whom a fault names: which of its fields hold targets, and what is left of it without some.

import type { Fault, Target } from "../../sim/fault.ts";

/** Fields that are lists of targets, and those that are lists of such lists, of whatever kind. */
const LISTS = ["hosts", "from", "to", "bridge"] as const;
const GROUPS = ["groups", "halves"] as const;

/** The fault without the targets that do not stay; undefined when it then strikes nobody. */
export function withoutTargets(
  fault: Fault,
  stays: (target: Target) => boolean,
): Fault | undefined {
  let left: Readonly<Record<string, unknown>> = { ...fault };
  for (const field of LISTS) {
    const list = listIn(left, field);
    if (list === undefined) continue;
    const kept = list.filter(stays);
    if (kept.length === 0) return undefined;
    left = { ...left, [field]: kept };
  }
  for (const field of GROUPS) {
    const groups = groupsIn(left, field);
    if (groups === undefined) continue;
    const kept = groups.map((group) => group.filter(stays)).filter(({ length }) => length > 0);
    if (kept.length < 2) return undefined;
    left = { ...left, [field]: kept };
  }
  // The same fields as before, with shorter lists: still a fault of that kind.
  return left as unknown as Fault;
}

/** Every fault that names one target less, the first time that it names it. */
export function withFewerTargets(fault: Fault): readonly Fault[] {
  const fields: Readonly<Record<string, unknown>> = { ...fault };
  const shorter = LISTS.flatMap((field) =>
    leftOut(listIn(fields, field) ?? []).map((list) => ({ ...fields, [field]: list })),
  );
  const narrower = GROUPS.flatMap((field) => {
    const groups = groupsIn(fields, field) ?? [];
    return groups.flatMap((group, i) =>
      leftOut(group).map((kept) => ({ ...fields, [field]: groups.with(i, kept) })),
    );
  });
  // The same fields as before, with shorter lists: still a fault of that kind.
  return [...shorter, ...narrower] as unknown as Fault[];
}

/** The list without each of its items in turn; not the empty one. */
function leftOut(list: readonly Target[]): Target[][] {
  return list.length < 2 ? [] : list.map((_, left) => list.filter((_, i) => i !== left));
}

function listIn(fields: Readonly<Record<string, unknown>>, field: string): Target[] | undefined {
  // What a checked fault has under such a name.
  return fields[field] as Target[] | undefined;
}

function groupsIn(
  fields: Readonly<Record<string, unknown>>,
  field: string,
): Target[][] | undefined {
  // What a checked fault has under such a name.
  return fields[field] as Target[][] | undefined;
}
