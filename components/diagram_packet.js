// The carrier: gets bytes (backend/diagram_packet.py) and puts the numbers where the diagram finds
// them. Two packets stay: Streamlit may call a carrier once more with the older of the two.

const KEPT = 2;

function receive(bytes) {
  const start = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start)));
  const { layers, heads, tokens, rows, numbers, side } = head;
  const body = bytes.slice(start).buffer; // a copy, so that it is aligned
  const vectors = new Float32Array(body, 0, rows.length * tokens * numbers);
  const weights = new Uint16Array(body, vectors.byteLength, layers * tokens * tokens);
  const rest = vectors.byteLength + weights.byteLength;
  const pictures = new Uint8Array(body, rest, layers * heads * side * side);
  return { ...head, vectors, weights, pictures };
}

export default function carry({ data }) {
  if (!(data instanceof Uint8Array)) return;
  const packet = receive(data);
  MEETING.packets.delete(packet.name); // so that it comes last: the newest
  MEETING.packets.set(packet.name, packet);
  for (const name of [...MEETING.packets.keys()].slice(0, -KEPT)) MEETING.packets.delete(name);
  for (const figure of MEETING.figures.values()) figure.redraw();
}
