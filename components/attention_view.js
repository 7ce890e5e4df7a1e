// The linked attention view: gets a small JSON, and draws, points and filters in the browser without
// asking the server. The weights come by way of attention_weights.js. Joined to one script:
//
//   elements.js, colours.js, token_names.js   what other figures need too
//   meeting.js                    where the weights are found
//   attention_view.js             what the reader looks at; when what is drawn; widths and colours
//   attention_view_page.js        the elements, built once
//   attention_view_thumbnails.js  all heads small
//   attention_view_lines.js       what is shown of the chosen heads: masks, shares, lines
//   attention_view_words.js       the same in text
//   attention_view_events.js      pointing, keys, controls
//   views.js                      a figure comes, changes and goes; what is chosen in it
//
// Every change goes through `redraw`: one animation frame, in which each part does its work only
// if what it depends on has changed (`unless`). Whatever a person typed is set as textContent.

const KIND = "attention";
const SEND_AFTER = 200; // ms of rest before the server is told of choices in a row
const LINES_DRAWN = 12000; // more cannot be told apart
const LINES_A_FRAME = 400; // the strongest at once, fainter ones in the next frames
const FAINTEST = 5; // thousandths; below, a line is not visible
const LEVELS = 32; // of line strength
const WIDE = 820; // px; from here the thumbnails stand beside the lines
const TALLEST = 640; // px; longer lists scroll
const SMALLEST = 18; // px of letters on a projector
const FINGER = 24; // px that a finger needs
const DENSEST = 1.1; // rows, by the size of their letters
const HIGHEST = 528; // px of a single column of thumbnails
const SHOWS = { all: "All", aa: "A → A", ab: "A → B", ba: "B → A", bb: "B → B" };

/** Strength level of a weight in thousandths, finer where weights are small. */
const LEVEL_OF = Uint8Array.from({ length: 1024 }, (_, thousandths) =>
  Math.min(LEVELS - 1, Math.floor(Math.sqrt(thousandths / 1000) * LEVELS)));

/** followed: the chosen head for which it was last looked whether it is among those switched on. */
function newState() {
  return {
    layer: 0, head: 0, query: null, show: "all", on: new Set([0]), followed: 0,
    hideSpecial: false, threshold: 0,
  };
}

function renew(view, another) {
  if (another) view.point = null;
  view.pair = view.data.segments.includes(1);
}

function clamp(state, data) {
  state.layer = Math.min(state.layer, data.layers - 1);
  state.head = Math.min(state.head, data.heads - 1);
  if (state.query !== null && state.query >= data.tokens.length) state.query = null;
  if (data.words.layered) return; // the heads that are switched on wait until there are heads again
  state.on = new Set([...state.on].filter((head) => head < data.heads));
  followHead(state);
}

/** Heads switched on stay on as long as a newly chosen one is among them. */
function followHead(state) {
  if (state.head !== state.followed && !state.on.has(state.head)) state.on = new Set([state.head]);
  state.followed = state.head;
}

/** Where all heads of a layer are one, nothing is said of the head: the server keeps the reader's. */
function choiceOf({ data, state: { layer, head, query, show } }) {
  return data.words.layered ? { layer, query, show } : { layer, head, query, show };
}

/** Of long texts only some layers are here. */
function isMissing(view) {
  return view.trace && !view.trace.weights[view.state.layer];
}

function redraw(view) {
  view.frame ||= requestAnimationFrame(() => {
    view.frame = 0;
    const begun = performance.now();
    const before = view.done.lines;
    if (!view.data || !render(view)) return;
    if (view.done.lines !== before) report(view, performance.now() - begun);
    if (view.drawn < view.strong) redraw(view);
    else view.page.root.dataset.complete = view.page.root.dataset.drawn;
  });
}

/** True once the chosen layer is on screen. */
function render(view) {
  const { data, state, page } = view;
  view.trace = MEETING.traces.get(data.weights);
  if (!view.trace || !page.root.clientWidth) return false; // its bytes are still on the way
  const show = view.pair ? state.show : "all";
  const filter = `${data.weights}/${show}/${state.hideSpecial}`;
  const { layered } = data.words;
  view.on = layered ? [0] : [...state.on].sort((a, b) => a - b);
  unless(view, "words", data.words.exact, writeWords);
  unless(view, "shows", `${data.view}/${view.pair}`, buildShows);
  unless(view, "chips", data.heads, buildChips);
  unless(view, "grid", `${data.layers}/${data.heads}/${layered}`, buildGrid);
  unless(view, "colours", colourKey(page.root) + data.heads, readColours);
  unless(view, "names", data.trace, nameTokens);
  unless(view, "masks", filter, () => makeMasks(view, show));
  unless(view, "rows", filter, buildRows);
  measure(view);
  unless(view, "thumbnails",
    `${filter}/${state.threshold}/${view.done.colours}/${view.cell}/${devicePixelRatio}`,
    paintThumbnails);
  const ready = view.trace.weights[state.layer] !== null;
  if (ready) collectShown(view, filter);
  const scene = [view.done.collected, page.scroller.scrollTop, view.width, view.height, view.row,
    devicePixelRatio, view.done.colours, ready].join("/");
  if (view.done.lines === scene) drawFaint(view);
  unless(view, "lines", scene, () => startLines(view, ready));
  unless(view, "marks", `${scene}/${JSON.stringify(view.point)}`, () => drawMarks(view, ready));
  showState(view, ready);
  return ready;
}

