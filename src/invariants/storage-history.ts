// What clients of a storage quorum are told, against what is so.

import type { NodeId } from "../sim/env.ts";
import type { HistoryEntry } from "../sim/history.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import type { Micros } from "../sim/time.ts";
import type { MayLie } from "./storage-quorum.ts";
import {
  backendOf,
  dataOf,
  isDurable,
  type ReplicaView,
  type StorageView,
} from "./storage-view.ts";

/** An operation as clients emit it; each has some of these. */
interface Asked {
  readonly op: string;
  readonly user: string;
  readonly token: "right" | "none" | "wrong";
  readonly password: "right" | "none" | "wrong";
  readonly file?: string;
  /** Of the bytes of an upload. */
  readonly sha256?: string;
}

/** What it came to; each has some of these. */
interface Answer {
  readonly status?: string;
  readonly sha256?: string;
  readonly files?: readonly string[];
}

/**
 * What a download gives is what some upload of that file has brought, byte by byte; and it gives
 * it only once the file is confirmed, and to nobody but its owner, with the right password. Lists
 * show the caller's files, all of those that were confirmed to anybody before, and no others.
 */
export function answersAreTrue(name: string): Invariant<StorageView> {
  const made = {
    name,
    state: {
      ...{ invoked: 0, returned: 0 },
      confirmed: new Set(),
      brought: new Map(),
      told: new Map(),
    } as Known,
    onStep: (world: World<StorageView>) => {
      const { state } = made;
      const { history } = world;
      takeConfirmed(state.confirmed, world);
      for (; state.invoked < history.invoked.length; state.invoked++) {
        const { op, file, sha256 } = dataOf<Asked>(history.invoked[state.invoked]!.operation);
        if (op === "upload") listAt(state.brought, file!).push(sha256!);
      }
      for (; state.returned < history.returned.length; state.returned++) {
        const entry = history.returned[state.returned]!;
        if (entry.outcome !== "ok") continue;
        const wrong = wrongAnswer(entry, state);
        if (wrong !== undefined) return `${entry.id}: ${wrong}`;
        const { op, user, file } = dataOf<Asked>(entry.operation);
        const isConfirmed = dataOf<Answer>(entry.result ?? {}).status === "confirmed";
        if (op === "upload" && isConfirmed) {
          listAt(state.told, user).push({ file: file!, returned: entry.returned! });
        }
      }
      return undefined;
    },
  };
  return made;
}

/** Of what was confirmed as the power failed nobody was told: it is known after the restart. */
function takeConfirmed(confirmed: Set<string>, world: World<StorageView>): void {
  for (const { event, data } of world.emitted) {
    if (event === "serving") {
      for (const { file, status } of backendOf(world)?.values() ?? []) {
        if (status === "confirmed") confirmed.add(file);
      }
    }
    if (event !== "block settled") continue;
    const { file, status } = dataOf<{ file: string; status: string }>(data);
    if (status === "confirmed") confirmed.add(file);
  }
}

/** What the history has said so far, and how much of it was read. */
interface Known {
  invoked: number;
  returned: number;
  readonly confirmed: Set<string>;
  /** By file, the SHA-256 of what uploads have brought. */
  readonly brought: Map<string, string[]>;
  /** By user, the files that they were told are confirmed, and when: a place in the history. */
  readonly told: Map<string, { readonly file: string; readonly returned: number }[]>;
}

function listAt<Item>(lists: Map<string, Item[]>, key: string): Item[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

function wrongAnswer(entry: HistoryEntry, known: Known): string | undefined {
  const asked = dataOf<Asked>(entry.operation);
  const answer = dataOf<Answer>(entry.result ?? {});
  const { op, user, file } = asked;
  if (op === "peers" || op === "drain") return undefined;
  if (op !== "register" && op !== "login" && asked.token !== "right") {
    return `${op} is served with ${asked.token === "none" ? "no" : "a wrong"} token`;
  }
  // Whoever registers chooses the password.
  if (op !== "register" && asked.password !== "right") {
    return `${op} is served with ${asked.password === "none" ? "no" : "a wrong"} password`;
  }
  if (file !== undefined && !file.startsWith(`${user}/`)) return `${user} is told of ${file}`;
  if (op === "list") return wrongList(answer.files ?? [], user, { entry, known });
  if (op !== "download") return undefined;
  if (!known.confirmed.has(file!)) return `${file} is given before it is confirmed`;
  const isKnown = known.brought.get(file!)?.includes(answer.sha256!) === true;
  return isKnown ? undefined : `what is given of ${file} is not what was brought`;
}

function wrongList(
  files: readonly string[],
  user: string,
  { entry, known }: { readonly entry: HistoryEntry; readonly known: Known },
): string | undefined {
  const foreign = files.find((file) => !file.startsWith(`${user}/`));
  if (foreign !== undefined) return `the list of ${user} shows ${foreign}`;
  const missing = known.told
    .get(user)
    ?.find(({ file, returned }) => returned < entry.invoked && !files.includes(file));
  return missing && `the list of ${user} lacks ${missing.file}`;
}

/**
 * A confirmed file is given, in the calm, as long as of each chunk one replica is durable on a host
 * that is up and never lies; whoever held one counts, whatever the backend thinks of them since.
 */
export function confirmedFilesAreRecoverable(
  name: string,
  { calm, mayLie }: { readonly calm: Micros; readonly mayLie: MayLie },
): Invariant<StorageView> {
  interface Held extends ReplicaView {
    readonly sizeBytes: number;
  }
  const made = {
    name,
    supposes: ["servers", "faults", "conditions"] as const,
    /** By file, for each chunk all replicas that were ever confirmed. */
    state: { returned: 0, held: new Map<string, Held[][]>() },
    onStep: (world: World<StorageView>) => {
      const { state } = made;
      for (const { event, data } of world.emitted) {
        if (event !== "replica held") continue;
        const { file, chunk, node } = dataOf<{ file: string; chunk: number; node: NodeId }>(data);
        const known = backendOf(world)?.get(file)?.chunks[chunk];
        const replica = known?.holders.get(node)?.replica;
        if (known === undefined || replica === undefined) continue;
        const chunks = state.held.get(file) ?? [];
        const { address } = replica;
        chunks[chunk] = [...(chunks[chunk] ?? []), { node, address, sizeBytes: known.sizeBytes }];
        state.held.set(file, chunks);
      }
      const { returned } = world.history;
      for (; state.returned < returned.length; state.returned++) {
        const { operation, outcome, result, invokedAt, id } = returned[state.returned]!;
        const { op, file } = dataOf<Asked>(operation);
        if (op !== "download" || outcome !== "fail" || result !== "unavailable") continue;
        if (invokedAt < calm || !isThere(state.held.get(file!) ?? [], world)) continue;
        return `${id}: ${file} is not given, and all of its chunks are there`;
      }
      return undefined;
    },
  };
  const isThere = (chunks: readonly (readonly Held[])[], world: World<StorageView>): boolean =>
    chunks.length > 0 &&
    chunks.every((replicas) =>
      replicas.some((replica) => {
        const host = world.servers.find(({ id }) => id === replica.node);
        const isUp = host?.node !== undefined && !mayLie(replica.node);
        return isUp && isDurable(host, replica, replica.sizeBytes);
      }),
    );
  return made;
}
