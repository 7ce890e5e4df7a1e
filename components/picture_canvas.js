const LEAST_SCALE = 3; // pixels of an image for each of the page's

/** A canvas as vectors where its figure can paint it once more, else as an image. */
function canvasOf(canvas, at) {
  if (!at.width || !at.height) return [];
  const paint = MEETING.painters.get(canvas);
  if (!paint) return [imageOf(canvas, at)];
  const standing = { width: 1, height: 1, style: {} };
  const vectors = new Vectors();
  standing.getContext = () => vectors;
  paint(standing);
  const { width, height } = standing;
  const made = shape("svg", { ...at, viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none" });
  made.append(...vectors.shapes);
  return vectors.shapes.length ? [made] : [];
}

function imageOf(canvas, at) {
  const made = shape("image", { ...at, preserveAspectRatio: "none" });
  made.setAttributeNS(XLINK, "xlink:href", enlarged(canvas, at.width).toDataURL("image/png"));
  crisp(made);
  return made;
}

/** Each pixel as several of the same colour: some programs would draw shades between a few. */
function enlarged(canvas, width) {
  const times = Math.ceil((LEAST_SCALE * width) / canvas.width);
  if (times <= 1) return canvas;
  const made = element("canvas", { width: times * canvas.width, height: times * canvas.height });
  const context = made.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, made.width, made.height);
  return made;
}

/**
 * What figures call on a canvas's context, written as shapes. Only what they use is here: a new
 * call fails in the tests, not in silence.
 */
class Vectors {
  shapes = [];
  #path = [];
  #around = "";
  #kept = [];
  #state = { matrix: new DOMMatrix(), clip: null, fillStyle: "#000", strokeStyle: "#000", lineWidth: 1,
    lineJoin: "miter", globalAlpha: 1, font: "10px sans-serif", textAlign: "start",
    textBaseline: "alphabetic" };

  static {
    for (const name of ["fillStyle", "strokeStyle", "lineWidth", "lineJoin", "globalAlpha", "font",
      "textAlign", "textBaseline"]) {
      Object.defineProperty(this.prototype, name, {
        get() { return this.#state[name]; }, set(value) { this.#state[name] = value; } });
    }
  }

  save() { this.#kept.push({ ...this.#state }); }

  restore() { this.#state = this.#kept.pop() ?? this.#state; }

  setTransform(...numbers) { this.#state.matrix = new DOMMatrix(numbers); }

  translate(x, y) { this.#state.matrix = this.#state.matrix.translate(x, y); }

  rotate(angle) { this.#state.matrix = this.#state.matrix.rotate((angle * 180) / Math.PI); }

  clearRect() {} // a picture begins blank

  beginPath() { this.#path = []; }

  moveTo(x, y) { this.#path.push(`M${short(x)} ${short(y)}`); }

  lineTo(x, y) { this.#path.push(`L${short(x)} ${short(y)}`); }

  rect(x, y, width, height) {
    this.#path.push(`M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}z`);
  }

  roundRect(x, y, width, height, radius) {
    const [r, across, down] = [radius, width - 2 * radius, height - 2 * radius].map(short);
    const arc = (dx, dy) => `a${r} ${r} 0 0 1 ${dx} ${dy}`;
    this.#path.push(`M${short(x + radius)} ${short(y)}h${across}${arc(r, r)}v${down}${arc(-r, r)}`
      + `h${-across}${arc(-r, -r)}v${-down}${arc(r, -r)}z`);
  }

  /** Whole circles. */
  arc(x, y, radius) {
    const r = short(radius);
    this.#path.push(`M${short(x - radius)} ${short(y)}a${r} ${r} 0 1 1 ${short(2 * radius)} 0`
      + `a${r} ${r} 0 1 1 ${short(-2 * radius)} 0z`);
  }

  fill() { this.#write("path", { d: this.#path.join(""), ...this.#paint("fill") }); }

  stroke() { this.#write("path", { d: this.#path.join(""), ...this.#line() }); }

  fillRect(x, y, width, height) { this.#write("rect", { x, y, width, height, ...this.#paint("fill") }); }

  strokeRect(x, y, width, height) { this.#write("rect", { x, y, width, height, ...this.#line() }); }

  fillText(text, x, y) { this.#write("text", { ...this.#letters(x, y), ...this.#paint("fill") }, text); }

  strokeText(text, x, y) { this.#write("text", { ...this.#letters(x, y), ...this.#line() }, text); }

  measureText(text) {
    MEASURING.font = this.#state.font;
    return MEASURING.measureText(text);
  }

  drawImage(canvas, x, y, width, height) { this.#put(imageOf(canvas, { x, y, width, height })); }

  putImageData(image, x, y) {
    const { width, height } = image;
    const canvas = element("canvas", { width, height });
    canvas.getContext("2d").putImageData(image, 0, 0);
    this.setTransform(1, 0, 0, 1, 0, 0); // none moves what is put so
    this.#put(imageOf(canvas, { x, y, width, height }));
  }

  /** What is painted from now on is seen within the path only; it is a rectangle. */
  clip() {
    const id = `within-${Vectors.#clips++}`;
    const made = shape("clipPath", { id });
    made.append(shape("path", { d: this.#path.join("") }));
    this.#put(made);
    this.#state.clip = id;
  }

  static #clips = 0;

  #paint(name) {
    const { colour, opacity } = opaque(this.#state[`${name}Style`]);
    const part = opacity * this.#state.globalAlpha;
    return { [name]: colour, ...(part < 1 ? { [`${name}-opacity`]: part.toFixed(3) } : {}) };
  }

  #line() {
    const { lineWidth, lineJoin } = this.#state;
    return { fill: "none", ...this.#paint("stroke"), "stroke-width": lineWidth,
      ...(lineJoin === "miter" ? {} : { "stroke-linejoin": lineJoin }) };
  }

  /** The baseline is reckoned here: not every program knows the others. */
  #letters(x, y) {
    const { font, textAlign, textBaseline } = this.#state;
    const [, weight = "400", size, family] = /^(?:(\d+|bold) )?([\d.]+)px (.*)$/.exec(font);
    MEASURING.font = font;
    MEASURING.textBaseline = "alphabetic";
    const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = MEASURING.measureText("x");
    const anchor = { center: "middle", right: "end", end: "end" }[textAlign] ?? "start";
    return { x, y: textBaseline === "middle" ? y + (up - down) / 2 : y, "text-anchor": anchor,
      "font-family": familyOf(family), "font-size": Number(size), "font-weight": weight };
  }

  #write(tag, attributes, text = "") {
    if (attributes.d === "") return;
    this.#put(shape(tag, attributes, readable(text)));
  }

  /** Beside what was painted last, if it is moved and cut in the same way. */
  #put(made) {
    const { matrix, clip } = this.#state;
    const { a, b, c, d, e, f } = matrix;
    const transform = `matrix(${[a, b, c, d, e, f].map(short).join(" ")})`;
    const key = `${transform}/${clip}`;
    if (key !== this.#around) {
      this.#around = key;
      this.shapes.push(shape("g", { transform, ...(clip ? { "clip-path": `url(#${clip})` } : {}) }));
    }
    this.shapes.at(-1).append(made);
  }
}
