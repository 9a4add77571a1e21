import { describe, expect, it } from "vitest";
import { type Pictured, textPicture } from "../../../src/cli/pictures/text-picture.ts";
import { callWords } from "../../../src/cli/pictures/words.ts";
import { HistoryReader } from "../../../src/histories/history-reader.ts";

function draw(pictured: Pictured, width: number): string[] {
  return textPicture(pictured, { width, words: callWords({}) }).split("\n");
}

/** Events such as `0 invoke write 1`, one a line. */
function callsOf(text: string): Pictured["calls"] {
  const reader = new HistoryReader("h");
  for (const line of text.trim().split("\n")) {
    const [process, type, f, value = "nil"] = line.trim().split(" ");
    reader.push(`{:process ${process} :type :${type} :f :${f} :value ${value}}\n`);
  }
  return reader.end().calls;
}

const calls = callsOf(`
  0 invoke write 1
  2 invoke write 3
  1 invoke write 2
  0 ok write 1
  2 info write 3
  1 ok write 2
  0 invoke read
  10 invoke read
  2 invoke read
  0 ok read 2
  10 ok read 1`);

const pictured = { calls, prefixes: [[0, 2, 3], [0]], stuck: [4] };

describe("a picture in text", () => {
  it("has lanes, intervals, numbers of the longest order, and the call that has no place", () => {
    expect(draw(pictured, 80)).toEqual([
      "process 0   |-write 1-|  |-read -> 2-|",
      "                 1             3",
      "process 1     |-write 2-|",
      "                   2",
      "process 2    |--write 3--> |---read--->",
      "",
      "process 10                |=read -> 1=|",
      "                          ^^^^^^^^^^^^^",
    ]);
  });

  it("has letters where there is no room for words", () => {
    expect(draw(pictured, 37)).toEqual([
      "process 0   |-a-|  |-d-|",
      "              1      3",
      "process 1     |-c-|",
      "                2",
      "process 2    |--b--> |-f->",
      "",
      "process 10          |=e=|",
      "                    ^^^^^",
      "",
      "  a  process 0: write 1",
      "  b  process 2: write 3",
      "  c  process 1: write 2",
      "  d  process 0: read -> 2",
      "  e  process 10: read -> 1",
      "  f  process 2: read",
    ]);
  });

  it("shows what is around that call where there is no room for all", () => {
    const many = callsOf(
      Array.from({ length: 50 }, (_, i) => `0 invoke write ${i}\n0 ok write ${i}`).join("\n"),
    );
    const lines = draw({ calls: many, prefixes: [[0, 1, 2]], stuck: [30] }, 60);
    expect(lines[0]).toMatch(/^process 0 +\|-a-\| \|-b-\|.*\|=[a-z]=\|/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(lines).toContainEqual(expect.stringMatching(/^\(\d+ operations further away/));
    expect(lines).toContainEqual(expect.stringMatching(/ process 0: write 30$/));
  });
});

it("shows that call even if it began long before all others that are shown", () => {
  const others = Array.from({ length: 50 }, (_, i) => `0 invoke write ${i}\n0 ok write ${i}`);
  const all = callsOf(["1 invoke read", ...others, "1 ok read 7"].join("\n"));
  const lines = draw({ calls: all, prefixes: [[1, 2]], stuck: [0] }, 100);
  expect(lines).toContainEqual(expect.stringMatching(/^process 1 +\|=+[a-z]+=+\|$/));
});

describe("the words of a call", () => {
  it.each([
    ["0 invoke read\n0 ok read 5", "read -> 5"],
    ["0 invoke read\n0 ok read", "read -> nil"],
    ["0 invoke write 5\n0 ok write 5", "write 5"],
    ["0 invoke write 5\n0 info write 5", "write 5"],
    ["0 invoke cas [0,1]\n0 fail cas [0,1]", "cas [0,1] failed"],
    ["0 invoke add 5\n0 ok add true", "add 5 -> true"],
    ['0 invoke put "a\\"b"\n0 ok put', 'put "a\\"b"'],
  ])("%s", (text, words) => {
    expect(callWords({})(callsOf(text)[0]!)).toBe(words);
  });
});
