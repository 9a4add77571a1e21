// What a collector looks at that watches a chain.

import { checkCount, checkRecord } from "../../../sim/check.ts";
import type { NodeId } from "../../../sim/env.ts";
import {
  type CollectorConfig,
  type CollectorOptions,
  checkCollectorOptions,
  defaultCollectorOptions,
} from "../../monitoring/collector-options.ts";
import type { GaugeName } from "./metrics.ts";

/** How a collector watches the nodes of a chain. */
export interface ChainCollectorOptions extends CollectorOptions {
  /** More blocks that are not final raise an alert. Default: 30. */
  readonly finalityLagMax: number;
}

export const defaultChainCollectorOptions: ChainCollectorOptions = {
  ...defaultCollectorOptions,
  finalityLagMax: 30,
};

/** Checks options from outside; throws a UsageError that names the path. */
export function checkChainCollectorOptions(value: unknown, path: string): ChainCollectorOptions {
  const known = Object.keys(defaultChainCollectorOptions);
  const { finalityLagMax, ...options } = checkRecord(value, path, known);
  return {
    ...checkCollectorOptions(options, path),
    finalityLagMax: checkCount(finalityLagMax, `${path}.finalityLagMax`, 0),
  };
}

const LAG: GaugeName = "finality_lag_blocks";
const HEIGHT: GaugeName = "block_height";

/** Height and lag of each node are told; a lag that is too large raises `finality lags`. */
export function chainCollector(
  nodes: readonly NodeId[],
  { finalityLagMax, ...options }: ChainCollectorOptions,
): CollectorConfig {
  return {
    ...{ nodes, options },
    told: { height: HEIGHT, lag: LAG },
    bounds: [{ alert: "finality lags", gauge: LAG, max: finalityLagMax }],
  };
}
