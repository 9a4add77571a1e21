// Group J: two of three storage nodes fail at once. Names and figures are those of the scenario
// catalogue.

import { gaugeEndsAt, operationsEndAs } from "../invariants/storage-endings.ts";
import {
  blocksAreSettled,
  confirmsAtQuorum,
  measureConfirmations,
} from "../invariants/storage-finality.ts";
import { nothingIsLeftOver } from "../invariants/storage-placement.ts";
import { isStruckAt } from "../invariants/storage-strikes.ts";
import type { Fault } from "../sim/fault.ts";
import { constant } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { storageScenario, storageServers, storageSettings } from "./storage-cluster.ts";
import {
  endingsOf,
  type GivenEnding,
  logins,
  ok,
  operationsOf,
  refused,
  SETTLE,
  type Step,
  step,
} from "./storage-operations.ts";

const FILE = "c1/minutes";
const BYTES = 1_500;
const TIMEOUT: Micros = seconds(60);
const SYNC: Micros = ms(1);
const UPLOAD_AT: Micros = seconds(12);
const HORIZON: Micros = UPLOAD_AT + seconds(140);
const STRUCK = ["n2", "n3"];

/** Which mode, and when the two are back. */
interface Fate {
  readonly variant: string;
  readonly isPendingAllowed: boolean;
  /** After the upload; undefined: never. */
  readonly backAfter: Micros | undefined;
}

const FATES: readonly Fate[] = [true, false].flatMap((isPendingAllowed) => {
  const mode = isPendingAllowed ? "" : "/strict";
  return [
    { variant: mode, isPendingAllowed, backAfter: undefined },
    { variant: `${mode}/back-in-time`, isPendingAllowed, backAfter: seconds(45) },
    { variant: `${mode}/back-too-late`, isPendingAllowed, backAfter: seconds(90) },
  ].map((fate) => ({ ...fate, variant: nameOf(fate.variant) }));
});

/** A variant has one name: `/strict-back-in-time`. */
function nameOf(variant: string): string {
  return variant.replaceAll("/", "-").replace(/^-/, "/");
}

function isInTime({ backAfter }: Fate): boolean {
  return backAfter !== undefined && backAfter < TIMEOUT;
}

function stepsOf(fill: number, fate: Fate): readonly Step[] {
  const { isPendingAllowed } = fate;
  const isConfirmed = isInTime(fate);
  const user = "c1";
  const by = (id: string, after: Micros) => ({ id, client: "c2", at: UPLOAD_AT + after });
  const file = { file: FILE, user };
  const waiting = isPendingAllowed ? { files: [FILE] } : { files: [] };
  const final = isConfirmed || isPendingAllowed ? { files: [FILE] } : { files: [] };
  const download = { op: "download", ...file };
  return [
    ...logins(["c1"], UPLOAD_AT - seconds(2)),
    step({ id: "c2 logs in", client: "c2", at: UPLOAD_AT - seconds(1) }, { op: "login", user }),
    step(
      { id: "upload", client: "c1", at: UPLOAD_AT },
      { op: "upload", name: "minutes", sizeBytes: BYTES, fill },
      uploadEnds(fate),
    ),
    step(by("too early", seconds(20)), download, refused("not confirmed")),
    step(by("listed early", seconds(22)), { op: "list", user }, ok(waiting)),
    step(by("in the end", seconds(120)), download, downloadEnds(fate)),
    step(by("listed in the end", seconds(125)), { op: "list", user }, ok(final)),
    step(by("stats", seconds(130)), { op: "stats", user }, ok(statsOf(fate))),
  ];
}

function uploadEnds(fate: Fate): GivenEnding {
  const receipt = { file: FILE, chunkCount: 1 };
  if (fate.isPendingAllowed) {
    return ok({ ...receipt, status: "pending", confirmations: 1 }, seconds(2));
  }
  if (!isInTime(fate)) {
    return { ...refused("no consensus", TIMEOUT + seconds(1)), notWithin: TIMEOUT };
  }
  const confirmed = { ...receipt, status: "confirmed", confirmations: 2 };
  return { ...ok(confirmed, TIMEOUT), notWithin: fate.backAfter! };
}

function downloadEnds(fate: Fate): GivenEnding {
  if (isInTime(fate)) return ok({ sizeBytes: BYTES }, seconds(2));
  return refused(fate.isPendingAllowed ? "not confirmed" : "not found");
}

function statsOf(fate: Fate) {
  const confirmed = isInTime(fate) ? 1 : 0;
  const rejected = fate.isPendingAllowed ? 1 - confirmed : 0;
  return { blocks: confirmed + rejected, pending: 0, confirmed, rejected };
}

function majorityFails(fate: Fate): Scenario {
  const { variant, isPendingAllowed, backAfter } = fate;
  const mode = isPendingAllowed ? "pending" : "nothing";
  const end = isInTime(fate) ? "confirmed when they are back" : "rejected at the deadline";
  return storageScenario({
    name: `sq-3c-majority-failure${variant}`,
    about: `Two of three nodes die as an upload begins: it is ${mode}, and ${end}.`,
    plan: (streams) => {
      const random = streams.stream("strike");
      const latency = ms(random.int(2, 18));
      // From the upload's arrival at the backend until just before anybody could confirm.
      const at = UPLOAD_AT + latency + random.int(1, latency + SYNC - 1);
      const lasting = (backAfter === undefined ? HORIZON : UPLOAD_AT + backAfter) - at;
      return {
        servers: storageServers(3),
        clients: ["c1", "c2"],
        settings: storageSettings({ isPendingAllowed, consensusTimeout: TIMEOUT }),
        network: { latency: constant(latency) },
        disk: { syncLatency: constant(SYNC) },
        operations: operationsOf(stepsOf(random.int(0, 1_000_000), fate)),
        faults: [{ kind: "crash", at, lasting, hosts: STRUCK } satisfies Fault],
        calm: HORIZON,
        horizon: HORIZON,
      };
    },
    invariants: (plan) => [
      operationsEndAs("ENDINGS", endingsOf(stepsOf(0, fate))),
      ...STRUCK.map((node) => isStruckAt(`STRUCK ${node}`, node, { hasConfirmed: false })),
      blocksAreSettled("FINAL", TIMEOUT + seconds(1)),
      confirmsAtQuorum("AT-QUORUM", plan.settings.options),
      gaugeEndsAt("ACHIEVEMENT", "consensusAchievementRate", isInTime(fate) ? 100 : 0),
      nothingIsLeftOver("LEFT-OVER", SETTLE),
      measureConfirmations(),
    ],
  });
}

export const storageMajorityFailure: readonly Scenario[] = FATES.map(majorityFails);
