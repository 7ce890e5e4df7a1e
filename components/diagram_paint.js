const ADDED = ["token", "segment", "position"]; // rows with one scale, so that they can be compared
const LIT_NUMBERS = 3; // a layer's weights written above the circles the lit token reads from
const LEAST_NUMBER = 50; // thousandths

/** How much of a layer's lines there is: they are up before its circles come. */
const linesShown = (view, layer) => Math.min(1, 1.25 * shownOf(view, `layer-${layer}`));

/** The lines of all tokens in the layers that the walk has been through. */
function paintLines(view) {
  const context = blank(view, view.page.lines);
  for (let layer = 0; layer < view.data.layers; layer++) {
    if (shownOf(view, `layer-${layer}`) === 1) drawLayer(view, context, layer, 1);
  }
}

/** What pointing does not change. */
function paintStill(view) {
  const context = blank(view, view.page.still);
  paintStems(view, context);
  paintBars(view, context);
  paintSigns(view, context);
  paintVectorNames(view, context);
}

/** What changes with the token that is lit and while the walk moves. */
function paintLively(view) {
  const context = blank(view, view.page.lively);
  const layers = range(view.data.layers);
  if (view.lit !== null) paintColumn(view, context);
  for (const layer of layers) {
    const shown = linesShown(view, layer);
    if (shown && shownOf(view, `layer-${layer}`) < 1) drawLayer(view, context, layer, shown);
    if (shown && view.lit !== null) drawLit(view, context, layer, shown);
  }
  paintCircles(view, context, -1, shownOf(view, "sum"));
  for (const layer of layers) {
    paintCircles(view, context, layer, Math.max(0, 5 * shownOf(view, `layer-${layer}`) - 4));
  }
  if (view.lit !== null) paintNumbers(view, context);
}

const PAINTERS = { lines: paintLines, still: paintStill, lively: paintLively };

function blank(view, canvas) {
  const { left, width } = view.window;
  const scale = devicePixelRatio;
  const [wide, tall] = [Math.round(width * scale), Math.round(view.height * scale)];
  if (canvas.width !== wide || canvas.height !== tall) {
    Object.assign(canvas, { width: wide, height: tall });
    Object.assign(canvas.style, { width: `${width}px`, height: `${view.height}px` });
  }
  canvas.style.left = `${view.margin + left}px`;
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.globalAlpha = 1;
  context.clearRect(0, 0, width, view.height);
  context.translate(-left, 0);
  return context;
}

/** Calls `draw` with each token whose column is in sight. */
function eachColumn(view, draw) {
  const { left, width } = view.window;
  view.left.forEach((at, token) => {
    if (at + view.wide[token] > left && at < left + width) draw(token, middle(view, token));
  });
}

/** The lit token's way from the bottom to the top. */
function paintColumn(view, context) {
  const { at } = view.walk;
  const reached = at === null ? "output" : view.data.steps[at].parts.at(-1);
  const bottom = view.rows.get("pieces");
  const top = Math.min(bottom.top, view.rows.get(reached).top);
  context.globalAlpha = 0.13;
  context.fillStyle = lineColour(view);
  context.beginPath();
  context.roundRect(view.left[view.lit], top, view.wide[view.lit],
    bottom.top + bottom.tall - top, 8);
  context.fill();
}

/** What is handed on unchanged: from the pieces up, and from the last layer to the tags. */
function paintStems(view, context) {
  const bottom = (part) => view.rows.get(part).top + view.rows.get(part).tall;
  const { top } = view.rows.get("pieces");
  const last = view.data.layers - 1;
  const name = view.rows.get("vectors");
  const stems = [
    ["pieces", top, bottom("token")],
    ["vectors", circleAt(view, last), bottom("vectors")],
    ["classification", name.top, bottom("classification")],
    ["output", view.rows.get("classification").top, bottom("output")],
  ];
  context.strokeStyle = view.quiet;
  context.lineWidth = 1.5;
  for (const [part, from, to] of stems) {
    const step = part === "pieces" ? "token" : part;
    context.globalAlpha = 0.15 + 0.55 * shownOf(view, step);
    context.beginPath();
    eachColumn(view, (_, x) => { context.moveTo(x, from); context.lineTo(x, to); });
    context.stroke();
  }
}

/** The first numbers of each vector: up and blue above zero, down and brown below. */
function paintBars(view, context) {
  const { rows, tokens, numbers, vectors } = view.packet;
  const size = tokens * numbers;
  const largest = rows.map((_, nth) => largestOf(vectors.subarray(nth * size, (nth + 1) * size)));
  const together = Math.max(...rows.map((row, nth) => (ADDED.includes(row) ? largest[nth] : 0)));
  rows.forEach((part, nth) => {
    const scale = ADDED.includes(part) ? together : largest[nth];
    const row = view.rows.get(part);
    const most = Math.min(1.25 * view.size, 0.37 * row.tall); // up, and down
    const zero = row.top + row.tall - most - 0.1 * view.size;
    const shown = shownOf(view, part);
    eachColumn(view, (token, x) => {
      const values = vectors.subarray(nth * size + token * numbers, nth * size + (token + 1) * numbers);
      barsOf(view, context, values, x, zero, (most * shown) / scale);
    });
  });
}

