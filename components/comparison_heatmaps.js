const TITLES = ["A", "B − A", "B"];
const GAP = 22; // px between two pictures
const PITCH = 15; // px from one name to the next, where all are written
const SPARSE = 20; // px from one name to the next, where only some are
const EDGE = 9; // px for the half of a name that stands over the last column

/** Sizes of the pictures; their colours, one pixel a weight, or the strongest under each pixel. */
function paintGrids(view) {
  const { data, page } = view;
  const count = data.places.length;
  view.context = page.canvas.getContext("2d");
  view.context.font = `${view.font}px ${view.family}`;
  const longest = 7.5 * view.font;
  const names = data.names.map((name) => Math.min(longest, view.context.measureText(name).width));
  const label = Math.ceil(Math.max(...names)) + 8;
  const across = view.wide ? 3 : 1;
  const room = (view.width - label - EDGE - (across - 1) * GAP) / across;
  const side = room >= 2 * count ? Math.min(34, Math.floor(room / count)) * count : Math.floor(room);
  const head = Math.round(view.font * 1.7);
  view.grid = { count, side, label, top: head + label, cell: side / count, longest, across };
  view.grid.corners = range(3).map((n) => (view.wide ? [label + n * (side + GAP), view.grid.top]
    : [label, view.grid.top + n * (view.grid.top + side + GAP)]));
  setCanvas(view);
  const pixels = Math.min(count, Math.floor(side * devicePixelRatio));
  view.images = colourGrids(view, pixels);
}

function setCanvas(view) {
  const { canvas } = view.page;
  const { side, corners } = view.grid;
  const [width, height] = [view.width, corners[2][1] + side + 4];
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
}

/** A, B − A and B as small canvases of `size` x `size` pixels; clear where a word is missing. */
function colourGrids(view, size) {
  const { count } = view.grid;
  const readers = [headReader(view, 0), headReader(view, 1)];
  const has = [0, 1].map((side) => Uint8Array.from(view.data.places, (pair) => pair[side] >= 0));
  const bins = Uint16Array.from(range(count), (n) => Math.floor((n * size) / count));
  const strongest = range(3).map(() => new Float32Array(size * size).fill(NaN));
  for (let query = 0; query < count; query++) {
    for (let key = 0; key < count; key++) {
      const at = bins[query] * size + bins[key];
      const [inA, inB] = has.map((present) => present[query] && present[key]);
      const [a, b] = [inA ? readers[0](query, key) : 0, inB ? readers[1](query, key) : 0];
      if (inA) keepStronger(strongest[0], at, weightOf(a));
      if (inB) keepStronger(strongest[2], at, weightOf(b));
      if (inA && inB) keepStronger(strongest[1], at, changeOf(a, b));
    }
  }
  view.largest = view.data.words.layered ? largestOf(strongest) : 1;
  writeScale(view);
  return strongest.map((values, n) => imageOf(values, size, view.shades[n % 2], n === 1, view.largest));
}

/** The largest weight of A and B: whole layers spread thinly, their colours end there. */
function largestOf([a, , b]) {
  const most = (values) => values.reduce((found, value) => (value > found ? value : found), 0);
  return Math.max(most(a), most(b)) || 1;
}

function keepStronger(values, at, value) {
  if (!(Math.abs(values[at]) >= Math.abs(value))) values[at] = value;
}

