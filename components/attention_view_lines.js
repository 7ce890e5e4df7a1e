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

function weightOf(view, head, query, key, layer = view.state.layer) {
  const size = view.data.tokens.length;
  return view.trace.weights[layer][(head * size + query) * size + key];
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
    collect(view,
      one?.side === "left" ? only : view.queryList,
      one?.side === "right" ? only : view.keyList,
      Math.max(one && view.on.length === 1 ? 1 : FAINTEST, Math.round(state.threshold * 1000)));
  });
}

/**
 * view.lines: those of at least `least` thousandths, or the strongest of them. They stand by
 * strength, then head; `starts` says where each such group begins.
 */
function collect(view, queries, keys, least) {
  const { on } = view;
  const counts = countLines(view, queries, keys, least);
  const faintest = withinBudget(counts, on.length);
  const starts = new Int32Array(counts.length + 1);
  counts.forEach((count, group) => {
    starts[group + 1] = starts[group] + (group < faintest * on.length ? 0 : count);
  });
  const count = starts.at(-1);
  view.lines = { ...room(view.lines, count), starts, count, heads: on.length,
    left: counts.reduce((a, b) => a + b, 0) - count };
  const first = LEVEL_OF.findIndex((level) => level >= faintest);
  placeLines(view, queries, keys, Math.max(least, first));
}

/** Memory for lines, the same again where it is enough. */
function room(lines, count) {
  if (lines?.query.length >= count) return lines;
  const [query, key, packed] = [0, 1, 2].map(() => new Uint16Array(count));
  return { query, key, packed };
}

/** How many lines there are, by strength and head. */
function countLines({ data, trace, state, on }, queries, keys, least) {
  const size = data.tokens.length;
  const weights = trace.weights[state.layer];
  const counts = new Uint32Array(LEVELS * on.length);
  for (let nth = 0; nth < on.length; nth++) {
    for (let q = 0; q < queries.length; q++) {
      const row = (on[nth] * size + queries[q]) * size;
      for (let k = 0; k < keys.length; k++) {
        const strength = thousandths(weights[row + keys[k]]);
        if (strength >= least) counts[LEVEL_OF[strength] * on.length + nth]++;
      }
    }
  }
  return counts;
}

/** The faintest level that is drawn, so that the strongest lines are and not too many. */
function withinBudget(counts, heads) {
  let total = 0;
  for (let level = LEVELS - 1; level >= 0; level--) {
    for (let nth = 0; nth < heads; nth++) total += counts[level * heads + nth];
    if (total > LINES_DRAWN && level < LEVELS - 1) return level + 1;
  }
  return 0;
}

function placeLines({ data, trace, state, on, lines }, queries, keys, least) {
  const size = data.tokens.length;
  const weights = trace.weights[state.layer];
  const next = lines.starts.slice();
  for (let nth = 0; nth < on.length; nth++) {
    for (let q = 0; q < queries.length; q++) {
      const row = (on[nth] * size + queries[q]) * size;
      for (let k = 0; k < keys.length; k++) {
        const packed = weights[row + keys[k]];
        if (thousandths(packed) < least) continue;
        const at = next[LEVEL_OF[thousandths(packed)] * on.length + nth]++;
        lines.query[at] = queries[q];
        lines.key[at] = keys[k];
        lines.packed[at] = packed;
      }
    }
  }
}

/** Where the weight of the shown queries goes, as shares of one. */
function shareOut(view) {
  const { data, state, on } = view;
  const size = data.tokens.length;
  const weights = view.trace.weights[state.layer];
  const lowest = Math.round(state.threshold * 1000) << 6;
  const kind = range(size).map((key) => (!view.inFilter[key] ? 2 : view.keys[key] ? 0 : 1));
  // shown, hidden special, outside the filter, below the threshold, shown but too faint for a line
  const sums = [0, 0, 0, 0, 0];
  for (const head of on) {
    for (const query of view.queryList) {
      const row = (head * size + query) * size;
      for (let key = 0; key < size; key++) {
        const packed = weights[row + key];
        const shown = packed < lowest ? 3 : packed < FAINTEST << 6 ? 4 : 0;
        sums[kind[key] || shown] += packed - 32;
      }
    }
  }
  const total = sums.reduce((a, b) => a + b, 0);
  view.shares = total ? sums.map((sum) => sum / total) : null;
}

/** A canvas that covers what is on screen of the head view, blank; its zero is that of the stage. */
function blank(view, canvas) {
  const scale = devicePixelRatio;
  const [width, height] = [Math.round(view.width * scale), Math.round(view.height * scale)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, view.width, view.height);
  context.translate(0, -view.page.scroller.scrollTop);
  return context;
}

