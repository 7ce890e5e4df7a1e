// The linked attention view. Two components run this script:
//   the carrier gets bytes (backend/packing.py) and puts the weights where the view finds them;
//   the view gets a small JSON, and draws, points and filters without asking the server.
//
//   store    what the carrier received, by trace
//   choice   what the reader looks at, here and on the server
//   page     the elements, built once
//   layout   widths, rows, colours
//   weights  what is shown: masks, shares, lines
//   draw     thumbnails and lines on canvas
//   words    the same in text
//   events   pointing, keys, controls
//
// Every change goes through `redraw`: one animation frame, in which each part does its work only
// if what it depends on has changed (`unless`). Whatever a person typed is set as textContent.

const TRACES_KEPT = 4;
const SEND_AFTER = 200; // ms of rest before the server is told
const LINES_DRAWN = 12000; // more cannot be told apart, and would make scrolling jerk
const FAINTEST = 5; // thousandths; below, a line is not visible
const LEVELS = 32; // of line strength
const WIDE = 820; // px; from here the thumbnails stand beside the lines
const TALLEST = 640; // px; longer lists scroll
const SHOWS = { all: "All", aa: "A → A", ab: "A → B", ba: "B → A", bb: "B → B" };

/** Strength level of a weight in thousandths, finer where weights are small. */
const LEVEL_OF = Uint8Array.from({ length: 1024 }, (_, thousandths) =>
  Math.min(LEVELS - 1, Math.floor(Math.sqrt(thousandths / 1000) * LEVELS)));

// ---------------------------------------------------------------- store

// On globalThis: the two components may be loaded as two modules.
const STORE = (globalThis[Symbol.for("attention-view")] ??= { traces: new Map(), views: new Set() });

/** Take in a packet; the newest few traces stay, with every layer received so far. */
function receive(bytes) {
  const start = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start)));
  const { name, layers, heads, tokens, first, count, side } = head;
  const trace = STORE.traces.get(name) ??
    { name, layers, heads, tokens, side, weights: Array(layers).fill(null), pictures: null };
  const size = heads * tokens * tokens;
  const weights = sixteenBits(bytes, start, count * size);
  for (let i = 0; i < count; i++) {
    trace.weights[first + i] = weights.subarray(i * size, (i + 1) * size);
  }
  if (side) trace.pictures = bytes.slice(start + 2 * count * size);
  STORE.traces.delete(name); // so that it comes last: the newest
  STORE.traces.set(name, trace);
  for (const old of [...STORE.traces.keys()].slice(0, -TRACES_KEPT)) STORE.traces.delete(old);
  for (const view of STORE.views) redraw(view);
}

/** The same memory where it is aligned, else a copy. */
function sixteenBits(bytes, start, count) {
  const offset = bytes.byteOffset + start;
  if (offset % 2 === 0) return new Uint16Array(bytes.buffer, offset, count);
  return new Uint16Array(bytes.slice(start, start + 2 * count).buffer);
}

// ---------------------------------------------------------------- choice

// What outlives a change of page, by the component's key.
const REMEMBERED = new Map();

/**
 * serial counts the reader's choices in this view. The server sends back the newest it has heard
 * of: an older one is an answer to an earlier choice and must not undo a later one. Once the
 * server has confirmed the newest, an older one can only mean that it forgot (a new session).
 */
function newState() {
  return {
    layer: 0, head: 0, query: null, show: "all", serial: 0, confirmed: true,
    on: new Set([0]), hideSpecial: false, threshold: 0,
  };
}

function takeChoice(state, choice) {
  if (choice.serial < state.serial && !state.confirmed) return;
  followHead(state, choice.head);
  const { layer, head, query, show, serial } = choice;
  Object.assign(state, { layer, head, query, show, serial, confirmed: true });
}

/** Heads switched on stay on as long as the chosen one is among them. */
function followHead(state, head) {
  if (head !== state.head && !state.on.has(head)) state.on = new Set([head]);
}

/** Keep the choice within a smaller trace; the server does the same. */
function clamp(state, data) {
  state.layer = Math.min(state.layer, data.layers - 1);
  state.head = Math.min(state.head, data.heads - 1);
  state.on = new Set([...state.on].filter((head) => head < data.heads));
  if (state.query !== null && state.query >= data.tokens.length) state.query = null;
}

/** The reader chose: draw at once, tell the server a little later (at once if a layer is missing). */
function choose(view, change) {
  const { state } = view;
  if (Object.keys(change).every((field) => change[field] === state[field])) return;
  if ("head" in change) followHead(state, change.head);
  Object.assign(state, change, { serial: state.serial + 1, confirmed: false });
  clearTimeout(view.timer);
  const missing = view.trace && !view.trace.weights[state.layer];
  if (missing) send(view);
  else view.timer = setTimeout(send, SEND_AFTER, view);
  redraw(view);
}

function send(view) {
  const { layer, head, query, show, serial } = view.state;
  view.tell("choice", { layer, head, query, show, serial });
}

// ---------------------------------------------------------------- page

/** A new element; `fields` are properties, or attributes where the name has a dash or is `role`. */
function element(tag, fields = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(fields)) {
    if (name.includes("-") || name === "role") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children);
  return made;
}

