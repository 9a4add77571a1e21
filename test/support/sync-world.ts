// One node that synchronizes, and peers that do what a test tells them to. Blocks are linked as
// blocks are, and nobody signs them: what is found to be wrong with one stands in it.

import { current, enableMapSet, Immer, isDraft } from "immer";
import type { Body, Header } from "../../src/protocols/block-sync/block.ts";
import {
  type ChainBlock,
  type ChainState,
  checkpointOf,
  newChain,
  tipOf,
} from "../../src/protocols/block-sync/chain.ts";
import { hashOf } from "../../src/protocols/block-sync/encoding/hash.ts";
import { branchRefusal, insert } from "../../src/protocols/block-sync/finality/fork-choice.ts";
import type { Checkpoint } from "../../src/protocols/block-sync/finality/vote.ts";
import type {
  BlockSyncMessage,
  Status,
  SyncReply,
  SyncRequest,
} from "../../src/protocols/block-sync/messages.ts";
import {
  type BlockSyncOptions,
  defaultBlockSyncOptions,
} from "../../src/protocols/block-sync/options.ts";
import type { PeersState } from "../../src/protocols/block-sync/peers/peer-state.ts";
import { Peers, STATUS_TIMER } from "../../src/protocols/block-sync/peers/peers.ts";
import { answerTo } from "../../src/protocols/block-sync/peers/serving.ts";
import { bodyRequests } from "../../src/protocols/block-sync/sync/requests.ts";
import type { SyncContext } from "../../src/protocols/block-sync/sync/sync-context.ts";
import { checkAccounts } from "../../src/protocols/block-sync/sync/sync-rules.ts";
import { newSyncState, type SyncState } from "../../src/protocols/block-sync/sync/sync-state.ts";
import { Synchronizer } from "../../src/protocols/block-sync/sync/synchronizer.ts";
import { type Trie, trieRoot, trieUpdate } from "../../src/protocols/block-sync/trie/trie.ts";
import type { InvalidBlock } from "../../src/protocols/block-sync/validation.ts";
import { hexOf, isHex } from "../../src/protocols/hex.ts";
import type { NodeId } from "../../src/sim/env.ts";
import type { Micros } from "../../src/sim/time.ts";
import { RecordingEnv } from "./recording-env.ts";

/** Changes to the bytes of a block: of its header, what importing it is to find, of its body. */
export interface ToyFlaws {
  /** The rule that its header is found to break. */
  readonly headerFlaw?: InvalidBlock;
  /** The rule that its transactions are found to break. */
  readonly blockFlaw?: InvalidBlock;
  /** All accounts after it. */
  readonly trie?: Trie;
}

/** A block of one transaction; another name is another block. */
export function toyBlock(
  parent: ChainBlock | undefined,
  name: string,
  flaws: ToyFlaws = {},
): ChainBlock {
  const height = parent === undefined ? 0 : parent.header.height + 1;
  const body = [new TextEncoder().encode(`transaction of ${name} ${height}`)];
  const fields = {
    height,
    parent: parent?.header.hash ?? "00".repeat(32),
    stateRoot: flaws.blockFlaw ?? hexOf(trieRoot(flaws.trie)),
    transactionsRoot: rootOf(body),
    timestamp: 0,
    producer: flaws.headerFlaw ?? "",
  };
  const bytes = new TextEncoder().encode(JSON.stringify(fields));
  const header = { ...fields, signature: new Uint8Array(0), hash: hashOf(bytes), bytes };
  return { header, body, transactions: [], accounts: { trie: flaws.trie } };
}

/** Blocks behind each other. */
export function toyLine(parent: ChainBlock, count: number, name = "main"): ChainBlock[] {
  const blocks: ChainBlock[] = [];
  for (let i = 0; i < count; i++) blocks.push(toyBlock(blocks.at(-1) ?? parent, name));
  return blocks;
}

export const TOY_GENESIS = toyBlock(undefined, "genesis");

