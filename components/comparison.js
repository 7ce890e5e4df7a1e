// The comparison: one head's weights in sentence A and in sentence B, and how every head's weights
// moved. Gets a small JSON; the weights come by way of attention_weights.js. Joined to one script:
//
//   elements.js, colours.js, meeting.js   what other figures need too
//   comparison.js             what the reader looks at; when what is drawn
//   comparison_weights.js     weights by place, and the ranking of the heads
//   comparison_page.js        the elements, built once; the words as a line, and as options
//   comparison_ranking.js     the heads as a list
//   comparison_arrows.js      the heads as arrows from A to B
//   comparison_names.js       which arrows have their names written, and where
//   comparison_heatmaps.js    A, B − A and B as pictures
//   comparison_words.js       the same in text
//   comparison_events.js      pointing, keys, controls
//   views.js                  a figure comes, changes and goes; what is chosen in it
//
// A place is where a token of A, a token of B, or one of each stands: see backend/two_sentences.py.
// Every change goes through `redraw`: one animation frame, in which each part does its work only
// if what it depends on has changed (`unless`). Whatever a person typed is set as textContent.

const KIND = "comparison";
const SEND_AFTER = 200; // ms of rest before the server is told of choices in a row
const WIDE = 48; // em; from here the list stands beside the arrows, and the pictures side by side
const STRONGEST = 0.5; // change from which on the colour of a difference is the strongest

/** ownKeys: whether the reader, not the server, chose the keys in this text. */
const newState = () => ({ layer: 0, head: 0, query: 0, keys: [], ownKeys: false });

function renew(view, another) {
  if (!another) return;
  view.pointed = view.cell = null;
  view.state.ownKeys = false;
}

function clamp(state, data) {
  state.layer = Math.min(state.layer, data.layers - 1);
  state.head = Math.min(state.head, data.heads - 1);
}

const isShared = (data, place) => data.places[place]?.every((token) => token >= 0);

/**
 * The server counts tokens as A has them. Keys go only if the reader chose them, and the head only
 * where there are heads: else the server keeps the reader's.
 */
function choiceOf({ data, state: { layer, head, query, keys, ownKeys } }) {
  const token = (place) => data.places[place][0];
  const chosen = { layer, query: token(query), ...(data.words.layered ? {} : { head }) };
  return ownKeys ? { ...chosen, keys: keys.map(token) } : chosen;
}

const isMissing = (view) => !hasHead(view) || !hasRows(view);

function redraw(view) {
  view.frame ||= requestAnimationFrame(() => {
    view.frame = 0;
    const begun = performance.now();
    if (!view.data || !render(view)) return;
    const { layer, head, query } = view.state;
    const drawn = `${view.data.weights}/${layer}/${head}/${query}`;
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
  const asked = `${data.weights}/${data.counted}/${state.query}`;
  unless(view, "colours", colourKey(page.root), readColours);
  unless(view, "size", `${page.root.clientWidth}/${getComputedStyle(page.root).fontSize}/${presentedRoom(page.root)}`, measure);
  unless(view, "line", data.trace, buildLine);
  unless(view, "options", data.trace, buildOptions);
  unless(view, "list", `${data.layers}/${data.heads}/${data.words.layered}`, buildHeads);
  unless(view, "words", data.words.exact, writeWords);
  if (rows) unless(view, "ranking", asked, showRanking);
  const plot = [asked, state.keys, view.done.size].join("/");
  if (rows) unless(view, "arrows", plot, showArrows);
  const pointed = JSON.stringify(view.pointed);
  unless(view, "marks", [view.done.line, view.done.arrows, state.layer, state.head, state.query,
    state.keys, pointed].join("/"), showMarks);
  const grid = [data.weights, state.layer, state.head, view.done.size, view.done.colours,
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
  view.wide = view.width >= WIDE * view.font;
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
