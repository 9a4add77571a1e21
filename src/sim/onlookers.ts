import type { Recorder } from "./timeline.ts";
import type { Watch } from "./watch.ts";
import type { Witness } from "./witness.ts";

/** Who looks on. */
export interface Onlookers<View> {
  readonly watch: Watch<View>;
  readonly recorder: Recorder | undefined;
  /** Whether messages are frozen when they are sent. */
  readonly isStrict: boolean;
  /** Who stands between the programs and all this. */
  readonly witness: Witness | undefined;
}
