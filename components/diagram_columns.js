const SPARE = 300; // px drawn to the left and right of what is in sight, so that scrolling is smooth
const FADE = 2; // em at each side, see .fade

/** Where everything stands; what the canvas and the page share is CSS variables and styles. */
function measure(view) {
  const { page, data } = view;
  const font = parseFloat(getComputedStyle(page.root).fontSize);
  const known = [view.done.rows, view.done.colours, page.scroller.clientWidth, font];
  const { at } = view.walk;
  const token = at === null ? view.state.query : data.steps[at]?.token ?? null;
  unless(view, "measured", known.join("/"), () => {
    // A reader who has scrolled away from the token is not taken back to it.
    if (view.left && isInSight(view, token)) view.revealed = null;
    view.size = font;
    page.root.classList.toggle("wide", page.root.clientWidth >= 45 * font);
    const label = view.rows.get("pieces").label.offsetWidth;
    view.margin = page.root.classList.contains("wide") ? label : 0;
    view.room = page.scroller.clientWidth - view.margin;
    measureColumns(view);
    page.stage.style.setProperty("--track", `${view.width}px`);
    page.stage.style.setProperty("--room", `${view.room}px`);
    page.frame.style.setProperty("--margin", `${view.margin}px`);
    placeChips(view);
    view.height = page.stage.clientHeight;
    for (const row of view.rows.values()) {
      row.top = row.track.offsetTop;
      row.tall = row.track.offsetHeight;
    }
    view.window = null;
  });
  if (view.revealed !== `${data.trace}/${at}/${token}`) {
    view.revealed = `${data.trace}/${at}/${token}`;
    if (token !== null) reveal(view, token);
  }
  measureWindow(view);
}

/** view.left and view.wide: where each token's column begins and how wide it is, in px. */
function measureColumns(view) {
  const { tokens, ids, segments, tags } = view.data;
  const context = view.page.lively.getContext("2d");
  const least = Math.round(2.6 * view.size);
  const most = Math.round(10 * view.size);
  const gap = view.size; // between the sentences
  context.font = `600 ${view.size * 1.05}px ${view.font}`;
  const wide = tokens.map((text, token) => {
    const needed = Math.max(context.measureText(text).width,
      context.measureText(ids[token]).width,
      tags?.[token] ? context.measureText(tags[token][0]).width : 0);
    return Math.min(most, Math.max(least, Math.ceil(needed + 0.6 * view.size)));
  });
  const gaps = gap * segments.filter((segment, i) => i && segment !== segments[i - 1]).length;
  const spare = view.room - gaps - wide.reduce((a, b) => a + b, 0);
  const more = Math.max(0, Math.min(2 * view.size, Math.floor(spare / tokens.length)));
  let at = 0;
  view.left = wide.map((width, token) => {
    if (token && segments[token] !== segments[token - 1]) at += gap;
    const here = at;
    at += width + more;
    return here;
  });
  view.wide = wide.map((width) => width + more);
  view.least = Math.min(...view.wide);
  view.width = Math.max(at, Math.min(view.room, 36 * view.size)); // room for what stays in sight
}

const middle = (view, token) => view.left[token] + view.wide[token] / 2;

function placeChips(view) {
  for (const chips of [view.pieces, view.outputs]) {
    chips.forEach((chip, token) => {
      chip.style.left = `${view.left[token] + 1}px`;
      chip.style.width = `${view.wide[token] - 2}px`;
    });
  }
  view.spans.forEach((span, nth) => {
    const own = range(view.data.tokens.length).filter((token) => view.data.segments[token] === nth);
    const [first, last] = [own[0] ?? 0, own.at(-1) ?? 0];
    span.style.left = `${view.left[first]}px`;
    span.style.width = `${view.left[last] + view.wide[last] - view.left[first]}px`;
  });
}

/** What the canvas covers; it moves only when what is in sight would leave it. */
function measureWindow(view) {
  const from = view.page.scroller.scrollLeft;
  const width = Math.min(view.width, view.room + 2 * SPARE);
  const old = view.window;
  const inside = old && old.left <= from && from + view.room <= old.left + old.width;
  if (inside && old.width === width) return;
  const left = Math.max(0, Math.min(view.width - width, from - SPARE));
  view.window = { left, width };
}

/** The token whose column is at this x of the track; null beside the columns. */
function tokenAt(view, x) {
  const token = view.left.findLastIndex((left) => left <= x);
  return token >= 0 && x < view.left[token] + view.wide[token] ? token : null;
}

/** Whether the middle of the token's column is in sight. */
function isInSight(view, token) {
  const at = middle(view, token) - view.page.scroller.scrollLeft;
  return at >= 0 && at <= view.room;
}

/** Scroll inside the figure until the token's column is in sight. */
function reveal(view, token) {
  const { scroller } = view.page;
  const beside = FADE * view.size;
  const [left, right] = [view.left[token], view.left[token] + view.wide[token]];
  if (left < scroller.scrollLeft) scroller.scrollLeft = left - beside;
  else if (right > scroller.scrollLeft + view.room) {
    scroller.scrollLeft = right - view.room + beside;
  }
}
