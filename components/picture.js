// A figure as one SVG that needs nothing else: it opens in a browser, Inkscape or PowerPoint alike.
// What stands on the page is read off and written again: boxes, borders and text where the browser
// has laid them out, drawings as they are, canvases as lines (picture_canvas.js) where the figure
// can paint them once more, else as an image. Joined to one script:
//
//   elements.js, meeting.js   what other figures need too
//   picture.js                elements one after the other
//   picture_boxes.js          backgrounds, borders, outlines
//   picture_text.js           text, line by line
//   picture_drawings.js       drawings within the page
//   picture_canvas.js         what stands in for a canvas
//   picture_files.js          the picture as a file, SVG or PNG
//
// Text and attributes go through the browser's own XML writer: nothing in them is markup.

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 16; // px around the figure
const LEFT_OUT = "input, textarea, script, style, template, .modebar-container, [data-picture=none]";

/** The figure as an svg element of its own. */
function pictureOf(figure) {
  const undo = layOut(figure);
  try {
    return drawnFigure(figure);
  } finally {
    for (const one of undo.reverse()) one();
  }
}

/**
 * Nothing is where controls were, and nothing has followed the window. That is over before the
 * browser draws again: nobody sees it.
 */
function layOut(figure) {
  const undo = [];
  const set = ({ style }, name, value) => {
    const before = style[name];
    style[name] = value;
    undo.push(() => { style[name] = before; });
  };
  for (const one of figure.querySelectorAll(LEFT_OUT)) set(one, "display", "none");
  for (const one of figure.querySelectorAll("*")) {
    if (getComputedStyle(one).position === "sticky" && !scrolls(one, figure)) {
      set(one, "position", "relative");
      set(one, "inset", "auto");
    }
  }
  return undo;
}

/** Whether something within the figure scrolls around the element. */
function scrolls(element, figure) {
  for (let at = element.parentElement; at && at !== figure; at = at.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(at).overflowY)) return true;
  }
  return false;
}

function drawnFigure(figure) {
  const box = figure.getBoundingClientRect();
  const [width, height] = [box.width, box.height].map((size) => Math.ceil(size + 2 * MARGIN));
  const svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  const defs = shape("defs");
  const scene = { defs, left: box.left - MARGIN, top: box.top - MARGIN };
  svg.append(defs, shape("rect", { width, height, ...fillOf(groundOf(figure)) }));
  inLayers(scene, (own) => drawElement(figure, svg, own));
  if (!defs.childNodes.length) defs.remove();
  return svg;
}

function shape(tag, attributes = {}, text = "") {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, typeof value === "number" ? short(value) : value);
  }
  if (text) made.textContent = text;
  return made;
}

const short = (number) => String(Math.round(number * 100) / 100);

/** The first background behind a figure that is not clear: the page's own. */
function groundOf(figure) {
  let at = figure;
  while (at) {
    const colour = getComputedStyle(at).backgroundColor;
    if (opaque(colour).opacity === 1) return colour;
    at = at.parentElement ?? at.getRootNode().host;
  }
  return "rgb(255, 255, 255)";
}

/** raised: whether it was kept back until what it stands above was drawn */
function drawElement(element, into, scene, raised = false) {
  const style = getComputedStyle(element);
  if (style.display === "none" || style.opacity === "0" || style.clipPath === "inset(50%)") return;
  const level = Number.parseInt(style.zIndex, 10);
  if (level > 0 && !raised) {
    scene.later.push({ level, element, into });
    return;
  }
  const group = style.opacity === "1" ? into : into.appendChild(shape("g", { opacity: style.opacity }));
  if (style.visibility === "visible") {
    drawBox(element, style, group, scene);
    if (drawContent(element, style, group, scene)) return;
  }
  const inner = clips(element, style) ? group.appendChild(clipped(element, scene)) : group;
  if (raised || inner !== into) inLayers(scene, (own) => drawWithin(element, style, inner, own));
  else drawWithin(element, style, inner, scene);
}

/** What is to stand above the rest is drawn after it. */
function inLayers(scene, draw) {
  const own = { ...scene, later: [] };
  draw(own);
  own.later.sort((a, b) => a.level - b.level);
  for (const { element, into } of own.later) drawElement(element, into, own, true);
}

function drawWithin(element, style, into, scene) {
  for (const node of (element.shadowRoot ?? element).childNodes) {
    if (node.nodeType === Node.ELEMENT_NODE) drawElement(node, into, scene);
    else if (node.nodeType === Node.TEXT_NODE) drawText(node, style, into, scene);
  }
}

/** True where the element's content is not made of further elements and text. */
function drawContent(element, style, into, scene) {
  const at = placeOf(element.getBoundingClientRect(), scene);
  if (element instanceof SVGSVGElement) into.append(drawingOf(element, at));
  else if (element instanceof HTMLCanvasElement) into.append(...canvasOf(element, at));
  else if (element instanceof HTMLSelectElement) drawChosen(element, style, into, scene);
  else return false;
  return true;
}

function placeOf(box, { left, top }) {
  return { x: box.left - left, y: box.top - top, width: box.width, height: box.height };
}

/** Whether something of the element's content is out of sight. */
function clips(element, style) {
  const hides = [style.overflowX, style.overflowY].some((overflow) => overflow !== "visible");
  return hides && (element.scrollWidth > element.clientWidth + 1
    || element.scrollHeight > element.clientHeight + 1);
}

function clipped(element, scene) {
  const id = `clip-${scene.defs.childNodes.length}`;
  const path = shape("clipPath", { id });
  path.append(shape("rect", placeOf(element.getBoundingClientRect(), scene)));
  scene.defs.append(path);
  return shape("g", { "clip-path": `url(#${id})` });
}
