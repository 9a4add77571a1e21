import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader, ByteWriter } from "../../../src/protocols/codec.ts";
import { type KvItem, type KvTypes, kvService } from "../../../src/protocols/kv/machine.ts";
import {
  applyCommand,
  emptyReplica,
  hashOf,
  type Replica,
  replicaCodec,
  type Session,
} from "../../../src/protocols/replicated/state-machine.ts";

const codec = replicaCodec(kvService);

function encoded(replica: Replica<KvTypes>): Uint8Array {
  const writer = new ByteWriter();
  codec.encode(replica, writer);
  return writer.bytes.slice(0, writer.sizeBytes);
}

const text = fc.string({ unit: "binary", maxLength: 8 });
const value = fc.oneof(text, fc.uint8Array({ maxLength: 8 }));
const item: fc.Arbitrary<KvItem> = fc.record({ value, modified: fc.maxSafeNat() });
const session: fc.Arbitrary<Session<KvTypes["result"]>> = fc.record({
  serial: fc.maxSafeNat(),
  index: fc.maxSafeNat(),
  result: fc.oneof(
    fc.record({ type: fc.constant("done" as const) }),
    fc.record({
      type: fc.constant("value" as const),
      value: fc.option(value, { nil: undefined }),
    }),
    fc.record({ type: fc.constant("cas" as const), isSwapped: fc.boolean() }),
  ),
});
const named = <Item>(of: fc.Arbitrary<Item>) =>
  fc.uniqueArray(fc.tuple(text, of), { selector: ([name]) => name, maxLength: 12 });

describe("a replica as bytes", () => {
  it("is read back as it was", () => {
    const property = fc.property(named(item), named(session), (keys, sessions) => {
      const replica = { state: { keys: new Map(keys) }, sessions: new Map(sessions) };
      expect(codec.decode(new ByteReader(encoded(replica), 0))).toEqual(replica);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("is the same bytes, and has the same hash, whatever order it was made in", () => {
    const property = fc.property(named(item), named(session), (keys, sessions) => {
      const one = { state: { keys: new Map(keys) }, sessions: new Map(sessions) };
      const other = {
        state: { keys: new Map(keys.toReversed()) },
        sessions: new Map(sessions.toReversed()),
      };
      expect(encoded(other)).toEqual(encoded(one));
      expect(hashOf(codec, other, new ByteWriter())).toBe(hashOf(codec, one, new ByteWriter()));
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("is read in whole: what follows it is the next record's", () => {
    const property = fc.property(named(item), named(session), (keys, sessions) => {
      const replica = { state: { keys: new Map(keys) }, sessions: new Map(sessions) };
      const reader = new ByteReader(Uint8Array.of(...encoded(replica), 7), 0);
      codec.decode(reader);
      expect(reader.byte()).toBe(7);
    });
    fc.assert(property, { numRuns: 100 });
  });

  it("goes on as the one it was made from, repeated requests included", () => {
    const first = emptyReplica(kvService);
    const put = {
      session: "s",
      serial: 1,
      operation: { op: "put", key: "k", value: "v" },
    } as const;
    applyCommand(kvService, first, 1, put);
    const second = codec.decode(new ByteReader(encoded(first), 0));
    const cas = { op: "cas", key: "k", expected: "v", value: "w" } as const;
    const next = { session: "s", serial: 2, operation: cas };
    expect(applyCommand(kvService, second, 2, put)).toEqual({ type: "done" });
    expect(applyCommand(kvService, second, 3, next)).toEqual(
      applyCommand(kvService, first, 3, next),
    );
    expect(encoded(second)).toEqual(encoded(first));
  });

  it("has another hash when a session differs, and nothing else", () => {
    const one = emptyReplica(kvService);
    const other = emptyReplica(kvService);
    one.sessions.set("s", { serial: 1, index: 1, result: { type: "done" } });
    other.sessions.set("s", { serial: 2, index: 1, result: { type: "done" } });
    expect(hashOf(codec, one, new ByteWriter())).not.toBe(hashOf(codec, other, new ByteWriter()));
  });

  it("with a result of unknown kind is refused", () => {
    const replica = emptyReplica(kvService);
    replica.sessions.set("s", { serial: 1, index: 1, result: { type: "done" } });
    const bytes = encoded(replica);
    bytes[bytes.length - 1] = 9;
    expect(() => codec.decode(new ByteReader(bytes, 0))).toThrow(
      "expected one of done, value, cas",
    );
  });
});
