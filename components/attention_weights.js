// The carrier: gets bytes (backend/packing.py) and puts the weights where the view finds them.

const SPARE_BYTES = 3_000_000; // of traces that are not on the page

/** Take in a packet; it comes last: the newest. Gives its name. */
function receive(bytes) {
  const start = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start)));
  const trace = "query" in head ? partOf(bytes, start, head) : wholeOf(bytes, start, head);
  MEETING.traces.delete(head.name);
  MEETING.traces.set(head.name, trace);
  return head.name;
}

/** Layers, beside those of the same trace that came before. */
function wholeOf(bytes, start, { name, layers, heads, tokens, first, count, side }) {
  const trace = MEETING.traces.get(name) ??
    { layers, heads, side, weights: Array(layers).fill(null), pictures: null };
  const size = heads * tokens * tokens;
  const weights = sixteenBits(bytes, start, count * size);
  for (let i = 0; i < count; i++) {
    trace.weights[first + i] = weights.subarray(i * size, (i + 1) * size);
  }
  if (side) trace.pictures = bytes.subarray(start + 2 * count * size);
  return trace;
}

/** One head, and one query's weights in every head. */
function partOf(bytes, start, { layers, heads, tokens, layer, head, query }) {
  const weights = sixteenBits(bytes, start, tokens * (tokens + layers * heads));
  const matrix = weights.subarray(0, tokens * tokens);
  const part = { layer, head, query, matrix, rows: weights.subarray(tokens * tokens) };
  return { weights: [weights], pictures: null, part };
}

/** The same memory where it is aligned, else a copy. */
function sixteenBits(bytes, start, count) {
  const offset = bytes.byteOffset + start;
  if (offset % 2 === 0) return new Uint16Array(bytes.buffer, offset, count);
  return new Uint16Array(bytes.slice(start, start + 2 * count).buffer);
}

/**
 * Of the traces that no carrier on the page carries any more the newest stay, one at least:
 * Streamlit may call a carrier once more with older data after it has brought newer.
 */
function forgetOld() {
  for (const carrier of MEETING.carried.keys()) {
    if (!carrier.isConnected) MEETING.carried.delete(carrier);
  }
  const carried = [...MEETING.carried.values()];
  const spare = [...MEETING.traces.keys()].reverse().filter((name) => !carried.includes(name));
  let bytes = 0;
  spare.forEach((name, nth) => {
    bytes += sizeOf(MEETING.traces.get(name));
    if (nth > 0 && bytes > SPARE_BYTES) MEETING.traces.delete(name);
  });
}

function sizeOf({ weights, pictures }) {
  return [...weights, pictures].reduce((bytes, part) => bytes + (part?.byteLength ?? 0), 0);
}

export default function carry({ data, parentElement }) {
  if (!(data instanceof Uint8Array)) return;
  MEETING.carried.set(parentElement, receive(data));
  forgetOld();
  for (const figure of MEETING.figures.values()) figure.redraw();
}
