const PAINTS = new Map(); // by the colour as CSS has it

/** A colour without its transparency, which SVG writes apart, and its opacity. */
function opaque(css) {
  if (!PAINTS.has(css)) PAINTS.set(css, readColour(css));
  return PAINTS.get(css);
}

function readColour(css) {
  const numbers = (css.match(/-?\d*\.?\d+(e-?\d+)?/g) ?? []).map(Number);
  const [red, green, blue, opacity = 1] = numbers;
  const scale = css.startsWith("color(srgb ") ? 255 : 1;
  if (scale === 1 && !css.startsWith("rgb")) return paintedColour(css);
  const parts = [red, green, blue].map((part) => Math.round(part * scale));
  return { colour: `rgb(${parts.join(",")})`, opacity };
}

/** Any other colour, as a canvas has it. */
function paintedColour(css) {
  const context = element("canvas", { width: 1, height: 1 }).getContext("2d");
  context.fillStyle = css;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue, opacity] = context.getImageData(0, 0, 1, 1).data;
  return { colour: `rgb(${red},${green},${blue})`, opacity: opacity / 255 };
}

const fillOf = (css) => paintAttributes("fill", css);
const strokeOf = (css, width) => ({ fill: "none", "stroke-width": width,
  ...paintAttributes("stroke", css) });

function paintAttributes(name, css) {
  const { colour, opacity } = opaque(css);
  if (opacity === 0) return { [name]: "none" };
  return { [name]: colour, ...(opacity < 1 ? { [`${name}-opacity`]: opacity } : {}) };
}

/** Background, borders, rings and outline of an element; of inline ones on each line. */
function drawBox(element, style, into, scene) {
  if (element instanceof SVGElement && !element.ownerSVGElement && isPlain(style)) return;
  const boxes = style.display === "inline" ? element.getClientRects()
    : [element.getBoundingClientRect()];
  for (const box of boxes) {
    if (!box.width || !box.height) continue;
    const at = placeOf(box, scene);
    const radius = radiusOf(style, at);
    drawBackground(style, at, radius, into, scene);
    drawBorders(style, at, radius, into);
    drawRings(style, at, radius, into);
  }
  drawMark(element, into, scene);
}

const isPlain = (style) => opaque(style.backgroundColor).opacity === 0;

function radiusOf(style, { width, height }) {
  const [first] = style.borderTopLeftRadius.split(" ");
  const radius = parseFloat(first) * (first.endsWith("%") ? Math.min(width, height) / 100 : 1);
  return Math.min(radius, width / 2, height / 2);
}

function drawBackground(style, at, radius, into, scene) {
  const round = radius ? { rx: radius } : {};
  if (opaque(style.backgroundColor).opacity) {
    into.append(shape("rect", { ...at, ...round, ...fillOf(style.backgroundColor) }));
  }
  const fill = gradientOf(style.backgroundImage, at, scene);
  if (fill) into.append(shape("rect", { ...at, ...round, fill }));
}

/** Gradients from side to side, and hatching; nothing else is used. */
function gradientOf(css, at, scene) {
  const [, repeating, inner] = /^(repeating-)?linear-gradient\((.*)\)$/.exec(css) ?? [];
  if (!inner) return null;
  const [way, ...stops] = inner.split(/,(?![^(]*\))/).map((part) => part.trim());
  const id = `paint-${scene.defs.childNodes.length}`;
  scene.defs.append(repeating ? hatching(id, stops) : sideways(id, way, stops, at));
  return `url(#${id})`;
}

function sideways(id, way, stops, { x, width }) {
  const [x1, x2] = way === "to left" ? [x + width, x] : [x, x + width];
  const made = shape("linearGradient", { id, gradientUnits: "userSpaceOnUse", x1, x2, y1: 0, y2: 0 });
  stops.forEach((stop, nth) => {
    const [, css, place] = /^(.*?)(?:\s+([\d.]+%))?$/.exec(stop);
    const offset = place ?? `${(100 * nth) / (stops.length - 1)}%`;
    const { colour, opacity } = opaque(css);
    made.append(shape("stop", { offset, "stop-color": colour, "stop-opacity": opacity }));
  });
  return made;
}

