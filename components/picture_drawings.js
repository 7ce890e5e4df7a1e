const INHERITED = ["stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin",
  "font-family", "font-size", "font-weight", "font-style", "text-anchor", "visibility"];
const OWN = { opacity: "1", "dominant-baseline": "auto", "vector-effect": "none",
  "stop-color": "rgb(0, 0, 0)", "stop-opacity": "1", "image-rendering": "auto" };
const PARTS_LEFT_OUT = "script, style, foreignObject, title, .draglayer, .hoverlayer, .zoomlayer, "
  + ".infolayer .rangeslider-container";
const KEPT = /^(d|points|[xy]|[xy][12]|c[xy]|[fr][xy]?|width|height|d[xy]|transform|viewBox|id|offset)$|^(preserveAspectRatio|gradient(Units|Transform)|pattern(Units|Transform|ContentUnits)|clipPathUnits|mask(Units)?|marker-(start|mid|end)|clip-(path|rule)|fill-rule|textLength|lengthAdjust|rotate|startOffset)$/;
const XML = "http://www.w3.org/XML/1998/namespace";
const XLINK = "http://www.w3.org/1999/xlink";

/** A drawing once more, with all that style sheets say of it written into it. */
function drawingOf(drawing, { x, y, width, height }) {
  const made = drawingPart(drawing, null);
  for (const [name, value] of Object.entries({ x, y, width, height })) {
    made.setAttribute(name, short(value));
  }
  if (!drawing.hasAttribute("viewBox")) made.setAttribute("viewBox", `0 0 ${width} ${height}`);
  if (getComputedStyle(drawing).overflow === "visible") made.setAttribute("overflow", "visible");
  return made;
}

function drawingPart(part, around) {
  const style = getComputedStyle(part);
  const made = document.createElementNS(SVG, part.localName);
  for (const { name, value } of part.attributes) {
    if (KEPT.test(name)) made.setAttribute(name, local(value));
  }
  writeStyle(made, style, around);
  writeReference(made, part);
  for (const child of part.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) made.append(readable(child.data));
    else if (isDrawn(child)) made.append(drawingPart(child, style));
  }
  writeLength(made, part);
  if (part.localName === "text") made.setAttributeNS(XML, "xml:space", "preserve");
  return isHaloed(part, style) ? haloed(made) : made;
}

/** As wide as on the page, whatever font there is: else it would run into what stands beside it. */
function writeLength(made, part) {
  const length = part.getComputedTextLength?.();
  if (!length || part.childElementCount || part.hasAttribute("textLength")) return;
  made.setAttribute("textLength", short(length));
  made.setAttribute("lengthAdjust", "spacingAndGlyphs");
}

const isHaloed = (part, style) => part.localName === "text" && style.stroke !== "none"
  && style.paintOrder.startsWith("stroke");

/** The light around letters first, then the letters: not every program knows that order. */
function haloed(text) {
  const halo = text.cloneNode(true);
  text.setAttribute("stroke", "none");
  const both = shape("g");
  both.append(halo, text);
  return both;
}

function isDrawn(child) {
  return child.nodeType === Node.ELEMENT_NODE && !child.matches(PARTS_LEFT_OUT)
    && (child.closest("defs") || getComputedStyle(child).display !== "none");
}

/** Names within the file, however the page writes them. */
const local = (value) => value.replace(/url\(["']?[^"')#]*#([^"')]*)["']?\)/g, "url(#$1)");

function writeStyle(made, style, around) {
  for (const name of ["fill", "stroke"]) {
    const paint = [name, `${name}-opacity`].map((one) => style.getPropertyValue(one));
    const same = paint[0] === around?.getPropertyValue(name)
      && paint[1] === around.getPropertyValue(`${name}-opacity`);
    if (!same) writePaint(made, name, ...paint);
  }
  for (const name of INHERITED) {
    const value = style.getPropertyValue(name);
    if (around?.getPropertyValue(name) === value) continue;
    made.setAttribute(name, name === "font-family" ? familyOf(value) : value);
  }
  for (const [name, initial] of Object.entries(OWN)) {
    const value = style.getPropertyValue(name);
    if (value && value !== initial) made.setAttribute(name, value);
  }
  const clip = style.getPropertyValue("clip-path");
  if (clip.startsWith("url(")) made.setAttribute("clip-path", local(clip));
}

/** SVG has a colour's transparency apart from it; both are written, since both are inherited. */
function writePaint(made, name, value, part) {
  const is = value === "none" || value.startsWith("url(") ? { colour: local(value), opacity: 1 }
    : opaque(value);
  made.setAttribute(name, is.opacity ? is.colour : "none");
  made.setAttribute(`${name}-opacity`, short(is.opacity * part));
}

/** Pictures that are here already, and parts of the same drawing; nothing else is fetched. */
function writeReference(made, part) {
  const address = part.getAttribute("href") ?? part.getAttributeNS(XLINK, "href");
  if (!address || !/^(data:image\/(png|jpeg);|#)/.test(address)) return;
  made.setAttributeNS(XLINK, "xlink:href", address);
  if (part.localName === "image") crisp(made);
}

/** Each pixel is a number: no shades between them. */
function crisp(image) {
  image.setAttribute("style", "image-rendering:optimizeSpeed;image-rendering:pixelated");
  image.removeAttribute("image-rendering");
}
