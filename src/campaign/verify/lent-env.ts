import type { Disk, Env, NodeId } from "../../sim/env.ts";
import type { Random } from "../../sim/random/random.ts";
import { formatPlain } from "../../sim/trace.ts";

/** Something that a program asks of its env: an effect, or a look at the world. */
export interface Call {
  readonly name: string;
  /** What it is asked with; of what may be no plain data, its size. */
  readonly args: readonly unknown[];
  readonly isEffect: boolean;
}

/**
 * The same env, whose every call is noted before it is made. A call for which `note` says false is
 * not made, if it would change anything.
 */
export function lentEnv<Message>(
  env: Env<Message>,
  note: (host: NodeId, call: Call) => boolean,
): Env<Message> {
  const effect = (name: string, ...args: readonly unknown[]): boolean =>
    note(env.id, { name, args, isEffect: true });
  const look = (name: string): void => {
    note(env.id, { name, args: [], isEffect: false });
  };
  return {
    id: env.id,
    random: lentRandom(env.random, effect),
    disk: lentDisk(env.disk, effect, look),
    now() {
      look("now");
      return env.now();
    },
    wallClock() {
      look("wallClock");
      return env.wallClock();
    },
    send(to, message) {
      if (effect("send", to, message)) env.send(to, message);
    },
    setTimer(name, delay) {
      if (effect("setTimer", name, delay)) env.setTimer(name, delay);
    },
    cancelTimer(name) {
      if (effect("cancelTimer", name)) env.cancelTimer(name);
    },
    emit(event, data) {
      if (effect("emit", event, data)) env.emit(event, data);
    },
    buggify(site) {
      return effect("buggify", site) && env.buggify(site);
    },
  };
}

type Effect = (name: string, ...args: readonly unknown[]) => boolean;

/** Draws are made in any case, as they have to give something. */
function lentRandom(random: Random, effect: Effect): Random {
  return {
    int(low, high) {
      effect("random.int", low, high);
      return random.int(low, high);
    },
    chance(probability) {
      effect("random.chance", probability);
      return random.chance(probability);
    },
    pick(items) {
      effect("random.pick", items.length);
      return random.pick(items);
    },
    shuffle(items) {
      effect("random.shuffle", items.length);
      return random.shuffle(items);
    },
  };
}

function lentDisk(disk: Disk, effect: Effect, look: (name: string) => void): Disk {
  return {
    read(file) {
      look("disk.read");
      return disk.read(file);
    },
    sizeOf(file) {
      look("disk.sizeOf");
      return disk.sizeOf(file);
    },
    list() {
      look("disk.list");
      return disk.list();
    },
    append(file, bytes, sizeBytes) {
      // What stands behind these bytes may be anything, and much.
      const written = sizeBytes === undefined ? bytes : bytes.subarray(0, sizeBytes);
      if (!effect("disk.append", file, written)) return undefined;
      return disk.append(file, bytes, sizeBytes);
    },
    write(file, bytes, offset) {
      if (!effect("disk.write", file, bytes, offset)) return undefined;
      return disk.write(file, bytes, offset);
    },
    truncate(file, sizeBytes) {
      if (!effect("disk.truncate", file, sizeBytes)) return undefined;
      return disk.truncate(file, sizeBytes);
    },
    rename(from, to) {
      return effect("disk.rename", from, to) ? disk.rename(from, to) : undefined;
    },
    remove(file) {
      return effect("disk.remove", file) ? disk.remove(file) : undefined;
    },
    sync(token, file) {
      if (effect("disk.sync", token, file)) disk.sync(token, file);
    },
    syncDirectory(token) {
      if (effect("disk.syncDirectory", token)) disk.syncDirectory(token);
    },
  };
}

/** A call on one line: `send to n2 {type: vote, term: 3}`. */
export function describeCall({ name, args }: Call): string {
  const words = args.filter((arg) => arg !== undefined).map(formatPlain);
  return [name === "send" ? "send to" : name, ...words].join(" ");
}
