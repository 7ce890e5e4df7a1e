const FAINTEST = 20; // thousandths; weaker lines are not drawn, but for the lit token's
const FAINTEST_LIT = 5;
const LEVELS = 24; // of line strength
const LEAST_SHOWN = { light: 0, dark: 0.1 }; // opacity: on a projector faint light is lost

/** Thousandths, rounded and exact: see `quantize` in backend/packing.py. */
const thousandths = (packed) => packed >> 6;

const digits = (packed) => (thousandths(packed) / 1000).toFixed(3);

function weightOf(view, layer, query, key) {
  const { weights, tokens } = view.packet;
  return weights[(layer * tokens + query) * tokens + key];
}

/**
 * view.strong: for each layer the lines that are strong enough to be drawn, query after query; those
 * of a query begin at its place in `starts`. view.undrawn: the share of all weight in weaker ones.
 */
function countLines(view) {
  const { weights, tokens, layers } = view.packet;
  let undrawn = 0;
  view.strong = range(layers).map((layer) => {
    const starts = new Uint32Array(tokens + 1);
    const keys = [];
    for (let query = 0; query < tokens; query++) {
      const row = (layer * tokens + query) * tokens;
      for (let key = 0; key < tokens; key++) {
        const packed = weights[row + key];
        if (packed >= FAINTEST << 6) keys.push(key);
        else undrawn += (packed - 31.5) / 64000;
      }
      starts[query + 1] = keys.length;
    }
    return { starts, keys: Uint16Array.from(keys) };
  });
  view.undrawn = undrawn / (layers * tokens);
}

/** The strongest keys of a token in a layer, strongest first. */
function strongest(view, layer, query, count) {
  const weight = (key) => weightOf(view, layer, query, key);
  return range(view.packet.tokens).sort((a, b) => weight(b) - weight(a)).slice(0, count);
}

/** The height of the circles of a layer, with room below for its weights; -1 is the encoder's input. */
function circleAt(view, layer) {
  const row = view.rows.get(layer < 0 ? "sum" : `layer-${layer}`);
  return row.top + Math.min(1.05 * view.size, row.tall / (layer < 0 ? 2 : 4));
}

/** What the lines are now: "mean", or the number of a head. */
const drawnLines = (view) => view.packet.name.split("/")[1];

const lineColour = (view) => (drawnLines(view) === "mean" ? view.ink
  : view.headColours[drawnLines(view) % view.headColours.length]);

/**
 * The lines of one layer: from each circle to those below that it reads from. They grow from below
 * while the walk is in this layer; `shown` is how far.
 */
function drawLayer(view, context, layer, shown) {
  context.strokeStyle = lineColour(view);
  const least = LEAST_SHOWN[view.page.root.dataset.theme];
  const paths = range(LEVELS).map(() => []);
  eachLine(view, layer, (query, key, strength) => paths[levelOf(strength)].push(query, key));
  paths.forEach((path, level) => {
    const weight = ((level + 0.5) / LEVELS) ** 2;
    context.globalAlpha = least + (0.65 - least) * weight ** 0.7;
    context.lineWidth = weight < 0.1 ? 1 : 1 + 2.5 * weight; // thin ones are drawn much sooner
    context.beginPath();
    for (let i = 0; i < path.length; i += 2) {
      line(view, context, layer, path[i], path[i + 1], shown);
    }
    context.stroke();
  });
}

/** Calls `draw` for each strong line with an end in sight. */
function eachLine(view, layer, draw) {
  const { starts, keys } = view.strong[layer];
  const { left, width } = view.window;
  const seen = view.left.map((at, token) => at + view.wide[token] > left && at < left + width);
  for (let query = 0; query < seen.length; query++) {
    for (let i = starts[query]; i < starts[query + 1]; i++) {
      if (seen[query] || seen[keys[i]]) {
        draw(query, keys[i], thousandths(weightOf(view, layer, query, keys[i])));
      }
    }
  }
}

const levelOf = (strength) =>
  Math.min(LEVELS - 1, Math.floor(Math.sqrt(strength / 1000) * LEVELS));

/** From the key below up to the query; `shown` is how far it has grown. */
function line(view, context, layer, query, key, shown) {
  const [x, y] = [middle(view, key), circleAt(view, layer - 1)];
  const [toX, toY] = [middle(view, query), circleAt(view, layer)];
  context.moveTo(x, y);
  context.lineTo(x + (toX - x) * shown, y + (toY - y) * shown);
}

/** The lit token's lines, each as strong as its weight. */
function drawLit(view, context, layer, shown) {
  const least = LEAST_SHOWN[view.page.root.dataset.theme];
  context.strokeStyle = lineColour(view);
  for (let key = 0; key < view.packet.tokens; key++) {
    const strength = thousandths(weightOf(view, layer, view.lit, key)) / 1000;
    if (strength < FAINTEST_LIT / 1000) continue;
    context.globalAlpha = Math.min(1, 0.06 + least + 1.3 * strength ** 0.6);
    context.lineWidth = 1 + 7 * strength;
    context.beginPath();
    line(view, context, layer, view.lit, key, shown);
    context.stroke();
  }
}
