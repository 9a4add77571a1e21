// Blocks that each break one rule, and keep all that is looked at before it.

import { accountAt } from "../../protocols/block-sync/account.ts";
import {
  type Body,
  decodeHeader,
  type HeaderFields,
  signHeader,
} from "../../protocols/block-sync/block.ts";
import type { ChainBlock } from "../../protocols/block-sync/chain.ts";
import type { Wallet } from "../../protocols/block-sync/client/wallet.ts";
import { hashOf } from "../../protocols/block-sync/encoding/hash.ts";
import type { KeyPair } from "../../protocols/block-sync/encoding/keys.ts";
import { isMalformed } from "../../protocols/block-sync/encoding/rlp.ts";
import { producerOf, slotOf, slotStart } from "../../protocols/block-sync/genesis.ts";
import {
  GAS_OF_TRANSACTION,
  type Payment,
  signTransaction,
} from "../../protocols/block-sync/transaction.ts";
import type { ChainRules, InvalidBlock } from "../../protocols/block-sync/validation.ts";
import { hexOf } from "../../protocols/hex.ts";
import type { Random } from "../../sim/random/random.ts";
import type { Micros } from "../../sim/time.ts";
import { unruledRoot } from "./unruled-root.ts";

/** An invalid block, and the rule that it breaks. */
export interface Forgery {
  readonly kind: string;
  readonly rule: InvalidBlock;
  readonly header: Uint8Array;
  /** Of the header, if it is one at all; of the bytes otherwise. */
  readonly hash: string;
  readonly body: Body;
}

/** What invalid blocks are made of. */
export interface ForgeryGround {
  readonly rules: ChainRules;
  readonly keys: KeyPair;
  readonly wallet: Wallet;
  readonly payers: readonly string[];
  readonly random: Random;
  /** The block that they follow, with its accounts. */
  readonly parent: ChainBlock;
  /** A transaction of the parent, or of a block before it; undefined while there is none. */
  readonly included: Uint8Array | undefined;
  /** By the forger's wall clock. */
  readonly now: number;
}

type Fields = Omit<HeaderFields, "producer">;

interface Draft {
  readonly header: Uint8Array;
  readonly body: Body;
}

interface ForgeryKind {
  readonly kind: string;
  readonly rule: InvalidBlock;
  /** `fields` are those of a valid block without transactions. */
  readonly draft: (ground: ForgeryGround, fields: Fields) => Draft;
}

const JUNK_BYTES = 10 * 1_024 * 1_024;
const FAR = 3_600_000_000;

/** A rule each, but that some rules can be broken in two ways. */
export const FORGERY_KINDS: readonly ForgeryKind[] = [
  changed("wrong previous hash", "unknown parent", (_, { parent }) => ({ parent: other(parent) })),
  changed("height gap", "height gap", (_, { height }) => ({ height: height + 1 })),
  changed("time of its parent", "timestamp not after parent", ({ parent }) => ({
    timestamp: parent.header.timestamp,
  })),
  changed("earlier than its parent", "timestamp not after parent", ({ parent }) => ({
    timestamp: parent.header.timestamp - 1,
  })),
  changed("far in the future", "timestamp in the future", ({ rules }, { timestamp }) => ({
    timestamp: timestamp + wholeRounds(rules, FAR),
  })),
  changed("slot of another", "not its slot", ({ rules }, { timestamp }) => ({
    timestamp: timestamp - rules.genesis.slotTime,
  })),
  {
    ...{ kind: "unknown producer", rule: "unknown producer" },
    draft: ({ wallet }, fields) => signed(fields, wallet.pairOf("stranger"), []),
  },
  {
    ...{ kind: "bad signature", rule: "bad block signature" },
    draft: ({ keys }, fields) => {
      const { header, body } = signed(fields, keys, []);
      // The signature is the last field.
      return { header: withLastChanged(header), body };
    },
  },
  changed("wrong transactions root", "wrong transactions root", (_, { transactionsRoot }) => ({
    transactionsRoot: other(transactionsRoot),
  })),
  {
    ...{ kind: "body of another block", rule: "wrong transactions root" },
    draft: (ground, fields) => signed(fields, ground.keys, [payment(ground, {})]),
  },
  changed("wrong state root", "wrong state root", (_, { stateRoot }) => ({
    stateRoot: other(stateRoot),
  })),
  paying("bad nonce", "transaction: nonce too high", (nonce) => ({ nonce: nonce + 1 })),
  {
    ...{ kind: "replay", rule: "transaction: nonce too low" },
    draft: (ground, fields) => {
      // Of what is in the chain; until something is, of what is in the block itself.
      const first = payment(ground, {});
      return carriedOut(ground, fields, ground.included ? [ground.included] : [first, first]);
    },
  },
  paying("overspending", "transaction: insufficient balance", () => ({ amount: 2 ** 52 })),
  paying("gas limit too low", "transaction: gas limit too low", () => ({ gasLimit: 1 })),
  {
    ...{ kind: "gas limit above the block's", rule: "transaction: gas limit above block" },
    draft: (ground, fields) =>
      carriedOut(ground, fields, [payment(ground, { gasLimit: ground.rules.blockGas + 1 })]),
  },
  {
    ...{ kind: "overflow", rule: "transaction: amount overflow" },
    draft: (ground, fields) => {
      // With its fee it is 2^53: where sums go round it costs nothing.
      const amount = Number.MAX_SAFE_INTEGER - GAS_OF_TRANSACTION + 1;
      const to = ground.wallet.addressOf("stranger");
      return carriedOut(ground, fields, [payment(ground, { amount, to })]);
    },
  },
  {
    ...{ kind: "over gas limit", rule: "over gas limit" },
    draft: (ground, fields) => {
      const count = Math.floor(ground.rules.blockGas / GAS_OF_TRANSACTION) + 1;
      const first = nonceOf(ground);
      const body = Array.from({ length: count }, (_, i) => payment(ground, { nonce: first + i }));
      return withBody(ground, fields, body);
    },
  },
  {
    ...{ kind: "unsigned transaction", rule: "transaction: bad signature" },
    draft: (ground, fields) =>
      withBody(ground, fields, [withLastChanged(payment(ground, { amount: 2 }))]),
  },
  {
    ...{ kind: "junk transaction", rule: "transaction: malformed" },
    draft: (ground, fields) => withBody(ground, fields, [junk(ground.random, 100)]),
  },
  {
    ...{ kind: "empty transaction", rule: "malformed body" },
    draft: ({ keys }, fields) => signed(fields, keys, [new Uint8Array()]),
  },
  changed("wrong genesis", "wrong genesis", (_, { parent }) => ({
    ...{ height: 1, parent: other(parent) },
  })),
  {
    ...{ kind: "10 MiB of junk", rule: "too large" },
    draft: ({ keys }, fields) => signed(fields, keys, [new Uint8Array(JUNK_BYTES)]),
  },
  {
    ...{ kind: "junk header", rule: "malformed header" },
    draft: ({ random }) => ({ header: junk(random, 100), body: [] }),
  },
];

