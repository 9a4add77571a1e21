// Several groups on one set of hosts (multi-Raft, as in CockroachDB, TiKV and dragonboat): a host
// has one node for each group that it serves, and they know nothing of each other.

import { fail } from "../../sim/assert.ts";
import type { DiskError, Env, Node, NodeId, Operation } from "../../sim/env.ts";
import { type GroupDraws, groupRandom, initialGroupDraws } from "./group-random.ts";
import { type Grouped, type GroupName, scopedEnv, splitName } from "./scope.ts";
import {
  initialSharedSyncs,
  SHARED_SYNC,
  SharedSyncs,
  type SharedSyncsState,
} from "./shared-syncs.ts";

/** The memory of all nodes of a host, and what the host itself remembers for them. */
export interface GroupHostState<State> {
  /** By group, its node's memory. */
  readonly groups: Map<GroupName, State>;
  readonly draws: GroupDraws;
  readonly syncs: SharedSyncsState;
}

/** Makes a group's node, in its own world. */
export type GroupProgram<Message, Member> = (env: Env<Message>, group: GroupName) => Member;

/**
 * The program of a host that serves some groups, of servers or of clients. What comes is handed to
 * the node of the group that it names; one that the host does not serve is a bug of the sender's,
 * and an AssertionError. An operation names its group in its field `group`.
 */
export class GroupHost<Message extends object, State, Member extends Node<Message, State>>
  implements Node<Message & Grouped, GroupHostState<State>>
{
  readonly #env: Env<Message & Grouped>;
  readonly #groups = new Map<GroupName, Member>();
  readonly #syncs: SharedSyncs;
  #state: GroupHostState<State>;

  constructor(
    env: Env<Message & Grouped>,
    groups: readonly GroupName[],
    program: GroupProgram<Message, Member>,
  ) {
    this.#env = env;
    const draws = initialGroupDraws();
    this.#state = { groups: new Map(), draws, syncs: initialSharedSyncs() };
    this.#syncs = new SharedSyncs(env.disk, () => this.#state.syncs);
    for (const group of groups) {
      const member = program(this.#envOf(group), group);
      this.#groups.set(group, member);
      this.#state.groups.set(group, member.state);
    }
  }

  /** By group, its node on this host. */
  get groups(): ReadonlyMap<GroupName, Member> {
    return this.#groups;
  }

  get state(): GroupHostState<State> {
    return this.#state;
  }

  set state(state: GroupHostState<State>) {
    this.#state = state;
    for (const [group, member] of this.#groups) member.state = state.groups.get(group)!;
  }

  onStart(): void {
    this.#state.draws.key = this.#env.random.int(0, 0xffff_ffff);
    for (const member of this.#groups.values()) member.onStart();
    this.#syncs.flush();
  }

  onMessage(from: NodeId, message: Message & Grouped): void {
    this.#member(message.group).onMessage(from, message);
    this.#syncs.flush();
  }

  onTimer(name: string): void {
    const [group, own] = splitName(name) ?? fail("a timer of no group:", name);
    this.#member(group).onTimer?.(own);
    this.#syncs.flush();
  }

  /** A group that has failed to write stays failed; the others may have had nothing to lose. */
  onSynced(token: string, error?: DiskError): void {
    if (token === SHARED_SYNC) {
      for (const asked of this.#syncs.end()) this.#tellSynced(asked.group, asked.token, error);
    } else {
      const [group, own] = splitName(token) ?? fail("a sync of no group:", token);
      this.#tellSynced(group, own, error);
    }
    this.#syncs.flush();
  }

  onDisconnect(peer: NodeId): void {
    for (const member of this.#groups.values()) member.onDisconnect?.(peer);
    this.#syncs.flush();
  }

  onOperation(operation: Operation): void {
    this.#member(String(operation.group)).onOperation?.(operation);
    this.#syncs.flush();
  }

  #tellSynced(group: GroupName, token: string, error: DiskError | undefined): void {
    this.#member(group).onSynced?.(token, error);
  }

  #member(group: GroupName): Member {
    return this.#groups.get(group) ?? fail("a group that is not served here:", this.#env.id, group);
  }

  #envOf(group: GroupName): Env<Message> {
    return scopedEnv(this.#env, group, {
      random: groupRandom(group, () => this.#state.draws),
      sync: (token) => this.#syncs.ask({ group, token }),
    });
  }
}
