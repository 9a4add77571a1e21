// Faults of stream connections: the list of Toxiproxy but for its latency and bandwidth, which are
// faults of all traffic, and connections of which one end falls silent. Each concerns the links
// from some hosts to others, the way back too if it says so, and strikes each connection in each
// direction with a probability, drawn once. Links that are no streams are left in peace. Several
// faults on one connection act all: delays add up, and what one of them stops is stopped.

import { hashPlain } from "../fingerprint.ts";
import { formatTime, type Micros } from "../time.ts";
import type { FaultDefinition, FaultReader, FaultWorld, Struck, Target } from "./definition.ts";
import { pairs } from "./links.ts";

export type StreamFault =
  | StreamDownFault
  | StreamResetFault
  | StreamTimeoutFault
  | SlowCloseFault
  | SlicerFault
  | LimitDataFault
  | HalfOpenFault;

/** Which connections a fault strikes. */
interface StruckStreams {
  readonly from: readonly Target[];
  readonly to: readonly Target[];
  readonly bothWays: boolean;
  /** Of each connection in each direction to be struck, in [0, 1]. Toxiproxy: toxicity. */
  readonly probability: number;
}

/**
 * Connections that are there are reset at both ends when it begins, and while it lasts connects are
 * refused. Toxiproxy: `down`.
 */
interface StreamDownFault extends StruckStreams {
  readonly kind: "streamDown";
}

/**
 * Messages do not get through, and `after` the first of them both ends are reset, if the fault
 * lasts so long; if not, what is left of the connection sends it again. Toxiproxy: `reset_peer`.
 */
interface StreamResetFault extends StruckStreams {
  readonly kind: "streamReset";
  readonly after: Micros;
}

/**
 * Messages do not get through, and both ends are reset `after` the fault has met the connection:
 * when it begins, or at the connect. Toxiproxy: `timeout`, whose 0 is a time longer than the fault.
 */
interface StreamTimeoutFault extends StruckStreams {
  readonly kind: "streamTimeout";
  readonly after: Micros;
}

/** News that a connection is gone, or refused, is late by `delay`. Toxiproxy: `slow_close`. */
interface SlowCloseFault extends StruckStreams {
  readonly kind: "slowClose";
  readonly delay: Micros;
}

/**
 * Messages are cut into slices of at most so many bytes, with `delay` after each, the last of a
 * message included; a message arrives with its last slice, and those behind it wait. Slices are not
 * lost one by one. Toxiproxy: `slicer`.
 */
interface SlicerFault extends StruckStreams {
  readonly kind: "slicer";
  readonly sizeBytes: number;
  readonly delay: Micros;
}

/**
 * The message with which a connection has sent more than `bytes` in this direction, since the fault
 * began, does not get through, and both ends are reset. Toxiproxy: `limit_data`.
 */
interface LimitDataFault extends StruckStreams {
  readonly kind: "limitData";
  readonly bytes: number;
}

/**
 * What connections that are there when it begins send in this direction vanishes, acknowledgements
 * and resets too, and nobody is told; later connections are well. As when a firewall or an address
 * translator on the way has forgotten them. RFC 9293, 3.5.1: half-open.
 */
interface HalfOpenFault extends StruckStreams {
  readonly kind: "halfOpen";
}

/** The fault's number among those of streams. */
interface StreamMark {
  readonly number: number;
}

type Definitions = {
  readonly [Kind in StreamFault["kind"]]: FaultDefinition<
    Extract<StreamFault, { readonly kind: Kind }>,
    StreamMark
  >;
};

const after = (read: FaultReader): { readonly after: Micros } => ({
  after: read.count("after", 0),
});

export const streamFaults: Definitions = {
  streamDown: define(
    () => ({}),
    () => "connections down",
  ),
  streamReset: define(
    after,
    (fault) => `reset connections ${formatTime(fault.after)} after a message`,
  ),
  streamTimeout: define(
    after,
    (fault) => `stop the data of connections, end them after ${formatTime(fault.after)}`,
  ),
  slowClose: define(
    (read) => ({ delay: read.count("delay", 1) }),
    ({ delay }) => `close connections ${formatTime(delay)} late`,
  ),
  slicer: define(
    (read) => ({ sizeBytes: read.count("sizeBytes", 1), delay: read.count("delay", 1) }),
    ({ sizeBytes, delay }) => `slices of ${sizeBytes} bytes, ${formatTime(delay)} apart`,
  ),
  limitData: define(
    (read) => ({ bytes: read.count("bytes", 0) }),
    ({ bytes }) => `end connections after ${bytes} bytes`,
  ),
  halfOpen: define(
    () => ({}),
    () => "connections fall silent",
  ),
};

/** A kind from its own fields and its words. */
function define<Fault extends StreamFault>(
  own: (read: FaultReader) => Omit<Fault, keyof StruckStreams | "kind">,
  words: (fault: Fault) => string,
): FaultDefinition<Fault, StreamMark> {
  return {
    check: (read) =>
      ({
        from: read.targets("from"),
        to: read.targets("to"),
        bothWays: read.flag("bothWays"),
        probability: read.probability("probability"),
        ...own(read),
        // The fields of all kinds and those of its own are all that a kind has.
      }) as unknown as Omit<Fault, "kind">,
    targets: ({ from, to }) => [...from, ...to],
    describe: (fault) => `${words(fault)}, ${place(fault)}`,
    begin: (fault, struck, world) => ({ number: begin(fault, struck, world) }),
    end: ({ number }, { streamLinks }) => streamLinks.weather.end(number),
    isEffective: ({ number }, { streamLinks }) => streamLinks.weather.isEffective(number),
  };
}

function place({ from, to, bothWays, probability }: StruckStreams): string {
  const links = `${from.join(" ")} ${bothWays ? "<->" : "->"} ${to.join(" ")}`;
  return probability === 1 ? links : `${links}, each with probability ${probability}`;
}

function begin(
  fault: StreamFault & { readonly at: Micros },
  struck: Struck,
  { streamLinks, scheduler }: FaultWorld,
): number {
  const links = pairs(struck(fault.from), struck(fault.to), fault.bothWays)
    .filter(([from, to]) => streamLinks.isStream(from, to))
    .map(([from, to]) => streamLinks.linkOf(from, to));
  const { kind, probability } = fault;
  // By what it is and not by its number: the draws do not change when another fault is left out.
  const key = hashPlain(0, [kind, ...fault.from, ...fault.to, fault.at]);
  return streamLinks.weather.begin(
    { effect: fault, links, probability, key },
    {
      now: scheduler.now,
      connection: (link) => streamLinks.state.ends.get(link)?.id ?? 0,
    },
  );
}
