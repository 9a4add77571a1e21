// Nemeses of stream connections, from one server to another or to all others. They strike nothing
// where links are datagrams.

import { assert } from "../assert.ts";
import type { NodeId } from "../env.ts";
import type { FaultKind } from "../fault.ts";
import { type Nemesis, type Rhythm, repeated } from "../nemesis.ts";
import type { Random } from "../random/random.ts";
import type { Micros } from "../time.ts";

/** Connections reset, and connects refused for a while. */
export function streamDowns(rhythm: Rhythm): Nemesis {
  return drawn("stream down", rhythm, (links) => ({ kind: "streamDown", ...links }));
}

/** Connections reset up to `afterMax` after a message. */
export function streamResets(rhythm: Rhythm, afterMax: Micros): Nemesis {
  return drawn("stream reset", rhythm, (links, random) => ({
    ...{ kind: "streamReset", ...links, after: random.int(0, afterMax) },
  }));
}

/** Connections whose data stops, and that end up to `afterMax` later. */
export function streamTimeouts(rhythm: Rhythm, afterMax: Micros): Nemesis {
  return drawn("stream timeout", rhythm, (links, random) => ({
    ...{ kind: "streamTimeout", ...links, after: random.int(0, afterMax) },
  }));
}

/** News of the end of connections that is late by up to `delayMax`, at least 1 microsecond. */
export function slowCloses(rhythm: Rhythm, delayMax: Micros): Nemesis {
  return drawn("slow close", rhythm, (links, random) => ({
    ...{ kind: "slowClose", ...links, delay: random.int(1, delayMax) },
  }));
}

/** Messages in slices of up to `sizeBytesMax`, up to `delayMax` apart, both at least 1. */
export function slicers(rhythm: Rhythm, sizeBytesMax: number, delayMax: Micros): Nemesis {
  return drawn("slicer", rhythm, (links, random) => ({
    ...{ kind: "slicer", ...links },
    ...{ sizeBytes: random.int(1, sizeBytesMax), delay: random.int(1, delayMax) },
  }));
}

/** Connections that end after up to `bytesMax`. */
export function dataLimits(rhythm: Rhythm, bytesMax: number): Nemesis {
  return drawn("data limit", rhythm, (links, random) => ({
    ...{ kind: "limitData", ...links, bytes: random.int(0, bytesMax) },
  }));
}

/** Connections of which one end, or both, falls silent unnoticed. */
export function halfOpens(rhythm: Rhythm): Nemesis {
  return drawn("half-open", rhythm, (links) => ({ kind: "halfOpen", ...links }));
}

interface Links {
  readonly from: readonly NodeId[];
  readonly to: readonly NodeId[];
  readonly bothWays: boolean;
  readonly probability: number;
}

/** Half of them concern one peer, half both ways, and half every connection. */
function drawn(
  name: string,
  rhythm: Rhythm,
  draw: (links: Links, random: Random) => FaultKind,
): Nemesis {
  return repeated(name, rhythm, (random, { servers }) => {
    assert(servers.length >= 2, "a stream between", servers.length);
    const [one, ...others] = random.shuffle(servers);
    const to = random.chance(1 / 2) ? others : others.slice(0, 1);
    const bothWays = random.chance(1 / 2);
    const probability = random.chance(1 / 2) ? 1 : 1 / 2;
    return draw({ from: [one!], to, bothWays, probability }, random);
  });
}