function hatching(id, stops) {
  const css = stops.at(-1).replace(/(\s+[\d.]+px)+$/, "");
  const made = shape("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse" });
  made.append(shape("path", { d: "M-1 7L7 -1", ...strokeOf(css, 1) }));
  return made;
}

const SIDES = ["Top", "Right", "Bottom", "Left"];

function drawBorders(style, at, radius, into) {
  const sides = SIDES.map((side) => ({ width: parseFloat(style[`border${side}Width`]),
    css: style[`border${side}Color`], kind: style[`border${side}Style`] }));
  const [first] = sides;
  const drawn = (side) => side.width && side.kind !== "none" && opaque(side.css).opacity;
  const equal = sides.every((side) => side.width === first.width && side.css === first.css);
  if (equal && drawn(first)) into.append(ring(at, radius, first.width, first.css, -first.width / 2,
    first.kind));
  else sides.forEach((side, nth) => { if (drawn(side)) into.append(edge(at, side, nth)); });
}

function edge({ x, y, width, height }, side, nth) {
  const half = side.width / 2;
  const [d] = [[`M${short(x)} ${short(y + half)}h${short(width)}`],
    [`M${short(x + width - half)} ${short(y)}v${short(height)}`],
    [`M${short(x)} ${short(y + height - half)}h${short(width)}`],
    [`M${short(x + half)} ${short(y)}v${short(height)}`]][nth];
  return shape("path", { d, ...strokeOf(side.css, side.width), ...dashes(side.kind, side.width) });
}

/** A line around a box, its middle `out` px from the box's edge. */
function ring({ x, y, width, height }, radius, line, css, out, kind = "solid") {
  const size = [width, height].map((length) => Math.max(0, length + 2 * out));
  return shape("rect", { x: x - out, y: y - out, width: size[0], height: size[1],
    ...(radius ? { rx: Math.max(0, radius + out) } : {}), ...strokeOf(css, line),
    ...dashes(kind, line) });
}

function dashes(kind, width) {
  if (kind === "dashed") return { "stroke-dasharray": `${3 * width} ${2 * width}` };
  return kind === "dotted" ? { "stroke-dasharray": `${width} ${width}` } : {};
}

/** Outlines, and shadows that are lines: neither moved nor blurred. */
function drawRings(style, at, radius, into) {
  for (const shadow of style.boxShadow.split(/,(?![^(]*\))/).reverse()) {
    const [, css, spread, inset] = /^\s*(.*?\)) 0px 0px 0px ([\d.]+)px( inset)?$/.exec(shadow) ?? [];
    if (!css) continue;
    const line = Number(spread);
    into.append(ring(at, radius, line, css, inset ? -line / 2 : line / 2));
  }
  const line = parseFloat(style.outlineWidth);
  if (style.outlineStyle === "none" || !line) return;
  const out = parseFloat(style.outlineOffset) + line / 2;
  into.append(ring(at, radius, line, style.outlineColor, out));
}

/** The small mark that a style sheet sets on an element, such as the number of a key. */
function drawMark(element, into, scene) {
  const style = getComputedStyle(element, "::before");
  const [, text] = /^"(.+)"$/.exec(style.content) ?? [];
  if (!text || style.position !== "absolute") return;
  const [width, height, left, top, border] = ["width", "height", "left", "top", "borderLeftWidth"]
    .map((name) => parseFloat(style[name]) || 0);
  const { a, e, f } = new DOMMatrixReadOnly(style.transform);
  const own = placeOf(element.getBoundingClientRect(), scene);
  const at = { x: own.x + element.clientLeft + left + e, y: own.y + element.clientTop + top + f,
    width: width * a, height };
  const radius = radiusOf(style, at);
  drawBackground(style, at, radius, into, scene);
  if (border) drawBorders(style, at, radius, into);
  into.append(shape("text", { x: at.x + at.width / 2, y: baseline(at.y, at.height, style),
    "text-anchor": "middle", ...fontOf(style), ...fillOf(style.color) }, readable(text)));
}