const largestOf = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);

function barsOf(view, context, values, x, zero, scale) {
  const step = Math.floor(Math.min(2.9 * view.size, view.least - 5) / values.length);
  const from = x - (step * values.length) / 2;
  context.globalAlpha = 1;
  context.fillStyle = view.quiet;
  context.fillRect(from, zero - 0.5, step * values.length, 1);
  values.forEach((value, nth) => {
    context.fillStyle = value > 0 ? view.high : view.low;
    const tall = Math.max(scale ? 0.5 : 0, Math.abs(value) * scale);
    context.fillRect(from + nth * step, value > 0 ? zero - tall : zero, step - 1, tall);
  });
}

/** token + segment + position = sum. */
function paintSigns(view, context) {
  context.font = `600 ${1.05 * view.size}px ${view.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = view.quiet;
  const height = (view.margin ? 0.15 : 0.6) * view.size; // else the label stands there
  const added = ADDED.filter((part) => view.rows.has(part));
  for (const part of added) {
    const sign = part === added.at(-1) ? "=" : "+";
    context.globalAlpha = shownOf(view, part) ? 1 : 0.15;
    eachColumn(view, (_, x) => context.fillText(sign, x, view.rows.get(part).top + height));
  }
}

function paintCircles(view, context, layer, shown) {
  const y = circleAt(view, layer);
  const { lit } = view;
  const reads = (key) => layer < view.data.layers - 1
    && thousandths(weightOf(view, layer + 1, lit, key)) >= LEAST_NUMBER;
  eachColumn(view, (token, x) => {
    const own = view.segments[view.data.segments[token]];
    const colour = view.data.special[token] ? view.quiet : own;
    const radius = (token === lit ? 0.56 : 0.43) * view.size;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.globalAlpha = 1;
    context.fillStyle = view.ground;
    context.fill();
    context.globalAlpha = 0.12 + 0.88 * shown;
    context.fillStyle = context.strokeStyle = colour;
    context.lineWidth = 2;
    if (lit === null || token === lit || reads(token)) context.fill();
    else { context.globalAlpha *= 0.6; context.stroke(); }
  });
}

/** How much the lit token takes from its strongest keys: above their circles, in the layer's own row. */
function paintNumbers(view, context) {
  context.font = `600 ${view.size}px ${view.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 4;
  context.lineJoin = "round";
  for (let layer = 0; layer < view.data.layers; layer++) {
    if (shownOf(view, `layer-${layer}`) < 1) continue;
    const { top, tall } = view.rows.get(`layer-${layer}`);
    const y = top + tall - 0.42 * view.size;
    for (const key of strongest(view, layer, view.lit, LIT_NUMBERS)) {
      const strength = thousandths(weightOf(view, layer, view.lit, key));
      if (strength < LEAST_NUMBER) continue;
      const x = middle(view, key);
      const text = (strength / 1000).toFixed(2);
      context.globalAlpha = 1;
      context.strokeStyle = view.ground;
      context.strokeText(text, x, y);
      context.fillStyle = view.ink;
      context.fillText(text, x, y);
    }
  }
}

/** T0, T1 and so on. */
function paintVectorNames(view, context) {
  const row = view.rows.get("vectors");
  context.font = `600 ${view.size}px ${view.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 5;
  context.lineJoin = "round";
  context.strokeStyle = view.ground;
  context.fillStyle = view.ink;
  context.globalAlpha = 0.15 + 0.85 * shownOf(view, "vectors");
  eachColumn(view, (token, x) => {
    context.strokeText(`T${token}`, x, row.top + 0.75 * view.size);
    context.fillText(`T${token}`, x, row.top + 0.75 * view.size);
  });
}

/** Each head's weights as a small picture on its card. */
function paintDecks(view) {
  const { side, heads, pictures } = view.packet;
  view.decks.forEach((cards, layer) => cards.forEach((card, head) => {
    const canvas = card.firstChild;
    Object.assign(canvas, { width: side, height: side });
    const start = (layer * heads + head) * side * side;
    const words = Uint32Array.from(pictures.subarray(start, start + side * side),
      (shade) => view.shades[shade]);
    const image = new ImageData(new Uint8ClampedArray(words.buffer), side, side);
    canvas.getContext("2d").putImageData(image, 0, 0);
  }));
}
