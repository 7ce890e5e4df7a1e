// Colours of the page, and of a palette, for a canvas.

/** Something that is another one whenever a colour or the font of the page is. */
function colourKey(root) {
  const style = getComputedStyle(root);
  return ["--st-background-color", "--st-text-color", "font-family"]
    .map((name) => style.getPropertyValue(name)).join("/");
}

/** "light" or "dark", as the page around the element is. */
function themeOf(root) {
  const ground = getComputedStyle(root).getPropertyValue("--st-background-color").trim();
  const [red, green, blue] = rgb(ground || "#ffffff");
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? "dark" : "light";
}

/** [red, green, blue] of any CSS colour. */
function rgb(colour) {
  const context = element("canvas", { width: 1, height: 1 }).getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data;
}

/** 256 colours from none to all, as the 32-bit words of an ImageData. */
function shadeTable(scale) {
  const stops = scale.map((hex) => rgb(hex));
  const words = new Uint32Array(256);
  const bytes = new Uint8ClampedArray(words.buffer);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (stops.length - 1);
    const low = Math.min(stops.length - 2, Math.floor(at));
    for (let c = 0; c < 3; c++) {
      bytes[4 * i + c] = stops[low][c] + (stops[low + 1][c] - stops[low][c]) * (at - low);
    }
    bytes[4 * i + 3] = 255;
  }
  return words;
}
