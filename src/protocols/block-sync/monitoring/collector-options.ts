import { checkCount, checkRecord } from "../../../sim/check.ts";
import type { NodeId } from "../../../sim/env.ts";
import { type Micros, seconds } from "../../../sim/time.ts";

/** How a collector watches the nodes of a chain. */
export interface CollectorOptions {
  /** How often each node is asked for its metrics. Default: 15 s. */
  readonly scrapeInterval: Micros;
  /** How often each node is asked whether it is alive. Default: 60 s. */
  readonly probeInterval: Micros;
  /** How long a node has to answer. Default: 5 s. */
  readonly timeout: Micros;
  /** More blocks that are not final raise an alert. Default: 30. */
  readonly finalityLagMax: number;
}

export const defaultCollectorOptions: CollectorOptions = {
  scrapeInterval: seconds(15),
  probeInterval: seconds(60),
  timeout: seconds(5),
  finalityLagMax: 30,
};

/**
 * Checks options from outside; throws a UsageError that names the path. A node has less time to
 * answer than passes between two questions, so that no answer is taken for another.
 */
export function checkCollectorOptions(value: unknown, path: string): CollectorOptions {
  const fields = checkRecord(value, path, Object.keys(defaultCollectorOptions));
  const scrapeInterval = checkCount(fields.scrapeInterval, `${path}.scrapeInterval`, 2);
  const probeInterval = checkCount(fields.probeInterval, `${path}.probeInterval`, 2);
  const timeoutMax = Math.min(scrapeInterval, probeInterval) - 1;
  return {
    ...{ scrapeInterval, probeInterval },
    timeout: checkCount(fields.timeout, `${path}.timeout`, 1, timeoutMax),
    finalityLagMax: checkCount(fields.finalityLagMax, `${path}.finalityLagMax`, 0),
  };
}

/** Whom a collector watches, and how. */
export interface CollectorConfig {
  readonly nodes: readonly NodeId[];
  readonly options: CollectorOptions;
}
