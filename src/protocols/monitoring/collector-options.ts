import { checkCount, checkRecord } from "../../sim/check.ts";
import type { NodeId } from "../../sim/env.ts";
import { type Micros, seconds } from "../../sim/time.ts";

/** How a collector watches nodes. */
export interface CollectorOptions {
  /** How often each node is asked for its metrics. Default: 15 s. */
  readonly scrapeInterval: Micros;
  /** How often each node is asked whether it is alive. Default: 60 s. */
  readonly probeInterval: Micros;
  /** How long a node has to answer. Default: 5 s. */
  readonly timeout: Micros;
}

export const defaultCollectorOptions: CollectorOptions = {
  scrapeInterval: seconds(15),
  probeInterval: seconds(60),
  timeout: seconds(5),
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
  };
}

/** Whom a collector watches, how, and what of their pages it looks at. */
export interface CollectorConfig {
  readonly nodes: readonly NodeId[];
  readonly options: CollectorOptions;
  /** By field of the event `scraped`, the sample that it has; 0 if a page is without it. */
  readonly told: Readonly<Record<string, string>>;
  readonly bounds: readonly GaugeBound[];
}

/** More than that raises an alert, until it is no more than that again. */
export interface GaugeBound {
  /** What the alert says. */
  readonly alert: string;
  /** The sample; 0 if a page is without it. */
  readonly gauge: string;
  readonly max: number;
}
