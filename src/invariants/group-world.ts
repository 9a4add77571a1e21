// Invariants of one group, where several share their hosts: each sees the world as if the group
// were alone in it.

import type { NodeId, Plain } from "../sim/env.ts";
import type {
  EmittedEvent,
  HostView,
  Invariant,
  SentMessage,
  Verdict,
  World,
} from "../sim/invariant.ts";
import type { Micros } from "../sim/time.ts";

/** What a host must show of itself. */
export interface GroupsView<View> {
  /** By group, its node on that host. */
  readonly groups: ReadonlyMap<string, View>;
}

/** A group, and the world as it fills it. */
export class Group<View> {
  readonly name: string;
  /** The hosts that serve it. */
  readonly members: readonly NodeId[];
  /** What one of its files is called on a host's disk. */
  readonly fileOf: (file: string) => string;
  /** The whole world's hosts, for which the servers were made. */
  #hosts: readonly HostView<GroupsView<View>>[] | undefined;
  #servers: readonly GroupServer<View>[] = [];
  /** Filled anew for each event, as the whole world is; and of what of the whole world. */
  #world: Mutable<World<View>> | undefined;
  #whole: Happened<View> = NOTHING;

  constructor({ name, members, fileOf }: Pick<Group<View>, "name" | "members" | "fileOf">) {
    this.name = name;
    this.members = members;
    this.fileOf = fileOf;
  }

  /**
   * What the group sees of the world now: its servers are its nodes on the hosts that serve it, and
   * of messages and observations it sees those that name the group. The rest is that of all groups.
   */
  seen(whole: World<GroupsView<View>>): World<View> {
    const { now, step, event, server, fallen, sent, emitted, history, metrics, isCut } = whole;
    const servers = this.#serversOf(whole.servers);
    this.#world ??= { ...{ now, step, event, sent, emitted, history, metrics, isCut }, ...NOBODY };
    const world = this.#world;
    // Many ask of one event.
    const isKnown = step === world.step && now === world.now && isSameEvent(whole, this.#whole);
    if (isKnown) return world;
    this.#whole = { server, fallen, sent, emitted };
    world.now = now;
    world.step = step;
    world.event = event;
    world.servers = servers;
    world.server = server && servers.find(({ index }) => index === server.index);
    world.fallen = fallen?.groups.get(this.name);
    world.sent = ofThem(sent, ({ message }: SentMessage) => groupOf(message) === this.name);
    world.emitted = ofThem(emitted, ({ data }: EmittedEvent) => groupOf(data) === this.name);
    return world;
  }

  #serversOf(hosts: readonly HostView<GroupsView<View>>[]): readonly GroupServer<View>[] {
    if (hosts === this.#hosts) return this.#servers;
    this.#hosts = hosts;
    this.#servers = hosts
      .filter(({ id }) => this.members.includes(id))
      .map((host) => new GroupServer(host, this));
    return this.#servers;
  }
}

type Mutable<Type> = { -readonly [Field in keyof Type]: Type[Field] };

const NOBODY = { servers: [], clients: [], server: undefined, fallen: undefined };
const NOTHING = { server: undefined, fallen: undefined, sent: [], emitted: [] };

type Happened<View> = Pick<World<GroupsView<View>>, "server" | "fallen" | "sent" | "emitted">;

function isSameEvent<View>(a: Happened<View>, b: Happened<View>): boolean {
  return (
    a.server === b.server && a.sent === b.sent && a.emitted === b.emitted && a.fallen === b.fallen
  );
}

/**
 * An invariant that holds for one group: it sees the world as if the group were alone in it, but
 * for history and metrics. Names stay as they are; what is said begins with the group's.
 */
export function ofGroup<View>(
  group: Group<View>,
  invariant: Invariant<View>,
): Invariant<GroupsView<View>> {
  const { name, supposes, kind, onStep, onIdle, idleDue, onEnd, evidence } = invariant;
  const said = (verdict: Verdict): Verdict => withGroup(group.name, verdict);
  return {
    name,
    ...(supposes && { supposes }),
    ...(kind && { kind }),
    get state() {
      return invariant.state;
    },
    set state(state) {
      invariant.state = state;
    },
    ...(onStep && { onStep: (world) => said(onStep(group.seen(world))) }),
    ...(onIdle && { onIdle: (world, until) => said(onIdle(group.seen(world), until)) }),
    ...(idleDue && { idleDue }),
    ...(onEnd && { onEnd: (world) => said(onEnd(group.seen(world))) }),
    ...(evidence && { evidence: (world) => evidence(group.seen(world)) }),
  };
}

/** An invariant of each group. */
export function inEachGroup<View>(
  groups: readonly Group<View>[],
  make: (group: Group<View>) => Invariant<View>,
): Invariant<GroupsView<View>>[] {
  return groups.map((group) => ofGroup(group, make(group)));
}

/** The group that a message or an observation names; undefined if none. */
export function groupOf(data: unknown): string | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const { group, operation } = data as { readonly group?: Plain; readonly operation?: Plain };
  if (typeof group === "string") return group;
  return operation === undefined ? undefined : groupOf(operation);
}

/** A host as one of its groups sees it. */
class GroupServer<View> implements HostView<View> {
  readonly id: NodeId;
  readonly index: number;
  readonly role: HostView["role"];
  readonly #host: HostView<GroupsView<View>>;
  readonly #group: Group<View>;

  constructor(host: HostView<GroupsView<View>>, group: Group<View>) {
    this.id = host.id;
    this.index = host.index;
    this.role = host.role;
    this.#host = host;
    this.#group = group;
  }

  get node(): View | undefined {
    return this.#host.node?.groups.get(this.#group.name);
  }

  get life(): number {
    return this.#host.life;
  }

  now(): Micros {
    return this.#host.now();
  }

  get inboxCount(): number {
    return this.#host.inboxCount;
  }

  get inboxCountMax(): number {
    return this.#host.inboxCountMax;
  }

  get gauges(): HostView["gauges"] {
    return this.#host.gauges;
  }

  durable(file: string): ReturnType<HostView["durable"]> {
    return this.#host.durable(this.#group.fileOf(file));
  }
}

/** Most steps send and observe nothing, or all for one group: then there is nothing to copy. */
function ofThem<Item>(items: readonly Item[], isOurs: (item: Item) => boolean): readonly Item[] {
  return items.every(isOurs) ? items : items.filter(isOurs);
}

function withGroup(name: string, verdict: Verdict): Verdict {
  if (verdict === undefined) return undefined;
  if (typeof verdict === "string") return `${name}: ${verdict}`;
  return verdict.map((breach) => ({ ...breach, message: `${name}: ${breach.message}` }));
}
