// What a storage quorum refuses, and that it does nothing of it.

import type { HistoryEntry } from "../sim/history.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { type Micros, minutes } from "../sim/time.ts";
import { backendOf, dataOf, type StorageView } from "./storage-view.ts";

/** An operation as clients emit it; each has some of these. */
interface Asked {
  readonly op: string;
  readonly user: string;
  readonly file?: string;
}

/**
 * These operations are refused for these reasons, by id; one whose outcome nobody knows may have
 * been refused for that. Measures `refused, <reason>`.
 */
export function theseAreRefused(
  name: string,
  expected: ReadonlyMap<string, string>,
): Invariant<StorageView> {
  const made = {
    name,
    state: { returned: 0 },
    onStep: ({ history, metrics }: World<StorageView>) => {
      const { state } = made;
      for (; state.returned < history.returned.length; state.returned++) {
        const { id, outcome, result } = history.returned[state.returned]!;
        if (outcome === "fail") metrics.count(`refused, ${String(result)}`);
        const reason = expected.get(id);
        if (reason === undefined || outcome === "info") continue;
        if (outcome === "ok") return `${id} is served, and was to be refused: ${reason}`;
        if (result !== reason) return `${id} is refused: ${String(result)}, expected ${reason}`;
      }
      return undefined;
    },
  };
  return made;
}

/**
 * What was refused has changed nothing: there is no block of a file whose uploads were all refused,
 * but one that is rejected, and no list shows such a file.
 */
export function refusalsChangeNothing(name: string): Invariant<StorageView> {
  return {
    name,
    onEnd: (world) => {
      const mayBe = new Set<string>();
      for (const { operation, outcome } of world.history.invoked) {
        const { op, file } = dataOf<Asked>(operation);
        if (op === "upload" && outcome !== "fail") mayBe.add(file!);
      }
      for (const { file, status } of backendOf(world)?.values() ?? []) {
        if (status !== "rejected" && !mayBe.has(file)) {
          return `${file} is ${status}, and all of its uploads were refused`;
        }
      }
      for (const { id, operation, result } of world.history.returned) {
        if (dataOf<Asked>(operation).op !== "list") continue;
        const { files = [] } = dataOf<{ files?: readonly string[] }>(result ?? {});
        const wrong = files.find((file) => !mayBe.has(file));
        if (wrong !== undefined) return `${id} shows ${wrong}, whose uploads were all refused`;
      }
      return undefined;
    },
  };
}

/** All answers to the operations of these ids are the same, and there are at least two of them. */
export function theseAnswersAreEqual(name: string, ids: readonly string[]): Invariant {
  return {
    name,
    supposes: ["operations"],
    onEnd: ({ history }: World) => {
      const answers = ids
        .map((id) => history.entries.get(id))
        .filter((entry) => entry?.outcome === "ok")
        .map((entry) => JSON.stringify(entry!.result));
      if (answers.length < 2) return `${answers.length} of ${ids.length} are answered`;
      const other = answers.find((answer) => answer !== answers[0]);
      return other && `${ids.join(" and ")} differ: ${answers[0]} and ${other}`;
    },
  };
}

/**
 * In no minute more uploads of one user begin than a number of them; and none is refused as too
 * often unless that many had begun in the minute before it.
 */
export function uploadsStayWithin(name: string, perMinute: number): Invariant<StorageView> {
  interface State {
    returned: number;
    /** By user, when uploads of theirs began. */
    readonly begun: Map<string, Micros[]>;
  }
  const made = {
    name,
    state: { returned: 0, begun: new Map() } as State,
    onStep: (world: World<StorageView>) => {
      const { state } = made;
      for (const { event, data } of world.emitted) {
        if (event !== "block opened") continue;
        const { file } = dataOf<{ file: string }>(data);
        const user = file.split("/")[0]!;
        const begun = [...(state.begun.get(user) ?? []), world.now];
        state.begun.set(user, begun);
        const inMinute = begun.filter((at) => at > world.now - minutes(1)).length;
        if (inMinute > perMinute) return `${inMinute} uploads of ${user} begin in a minute`;
      }
      const { returned } = world.history;
      for (; state.returned < returned.length; state.returned++) {
        const wrong = wrongRefusal(returned[state.returned]!, state.begun, perMinute);
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    },
  };
  return made;
}

function wrongRefusal(
  { id, operation, result, invokedAt }: HistoryEntry,
  begun: ReadonlyMap<string, readonly Micros[]>,
  perMinute: number,
): string | undefined {
  if (result !== "rate limited") return undefined;
  const { user } = dataOf<Asked>(operation);
  const recent = (begun.get(user) ?? []).filter((at) => at > invokedAt - minutes(1));
  if (recent.length >= perMinute) return undefined;
  return `${id} is refused, and ${recent.length} uploads of ${user} began in the minute before`;
}
