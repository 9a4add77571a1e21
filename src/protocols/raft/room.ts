import type { Disk } from "../../sim/env.ts";

/** A file that is there for the length of a question. */
const ROOM_FILE = "raft.room";

/**
 * Whether the disk takes so many bytes more: tries it with a file that it removes again. O(size).
 * A disk tells its free room in no other way, and a record of the journal could not be taken back.
 */
export function hasRoomFor(disk: Disk, sizeBytes: number): boolean {
  // A crash may have left one behind.
  if (disk.list().includes(ROOM_FILE)) disk.remove(ROOM_FILE);
  const isTaken = disk.append(ROOM_FILE, new Uint8Array(sizeBytes)) === undefined;
  if (disk.list().includes(ROOM_FILE)) disk.remove(ROOM_FILE);
  return isTaken;
}
