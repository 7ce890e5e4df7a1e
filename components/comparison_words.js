const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** "layer 3, head 1", or the layer alone where all its heads are one; and the same in short. */
const nameOf = ({ data }, layer, head) =>
  (data.words.layered ? `layer ${layer}` : `layer ${layer}, head ${head}`);
const shortName = ({ data }, layer, head) => (data.words.layered ? `${layer}` : `${layer} · ${head}`);

/** Everything that is told in text. */
function showWords(view, rows, head) {
  const { page, state, data } = view;
  page.loading.hidden = rows && head;
  write(page.loading, rows && head ? "" : "Loading …");
  page.root.classList.toggle("waiting", !rows);
  page.root.classList.toggle("unranked", !data.counted.length);
  page.root.classList.toggle("keyless", state.keys.length < 2);
  const { words } = data;
  const unit = words.layered ? "Layers" : "Heads";
  write(page.heading, `${capital(nameOf(view, state.layer, state.head))}: ${words.who} in A, what changed, `
    + "in B");
  if (rows) write(page.about, aboutRanking(view));
  if (rows) write(page.said, headWords(view, view.pointed ?? state));
  if (head) write(page.weight, view.cell ? cellWords(view, view.cell)
    : `${capital(words.rows)}. Point at one ${words.noun}, or press the arrow keys, to read it; click a `
      + "row to make its word the query.");
  const keys = state.keys.map((key) => data.names[key]);
  page.plot.setAttribute("aria-label", keys.length < 2 ? `${unit} as arrows: there are no two keys`
    : `${unit} as arrows from A to B: ${words.on} ${keys[0]} across, ${words.on.split(" ").at(-1)} `
      + `${keys[1]} up`);
}

function aboutRanking(view) {
  const { names, counted, words } = view.data;
  const query = names[view.state.query];
  if (!counted.length) return "A and B have no word in common that could be compared.";
  return `Query “${query}”: the largest change of its ${words.on} a single word that both sentences have.`;
}

/** One head in numbers: its rank, and both keys' weights in A and in B. */
function headWords(view, { layer, head }) {
  const { names } = view.data;
  const { query, keys } = view.state;
  const [a, b] = [rowReader(view, 0), rowReader(view, 1)];
  const weights = keys.map((key) => {
    const [before, after] = [a(layer, head, key), b(layer, head, key)];
    const change = changed(before, after);
    return `${names[query]} → ${names[key]} ${digits(before)} in A, ${digits(after)} in B (${change})`;
  });
  const rank = view.rankOf.get(`${layer}/${head}`) + 1;
  const place = view.data.counted.length ? `, number ${rank} of ${view.ranking.length}` : "";
  return [`${capital(nameOf(view, layer, head))}${place}`, ...weights].join("; ");
}

function cellWords(view, { query, key }) {
  const { names, places } = view.data;
  const has = [0, 1].map((side) => places[query][side] >= 0 && places[key][side] >= 0);
  const values = has.map((is, side) => (is ? headReader(view, side)(query, key) : null));
  const parts = ["A", "B"].map((letter, side) => (has[side]
    ? `${letter} ${digits(values[side])}` : `${letter} has no such pair of words`));
  if (has[0] && has[1]) parts.push(`difference ${changed(...values)}`);
  return `${names[query]} → ${names[key]}: ${parts.join(", ")}`;
}
