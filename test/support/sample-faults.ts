import type { FaultKind } from "../../src/sim/fault.ts";
import { constant } from "../../src/sim/random/distribution.ts";

const cut = { inFlight: "lose", types: [] } as const;
const way = { from: ["n1"], to: ["n2"], bothWays: true } as const;
const scope = { ...way, types: ["vote"] } as const;
const struck = { ...way, probability: 0.5 } as const;
const hosts = ["n1"];

/** One fault of each kind. */
export const SAMPLES: {
  readonly [Kind in FaultKind["kind"]]: Extract<FaultKind, { readonly kind: Kind }>;
} = {
  crash: { kind: "crash", hosts },
  stop: { kind: "stop", hosts },
  wipe: { kind: "wipe", hosts },
  pause: { kind: "pause", hosts },
  slowCpu: { kind: "slowCpu", hosts, perEvent: constant(5) },
  memoryLimit: { kind: "memoryLimit", hosts, bytesMax: 100 },
  crashPoint: { kind: "crashPoint", hosts, point: "before sync", after: 2 },
  clockDrift: { kind: "clockDrift", hosts, ppm: -200 },
  clockStep: { kind: "clockStep", hosts, by: -5_000 },
  clockSlew: { kind: "clockSlew", hosts, ppm: 300 },
  partition: { kind: "partition", groups: [["n1"], ["n2", "n3"]], ...cut },
  isolate: { kind: "isolate", hosts, ...cut },
  oneWay: { kind: "oneWay", from: ["n1"], to: ["n2"], ...cut },
  bridge: { kind: "bridge", bridge: ["n1"], halves: [["n2"], ["n3"]], ...cut },
  ring: { kind: "ring", hosts: ["n1", "n2", "n3", "n4"], ...cut },
  flapping: { kind: "flapping", ...way, up: 10, down: 20, ...cut },
  clog: { kind: "clog", ...scope },
  latency: { kind: "latency", ...scope, added: constant(5) },
  loss: { kind: "loss", ...scope, probability: 0.1 },
  burstLoss: { kind: "burstLoss", ...scope, enter: 0.1, leave: 0.2, loss: 0.9 },
  duplication: { kind: "duplication", ...scope, probability: 0.1 },
  reorder: { kind: "reorder", ...scope, probability: 0.1, window: 3, holdMax: 50 },
  corruption: { kind: "corruption", ...scope, probability: 0.1, of: "bytes" },
  bandwidth: { kind: "bandwidth", ...scope, bytesPerSecond: 1_000, queueBytes: 500, per: "link" },
  sizeLimit: { kind: "sizeLimit", ...scope, bytesMax: 1_500 },
  streamDown: { kind: "streamDown", ...struck },
  streamReset: { kind: "streamReset", ...struck, after: 5 },
  streamTimeout: { kind: "streamTimeout", ...struck, after: 5 },
  slowClose: { kind: "slowClose", ...struck, delay: 5 },
  slicer: { kind: "slicer", ...struck, sizeBytes: 10, delay: 5 },
  limitData: { kind: "limitData", ...struck, bytes: 100 },
  halfOpen: { kind: "halfOpen", ...struck },
  slowDisk: { kind: "slowDisk", hosts, added: constant(5) },
  diskFull: { kind: "diskFull", hosts, freeBytes: 100 },
  failedSync: { kind: "failedSync", hosts, probability: 0.1 },
  lostWrites: { kind: "lostWrites", hosts, probability: 0.1 },
  misdirectedWrites: { kind: "misdirectedWrites", hosts, probability: 0.1 },
  bitRot: { kind: "bitRot", hosts, files: [], bits: 3, sparedBytes: 0 },
  byzantine: { kind: "byzantine", hosts, behaviour: "lies" },
};
