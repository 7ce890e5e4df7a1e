const MEASURING = element("canvas", { width: 1, height: 1 }).getContext("2d");

const DOTS = 0.6; // width of three dots, as part of a line's height
const LETTERS = "etaoinshrdlucmfwypvbgkjxqz 0123456789"; // by which fonts are compared

/** Text that any reader of XML takes: what cannot stand in a file is shown as missing. */
const readable = (text) =>
  text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD");

/**
 * Few computers have the page's own font; these have letters of one width, and one of them is
 * everywhere.
 */
const COMMON = "Arial, Helvetica, 'Liberation Sans', sans-serif";
const familyOf = (css) => (/mono/i.test(css) ? css.replaceAll('"', "'") : COMMON);

/**
 * How much smaller letters must be in the common font to be about as wide as on the page. One and the
 * same for all words in a font: words of one list must not differ in size.
 */
function smaller({ fontStyle, fontWeight, fontSize, fontFamily }) {
  const [own, common] = [fontFamily, familyOf(fontFamily)].map((family) => {
    MEASURING.font = `${fontStyle} ${fontWeight} ${fontSize} ${family}`;
    return MEASURING.measureText(LETTERS).width;
  });
  return Math.min(1, own / common);
}

function fontOf(style) {
  return {
    "font-family": familyOf(style.fontFamily),
    "font-size": smaller(style) * parseFloat(style.fontSize),
    ...(style.fontWeight === "400" ? {} : { "font-weight": style.fontWeight }),
    ...(style.fontStyle === "normal" ? {} : { "font-style": style.fontStyle }),
  };
}

/** Where letters stand in a line of text that is `height` high. */
function baseline(top, height, style) {
  MEASURING.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = MEASURING.measureText("x");
  return top + (height - up - down) / 2 + up;
}

/** Each line of a text as the browser has broken it, as wide as it is there. */
function drawText(node, style, into, scene) {
  if (style.visibility !== "visible" || parseFloat(style.fontSize) === 0) return;
  const backwards = style.direction === "rtl";
  const anchor = backwards ? "start" : anchorOf(style);
  const part = { start: backwards ? 1 : 0, middle: 0.5, end: 1 }[anchor];
  const underlined = style.textDecorationLine.includes("underline");
  for (const line of linesOf(node)) {
    const at = placeOf(line, scene);
    into.append(shape("text", {
      x: at.x + part * at.width, y: baseline(at.y, at.height, style), "text-anchor": anchor,
      textLength: at.width, lengthAdjust: "spacingAndGlyphs",
      ...fontOf(style), ...fillOf(style.color), ...(backwards ? { direction: "rtl" } : {}),
      ...(underlined ? { "text-decoration": "underline" } : {}),
    }, line.text));
  }
}

/** A sign in the line before the element's text, such as the arrow between two shapes. */
function drawSign(element, style, sign, into, scene) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const [whole, text] = [element, range].map((one) => one.getClientRects()[0]);
  if (!whole || !text) return;
  const at = placeOf(whole, scene);
  into.append(shape("text", { x: at.x + (text.left - whole.left) / 2,
    y: baseline(at.y, at.height, style), "text-anchor": "middle", ...fontOf(style),
    ...fillOf(style.color) }, readable(sign)));
}

/** From where a text grows, should another font be wider: programs differ in what they squeeze. */
function anchorOf({ textAlign, display, justifyContent }) {
  if (textAlign === "right" || textAlign === "end") return "end";
  const centred = display.endsWith("flex") && justifyContent === "center";
  return textAlign === "center" || centred ? "middle" : "start";
}

/** {text, left, top, width, height} of each line. */
function linesOf(node) {
  const text = node.data;
  const from = text.length - text.trimStart().length;
  const range = document.createRange();
  range.setStart(node, from);
  range.setEnd(node, text.trimEnd().length);
  const boxes = [...range.getClientRects()].filter(({ width }) => width);
  if (!boxes.length) return [];
  const end = endOf(node);
  if (boxes.length === 1 && boxes[0].right <= end + 0.5) return [lineOf(boxes[0], text)];
  return brokenLines(node, from, end);
}

function lineOf({ left, top, width, height }, text) {
  return { left, top, width, height, text: readable(text.trim().replace(/\s+/g, " ")) };
}

/** Where a line ends that is cut short with three dots. */
function endOf(node) {
  for (let at = node.parentElement; at; at = at.parentElement) {
    const style = getComputedStyle(at);
    if (style.textOverflow === "ellipsis" && style.direction === "ltr") {
      return at.getBoundingClientRect().right - parseFloat(style.paddingRight);
    }
    if (style.display !== "inline") break;
  }
  return Infinity;
}

/** Letter by letter, where a text has several lines or is cut short. */
function brokenLines(node, from, end) {
  const range = document.createRange();
  const lines = [];
  let at = from;
  for (const letter of node.data.slice(from)) {
    range.setStart(node, at);
    range.setEnd(node, (at += letter.length));
    const box = [...range.getClientRects()].at(-1);
    if (box) takeLetter(lines, letter, box, end);
  }
  return lines.filter(({ text }) => text.trim()).map((line) =>
    lineOf({ ...line, width: line.right - line.left, height: line.bottom - line.top }, line.text));
}

function takeLetter(lines, letter, { left, right, top, bottom }, end) {
  const line = lines.at(-1);
  if (!line || Math.abs(line.top - top) > (bottom - top) / 2) {
    lines.push({ text: letter, left, right, top, bottom, full: false });
  } else if (!line.full) {
    line.full = right > end - DOTS * (bottom - top); // the dots take the rest
    line.text += line.full ? "…" : letter;
    line.left = Math.min(line.left, left);
    if (letter.trim()) line.right = line.full ? end : Math.max(line.right, right);
  }
}

/** What a box to choose from shows. */
function drawChosen(element, style, into, scene) {
  const { x, y, height } = placeOf(element.getBoundingClientRect(), scene);
  const text = element.selectedOptions[0]?.text ?? "";
  into.append(shape("text", { x: x + parseFloat(style.paddingLeft) + 4, y: baseline(y, height, style),
    ...fontOf(style), ...fillOf(style.color) }, readable(text)));
}
