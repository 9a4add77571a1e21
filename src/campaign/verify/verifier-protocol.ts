// What a verifier and its child process say to each other.

import type { Plan } from "../../sim/plan.ts";
import type { Scenario } from "../../sim/scenario.ts";
import type { OutsideCall } from "./account.ts";
import type { Focus } from "./effect-log.ts";
import type { Outcome } from "./in-process.ts";
import type { Trail } from "./locate.ts";

/** How another process finds a scenario: by its name, in a module if it is the user's own. */
export interface ScenarioReference {
  readonly name: string;
  /** The absolute path of the module; undefined for scenarios of the catalogue. */
  readonly file?: string | undefined;
}

/** What the module exports that finds scenarios in the other process, under this name. */
export interface ScenarioLoader {
  loadScenario(reference: ScenarioReference): Scenario | Promise<Scenario>;
}

export type Request =
  | { readonly kind: "load"; readonly reference: ScenarioReference }
  | {
      readonly kind: "run";
      readonly reference: ScenarioReference;
      readonly plan: Plan;
      /** Whether to record the run, and to freeze its messages. */
      readonly isRecorded: boolean;
    }
  | {
      readonly kind: "follow";
      readonly reference: ScenarioReference;
      readonly plan: Plan;
      readonly focus: Focus;
    };

/** What came of a run in the other process. */
export interface OutcomeElsewhere extends Outcome {
  /** Calls of an env while no handler of its host ran, also after the end of the run. */
  readonly outside: readonly OutsideCall[];
}

export interface Numbered {
  readonly id: number;
  readonly request: Request;
}

/** The answer to the request of that id: its value, or what was thrown. */
export type Reply =
  | { readonly id: number; readonly value: OutcomeElsewhere | Trail | undefined }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };
