// Codecs made of codecs: a record is its fields in the order in which they are written down.

import type { Codec } from "./codec.ts";

/** For each field of a record, its codec. */
export type Fields<Value> = { readonly [Name in keyof Value]-?: Codec<Value[Name]> };

/** A text; see {@link ByteWriter.text}. */
export const text: Codec<string> = {
  encode: (value, writer) => writer.text(value),
  decode: (reader) => reader.text(),
};

/** A whole number in [0, 2^53). */
export const count: Codec<number> = {
  encode: (value, writer) => writer.count(value),
  decode: (reader) => reader.count(),
};

export const flag: Codec<boolean> = {
  encode: (value, writer) => writer.byte(value ? 1 : 0),
  decode: (reader) => reader.byte() === 1,
};

/** One of at most 256 texts, as its place among them. */
export function oneOf<Choice extends string>(choices: readonly Choice[]): Codec<Choice> {
  return {
    encode: (value, writer) => writer.byte(choices.indexOf(value)),
    decode(reader) {
      const choice = choices[reader.byte()];
      if (choice === undefined) throw new RangeError(`expected one of ${choices.join(", ")}`);
      return choice;
    },
  };
}

/** A value, or undefined. */
export function optional<Value>(codec: Codec<Value>): Codec<Value | undefined> {
  return {
    encode(value, writer) {
      writer.byte(value === undefined ? 0 : 1);
      if (value !== undefined) codec.encode(value, writer);
    },
    decode: (reader) => (reader.byte() === 0 ? undefined : codec.decode(reader)),
  };
}

/** A list, its length before its items. */
export function listOf<Item>(codec: Codec<Item>): Codec<readonly Item[]> {
  return {
    encode(items, writer) {
      writer.count(items.length);
      for (const item of items) codec.encode(item, writer);
    },
    decode: (reader) => Array.from({ length: reader.count() }, () => codec.decode(reader)),
  };
}

/** Items by name, by rising name: maps that differ only in their order are the same bytes. */
export function sortedMapOf<Item>(codec: Codec<Item>): Codec<Map<string, Item>> {
  return {
    encode(items, writer) {
      writer.count(items.size);
      for (const name of [...items.keys()].sort()) {
        writer.text(name);
        codec.encode(items.get(name)!, writer);
      }
    },
    decode(reader) {
      const items = new Map<string, Item>();
      for (let left = reader.count(); left > 0; left--) {
        const name = reader.text();
        items.set(name, codec.decode(reader));
      }
      return items;
    },
  };
}

/** A record, field by field. */
export function recordOf<Value extends object>(fields: Fields<Value>): Codec<Value> {
  // Its own keys, in the order in which they are written down.
  const names = Object.keys(fields) as (keyof Value & string)[];
  const codecs = names.map((name) => fields[name]);
  return {
    encode(value, writer) {
      for (let i = 0; i < names.length; i++) codecs[i]!.encode(value[names[i]!], writer);
    },
    decode(reader) {
      const decoded = names.map((name) => [name, fields[name].decode(reader)] as const);
      // Every field of the record is there: `Fields` leaves none out.
      return Object.fromEntries(decoded) as Value;
    },
  };
}

/** Records that the text in their field `tag` tells apart, each with fields of its own. */
export function unionOf<Tag extends string, Value extends { readonly [Name in Tag]: string }>(
  tag: Tag,
  variants: {
    readonly [Kind in Value[Tag]]: Fields<Omit<Variant<Value, Tag, Kind>, Tag>>;
  },
): Codec<Value> {
  const kinds = oneOf(Object.keys(variants));
  // Which of the variants it is, the tag says.
  const codecs = new Map(
    Object.entries(variants).map(([kind, fields]) => [kind, recordOf(fields as Fields<object>)]),
  );
  return {
    encode(value, writer) {
      kinds.encode(value[tag], writer);
      codecs.get(value[tag])!.encode(value, writer);
    },
    decode(reader) {
      const kind = kinds.decode(reader);
      return { [tag]: kind, ...codecs.get(kind)!.decode(reader) } as unknown as Value;
    },
  };
}

/** The member of a union whose tag may be that text. */
type Variant<Value, Tag extends string, Kind> =
  Value extends Record<Tag, infer Kinds> ? (Kind extends Kinds ? Value : never) : never;
