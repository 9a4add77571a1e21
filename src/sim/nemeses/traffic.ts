// Nemeses that trouble the traffic on links, and cut none.

import { assert } from "../assert.ts";
import type { FaultKind } from "../fault.ts";
import { type Battlefield, type Nemesis, type Rhythm, repeated } from "../nemesis.ts";
import { exponential } from "../random/distribution.ts";
import type { Random } from "../random/random.ts";
import { ms } from "../time.ts";

/** Links that get slower by 1 to 100 ms on average, with an exponential tail. */
export function latencies(rhythm: Rhythm): Nemesis {
  return traffic("latency", rhythm, (random) => ({
    kind: "latency",
    added: exponential({ mean: ms(random.int(1, 100)) }),
  }));
}

/** Links that lose 1 to 50 % of their messages. */
export function losses(rhythm: Rhythm): Nemesis {
  return traffic("loss", rhythm, (random) => ({
    kind: "loss",
    probability: percent(random, 1, 50),
  }));
}

/** Links that lose most of 2 to 50 messages in a row, every 10 to 200 messages on average. */
export function burstLosses(rhythm: Rhythm): Nemesis {
  return traffic("burst loss", rhythm, (random) => ({
    kind: "burstLoss",
    enter: 1 / random.int(10, 200),
    leave: 1 / random.int(2, 50),
    loss: percent(random, 70, 100),
  }));
}

/** Links that deliver 1 to 50 % of their messages twice. */
export function duplications(rhythm: Rhythm): Nemesis {
  return traffic("duplication", rhythm, (random) => ({
    kind: "duplication",
    probability: percent(random, 1, 50),
  }));
}

/** Links that hold back 1 to 50 % of their messages until 1 to 10 others have passed. */
export function reorderings(rhythm: Rhythm): Nemesis {
  return traffic("reorder", rhythm, (random) => ({
    kind: "reorder",
    probability: percent(random, 1, 50),
    window: random.int(1, 10),
    holdMax: ms(random.int(10, 500)),
  }));
}

/**
 * Links that damage 1 to 20 % of their messages: their bytes, which a checksum finds, or their
 * fields, which only a protocol that bears lies survives.
 */
export function corruptions(rhythm: Rhythm, of: "bytes" | "fields" = "bytes"): Nemesis {
  return traffic(`corruption of ${of}`, rhythm, (random) => ({
    ...{ kind: "corruption", of },
    probability: percent(random, 1, 20),
  }));
}

/** Links and hosts with room for 1,000 to 1,000,000 bytes a second, and queues of 0.1 to 2 s. */
export function bandwidths(rhythm: Rhythm): Nemesis {
  return traffic("bandwidth", rhythm, (random) => {
    const bytesPerSecond = random.int(1, 10) * random.pick([1_000, 10_000, 100_000]);
    return {
      ...{ kind: "bandwidth", bytesPerSecond },
      queueBytes: Math.floor((bytesPerSecond * random.int(1, 20)) / 10),
      per: random.pick(["link", "uplink", "downlink"] as const),
    };
  });
}

type Trouble = FaultKind extends infer Kind
  ? Kind extends { readonly bothWays: boolean }
    ? Omit<Kind, "from" | "to" | "bothWays" | "types">
    : never
  : never;

function traffic(name: string, rhythm: Rhythm, draw: (random: Random) => Trouble): Nemesis {
  return repeated(name, rhythm, (random, field) => {
    // The scope of a fault and what it does there are together a fault of that kind.
    return { ...drawScope(random, field), ...draw(random) } as FaultKind;
  });
}

/** From one server, or from all, to one other or to all others; in most cases both ways. */
function drawScope(random: Random, { servers }: Battlefield) {
  assert(servers.length >= 2, "links between", servers.length);
  const [one, ...others] = random.shuffle(servers);
  const to = random.chance(1 / 2) ? others : others.slice(0, 1);
  const from = random.chance(1 / 4) ? servers : [one!];
  return { from, to, bothWays: random.chance(2 / 3), types: [] };
}

function percent(random: Random, low: number, high: number): number {
  return random.int(low, high) / 100;
}
