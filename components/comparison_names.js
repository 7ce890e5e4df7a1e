const NAMED = 3; // heads that are named beside the chosen one
const HIGH = 22; // px of a line of text in the drawing
const RISE = 16; // px of it above the foot of its letters

/** The heads whose weight on one of the two keys moves most, if it moves in what is shown. */
function strongest(points) {
  const moves = points.map((point) => ({ point, by: Math.max(...point.to.map((weight, n) =>
    Math.abs(weight - point.from[n]))) }));
  return new Set(moves.filter(({ by }) => by >= 0.0005).sort((one, other) => other.by - one.by)
    .slice(0, NAMED).map(({ point }) => point));
}

/** The names of these arrows, each beside its own, where it covers least. */
function namesOf(view, arrows) {
  const taken = [];
  const points = arrows.flatMap(({ from, to }) => range(9).map((n) =>
    view.toPixels(from.map((weight, axis) => weight + ((to[axis] - weight) * n) / 8))));
  return arrows.flatMap((one) => {
    const letters = one.group.classList.contains("chosen") ? lettersOf(view, one, taken) : [];
    return [...letters, placed(view, one, shortName(view, one.layer, one.head), taken, points)];
  });
}

/** A and B at the two ends of the chosen arrow, if there is room for both. */
function lettersOf(view, { from, to }, taken) {
  const ends = [from, to].map(view.toPixels);
  if (Math.hypot(ends[0][0] - ends[1][0], ends[0][1] - ends[1][1]) < 24) return [];
  return ends.map(([x, y], n) => {
    taken.push({ left: x - 7, right: x + 7, top: y + 20 - RISE, bottom: y + 20 - RISE + HIGH });
    return lettering("letter", x, y + 20, "AB"[n], "middle");
  });
}

/** A name near an arrow's tip or its other end: where it is over the fewest names and arrows. */
function placed(view, { from, to }, content, taken, points) {
  const width = content.length * 7.5;
  const sides = [to, from].map(view.toPixels).flatMap(([x, y]) => [-4, 18, -26].flatMap((down) =>
    [x + 12, x - 12 - width, x - width / 2].map((left) => ({ left, right: left + width,
      top: y + down - RISE, bottom: y + down - RISE + HIGH }))));
  const costs = sides.map((box) => costOf(view, box, taken, points));
  const box = sides[costs.indexOf(Math.min(...costs))];
  taken.push(box);
  return lettering("name", box.left, box.top + RISE, content, "start");
}

function costOf({ page, toPixels }, box, taken, points) {
  const [zero, edge] = [toPixels([0, 0]), page.plot.viewBox.baseVal.width];
  const outside = box.left < zero[0] + 2 || box.right > edge || box.top < 0 || box.bottom > zero[1] - 2;
  const over = taken.filter((other) => box.left < other.right && other.left < box.right
    && box.top < other.bottom && other.top < box.bottom).length;
  const covered = points.filter(([x, y]) => x > box.left - 4 && x < box.right + 4 && y > box.top
    && y < box.bottom).length;
  return 100 * outside + 50 * over + covered;
}

function lettering(className, x, y, content, anchor) {
  const made = drawn("text", { class: className, x, y, "text-anchor": anchor });
  made.textContent = content;
  return made;
}
