import { describe, expect, it } from "vitest";
import { newBackendState } from "../../../src/protocols/storage-quorum/backend-state.ts";
import type { LedgerEntry } from "../../../src/protocols/storage-quorum/entries.ts";
import { LEDGER_FILE, Ledger, NO_ENTRY } from "../../../src/protocols/storage-quorum/ledger.ts";
import type { StorageQuorumMessage } from "../../../src/protocols/storage-quorum/messages.ts";
import { ManualDisk, RecordingEnv } from "../../support/recording-env.ts";

const FOUNDED: LedgerEntry = { kind: "founded", secret: Uint8Array.of(1, 2, 3) };

function account(user: string): LedgerEntry {
  return { kind: "registered", user, salt: Uint8Array.of(1), verifier: Uint8Array.of(2) };
}

/** A ledger on a disk, in a life of its own; what waits for it to be durable is noted. */
function ledgerOn(disk: ManualDisk) {
  const env = new RecordingEnv<StorageQuorumMessage>("backend", disk);
  const state = newBackendState();
  const durable: string[] = [];
  const ledger = new Ledger(
    env,
    () => state,
    ({ kind }) => durable.push(kind),
  );
  return { env, state, ledger, durable };
}

/** A disk with a durable ledger of these entries. */
function diskWith(...entries: readonly LedgerEntry[]): ManualDisk {
  const disk = new ManualDisk();
  const { ledger } = ledgerOn(disk);
  ledger.load();
  disk.completeSync();
  ledger.onSynced(undefined);
  for (const entry of entries) {
    ledger.append(entry);
    // One by one, so that each says that the one before it was durable.
    disk.completeSync();
    ledger.onSynced(undefined);
  }
  return disk;
}

describe("the ledger", () => {
  it("gives back its entries, each linked to the one before it", () => {
    const { ledger, state } = ledgerOn(diskWith(FOUNDED, account("a"), account("b")));
    const read = ledger.load()!;
    expect(read.map(({ entry }) => entry)).toEqual([FOUNDED, account("a"), account("b")]);
    const hashes = read.map(({ hash }) => hash);
    expect(read.map(({ previous }) => previous)).toEqual([NO_ENTRY, ...hashes.slice(0, 2)]);
    expect(new Set(hashes).size).toBe(3);
    expect(state.ledger.head).toBe(hashes[2]);
  });

  it("cuts a torn tail, and tells of it, and when it can be loaded", () => {
    const disk = diskWith(FOUNDED);
    const sizeBytes = disk.sizeOf(LEDGER_FILE);
    disk.append(LEDGER_FILE, Uint8Array.of(9, 9, 9));
    const { ledger, env, state, durable } = ledgerOn(disk);
    expect(ledger.load()).toBeUndefined();
    expect(env.emitted).toEqual([["torn tail cut", { tornBytes: 3 }]]);
    expect(state.phase).toBe("starting");
    expect(durable).toEqual([]);
    disk.completeSync();
    ledger.onSynced(undefined);
    expect(durable).toEqual(["mended"]);
    expect(disk.sizeOf(LEDGER_FILE)).toBe(sizeBytes);
    expect(ledger.load()!.map(({ entry }) => entry)).toEqual([FOUNDED]);
  });

  it("is halted when the sync fails that a torn tail needs, and cuts nothing", () => {
    const disk = diskWith(FOUNDED);
    disk.append(LEDGER_FILE, Uint8Array.of(9, 9, 9));
    const sizeBytes = disk.sizeOf(LEDGER_FILE);
    const { ledger, state, durable } = ledgerOn(disk);
    ledger.load();
    disk.completeSync();
    ledger.onSynced({ kind: "io" });
    expect([state.phase, durable]).toEqual(["halted", []]);
    expect(disk.sizeOf(LEDGER_FILE)).toBe(sizeBytes);
  });

  it("halts the backend where what was synced last has rotted", () => {
    const disk = diskWith(FOUNDED);
    disk.write(LEDGER_FILE, Uint8Array.of(disk.read(LEDGER_FILE)![20]! ^ 1), 20);
    const { ledger, env } = ledgerOn(disk);
    expect(ledger.load()).toBeUndefined();
    expect(env.emitted).toEqual([["halted", { file: LEDGER_FILE, at: 0, reason: "rotten" }]]);
  });

  it("halts the backend where durable bytes have rotted, and changes nothing", () => {
    const disk = diskWith(FOUNDED, account("a"), account("b"));
    const first = disk.read(LEDGER_FILE)!;
    disk.write(LEDGER_FILE, Uint8Array.of(first[20]! ^ 1), 20);
    const rotten = disk.read(LEDGER_FILE);
    const { ledger, env, state } = ledgerOn(disk);
    expect(ledger.load()).toBeUndefined();
    expect(state.phase).toBe("halted");
    expect(env.emitted).toEqual([["halted", { file: LEDGER_FILE, at: 0, reason: "rotten" }]]);
    expect(disk.read(LEDGER_FILE)).toEqual(rotten);
  });

  it("halts the backend where an entry does not follow on the one before it", () => {
    const disk = new ManualDisk();
    const forger = ledgerOn(disk);
    forger.ledger.load();
    forger.ledger.append(FOUNDED);
    // As if the entry had been taken from another ledger: its record is right, its link is not.
    forger.state.ledger.head = "11".repeat(32);
    forger.ledger.append(account("a"));
    const { ledger, env, state } = ledgerOn(disk);
    expect(ledger.load()).toBeUndefined();
    expect(state.phase).toBe("halted");
    const why = { file: LEDGER_FILE, entry: 1, reason: "not linked" };
    expect(env.emitted).toEqual([["halted", why]]);
  });

  it("lets nothing follow on an entry before that is durable", () => {
    const disk = diskWith();
    const { ledger, durable } = ledgerOn(disk);
    ledger.load();
    ledger.append(FOUNDED, { kind: "ready" });
    disk.completeSync();
    ledger.onSynced(undefined);
    const afterAnEarlierSync = [...durable];
    disk.completeSync();
    ledger.onSynced(undefined);
    expect(afterAnEarlierSync).toEqual([]);
    expect(durable).toEqual(["ready"]);
  });

  it("halts the backend when a sync has failed", () => {
    const { ledger, env, state, durable } = ledgerOn(diskWith());
    ledger.load();
    ledger.append(FOUNDED, { kind: "ready" });
    ledger.onSynced({ kind: "io" });
    expect(state.phase).toBe("halted");
    expect(env.emitted).toEqual([["halted", { error: "io" }]]);
    expect(durable).toEqual([]);
  });

  it("says so when the disk has no room, and is what it was", () => {
    const disk = diskWith(FOUNDED);
    const { ledger, state } = ledgerOn(disk);
    ledger.load();
    const { head } = state.ledger;
    disk.leaveRoom(10);
    expect(ledger.append(account("a"))).toEqual({ kind: "full" });
    expect(state.ledger.head).toBe(head);
  });
});
