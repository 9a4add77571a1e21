import { current, enableMapSet, freeze, Immer, isDraft, isDraftable } from "immer";
import { assert, UsageError } from "./assert.ts";
import type { NodeId } from "./env.ts";
import type { EventKind } from "./invariant.ts";
import type { Micros } from "./time.ts";

enableMapSet();

/** One step of a recorded run, in which a node's handler ran. */
export interface TimelineStep {
  readonly step: number;
  readonly at: Micros;
  readonly host: NodeId;
  readonly kind: EventKind;
  /** The node's memory after the step; shares what did not change with the step before. */
  readonly state: unknown;
}

/** A difference between two states: `before` and `after` of what lies at `path`. */
export interface Change {
  readonly host: NodeId;
  /** Field names, list indexes and map keys from the state inwards. */
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

/** What is recorded: the program with its memory, on its host. */
interface Stateful {
  state: unknown;
}
interface RecordedHost {
  readonly id: NodeId;
  readonly node: Stateful | undefined;
}

/** The recorded states of a run: every node at every step. */
export class Timeline {
  readonly #steps: TimelineStep[] = [];
  readonly #byHost = new Map<NodeId, TimelineStep[]>();

  /** Steps in which a handler ran, in order. */
  get steps(): readonly TimelineStep[] {
    return this.#steps;
  }

  /**
   * The state of every node after a step: of a host that is down, the last one it had. Frozen.
   * O(hosts * log(steps)).
   */
  at(step: number): ReadonlyMap<NodeId, unknown> {
    const states = new Map<NodeId, unknown>();
    for (const [host, steps] of this.#byHost) {
      const found = lastUpTo(steps, step);
      if (found !== undefined) states.set(host, freeze(found.state, true));
    }
    return states;
  }

  /** What differs between two steps, host by host. Parts that both share cost nothing. */
  diff(from: number, to: number): readonly Change[] {
    const before = this.at(from);
    const after = this.at(to);
    const changes: Change[] = [];
    for (const [host, state] of after) compare(host, [], before.get(host), state, changes);
    return changes;
  }

  /** Adds the next step. */
  push(step: TimelineStep): void {
    this.#steps.push(step);
    const steps = this.#byHost.get(step.host);
    if (steps === undefined) this.#byHost.set(step.host, [step]);
    else steps.push(step);
  }
}

/**
 * Lends each handler an Immer draft of the node's state and may keep what comes of it. Freezing is
 * left to {@link Timeline.at}: during the run it would cost four times the rest (measured), and
 * nobody can reach a kept state but through a draft.
 */
export class Recorder {
  /** Undefined when nothing is kept. */
  readonly timeline: Timeline | undefined;
  readonly #immer = new Immer({ autoFreeze: false });

  constructor(isKept: boolean) {
    this.timeline = isKept ? new Timeline() : undefined;
  }

  /** Before a handler runs. */
  lend(node: Stateful): void {
    const { state } = node;
    if (typeof state !== "object" || state === null) return;
    try {
      node.state = this.#immer.createDraft(state);
    } catch {
      throw new UsageError("state: expected plain data, got an instance of a class");
    }
  }

  /** After a handler ran: the node gets plain data back, and the timeline, if any, a step. */
  keep(host: RecordedHost, step: number, at: Micros, kind: EventKind): void {
    const { node } = host;
    if (node === undefined) return;
    if (isDraft(node.state)) node.state = this.#immer.finishDraft(node.state);
    this.timeline?.push({ step, at, host: host.id, kind, state: node.state });
  }

  /** A handler threw: what it had done to the state by then is kept. False if none had run. */
  rescue(host: RecordedHost, step: number, at: Micros, kind: EventKind): boolean {
    const hasRun = isDraft(host.node?.state);
    if (hasRun) this.keep(host, step, at, kind);
    return hasRun;
  }
}

/** A message without drafts of the sender's state in it: each is replaced by its content now. */
export function withoutDrafts(value: unknown): unknown {
  if (isDraft(value)) return current(value);
  if (!isDraftable(value)) return value;
  assert(!(value instanceof Map || value instanceof Set), "maps and sets do not travel");
  let copy: object | undefined;
  for (const [key, item] of Object.entries(value as object)) {
    const plain = withoutDrafts(item);
    if (plain === item) continue;
    copy ??= Array.isArray(value) ? [...value] : { ...(value as object) };
    Object.assign(copy, { [key]: plain });
  }
  return copy ?? value;
}

function lastUpTo(steps: readonly TimelineStep[], step: number): TimelineStep | undefined {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]!.step <= step) low = middle + 1;
    else high = middle;
  }
  return steps[low - 1];
}

function compare(
  host: NodeId,
  path: readonly string[],
  before: unknown,
  after: unknown,
  changes: Change[],
): void {
  if (Object.is(before, after)) return;
  const from = children(before);
  const to = children(after);
  if (from === undefined || to === undefined) {
    changes.push({ host, path, before, after });
    return;
  }
  for (const key of new Set([...from.keys(), ...to.keys()])) {
    compare(host, [...path, key], from.get(key), to.get(key), changes);
  }
}

/** The parts of a container by name; undefined for what has none. */
function children(value: unknown): Map<string, unknown> | undefined {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return undefined;
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [String(key), item]));
  if (value instanceof Set) return new Map([...value].map((item) => [String(item), item]));
  return new Map(Object.entries(value));
}
