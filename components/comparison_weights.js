// Weights by place. A trace is whole, with the weights of every layer, or only a part of one: one
// head (query, key), and the rows (layer, head, key) of one query.

function hasHead(view) {
  const { layer, head } = view.state;
  return view.sides.every(({ part }) => !part || (part.layer === layer && part.head === head));
}

function hasRows(view) {
  const { data, state } = view;
  return view.sides.every(({ part }, side) => !part || part.query === data.places[state.query][side]);
}

/** The weight of one head, by places; packed, as backend/packing.py packs it. */
function headReader(view, side) {
  const { layer, head } = view.state;
  const { part, weights } = view.sides[side];
  const { first, tokens } = view.data.sides[side];
  const places = view.data.places.map((pair) => pair[side]);
  if (part) return (query, key) => part.matrix[places[query] * tokens + places[key]];
  const start = head * tokens * tokens;
  return (query, key) => weights[layer][start + (first + places[query]) * tokens + first + places[key]];
}

/** The weight on a key's place that the chosen query gives in any head; packed. */
function rowReader(view, side) {
  const { part, weights } = view.sides[side];
  const { heads, places, sides } = view.data;
  const { first, tokens } = sides[side];
  if (part) return (layer, head, key) => part.rows[(layer * heads + head) * tokens + places[key][side]];
  const query = first + places[view.state.query][side];
  return (layer, head, key) => weights[layer][(head * tokens + query) * tokens + first + places[key][side]];
}

/** All heads, the one first that moves most on one of the counted keys; `key` is -1 without keys. */
function ranking(view) {
  const { layers, heads, counted } = view.data;
  const [a, b] = [rowReader(view, 0), rowReader(view, 1)];
  const all = [];
  for (let layer = 0; layer < layers; layer++) {
    for (let head = 0; head < heads; head++) {
      let best = { layer, head, key: -1, a: NONE, b: NONE };
      for (const key of counted) {
        const [before, after] = [a(layer, head, key), b(layer, head, key)];
        if (best.key < 0 || Math.abs(after - before) > Math.abs(best.b - best.a)) {
          best = { layer, head, key, a: before, b: after };
        }
      }
      all.push(best);
    }
  }
  const shown = ({ a, b }) => Math.abs(thousandths(b) - thousandths(a));
  return all.sort((one, other) => shown(other) - shown(one)
    || Math.abs(other.b - other.a) - Math.abs(one.b - one.a));
}

const NONE = 32; // a packed weight of nothing
const LARGEST = 64000; // what all of the weight is more than nothing

/** 0 to 1, exact to a thousandth; and the same in text. */
const weightOf = (packed) => (packed - NONE) / LARGEST;
const thousandths = (packed) => packed >> 6;
const digits = (packed) => (thousandths(packed) / 1000).toFixed(3);

/** The change that two weights give as they are shown, with its sign; 0.000 has none. */
function changed(a, b) {
  const change = thousandths(b) - thousandths(a);
  const text = (Math.abs(change) / 1000).toFixed(3);
  return change ? `${change < 0 ? "−" : "+"}${text}` : text;
}

const changeOf = (a, b) => (b - a) / LARGEST;