/** For the benchmark and the tests: what is on screen, and how long drawing it took. */
function report(view, took) {
  const { layer, head } = view.state;
  view.page.root.dataset.drawn = `${view.data.weights}/${layer}/${head}`;
  view.page.root.dataset.drawMs = took.toFixed(2);
  performance.clearMarks("attention-view:drawn");
  performance.mark("attention-view:drawn");
}

/** Sizes that canvas and page share; the page gets them as CSS variables. */
function measure(view) {
  const { page, rows } = view;
  const presented = presentedRoom(page.root);
  const known = [page.root.clientWidth, getComputedStyle(page.root).fontSize,
    page.scroller.clientWidth, view.done.grid, view.done.rows, view.on.length > 1, presented];
  unless(view, "sizes", known.join("/"), () => {
    const count = Math.max(rows.left.order.length, rows.right.order.length);
    const font = measureRows(view, parseFloat(known[1]), presented, count);
    measureGrid(view, known[0]);
    const height = count * view.row;
    const tallest = presented === null ? TALLEST : presented - page.ends[0].offsetHeight - 8;
    view.height = height > (presented === null ? 1.25 : 1) * tallest ? tallest : height;
    setSizes(view, { row: view.row, stage: height, tallest: view.height });
    measureColumns(view, page.scroller.clientWidth, font, view.on.length > 1);
  });
}

/** The height of a row, and the size of its letters: both smaller if all rows then fit a projector. */
function measureRows(view, font, presented, count) {
  const room = presented === null ? Infinity : (presented - 2 * font) / count;
  const small = Math.min(font, Math.max(SMALLEST, room / DENSEST));
  const roomy = Math.max(1.6 * font, matchMedia("(pointer: coarse)").matches ? FINGER : 0);
  view.row = Math.round(Math.min(roomy, Math.max(DENSEST * small, Math.floor(room))));
  view.digits = presented === null ? Math.max(12, 0.56 * view.row) : 0.9 * small;
  view.page.root.style.setProperty("--names", presented === null ? "inherit" : `${small}px`);
  return small;
}

function measureGrid(view, width) {
  const { heads, layers, words } = view.data;
  const wide = width >= WIDE;
  const label = 30;
  view.page.root.classList.toggle("wide", wide);
  const room = wide ? width * 0.48 : width;
  const column = Math.max(36, Math.min(88, width / 8, HIGHEST / layers));
  const most = words.layered ? column : wide ? 36 : 44;
  view.cell = Math.max(12, Math.floor(Math.min(most, (room - label) / heads)));
  setSizes(view, { cell: view.cell, label, map: label + view.cell * heads });
}

function setSizes(view, pixels) {
  for (const [name, value] of Object.entries(pixels)) {
    view.page.root.style.setProperty(`--${name}`, `${value}px`);
  }
}

/** The columns of the head view: strip of numbers or boxes, tokens, lines, tokens, strip. */
function measureColumns(view, width, font, several) {
  const box = Math.max(4, Math.min(8, Math.floor((width * 0.16) / view.data.heads)));
  const strip = several ? Math.max(44, box * view.data.heads + 6) : Math.round(font * 3.1);
  const token = Math.round(Math.min(11 * font, Math.max(5 * font, (width - 2 * strip) * 0.3)));
  Object.assign(view, { width, box, strip, token, from: strip + token, to: width - strip - token });
  setSizes(view, { strip, token });
}

function readColours(view) {
  const { root } = view.page;
  const style = getComputedStyle(root);
  const theme = themeOf(root);
  root.dataset.theme = theme;
  const { sequential, heads } = view.data.palette;
  view.headColours = range(view.data.heads).map((head) => heads[theme][head % heads[theme].length]);
  view.text = style.color;
  view.font = style.fontFamily;
  view.shades = shadeTable(sequential[theme]);
  view.page.chips.childNodes.forEach((chip, head) =>
    chip.style.setProperty("--head", view.headColours[head]));
}
