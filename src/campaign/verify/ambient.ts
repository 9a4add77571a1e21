// What a program can ask the machine for: time, chance, place and language. A handler that asks for
// any of it is the first suspect when two runs part there.

/** A member of an object that every program can reach. */
interface Way {
  readonly owner: object;
  readonly key: string;
  /** How a program writes it. */
  readonly name: string;
  /** Whether a call with these arguments asks the machine; as a rule it does. */
  readonly asks?: (args: readonly unknown[]) => boolean;
}

/** Without a locale, it is the machine's. */
const lacksLocale = ([locale]: readonly unknown[]): boolean => locale === undefined;

const WAYS: readonly Way[] = [
  { owner: Date, key: "now", name: "Date.now" },
  { owner: globalThis, key: "Date", name: "Date", asks: (args) => args.length === 0 },
  { owner: Math, key: "random", name: "Math.random" },
  { owner: Object.getPrototypeOf(performance) as object, key: "now", name: "performance.now" },
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask"].map((key) => ({
    ...{ owner: globalThis, key, name: key },
  })),
  { owner: Number.prototype, key: "toLocaleString", name: "toLocaleString", asks: lacksLocale },
  ...["toLocaleString", "toLocaleDateString", "toLocaleTimeString", "getTimezoneOffset"].map(
    (key) => ({ owner: Date.prototype, key, name: `Date ${key}` }),
  ),
  ...["toLocaleUpperCase", "toLocaleLowerCase"].map((key) => ({
    ...{ owner: String.prototype, key, name: key, asks: lacksLocale },
  })),
  {
    ...{ owner: String.prototype, key: "localeCompare", name: "localeCompare" },
    asks: ([, locale]: readonly unknown[]) => locale === undefined,
  },
  ...["Collator", "DateTimeFormat", "NumberFormat", "PluralRules", "RelativeTimeFormat"].map(
    (key) => ({ owner: Intl, key, name: `Intl.${key}`, asks: lacksLocale }),
  ),
  ...["hrtime", "uptime", "cwd", "memoryUsage", "env", "pid"].map((key) => ({
    ...{ owner: process, key, name: `process.${key}` },
  })),
  { owner: process.hrtime, key: "bigint", name: "process.hrtime.bigint" },
  ...["getRandomValues", "randomUUID"].map((key) => ({
    ...{ owner: Object.getPrototypeOf(globalThis.crypto) as object, key, name: `crypto.${key}` },
  })),
];

/** Tells of each thing that is asked of the machine while `act` runs; returns what it returns. */
export function withAmbientNoted<Result>(act: () => Result, note: (name: string) => void): Result {
  const replaced = WAYS.flatMap((way) => replace(way, note));
  try {
    return act();
  } finally {
    for (const { owner, key, before } of replaced.reverse()) {
      Object.defineProperty(owner, key, before);
    }
  }
}

interface Replaced {
  readonly owner: object;
  readonly key: string;
  readonly before: PropertyDescriptor;
}

function replace({ owner, key, name, asks }: Way, note: (name: string) => void): Replaced[] {
  const before = Object.getOwnPropertyDescriptor(owner, key);
  if (before === undefined || before.configurable !== true) return [];
  const value: unknown = Reflect.get(owner, key);
  const noted = (args: readonly unknown[]): void => {
    if (asks === undefined || asks(args)) note(name);
  };
  const after: PropertyDescriptor = { configurable: true, enumerable: before.enumerable ?? true };
  if (typeof value === "function") {
    after.writable = true;
    after.value = new Proxy(value, {
      apply: (target, self, args) => {
        noted(args);
        return Reflect.apply(target, self, args);
      },
      construct: (target, args, newTarget) => {
        noted(args);
        return Reflect.construct(target, args, newTarget);
      },
    });
  } else {
    after.get = () => {
      note(name);
      return value;
    };
  }
  Object.defineProperty(owner, key, after);
  return [{ owner, key, before }];
}
