import { assert } from "./assert.ts";
import { FAULT_BEGINS, FAULT_ENDS, LINK, NETWORK, STREAM } from "./event.ts";
import type { HeldMessage } from "./network/held-messages.ts";
import type { StreamEvent } from "./network/stream-segment.ts";
import type { Parts } from "./parts.ts";
import type { Watch } from "./watch.ts";

/** Where an event is, by index of hosts, and its number among all events. */
export interface Whereabouts {
  readonly from: number;
  readonly to: number;
  readonly sequence: number;
}

/** Where events meet the world around the nodes: of faults, of the network, of streams. */
export class WeatherStage<Message, View> {
  readonly #parts: Parts<Message, View>;
  readonly #watch: Watch<View>;

  constructor(parts: Parts<Message, View>, watch: Watch<View>) {
    this.#parts = parts;
    this.#watch = watch;
  }

  /** Plays one event. */
  play(kind: number, payload: unknown, whereabouts: Whereabouts): void {
    // The payloads are what fault-schedule.ts, held-messages.ts, cut-table.ts and
    // stream-sender.ts schedule.
    switch (kind) {
      case FAULT_BEGINS:
        this.#beginFault(payload as number);
        break;
      case FAULT_ENDS:
        this.#endFault(payload as number);
        break;
      case NETWORK:
        this.#release(payload as HeldMessage);
        break;
      case LINK:
        this.#turn(payload as number);
        break;
      case STREAM:
        this.#playStream(payload as StreamEvent, whereabouts);
        break;
      default:
        assert(false, "no such kind of event:", kind);
    }
  }

  #beginFault(number: number): void {
    const { faults, fingerprint } = this.#parts;
    fingerprint.mix(number);
    const said = faults.begin(number);
    const note = said === "waits" ? "waits for its target" : said;
    this.#watch.note("fault begins", undefined, faults.fault(number), undefined, note);
  }

  #endFault(number: number): void {
    const { faults, fingerprint } = this.#parts;
    fingerprint.mix(number);
    this.#watch.note("fault ends", undefined, faults.fault(number));
    faults.end(number);
  }

  #release(held: HeldMessage): void {
    const { network, fingerprint } = this.#parts;
    fingerprint.mix(held.number);
    this.#watch.note("network", undefined, held.message, undefined, "held back no longer");
    network.release(held);
  }

  #turn(cut: number): void {
    const { network, fingerprint } = this.#parts;
    fingerprint.mix(cut);
    network.cuts.turn(cut);
  }

  #playStream(event: StreamEvent, { from, to, sequence }: Whereabouts): void {
    const { streamLinks, fingerprint } = this.#parts;
    fingerprint.mixPlain(event.type);
    streamLinks.play(from, to, event, sequence);
  }
}
