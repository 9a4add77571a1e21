// What keeps groups apart that share a host: each is lent an Env in which all that it names is its
// own. Nothing here knows what the groups do.

import type { Disk, Env, NodeId, Plain } from "../../sim/env.ts";
import type { Micros } from "../../sim/time.ts";

/** The name of a group on all hosts: one word, without blanks and slashes. */
export type GroupName = string;

/** What a message says besides what it says: for which group it is. */
export interface Grouped {
  readonly group: GroupName;
}

/** What a group is lent that cannot be had by giving its things other names. */
export interface Lent {
  readonly random: Env<never>["random"];
  /** A sync of all that was written so far: one may serve several groups. */
  readonly sync: (token: string) => void;
}

/**
 * The world as one group on a host sees it. Timers, files, syncs, gauges and sites have names of
 * the group's own; messages and events say which group they are of. Host, clocks and disk are
 * shared: what one group writes may leave no room for another.
 */
export function scopedEnv<Message extends object>(
  env: Env<Message & Grouped>,
  group: GroupName,
  { random, sync }: Lent,
): Env<Message> {
  return {
    id: env.id,
    random,
    disk: scopedDisk(env.disk, group, sync),
    now: () => env.now(),
    wallClock: () => env.wallClock(),
    send: (to: NodeId, message: Message): void => env.send(to, { ...message, group }),
    setTimer: (name: string, delay: Micros): void => env.setTimer(nameIn(group, name), delay),
    cancelTimer: (name: string): void => env.cancelTimer(nameIn(group, name)),
    emit: (event: string, data?: Plain): void => env.emit(event, named(event, data, group)),
    buggify: (site: string): boolean => env.buggify(nameIn(group, site)),
  };
}

/** A group's name for a timer, a sync, a gauge or a site, as its host has it: `g1 election`. */
export function nameIn(group: GroupName, name: string): string {
  return `${group} ${name}`;
}

/** Undoes {@link nameIn}; undefined when a name is no group's. */
export function splitName(name: string): readonly [group: GroupName, name: string] | undefined {
  const end = name.indexOf(" ");
  return end < 0 ? undefined : [name.slice(0, end), name.slice(end + 1)];
}

/** A group's file as its host has it: `g1/raft.journal`. */
export function fileIn(group: GroupName, file: string): string {
  return `${group}/${file}`;
}

/** A sync of one file, or of names, is a group's own. */
function scopedDisk(disk: Disk, group: GroupName, sync: Lent["sync"]): Disk {
  const prefix = fileIn(group, "");
  return {
    read: (file) => disk.read(prefix + file),
    sizeOf: (file) => disk.sizeOf(prefix + file),
    // Those of one beginning are as sorted without it.
    list: () =>
      disk
        .list()
        .filter((file) => file.startsWith(prefix))
        .map((file) => file.slice(prefix.length)),
    append: (file, bytes, sizeBytes) => disk.append(prefix + file, bytes, sizeBytes),
    write: (file, bytes, offset) => disk.write(prefix + file, bytes, offset),
    truncate: (file, sizeBytes) => disk.truncate(prefix + file, sizeBytes),
    rename: (from, to) => disk.rename(prefix + from, prefix + to),
    remove: (file) => disk.remove(prefix + file),
    sync: (token, file) => {
      if (file === undefined) sync(token);
      else disk.sync(nameIn(group, token), prefix + file);
    },
    syncDirectory: (token) => disk.syncDirectory(nameIn(group, token)),
  };
}

/** Data with the group's name: `gauge` has it in the gauge's name, `invoke` in the operation. */
function named(event: string, data: Plain, group: GroupName): Plain {
  if (data === undefined) return { group };
  if (!isRecord(data)) return { group, data };
  if (event === "gauge") return { ...data, name: nameIn(group, String(data.name)) };
  const { operation } = data;
  if (event !== "invoke" || !isRecord(operation)) return { ...data, group };
  return { ...data, operation: { ...operation, group } };
}

function isRecord(data: Plain): data is { readonly [key: string]: Plain } {
  if (typeof data !== "object" || data === null) return false;
  return Object.getPrototypeOf(data) === Object.prototype;
}
