import { describe, expect, it } from "vitest";
import { EdnReader } from "../../src/histories/edn.ts";

function read(...lines: readonly string[]): unknown[] {
  const found: unknown[] = [];
  const reader = new EdnReader({
    name: "h.edn",
    onForm: ({ value }) => found.push(value),
    onTag: (tag, value) => (tag === "my/tag" ? { tagged: value } : value),
  });
  lines.forEach((line, i) => {
    reader.push(line, i + 1);
  });
  reader.end();
  return found;
}

describe("a value of EDN", () => {
  it.each([
    ["nil", [null]],
    ["true false", [true, false]],
    ["42 -7 +7 0 5N", [42, -7, 7, 0, 5]],
    ["9007199254740993 12345678901234567890N", ["9007199254740993", "12345678901234567890"]],
    ["1.5 -2.5e3 3. 1.10M", [1.5, -2500, 3, 1.1]],
    ["0.12345678901234567M 1/3", ["0.12345678901234567M", "1/3"]],
    ["##Inf ##-Inf ##NaN", ["Inf", "-Inf", "NaN"]],
    [":read :jepsen/op :a.b/c-d :k* :1", ["read", "jepsen/op", "a.b/c-d", "k*", "1"]],
    ["sym my.ns/sym / - -a .b ->x", ["sym", "my.ns/sym", "/", "-", "-a", ".b", "->x"]],
    [String.raw`"a\"b\\c\n\té"`, ['a"b\\c\n\té']],
    [String.raw`"\\"`, ["\\"]],
    [String.raw`"\\q"`, ["\\q"]],
    [String.raw`\a \newline \space \é \o101 \( \\ \,`, ["a", "\n", " ", "é", "A", "(", "\\", ","]],
    ["(1 [2 3] ())", [[1, [2, 3], []]]],
    ['#{1 "1" :a}', [[1, "1", "a"]]],
    ['{:a 1, "b" [2], 3 {:c nil}}', [{ a: 1, b: [2], 3: { c: null } }]],
    ["{}", [{}]],
    ['#inst "2020-01-01" #my/tag [1] #a #my/tag 2', ["2020-01-01", { tagged: [1] }, { tagged: 2 }]],
    ["#_ 1 2 #_[3 {:a 4}] 5 #_ #_ 6 7 8 #_#my/tag 9", [2, 5, 8]],
    ["1,2,,3 ; and 4", [1, 2, 3]],
    ["1;2", [1]],
    ["[1]#_2[3]", [[1], [3]]],
  ])("%s", (text, values) => {
    expect(read("[[", text, "]]")).toEqual([values]);
  });
});

describe("forms", () => {
  it("come one a line, in a vector or list, or in both, over many lines", () => {
    expect(read("{:a 1}", "{:a 2}")).toEqual([{ a: 1 }, { a: 2 }]);
    expect(read("[{:a", "1} {:a 2}", "]")).toEqual([{ a: 1 }, { a: 2 }]);
    expect(read("({:a 1})", "{:a 2}")).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it("keep the line breaks of a string", () => {
    expect(read('["a', "", 'b"]')).toEqual(["a\n\nb"]);
  });

  it("know where the values of a map begin", () => {
    const places: unknown[] = [];
    const reader = new EdnReader({
      name: "h.edn",
      onForm: (form) => places.push(form.placeOf("a"), form.placeOf("b"), form.placeOf("c").line),
    });
    reader.push("{:a 1", 1);
    reader.push("  :b #x [2]}", 2);
    expect(places).toEqual([{ line: 1, column: 5 }, { line: 2, column: 6 }, 1]);
  });
});

describe("what is malformed", () => {
  it.each([
    ["[1 2", "1:1: expected ] to close it, got the end of the file"],
    ['[1 "two', '1:4: expected " to close it, got the end of the file'],
    ["[1 #_", "1:4: expected a value after it, got the end of the file"],
    ["[1 #tag", "1:4: expected a value after it, got the end of the file"],
    ["[1 2)", '1:5: expected ], which is open since line 1, got ")"'],
    ["]", '1:1: expected a form, got "]"'],
    ["[#tag ]", '1:7: expected a value, got "]"'],
    ["[1 {:a}]", "1:4: expected a value for each key of the map"],
    ["[{:a 1 :a 2}]", "1:2: expected distinct keys, got a twice"],
    ["[#{1 1}]", "1:2: expected a set of distinct items, got one twice"],
    ["[01]", '1:2: expected a number, got "01"'],
    ["[1x]", '1:2: expected a number, got "1x"'],
    ["[: 1]", '1:2: expected a keyword such as :read, got ":"'],
    ["[::a]", '1:2: expected a keyword such as :read, got "::a"'],
    ["[a@b]", '1:2: expected a value, got "a@b"'],
    ["[# a]", '1:3: expected a set, a tag or #_ after #, got " a]"'],
    ["[##Info]", '1:2: expected Inf, -Inf or NaN after ##, got "##Info"'],
    [
      String.raw`["a\q"]`,
      '1:2: expected an escape of \\" \\\\ \\t \\n \\r \\b \\f or \\uXXXX in the string',
    ],
    [String.raw`[\nope]`, String.raw`1:2: expected a character after \, got "\\nope"`],
  ])("%s", (text, message) => {
    expect(() => read(text)).toThrow(`h.edn:${message}`);
  });
});
