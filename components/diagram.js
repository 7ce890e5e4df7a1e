// The living diagram: gets a small JSON, and draws, points and walks in the browser without asking
// the server. Its numbers come by way of diagram_packet.js. Joined to one script:
//
//   elements.js, colours.js, token_names.js   what other figures need too
//   meeting.js           where the numbers are found
//   diagram.js           what the reader looks at; when what is drawn
//   diagram_page.js      the elements
//   diagram_columns.js   where each token and each row stands; what is in sight
//   diagram_reach.js     telling what is in sight, and the ways to the rest
//   diagram_lines.js     which lines there are, and drawing them
//   diagram_paint.js     everything else on the canvas, and the heads' small pictures
//   diagram_walk.js      playing, step by step
//   diagram_words.js     the same in text
//   diagram_events.js    pointing, keys, links
//   views.js             a figure comes, changes and goes; what is chosen in it
//
// Every change goes through `redraw`: one animation frame, in which each part does its work only
// if what it depends on has changed (`unless`). Whatever a person typed is set as textContent.

const KIND = "diagram";
const SEND_AFTER = 50; // ms of rest before the server is told of choices in a row

const newState = () => ({ layer: 0, head: 0, query: null, lines: "head" });

function renew(view, another) {
  const { data } = view;
  if (another) {
    view.point = view.over = view.window = null;
    showAll(view);
  }
  view.shape = JSON.stringify([data.trace, data.tags, data.rows.map(({ href, ...row }) => row)]);
  view.pair = data.segments.includes(1);
}

function clamp(state, data) {
  state.layer = Math.min(state.layer, data.layers - 1);
  state.head = Math.min(state.head, data.heads - 1);
  if (state.query !== null && state.query >= data.tokens.length) state.query = null;
}

function choiceOf({ state: { layer, head, query, lines } }) {
  return { layer, head, query, lines };
}

/** Another head's lines come later than its mark, which can be drawn. */
const isMissing = () => false;

function redraw(view) {
  view.frame ||= requestAnimationFrame((now) => {
    view.frame = 0;
    if (!view.data || !render(view, now)) return;
    view.page.root.dataset.drawn = view.data.trace;
    view.page.root.dataset.lines = drawnLines(view);
    if (isMoving(view)) redraw(view);
  });
}

/** True once it is on screen. */
function render(view, now) {
  const { data, page } = view;
  view.packet = MEETING.packets.get(data.packet) ?? null;
  if (!view.packet || !page.root.clientWidth) return false; // its bytes are still on the way
  unless(view, "names", data.trace, nameTokens);
  unless(view, "rows", view.shape, buildRows);
  unless(view, "links", `${view.done.rows}/${data.rows.map(({ href }) => href)}`, setLinks);
  unless(view, "colours", colourKey(page.root), readColours);
  unless(view, "counted", data.packet, countLines);
  measure(view);
  unless(view, "bar", view.size, watchBar);
  unless(view, "decks", `${data.trace}/${view.done.rows}/${view.done.colours}`, paintDecks);
  stepTo(view, now);
  const sight = [data.packet, view.done.measured, view.done.colours, view.window.left,
    devicePixelRatio, view.walk.at].join("/");
  unless(view, "lines", `${sight}/${isMoving(view)}`, paintLines);
  unless(view, "still", `${sight}/${view.walk.part}`, paintStill);
  unless(view, "lively", `${sight}/${view.walk.part}/${view.lit}`, paintLively);
  showState(view);
  showReach(view);
  return true;
}

function readColours(view) {
  const { root } = view.page;
  const style = getComputedStyle(root);
  const theme = themeOf(root);
  root.dataset.theme = theme;
  const { sequential, diverging, heads } = view.data.palette;
  view.headColours = heads[theme];
  view.shades = shadeTable(sequential[theme]);
  [view.low, view.high] = [diverging[theme][1], diverging[theme].at(-2)];
  view.ink = style.color;
  view.font = style.fontFamily;
  view.ground = style.getPropertyValue("--ground").trim();
  view.segments = ["--a", "--b"].map((name) => style.getPropertyValue(name).trim());
  view.quiet = style.getPropertyValue("--quiet").trim();
}
