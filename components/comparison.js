// The comparison: one head's weights in sentence A and in sentence B, and how every head's weights
// moved. Gets a small JSON; the weights come by way of attention_weights.js. Joined to one script:
//
//   elements.js, colours.js, meeting.js   what other figures need too
//   comparison.js             what the reader looks at; when what is drawn
//   comparison_weights.js     weights by place, and the ranking of the heads
//   comparison_page.js        the elements, built once; the words as a line, and as options
//   comparison_ranking.js     the heads as a list
//   comparison_arrows.js      the heads as arrows from A to B
//   comparison_heatmaps.js    A, B − A and B as pictures
//   comparison_words.js       the same in text
//   comparison_events.js      pointing, keys, controls
//   comparison_start.js       a comparison comes, changes and goes
//
// A place is where a token of A, a token of B, or one of each stands: see backend/two_sentences.py.
// Every change goes through `redraw`: one animation frame, in which each part does its work only
// if what it depends on has changed (`unless`). Whatever a person typed is set as textContent.

const SEND_SOON = 50; // ms after a choice; it is drawn by then
const SEND_AFTER = 200; // ms of rest between choices in a row
const SEND_AGAIN = 1000; // ms after which a choice is not one of a row any more
const WIDE = 700; // px; from here the list stands beside the arrows, and the pictures side by side
const STRONGEST = 0.5; // change from which on the colour of a difference is the strongest

// What outlives a change of page, by the component's key.
const REMEMBERED = new Map();

/** serial counts the reader's choices: an answer to an older one must not undo a newer one. */
const newState = () => ({ layer: 0, head: 0, query: 0, keys: [], serial: 0, confirmed: true,
  ownKeys: false });

function takeChoice(state, choice) {
  if (choice.serial < state.serial && !state.confirmed) return;
  Object.assign(state, choice, { confirmed: true });
}

/** What was chosen in another text may not be here. */
function clamp(state, data) {
  state.layer = Math.min(state.layer, data.layers - 1);
  state.head = Math.min(state.head, data.heads - 1);
  if (!isShared(data, state.query)) state.query = data.choice.query;
  if (!state.keys.every((key) => isShared(data, key))) state.keys = data.choice.keys;
}

const isShared = (data, place) => data.places[place]?.every((token) => token >= 0);

/** The reader chose: draw at once, then tell the server. */
function choose(view, change) {
  const { state } = view;
  if (Object.entries(change).every(([field, value]) => `${value}` === `${state[field]}`)) return;
  if (change.keys) state.ownKeys = true;
  Object.assign(state, change, { serial: state.serial + 1, confirmed: false });
  redraw(view);
  tell(view);
}

/** What is missing is asked for at once; of many choices in a row the server hears now and then. */
function tell(view) {
  clearTimeout(view.timer);
  const rested = performance.now() - view.told > SEND_AGAIN;
  if (!hasHead(view) || !hasRows(view)) send(view);
  else view.timer = setTimeout(send, rested ? SEND_SOON : SEND_AFTER, view);
}

/** The server counts tokens as A has them. Keys go only if the reader chose them. */
function send(view) {
  view.told = performance.now();
  const { layer, head, query, keys, serial, ownKeys } = view.state;
  const token = (place) => view.data.places[place][0];
  const chosen = { layer, head, query: token(query), serial };
  view.tell("choice", ownKeys ? { ...chosen, keys: keys.map(token) } : chosen);
}

function redraw(view) {
  view.frame ||= requestAnimationFrame(() => {
    view.frame = 0;
    const begun = performance.now();
    if (!view.data || !render(view)) return;
    const { layer, head, query } = view.state;
    const drawn = `${view.data.name}/${layer}/${head}/${query}`;
    if (view.page.root.dataset.drawn === drawn) return;
    Object.assign(view.page.root.dataset, { drawn, drawMs: (performance.now() - begun).toFixed(2) });
  });
}

/** True once everything that is chosen is on screen. */
function render(view) {
  const { data, state, page } = view;
  view.sides = data.sides.map(({ trace }) => MEETING.traces.get(trace));
  if (!view.sides.every(Boolean) || !page.root.clientWidth) return false; // on the way
  const [rows, head] = [hasRows(view), hasHead(view)];
  const asked = `${data.name}/${data.counted}/${state.query}`;
  unless(view, "colours", colourKey(page.root), readColours);
  unless(view, "size", `${page.root.clientWidth}/${getComputedStyle(page.root).fontSize}`, measure);
  unless(view, "line", data.name, buildLine);
  unless(view, "options", data.name, buildOptions);
  unless(view, "list", `${data.layers}/${data.heads}`, buildHeads);
  if (rows) unless(view, "ranking", asked, showRanking);
  const plot = [asked, state.keys, view.done.size].join("/");
  if (rows) unless(view, "arrows", plot, showArrows);
  const pointed = JSON.stringify(view.pointed);
  unless(view, "marks", [view.done.line, view.done.arrows, state.layer, state.head, state.query,
    state.keys, pointed].join("/"), showMarks);
  const grid = [data.name, state.layer, state.head, view.done.size, view.done.colours,
    devicePixelRatio].join("/");
  if (head) unless(view, "grids", grid, paintGrids);
  const pictures = [grid, state.query, state.keys, JSON.stringify(view.cell)].join("/");
  if (head) unless(view, "pictures", pictures, paintPictures);
  showWords(view, rows, head);
  return rows && head;
}

function measure(view) {
  const { root } = view.page;
  view.width = root.clientWidth;
  view.font = parseFloat(getComputedStyle(root).fontSize);
  view.wide = view.width >= WIDE;
  root.classList.toggle("wide", view.wide);
}

function readColours(view) {
  const { root } = view.page;
  const theme = themeOf(root);
  const { sequential, diverging } = view.data.palette;
  root.dataset.theme = theme;
  root.style.setProperty("--weights", `linear-gradient(to right, ${sequential[theme]})`);
  root.style.setProperty("--changes", `linear-gradient(to right, ${diverging[theme]})`);
  root.style.setProperty("--down", diverging[theme][1]);
  root.style.setProperty("--up", diverging[theme][5]);
  view.shades = [shadeTable(sequential[theme]), shadeTable(diverging[theme])];
  view.ink = getComputedStyle(root).color;
  view.quiet = getComputedStyle(view.page.hatched).color;
  view.family = getComputedStyle(root).fontFamily;
}
