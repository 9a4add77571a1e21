import { UsageError } from "../sim/assert.ts";
import { didYouMean } from "../sim/nearest.ts";
import type { Scenario } from "../sim/scenario.ts";
import { chainBasics } from "./chain-basics.ts";
import { chainCheckpoints } from "./chain-checkpoints.ts";
import { chainConsensus } from "./chain-consensus.ts";
import { chainContinuous } from "./chain-continuous.ts";
import { chainData } from "./chain-data.ts";
import { chainDemo } from "./chain-demo.ts";
import { chainFetching } from "./chain-fetching.ts";
import { chainForks } from "./chain-forks.ts";
import { chainLiars } from "./chain-liars.ts";
import { chainLinks } from "./chain-links.ts";
import { chainLoad } from "./chain-load.ts";
import { chainLossy } from "./chain-lossy.ts";
import { chainMonitoring } from "./chain-monitoring.ts";
import { chainStartup } from "./chain-startup.ts";
import { chainVotes } from "./chain-votes.ts";
import { formerNames } from "./former-names.ts";
import { orchestratorConsistency } from "./orchestrator-consistency.ts";
import { orchestratorFailures } from "./orchestrator-failures.ts";
import { orchestratorLatency } from "./orchestrator-latency.ts";
import { orchestratorPartitions } from "./orchestrator-partitions.ts";
import { orchestratorRefusals } from "./orchestrator-refusals.ts";
import { orchestratorThroughput } from "./orchestrator-throughput.ts";
import { orchestratorTransfer } from "./orchestrator-transfer.ts";
import { raftAsymmetricPartition } from "./raft-asymmetric-partition.ts";
import { raftBandwidth } from "./raft-bandwidth.ts";
import { raftChaos } from "./raft-chaos.ts";
import { raftClientRetry } from "./raft-client-retry.ts";
import { raftClockSkew } from "./raft-clock-skew.ts";
import { raftDiskFull } from "./raft-disk-full.ts";
import { raftElections } from "./raft-elections.ts";
import { raftForwarding } from "./raft-forwarding.ts";
import { raftLargeMessages } from "./raft-large-messages.ts";
import { raftLateMessages } from "./raft-late-messages.ts";
import { raftLatency } from "./raft-latency.ts";
import { raftMembership } from "./raft-membership.ts";
import { raftMultiGroup } from "./raft-multi-group.ts";
import { raftOverload } from "./raft-overload.ts";
import { raftPacketLoss } from "./raft-packet-loss.ts";
import { raftPartitions } from "./raft-partitions.ts";
import { raftPriorities } from "./raft-priorities.ts";
import { raftReads } from "./raft-reads.ts";
import { raftReplication } from "./raft-replication.ts";
import { raftResourceThrottling } from "./raft-resource-throttling.ts";
import { raftSnapshots } from "./raft-snapshots.ts";
import { raftTransfer } from "./raft-transfer.ts";
import { raftVoteDurability } from "./raft-vote-durability.ts";
import { raftWipedMember } from "./raft-wiped-member.ts";
import { storageAccess } from "./storage-access.ts";
import { storageBasics } from "./storage-basics.ts";
import { storageChaos } from "./storage-chaos.ts";
import { storageFailures } from "./storage-failures.ts";
import { storageHeartbeats } from "./storage-heartbeats.ts";
import { storageLargeFile } from "./storage-large-file.ts";
import { storageLiars } from "./storage-liars.ts";
import { storageLoad } from "./storage-load.ts";
import { storageMajorityFailure } from "./storage-majority-failure.ts";
import { storageOutages } from "./storage-outages.ts";
import { storageProofs } from "./storage-proofs.ts";
import { storageRestart } from "./storage-restart.ts";
import { storageTimeout } from "./storage-timeout.ts";
import { treasuryFailover } from "./treasury-failover.ts";
import { treasuryFencing } from "./treasury-fencing.ts";
import { treasurySkew } from "./treasury-skew.ts";
import { treasuryWeather } from "./treasury-weather.ts";

/** Every scenario, variants after their main form. */
export const catalogue: readonly Scenario[] = [
  ...raftElections,
  ...raftTransfer,
  ...raftPriorities,
  ...raftReplication,
  ...raftPartitions,
  ...raftAsymmetricPartition,
  ...raftDiskFull,
  ...raftClockSkew,
  ...raftResourceThrottling,
  ...raftOverload,
  raftChaos,
  ...raftReads,
  ...raftMembership,
  ...raftWipedMember,
  ...raftSnapshots,
  ...raftMultiGroup,
  ...raftClientRetry,
  ...raftVoteDurability,
  ...raftForwarding,
  ...raftLatency,
  ...raftPacketLoss,
  ...raftLateMessages,
  ...raftBandwidth,
  ...raftLargeMessages,
  ...orchestratorConsistency,
  ...orchestratorPartitions,
  ...orchestratorLatency,
  ...orchestratorThroughput,
  ...orchestratorTransfer,
  ...orchestratorRefusals,
  ...orchestratorFailures,
  ...storageBasics,
  ...storageFailures,
  ...storageOutages,
  ...storageMajorityFailure,
  ...storageLargeFile,
  ...storageTimeout,
  ...storageRestart,
  storageChaos,
  ...storageLoad,
  ...storageAccess,
  ...storageHeartbeats,
  ...storageLiars,
  ...storageProofs,
  ...chainBasics,
  ...chainContinuous,
  ...chainData,
  ...chainDemo,
  ...chainConsensus,
  ...chainForks,
  ...chainVotes,
  ...chainLiars,
  ...chainFetching,
  ...chainLossy,
  ...chainCheckpoints,
  ...chainStartup,
  ...chainLinks,
  ...chainLoad,
  ...chainMonitoring,
  ...treasuryFailover,
  ...treasurySkew,
  ...treasuryFencing,
  ...treasuryWeather,
];

/**
 * The scenario of that name, or of the name of the test that it comes from; throws a UsageError,
 * with the nearest names, when there is none.
 */
export function findScenario(name: string): Scenario {
  const [known = name, ...others] = formerNames.get(name) ?? [];
  const found = catalogue.find((scenario) => scenario.name === known);
  if (found !== undefined && others.length === 0) return found;
  if (others.length === 0) throw unknownScenario(name);
  throw new UsageError(`${EXPECTED}, got "${name}", which are ${[known, ...others].join(", ")}`);
}

const EXPECTED = "scenario: expected a name that `stormglass list` shows";

/** What to throw when neither the catalogue nor `others` have that name: it offers the nearest. */
export function unknownScenario(name: string, others: readonly string[] = []): UsageError {
  const known = [...others, ...catalogue.map((scenario) => scenario.name), ...formerNames.keys()];
  return new UsageError(`${EXPECTED}, got "${name}"${didYouMean(name, known)}`);
}

/** Whether a scenario is a variant of the one of that name. */
export function isVariantOf(name: string, scenario: Scenario): boolean {
  return scenario.name.startsWith(`${name}/`);
}

/**
 * The scenarios of that name with their variants, or of the name of a test or a suite; throws a
 * UsageError when there are none.
 */
export function findFamily(name: string): readonly Scenario[] {
  const names = formerNames.get(name) ?? [name];
  return names.flatMap((one) => [
    findScenario(one),
    ...catalogue.filter((scenario) => isVariantOf(one, scenario)),
  ]);
}
