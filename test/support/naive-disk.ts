// What a disk must do, in the plainest way: lists of all changes since the last crash, each with a
// mark whether a sync has made it durable or has failed. Every image is made by replaying changes;
// what a crash may leave is listed by trying every way to keep some of them.

export type Write =
  | { readonly do: "append"; readonly file: string; readonly bytes: readonly number[] }
  /** `at` is a share of the file's size, in [0, 1]; so is `keep`. */
  | { readonly do: "write"; readonly file: string; readonly bytes: readonly number[]; at: number }
  | { readonly do: "truncate"; readonly file: string; readonly keep: number }
  | { readonly do: "rename"; readonly file: string; readonly to: string }
  | { readonly do: "remove"; readonly file: string };

/** By name, the bytes. */
export type Image = ReadonlyMap<string, readonly number[]>;

/** What a sync concerns: everything, the names, or the file of that name. */
export type Scope = "all" | "directory" | { readonly file: NaiveFile };

type Mark = "pending" | "durable" | "abandoned";

interface FileChange {
  readonly number: number;
  /** From where on it writes what; or to what size it cuts. */
  readonly put: { readonly offset: number; readonly bytes: readonly number[] } | undefined;
  readonly cut: number;
  mark: Mark;
}

interface NaiveFile {
  readonly base: readonly number[];
  readonly changes: FileChange[];
}

interface NameChange {
  readonly number: number;
  readonly from: string;
  /** The name that is new: a file's first, or the one it is renamed to; undefined: removed. */
  readonly to: string | undefined;
  readonly isRename: boolean;
  readonly file: NaiveFile;
  mark: Mark;
}

type Names = ReadonlyMap<string, NaiveFile>;

/** The model. */
export class NaiveDisk {
  readonly #sectorBytes: number;
  #base: Names = new Map();
  #names: NameChange[] = [];
  #files: NaiveFile[] = [];
  #written = 0;

  constructor(sectorBytes: number) {
    this.#sectorBytes = sectorBytes;
  }

  get written(): number {
    return this.#written;
  }

  get pendingCount(): number {
    const changes = this.#files.flatMap((file) => file.changes.filter((c) => !isSettled(file, c)));
    return changes.length + this.#names.filter(({ mark }) => mark !== "durable").length;
  }

