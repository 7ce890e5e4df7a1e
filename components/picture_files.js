const PNG_SCALE = 2; // pixels of a PNG for each of the page's
const MOST_PIXELS = 12000; // of one side; browsers draw no larger canvas

/** The figure as the text of an SVG file, and its size in px. */
function svgFile(figure) {
  const svg = pictureOf(figure);
  const text = new XMLSerializer().serializeToString(svg);
  const [width, height] = ["width", "height"].map((side) => Number(svg.getAttribute(side)));
  return { blob: new Blob([text], { type: "image/svg+xml" }), width, height };
}

/** The same as a PNG file. */
async function pngFile(figure) {
  const { blob, width, height } = svgFile(figure);
  const scale = Math.min(PNG_SCALE, MOST_PIXELS / Math.max(width, height));
  const address = URL.createObjectURL(blob);
  try {
    const image = element("img", { src: address, width, height });
    await image.decode();
    const canvas = element("canvas", { width: width * scale, height: height * scale });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, fail) => {
      canvas.toBlob((made) => (made ? done(made) : fail(Error("no PNG was made"))), "image/png");
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}

function save(blob, name) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link); // some browsers follow no other
  link.click();
  link.remove();
  setTimeout(URL.revokeObjectURL, 60_000, link.href);
}