function buildView(parent) {
  const view = { turn: 0, done: {}, point: null, frame: 0, timer: 0, state: null, data: null };
  const page = {
    shows: element("fieldset", { className: "shows" },
      element("legend", { textContent: "Which sentence looks at which", className: "unseen" })),
    hide: element("input", { type: "checkbox" }),
    threshold: element("input", { type: "range", min: 0, max: 0.5, step: 0.005, value: 0 }),
    thresholdValue: element("span", { className: "value" }),
    chips: element("div", { className: "chips", role: "group", "aria-label": "Heads" }),
    only: element("button", { type: "button", textContent: "Only this head" }),
    every: element("button", { type: "button", textContent: "All heads of the layer" }),
    thumbnails: element("canvas", { "aria-hidden": "true" }),
    grid: element("div", { className: "grid", role: "grid", "aria-label": "All heads" }),
    readout: element("p", { className: "readout", role: "status", "aria-live": "polite",
      "aria-label": "What is pointed at" }),
    share: element("p", { className: "share" }),
    lines: element("canvas", { className: "lines", "aria-hidden": "true" }),
    left: list("left", "Tokens that look (query)"),
    right: list("right", "Tokens looked at (key)"),
    loading: element("p", { className: "loading", role: "status", hidden: true }),
  };
  page.stage = element("div", { className: "stage" }, page.lines, page.left, page.right);
  page.scroller = element("div", { className: "scroller" }, page.stage);
  page.root = element("div", { className: "attention" }, tools(page), element("div",
    { className: "panes" }, overview(page), headView(page)));
  view.page = page;
  parent.append(page.root);
  listen(view);
  return view;
}

function list(side, label) {
  return element("div", { className: `list ${side}`, role: "listbox", "aria-label": label });
}

function tools(page) {
  return element("div", { className: "tools" },
    page.shows,
    element("label", { className: "hide" }, page.hide, "Hide special tokens"),
    element("label", { className: "threshold" }, "Hide weights below", page.threshold,
      page.thresholdValue),
    element("div", { className: "heads-row" }, page.chips, page.only, page.every));
}

function overview(page) {
  return element("div", { className: "overview" },
    element("div", { className: "map" }, page.thumbnails, page.grid),
    element("p", { className: "hint", textContent: "Rows: layers. Columns: heads. In each picture "
      + "rows look at columns; the stronger the shade, the more. Faint weights are lifted." }),
    page.readout, page.share);
}

