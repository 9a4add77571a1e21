// Characters of EDN by their codes, as the reader looks at each of them.

/** Whether the character, by its code, is a blank: a comma is. */
export function isBlank(char: number): boolean {
  return char < ASCII ? KINDS[char] === BLANK : /\s/.test(String.fromCharCode(char));
}

/** Whether the character ends a number, a keyword or a symbol. */
export function isDelimiter(char: number): boolean {
  return char < ASCII ? KINDS[char] !== 0 : isBlank(char);
}

/** Whether the character is one of 0 to 9. */
export function isDigit(char: number): boolean {
  return char >= ZERO && char <= NINE;
}

const ZERO = 48;
const NINE = 57;
const ASCII = 128;
const BLANK = 1;
const BRACKET = 2;

/** Of each character of ASCII, whether it is a blank, ends a token otherwise, or does not. */
const KINDS = Uint8Array.from({ length: ASCII }, (_, code) => {
  const char = String.fromCharCode(code);
  if (char <= " " || char === ",") return BLANK;
  return '()[]{}";\\'.includes(char) ? BRACKET : 0;
});
