/** How often a kind of fault was planned, began, and made a difference. */
export interface FaultCount {
  offered: number;
  injected: number;
  /** Changed a delivery, cost a promise, killed a node: see the kind's `isEffective`. */
  effective: number;
}
