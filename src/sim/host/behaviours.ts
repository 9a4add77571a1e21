import { assert } from "../assert.ts";

/** What a host is told to do, as plain data. */
export interface BehavioursState {
  /** By number: one for each time that it was told, and how often it has done so since. */
  readonly inForce: Map<number, { readonly behaviour: string; deeds: number }>;
  adoptedCount: number;
}

/** How a host in league with the adversary behaves. It outlives the programs on the host. */
export class Behaviours {
  state: BehavioursState = { inForce: new Map(), adoptedCount: 0 };

  /** One more reason to behave so; returns a number for {@link abandon}. */
  adopt(behaviour: string): number {
    const number = this.state.adoptedCount++;
    this.state.inForce.set(number, { behaviour, deeds: 0 });
    return number;
  }

  abandon(number: number): void {
    assert(this.state.inForce.delete(number), "no such behaviour:", number);
  }

  /** Whether the host behaves so now; a yes is a deed of every reason to. */
  follows(behaviour: string): boolean {
    let isFollowed = false;
    for (const one of this.state.inForce.values()) {
      if (one.behaviour !== behaviour) continue;
      one.deeds++;
      isFollowed = true;
    }
    return isFollowed;
  }

  /** How many deeds that reason has had. */
  deedsBy(number: number): number {
    return this.state.inForce.get(number)?.deeds ?? 0;
  }
}
