const KEYS_SAID = 2; // strongest keys told a layer
const MANY_LAYERS = 6; // above, one key a layer
const KEYS_SAID_OF_ONE = 8; // where the pointer is in a layer

const KEYS = "Keys, wherever the focus is in the figure: left and right walk along the tokens (on a "
  + "head's picture, along the heads), Enter keeps the token, up and down go a step on and back at "
  + "once, Space plays and pauses, Escape shows everything again, and then lets the kept token go. "
  + "On a button or a link, Enter and Space press it.";

function showState(view) {
  const { walk, data, page, state } = view;
  const step = walk.at === null ? null : data.steps[walk.at];
  write(page.play, walk.playing ? "Pause" : "Play");
  write(page.count, step ? `${walk.at + 1} of ${data.steps.length}: ${step.title}`
    : `${data.steps.length} steps`);
  page.all.hidden = !step;
  page.root.classList.toggle("one", view.lit !== null);
  page.root.classList.toggle("deep", data.layers > MANY_LAYERS);
  sayWords(view, step);
  unless(view, "steps", `${view.done.rows}/${walk.at}`, showSteps);
  unless(view, "lit", `${view.done.rows}/${view.lit}/${state.query}`, showLit);
  unless(view, "cards", `${view.done.rows}/${data.packet}/${state.layer}/${state.head}`, showCards);
  write(page.legend, legend(view));
  if (page.more.open) unless(view, "table", `${data.packet}/${view.done.rows}`, buildTable);
}

/** What is pointed at, else the step of the walk, else the kept token. */
function sayWords(view, step) {
  const token = view.point ?? (step ? null : view.state.query);
  const key = `${view.data.packet}/${view.done.rows}/${token}/${view.over}/${step?.words}`;
  unless(view, "words", key, () => {
    const said = token !== null ? pointedWords(view, token)
      : [step?.words ?? "Point at a token to light up its way through the layers; click to keep it. "
        + "Play walks from the sentences up to the tags, and ‹ and › step at once. Every name on the left opens the page "
        + "about it."];
    view.page.words.replaceChildren(...said);
  });
}

/** In a row of vectors their numbers, in a layer its weights, else all about the token. */
function pointedWords(view, token) {
  const { names, packet, over } = view;
  const row = view.point === null ? -1 : packet.rows.indexOf(over);
  if (row >= 0) {
    const { title, note } = view.rows.get(over);
    const start = (row * packet.tokens + token) * packet.numbers;
    const numbers = [...packet.vectors.subarray(start, start + packet.numbers)];
    return [element("b", { textContent: names[token] }), `, ${title}: `
      + `${numbers.map((number) => number.toFixed(3).replace("-", "−")).join(", ")} (${note})`];
  }
  const layer = view.point === null ? null : view.rows.get(over)?.layer ?? null;
  if (layer === null) return tokenWords(view, token);
  return [element("b", { textContent: names[token] }), `, layer ${layer}. ${whose(view)} it looks `
    + `most at: ${keysSaid(view, layer, token, KEYS_SAID_OF_ONE)}`];
}

const keysSaid = (view, layer, token, count) => strongest(view, layer, token, count)
  .map((key) => `${view.names[key]} ${digits(weightOf(view, layer, token, key))}`).join(", ");

/** Name, number and tag of a token, and where it looks in every layer. */
function tokenWords(view, token) {
  const { data, names } = view;
  const tag = data.tags?.[token];
  const tagged = tag ? `; tag ${tag[0]} (${data.tagNames[tag[0]]}) ${tag[1].toFixed(3)}` : "";
  const { root } = view.page;
  const many = data.layers > MANY_LAYERS || !root.classList.contains("wide")
    || presentedRoom(root) !== null;
  const layers = range(data.layers).flatMap((layer) => [
    element("b", { textContent: `${layer ? " · " : " "}layer ${layer} ` }),
    keysSaid(view, layer, token, many ? 1 : KEYS_SAID),
  ]);
  return [element("b", { textContent: names[token] }),
    `, token ${token}, id ${data.ids[token]}${tagged}. ${whose(view)} it looks most at:`, ...layers];
}

function whose(view) {
  const lines = drawnLines(view);
  return lines === "mean" ? "On average over the heads" : `In head ${lines}`;
}

function showSteps(view) {
  for (const [part, { whole }] of view.rows) {
    const step = view.stepOf.get(part);
    const { at } = view.walk;
    whole.classList.toggle("ahead", at !== null && step > at);
    whole.classList.toggle("now", at === step);
  }
}

function showLit(view) {
  const { state, pieces, outputs, lit } = view;
  pieces.forEach((piece, token) => {
    piece.classList.toggle("lit", token === lit);
    piece.setAttribute("aria-selected", String(token === state.query));
  });
  outputs.forEach((output, token) => output.classList.toggle("lit", token === lit));
  if (!pieces.some((piece) => piece.tabIndex === 0)) pieces[state.query ?? 0].tabIndex = 0;
}

/** Which head is drawn, and in which layer it was chosen. */
function showCards(view) {
  const drawn = drawnLines(view);
  view.decks.forEach((cards, layer) => {
    view.rows.get(`layer-${layer}`).whole.classList.toggle("chosen", layer === view.state.layer);
    cards.forEach((card, head) => {
      card.setAttribute("aria-pressed", String(String(head) === drawn));
      card.tabIndex = head === view.state.head ? 0 : -1;
      card.style.setProperty("--head", view.headColours[head % view.headColours.length]);
    });
  });
}

function legend(view) {
  const { data } = view;
  const lines = drawnLines(view);
  const whose = lines === "mean" ? `the mean of all ${data.heads} heads` : `head ${lines}`;
  const percent = Math.round(100 * view.undrawn);
  return `Lines: ${whose} of every layer, from the token that looks (above) to the one it looks at `
    + `(below); the stronger, the more weight. Weights below ${FAINTEST / 1000}, ${percent} % of all, `
    + `are drawn for the lit token only, from ${FAINTEST_LIT / 1000} on. Circles: one a token, blue in `
    + "A, orange in B, grey for special tokens. Bars: the first numbers of a vector, up for plus, down "
    + "for minus; token, segment and position have one scale, the sum and T one each.";
}

/** The same for those who read it: one line a token. */
function buildTable(view) {
  const { data } = view;
  const head = ["position", "token", "id", "sentence",
    ...range(data.layers).map((layer) => `layer ${layer} looks most at`), "tag", "probability"];
  const lines = data.tokens.map((text, token) => element("tr", {},
    element("td", { textContent: token }), element("th", { scope: "row", textContent: text }),
    ...cellsOf(view, token).map((cell) => element("td", { textContent: cell }))));
  view.page.table.replaceChildren(element("table", {},
    element("caption", { textContent: `${whose(view)}; from the bottom of the figure to its top.` }),
    element("thead", {}, element("tr", {},
      ...head.map((name) => element("th", { scope: "col", textContent: name })))),
    element("tbody", {}, ...lines)));
}

function cellsOf(view, token) {
  const { data } = view;
  const tag = data.tags?.[token];
  const looks = range(data.layers).map((layer) => keysSaid(view, layer, token, 1));
  return [data.ids[token], "AB"[data.segments[token]], ...looks,
    tag ? `${tag[0]} (${data.tagNames[tag[0]]})` : "none", tag ? tag[1].toFixed(3) : ""];
}