/** A chain from genesis on. */
export function toyChain(...blocks: readonly ChainBlock[]): ChainState {
  const chain = newChain(TOY_GENESIS);
  for (const block of blocks) insert(chain, block);
  return chain;
}

function rootOf(body: Body): string {
  return hashOf(new TextEncoder().encode(body.map(hashOf).join()));
}

/** What is told of a peer's answer: when it comes, and what; undefined: never. */
export interface ToyAnswer {
  readonly delay: Micros;
  readonly reply: SyncReply;
}

/** A peer as a test has it. */
export interface ToyPeer {
  readonly name: NodeId;
  readonly chain: ChainState;
  /** What differs in its status from the truth. */
  readonly claims?: Partial<Status>;
  /** What becomes of a true answer, the n-th from 0; by default it comes after 10 ms. */
  answer?(truth: SyncReply, request: SyncRequest, number: number): ToyAnswer | undefined;
  /** Whether nothing else comes from it while it owes an answer, as on a slow link. */
  readonly isMuteUntilAnswered?: boolean;
  /** The body that it gives. */
  bodyOf?(block: ChainBlock): Body | undefined;
}

enableMapSet();
const IMMER = new Immer({ autoFreeze: false });

interface Event {
  readonly at: Micros;
  readonly run: () => void;
}

const IMPORT_TIME = 1_000;

/** The node `n` and its peers, in a world of their own. Breaks off when a promise is broken. */
export class SyncWorld {
  readonly env = new RecordingEnv<BlockSyncMessage>("n");
  readonly sync: Synchronizer;
  readonly peers: Peers;
  memory: { sync: SyncState; chain: ChainState; peers: PeersState };
  /** The heights of blocks handed over, in order. */
  readonly handedOver: number[] = [];
  /** All requests, in order. */
  readonly asked: (readonly [peer: NodeId, request: SyncRequest])[] = [];
  readonly options: BlockSyncOptions;
  readonly checkpoint: Checkpoint | undefined;
  /** The root of the accounts that were given with a checkpoint. */
  readonly adopted: string[] = [];
  inFlightMax = 0;
  #events: Event[] = [];
  #importsUntil: Micros = 0;
  #isQuiet = false;
  readonly #peers: ReadonlyMap<NodeId, ToyPeer>;
  readonly #isRecorded: boolean;
  readonly #final: Checkpoint | undefined;
  readonly #answers = new Map<NodeId, number>();

