import type { Downfall } from "./host/downfall.ts";
import type { Host } from "./host/host.ts";
import type { Onlookers } from "./onlookers.ts";
import type { Parts } from "./parts.ts";
import { Stage } from "./stage.ts";
import type { Witness } from "./witness.ts";

/** The stage of a run: one without a witness asks nobody. */
export function makeStage<Message, View>(
  parts: Parts<Message, View>,
  downfall: Downfall<Message, View>,
  onlookers: Onlookers<View>,
): Stage<Message, View> {
  const { witness } = onlookers;
  if (witness === undefined) return new Stage(parts, downfall, onlookers);
  return new WitnessedStage(parts, downfall, { ...onlookers, witness });
}

/** A stage with a witness around each event. */
class WitnessedStage<Message, View> extends Stage<Message, View> {
  readonly #onlookers: Onlookers<View> & { readonly witness: Witness };

  constructor(
    parts: Parts<Message, View>,
    downfall: Downfall<Message, View>,
    onlookers: Onlookers<View> & { readonly witness: Witness },
  ) {
    super(parts, downfall, onlookers);
    this.#onlookers = onlookers;
    // So that the world shows each event.
    onlookers.watch.isNeeded = true;
  }

  override play(
    kind: number,
    host: Host<Message, View>,
    from: number,
    payload: unknown,
    sequence: number,
  ): void {
    const { witness, watch } = this.#onlookers;
    witness.attend(watch.world, () => super.play(kind, host, from, payload, sequence));
  }
}
