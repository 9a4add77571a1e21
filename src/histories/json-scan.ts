// Where in a line of JSON something is: JSON.parse is fast, and says it in words that differ from
// one version of Node to the next, or not at all. This is slow, and only asked about bad lines.

/** Something in a line that is not JSON. Columns count from 1 on. */
export interface JsonFault {
  readonly column: number;
  readonly expected: string;
  readonly got: string;
}

/** The first thing in the line that is not JSON; undefined when all of it is. */
export function findJsonFault(text: string): JsonFault | undefined {
  return scan(text).fault;
}

/** The column at which the value of a field of the line's object begins; 1 when there is none. */
export function columnOfField(text: string, field: string): number {
  return scan(text).columns.get(field) ?? 1;
}

interface Scanned {
  readonly fault: JsonFault | undefined;
  /** Of the values of the outermost object, by field. */
  readonly columns: ReadonlyMap<string, number>;
}

// Strings hold no control characters: from the blank on, all but the quote and the backslash.
const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/.source;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/.source;
const TOKEN = new RegExp(`[{}[\\],:]|${STRING}|${NUMBER}|true|false|null`, "y");

const BLANKS = /[ \t\r\n]*/y;

/** What may come next, in words. */
const WORDS = {
  value: "a value",
  first: "a value or ]",
  field: "a field in quotes",
  firstField: "a field in quotes or }",
  colon: "a colon",
  next: "a comma or the end of the list",
  nextField: "a comma or }",
  end: "the end of the line",
} as const;

type Wanted = keyof typeof WORDS;

function scan(text: string): Scanned {
  const columns = new Map<string, number>();
  const open: ("{" | "[")[] = [];
  let wanted: Wanted = "value";
  let field = "";
  let at = 0;
  for (;;) {
    at += matchAt(BLANKS, text, at)?.length ?? 0;
    const token = matchAt(TOKEN, text, at);
    if (token === undefined && at >= text.length && wanted === "end") break;
    const isValue = wanted === "value" || wanted === "first";
    if (open.length === 1 && open[0] === "{" && isValue) columns.set(field, at + 1);
    const next: Wanted | undefined = token === undefined ? undefined : step(wanted, token, open);
    if (next === undefined) {
      const got =
        at >= text.length ? "the end of the line" : JSON.stringify(text.slice(at, at + 12));
      return { fault: { column: at + 1, expected: WORDS[wanted], got }, columns };
    }
    // The token is one of JSON's strings.
    if (next === "colon" && open.length === 1) field = JSON.parse(token!) as string;
    wanted = next;
    at += token!.length;
  }
  return { fault: undefined, columns };
}

/** What is wanted after the token; undefined when the token itself is not wanted. */
function step(wanted: Wanted, token: string, open: ("{" | "[")[]): Wanted | undefined {
  const closes = (bracket: "{" | "["): Wanted | undefined => {
    if (open.pop() !== bracket) return undefined;
    return after(open);
  };
  switch (wanted) {
    case "first":
      return token === "]" ? closes("[") : begin(token, open);
    case "value":
      return begin(token, open);
    case "firstField":
      if (token === "}") return closes("{");
      return token.startsWith('"') ? "colon" : undefined;
    case "field":
      return token.startsWith('"') ? "colon" : undefined;
    case "colon":
      return token === ":" ? "value" : undefined;
    case "next":
      return token === "," ? "value" : token === "]" ? closes("[") : undefined;
    case "nextField":
      return token === "," ? "field" : token === "}" ? closes("{") : undefined;
    case "end":
      return undefined;
  }
}

function begin(token: string, open: ("{" | "[")[]): Wanted | undefined {
  if (token === "{" || token === "[") {
    open.push(token);
    return token === "{" ? "firstField" : "first";
  }
  return /^[\]},:]$/.test(token) ? undefined : after(open);
}

function after(open: readonly ("{" | "[")[]): Wanted {
  const last = open.at(-1);
  if (last === undefined) return "end";
  return last === "{" ? "nextField" : "next";
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
