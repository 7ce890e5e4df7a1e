function buildView(parent) {
  const view = { ...newView(), point: null, drawn: 0, strong: 0, gridFocused: false };
  const page = {
    which: element("legend", { className: "unseen" }),
    hiding: element("span", {}),
    hint: element("p", { className: "hint" }),
    ends: [element("span", {}), element("span", {})],
    hide: element("input", { type: "checkbox" }),
    threshold: element("input", { type: "range", min: 0, max: 0.5, step: 0.005, value: 0 }),
    thresholdValue: element("span", { className: "value" }),
    chips: element("div", { className: "chips", role: "group", "aria-label": "Heads" }),
    only: element("button", { type: "button", textContent: "Only this head", ...UNPICTURED }),
    every: element("button", { type: "button", textContent: "All heads of the layer",
      ...UNPICTURED }),
    thumbnails: element("canvas", { "aria-hidden": "true" }),
    grid: element("div", { className: "grid", role: "grid" }),
    readout: element("p", { className: "readout", role: "status", "aria-live": "polite",
      "aria-label": "What is pointed at" }),
    share: element("p", { className: "share" }),
    faint: element("canvas", { className: "faint", width: 1, height: 1 }),
    lines: element("canvas", { className: "lines", width: 1, height: 1 }),
    marks: element("canvas", { className: "marks", width: 1, height: 1 }),
    left: list("left"),
    right: list("right"),
    loading: element("p", { className: "loading", role: "status", hidden: true }),
  };
  page.shows = element("fieldset", { className: "shows", ...UNPICTURED }, page.which);
  const drawing = element("div", { className: "drawing", "aria-hidden": "true" },
    page.faint, page.lines, page.marks);
  page.stage = element("div", { className: "stage" }, drawing, page.left, page.right);
  page.scroller = element("div", { className: "scroller" }, page.stage);
  page.root = element("div", { className: "figure attention" }, tools(page), element("div",
    { className: "panes" }, overview(page), headView(page)));
  view.page = page;
  parent.append(page.root);
  listen(view);
  return view;
}

function list(side) {
  return element("div", { className: `list ${side}`, role: "listbox" });
}

/** What is said of the kind of weights wherever it stands still. */
function writeWords({ page, data: { words } }) {
  const { layered } = words;
  page.root.classList.toggle("layered", layered);
  page.grid.setAttribute("aria-label", layered ? "All layers" : "All heads");
  page.left.setAttribute("aria-label", words.queries);
  page.right.setAttribute("aria-label", words.keys);
  write(page.which, words.which);
  write(page.hiding, `Hide ${words.nouns} below`);
  write(page.ends[0], words.query);
  write(page.ends[1], words.key);
  const order = layered ? "One picture a layer." : "Rows: layers. Columns: heads.";
  write(page.hint, `${order} In each picture ${words.rows}. Small ${words.nouns} are drawn stronger `
    + "than they are.");
}

function tools(page) {
  return element("div", { className: "tools" },
    page.shows,
    element("label", { className: "hide", ...UNPICTURED }, page.hide, "Hide special tokens"),
    element("label", { className: "threshold", ...UNPICTURED }, page.hiding, page.threshold,
      page.thresholdValue),
    element("div", { className: "heads-row" }, page.chips, page.only, page.every));
}

function overview(page) {
  return element("div", { className: "overview" },
    element("div", { className: "map" }, page.thumbnails, page.grid),
    page.hint, page.readout, page.share);
}

function headView(page) {
  return element("div", { className: "head-view" },
    element("div", { className: "ends", "aria-hidden": "true" }, ...page.ends),
    page.loading, page.scroller);
}

/** One radio button a filter; only `All` where there is one sentence. */
function buildShows(view) {
  const { shows } = view.page;
  for (const old of shows.querySelectorAll("label")) old.remove();
  const wanted = view.pair ? Object.keys(SHOWS) : ["all"];
  for (const value of wanted) {
    const input = element("input", { type: "radio", name: `show-${view.data.view}`, value });
    shows.append(element("label", {}, input, element("span", { textContent: SHOWS[value] })));
  }
}

function buildChips(view) {
  const { heads } = view.data;
  view.page.chips.replaceChildren(...range(heads).map((head) => {
    const chip = element("button", {
      type: "button", textContent: head, "aria-label": `head ${head}`,
      title: "Click: on or off. Double click: this one alone, again: all.",
    });
    chip.dataset.head = head;
    return chip;
  }));
}

/** Row and column numbers, and one transparent cell over each thumbnail. */
function buildGrid(view) {
  const { layers, heads, words: { layered } } = view.data;
  const top = element("div", { role: "row", className: "row" },
    element("span", { className: "corner", role: "columnheader" },
      element("span", { className: "unseen", textContent: "layer" })),
    ...range(heads).map((head) => number("columnheader", head, "head")));
  top.hidden = layered;
  view.cells = range(layers).map((layer) => range(heads).map((head) => {
    const cell = element("div",
      { role: "gridcell", className: "cell", "aria-label": nameOf(view, layer, head),
        "aria-selected": "false", tabIndex: -1 });
    Object.assign(cell.dataset, { layer, head });
    return cell;
  }));
  const rows = view.cells.map((cells, layer) =>
    element("div", { role: "row", className: "row" }, number("rowheader", layer, "layer"), ...cells));
  view.page.grid.replaceChildren(top, ...rows);
}

function number(role, value, kind) {
  const made = element("span", { role, textContent: value, "aria-label": `${kind} ${value}` });
  made.dataset[kind] = value;
  return made;
}

/** The tokens of both columns, with a line of its own for the name of each sentence. */
function buildRows(view) {
  view.rows = {
    left: rowsOf(view, view.queries),
    right: rowsOf(view, view.keys),
  };
  for (const side of ["left", "right"]) {
    const { order } = view.rows[side];
    view.page[side].replaceChildren(...order.map((row) =>
      typeof row === "string" ? element("div", { className: "sentence", textContent: row,
        role: "presentation" }) : option(view, row)));
  }
}

function rowsOf(view, shown) {
  const order = [];
  const place = new Int32Array(shown.length).fill(-1); // row of each token
  let segment = null;
  view.data.tokens.forEach((_, token) => {
    if (!shown[token]) return;
    if (view.pair && view.data.segments[token] !== segment) {
      segment = view.data.segments[token];
      order.push(`Sentence ${"AB"[segment]}`);
    }
    place[token] = order.length;
    order.push(token);
  });
  return { order, place };
}

function option(view, token) {
  const text = view.data.tokens[token];
  const made = element("div", {
    role: "option", className: view.data.special[token] ? "token special" : "token",
    title: `${text}, token ${token}`, "aria-label": `${text}, token ${token}`, tabIndex: -1,
  }, element("bdi", { textContent: text }));
  made.dataset.token = token;
  return made;
}