function imageOf(values, size, shades, difference, largest) {
  const image = new ImageData(size, size);
  const pixels = new Uint32Array(image.data.buffer);
  values.forEach((value, at) => {
    if (Number.isNaN(value)) return;
    const part = difference ? (value / (STRONGEST * largest) + 1) / 2 : value / largest;
    pixels[at] = shades[Math.round(255 * Math.max(0, Math.min(1, part)))];
  });
  const canvas = element("canvas", { width: size, height: size });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

const PAINTERS = {
  canvas: (view) => {
    const { canvas } = view.page;
    const [width, height] = [view.width, view.grid.corners[2][1] + view.grid.side + 4];
    Object.assign(canvas, { width: width * devicePixelRatio, height: height * devicePixelRatio });
    paintPictures({ ...view, context: canvas.getContext("2d") });
  },
};

/** Pictures, names, frames around the query's row and the keys' columns, and what is pointed at. */
function paintPictures(view) {
  const { context, grid, page } = view;
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  context.clearRect(0, 0, page.canvas.width, page.canvas.height);
  context.imageSmoothingEnabled = false;
  grid.corners.forEach((corner, nth) => {
    paintHatch(view, corner);
    context.drawImage(view.images[nth], corner[0], corner[1], grid.side, grid.side);
    paintTitle(view, corner, TITLES[nth]);
    paintFrames(view, corner);
    paintNames(view, corner, "columns");
    if (nth === 0 || grid.across === 1) paintNames(view, corner, "rows");
  });
}

function paintHatch({ context, grid: { side }, quiet }, [left, top]) {
  context.save();
  context.beginPath();
  context.rect(left, top, side, side);
  context.clip();
  context.strokeStyle = quiet;
  context.globalAlpha = 0.55;
  context.beginPath();
  for (let at = -side; at < side; at += 6) {
    context.moveTo(left + at, top + side);
    context.lineTo(left + at + side, top);
  }
  context.stroke();
  context.restore();
}

function paintTitle(view, [left, top], title) {
  const { context, grid } = view;
  context.fillStyle = view.ink;
  context.font = `600 ${Math.round(view.font * 1.1)}px ${view.family}`;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  context.fillText(title, left, top - grid.label - 6);
}

function paintFrames(view, [left, top]) {
  const { context, grid: { cell, side }, state } = view;
  context.lineWidth = 1;
  context.strokeStyle = view.quiet;
  context.strokeRect(left - 0.5, top - 0.5, side + 1, side + 1);
  const row = (place, width) => frame(context, left, top + place * cell, side, cell, width);
  const column = (place, width) => frame(context, left + place * cell, top, cell, side, width);
  context.strokeStyle = view.ink;
  row(state.query, 2);
  for (const key of state.keys) column(key, 1);
  if (!view.cell) return;
  row(view.cell.query, 1);
  column(view.cell.key, 1);
  frame(context, left + view.cell.key * cell, top + view.cell.query * cell, cell, cell, 3);
}

/** A frame of at least a few pixels, however small what it frames is. */
function frame(context, x, y, width, height, line) {
  const more = (size) => Math.max(0, 4 - size) / 2;
  context.lineWidth = line;
  context.strokeRect(x - more(width), y - more(height), width + 2 * more(width), height + 2 * more(height));
}

/** Names of rows or columns: of all where there is room, else of some, of those in question first. */
function paintNames(view, [left, top], which) {
  const { context, grid: { count, cell, longest }, state, data, cell: pointed } = view;
  const [chosen, other] = which === "rows" ? [[state.query], pointed?.query] : [state.keys, pointed?.key];
  const first = [...(other === undefined ? [] : [other]), ...chosen];
  const taken = [];
  context.textBaseline = "middle";
  for (const place of [...first, ...evenly(count, cell)]) {
    const at = (place + 0.5) * cell;
    if (taken.some((one) => Math.abs(one - at) < PITCH - 1)) continue;
    taken.push(at);
    context.font = `${first.includes(place) ? 700 : 400} ${view.font}px ${view.family}`;
    context.fillStyle = view.ink;
    const name = fitted(context, data.names[place], longest);
    if (which === "rows") {
      context.textAlign = "right";
      context.fillText(name, left - 6, top + at);
    } else {
      context.save();
      context.translate(left + at, top - 6);
      context.rotate(-Math.PI / 2);
      context.textAlign = "left";
      context.fillText(name, 0, 0);
      context.restore();
    }
  }
}

/** Places so far apart that their names fit. */
function evenly(count, cell) {
  const step = cell >= PITCH - 1 ? 1 : Math.ceil(SPARSE / cell);
  return range(Math.ceil(count / step)).map((n) => n * step);
}

function fitted(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  let letters = Array.from(text);
  while (letters.length > 1 && context.measureText(`${letters.join("")}…`).width > width) {
    letters = letters.slice(0, -1);
  }
  return `${letters.join("")}…`;
}

/** The weight under a point of the canvas; null beside the pictures. */
function cellAt({ grid }, x, y) {
  for (const [left, top] of grid?.corners ?? []) {
    const [across, down] = [x - left, y - top];
    if (across >= 0 && down >= 0 && across < grid.side && down < grid.side) {
      return { query: Math.floor(down / grid.cell), key: Math.floor(across / grid.cell) };
    }
  }
  return null;
}
