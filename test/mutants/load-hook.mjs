// Runs on the thread of Node's module hooks: see register.mjs.

let mutant;

export function initialize(data) {
  mutant = data;
}

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (url.split("?")[0] !== mutant.url) return loaded;
  const code = String(loaded.source);
  const parts = code.split(mutant.find);
  if (parts.length !== 2) {
    throw new Error(`${mutant.id}: its text is found ${parts.length - 1} times in ${url}`);
  }
  // Leaves a sign that it was applied, for hunt.ts to see.
  const sign = `\nglobalThis[Symbol.for("stormglass.mutant")] = ${JSON.stringify(mutant.id)};\n`;
  return { ...loaded, source: parts.join(mutant.replace) + sign };
}