/** A canvas with nothing on it needs no memory. */
function release(canvas) {
  if (canvas.width > 1) Object.assign(canvas, { width: 1, height: 1 });
}

/** What follows the pointer: shares beside the tokens, and the line pointed at. */
function drawMarks(view, ready) {
  const { page, point } = view;
  const one = active(view);
  const line = point?.side === "line";
  page.root.classList.toggle("dim", line);
  if (!ready || !(one || line)) return release(page.marks);
  const context = blank(view, page.marks);
  if (one) drawStrip(view, context, one);
  if (line) drawLine(view, context, point);
  return undefined;
}

const middle = (view, side, token) => (view.rows[side].place[token] + 0.5) * view.row;

/** Several heads run side by side: px from the middle of the row. */
const shiftOf = (view, nth) => ((nth + 0.5) / view.on.length - 0.5) * 0.6 * view.row;

/**
 * The strongest lines, as many as a frame has time for. The fainter ones follow in the next
 * frames on a canvas below: groups from `drawn` to `strong`. (Drawing them on the same canvas with
 * "destination-over" takes five times longer.)
 */
function startLines(view, ready) {
  const { page, lines } = view;
  const groups = ready ? LEVELS * lines.heads : 0;
  const context = blank(view, page.lines);
  view.drawn = 0;
  view.strong = groups;
  for (let time = LINES_A_FRAME; time > 0 && view.strong > 0;) {
    time -= linesInSight(view, --view.strong, () => {});
  }
  for (let group = view.strong; group < groups; group++) drawGroup(view, context, group);
  if (view.strong) blank(view, page.faint);
  else release(page.faint);
}

/** All lines at once, fainter ones below. */
function paintLines(view) {
  const context = blank(view, view.page.lines);
  for (let group = 0; group < LEVELS * view.lines.heads; group++) drawGroup(view, context, group);
}

const PAINTERS = {
  lines: paintLines,
  faint: () => {}, // those are among the lines
  marks: (view) => drawMarks(view, true),
  thumbnails: (view) => paintThumbnails(view, Math.max(2, devicePixelRatio)),
};

function drawFaint(view) {
  if (view.drawn === view.strong) return;
  const context = view.page.faint.getContext("2d");
  for (let time = LINES_A_FRAME; time > 0 && view.drawn < view.strong;) {
    time -= drawGroup(view, context, view.drawn++);
  }
  if (view.drawn === view.strong) join(view.page);
}

/** All lines on one canvas, as if they had been drawn at once. */
function join({ lines, faint }) {
  const context = lines.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalAlpha = 1;
  context.globalCompositeOperation = "destination-over";
  context.drawImage(faint, 0, 0);
  context.globalCompositeOperation = "source-over";
  release(faint);
}

/**
 * The lines of one strength and head; says how many. Browsers draw one long path of thin lines ten
 * times sooner than of wide ones, so only strong lines are wider, where heads leave room between
 * them, and each is a path of its own.
 */
function drawGroup(view, context, group) {
  const { lines, from, to, row } = view;
  const weight = ((Math.floor(group / lines.heads) + 0.5) / LEVELS) ** 2;
  const one = active(view) !== null; // then lines are few, and may cover each other
  const room = one ? 5 : Math.min(3, Math.floor((0.6 * row) / lines.heads));
  const width = weight < (one ? 0.05 : 0.2) ? 1 : Math.min(room, 1 + (one ? 5 : 2) * weight);
  context.strokeStyle = view.headColours[view.on[group % lines.heads]];
  context.globalAlpha = weight ** (one ? 0.5 : 0.75);
  context.lineWidth = Math.max(1, width);
  context.beginPath();
  const count = linesInSight(view, group, (left, right) => {
    context.moveTo(from, left);
    context.lineTo(to, right);
    if (width <= 1) return;
    context.stroke();
    context.beginPath();
  });
  context.stroke();
  return count;
}

/** Calls `draw` with the heights of both ends of each line of a group; says how many there are. */
function linesInSight({ lines, row, rows, page, height, on }, group, draw) {
  const [left, right] = [rows.left.place, rows.right.place];
  const top = page.scroller.scrollTop;
  const shift = shiftOf({ on, row }, group % lines.heads) + row / 2;
  let count = 0;
  for (let i = lines.starts[group]; i < lines.starts[group + 1]; i++) {
    const y = left[lines.query[i]] * row + shift;
    const z = right[lines.key[i]] * row + shift;
    if (Math.max(y, z) < top || Math.min(y, z) > top + height) continue;
    count++;
    draw(y, z);
  }
  return count;
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
  context.font = `${view.digits}px ${view.font}`;
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
