// The carrier: gets bytes (backend/packing.py) and puts the weights where the view finds them.

/** Take in a packet, beside the layers of the same trace that came before. Gives its name. */
function receive(bytes) {
  const start = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start)));
  const { name, layers, heads, tokens, first, count, side } = head;
  const trace = MEETING.traces.get(name) ??
    { layers, heads, side, weights: Array(layers).fill(null), pictures: null };
  const size = heads * tokens * tokens;
  const weights = sixteenBits(bytes, start, count * size);
  for (let i = 0; i < count; i++) {
    trace.weights[first + i] = weights.subarray(i * size, (i + 1) * size);
  }
  if (side) trace.pictures = bytes.subarray(start + 2 * count * size);
  MEETING.traces.set(name, trace);
  return name;
}

/** The same memory where it is aligned, else a copy. */
function sixteenBits(bytes, start, count) {
  const offset = bytes.byteOffset + start;
  if (offset % 2 === 0) return new Uint16Array(bytes.buffer, offset, count);
  return new Uint16Array(bytes.slice(start, start + 2 * count).buffer);
}

/** What no carrier on the page carries any more is let go: Streamlit brings it again if needed. */
function forgetOthers() {
  const carried = [...MEETING.carried.values()].map((load) => load.name);
  for (const name of MEETING.traces.keys()) {
    if (!carried.includes(name)) MEETING.traces.delete(name);
  }
}

export default function carry({ data, parentElement }) {
  if (!(data instanceof Uint8Array)) return undefined;
  const load = { name: receive(data) };
  MEETING.carried.set(parentElement, load);
  forgetOthers();
  MEETING.arrived?.();
  return () => {
    if (MEETING.carried.get(parentElement) === load) MEETING.carried.delete(parentElement);
  };
}
