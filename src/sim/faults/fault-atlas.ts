/** Which hosts have been damaged, by index, in order. */
export interface FaultAtlasState {
  damaged: number[];
}

/**
 * Keeps account of hosts whose durable data faults have destroyed. A protocol survives so much and
 * no more: a plan says how many hosts, `disk.damagedHostsMax`, and a damaging fault that would
 * strike one host more is withheld, so that every alarm is real. What is damaged stays so.
 * Source: the fault atlas of TigerBeetle's simulator.
 */
export class FaultAtlas {
  state: FaultAtlasState = { damaged: [] };
  readonly #hostsMax: number;

  /** At most `hostsMax` hosts are damaged in the whole run. */
  constructor(hostsMax: number) {
    this.#hostsMax = hostsMax;
  }

  /** Whether all of these hosts, by index, may be damaged, together with those that are. */
  allows(...hosts: readonly number[]): boolean {
    return new Set([...this.state.damaged, ...hosts]).size <= this.#hostsMax;
  }

  /** Takes down that a host is damaged; ask `allows` before. */
  damage(host: number): void {
    if (!this.state.damaged.includes(host)) this.state.damaged.push(host);
  }
}