function headView(page) {
  return element("div", { className: "head-view" },
    element("div", { className: "ends", "aria-hidden": "true" },
      element("span", { textContent: "looks (query)" }),
      element("span", { textContent: "is looked at (key)" })),
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
  const { layers, heads } = view.data;
  const top = element("div", { role: "row", className: "row" },
    element("span", { className: "corner", role: "columnheader", "aria-label": "layer" }),
    ...range(heads).map((head) => number("columnheader", head, "head")));
  view.cells = range(layers).map((layer) => range(heads).map((head) => {
    const cell = element("div",
      { role: "gridcell", className: "cell", "aria-label": `layer ${layer}, head ${head}` });
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

const range = (count) => Array.from({ length: count }, (_, i) => i);

// ---------------------------------------------------------------- layout

/** Do `work` if `key` is not what it was last time. */
function unless(view, part, key, work) {
  if (view.done[part] === key) return;
  view.done[part] = key;
  work(view);
}

function redraw(view) {
  view.frame ||= requestAnimationFrame(() => {
    view.frame = 0;
    const begun = performance.now();
    const before = view.done.lines;
    if (view.data && render(view) && view.done.lines !== before) report(view, performance.now() - begun);
  });
}

/** True once the chosen layer is on screen. */
function render(view) {
  const { data, state, page } = view;
  view.trace = STORE.traces.get(data.trace);
  if (!view.trace || !page.root.clientWidth) return false; // its bytes are still on the way
  const show = view.pair ? state.show : "all";
  const filter = `${data.trace}/${show}/${state.hideSpecial}`;
  unless(view, "shows", `${data.view}/${view.pair}`, buildShows);
  unless(view, "chips", data.heads, buildChips);
  unless(view, "grid", `${data.layers}/${data.heads}`, buildGrid);
  unless(view, "colours", colourKey(page.root) + data.heads, readColours);
  unless(view, "names", data.trace, nameTokens);
  unless(view, "masks", filter, () => makeMasks(view, show));
  unless(view, "rows", filter, buildRows);
  measure(view);
  unless(view, "thumbnails",
    `${filter}/${state.threshold}/${view.done.colours}/${view.cell}/${devicePixelRatio}`,
    paintThumbnails);
  const ready = view.trace.weights[state.layer] !== null;
  view.on = [...state.on].sort((a, b) => a - b);
  if (ready) collectShown(view, filter);
  const scene = [view.done.collected, JSON.stringify(view.point), view.page.scroller.scrollTop,
    view.width, view.height, view.row, devicePixelRatio, view.done.colours, ready];
  unless(view, "lines", scene.join("/"), () => drawHeads(view, ready));
  showState(view, ready);
  return ready;
}

/** For the benchmark and the tests: what is on screen, and how long drawing it took. */
function report(view, took) {
  const { layer, head } = view.state;
  view.page.root.dataset.drawn = `${view.data.trace}/${layer}/${head}`;
  view.page.root.dataset.drawMs = took.toFixed(2);
  performance.clearMarks("attention-view:drawn");
  performance.mark("attention-view:drawn");
}

/** Sizes that canvas and page share; the page gets them as CSS variables. */
function measure(view) {
  const { page, data, rows, state } = view;
  const width = page.root.clientWidth;
  const wide = width >= WIDE;
  page.root.classList.toggle("wide", wide);
  const font = parseFloat(getComputedStyle(page.left).fontSize);
  view.row = Math.round(font * 1.6);
  const label = 30;
  const room = wide ? width * 0.48 : width;
  view.cell = Math.max(12, Math.min(wide ? 36 : 44, Math.floor((room - label) / data.heads)));
  const style = page.root.style;
  style.setProperty("--cell", `${view.cell}px`);
  style.setProperty("--label", `${label}px`);
  style.setProperty("--row", `${view.row}px`);
  style.setProperty("--map", `${label + view.cell * data.heads}px`);
  const height = Math.max(rows.left.order.length, rows.right.order.length) * view.row;
  style.setProperty("--stage", `${height}px`);
  view.height = height > 1.25 * TALLEST ? TALLEST : height;
  style.setProperty("--tallest", `${view.height}px`);
  measureColumns(view, page.scroller.clientWidth, font, state.on.size > 1);
}

/** The columns of the head view: strip of numbers or boxes, tokens, lines, tokens, strip. */
function measureColumns(view, width, font, several) {
  const box = Math.max(4, Math.min(8, Math.floor((width * 0.16) / view.data.heads)));
  const strip = several ? Math.max(44, box * view.data.heads + 6) : Math.round(font * 3.1);
  const token = Math.round(Math.min(11 * font, Math.max(5 * font, (width - 2 * strip) * 0.3)));
  Object.assign(view, { width, box, strip, token, from: strip + token, to: width - strip - token });
  view.page.root.style.setProperty("--strip", `${strip}px`);
  view.page.root.style.setProperty("--token", `${token}px`);
}

function colourKey(root) {
  const style = getComputedStyle(root);
  return ["--st-background-color", "--st-text-color", "font-family"]
    .map((name) => style.getPropertyValue(name)).join("/");
}

function readColours(view) {
  const { root } = view.page;
  const style = getComputedStyle(root);
  const [red, green, blue] = rgb(style.getPropertyValue("--st-background-color").trim() || "#ffffff");
  const theme = 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? "dark" : "light";
  root.dataset.theme = theme;
  const { sequential, heads } = view.data.palette;
  view.headColours = range(view.data.heads).map((head) => heads[theme][head % heads[theme].length]);
  view.text = style.color;
  view.font = style.fontFamily;
  view.shades = shadeTable(sequential[theme]);
  view.page.chips.childNodes.forEach((chip, head) =>
    chip.style.setProperty("--head", view.headColours[head]));
}

/** [red, green, blue] of any CSS colour. */
function rgb(colour) {
  const context = element("canvas", { width: 1, height: 1 }).getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data;
}

/** 256 colours from none to all, as the 32-bit words of an ImageData. */
function shadeTable(scale) {
  const stops = scale.map((hex) => rgb(hex));
  const words = new Uint32Array(256);
  const bytes = new Uint8ClampedArray(words.buffer);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (stops.length - 1);
    const low = Math.min(stops.length - 2, Math.floor(at));
    for (let c = 0; c < 3; c++) {
      bytes[4 * i + c] = stops[low][c] + (stops[low + 1][c] - stops[low][c]) * (at - low);
    }
    bytes[4 * i + 3] = 255;
  }
  return words;
}

// ---------------------------------------------------------------- weights

/** Which tokens the filter leaves as queries and as keys, with and without special ones. */
function makeMasks(view, show) {
  const { segments, special } = view.data;
  const side = (letter) => segments.map((segment) => show === "all" || "ab"[segment] === letter);
  const kept = (shown) => Uint8Array.from(shown, (is, i) => is && !(view.state.hideSpecial && special[i]));
  view.inFilter = Uint8Array.from(side(show[1]));
  view.queries = kept(side(show[0]));
  view.keys = kept(side(show[1]));
  view.queryList = indices(view.queries);
  view.keyList = indices(view.keys);
}

const indices = (mask) => Uint16Array.from(range(mask.length).filter((i) => mask[i]));

/** Thousandths, rounded and exact: see `quantize` in backend/packing.py. */
const thousandths = (packed) => packed >> 6;

function weightOf(view, head, query, key) {
  const size = view.data.tokens.length;
  return view.trace.weights[view.state.layer][(head * size + query) * size + key];
}

/** The token or pair that the picture is reduced to: pointed at first, then pinned. */
function active(view) {
  const { point, state } = view;
  if (point && point.side !== "line") return point;
  if (state.query !== null && view.queries[state.query]) return { side: "left", token: state.query };
  return null;
}

function collectShown(view, filter) {
  const { state } = view;
  const shown = `${filter}/${state.layer}/${view.on}/${state.threshold}`;
  unless(view, "shares", shown, shareOut);
  const one = active(view);
  unless(view, "collected", `${shown}/${one?.side}/${one?.token}`, () => {
    const only = one && Uint16Array.of(one.token);
    view.lines = collect(view,
      one?.side === "left" ? only : view.queryList,
      one?.side === "right" ? only : view.keyList,
      Math.max(one && view.on.length === 1 ? 1 : FAINTEST, Math.round(state.threshold * 1000)));
  });
}

/** The lines of at least `least` thousandths, sorted so that strong ones come last. */
function collect(view, queries, keys, least) {
  const { on } = view;
  const size = view.data.tokens.length;
  const weights = view.trace.weights[view.state.layer];
  const groups = LEVELS * on.length; // by strength, then head
  const counts = new Uint32Array(groups + 1);
  const lowest = least << 6;
  const each = (visit) => on.forEach((head, nth) => {
    for (const query of queries) {
      const row = (head * size + query) * size;
      for (let i = 0; i < keys.length; i++) {
        const packed = weights[row + keys[i]];
        if (packed >= lowest) visit(LEVEL_OF[packed >> 6] * on.length + nth, query, keys[i], packed);
      }
    }
  });
  each((group) => { counts[group + 1]++; });
  const first = withinBudget(counts, on.length);
  const starts = new Int32Array(groups + 1);
  for (let g = 0; g < groups; g++) starts[g + 1] = starts[g] + (g < first ? 0 : counts[g + 1]);
  const total = starts[groups];
  const lines = {
    starts, heads: on.length, count: total, left: counts.reduce((a, b) => a + b, 0) - total,
    query: new Uint16Array(total), key: new Uint16Array(total), packed: new Uint16Array(total),
  };
  const next = starts.slice();
  each((group, query, key, packed) => {
    if (group < first) return;
    const at = next[group]++;
    lines.query[at] = query;
    lines.key[at] = key;
    lines.packed[at] = packed;
  });
  return lines;
}

/** The first group that is drawn, so that the strongest lines are and not too many. */
function withinBudget(counts, heads) {
  let total = 0;
  for (let level = LEVELS - 1; level >= 0; level--) {
    for (let nth = 0; nth < heads; nth++) total += counts[level * heads + nth + 1];
    if (total > LINES_DRAWN && level < LEVELS - 1) return (level + 1) * heads;
  }
  return 0;
}

/** Where the weight of the shown queries goes, as shares of one. */
function shareOut(view) {
  const { data, state, on } = view;
  const size = data.tokens.length;
  const weights = view.trace.weights[state.layer];
  const lowest = Math.round(state.threshold * 1000) << 6;
  const kind = range(size).map((key) => (!view.inFilter[key] ? 2 : view.keys[key] ? 0 : 1));
  const sums = [0, 0, 0, 0]; // shown, hidden special, outside the filter, below the threshold
  for (const head of on) {
    for (const query of view.queryList) {
      const row = (head * size + query) * size;
      for (let key = 0; key < size; key++) {
        const packed = weights[row + key];
        sums[kind[key] === 0 && packed < lowest ? 3 : kind[key]] += packed - 32;
      }
    }
  }
  const total = sums[0] + sums[1] + sums[2] + sums[3];
  view.shares = total ? sums.map((sum) => sum / total) : null;
}

// ---------------------------------------------------------------- draw

/**
 * All heads at once, without the tokens that are filtered out or hidden: the largest weight under
 * each pixel, so that thin lines stay visible.
 */
function paintThumbnails(view) {
  const { trace, data, cell, page } = view;
  const scale = devicePixelRatio;
  const step = Math.round(cell * scale);
  const inner = step - Math.max(2, Math.round(2 * scale));
  const { thumbnails } = page;
  thumbnails.width = step * data.heads;
  thumbnails.height = step * data.layers;
  if (!view.queryList.length || !view.keyList.length) return;
  const source = trace.pictures ? pictureSource(view) : weightSource(view);
  const pool = pooling(source, inner);
  const image = new ImageData(thumbnails.width, thumbnails.height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let layer = 0; layer < data.layers; layer++) {
    for (let head = 0; head < data.heads; head++) {
      poolHead(source, pool, source.values(layer), source.offset(layer, head));
      const corner = (layer * step + ((step - inner) >> 1)) * image.width + head * step
        + ((step - inner) >> 1);
      paintHead(pool, source.shades, pixels, corner, image.width, inner);
    }
  }
  thumbnails.getContext("2d").putImageData(image, 0, 0);
}

/** The weights themselves. `shades` has one colour a packed value / 64. */
function weightSource(view) {
  const side = view.data.tokens.length;
  const least = Math.round(view.state.threshold * 1000);
  return {
    side, queries: view.queries, keys: view.keys, shift: 6,
    values: (layer) => view.trace.weights[layer],
    offset: (_, head) => head * side * side,
    shades: Uint32Array.from({ length: 1024 }, (_, n) =>
      view.shades[n < least ? 0 : Math.round(255 * Math.sqrt(Math.min(1, n / 1000)))]),
  };
}

/** The server's small pictures: one set with special tokens, one without. */
function pictureSource(view) {
  const { trace, state, data } = view;
  const { side } = trace;
  const any = (mask) => Uint8Array.from(range(side), (i) => {
    const end = Math.floor(((i + 1) * data.tokens.length) / side);
    return mask.subarray(Math.floor((i * data.tokens.length) / side), end).some(Boolean);
  });
  const set = state.hideSpecial ? trace.layers : 0;
  const least = 255 * Math.sqrt(state.threshold);
  return {
    side, queries: any(view.queries), keys: any(view.keys), shift: 0,
    values: () => trace.pictures,
    offset: (layer, head) => ((set + layer) * trace.heads + head) * side * side,
    shades: view.shades.map((shade, n) => (n < least ? view.shades[0] : shade)),
  };
}

/** Where each shown token goes in a picture of the shown ones only, and memory for it. */
function pooling(source, inner) {
  const [queries, keys] = [indices(source.queries), indices(source.keys)];
  const [rows, columns] = [queries, keys].map((shown) => Math.min(shown.length, inner));
  const spread = (shown, count) => shown.map((_, i) => Math.floor((i * count) / shown.length));
  return { queries, keys, rows, columns, rowOf: spread(queries, rows),
    columnOf: spread(keys, columns), largest: new Uint16Array(rows * columns) };
}

function poolHead(source, pool, values, offset) {
  const { largest, queries, keys, rowOf, columnOf, columns } = pool;
  largest.fill(0);
  for (let q = 0; q < queries.length; q++) {
    const row = offset + queries[q] * source.side;
    const into = rowOf[q] * columns;
    for (let k = 0; k < keys.length; k++) {
      const value = values[row + keys[k]] >> source.shift;
      if (value > largest[into + columnOf[k]]) largest[into + columnOf[k]] = value;
    }
  }
}

function paintHead(pool, shades, pixels, corner, width, inner) {
  const { rows, columns, largest } = pool;
  const column = Uint16Array.from(range(inner), (x) => Math.floor((x * columns) / inner));
  for (let y = 0; y < inner; y++) {
    const row = Math.floor((y * rows) / inner) * columns;
    for (let x = 0; x < inner; x++) {
      pixels[corner + y * width + x] = shades[largest[row + column[x]]];
    }
  }
}

/** The part of the head view that is on screen. */
function drawHeads(view, ready) {
  const { lines: canvas, scroller } = view.page;
  const scale = devicePixelRatio;
  const [width, height] = [Math.round(view.width * scale), Math.round(view.height * scale)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, view.width, view.height);
  if (!ready) return;
  context.translate(0, -scroller.scrollTop);
  const one = active(view);
  if (one) drawStrip(view, context, one);
  drawLines(view, context, one !== null);
  if (view.point?.side === "line") drawLine(view, context, view.point);
}

const middle = (view, side, token) => (view.rows[side].place[token] + 0.5) * view.row;

/** Several heads run side by side: px from the middle of the row. */
const shiftOf = (view, nth) => ((nth + 0.5) / view.on.length - 0.5) * 0.6 * view.row;

/**
 * By strength and head, faint ones first. Browsers draw one long path of thin lines ten times
 * sooner than of wide ones, so only the few strong lines are wider, and each is a path of its own.
 */
function drawLines(view, context, strong) {
  const { lines, from, to, page } = view;
  const top = page.scroller.scrollTop;
  const bottom = top + view.height;
  const dim = view.point?.side === "line" ? 0.5 : 1;
  for (let group = 0; group < LEVELS * lines.heads; group++) {
    const [start, end] = [lines.starts[group], lines.starts[group + 1]];
    if (start === end) continue;
    const weight = ((Math.floor(group / lines.heads) + 0.5) / LEVELS) ** 2;
    const shift = shiftOf(view, group % lines.heads);
    context.strokeStyle = view.headColours[view.on[group % lines.heads]];
    context.globalAlpha = dim * (strong ? weight ** 0.6 : weight);
    const wide = weight >= 0.2;
    context.lineWidth = wide ? 1 + 2 * weight : 1;
    context.beginPath();
    for (let i = start; i < end; i++) {
      const y = middle(view, "left", lines.query[i]) + shift;
      const z = middle(view, "right", lines.key[i]) + shift;
      if ((y < top && z < top) || (y > bottom && z > bottom)) continue;
      context.moveTo(from, y);
      context.lineTo(to, z);
      if (!wide) continue;
      context.stroke();
      context.beginPath();
    }
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** The line pointed at. */
function drawLine(view, context, { query, key, head }) {
  context.strokeStyle = view.headColours[head];
  context.lineWidth = 4;
  const shift = shiftOf(view, view.on.indexOf(head));
  context.beginPath();
  context.moveTo(view.from, middle(view, "left", query) + shift);
  context.lineTo(view.to, middle(view, "right", key) + shift);
  context.stroke();
}

/** Beside the other column's tokens: their share, as a number for one head, as boxes for several. */
function drawStrip(view, context, one) {
  const other = one.side === "left" ? "right" : "left";
  const least = Math.max(1, Math.round(view.state.threshold * 1000));
  context.font = `${Math.max(12, view.row * 0.56)}px ${view.font}`;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const token of other === "right" ? view.keyList : view.queryList) {
    const y = view.rows[other].place[token] * view.row;
    const [query, key] = one.side === "left" ? [one.token, token] : [token, one.token];
    const share = (head) => thousandths(weightOf(view, head, query, key));
    if (view.on.length === 1) drawShare(view, context, other, y, share(view.on[0]), least);
    else view.on.forEach((head) => drawBox(view, context, other, y, head, share(head)));
  }
}

function drawShare(view, context, side, y, share, least) {
  if (share < least) return;
  const left = side === "left" ? view.strip : view.to;
  context.globalAlpha = 0.05 + 0.37 * Math.sqrt(share / 1000);
  context.fillStyle = view.headColours[view.on[0]];
  context.fillRect(left, y + 1, view.token, view.row - 2);
  context.globalAlpha = 1;
  context.fillStyle = view.text;
  const right = side === "left" ? view.strip - 4 : view.width - 4;
  context.fillText((share / 1000).toFixed(3), right, y + view.row / 2 + 1);
}

/** Every head keeps its place in the strip, so that columns of boxes can be followed. */
function drawBox(view, context, side, y, head, share) {
  const left = side === "left" ? view.strip - 3 - view.box * view.data.heads
    : view.width - view.strip + 3;
  context.fillStyle = context.strokeStyle = view.headColours[head];
  context.lineWidth = 1;
  context.globalAlpha = share / 1000;
  context.fillRect(left + head * view.box, y + 3, view.box - 1, view.row - 6);
  context.globalAlpha = 0.25;
  if (view.box >= 6) { // smaller ones would be all outline
    context.strokeRect(left + head * view.box + 0.5, y + 3.5, view.box - 2, view.row - 7);
  }
  context.globalAlpha = 1;
}

// ---------------------------------------------------------------- words

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

const digits = (packed) => (thousandths(packed) / 1000).toFixed(3);

const joined = (numbers) => (numbers.length > 1
  ? `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}` : `${numbers[0]}`);

function place(view) {
  const { layer } = view.state;
  if (!view.on.length) return `Layer ${layer}, no head switched on`;
  return `Layer ${layer}, head${view.on.length > 1 ? "s" : ""} ${joined(view.on)}`;
}

/** What is pointed at or pinned, in words. */
function readout(view) {
  const { point } = view;
  if (view.hovered) return `Layer ${view.hovered.layer}, head ${view.hovered.head}`;
  if (point?.side === "line") return `${pair(view, point)} (layer ${view.state.layer}, head ${point.head})`;
  const one = active(view);
  if (!one || !view.on.length) {
    return `${place(view)}. Point at a token or a line; click a token on the left to keep it.`;
  }
  const verb = one.side === "left" ? "looks at" : "is looked at by";
  const count = view.on.length === 1 ? 5 : view.on.length < 4 ? 3 : 1;
  const shares = view.on.map((head) => strongest(view, one, head, count));
  if (view.on.length === 1) {
    return `${place(view)}: ${view.names[one.token]} ${verb} ${shares[0] || "nothing shown here"}`;
  }
  const parts = view.on.map((head, i) => `head ${head}: ${shares[i] || "nothing shown here"}`);
  return `Layer ${view.state.layer}: ${view.names[one.token]} ${verb}: ${parts.join("; ")}`;
}

function pair(view, { query, key, head }) {
  return `${view.names[query]} → ${view.names[key]} ${digits(weightOf(view, head, query, key))}`;
}

/** The strongest partners of a token in one head, strongest first. */
function strongest(view, one, head, count) {
  const weight = (token) => (one.side === "left"
    ? weightOf(view, head, one.token, token) : weightOf(view, head, token, one.token));
  const least = Math.max(1, Math.round(view.state.threshold * 1000)) << 6;
  return [...(one.side === "left" ? view.keyList : view.queryList)]
    .filter((token) => weight(token) >= least)
    .sort((a, b) => weight(b) - weight(a)).slice(0, count)
    .map((token) => `${view.names[token]} ${digits(weight(token))}`).join(", ");
}

/** How much of the weight is on screen, and where the rest went. */
function shareWords(view) {
  const { state, shares } = view;
  if (!shares) return "";
  const [shown, special, outside, below] = shares;
  const percent = (share) => (share > 0 && share < 0.005 ? "under 1 %" : `${Math.round(100 * share)} %`);
  const show = view.pair ? state.show : "all";
  const parts = [];
  if (state.hideSpecial) parts.push(`${percent(special)} goes to hidden special tokens`);
  if (show !== "all") parts.push(`${percent(outside)} goes to sentence ${show[1] === "a" ? "B" : "A"}`);
  if (state.threshold > 0) parts.push(`${percent(below)} is below ${state.threshold.toFixed(3)}`);
  const what = `Shown: ${SHOWS[show]}, ${percent(shown)} of all weight these tokens give. `;
  const faint = view.lines.left ? `The ${view.lines.count} strongest lines are drawn.` : "";
  if (!parts.length) return `Shown: all weight. ${faint}`;
  const rest = parts.join(", ");
  return `${what}${rest[0].toUpperCase()}${rest.slice(1)}. ${faint}`;
}

/** Everything that is not canvas: marks, pressed buttons, text. */
function showState(view, ready) {
  const { page, state } = view;
  showControls(view);
  unless(view, "cell", `${view.done.grid}/${state.layer}/${state.head}`, markCell);
  showTokens(view);
  page.readout.classList.toggle("many", view.on.length > 3);
  page.loading.hidden = ready;
  write(page.loading, ready ? "" : `Loading layer ${state.layer} …`);
  write(page.readout, ready || view.hovered ? readout(view) : "");
  write(page.share, ready ? shareWords(view) : "");
}

/** Only a change is written: a screen reader speaks at every write. */
function write(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

function showControls(view) {
  const { page, state } = view;
  const show = view.pair ? state.show : "all";
  for (const input of page.shows.querySelectorAll("input")) input.checked = input.value === show;
  page.hide.checked = state.hideSpecial;
  page.threshold.value = state.threshold;
  write(page.thresholdValue, state.threshold.toFixed(3));
  page.chips.childNodes.forEach((chip, head) => {
    chip.setAttribute("aria-pressed", state.on.has(head));
    chip.classList.toggle("chosen", head === state.head);
  });
}

/** One cell is chosen, can be reached with Tab, and has its numbers in bold. */
function markCell(view) {
  const { page, state } = view;
  const focused = page.grid.contains(page.root.getRootNode().activeElement);
  for (const old of page.grid.querySelectorAll(".chosen")) old.classList.remove("chosen");
  for (const cell of view.cells.flat()) {
    const chosen = Number(cell.dataset.layer) === state.layer && Number(cell.dataset.head) === state.head;
    cell.tabIndex = chosen ? 0 : -1;
    cell.setAttribute("aria-selected", chosen);
    cell.classList.toggle("chosen", chosen);
    if (chosen && focused) cell.focus();
  }
  page.grid.querySelector(`[role=rowheader][data-layer="${state.layer}"]`).classList.add("chosen");
  page.grid.querySelector(`[role=columnheader][data-head="${state.head}"]`).classList.add("chosen");
}

/** The token pointed at is marked on both sides. */
function showTokens(view) {
  const { point, state, rows } = view;
  const pointed = !point ? [] : point.side === "line" ? [point.query, point.key] : [point.token];
  const key = `${view.done.rows}/${pointed}/${state.query}`;
  unless(view, "marks", key, () => {
    for (const side of ["left", "right"]) {
      const { place: placed } = rows[side];
      for (const old of view.page[side].querySelectorAll(".same, .pinned")) {
        old.classList.remove("same", "pinned");
      }
      for (const token of pointed) optionAt(view, side, placed[token])?.classList.add("same");
    }
    markPinned(view);
  });
}

function markPinned(view) {
  const { left, right } = view.page;
  left.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
  const pinned = optionAt(view, "left", view.rows.left.place[view.state.query ?? -1]);
  pinned?.classList.add("pinned");
  pinned?.setAttribute("aria-selected", "true");
  for (const column of [left, right]) {
    if (column.querySelector("[tabindex='0']")) continue;
    const first = column.querySelector(".token");
    if (first) first.tabIndex = 0;
  }
}

const optionAt = (view, side, row) => (row >= 0 ? view.page[side].childNodes[row] : null);

// ---------------------------------------------------------------- events

function listen(view) {
  const { page } = view;
  listenToTools(view);
  page.grid.addEventListener("click", (event) => withCell(event, (cell) => {
    choose(view, cell);
    event.target.focus({ preventScroll: true });
  }));
  page.grid.addEventListener("pointermove", (event) => hover(view, cellOf(event)));
  page.grid.addEventListener("pointerleave", () => hover(view, null));
  page.grid.addEventListener("keydown", (event) => moveInGrid(view, event));
  page.stage.addEventListener("pointermove", (event) => pointAt(view, event));
  page.stage.addEventListener("pointerdown", (event) => pointAt(view, event));
  page.stage.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") point(view, null); // a finger's last word stays
  });
  page.stage.addEventListener("click", (event) => pin(view, event.target.closest(".token")));
  page.stage.addEventListener("keydown", (event) => moveInList(view, event));
  page.stage.addEventListener("focusin", (event) => focusToken(view, event.target));
  page.stage.addEventListener("focusout", () => point(view, null));
  page.scroller.addEventListener("scroll", () => redraw(view), { passive: true });
  page.root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    point(view, null);
    choose(view, { query: null });
  });
  view.observer = new ResizeObserver(() => redraw(view));
  view.observer.observe(page.root);
  view.observer.observe(page.scroller);
}

function listenToTools(view) {
  const { page } = view;
  const change = (fields) => { Object.assign(view.state, fields); redraw(view); };
  const all = () => new Set(range(view.data.heads));
  page.shows.addEventListener("change", (event) => choose(view, { show: event.target.value }));
  page.hide.addEventListener("change", () => change({ hideSpecial: page.hide.checked }));
  page.threshold.addEventListener("input", () => change({ threshold: Number(page.threshold.value) }));
  page.only.addEventListener("click", () => change({ on: new Set([view.state.head]) }));
  page.every.addEventListener("click", () => change({ on: all() }));
  page.chips.addEventListener("click", (event) => withHead(event, (head) => {
    const on = new Set(view.state.on);
    if (!on.delete(head)) on.add(head);
    change({ on });
  }));
  page.chips.addEventListener("dblclick", (event) => withHead(event, (head) => {
    const alone = view.state.on.size === 1 && view.state.on.has(head);
    change({ on: alone ? all() : new Set([head]) });
    if (!alone) choose(view, { head });
  }));
}

function withHead(event, act) {
  const chip = event.target.closest("[data-head]");
  if (chip) act(Number(chip.dataset.head));
}

function cellOf(event) {
  const { layer, head } = event.target.closest(".cell")?.dataset ?? {};
  return layer === undefined ? null : { layer: Number(layer), head: Number(head) };
}

function withCell(event, act) {
  const cell = cellOf(event);
  if (cell) act(cell);
}

function hover(view, cell) {
  if (cell?.layer === view.hovered?.layer && cell?.head === view.hovered?.head) return;
  view.hovered = cell;
  redraw(view);
}

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function moveInGrid(view, event) {
  const step = ARROWS[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  view.hovered = null; // the keys, not the resting pointer, say what is meant
  const within = (value, count) => Math.max(0, Math.min(count - 1, value));
  choose(view, {
    layer: within(view.state.layer + step[0], view.data.layers),
    head: within(view.state.head + step[1], view.data.heads),
  });
}

/** Up and down along the tokens, left and right between the columns, Enter to keep. */
function moveInList(view, event) {
  const current = event.target.closest(".token");
  if (!current) return;
  const side = view.page.left.contains(current) ? "left" : "right";
  const move = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (event.key === "Enter" || event.key === " ") pin(view, current);
  else if (move) focusOn(neighbour(current, move));
  else if (event.key === "Home" || event.key === "End") {
    focusOn([...view.page[side].querySelectorAll(".token")].at(event.key === "Home" ? 0 : -1));
  } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    const other = event.key === "ArrowLeft" ? "left" : "right";
    focusOn(optionAt(view, other, view.rows[other].place[Number(current.dataset.token)]));
  } else return;
  event.preventDefault();
}

function neighbour(current, move) {
  let next = current;
  do next = move < 0 ? next.previousSibling : next.nextSibling;
  while (next && !next.matches(".token"));
  return next;
}

function focusOn(target) {
  target?.focus();
  target?.scrollIntoView({ block: "nearest" });
}

function focusToken(view, target) {
  if (!target.matches(".token")) return;
  const side = view.page.left.contains(target) ? "left" : "right";
  for (const old of view.page[side].querySelectorAll("[tabindex='0']")) old.tabIndex = -1;
  target.tabIndex = 0;
  if (target.matches(":focus-visible")) point(view, { side, token: Number(target.dataset.token) });
}

/** A click keeps the token that looks; another click lets it go. */
function pin(view, token) {
  if (!token || !view.page.left.contains(token)) return;
  const query = Number(token.dataset.token);
  choose(view, { query: view.state.query === query ? null : query });
}

function point(view, what) {
  if (JSON.stringify(what) === JSON.stringify(view.point)) return;
  view.point = what;
  redraw(view);
}

/** What is under the pointer: a token with its strip, else the nearest line. */
function pointAt(view, event) {
  if (!view.rows || !view.lines) return;
  const box = view.page.stage.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  const side = x <= view.from ? "left" : x >= view.to ? "right" : null;
  if (!side) return point(view, nearestLine(view, x, y));
  const token = view.rows[side].order[Math.floor(y / view.row)];
  return point(view, typeof token === "number" ? { side, token } : null);
}

/** The line within a few pixels of (x, y); of several the nearest, then the strongest. */
function nearestLine(view, x, y) {
  const { lines, from, to } = view;
  const part = (x - from) / (to - from);
  let found = null;
  let best = 6;
  for (let group = 0; group < LEVELS * lines.heads; group++) {
    const shift = shiftOf(view, group % lines.heads);
    for (let i = lines.starts[group]; i < lines.starts[group + 1]; i++) {
      const start = middle(view, "left", lines.query[i]) + shift;
      const rise = middle(view, "right", lines.key[i]) + shift - start;
      const away = Math.abs(start + rise * part - y) / Math.hypot(1, rise / (to - from));
      const score = away - (3 * lines.packed[i]) / 64000;
      if (away >= 6 || score > best) continue;
      best = score;
      found = { side: "line", query: lines.query[i], key: lines.key[i],
        head: view.on[group % lines.heads] };
    }
  }
  return found;
}

// ---------------------------------------------------------------- entry

// By the element Streamlit gives: it stays the same as long as the view is on the page.
const VIEWS = new WeakMap();

function update(view, data) {
  if (view.data?.trace !== data.trace) view.point = null;
  view.data = data;
  view.pair = data.segments.includes(1);
  if (!REMEMBERED.has(data.view)) REMEMBERED.set(data.view, newState());
  view.state = REMEMBERED.get(data.view);
  takeChoice(view.state, data.choice);
  clamp(view.state, data);
  redraw(view);
}

function dismiss(view, parent) {
  clearTimeout(view.timer);
  cancelAnimationFrame(view.frame);
  view.observer.disconnect();
  view.page.root.remove();
  view.state.confirmed = true; // what the server never heard of is forgotten
  STORE.views.delete(view);
  VIEWS.delete(parent);
}

/**
 * Called by Streamlit at every change of the data or the theme. What it returns is called when
 * the component leaves, and also for a call that was overtaken by the next one: only the newest
 * call may take the view away.
 */
export default function attention({ data, parentElement, setStateValue }) {
  if (data instanceof Uint8Array) return receive(data);
  if (!data) return undefined;
  if (!VIEWS.has(parentElement)) VIEWS.set(parentElement, buildView(parentElement));
  const view = VIEWS.get(parentElement);
  const turn = ++view.turn;
  view.tell = setStateValue;
  STORE.views.add(view);
  update(view, data);
  return () => {
    if (turn === view.turn) dismiss(view, parentElement);
  };
}
