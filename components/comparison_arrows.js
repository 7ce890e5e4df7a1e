const PLOT = { left: 58, bottom: 52, top: 14, right: 14 };
const MOST_PIXELS = 430;
const LETTERS = 14.4; // px of letters for which the drawing is measured; with larger ones all grows

/** Every head as an arrow: weight on one key across, on the other up; it leads from A to B. */
function showArrows(view) {
  const { page, data, state } = view;
  const { plot } = page;
  if (state.keys.length < 2) return plot.replaceChildren();
  const points = arrowsOf(view);
  const scale = view.font / LETTERS;
  const presented = presentedRoom(page.root);
  const above = view.wide ? below(page.root, plot) : 0; // else the list is above, out of sight
  const most = presented === null ? MOST_PIXELS : (presented - above) / scale;
  const side = Math.min(most, (view.wide ? view.width * 0.48 : view.width) / scale);
  const inner = side - PLOT.left - PLOT.right;
  const height = inner + PLOT.top + PLOT.bottom;
  const ends = scaleOf(Math.max(...points.flatMap(({ from, to }) => [...from, ...to])));
  view.toPixels = ([x, y]) => [PLOT.left + (x / ends.most) * inner,
    PLOT.top + inner - (y / ends.most) * inner];
  plot.setAttribute("viewBox", `0 0 ${side} ${height}`);
  plot.setAttribute("width", side * scale);
  plot.setAttribute("height", height * scale);
  const names = state.keys.map((key) => data.names[key]);
  const strong = strongest(points);
  view.arrows = points.map((point) => ({ ...point, strong: strong.has(point),
    group: arrow(view, point, names, strong.has(point)) }));
  plot.replaceChildren(axes(view, { ...ends, inner }, names),
    ...[false, true].flatMap((is) => view.arrows.filter((one) => one.strong === is))
      .map(({ group }) => group),
    drawn("g", { class: "above", "aria-hidden": "true" }));
}

/** Px from the top of one element down to that of another. */
const below = (one, other) =>
  other.getBoundingClientRect().top - one.getBoundingClientRect().top;

function arrowsOf(view) {
  const { layers, heads } = view.data;
  const [a, b] = [rowReader(view, 0), rowReader(view, 1)];
  return range(layers * heads).map((n) => {
    const [layer, head] = [Math.floor(n / heads), n % heads];
    const at = (read) => view.state.keys.map((key) => weightOf(read(layer, head, key)));
    return { layer, head, from: at(a), to: at(b) };
  });
}

/** The end of both axes, which is the same so that the diagonal is one, and their step. */
function scaleOf(largest) {
  const step = [0.02, 0.05, 0.1].find((size) => largest <= 5 * size) ?? 0.2;
  const part = Math.min(step, 0.1);
  return { most: part * Math.max(1, Math.ceil(largest / part - 1e-6)), step };
}

function axes(view, { most, step, inner }, names) {
  const [zero, end] = [view.toPixels([0, 0]), view.toPixels([most, most])];
  const line = (name, [x1, y1], [x2, y2]) => drawn("line", { class: name, x1, y1, x2, y2 });
  const text = (name, x, y, content, more = {}) => {
    const made = drawn("text", { class: name, x, y, ...more });
    made.textContent = content;
    return made;
  };
  const middle = [(zero[0] + end[0]) / 2, (zero[1] + end[1]) / 2];
  const longest = Math.floor(inner / (0.62 * LETTERS)) - 10;
  const titles = names.map((name) => `${view.data.words.on} ${shortened(name, longest)}`);
  const centred = { "text-anchor": "middle" };
  const ticks = range(Math.floor(most / step + 1e-6) + 1).flatMap((n) => {
    const value = step * n;
    const [x, y] = view.toPixels([value, value]);
    const content = String(Number(value.toFixed(2)));
    return [line("rule", [x, zero[1]], [x, end[1]]), line("rule", [zero[0], y], [end[0], y]),
      text("tick", x, zero[1] + 18, content, centred),
      text("tick", zero[0] - 7, y + 5, content, { "text-anchor": "end" })];
  });
  return drawn("g", { class: "axes", "aria-hidden": "true" }, ...ticks,
    line("diagonal", zero, end),
    text("title", middle[0], zero[1] + 42, titles[0], centred),
    text("title", 14, middle[1], titles[1],
      { ...centred, transform: `rotate(-90 14 ${middle[1]})` }));
}

function shortened(text, longest) {
  const letters = Array.from(text);
  return letters.length > longest ? `${letters.slice(0, longest - 1).join("")}…` : text;
}

function arrow(view, { layer, head, from, to }, names, strong) {
  const [[x1, y1], [x2, y2]] = [view.toPixels(from), view.toPixels(to)];
  const numbers = names.map((name, n) => `${name} ${from[n].toFixed(3)} to ${to[n].toFixed(3)}`);
  const made = drawn("g", { class: strong ? "arrow strong" : "arrow", role: "option", tabindex: -1,
    "aria-label": `${nameOf(view, layer, head)}: ${numbers.join(", ")}` },
  drawn("line", { class: "hit", x1, y1, x2, y2 }),
  drawn("line", { class: "shaft", x1, y1, x2, y2 }),
  drawn("circle", { class: "start", cx: x1, cy: y1, r: 4 }),
  tip(x1, y1, x2, y2));
  Object.assign(made.dataset, { layer, head });
  return made;
}

/** A point of an arrow at (x2, y2); a dot where the arrow is too short to point anywhere. */
function tip(x1, y1, x2, y2) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (length < 6) return drawn("circle", { class: "tip", cx: x2, cy: y2, r: 2.5 });
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const corner = (back, aside) => `${x2 - dx * back - dy * aside},${y2 - dy * back + dx * aside}`;
  return drawn("polygon", { class: "tip", points: [corner(0, 0), corner(11, 5), corner(11, -5)].join(" ") });
}

/** The chosen arrow and the one pointed at stand above the others; they and the strongest have names. */
function markArrows(view) {
  const { state, pointed, page } = view;
  const above = page.plot.querySelector(".above");
  if (!above) return;
  const is = (one, arrow) => one && arrow.layer === one.layer && arrow.head === one.head;
  for (const one of view.arrows) {
    one.group.classList.toggle("chosen", is(state, one));
    one.group.classList.toggle("pointed", Boolean(is(pointed, one)));
    one.group.setAttribute("aria-selected", `${is(state, one)}`);
    one.group.setAttribute("tabindex", is(state, one) ? 0 : -1);
    if (view.plotFocused && is(state, one)) one.group.focus({ preventScroll: true });
  }
  const isMarked = (one) => is(state, one) || is(pointed, one);
  const marked = view.arrows.filter(isMarked);
  const strong = view.arrows.filter((one) => one.strong && !isMarked(one));
  above.replaceChildren(...marked.map(({ group }) => shapeOf(group)),
    ...namesOf(view, [...marked, ...strong]));
}

/** The same arrow once more, for the eye only. */
function shapeOf(group) {
  const shape = drawn("g", { class: group.getAttribute("class") });
  shape.append(...group.cloneNode(true).childNodes);
  return shape;
}