  constructor(
    peers: readonly ToyPeer[],
    changes: {
      readonly sync?: Partial<BlockSyncOptions["sync"]>;
      readonly peers?: Partial<BlockSyncOptions["peers"]>;
      readonly limits?: Partial<BlockSyncOptions["limits"]>;
      readonly chain?: ChainState;
      readonly checkpoint?: Checkpoint;
      /** What votes prove to be final. */
      readonly final?: Checkpoint;
      readonly isRecorded?: boolean;
    } = {},
  ) {
    const defaults = defaultBlockSyncOptions;
    this.options = {
      ...defaults,
      sync: { ...defaults.sync, headersPerRequest: 32, bodiesPerRequest: 8, ...changes.sync },
      peers: { ...defaults.peers, ...changes.peers },
      limits: { ...defaults.limits, ...changes.limits },
    };
    this.#peers = new Map(peers.map((peer) => [peer.name, peer]));
    this.checkpoint = changes.checkpoint;
    this.#final = changes.final;
    this.#isRecorded = changes.isRecorded ?? false;
    const chain = changes.chain ?? toyChain();
    this.memory = { sync: newSyncState(1), chain, peers: new Map() };
    const memoryNow = () => this.memory;
    this.peers = new Peers({
      ...{ env: this.env, options: this.options.peers, bootstrap: [...this.#peers.keys()] },
      genesis: TOY_GENESIS.header.hash,
      get state() {
        return memoryNow().peers;
      },
      ownStatus: () => truth(this.memory.chain),
      isHost: () => true,
      isProven: () => true,
      owes: (peer) => this.sync.isOwedBy(peer),
      onGone: (peer) => this.sync.onGone(peer),
    });
    this.sync = new Synchronizer(this.#context());
    this.peers.begin();
    for (const peer of peers) this.#tellStatus(peer, 0);
  }

  /** Lets the world go on for so long. */
  run(time: Micros): void {
    const end = this.env.now() + time;
    this.#send();
    for (;;) {
      const event = this.#next();
      if (event === undefined || event.at > end) break;
      this.#events = this.#events.filter((other) => other !== event);
      this.env.pass(Math.max(0, event.at - this.env.now()));
      this.#handle(event);
      this.#send();
      this.inFlightMax = Math.max(this.inFlightMax, this.#inFlight());
    }
    this.env.pass(end - this.env.now());
  }

  /** Runs until the node has that height and is idle, for so long at most; how long it took. */
  runUntil(height: number, timeMax: Micros): Micros | undefined {
    const start = this.env.now();
    while (this.env.now() - start < timeMax) {
      this.run(10_000);
      const isThere = tipOf(this.memory.chain).header.height >= height;
      if (isThere && this.sync.phase === "idle") return this.env.now() - start;
    }
    return undefined;
  }

  /** Blocks come that nobody has asked for, and are imported. */
  gossip(blocks: readonly ChainBlock[]): void {
    for (const block of blocks) insert(this.memory.chain, block);
  }

  /** From now on nothing comes from any peer. */
  fallSilent(): void {
    this.#isQuiet = true;
  }

  get height(): number {
    return tipOf(this.memory.chain).header.height;
  }

  events(name: string): unknown[] {
    return this.env.emitted.filter(([event]) => event === name).map(([, data]) => data);
  }

  /** Something happens later. */
  after(delay: Micros, run: () => void): void {
    this.#events.push({ at: this.env.now() + delay, run });
  }

  #context(): SyncContext {
    const { env, options, checkpoint, peers } = this;
    const memoryNow = () => this.memory;
    return {
      ...{ env, options, checkpoint, peers },
      get memory() {
        return memoryNow();
      },
      rules: {
        decodeHeader,
        checkHeader: ({ height, producer }, parent) => {
          if (height !== parent.height + 1) return "height gap";
          return producer === "" ? undefined : (producer as InvalidBlock);
        },
        branchRefusal: (parent) =>
          branchRefusal(this.memory.chain, parent, options.limits.reorgMax),
        checkBody: (body, { transactionsRoot }) =>
          rootOf(body) === transactionsRoot ? undefined : "wrong transactions root",
        finalAhead: () => this.#final,
        checkAccounts,
      },
      imports: {
        isKnown: (hash) => this.memory.chain.blocks.has(hash),
        importBlock: ({ header, body }) => this.#import(undrafted(header), undrafted(body)),
        adopt: (draft, accountDrafts) => {
          const [header, accounts] = [undrafted(draft), undrafted(accountDrafts)];
          const entries = accounts.map(([key, value]) => ({ key, value }));
          const trie = trieUpdate(undefined, entries);
          this.adopted.push(hexOf(trieRoot(trie)));
          this.after(IMPORT_TIME, () => {
            const block = { header, body: undefined, transactions: [], accounts: { trie } };
            this.memory.chain = newChain(block);
            this.sync.onAdopted();
          });
        },
      },
    };
  }

  #import(header: Header, body: Body): void {
    const { sync } = this.memory;
    const { hash, parent: before } = header;
    this.handedOver.push(header.height);
    if (!this.memory.chain.blocks.has(before) && !sync.importing.has(before)) {
      throw new Error(`handed over before its parent: ${header.height}`);
    }
    this.#importsUntil = Math.max(this.#importsUntil, this.env.now()) + IMPORT_TIME;
    this.after(this.#importsUntil - this.env.now(), () => {
      const { chain } = this.memory;
      const isValid = chain.blocks.has(before) && isHex(header.stateRoot);
      if (isValid) insert(chain, { header, body, transactions: [], accounts: { trie: undefined } });
      const flaw = chain.blocks.has(before) ? (header.stateRoot as InvalidBlock) : "unknown parent";
      this.sync.onImported(hash, isValid ? "imported" : flaw);
    });
  }

  /** In a recorded run a handler sees a draft of the memory. */
  #handle(event: Event): void {
    if (!this.#isRecorded) {
      event.run();
      return;
    }
    const draft = IMMER.createDraft(this.memory);
    this.memory = draft;
    event.run();
    this.memory = IMMER.finishDraft(draft) as SyncWorld["memory"];
  }

