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
  const points = arrows.flatMap((of) => range(9).map((n) => ({ of,
    at: view.toPixels(of.from.map((weight, axis) => weight + ((of.to[axis] - weight) * n) / 8)) })));
  return arrows.flatMap((one) => {
    const letters = one.group.classList.contains("chosen") ? lettersOf(view, one, taken, points) : [];
    return [...letters, placed(view, one, shortName(view, one.layer, one.head), taken, points)];
  });
}

/** A and B at the two ends of the chosen arrow, on from it if that is free, if there is room for both. */
function lettersOf(view, one, taken, points) {
  const [start, end] = [one.from, one.to].map(view.toPixels);
  const length = Math.hypot(end[0] - start[0], end[1] - start[1]);
  if (length < 24) return [];
  const along = [(end[0] - start[0]) / length, (end[1] - start[1]) / length];
  return [start, end].map(([x, y], n) => {
    const on = along.map((part) => (n ? part : -part));
    const boxes = [on, [0, 1], [0, -1], [1, 0], [-1, 0]].map(([right, down]) => {
      const [across, middle] = [x + 17 * right, y + 17 * down];
      return { left: across - 7, right: across + 7, top: middle - HIGH / 2, bottom: middle + HIGH / 2 };
    });
    const box = best(view, one, boxes, taken, points);
    return lettering("letter", box.left + 7, box.top + RISE, "AB"[n], "middle");
  });
}

/** A name near an arrow's tip or its other end. */
function placed(view, one, content, taken, points) {
  const width = content.length * 7.5;
  const boxes = [one.to, one.from].map(view.toPixels).flatMap(([x, y]) => [-4, 18, -26].flatMap((down) =>
    [x + 12, x - 12 - width, x - width / 2].map((left) => ({ left, right: left + width,
      top: y + down - RISE, bottom: y + down - RISE + HIGH }))));
  const box = best(view, one, boxes, taken, points);
  return lettering("name", box.left, box.top + RISE, content, "start");
}

/** The box over the fewest names and arrows, which is then taken; the first of several. */
function best(view, one, boxes, taken, points) {
  const costs = boxes.map((box) => costOf(view, one, box, taken, points));
  const box = boxes[costs.indexOf(Math.min(...costs))];
  taken.push(box);
  return box;
}

function costOf({ page, toPixels }, one, box, taken, points) {
  const [zero, edge] = [toPixels([0, 0]), page.plot.viewBox.baseVal.width];
  const outside = box.left < zero[0] + 2 || box.right > edge || box.top < 0 || box.bottom > zero[1] - 2;
  const over = taken.filter((other) => box.left < other.right && other.left < box.right
    && box.top < other.bottom && other.top < box.bottom).length;
  const covered = points.filter(({ at: [x, y] }) => x > box.left - 4 && x < box.right + 4 && y > box.top
    && y < box.bottom).length;
  const away = (own) => Math.min(...points.filter(({ of }) => (of === one) === own)
    .map(({ at: [x, y] }) => Math.hypot(x - (box.left + box.right) / 2, y - (box.top + box.bottom) / 2)));
  const mistaken = away(false) < away(true); // nearer to another arrow than to its own
  return 100 * outside + 50 * over + 3 * mistaken + covered;
}

function lettering(className, x, y, content, anchor) {
  const made = drawn("text", { class: className, x, y, "text-anchor": anchor });
  made.textContent = content;
  return made;
}