/** An invalid block of a kind; undefined when the forger has had no slot since its parent. */
export function forge({ kind, rule, draft }: ForgeryKind, ground: ForgeryGround) {
  const fields = validFields(ground);
  if (fields === undefined) return undefined;
  const { header, body } = draft(ground, fields);
  const decoded = decodeHeader(header);
  const hash = isMalformed(decoded) ? hashOf(header) : decoded.hash;
  const height = isMalformed(decoded) ? fields.height : decoded.height;
  // Whose parent is not the genesis block cannot be the first.
  const isFirst = height === 1 && rule === "unknown parent";
  return { kind, rule: isFirst ? "wrong genesis" : rule, header, hash, height, body };
}

function validFields({ rules, keys, parent, now }: ForgeryGround): Fields | undefined {
  const { genesis, reader } = rules;
  const own = hexOf(keys.publicKey);
  const { header } = parent;
  let slot = slotOf(genesis, now);
  while (producerOf(genesis, slot) !== own && slot > 0) slot--;
  // One more is free before it, for a block in the slot of another.
  if (slot <= slotOf(genesis, header.timestamp) + 1) return undefined;
  return {
    ...{ height: header.height + 1, parent: header.hash, stateRoot: header.stateRoot },
    ...{ transactionsRoot: reader.transactionsRoot([]), timestamp: slotStart(genesis, slot) },
  };
}

function changed(
  kind: string,
  rule: InvalidBlock,
  change: (ground: ForgeryGround, fields: Fields) => Partial<Fields>,
): ForgeryKind {
  const draft = (ground: ForgeryGround, fields: Fields): Draft =>
    signed({ ...fields, ...change(ground, fields) }, ground.keys, []);
  return { kind, rule, draft };
}

function paying(
  kind: string,
  rule: InvalidBlock,
  change: (nonce: number) => Partial<Payment>,
): ForgeryKind {
  const draft = (ground: ForgeryGround, fields: Fields): Draft =>
    withBody(ground, fields, [payment(ground, change(nonceOf(ground)))]);
  return { kind, rule, draft };
}

function signed(fields: Fields, keys: KeyPair, body: Body): Draft {
  return { header: signHeader(fields, keys).bytes, body };
}

function withBody({ keys, rules }: ForgeryGround, fields: Fields, body: Body): Draft {
  return signed({ ...fields, transactionsRoot: rules.reader.transactionsRoot(body) }, keys, body);
}

/** With the state root that it would have if the rule that its transactions break were none. */
function carriedOut(ground: ForgeryGround, fields: Fields, body: Body): Draft {
  const { parent, rules } = ground;
  const stateRoot = unruledRoot(parent.accounts?.trie, body, rules.addresses);
  return withBody(ground, { ...fields, stateRoot }, body);
}

function payment(ground: ForgeryGround, change: Partial<Payment>): Uint8Array {
  const { wallet, payers, rules } = ground;
  const whole = {
    ...{ nonce: nonceOf(ground), to: wallet.addressOf(payers[0]!), amount: 1 },
    ...{ gasPrice: 1, gasLimit: GAS_OF_TRANSACTION, data: new Uint8Array() },
    ...change,
  };
  return signTransaction(whole, wallet.pairOf(payers[0]!), rules.addresses).bytes;
}

function nonceOf({ wallet, payers, rules, parent }: ForgeryGround): number {
  const address = wallet.addressOf(payers[0]!);
  return accountAt(parent.accounts?.trie, address, rules.addresses).nonce;
}

/** The most of a time after which the slots are again those of the same validators. */
function wholeRounds({ genesis: { slotTime, validators } }: ChainRules, time: Micros): Micros {
  return time - (time % (slotTime * validators.length));
}

function other(hash: string): string {
  return (hash.startsWith("0") ? "1" : "0") + hash.slice(1);
}

function withLastChanged(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte));
}

/** Bytes that are nothing. */
export function junk(random: Random, sizeBytes: number): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, () => random.int(0, 255));
}