  #inFlight(): number {
    return bodyRequests({ memory: this.memory } as SyncContext);
  }

  #next(): Event | undefined {
    const timers = [...this.env.timers].map(([name, at]) => ({ at, run: () => this.#fire(name) }));
    const all = [...this.#events, ...timers];
    return all.reduce<Event | undefined>(
      (first, event) => (first === undefined || event.at < first.at ? event : first),
      undefined,
    );
  }

  #fire(name: string): void {
    this.env.fire(name);
    if (name === STATUS_TIMER) {
      this.peers.onTick();
      this.sync.look();
    } else this.sync.onTimer(name);
  }

  #send(): void {
    for (const { to, message } of this.env.takeSent()) {
      const peer = this.#peers.get(to);
      if (peer !== undefined && isRequest(message)) this.#ask(peer, message);
    }
  }

  #ask(peer: ToyPeer, request: SyncRequest): void {
    this.asked.push([peer.name, request]);
    const number = this.#answers.get(peer.name) ?? 0;
    this.#answers.set(peer.name, number + 1);
    const reply = answerTo(request, {
      ...{ options: this.options, chain: peer.chain, isBusy: false },
      bodyOf: (block) => (peer.bodyOf === undefined ? block.body : peer.bodyOf(block)),
    });
    if (reply === undefined) throw new Error(`not a sound request: ${JSON.stringify(request)}`);
    const answer = peer.answer === undefined ? inTime(reply) : peer.answer(reply, request, number);
    if (answer === undefined) return;
    this.after(answer.delay, () => {
      if (this.#isHeard(peer)) this.sync.onReply(peer.name, answer.reply);
    });
  }

  #isHeard({ name }: ToyPeer): boolean {
    return !this.#isQuiet && this.peers.hear(name, 100);
  }

  /** Every second it tells where it stands. */
  #tellStatus(peer: ToyPeer, delay: Micros): void {
    this.after(delay, () => {
      const isHeldUp = peer.isMuteUntilAnswered === true && this.sync.isOwedBy(peer.name);
      const status = { ...truth(peer.chain), peers: [], isFirst: false, ...peer.claims };
      if (!isHeldUp && this.#isHeard(peer) && this.peers.onStatus(peer.name, status))
        this.sync.look();
      this.#tellStatus(peer, 1_000_000);
    });
  }
}

/** As it is now: a draft is of no use to a later handler. */
function undrafted<Value>(value: Value): Value {
  // Immer wants to know more of a type than is known here.
  return isDraft(value) ? (current<unknown>(value) as Value) : value;
}

/** The answer comes as it is after 10 ms. */
export function inTime(reply: SyncReply): ToyAnswer {
  return { delay: 10_000, reply };
}

function truth(chain: ChainState): Omit<Status, "peers" | "isFirst"> {
  const { justified, finalized } = chain;
  return {
    ...{ genesis: TOY_GENESIS.header.hash, tip: checkpointOf(tipOf(chain)), justified, finalized },
    ...{ bodiesFrom: chain.bodiesFrom, validator: undefined, life: 1 },
  };
}

function decodeHeader(bytes: Uint8Array): Header | undefined {
  const text = new TextDecoder().decode(bytes);
  if (!text.startsWith("{")) return undefined;
  // Bytes of a test's own making.
  const fields = JSON.parse(text) as Omit<Header, "hash" | "bytes" | "signature">;
  return { ...fields, signature: new Uint8Array(0), hash: hashOf(bytes), bytes };
}

function isRequest(message: BlockSyncMessage): message is SyncRequest {
  return message.type.startsWith("get ");
}
