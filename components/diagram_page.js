function buildView(parent) {
  const view = { ...newView(), point: null, over: null, walk: newWalk(), packet: null };
  const page = {
    previous: button("previous", "Previous step", "‹", "at once (arrow down)"),
    play: button("play", "Play", ""),
    next: button("next", "Next step", "›", "at once (arrow up)"),
    all: button("all", "Show everything", "Show all"),
    count: element("span", { className: "count" }),
    words: element("p", { className: "words", role: "status", "aria-live": "polite",
      "aria-label": "What is shown" }),
    lines: element("canvas", { className: "lines", width: 1, height: 1 }),
    still: element("canvas", { width: 1, height: 1 }),
    lively: element("canvas", { className: "lively", width: 1, height: 1 }),
    rows: element("div", { className: "rows" }),
    legend: element("p", { className: "legend" }),
    keys: element("p", { className: "legend", textContent: KEYS, ...UNPICTURED }),
    table: element("div", { className: "table", tabIndex: 0, role: "region",
      "aria-label": "The figure as a table" }), // the arrow keys scroll it
  };
  buildReach(view, page);
  page.stage = element("div", { className: "stage" }, element("div",
    { className: "drawing", "aria-hidden": "true" }, page.lines, page.still, page.lively), page.rows);
  page.scroller = element("div", { className: "scroller" }, page.stage);
  page.frame = element("div", { className: "frame" }, page.scroller,
    element("div", { className: "fade before" }), element("div", { className: "fade after" }));
  page.more = element("details", { ...UNPICTURED },
    element("summary", { textContent: "The figure as a table" }), page.table);
  page.bar = element("div", { className: "bar" }, element("div", { className: "controls", ...UNPICTURED },
    page.previous, page.play, page.next, page.count, page.all), page.words, page.reach);
  page.edge = element("div", { className: "edge" });
  page.root = element("div", { className: "figure diagram", tabIndex: -1, role: "group",
    "aria-label": "From the sentences to the tags" },
  page.edge, page.bar, page.frame, page.legend, page.keys, page.more);
  view.page = page;
  parent.append(page.root);
  listen(view);
  return view;
}

function button(name, label, text, how) {
  return element("button", { type: "button", className: name, textContent: text || label,
    ...(how ? { "aria-label": label, title: `${label}, ${how}` } : {}) });
}

/** The rows from the top down: the data come from the bottom up. */
function buildRows(view) {
  const { data, page } = view;
  view.rows = new Map();
  view.decks = [];
  const made = data.rows.map((row) => {
    const track = element("div", { className: "track" });
    const label = rowLabel(view, row);
    const kind = row.layer === null ? row.part : "layer";
    const whole = element("div", { className: `row ${kind}` }, label, track);
    whole.dataset.part = row.part;
    view.rows.set(row.part, { ...row, kind, whole, label, track });
    return whole;
  });
  page.rows.replaceChildren(...made.reverse());
  fillInput(view);
  fillPieces(view);
  fillOutput(view);
}

function rowLabel(view, row) {
  const link = element("a", { className: "name", textContent: row.title,
    title: `Open the page about it: ${row.page}` });
  link.dataset.part = row.part;
  const shapes = element("span", { className: "shapes" },
    ...row.shapes.map((shape) => element("code", { textContent: shape })));
  const label = element("div", { className: "label" }, link);
  if (row.shapes.length) label.append(shapes);
  if (row.note) label.append(element("span", { className: "note", textContent: row.note }));
  if (row.layer !== null) label.append(deck(view, row.layer));
  return label;
}

/** The links carry what is chosen. */
function setLinks(view) {
  for (const { part, href } of view.data.rows) {
    view.rows.get(part).label.querySelector("a").href = href;
  }
}

/** The heads of a layer as cards that stand behind one another. */
function deck(view, layer) {
  const cards = range(view.data.heads).map((head) => {
    const card = element("button", { type: "button", className: "card", tabIndex: -1,
      "aria-label": `Layer ${layer}, head ${head}`, title: `Head ${head}: show its lines` },
    element("canvas", { width: 1, height: 1, "aria-hidden": "true" }),
    element("span", { textContent: head }));
    Object.assign(card.dataset, { layer, head });
    return card;
  });
  view.decks[layer] = cards;
  return element("div", { className: "deck", role: "group", "aria-label":
    `Heads of layer ${layer}` }, ...cards);
}

function fillInput(view) {
  const { track } = view.rows.get("input");
  view.spans = view.data.sentences.map((text, nth) => {
    const words = element("span", { className: "typed", textContent: text, title: text, dir: "auto" });
    return element("div", { className: `sentence ${"ab"[nth]}` }, element("div",
      { className: "said" }, element("span", { className: "letter", textContent: "AB"[nth],
        title: `Sentence ${"AB"[nth]}` }), words));
  });
  view.beyond = view.spans.map((_, nth) => jumpButton(view, nth, "beyond"));
  track.append(...view.spans, ...view.beyond);
}

/** The pieces can be pointed at, walked through with the arrow keys, and kept. */
function fillPieces(view) {
  const { tokens, ids, segments, special } = view.data;
  const { track } = view.rows.get("pieces");
  track.setAttribute("role", "listbox");
  track.setAttribute("aria-label", "Tokens");
  view.pieces = tokens.map((text, token) => {
    const piece = element("div", { role: "option", tabIndex: -1, "aria-selected": "false",
      className: `piece ${"ab"[segments[token]]}${special[token] ? " special" : ""}`,
      "aria-label": `${text}, token ${token}` },
    element("bdi", { textContent: text }), element("span", { className: "id",
      textContent: ids[token] }));
    piece.dataset.token = token;
    return piece;
  });
  track.append(...view.pieces);
}

function fillOutput(view) {
  const { data } = view;
  const { track } = view.rows.get("output");
  const layer = view.rows.get("classification").track;
  const width = view.data.rows.find(({ part }) => part === "classification").shapes[0];
  if (!data.tags) {
    view.outputs = [];
    track.append(element("p", { className: "stays", textContent:
      "The classification layer is being trained: the tags come in a moment." }));
    layer.append(element("p", { className: "stays", textContent: "Linear layer and softmax" }));
    return;
  }
  const [sentences, tokens] = data.learned.map((count) => count.toLocaleString("en"));
  layer.append(element("p", { className: "stays", textContent: `Linear layer ${width} and softmax, `
    + `learned from ${sentences} sentences with ${tokens} tokens` }));
  view.outputs = data.tags.map((tag, token) => outputOf(view, tag, token));
  track.append(...view.outputs);
}

function outputOf(view, tag, token) {
  if (!tag) return element("div", { className: "output-tag none", title: "Special tokens get no tag" });
  const [name, share] = tag;
  const made = element("div", { className: "output-tag",
    title: `${name}: ${view.data.tagNames[name]}, ${share.toFixed(3)}` },
  element("b", { textContent: name }), element("span", { textContent: share.toFixed(2) }));
  made.dataset.token = token;
  return made;
}