  /** What the node reads. */
  get image(): Image {
    return imageOf(this.#visibleNames, (file) => replay(file, file.changes.length));
  }

  /** What syncs have made durable. */
  get durable(): Image {
    const names = this.#namesWith(this.#names.filter(({ mark }) => mark === "durable"));
    return imageOf(names, (file) => this.#content(file, lastDurable(file) + 1, new Map()));
  }

  file(name: string): NaiveFile | undefined {
    return this.#visibleNames.get(name);
  }

  write(write: Write): void {
    const { file: name } = write;
    let file = this.file(name);
    if (file === undefined) {
      file = { base: [], changes: [] };
      this.#files.push(file);
      this.#name(name, name, false, file);
    }
    const size = replay(file, file.changes.length).length;
    if (write.do === "rename" && write.to !== name) this.#name(name, write.to, true, file);
    if (write.do === "remove") this.#name(name, undefined, false, file);
    if (write.do === "truncate" && offsetOf(write.keep, size) < size) {
      const cut = offsetOf(write.keep, size);
      file.changes.push({ number: this.#written++, put: undefined, cut, mark: "pending" });
    }
    if ((write.do === "append" || write.do === "write") && write.bytes.length > 0) {
      const put = { offset: write.do === "append" ? size : offsetOf(write.at, size), ...write };
      file.changes.push({ number: this.#written++, put, cut: 0, mark: "pending" });
    }
  }

  /** A sync of what was written before `covers` has come back, well or not. */
  sync(covers: number, scope: Scope, mark: "durable" | "abandoned"): void {
    if (scope === "all" || scope === "directory") {
      for (const change of this.#names) {
        // The file system tries names again.
        if (change.number < covers && mark === "durable") change.mark = mark;
      }
    }
    if (scope === "directory") return;
    for (const file of scope === "all" ? this.#files : [scope.file]) {
      for (const change of file.changes) if (change.number < covers) set(change, mark);
    }
  }

  /** All that a crash may leave, each once; undefined when there are too many ways. */
  crashes(): ReadonlySet<string> | undefined {
    const pending = this.#names.filter(({ mark }) => mark !== "durable");
    const files = [...new Set([...this.#base.values(), ...this.#files])];
    const contents = new Map(files.map((file) => [file, this.#contents(file)]));
    const ways = [...contents.values()].reduce((product, list) => product * list.length, 1);
    if (ways * 2 ** pending.length > 20_000) return undefined;
    const images = new Set<string>();
    for (let kept = 0; kept < 2 ** pending.length; kept++) {
      const isKept = (change: NameChange): boolean =>
        change.mark === "durable" || (kept & (1 << pending.indexOf(change))) !== 0;
      const changes = this.#names.filter(isKept);
      const isClosed = changes.every((change) =>
        this.#names.every((other) => !this.#needs(change, other) || isKept(other)),
      );
      if (!isClosed) continue;
      let partial: [string, readonly number[]][][] = [[]];
      for (const [name, file] of this.#namesWith(changes)) {
        partial = partial.flatMap((image) =>
          contents.get(file)!.map((bytes): typeof image => [...image, [name, bytes]]),
        );
      }
      for (const image of partial) images.add(keyOf(new Map(image)));
    }
    return images;
  }

  /** The crash has left this. */
  crashed(image: Image): void {
    this.#base = new Map([...image].map(([name, base]) => [name, { base, changes: [] }]));
    this.#files = [...this.#base.values()];
    this.#names = [];
  }

  get #visibleNames(): Names {
    return this.#namesWith(this.#names);
  }

  #namesWith(changes: readonly NameChange[]): Names {
    const names = new Map(this.#base);
    for (const { from, to, isRename, file } of changes) {
      if (isRename || to === undefined) names.delete(from);
      if (to !== undefined) names.set(to, file);
    }
    return names;
  }

  #name(from: string, to: string | undefined, isRename: boolean, file: NaiveFile): void {
    const number = this.#written++;
    this.#names.push({ number, from, to, isRename, file, mark: "pending" });
  }

  /** Whether a change of names comes after another of one of its names. */
  #needs(later: NameChange, earlier: NameChange): boolean {
    if (earlier.number >= later.number) return false;
    const names = [earlier.from, earlier.to];
    return names.includes(later.from) || (later.to !== undefined && names.includes(later.to));
  }

  /** Everything that a file may hold after a crash. */
  #contents(file: NaiveFile): readonly (readonly number[])[] {
    const sizes = range(lastDurable(file) + 1, file.changes.length);
    const sectors = [...new Set(file.changes.flatMap((change) => this.#sectorsOf(change)))];
    let choices: Map<number, number>[] = [new Map()];
    for (const sector of sectors) {
      const writers = file.changes.flatMap((change, i) =>
        this.#sectorsOf(change).includes(sector) && !this.#isOverwritten(file, i, sector)
          ? [i]
          : [],
      );
      const candidates = file.changes.some(
        (change) => change.mark === "durable" && this.#sectorsOf(change).includes(sector),
      )
        ? writers
        : [-1, ...writers];
      choices = choices.flatMap((choice) =>
        candidates.map((writer) => new Map(choice).set(sector, writer)),
      );
      if (choices.length > 20_000) break;
    }
    const found = new Map<string, readonly number[]>();
    for (const size of sizes) {
      for (const choice of choices) {
        const bytes = this.#content(file, size, choice);
        found.set(bytes.join(), bytes);
      }
    }
    return [...found.values()];
  }

  /** Whether a later durable change has written the sector anew. */
  #isOverwritten(file: NaiveFile, i: number, sector: number): boolean {
    return file.changes
      .slice(i + 1)
      .some((change) => change.mark === "durable" && this.#sectorsOf(change).includes(sector));
  }

  #sectorsOf({ put }: FileChange): readonly number[] {
    if (put === undefined) return [];
    const sectorOf = (at: number): number => Math.floor(at / this.#sectorBytes);
    return range(sectorOf(put.offset), sectorOf(put.offset + put.bytes.length - 1));
  }

  /**
   * The file with the size that it has after its first `sizes` changes, each sector as it was after
   * the change of that place: by default, the last durable one that wrote it.
   */
  #content(
    file: NaiveFile,
    sizes: number,
    versions: ReadonlyMap<number, number>,
  ): readonly number[] {
    const length = replay(file, sizes).length;
    return Array.from({ length }, (_, at) => {
      const sector = Math.floor(at / this.#sectorBytes);
      const durable = file.changes.findLastIndex(
        (change) => change.mark === "durable" && this.#sectorsOf(change).includes(sector),
      );
      const version = versions.get(sector) ?? durable;
      const isCut = file.changes
        .slice(version + 1, Math.max(version + 1, sizes))
        .some(({ put, cut }) => put === undefined && cut <= at);
      return isCut ? 0 : (replay(file, version + 1)[at] ?? 0);
    });
  }
}

/** A key for an image: equal images have equal keys. */
export function keyOf(image: Image): string {
  const files = [...image].map(([name, bytes]) => `${name}: ${bytes.join(" ")}`);
  return files.sort().join("\n");
}

/** The place in a file of `size` bytes that a share of it means. */
export function offsetOf(share: number, size: number): number {
  return Math.floor(share * size);
}

function imageOf(names: Names, bytesOf: (file: NaiveFile) => readonly number[]): Image {
  return new Map([...names].map(([name, file]) => [name, bytesOf(file)]));
}

/** What has failed stays so, and what is durable too. */
function set(change: { mark: Mark }, mark: Mark): void {
  if (change.mark === "pending") change.mark = mark;
}

/** The place of the file's last durable change. */
function lastDurable({ changes }: NaiveFile): number {
  return changes.findLastIndex(({ mark }) => mark === "durable");
}

function isSettled(_file: NaiveFile, { mark }: FileChange): boolean {
  return mark === "durable";
}

/** The file after its first `count` changes. */
function replay({ base, changes }: NaiveFile, count: number): readonly number[] {
  let bytes = [...base];
  for (const { put, cut } of changes.slice(0, count)) {
    if (put === undefined) bytes = bytes.slice(0, cut);
    else bytes.splice(put.offset, put.bytes.length, ...put.bytes);
  }
  return bytes;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}
