import type { Fate, FileState } from "./disk-file.ts";
import { type Draw, striker, type Trouble } from "./disk-trouble.ts";

/**
 * What faults make of changes that a sync says are durable; undefined when none is at work. The
 * bytes of a lost write reach no medium, those of a misdirected one another place: a sector of a
 * durable file, and those behind it as far as that file goes. Sizes and names are not lost.
 */
export function fateOf(
  { durableNames, troubles }: Liar,
  sectorBytes: number,
  draw: Draw,
): Fate | undefined {
  if (troubles.length === 0) return undefined;
  const isLying = troubles.some(({ kind }) => kind === "lostWrite" || kind === "misdirectedWrite");
  if (!isLying) return undefined;
  const places = [...durableNames.values()];
  return (file, { number, versions }) => {
    const sectors = [...versions!];
    if (sectors.length === 0) return "reached";
    const loser = striker(troubles, "lostWrite", number, draw);
    if (loser !== undefined) {
      loser.struck++;
      return "lost";
    }
    const misdirector = striker(troubles, "misdirectedWrite", number, draw);
    if (misdirector === undefined) return "reached";
    const chance = draw(misdirector.subject ^ PLACE, number);
    const target = placeFor(places, { file, sector: sectors[0]![0] }, sectorBytes, chance);
    if (target === undefined) return "reached";
    misdirector.struck++;
    const end = Math.ceil(target.file.durable.sizeBytes / sectorBytes);
    sectors.slice(0, end - target.sector).forEach(([, bytes], i) => {
      target.file.lies.set(target.sector + i, bytes.slice());
    });
    return "lost";
  };
}

/** What of a disk's state decides. */
interface Liar {
  readonly durableNames: ReadonlyMap<string, FileState>;
  readonly troubles: readonly Trouble[];
}

interface Place {
  readonly file: FileState;
  readonly sector: number;
}

/** A durable sector other than the right one; undefined when there is none. */
function placeFor(
  files: readonly FileState[],
  right: Place,
  sectorBytes: number,
  chance: number,
): Place | undefined {
  const counts = files.map(({ durable }) => Math.ceil(durable.sizeBytes / sectorBytes));
  const isRight = right.sector < (counts[files.indexOf(right.file)] ?? 0);
  const total = counts.reduce((sum, count) => sum + count, isRight ? -1 : 0);
  let place = Math.floor((chance / 2 ** 32) * total);
  for (const [i, file] of files.entries()) {
    for (let sector = 0; sector < counts[i]!; sector++) {
      if (file === right.file && sector === right.sector) continue;
      if (place-- === 0) return { file, sector };
    }
  }
  return undefined;
}

/** Sets the draw of a place apart from the draw that decides whether. */
const PLACE = 0x5bd1e995;
