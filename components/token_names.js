// How tokens are named in sentences.

/** Names that tell equal tokens apart: it, it (B), the (A, 6). */
function nameTokens(view) {
  const { tokens, segments } = view.data;
  const count = new Map();
  const add = (name) => count.set(name, (count.get(name) ?? 0) + 1);
  tokens.forEach((text, i) => { add(text); add(`${segments[i]} ${text}`); });
  view.names = tokens.map((text, i) => {
    if (count.get(text) === 1) return text;
    const letter = "AB"[segments[i]];
    if (!view.pair) return `${text} (${i})`;
    return count.get(`${segments[i]} ${text}`) === 1 ? `${text} (${letter})` : `${text} (${letter}, ${i})`;
  });
}

const joined = (numbers) => (numbers.length > 1
  ? `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}` : `${numbers[0]}`);
