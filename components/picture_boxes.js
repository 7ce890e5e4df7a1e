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
    drawAt(style, at, into, scene);
  }
  drawMark(element, into, scene);
}

function drawAt(style, at, into, scene) {
  const radius = radiusOf(style, at);
  const shadows = shadowsOf(style);
  drawBehind(shadows, at, radius, into);
  drawBackground(style, at, radius, into, scene);
  drawBorders(style, at, radius, into);
  drawRings(shadows, style, at, radius, into);
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
  const read = stops.map((stop) => /^(.*?)(?:\s+([\d.]+%))?$/.exec(stop).slice(1));
  const seen = opaque((read.find(([css]) => opaque(css).opacity) ?? read[0])[0]).colour;
  read.forEach(([css, place], nth) => {
    const offset = place ?? `${(100 * nth) / (stops.length - 1)}%`;
    const { colour, opacity } = opaque(css);
    made.append(shape("stop", { offset, "stop-color": opacity ? colour : seen,
      "stop-opacity": opacity })); // what is clear has no colour of its own
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

/** [{css, x, y, spread, inset}] from the lowest up; blurred ones are left out. */
function shadowsOf({ boxShadow }) {
  const shadows = [];
  for (const shadow of boxShadow.split(/,(?![^(]*\))/)) {
    const [, css, sizes, inset] = /^\s*(.*?\)) ([-\d.px ]+?)( inset)?$/.exec(shadow) ?? [];
    const [x, y, blur, spread] = (sizes ?? "").split(" ").map(parseFloat);
    if (css && !blur) shadows.unshift({ css, x, y, spread, inset: Boolean(inset) });
  }
  return shadows;
}

/** Shadows that are moved: cards behind a card. */
function drawBehind(shadows, { x, y, width, height }, radius, into) {
  for (const { css, x: right, y: down, spread, inset } of shadows) {
    if (inset || !(right || down)) continue;
    into.append(shape("rect", { x: x + right - spread, y: y + down - spread,
      width: width + 2 * spread, height: height + 2 * spread, rx: radius, ...fillOf(css) }));
  }
}

/** Shadows that are lines around or along the edge, and the outline. */
function drawRings(shadows, style, at, radius, into) {
  for (const { css, x, y, spread, inset } of shadows) {
    if (inset && x > 0) into.append(shape("rect", { ...at, width: x, ...fillOf(css) }));
    else if (!x && !y) into.append(ring(at, radius, spread, css, (inset ? -spread : spread) / 2));
  }
  const line = parseFloat(style.outlineWidth);
  if (style.outlineStyle === "none" || !line) return;
  const out = parseFloat(style.outlineOffset) + line / 2;
  into.append(ring(at, radius, line, style.outlineColor, out));
}

/** What a style sheet sets before an element's content: the number of a key, the bar of a share. */
function drawMark(element, into, scene) {
  const style = getComputedStyle(element, "::before");
  const [, text] = /^"(.*)"$/.exec(style.content) ?? [];
  if (style.display === "inline" && text?.trim()) drawSign(element, style, text.trim(), into, scene);
  const loose = style.position === "absolute";
  if (text === undefined || !(loose || style.display === "block")) return;
  const sizes = loose ? ["width", "height", "left", "top"] : ["width", "height"];
  const [width, height, left = 0, top = 0] = sizes.map((name) => parseFloat(style[name]) || 0);
  const { e, f } = new DOMMatrixReadOnly(style.transform);
  const own = placeOf(element.getBoundingClientRect(), scene);
  const at = { x: own.x + element.clientLeft + left + e, y: own.y + element.clientTop + top + f,
    width, height };
  drawAt(style, at, into, scene);
  if (text) into.append(shape("text", { x: at.x + width / 2, y: baseline(at.y, height, style),
    "text-anchor": "middle", ...fontOf(style), ...fillOf(style.color) }, readable(text)));
}
