// The Env that a host gives to its node. Each call asks first whether the host is alert, which it
// hardly ever is: then a trap may wait at this very point of the program.

import type { Disk, Env, NodeId, Plain } from "../env.ts";
import type { Micros } from "../time.ts";
import type { Host, Surroundings } from "./host.ts";
import type { Conduct } from "./program.ts";

/** The world as the node on this host sees it; a plain object, so that members can be replaced. */
export function hostEnv<Message>(
  host: Host<Message>,
  surroundings: Surroundings<Message>,
): Env<Message> {
  const { scheduler, buggify } = surroundings;
  const { clock, timers } = host;
  return {
    id: host.id,
    random: host.random,
    disk: hostDisk(host),
    now: () => (clock.isTrue ? scheduler.now : clock.read(scheduler.now)),
    wallClock: () => clock.readWall(scheduler.now),
    send(to: NodeId, message: Message): void {
      if (host.isAlert) sendAlert(host, surroundings, to, message);
      else surroundings.send(host, to, message);
    },
    setTimer(name: string, delay: Micros): void {
      if (host.isAlert) mustLive(host);
      timers.set(name, delay);
    },
    cancelTimer(name: string): void {
      if (host.isAlert) mustLive(host);
      timers.cancel(name);
    },
    emit(event: string, data?: Plain): void {
      if (host.isAlert) mustLive(host);
      surroundings.emit(host, event, data);
      if (host.isAlert && host.isTrapped(`emit ${event}`)) host.cutShort();
    },
    buggify:
      buggify === undefined
        ? neverFires
        : (site) => {
            if (host.isAlert) mustLive(host);
            return buggify(host.id, site);
          },
  };
}

/** How the node on this host is to behave. */
export function hostConduct<Message>(host: Host<Message>): Conduct {
  return (behaviour) => {
    if (host.isAlert) mustLive(host);
    return host.behaviours.follows(behaviour);
  };
}

/** A program may pass a site with each event, and hardly any run has one armed. */
function neverFires(): boolean {
  return false;
}

function hostDisk(host: Host): Disk {
  const { disk } = host;
  /** The disk, for a change. */
  const changed = (): Host["disk"] => {
    if (host.isAlert) mustLive(host);
    return disk;
  };
  return {
    read: (file) => disk.read(file),
    sizeOf: (file) => disk.sizeOf(file),
    list: () => disk.list(),
    append: (file, bytes, sizeBytes) => changed().append(file, bytes, sizeBytes),
    write: (file, bytes, offset) => changed().write(file, bytes, offset),
    truncate: (file, sizeBytes) => changed().truncate(file, sizeBytes),
    rename: (from, to) => changed().rename(from, to),
    remove: (file) => changed().remove(file),
    sync(token: string, file?: string): void {
      if (host.isAlert) mayTrap(host);
      host.sync(token, disk.scopeOf(file));
    },
    syncDirectory(token: string): void {
      if (host.isAlert) mayTrap(host);
      host.sync(token, "directory");
    },
  };
}

function mayTrap(host: Host): void {
  mustLive(host);
  if (host.isTrapped("before sync")) host.cutShort();
}

function sendAlert<Message>(
  host: Host<Message>,
  surroundings: Surroundings<Message>,
  to: NodeId,
  message: Message,
): void {
  mustLive(host);
  surroundings.send(host, to, message);
  if (host.isTrapped("between sends")) host.cutShort();
}

/** A handler that was cut short and goes on all the same is cut short again. */
function mustLive<Message>(host: Host<Message>): void {
  if (host.isCutShort) host.cutShort();
}
