import { contentOf } from "./content.ts";

/** Where the fields of an object lead, one after another: a class has its number at the end. */
interface Branch {
  number: number;
  next: Map<unknown, Branch> | undefined;
}

/** Numbers operations by content: those that are the same but for their times are one class. */
export class Classes<Operation> {
  /** One of each class. */
  readonly all: Operation[] = [];
  readonly #root: Branch = { number: -1, next: undefined };

  /** The class of an operation, a new one if there is none such. */
  numberOf(operation: Operation): number {
    const end = branchOf(this.#root, operation);
    if (end.number < 0) end.number = this.all.push(operation) - 1;
    return end.number;
  }
}

/** Goes by the fields, which is quicker than to make a text of all of them. */
function branchOf(root: Branch, operation: unknown): Branch {
  if (typeof operation !== "object" || operation === null) return child(root, operation);
  if (Object.getPrototypeOf(operation) !== Object.prototype) return child(root, nameOf(operation));
  let branch = root;
  // The record it is: an object of no class, with texts for keys.
  const fields = operation as Readonly<Record<string, unknown>>;
  for (const field in fields) branch = child(child(branch, field), nameOf(fields[field]));
  return branch;
}

/** What tells a value from all that differ. Texts of objects begin as no other text does. */
function nameOf(value: unknown): unknown {
  return typeof value === "object" && value !== null ? `\u0000${contentOf(value, false)}` : value;
}

function child(branch: Branch, name: unknown): Branch {
  branch.next ??= new Map();
  const known = branch.next.get(name);
  if (known !== undefined) return known;
  const made: Branch = { number: -1, next: undefined };
  branch.next.set(name, made);
  return made;
}
